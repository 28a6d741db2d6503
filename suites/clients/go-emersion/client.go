// SPDX-License-Identifier: Apache-2.0

// emersion's mail libraries: SERVICE WISH HOST PORT USER PASSWORD [FROM TO MESSAGE]
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

var imapVersion string // set by the linker: the library itself tells none

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func fetch(wish, address, user, password string) {
	dial := client.Dial
	if wish == "implicit" {
		dial = func(addr string) (*client.Client, error) { return client.DialTLS(addr, nil) }
	}
	c, err := dial(address)
	check(err)
	if wish == "starttls" {
		check(c.StartTLS(nil))
	}
	check(c.Login(user, password))
	_, err = c.Select("INBOX", true)
	check(err)
	mails := new(imap.SeqSet)
	mails.AddNum(1)
	check(c.Fetch(mails, []imap.FetchItem{imap.FetchRFC822}, make(chan *imap.Message, 1)))
	check(c.Logout())
}

func submit(wish, address, user, password, from, to, message string) {
	text, err := os.Open(message)
	check(err)
	auth := sasl.NewPlainClient("", user, password)
	if wish == "default" { // it uses STARTTLS where that is offered
		check(smtp.SendMail(address, auth, from, []string{to}, text))
		return
	}
	dial := smtp.Dial
	if wish == "implicit" {
		dial = func(addr string) (*smtp.Client, error) { return smtp.DialTLS(addr, nil) }
	}
	c, err := dial(address)
	check(err)
	if wish == "starttls" {
		check(c.StartTLS(nil))
	}
	check(c.Auth(auth))
	check(c.Mail(from, nil))
	check(c.Rcpt(to))
	data, err := c.Data()
	check(err)
	_, err = io.Copy(data, text)
	check(err)
	check(data.Close())
	check(c.Quit())
}

func main() {
	if os.Args[1] == "version" {
		fmt.Println("go-imap", imapVersion)
		return
	}
	time.AfterFunc(8*time.Second, func() { log.Fatal("time is up") }) // there is no limit
	address, login := net.JoinHostPort(os.Args[3], os.Args[4]), os.Args[5:]
	if os.Args[1] == "imap" {
		fetch(os.Args[2], address, login[0], login[1])
	} else {
		submit(os.Args[2], address, login[0], login[1], login[2], login[3], login[4])
	}
}
