// SPDX-License-Identifier: Apache-2.0

// emersion/go-imap (Go): its reader of responses. From packages:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o wrapper corpus/wrappers/go-imap.go
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	imap "github.com/emersion/go-imap"
)

type answer map[string]interface{}

// The package does not tell its version: go build -ldflags "-X main.version=1.2.0"
var version string

// octets are the code points of the same numbers, as values have them.
func octets(text string) string {
	runes := []rune{}
	for i := 0; i < len(text); i++ {
		runes = append(runes, rune(text[i]))
	}
	return string(runes)
}

// response gives what the reader has of the value; other members are not compared.
func response(data []byte) answer {
	found, err := imap.ReadResp(imap.NewReader(bufio.NewReader(bytes.NewReader(data))))
	if err != nil {
		return answer{"result": "invalid"}
	}
	value := answer{}
	switch one := found.(type) {
	case *imap.ContinuationReq:
		value["kind"] = "continue"
		value["text"] = octets(one.Info)
	case *imap.StatusResp:
		value["word"] = strings.ToUpper(string(one.Type))
		value["text"] = octets(one.Info)
	case *imap.DataResp:
	}
	return answer{"result": "valid", "value": value}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		name, digits, _ := strings.Cut(lines.Text(), " ")
		data, err := hex.DecodeString(strings.TrimSpace(digits))
		found := answer{"result": "unsupported"}
		if name == "imap-response" && err == nil {
			found = response(data)
		} else if name == "version" {
			found = answer{"result": "valid", "value": answer{"program": "go-imap",
				"version": version}}
		}
		out, _ := json.Marshal(found)
		fmt.Println(string(out))
	}
}
