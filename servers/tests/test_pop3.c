/* SPDX-License-Identifier: Apache-2.0 */
/* The POP3 engine: dialogues, whole and cut everywhere. */
#include "tests/dialogue.h"

/* RFC 1939 section 7 and RFC 2195 have the digests for these. */
#define HOST "dbc.mtview.ca.us"
#define CONFIG                                                                 \
	.hostz = HOST, .noncez = "1896.697170952", .userz = "mrose",           \
	.passwordz = "tanstaaf", .tokenz = "token", .mailbox = &mailbox

static struct engine_mailbox mailbox;

/* Fresh before each dialogue: POP3 removes messages. */
static void
mailbox_fill(void)
{
	static const char *const texts[] = {
		"Subject: one\r\n\r\n.\r\n..two\r\nend\r\n.\r\n",
		"Subject: gone\r\n\r\n",
		"Subject: three\r\n\r\na\r\nb",
	};

	mailbox = (struct engine_mailbox){.n = 3, .uid_validity = 7};
	for (unsigned i = 0; i < mailbox.n; i++)
		mailbox.message[i].text = span_z(texts[i]);
	mailbox.message[1].gone = true;
}

static const struct engine_config full = {CONFIG,
	.capabilities = {
		[PHASE_CLEAR] = {{"STLS", "USER", "APOP", "UTF8", "PIPELINING",
					 "SASL PLAIN CRAM-MD5 GSSAPI",
					 "RESP-CODES", "AUTH-RESP-CODE"},
			8},
		[PHASE_TLS] = {{"USER", "SASL PLAIN LOGIN"}, 2},
		[PHASE_LOGIN] = {{"TOP", "UIDL"}, 2},
	}};
static const struct engine_config bare = {CONFIG};
static const struct engine_config bare_user = {
	CONFIG, .capabilities = {[PHASE_CLEAR] = {{"USER"}, 1}}};
static const struct engine_config implicit = {CONFIG, .implicit_tls = true,
	.capabilities = {
		[PHASE_CLEAR] = {{"STLS", "APOP"}, 2},
		[PHASE_TLS] = {{"USER"}, 1},
	}};
static const struct engine_config bye = {CONFIG, .greeting = GREETING_BYE,
	.greeting_text = {(const uint8_t *)"-ERR busy\r\n", 11}};
static const struct engine_config silent = {CONFIG, .silent = true};
static const struct engine_config refusing = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"STLS", "USER", "SASL PLAIN"}, 3}},
	.refusal = {{"starttls", {(const uint8_t *)"-ERR no\r\n", 9},
			    ENGINE_EVERYWHERE},
		{"capabilities", {(const uint8_t *)"-ERR what\r\n", 11},
			ENGINE_EVERYWHERE},
		{"challenge", {(const uint8_t *)"-ERR later\r\n", 12},
			ENGINE_EVERYWHERE}},
	.refusals = 3};

#define HELLO "greeting: +OK POP3 server ready\r\n"
#define HELLO_APOP                                                             \
	"greeting: +OK POP3 server ready <1896.697170952@" HOST ">\r\n"
#define PLAIN "AG1yb3NlAHRhbnN0YWFm" /* NUL mrose NUL tanstaaf */
#define LOGIN "USER mrose\r\nPASS tanstaaf\r\n"
#define LOGIN_LOG                                                              \
	"#command USER\nuser: +OK Send PASS\r\n"                               \
	"#command PASS\n#auth USER ok\nlogin: +OK Logged in\r\n"
#define STATE                                                                  \
	"#protocol-error command in the wrong state\nerror: -ERR Not now\r\n"
#define SYNTAX "#protocol-error bad arguments\nerror: -ERR Bad arguments\r\n"
#define QUIT_LOG "#command QUIT\nlogout: +OK Bye\r\n#close\n"

static const struct dialogue_row rows[] = {
	{"capabilities of each phase", &full, false,
		"capa\r\nSTLS\r\n" SECURED "CAPA\r\n" LOGIN "CAPA\r\nQUIT\r\n",
		HELLO_APOP
		"#command CAPA\ncapabilities: +OK\r\nSTLS\r\nUSER\r\nUTF8\r\n"
		"PIPELINING\r\nSASL PLAIN CRAM-MD5 GSSAPI\r\nRESP-CODES\r\n"
		"AUTH-RESP-CODE\r\n.\r\n"
		"#command STLS\nstarttls: +OK Begin TLS\r\n#start-tls\n"
		"#command CAPA\ncapabilities: +OK\r\nUSER\r\n"
		"SASL PLAIN LOGIN\r\n.\r\n" LOGIN_LOG
		"#command CAPA\ncapabilities: "
		"+OK\r\nTOP\r\nUIDL\r\n.\r\n" QUIT_LOG},
	{"the drop", &full, false,
		LOGIN "STAT\r\nLIST\r\nLIST 2\r\nUIDL\r\nUIDL 1\r\nRETR "
		      "2\r\nQUIT\r\n",
		HELLO_APOP LOGIN_LOG
		"#command STAT\nstat: +OK 2 58\r\n"
		"#command LIST\nlist: +OK\r\n1 34\r\n2 24\r\n.\r\n"
		"#command LIST\nlist: +OK 2 24\r\n"
		"#command UIDL\nuidl: +OK\r\n1 7.1\r\n2 7.3\r\n.\r\n"
		"#command UIDL\nuidl: +OK 1 7.1\r\n"
		"#command RETR\nretr: +OK 24 octets\r\nSubject: three\r\n\r\n"
		"a\r\nb\r\n.\r\n"
		"#message fetched 2 Subject: three\r\n\r\na\r\nb\n" QUIT_LOG},
	{"dots are stuffed", &full, false, LOGIN "RETR 1\r\n",
		HELLO_APOP LOGIN_LOG
		"#command RETR\nretr: +OK 34 octets\r\nSubject: one\r\n\r\n"
		"..\r\n...two\r\nend\r\n..\r\n.\r\n"
		"#message fetched 1 Subject: one\r\n\r\n.\r\n..two\r\nend\r\n"
		".\r\n\n"},
	{"TOP", &full, false, LOGIN "TOP 1 0\r\nTOP 1 2\r\nTOP 2 99\r\n",
		HELLO_APOP LOGIN_LOG
		"#command TOP\ntop: +OK 16 octets\r\nSubject: one\r\n\r\n.\r\n"
		"#message fetched 1 Subject: one\r\n\r\n\n"
		"#command TOP\ntop: +OK 26 octets\r\nSubject: one\r\n\r\n..\r\n"
		"...two\r\n.\r\n"
		"#message fetched 1 Subject: one\r\n\r\n.\r\n..two\r\n\n"
		"#command TOP\ntop: +OK 24 octets\r\nSubject: three\r\n\r\n"
		"a\r\nb\r\n.\r\n"
		"#message fetched 2 Subject: three\r\n\r\na\r\nb\n"},
	{"marks, and their removal", &full, false,
		LOGIN "DELE 1\r\nDELE 1\r\nRETR 1\r\nLIST 1\r\nLIST\r\nSTAT\r\n"
		      "RSET\r\nSTAT\r\n",
		HELLO_APOP LOGIN_LOG
		"#command DELE\ndele: +OK Marked\r\n"
		"#command DELE\ndele: -ERR No such message\r\n"
		"#command RETR\nretr: -ERR No such message\r\n"
		"#command LIST\nlist: -ERR No such message\r\n"
		"#command LIST\nlist: +OK\r\n2 24\r\n.\r\n"
		"#command STAT\nstat: +OK 1 24\r\n"
		"#command RSET\nrset: +OK\r\n"
		"#command STAT\nstat: +OK 2 58\r\n"},
	{"numbers that are none", &full, false,
		LOGIN "RETR\r\nRETR 0\r\nRETR 3\r\nRETR x\r\nRETR -1\r\n"
		      "RETR 99999999999999999999\r\nRETR 1 1\r\nTOP 1\r\n"
		      "TOP 1 1 1\r\nLIST 1 2\r\n",
		HELLO_APOP LOGIN_LOG
		"#command RETR\n" SYNTAX "#command RETR\n"
		"retr: -ERR No such message\r\n"
		"#command RETR\n"
		"retr: -ERR No such message\r\n"
		"#command RETR\n" SYNTAX "#command RETR\n" SYNTAX
		"#command RETR\n" SYNTAX "#command RETR\n" SYNTAX
		"#command TOP\n" SYNTAX "#command TOP\n" SYNTAX
		"#command LIST\n" SYNTAX},
	{"APOP", &full, false,
		"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n",
		HELLO_APOP "#command APOP\n#proof apop\n#auth APOP ok\n"
			   "auth: +OK Logged in\r\n"},
	{"APOP, wrong digest, wrong user, no digest", &full, false,
		"APOP mrose c4c9334bac560ecc979e58001b3e22fc\r\n"
		"APOP mrosf c4c9334bac560ecc979e58001b3e22fb\r\nAPOP mrose\r\n",
		HELLO_APOP "#command APOP\n#auth APOP no\n"
			   "auth: -ERR [AUTH] Wrong credentials\r\n"
			   "#command APOP\n#auth APOP no\n"
			   "auth: -ERR [AUTH] Wrong credentials\r\n"
			   "#command APOP\n" SYNTAX},
	{"AUTH alone lists", &full, false, "AUTH\r\n",
		HELLO_APOP "#command AUTH\ncapabilities: +OK\r\nPLAIN\r\n"
			   "CRAM-MD5\r\nGSSAPI\r\n.\r\n"},
	{"AUTH with and without initial response", &full, false,
		"AUTH PLAIN\r\n*\r\nAUTH PLAIN !\r\nAUTH PLAIN " PLAIN
		"\r\nAUTH PLAIN\r\n",
		HELLO_APOP "#command AUTH\nchallenge: + \r\n"
			   "auth: -ERR Cancelled\r\n"
			   "#command AUTH\n"
			   "#protocol-error initial response is not base64\n"
			   "auth: -ERR Malformed response\r\n"
			   "#command AUTH\n#auth PLAIN ok\n"
			   "auth: +OK Logged in\r\n#command AUTH\n" STATE},
	{"AUTH in steps", &full, false,
		"AUTH CRAM-MD5\r\n"
		"bXJvc2UgODlhYmY2OWI5MjJlYTZhM2RmNjRmYTY1NTBlNDIwYmY=\r\n"
		"STLS\r\n" SECURED "AUTH LOGIN\r\nbXJvc2U=\r\ndGFuc3RhYWY=\r\n",
		HELLO_APOP "#command AUTH\nchallenge: + "
			   "PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+\r\n"
			   "#auth CRAM-MD5 no\n"
			   "auth: -ERR [AUTH] Wrong credentials\r\n"
			   "#command STLS\nstarttls: +OK Begin TLS\r\n"
			   "#start-tls\n"
			   "#command AUTH\nchallenge: + VXNlcm5hbWU6\r\n"
			   "challenge: + UGFzc3dvcmQ6\r\n#auth LOGIN ok\n"
			   "auth: +OK Logged in\r\n"},
	{"mechanisms that are not offered, or not known", &full, false,
		"AUTH LOGIN\r\nAUTH GSSAPI\r\nAUTH PLAIN = =\r\n",
		HELLO_APOP
		"#command AUTH\nauth!: -ERR Mechanism not supported\r\n"
		"#command AUTH\nauth!: -ERR Mechanism not supported\r\n"
		"#command AUTH\n" SYNTAX},
	{"what is not offered does not work", &bare, false,
		"STLS\r\nUSER mrose\r\nAPOP mrose "
		"c4c9334bac560ecc979e58001b3e22fb\r\nAUTH PLAIN\r\nUTF8\r\n"
		"CAPA\r\n",
		HELLO "#command STLS\nstarttls!: -ERR Not supported\r\n"
		      "#command USER\nuser!: -ERR Not supported\r\n"
		      "#command APOP\nauth!: -ERR Not supported\r\n"
		      "#command AUTH\nauth!: -ERR Not supported\r\n"
		      "#command UTF8\nenable!: -ERR Not supported\r\n"
		      "#command CAPA\ncapabilities: +OK\r\n.\r\n"},
	{"nor behind the login", &bare_user, false,
		LOGIN "TOP 1 1\r\nUIDL\r\nNOOP\r\n",
		HELLO LOGIN_LOG "#command TOP\ntop!: -ERR Not supported\r\n"
				"#command UIDL\nuidl!: -ERR Not supported\r\n"
				"#command NOOP\nnoop: +OK\r\n"},
	{"the response code needs a capability", &bare_user, false,
		"USER mrose\r\nPASS x\r\nPASS tanstaaf\r\n",
		HELLO "#command USER\nuser: +OK Send PASS\r\n"
		      "#command PASS\n#auth USER no\n"
		      "login: -ERR Wrong credentials\r\n"
		      "#command PASS\n" STATE},
	{"a password is everything behind one space", &bare_user, false,
		"USER mrose\r\nPASS  tanstaaf\r\n"
		"USER mrose x\r\nPASS tanstaaf\r\nUSER\r\n",
		HELLO "#command USER\nuser: +OK Send PASS\r\n"
		      "#command PASS\n#auth USER no\n"
		      "login: -ERR Wrong credentials\r\n"
		      "#command USER\nuser: +OK Send PASS\r\n"
		      "#command PASS\n#auth USER no\n"
		      "login: -ERR Wrong credentials\r\n"
		      "#command USER\n" SYNTAX},
	{"commands in the wrong state", &full, false,
		"STAT\r\nRETR 1\r\nPASS tanstaaf\r\n" LOGIN
		"USER mrose\r\nSTLS\r\nUTF8\r\n",
		HELLO_APOP "#command STAT\n" STATE "#command RETR\n" STATE
			   "#command PASS\n" STATE LOGIN_LOG
			   "#command USER\n" STATE "#command STLS\n" STATE
			   "#command UTF8\n" STATE},
	{"no second TLS", &implicit, false, "STLS\r\nCAPA\r\n",
		HELLO "#command STLS\n" STATE
		      "#command CAPA\ncapabilities: +OK\r\nUSER\r\n.\r\n"},
	{"what stands behind STLS is dropped", &full, true,
		"STLS\r\n" LOGIN "STAT\r\n" SECURED "STAT\r\nQUIT\r\n",
		HELLO_APOP
		"#command STLS\nstarttls: +OK Begin TLS\r\n#start-tls\n"
		"#command STAT\n" STATE QUIT_LOG},
	{"half a command as well", &full, true,
		"STLS\r\nUSER mro" SECURED "se\r\n",
		HELLO_APOP
		"#command STLS\nstarttls: +OK Begin TLS\r\n#start-tls\n"
		"#command SE\n#protocol-error unknown command\n"
		"error: -ERR Unknown command\r\n"},
	{"a name given in clear is forgotten", &full, false,
		"USER mrose\r\nSTLS\r\n" SECURED "PASS tanstaaf\r\n",
		HELLO_APOP "#command USER\nuser: +OK Send PASS\r\n"
			   "#command STLS\nstarttls: +OK Begin TLS\r\n"
			   "#start-tls\n#command PASS\n" STATE},
	{"no handshake follows", &full, false,
		"STLS\r\n" BORDER "USER mrose\r\n",
		HELLO_APOP
		"#command STLS\nstarttls: +OK Begin TLS\r\n#start-tls\n"
		"#command USER\nuser: +OK Send PASS\r\n"},
	{"no handshake follows commands in the same segment", &full, true,
		"STLS\r\nUSER mro" BORDER "se\r\n",
		HELLO_APOP
		"#command STLS\nstarttls: +OK Begin TLS\r\n#start-tls\n"
		"#command USER\nuser: +OK Send PASS\r\n"},
	{"refused by the configuration", &refusing, false,
		"CAPA\r\nSTLS\r\nAUTH\r\nAUTH PLAIN\r\nQUIT\r\n",
		HELLO "#command CAPA\ncapabilities!: -ERR what\r\n"
		      "#command STLS\nstarttls!: -ERR no\r\n"
		      "#command AUTH\ncapabilities!: -ERR what\r\n"
		      "#command AUTH\nchallenge!: -ERR later\r\n" QUIT_LOG},
	{"unknown, empty and odd lines", &full, false,
		"XYZZY 1\r\n\r\n R\r\nst\xc3\xa4t\r\n"
		"ABCDEFGHIJKLMNOPQ\r\nUTF8\r\nNOOP\n",
		HELLO_APOP "#command XYZZY\n#protocol-error unknown command\n"
			   "error: -ERR Unknown command\r\n"
			   "#protocol-error unknown command\nerror: -ERR "
			   "Unknown command\r\n"
			   "#protocol-error unknown command\nerror: -ERR "
			   "Unknown command\r\n"
			   "#protocol-error unknown command\nerror: -ERR "
			   "Unknown command\r\n"
			   "#protocol-error unknown command\nerror: -ERR "
			   "Unknown command\r\n"
			   "#command UTF8\nenable: +OK UTF-8 it is\r\n"
			   "#protocol-error line ends with a bare LF\n"
			   "#command NOOP\n" STATE},
	{"nothing behind QUIT", &full, false, "QUIT\r\nCAPA\r\n" END,
		HELLO_APOP QUIT_LOG},
	{"the client hangs up", &full, false, "CAP" END "A\r\n",
		HELLO_APOP "#close\n"},
	{"closed at once", &bye, false, "CAPA\r\n",
		"greeting: -ERR busy\r\n#close\n"},
	{"silent", &silent, false, "CAPA\r\n",
		"#command CAPA\ncapabilities: +OK\r\n.\r\n"},
};

static void
dialogues_are_answered_alike_however_cut(void **state)
{
	(void)state;
	dialogue_table(
		&pop3_engine, rows, sizeof(rows) / sizeof(*rows), mailbox_fill);
}

/* Only QUIT removes, and only what was marked (RFC 1939 section 6). */
static void
messages_go_at_quit_only(void **state)
{
	const struct dialogue_cut whole = {dialogue_whole, 0};
	struct buf log;

	(void)state;
	buf_init(&log, DIALOGUE_MAX);
	mailbox_fill();
	dialogue_play(&pop3_engine, &full, span_z(LOGIN "DELE 2\r\n" END),
		&whole, &log);
	assert_false(mailbox.message[2].gone);
	dialogue_play(&pop3_engine, &full, span_z(LOGIN "DELE 2\r\nQUIT\r\n"),
		&whole, &log);
	assert_false(mailbox.message[0].gone);
	assert_true(mailbox.message[2].gone);
	buf_fini(&log);
}

static void
flood(const struct engine_config *config, const char *unit, size_t n,
	const char *expected)
{
	mailbox_fill();
	dialogue_flood(&pop3_engine, config, "", unit, n, "\r\n", expected);
}

static void
errors_end_the_session(void **state)
{
	(void)state;
	flood(&full, "X\r\n", 98, "error: -ERR Unknown command\r\n");
	flood(&full, "X\r\n", 99, "error: -ERR Too many errors\r\n#close\n");
	flood(&bare, "STLS\r\n", 500,
		"error: -ERR Too many errors\r\n#close\n");
	flood(&refusing, "STLS\r\n", 500, "starttls!: -ERR no\r\n#close\n");
	flood(&bare_user, "USER x\r\nPASS x\r\n", 500,
		"error: -ERR Too many errors\r\n#close\n");
}

static void
long_lines_are_refused(void **state)
{
	const char *tail = "#protocol-error line too long\n"
			   "error: -ERR Line too long\r\n";

	(void)state;
	flood(&full, "USER ", 820, tail);
	flood(&full, "AAAAAAAAAAAAAAAA", 1024, tail);
	flood(&full, "AAAAAAAAAAAAAAAA", 204801, tail);
	flood(&full, "AUTH PLAIN AAAA", 1000, "#command AUTH\n" SYNTAX);
}

static void
random_bytes_do_no_harm(void **state)
{
	static const char *const words[] = {"\r\n", "\r\n", "\r\n", " ", "1",
		"2", "USER mrose\r\n", "PASS tanstaaf\r\n", "CAPA", "AUTH ",
		"PLAIN", "CRAM-MD5", PLAIN, "*\r\n", "APOP mrose ", "RETR 1",
		"TOP 1 ", "LIST", "UIDL", "DELE 1", "RSET", "STAT", "=",
		"c4c9334bac560ecc979e58001b3e22fb"};
	struct engine_config config = full;

	(void)state;
	/* Nothing is removed, so that the second way meets the same drop. */
	mailbox_fill();
	dialogue_storm(
		&pop3_engine, &config, words, sizeof(words) / sizeof(*words));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dialogues_are_answered_alike_however_cut),
		cmocka_unit_test(messages_go_at_quit_only),
		cmocka_unit_test(errors_end_the_session),
		cmocka_unit_test(long_lines_are_refused),
		cmocka_unit_test(random_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
