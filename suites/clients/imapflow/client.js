// SPDX-License-Identifier: Apache-2.0
// ImapFlow: imap WISH HOST PORT USER PASSWORD-OR-TOKEN
"use strict";
const { ImapFlow } = require("imapflow");

const [, wish, host, port, user, pass] = process.argv.slice(2);
const limit = 8000;
const wishes = {
	implicit: { secure: true },
	starttls: { doSTARTTLS: true },
	default: {},
};
const auth = wish.endsWith("-token") ? { user, accessToken: pass } : { user, pass };
const client = new ImapFlow({
	host, port: Number(port), secure: false, auth, logger: false, ...wishes[wish.replace("-token", "")],
	connectionTimeout: limit, greetingTimeout: limit, socketTimeout: limit,
});

async function main() {
	await client.connect();
	await client.mailboxOpen("INBOX", { readOnly: true });
	const mail = await client.fetchOne("1", { source: true });
	await client.logout();
	return mail.source.length > 0;
}

client.on("error", (error) => console.error(error.message));
main().then((good) => process.exit(good ? 0 : 1), (error) => {
	console.error(error.message);
	process.exit(1);
});
