// SPDX-License-Identifier: Apache-2.0

// Go's own SMTP client: submission WISH HOST PORT USER PASSWORD FROM TO MESSAGE
package main

import (
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"net/smtp"
	"os"
	"runtime"
	"time"
)

const limit = 8 * time.Second

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func dial(wish, host, address string) *smtp.Client {
	var conn net.Conn
	var err error
	if wish == "implicit" {
		conn, err = tls.Dial("tcp", address, nil)
	} else {
		conn, err = net.Dial("tcp", address)
	}
	check(err)
	client, err := smtp.NewClient(conn, host)
	check(err)
	if wish == "starttls" {
		check(client.StartTLS(&tls.Config{ServerName: host}))
	}
	return client
}

func main() {
	if os.Args[1] == "version" {
		fmt.Println(runtime.Version())
		return
	}
	wish, host, from, to := os.Args[2], os.Args[3], os.Args[7], os.Args[8]
	address := net.JoinHostPort(host, os.Args[4])
	text, err := os.ReadFile(os.Args[9])
	check(err)
	auth := smtp.PlainAuth("", os.Args[5], os.Args[6], host)
	time.AfterFunc(limit, func() { log.Fatal("time is up") }) // net/smtp has no limit
	if wish == "default" {
		check(smtp.SendMail(address, auth, from, []string{to}, text))
		return
	}
	client := dial(wish, host, address)
	if offered, _ := client.Extension("AUTH"); !offered { // as smtp.SendMail does
		log.Fatal("no AUTH")
	}
	check(client.Auth(auth))
	check(client.Mail(from))
	check(client.Rcpt(to))
	data, err := client.Data()
	check(err)
	_, err = data.Write(text)
	check(err)
	check(data.Close())
	check(client.Quit())
}
