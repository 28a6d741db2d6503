// SPDX-License-Identifier: Apache-2.0

// miekg/dns (Go): TLSA records on the wire and as text. It does not ask whether
// SMTP can use them. From packages:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o wrapper corpus/wrappers/miekg-dns.go
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/miekg/dns"
)

type answer map[string]interface{}

func said(rr dns.RR, err error) answer {
	tlsa, is := rr.(*dns.TLSA)
	if err != nil || !is {
		return answer{"result": "invalid"}
	}
	return answer{"result": "valid", "value": answer{"usage": tlsa.Usage, "selector": tlsa.Selector,
		"matching": tlsa.MatchingType, "data": strings.ToLower(tlsa.Certificate)}}
}

func wire(data []byte) answer {
	header := dns.RR_Header{Name: ".", Rrtype: dns.TypeTLSA, Class: dns.ClassINET,
		Rdlength: uint16(len(data))}
	rr, end, err := dns.UnpackRRWithHeader(header, data, 0)
	if err == nil && end != len(data) {
		err = dns.ErrRdata
	}
	return said(rr, err)
}

func text(data []byte) answer {
	return said(dns.NewRR("_25._tcp.mx.example. 60 IN TLSA " + string(data)))
}

func main() {
	parsers := map[string]func([]byte) answer{"tlsa": wire, "tlsa-text": text}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		name, digits, _ := strings.Cut(lines.Text(), " ")
		data, err := hex.DecodeString(strings.TrimSpace(digits))
		found := answer{"result": "unsupported"}
		if parse, is := parsers[name]; is && err == nil {
			found = parse(data)
		} else if name == "version" {
			found = answer{"result": "valid", "value": answer{"program": "miekg/dns",
				"version": dns.Version.String()}}
		}
		out, _ := json.Marshal(found)
		fmt.Println(string(out))
	}
}
