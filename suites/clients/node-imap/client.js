// SPDX-License-Identifier: Apache-2.0
// node-imap: imap WISH HOST PORT USER PASSWORD
"use strict";
const Imap = require("imap");

const [, wish, host, port, user, password] = process.argv.slice(2);
const wishes = {
	implicit: { tls: true, tlsOptions: { servername: host } },
	opportunistic: { autotls: "always" },
	default: {},
};
const limits = { connTimeout: 8000, authTimeout: 8000, socketTimeout: 8000 };
const client = new Imap({ host, port: Number(port), user, password, ...limits, ...wishes[wish] });
const fail = (error) => {
	console.error(error.message);
	process.exit(1);
};
let read = 0;
client.once("error", fail);
client.once("close", () => process.exit(read > 0 ? 0 : 1));
client.once("ready", () => client.openBox("INBOX", true, (error) => {
	if (error) {
		fail(error);
	}
	const fetch = client.seq.fetch("1", { bodies: "" });
	fetch.on("message", (mail) => mail.on("body", (stream) => stream.on("data", (part) => {
		read += part.length;
	})));
	fetch.once("error", fail);
	fetch.once("end", () => client.end());
}));
client.connect();
