// SPDX-License-Identifier: Apache-2.0
// emailjs: BUILT submission WISH HOST PORT USER PASSWORD FROM TO MESSAGE
import { readFileSync } from "node:fs";
const [built, , wish, host, port, user, password, from, to, message] = process.argv.slice(2);
const { SMTPClient } = await import(`${built}/node_modules/emailjs/dist/index.js`);

const wishes = { implicit: { ssl: true }, starttls: { tls: true }, default: {} };
const client = new SMTPClient({ host, port: Number(port), user, password, timeout: 8000, ...wishes[wish] });
try {
	await client.sendAsync({ from, to, subject: "A message", text: readFileSync(message, "utf8") });
	process.exit(0);
} catch (error) {
	console.error(error.message);
	process.exit(1);
}
