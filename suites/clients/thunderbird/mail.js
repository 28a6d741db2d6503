// SPDX-License-Identifier: Apache-2.0
// Makes an account in a new profile and fetches mail or sends it, once, by what Thunderbird does at a click of its user.
const [service, wish, host, port, user, password, ca, from, to, file, finish] = arguments;
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const LIMIT = 8000;	// ms; Thunderbird itself waits longer for an answer
const shown = [];

function server_fill(server) {
	server.port = Number(port);
	server.socketType = wish == "implicit" ? Ci.nsMsgSocketType.SSL : Ci.nsMsgSocketType.alwaysSTARTTLS;
	server.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
	server.password = password;
}

// What asks or tells the user, and what is answered: nothing is allowed.
function dialogs_answer() {
	MailServices.mailSession.addUserFeedbackListener({
		QueryInterface: ChromeUtils.generateQI(["nsIMsgUserFeedbackListener"]),
		onAlert(text) { shown.push(text); return true; },
		onCertError() { shown.push("asked: certificate"); },
	});
	Services.obs.addObserver(window => {
		const { args, ui } = window.Dialog;
		shown.push(`${args.promptType == "alert" ? "told" : "asked"}: ${args.text}`);
		(args.promptType == "alert" ? ui.button0 : ui.button1).click();
	}, "common-dialog-loaded");
}

async function authority_trust() {
	const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
	for (const [, text] of (await IOUtils.readUTF8(ca)).matchAll(/BEGIN CERTIFICATE-----([^-]*)/g))
		database.addCertFromBase64(text.replace(/\s/g, ""), "C,,");
}

function url_run(start) {
	return new Promise((resolve, reject) => start({
		OnStartRunningUrl() {},
		OnStopRunningUrl(url, status) {
			if (Components.isSuccessCode(status))
				resolve();
			else
				reject(new Components.Exception("failed", status));
		},
	}));
}

async function mail_show(uri) {
	const reader = Cc["@mozilla.org/scriptableinputstream;1"].createInstance(Ci.nsIScriptableInputStream);
	await url_run(listener => MailServices.messageServiceFromURI(uri).streamMessage(uri, {
		QueryInterface: ChromeUtils.generateQI(["nsIStreamListener"]),
		onStartRequest() {},
		onDataAvailable(request, stream, offset, count) {
			reader.init(stream);
			shown.push(reader.read(count));
		},
		onStopRequest(request, status) { listener.OnStopRunningUrl(null, status); },
	}, null, null, false, "", false));
}

async function mail_fetch() {
	const server = MailServices.accounts.createIncomingServer(user, host, service);
	server_fill(server);
	const account = MailServices.accounts.createAccount();
	account.incomingServer = server;
	account.addIdentity(MailServices.accounts.createIdentity());
	let inbox;
	if (service == "imap") {
		await url_run(listener => MailServices.imap.discoverAllFolders(server.rootFolder, listener, null));
		inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
		inbox.QueryInterface(Ci.nsIMsgImapMailFolder);
		await url_run(listener => inbox.updateFolderWithListener(null, listener));
	} else {
		server.QueryInterface(Ci.nsILocalMailIncomingServer).createDefaultMailboxes();
		inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
		await url_run(listener => MailServices.pop3.GetNewMail(null, listener, inbox, server));
	}
	shown.push(...server.rootFolder.descendants.map(folder => folder.name));
	const uris = [...inbox.messages].map(header => inbox.getUriForMsg(header));
	for (const uri of uris)
		await mail_show(uri);
	return uris.length > 0;
}

async function mail_send() {
	const server = MailServices.outgoingServer.createServer("smtp").QueryInterface(Ci.nsISmtpServer);
	server.hostname = host;
	server.username = user;
	server_fill(server);
	const identity = MailServices.accounts.createIdentity();
	identity.email = from;
	identity.doFcc = false;
	identity.smtpServerKey = server.key;
	const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
	fields.from = from;
	fields.to = to;
	const message = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
	message.initWithPath(file);
	await Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend).sendMessageFile(
		identity, "", fields, message, false, false, Ci.nsIMsgSend.nsMsgDeliverNow, null, {
			QueryInterface: ChromeUtils.generateQI(["nsIMsgSendListener"]),
			onTransportSecurityError() { shown.push("asked: certificate"); },
			onStartSending() {},
			onStopSending() {},
		}, "");
	return true;
}

async function run() {
	dialogs_answer();
	await authority_trust();
	return service == "submission" ? mail_send() : mail_fetch();
}

Promise.race([run(), new Promise((resolve, reject) => setTimeout(reject, LIMIT, "no answer"))])
	.catch(error => shown.push(`${error}`) && false)
	.then(done => finish({ done, shown }));
