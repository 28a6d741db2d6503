// SPDX-License-Identifier: Apache-2.0
// What senders of Node.js have in common, with or without mx-connect: TO has commas between mails,
// and blanks between the recipients of one; each goes to its domains one by one. The process ends
// with the worst that became of any: 69 given up, 75 put off, 0 delivered; 70: nobody knows.
"use strict";

// Of the greeting, the sender, the recipient, the message: not of TLS.
function isRefusal(error) {
	return error.responseCode >= 500 && ["EPROTOCOL", "EENVELOPE", "EMESSAGE"].includes(error.code);
}

exports.sendAll = async (to, deliver, isNoDomain) => {
	const decisions = [0];
	// A promise that is never kept ends the process, too, and says nothing of the mail.
	process.exitCode = 70;
	for (const mail of to.split(",")) {
		const recipients = mail.trim().split(/\s+/);
		for (const domain of new Set(recipients.map((one) => one.split("@")[1]))) {
			try {
				await deliver(domain, recipients.filter((one) => one.endsWith(`@${domain}`)));
			} catch (error) {
				console.error(error.message);
				decisions.push(isNoDomain(error) || isRefusal(error) ? 69 : 75);
			}
		}
	}
	process.exit([69, 75, 0].find((one) => decisions.includes(one)));
};
