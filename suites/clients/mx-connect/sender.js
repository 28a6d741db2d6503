// SPDX-License-Identifier: Apache-2.0
// mx-connect: FROM TO MESSAGE. The library looks for the hosts and the policy, and leaves out hosts
// that the policy does not name; TLS is up to who uses it. Cache and next hosts are what its
// documentation has options for.
"use strict";
const { readFileSync, writeFileSync } = require("node:fs");
const mxConnect = require("mx-connect");
const nodemailer = require("nodemailer");
const { sendAll } = require(`${process.env.HOME}/mails.js`);

const [from, to, message] = process.argv.slice(2);
const limit = 8000;
const cache = {
	async get(domain) {
		try {
			return JSON.parse(readFileSync(`policy-${domain}.json`, "utf8"));
		} catch {
			return false;
		}
	},
	async set(domain, policy) {
		// An error has circles.
		writeFileSync(`policy-${domain}.json`, JSON.stringify({ ...policy, error: undefined }));
	},
};

async function send(mx, recipients, enforced, ignoreTLS) {
	const transport = nodemailer.createTransport({
		connection: mx.socket, host: mx.host, servername: mx.hostname, name: "client.example.test",
		requireTLS: enforced, opportunisticTLS: !enforced, ignoreTLS,
		tls: { servername: mx.hostname, rejectUnauthorized: enforced },
		greetingTimeout: limit, socketTimeout: limit,
	});
	const done = await transport.sendMail({ envelope: { from, to: recipients }, raw: { path: message } });
	if (done.rejectedErrors?.length > 0) {
		throw done.rejectedErrors[0];
	}
}

async function deliver(domain, recipients) {
	const ignoreMXHosts = [];
	let mxLastError = false, ignoreTLS = false;
	for (;;) {
		const mx = await mxConnect({
			target: domain, maxConnectTime: limit, ignoreMXHosts, mxLastError, mtaSts: { enabled: true, cache },
		});
		const enforced = mx.policyMatch?.mode === "enforce";
		try {
			return await send(mx, recipients, enforced, ignoreTLS && !enforced);
		} catch (error) {
			console.error(`${mx.hostname}: ${error.message}`);
			if (error.code === "EENVELOPE" || error.code === "EMESSAGE") {
				throw error;
			}
			// Nobody demands TLS: without it rather than not at all.
			ignoreTLS = error.code === "ETLS" && !enforced && !ignoreTLS;
			if (!ignoreTLS) {
				ignoreMXHosts.push(mx.host);
				mxLastError = error;
			}
		}
	}
}

sendAll(to, deliver, (error) => error.category === "dns" && !error.temporary);
