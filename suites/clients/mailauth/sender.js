// SPDX-License-Identifier: Apache-2.0
// mailauth: FROM TO MESSAGE. The policy, and whether a host is in it, are the library's; a policy is
// kept as its documentation has it. Hosts, TLS and mail are up to who uses it.
"use strict";
const dns = require("node:dns/promises");
const { readFileSync, writeFileSync } = require("node:fs");
const { getPolicy, validateMx } = require("mailauth/lib/mta-sts");
const nodemailer = require("nodemailer");
const { sendAll } = require(`${process.env.HOME}/mails.js`);

const [from, to, message] = process.argv.slice(2);
const limit = 8000;

async function policyOf(domain) {
	const file = `policy-${domain}.json`;
	let known;
	try {
		known = JSON.parse(readFileSync(file, "utf8"));
	} catch {
		// None is known.
	}
	const { policy } = await getPolicy(domain, known);
	if (policy.id !== known?.id) {
		// An error has circles.
		writeFileSync(file, JSON.stringify({ ...policy, error: undefined }));
	}
	return policy;
}

async function hostsOf(domain) {
	try {
		const records = await dns.resolveMx(domain);
		return records.sort((one, other) => one.priority - other.priority).map((one) => one.exchange);
	} catch (error) {
		if (error.code === "ENODATA") {
			return [domain];
		}
		throw error;
	}
}

async function send(host, recipients, enforced, ignoreTLS) {
	const transport = nodemailer.createTransport({
		host, port: 25, name: "client.example.test",
		requireTLS: enforced, opportunisticTLS: !enforced, ignoreTLS, tls: { rejectUnauthorized: enforced },
		connectionTimeout: limit, greetingTimeout: limit, socketTimeout: limit,
	});
	try {
		const done = await transport.sendMail({ envelope: { from, to: recipients }, raw: { path: message } });
		if (done.rejectedErrors?.length > 0) {
			throw done.rejectedErrors[0];
		}
	} catch (error) {
		console.error(`${host}: ${error.message}`);
		if (error.code === "ETLS" && !enforced && !ignoreTLS) {
			// Nobody demands TLS: without it rather than not at all.
			return send(host, recipients, enforced, true);
		}
		throw error;
	}
}

async function deliver(domain, recipients) {
	const policy = await policyOf(domain);
	const hosts = await hostsOf(domain);
	let last = Object.assign(new Error(`no mail host of ${domain} is in its policy`), { code: "EPOLICY" });
	if (hosts.join("") === "") {
		throw Object.assign(new Error(`${domain} takes no mail`), { code: "ENOTFOUND" });
	}
	for (const host of hosts.filter((one) => policy.mode !== "enforce" || validateMx(one, policy).valid)) {
		try {
			return await send(host, recipients, policy.mode === "enforce", false);
		} catch (error) {
			if (error.code === "EENVELOPE" || error.code === "EMESSAGE") {
				throw error;
			}
			last = error;
		}
	}
	throw last;
}

sendAll(to, deliver, (error) => error.code === "ENOTFOUND");
