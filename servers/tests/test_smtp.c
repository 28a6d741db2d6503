/* SPDX-License-Identifier: Apache-2.0 */
/* The SMTP engine: dialogues, whole and cut everywhere. */
#include "tests/dialogue.h"

#define HOST "mail.example.test"
#define CONFIG                                                                 \
	.hostz = HOST, .noncez = "nonce", .userz = "mrose",                    \
	.passwordz = "tanstaaf", .tokenz = "token"

static const struct engine_config submission = {CONFIG,
	.capabilities = {
		[PHASE_CLEAR] = {{"STARTTLS", "ENHANCEDSTATUSCODES"}, 2},
		[PHASE_TLS] = {{"AUTH PLAIN LOGIN SCRAM-SHA-256",
				       "ENHANCEDSTATUSCODES"},
			2},
		[PHASE_LOGIN] = {{"ENHANCEDSTATUSCODES", "SIZE 40", "8BITMIME",
					 "SMTPUTF8", "CHUNKING", "PIPELINING",
					 "DSN", "REQUIRETLS", "BINARYMIME",
					 "AUTH PLAIN"},
			10},
	}};
static const struct engine_config stripped = {
	CONFIG, .capabilities = {
			[PHASE_TLS] = {{"AUTH PLAIN"}, 1},
			[PHASE_LOGIN] = {{"SIZE"}, 1},
		}};
static const struct engine_config clear_auth = {
	CONFIG, .capabilities = {
			[PHASE_CLEAR] = {{"STARTTLS", "AUTH PLAIN LOGIN"}, 2},
		}};
static const struct engine_config late_tls = {
	CONFIG, .capabilities = {
			[PHASE_CLEAR] = {{"AUTH PLAIN"}, 1},
			[PHASE_TLS] = {{"AUTH PLAIN"}, 1},
			[PHASE_LOGIN] = {{"STARTTLS"}, 1},
		}};
/* Port 25: mail for everybody. */
static const struct engine_config relay = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"STARTTLS", "CHUNKING"}, 2}}};
static const struct engine_config full = {CONFIG,
	.capabilities = {
		[PHASE_CLEAR] = {{"SIZE 40", "8BITMIME", "SMTPUTF8", "CHUNKING",
					 "PIPELINING", "DSN", "REQUIRETLS",
					 "ENHANCEDSTATUSCODES"},
			8}}};
static const struct engine_config bare = {CONFIG};
static const struct engine_config implicit = {CONFIG, .implicit_tls = true,
	.capabilities = {
		[PHASE_CLEAR] = {{"STARTTLS"}, 1},
		[PHASE_TLS] = {{"AUTH PLAIN"}, 1},
	}};
static const struct engine_config bye = {CONFIG, .greeting = GREETING_BYE,
	.greeting_text = {(const uint8_t *)"554 no\r\n", 8}};
#define NO(name)                                                               \
	{                                                                      \
		name, {(const uint8_t *)"454 no\r\n", 8}, ENGINE_EVERYWHERE    \
	}
static const struct engine_config refusing = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"STARTTLS", "CHUNKING"}, 2}},
	.refusal = {NO("starttls"), NO("capabilities"), NO("message"),
		NO("bdat"), NO("vrfy")},
	.refusals = 5};
static const struct engine_config refusing_challenge = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"AUTH PLAIN"}, 1}},
	.refusal = {NO("challenge")}, .refusals = 1};

#define HELLO "greeting: 220 " HOST " ESMTP\r\n"
#define EHLO "EHLO x\r\n"
#define EHLO_BARE "#command EHLO\ncapabilities: 250 " HOST "\r\n"
#define EHLO_RELAY                                                             \
	"#command EHLO\ncapabilities: 250-" HOST                               \
	"\r\n250-STARTTLS\r\n250 CHUNKING\r\n"
#define EHLO_FULL                                                              \
	"#command EHLO\ncapabilities: 250-" HOST                               \
	"\r\n250-SIZE 40\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"                  \
	"250-CHUNKING\r\n250-PIPELINING\r\n250-DSN\r\n250-REQUIRETLS\r\n"      \
	"250 ENHANCEDSTATUSCODES\r\n"
#define EHLO_CLEAR_AUTH                                                        \
	"#command EHLO\ncapabilities: 250-" HOST                               \
	"\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"
#define PLAIN "AG1yb3NlAHRhbnN0YWFm" /* NUL mrose NUL tanstaaf */
#define STATE                                                                  \
	"#protocol-error command in the wrong state\n"                         \
	"error: 503 Bad sequence of commands\r\n"
#define SYNTAX "#protocol-error bad arguments\nerror: 501 Bad arguments\r\n"
#define SYNTAX_DRESSED                                                         \
	"#protocol-error bad arguments\nerror: 501 5.5.4 Bad arguments\r\n"
#define ENVELOPE "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
#define ENVELOPE_LOG                                                           \
	"#command MAIL\nmail: 250 Sender ok\r\n"                               \
	"#command RCPT\nrcpt: 250 Recipient ok\r\n"
#define ENVELOPE_DRESSED                                                       \
	"#command MAIL\nmail: 250 2.1.0 Sender ok\r\n"                         \
	"#command RCPT\nrcpt: 250 2.1.5 Recipient ok\r\n"
#define DATA_LOG "#command DATA\ndata: 354 End with a dot alone on a line\r\n"
#define TAKEN "message: 250 Message taken\r\n"
#define CHUNK_LOG "#command BDAT\nbdat: 250 Chunk taken\r\n"
#define MAIL_LOG "#command MAIL\nmail: 250 2.1.0 Sender ok\r\n"
#define BAD_VALUE "#command MAIL\nmail: 501 5.5.4 Bad parameter value\r\n"
#define UNKNOWN                                                                \
	"#protocol-error unknown command\nerror: 500 Unknown command\r\n"

static const struct dialogue_row rows[] = {
	{"submission", &submission, false,
		EHLO "STARTTLS\r\n" SECURED EHLO "AUTH PLAIN " PLAIN
		     "\r\nEHLO x\r\nMAIL FROM:<a@b> SIZE=9\r\nRCPT TO:<c@d>\r\n"
		     "DATA\r\nS: x\r\n\r\n..y\r\n.\r\nQUIT\r\n",
		HELLO
		"#command EHLO\ncapabilities: 250-" HOST
		"\r\n250-STARTTLS\r\n250 ENHANCEDSTATUSCODES\r\n"
		"#command STARTTLS\nstarttls: 220 2.0.0 Begin TLS\r\n"
		"#start-tls\n"
		"#command EHLO\ncapabilities: 250-" HOST
		"\r\n250-AUTH PLAIN LOGIN SCRAM-SHA-256\r\n"
		"250 ENHANCEDSTATUSCODES\r\n"
		"#command AUTH\n#auth PLAIN ok\nauth: 235 2.7.0 Logged in\r\n"
		"#command EHLO\ncapabilities: 250-" HOST
		"\r\n250-ENHANCEDSTATUSCODES\r\n250-SIZE 40\r\n250-8BITMIME\r\n"
		"250-SMTPUTF8\r\n250-CHUNKING\r\n250-PIPELINING\r\n250-DSN\r\n"
		"250-REQUIRETLS\r\n250-BINARYMIME\r\n250 AUTH "
		"PLAIN\r\n" ENVELOPE_DRESSED
		"#command DATA\ndata: 354 End with a dot alone on a line\r\n"
		"#message submitted 1 S: x\r\n\r\n.y\r\n\n"
		"message: 250 2.0.0 Message taken\r\n"
		"#command QUIT\nlogout: 221 2.0.0 Bye\r\n#close\n"},
	{"mail needs a login, and that TLS", &submission, false,
		EHLO "MAIL FROM:<a@b>\r\nAUTH PLAIN " PLAIN "\r\n",
		HELLO
		"#command EHLO\ncapabilities: 250-" HOST
		"\r\n250-STARTTLS\r\n250 ENHANCEDSTATUSCODES\r\n"
		"#command MAIL\nmail: 530 5.7.0 Must issue a STARTTLS command "
		"first\r\n#command AUTH\nauth!: 502 5.5.1 Not implemented\r\n"},
	{"a stripped server still wants a login", &stripped, false,
		EHLO "STARTTLS\r\nMAIL FROM:<a@b>\r\n",
		HELLO EHLO_BARE
		"#command STARTTLS\nstarttls!: 502 Not implemented\r\n"
		"#command MAIL\nmail: 530 Authentication required\r\n"},
	{"a login in clear, where it is offered", &clear_auth, false,
		EHLO "MAIL FROM:<a@b>\r\nAUTH LOGIN\r\nbXJvc2U=\r\n"
		     "dGFuc3RhYWY=\r\nAUTH PLAIN\r\nMAIL FROM:<a@b>\r\n",
		HELLO EHLO_CLEAR_AUTH
		"#command MAIL\nmail: 530 Authentication required\r\n"
		"#command AUTH\nchallenge: 334 VXNlcm5hbWU6\r\n"
		"challenge: 334 UGFzc3dvcmQ6\r\n#auth LOGIN ok\n"
		"auth: 235 Logged in\r\n#command AUTH\n" STATE
		"#command MAIL\nmail: 250 Sender ok\r\n"},
	{"a login in clear does not count inside TLS", &late_tls, false,
		EHLO "AUTH PLAIN " PLAIN "\r\nSTARTTLS\r\n" SECURED EHLO
		     "MAIL FROM:<a@b>\r\nAUTH PLAIN " PLAIN "\r\n",
		HELLO "#command EHLO\ncapabilities: 250-" HOST
		      "\r\n250 AUTH PLAIN\r\n"
		      "#command AUTH\n#auth PLAIN ok\nauth: 235 Logged in\r\n"
		      "#command STARTTLS\nstarttls: 220 Begin TLS\r\n"
		      "#start-tls\n#command EHLO\ncapabilities: 250-" HOST
		      "\r\n250 AUTH PLAIN\r\n#command MAIL\n"
		      "mail: 530 Authentication required\r\n"
		      "#command AUTH\n#auth PLAIN ok\nauth: 235 Logged in\r\n"},
	{"logins that fail", &clear_auth, false,
		"AUTH PLAIN " PLAIN "\r\n" EHLO
		"AUTH PLAIN AG1yb3NlAHg=\r\nAUTH PLAIN\r\n*\r\n"
		"AUTH PLAIN\r\nNOOP\r\nAUTH PLAIN =\r\nAUTH PLAIN =x\r\n"
		"AUTH CRAM-MD5\r\nAUTH\r\nAUTH PLAIN a b\r\n",
		HELLO
		"#command AUTH\n" STATE EHLO_CLEAR_AUTH
		"#command AUTH\n#auth PLAIN no\nauth: 535 Wrong credentials\r\n"
		"#command AUTH\nchallenge: 334 \r\nauth: 501 Cancelled\r\n"
		"#command AUTH\nchallenge: 334 \r\n"
		"#protocol-error names and passwords are UTF-8\n"
		"auth: 501 Malformed response\r\n"
		"#command AUTH\n"
		"#protocol-error three parts stand around two NULs, and there "
		"is no other NUL\n"
		"auth: 501 Malformed response\r\n"
		"#command AUTH\n#protocol-error initial response is not "
		"base64\n"
		"auth: 501 Malformed response\r\n"
		"#command AUTH\nauth!: 504 Mechanism not supported\r\n"
		"#command AUTH\n" SYNTAX "#command AUTH\n" SYNTAX},
	{"no second TLS", &implicit, false, EHLO "STARTTLS\r\n",
		HELLO "#command EHLO\ncapabilities: 250-" HOST
		      "\r\n250 AUTH PLAIN\r\n#command STARTTLS\n" STATE},
	{"what stands behind STARTTLS is dropped", &relay, true,
		EHLO ENVELOPE "STARTTLS\r\n" EHLO ENVELOPE SECURED
			      "MAIL FROM:<a@b>\r\n" EHLO "RCPT TO:<c@d>\r\n",
		HELLO EHLO_RELAY ENVELOPE_LOG
		"#command STARTTLS\nstarttls: 220 Begin TLS\r\n#start-tls\n"
		"#command MAIL\n" STATE EHLO_BARE "#command RCPT\n" STATE},
	{"the state before TLS is forgotten", &relay, false,
		EHLO ENVELOPE "STARTTLS\r\n" SECURED "DATA\r\n"
			      "RCPT TO:<c@d>\r\nMAIL FROM:<a@b>\r\n",
		HELLO EHLO_RELAY ENVELOPE_LOG
		"#command STARTTLS\nstarttls: 220 Begin TLS\r\n#start-tls\n"
		"#command DATA\n" STATE "#command RCPT\n" STATE
		"#command MAIL\n" STATE},
	{"no handshake follows", &relay, false,
		EHLO "STARTTLS\r\n" BORDER ENVELOPE,
		HELLO EHLO_RELAY "#command STARTTLS\nstarttls: 220 Begin "
				 "TLS\r\n#start-tls\n" ENVELOPE_LOG},
	{"arguments of STARTTLS", &relay, false, "STARTTLS now\r\n",
		HELLO "#command STARTTLS\n" SYNTAX},
	{"dots", &bare, false,
		"HELO x\r\n" ENVELOPE "DATA\r\n.\r\n" ENVELOPE
		"DATA\r\n..\r\n...\r\n.x\r\n.\r\n" ENVELOPE
		"DATA\r\nx\r\n\r\n.\r\n",
		HELLO
		"#command HELO\nhelo: 250 " HOST "\r\n" ENVELOPE_LOG DATA_LOG
		"#message submitted 1\n" TAKEN ENVELOPE_LOG DATA_LOG
		"#message submitted 2 .\r\n..\r\nx\r\n\n" TAKEN ENVELOPE_LOG
			DATA_LOG "#message submitted 3 x\r\n\r\n\n" TAKEN},
	{"only CRLF.CRLF ends the data", &bare, false,
		EHLO ENVELOPE "DATA\r\na\n.\nb\n.\r\nc\r\n.\nk\r.\rE\r\n.\rF"
			      "\r\n.\r\r\n.\r\n",
		HELLO EHLO_BARE ENVELOPE_LOG DATA_LOG
		"#protocol-error bare CR or LF in the message\n"
		"#message submitted 1 a\n.\nb\n.\r\nc\r\n\nk\r.\rE\r\n\rF\r\n"
		"\r\r\n\n" TAKEN},
	{"commands in a message are text", &bare, false,
		EHLO ENVELOPE "DATA\r\nQUIT\r\n.\r\nNOOP\r\n",
		HELLO EHLO_BARE ENVELOPE_LOG DATA_LOG
		"#message submitted 1 QUIT\r\n\n" TAKEN
		"#command NOOP\nnoop: 250 Ok\r\n"},
	{"chunks", &relay, false,
		EHLO ENVELOPE
		"BDAT 5\r\na\r\n.\rBDAT 0\r\nBDAT 3 last\r\n\n\n!" ENVELOPE
		"BDAT 0 LAST\r\nNOOP\r\n",
		HELLO EHLO_RELAY ENVELOPE_LOG CHUNK_LOG CHUNK_LOG
		"#command BDAT\n#message submitted 1 a\r\n.\r\n\n!\n" TAKEN
			ENVELOPE_LOG
		"#command BDAT\n#message submitted 2\n" TAKEN
		"#command NOOP\nnoop: 250 Ok\r\n"},
	{"chunks at the wrong time are consumed", &relay, false,
		EHLO "BDAT 6\r\nQUIT\r\nMAIL FROM:<a@b>\r\n"
		     "BDAT 6 LAST\r\nQUIT\r\nRCPT TO:<c@d>\r\n"
		     "BDAT 1\r\nxDATA\r\nRCPT TO:<c@d>\r\nMAIL FROM:<a@b>\r\n"
		     "RSET\r\nMAIL FROM:<a@b>\r\n",
		HELLO EHLO_RELAY
		"#command BDAT\n" STATE "#command MAIL\nmail: 250 Sender ok\r\n"
		"#command BDAT\n" STATE
		"#command RCPT\nrcpt: 250 Recipient ok\r\n" CHUNK_LOG
		"#command DATA\n" STATE "#command RCPT\n" STATE
		"#command MAIL\n" STATE "#command RSET\nrset: 250 Ok\r\n"
		"#command MAIL\nmail: 250 Sender ok\r\n"},
	{"sizes of chunks", &relay, false,
		"BDAT\r\nBDAT x\r\nBDAT -1\r\nBDAT 1 FIRST\r\n"
		"BDAT 99999999999999999999\r\n",
		HELLO "#command BDAT\n" SYNTAX "#command BDAT\n" SYNTAX
		      "#command BDAT\n" SYNTAX "#command BDAT\n" SYNTAX
		      "#command BDAT\n" SYNTAX},
	{"chunks that are not offered", &bare, false, "BDAT 3\r\n",
		HELLO "#command BDAT\nbdat!: 502 Not implemented\r\n"},
	{"too big", &full, false,
		EHLO "MAIL FROM:<a@b> SIZE=41\r\n" ENVELOPE
		     "DATA\r\n1234567890123456789012345678901234567890\r\n."
		     "\r\n" ENVELOPE
		     "BDAT 41\r\n12345678901234567890123456789012345678901"
		     "BDAT 1 LAST\r\nx" ENVELOPE
		     "DATA\r\n12345678901234567890123456789012345678\r\n.\r\n",
		HELLO EHLO_FULL
		"#command MAIL\nmail: 552 5.3.4 Message too "
		"big\r\n" ENVELOPE_DRESSED DATA_LOG
		"message: 552 5.3.4 Message too big\r\n" ENVELOPE_DRESSED
		"#command BDAT\nbdat: 552 5.3.4 Message too big\r\n"
		"#command BDAT\n#protocol-error command in the wrong state\n"
		"error: 503 5.5.1 Bad sequence of commands\r\n" ENVELOPE_DRESSED
			DATA_LOG "#message submitted 1 "
		"12345678901234567890123456789012345678\r\n"
		"\nmessage: 250 2.0.0 Message taken\r\n"},
	{"parameters", &full, false,
		EHLO
		"MAIL FROM:<a@b> SIZE=1 BODY=8bitmime SMTPUTF8 RET=hdrs "
		"ENVID=a+2Bb REQUIRETLS\r\nRSET\r\n"
		"MAIL FROM:<a@b> BODY=BINARYMIME\r\n"
		"MAIL FROM:<a@b> BODY\r\nMAIL FROM:<a@b> SIZE=x\r\n"
		"MAIL FROM:<a@b> SIZE\r\nMAIL FROM:<a@b> SMTPUTF8=1\r\n"
		"MAIL FROM:<a@b> RET=x\r\nMAIL FROM:<a@b> ENVID=+xx\r\n"
		"MAIL FROM:<a@b> REQUIRETLS=1\r\nMAIL FROM:<a@b> X=1\r\n"
		"MAIL FROM:<a@b> AUTH=<>\r\nMAIL FROM:<a@b>SIZE=1\r\n"
		"MAIL FROM:<a@b> SIZE=\r\nMAIL FROM:<a@b> =1\r\n"
		"MAIL FROM:<a@b>  \r\n"
		"RCPT TO:<c@d> NOTIFY=success,DELAY ORCPT=rfc822;c@d\r\n"
		"RCPT TO:<c@d> NOTIFY=NEVER\r\nRCPT TO:<c@d> NOTIFY=\r\n"
		"RCPT TO:<c@d> NOTIFY=NEVER,DELAY\r\nRCPT TO:<c@d> SIZE=1\r\n",
		HELLO EHLO_FULL MAIL_LOG
		"#command RSET\nrset: 250 2.0.0 Ok\r\n" BAD_VALUE BAD_VALUE
			BAD_VALUE BAD_VALUE BAD_VALUE BAD_VALUE BAD_VALUE
				BAD_VALUE
		"#command MAIL\nmail: 555 5.5.4 Parameter not recognized\r\n"
		"#command MAIL\nmail!: 555 5.5.4 Parameter not recognized\r\n"
		"#command MAIL\n" SYNTAX_DRESSED
		"#command MAIL\n" SYNTAX_DRESSED
		"#command MAIL\n" SYNTAX_DRESSED MAIL_LOG
		"#command RCPT\nrcpt: 250 2.1.5 Recipient ok\r\n"
		"#command RCPT\nrcpt: 250 2.1.5 Recipient ok\r\n"
		"#command RCPT\n" SYNTAX_DRESSED
		"#command RCPT\nrcpt: 501 5.5.4 Bad parameter value\r\n"
		"#command RCPT\nrcpt: 555 5.5.4 Parameter not recognized\r\n"},
	{"parameters that are not offered", &bare, false,
		EHLO "MAIL FROM:<a@b> SIZE=1\r\nMAIL FROM:<a@b> BODY=7BIT\r\n"
		     "MAIL FROM:<a@b> REQUIRETLS\r\n",
		HELLO EHLO_BARE
		"#command MAIL\nmail!: 555 Parameter not recognized\r\n"
		"#command MAIL\nmail!: 555 Parameter not recognized\r\n"
		"#command MAIL\nmail!: 555 Parameter not recognized\r\n"},
	{"paths", &bare, false,
		EHLO "MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\n"
		     "RCPT TO:<\"a b\\\"\"@[192.0.2.1]>\r\n"
		     "RCPT TO:<@x,@y:c@d>\r\nRCPT TO: <c@d>\r\nRCPT TO:<c>\r\n"
		     "RCPT TO:<>\r\nRCPT TO:c@d\r\nRCPT TO:<c@d\r\nRCPT TO:\r\n"
		     "RCPT <c@d>\r\nRCPT TO:<c@>\r\nRCPT TO:<@d>\r\n"
		     "RCPT TO:<c@[]>\r\nRCPT TO:<\"c@d>\r\nRCPT TO:<c@d>>\r\n"
		     "RCPT TO:<\xc3\xa4@d>\r\nRSET\r\nMAIL FROM:<a>\r\n",
		HELLO EHLO_BARE
		"#command MAIL\nmail: 250 Sender ok\r\n"
		"#command RCPT\nrcpt: 250 Recipient ok\r\n"
		"#command RCPT\nrcpt: 250 Recipient ok\r\n"
		"#command RCPT\nrcpt: 250 Recipient ok\r\n"
		"#command RCPT\n#protocol-error space in front of a path\n"
		"rcpt: 250 Recipient ok\r\n"
		"#command RCPT\nrcpt: 553 Bad recipient address\r\n"
		"#command RCPT\nrcpt: 553 Bad recipient address\r\n"
		"#command RCPT\n" SYNTAX "#command RCPT\n" SYNTAX
		"#command RCPT\n" SYNTAX "#command RCPT\n" SYNTAX
		"#command RCPT\n" SYNTAX "#command RCPT\n" SYNTAX
		"#command RCPT\n" SYNTAX "#command RCPT\n" SYNTAX
		"#command RCPT\n" SYNTAX
		"#command RCPT\nrcpt: 553 Bad recipient address\r\n"
		"#command RSET\nrset: 250 Ok\r\n"
		"#command MAIL\nmail: 553 Bad sender address\r\n"},
	{"addresses beyond ASCII need SMTPUTF8", &full, false,
		EHLO "MAIL FROM:<\xc3\xa4@b>\r\n"
		     "MAIL FROM:<\xc3\xa4@b> SMTPUTF8\r\n"
		     "RCPT TO:<\xc3\xa4@\xc3\xa4>\r\n",
		HELLO EHLO_FULL
		"#command MAIL\nmail: 553 5.1.7 Bad sender address\r\n" MAIL_LOG
		"#command RCPT\nrcpt: 250 2.1.5 Recipient ok\r\n"},
	{"commands in the wrong state", &bare, false,
		"MAIL FROM:<a@b>\r\n" EHLO "RCPT TO:<c@d>\r\nDATA\r\n"
		"MAIL FROM:<a@b>\r\nDATA\r\nMAIL FROM:<a@b>\r\n" EHLO
		"RCPT TO:<c@d>\r\n",
		HELLO
		"#command MAIL\n" STATE EHLO_BARE "#command RCPT\n" STATE
		"#command DATA\n" STATE
		"#command MAIL\nmail: 250 Sender ok\r\n#command DATA\n" STATE
		"#command MAIL\n" STATE EHLO_BARE "#command RCPT\n" STATE},
	{"small commands", &bare, false,
		"NOOP x\r\nVRFY x\r\nVRFY\r\nHELP\r\nEHLO\r\nHELO \r\nEXPN "
		"x\r\n"
		"\r\n rset\r\nData\r\nquit\r\nNOOP\r\n" END,
		HELLO "#command NOOP\nnoop: 250 Ok\r\n#command VRFY\n"
		      "vrfy: 252 Cannot verify, but will take mail\r\n#command "
		      "VRFY\n" SYNTAX
		      "#command HELP\nhelp: 214 See RFC 5321\r\n"
		      "#command EHLO\n" SYNTAX "#command HELO\n" SYNTAX
		      "#command EXPN\n" UNKNOWN UNKNOWN UNKNOWN
		      "#command DATA\n" STATE
		      "#command QUIT\nlogout: 221 Bye\r\n#close\n"},
	{"refused by the configuration", &refusing, false,
		EHLO "HELO x\r\nSTARTTLS\r\nVRFY x\r\n" ENVELOPE
		     "DATA\r\nx\r\n.\r\n" ENVELOPE "BDAT 6\r\nQUIT\r\n"
		     "BDAT 6 LAST\r\nQUIT\r\n" ENVELOPE
		     "BDAT 6 LAST\r\nQUIT\r\n",
		HELLO "#command EHLO\ncapabilities!: 454 no\r\n"
		      "#command HELO\nhelo: 250 " HOST "\r\n"
		      "#command STARTTLS\nstarttls!: 454 no\r\n"
		      "#command VRFY\nvrfy!: 454 no\r\n" ENVELOPE_LOG DATA_LOG
		      "message!: 454 no\r\n" ENVELOPE_LOG
		      "#command BDAT\nbdat!: 454 no\r\n"
		      "#command BDAT\n" STATE ENVELOPE_LOG
		      "#command BDAT\nmessage!: 454 no\r\n"},
	{"the challenge is refused", &refusing_challenge, false,
		EHLO "AUTH PLAIN\r\nNOOP\r\n",
		HELLO "#command EHLO\ncapabilities: 250-" HOST
		      "\r\n250 AUTH PLAIN\r\n"
		      "#command AUTH\nchallenge!: 454 no\r\n"
		      "#command NOOP\nnoop: 250 Ok\r\n"},
	{"closed at once", &bye, false, EHLO, "greeting: 554 no\r\n#close\n"},
	{"the client hangs up in a message", &bare, false,
		EHLO ENVELOPE "DATA\r\nx\r\n.\r" END "\n",
		HELLO EHLO_BARE ENVELOPE_LOG DATA_LOG "#close\n"},
};

static void
nothing_prepare(void)
{
}

static void
dialogues_are_answered_alike_however_cut(void **state)
{
	(void)state;
	dialogue_table(&smtp_engine, rows, sizeof(rows) / sizeof(*rows),
		nothing_prepare);
}

static void
flood(const struct engine_config *config, const char *head, const char *unit,
	size_t n, const char *tail, const char *expected)
{
	dialogue_flood(&smtp_engine, config, head, unit, n, tail, expected);
}

static void
errors_end_the_session(void **state)
{
	const char *last = "error: 421 Too many errors\r\n#close\n";

	(void)state;
	flood(&bare, "", "X\r\n", 99, "", UNKNOWN);
	flood(&bare, "", "X\r\n", 101, "", last);
	flood(&clear_auth, EHLO, "AUTH PLAIN =\r\n", 500, "", last);
	flood(&refusing, "", EHLO, 500, "",
		"capabilities!: 454 no\r\n#close\n");
}

static void
limits_hold(void **state)
{
	const char *long_line = "#protocol-error line too long\n"
				"error: 500 Line too long\r\n";

	(void)state;
	flood(&bare, "NOOP ", "12345678", 600, "\r\n", long_line);
	flood(&bare, "", "12345678", 303105, "\r\n", long_line);
	flood(&clear_auth, EHLO "AUTH PLAIN\r\n", "AAAA", 4200, "\r\n",
		long_line);
	flood(&clear_auth, EHLO "AUTH PLAIN ", "AAAA", 3000, "\r\n",
		"#protocol-error neither the name nor the password is empty\n"
		"auth: 501 Malformed response\r\n");
	flood(&bare, EHLO "MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", 101, "",
		"#command RCPT\nrcpt: 452 Too many recipients\r\n");
	flood(&bare, EHLO ENVELOPE "DATA\r\n", "12345678\r\n", 104858, ".\r\n",
		"message: 552 Message too big\r\n");
	flood(&bare, EHLO ENVELOPE "DATA\r\n", "12345678\r\n", 104857, ".\r\n",
		TAKEN);
	flood(&relay, EHLO "BDAT 3000000\r\n", "12345678", 375000, "NOOP\r\n",
		STATE "#command NOOP\nnoop: 250 Ok\r\n");
}

/* Far more than the buffer holds stands behind STARTTLS: nothing of it may
 * come back, whatever follows. */
static void
a_flood_behind_starttls_is_dropped(void **state)
{
	(void)state;
	flood(&relay, "STARTTLS\r\n", "NOOP\r\n", 20000, SECURED "QUIT\r\n",
		"#start-tls\n#command QUIT\nlogout: 221 Bye\r\n#close\n");
	flood(&relay, "STARTTLS\r\n", "NOOP\r\n", 20000, BORDER "\r\nQUIT\r\n",
		"#command QUIT\nlogout: 221 Bye\r\n#close\n");
}

static void
random_bytes_do_no_harm(void **state)
{
	static const char *const words[] = {"\r\n", "\r\n", "\r\n", ".", " ",
		EHLO, "AUTH PLAIN ", PLAIN, "*", "AUTH SCRAM-SHA-256 ",
		"MAIL FROM:<a@b>", ENVELOPE, "RCPT TO:", "<c@d>", "DATA\r\n",
		"\r\n.\r\n", "BDAT 5\r\n", "BDAT 3 LAST\r\n", "SIZE=1", "=",
		"RSET\r\n", "NOOP", " SMTPUTF8"};

	(void)state;
	dialogue_storm(
		&smtp_engine, &full, words, sizeof(words) / sizeof(*words));
	dialogue_storm(&smtp_engine, &clear_auth, words,
		sizeof(words) / sizeof(*words));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dialogues_are_answered_alike_however_cut),
		cmocka_unit_test(errors_end_the_session),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(a_flood_behind_starttls_is_dropped),
		cmocka_unit_test(random_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
