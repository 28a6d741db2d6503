// SPDX-License-Identifier: Apache-2.0
// node-pop3: pop3 WISH HOST PORT USER PASSWORD
"use strict";
const loaded = require("node-pop3");

const [, wish, host, port, user, password] = process.argv.slice(2);
const Client = loaded.default || loaded;
const client = new Client({ host, port: Number(port), user, password, tls: wish === "implicit", servername: host, timeout: 8000 });

async function main() {
	const mail = await client.RETR(1);
	await client.QUIT();
	return mail.length > 0;
}

main().then((good) => process.exit(good ? 0 : 1), (error) => {
	console.error(error.message);
	process.exit(1);
});
