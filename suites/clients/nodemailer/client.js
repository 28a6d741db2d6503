// SPDX-License-Identifier: Apache-2.0
// Nodemailer: submission WISH HOST PORT USER PASSWORD-OR-TOKEN FROM TO MESSAGE
"use strict";
const nodemailer = require("nodemailer");

const [, wish, host, port, user, pass, from, to, message] = process.argv.slice(2);
const limit = 8000;
const wishes = {
	implicit: { secure: true },
	starttls: { requireTLS: true },
	opportunistic: { opportunisticTLS: true },
	default: {},
};
const auth = wish.endsWith("-token") ? { type: "OAuth2", user, accessToken: pass } : { user, pass };
const transport = nodemailer.createTransport({
	host, port: Number(port), auth, ...wishes[wish.replace("-token", "")],
	connectionTimeout: limit, greetingTimeout: limit, socketTimeout: limit,
});
transport.sendMail({ envelope: { from, to }, raw: { path: message } }).catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
});
