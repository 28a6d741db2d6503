/* SPDX-License-Identifier: Apache-2.0 */
/* DEEP and MUA-STS in the engines: announced, asked for, reported. */
#include "tests/dialogue.h"

#define HOST "mail.example.test"
#define CONFIG                                                                 \
	.hostz = HOST, .noncez = "nonce", .userz = "mrose",                    \
	.passwordz = "tanstaaf", .tokenz = "token"
#define EVERYWHERE(text)                                                       \
	{                                                                      \
		text, text, text, text                                         \
	}

static const struct engine_config imap04 = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"IMAP4rev1"}, 1},
		[PHASE_GREETING] = {{"IMAP4rev1", "ID"}, 2}},
	.deep = {LK_LATCH_04, false, EVERYWHERE("tls12 <https://a/>")}};
static const struct engine_config imap04_examples = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"IMAP4rev1", "ID"}, 2}},
	.deep = {LK_LATCH_04, true, EVERYWHERE("")}};
static const struct engine_config imap06 = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"IMAP4rev1", "ID"}, 2}},
	.deep = {LK_LATCH_06, false, EVERYWHERE("tls-cert; x=\"")}};
static const struct engine_config imap06_examples = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"IMAP4rev1", "ID"}, 2}},
	.deep = {LK_LATCH_06, true, EVERYWHERE("tls-cert")}};
static const struct engine_config imap_plain = {
	CONFIG, .capabilities = {[PHASE_CLEAR] = {{"IMAP4rev1", "ID"}, 2}}};

static const struct dialogue_row imap_rows[] = {
	{"announced, with ID", &imap04, false,
		"a CAPABILITY\r\nb ID NIL\r\n"
		"c ID (\"latch-fail\" \"tls12\")\r\n"
		"d ID (\"latch-fail\" \"\")\r\n",
		"greeting: * OK [CAPABILITY IMAP4rev1 ID DEEP] " HOST
		" is ready\r\n"
		"#command CAPABILITY a\n"
		"capabilities: * CAPABILITY IMAP4rev1 ID DEEP\r\n"
		"a OK CAPABILITY completed\r\n"
		"#command ID b\n#report ID ok NIL\n"
		"id: * ID (\"name\" \"Latchkey\" \"deep\" \"tls12 "
		"<https://a/>\")\r\nb OK ID completed\r\n"
		"#status tls12 <https://a/>\n"
		"#command ID c\n#report ID ok (\"latch-fail\" \"tls12\")\n"
		"id: * ID (\"name\" \"Latchkey\" \"deep\" \"tls12 "
		"<https://a/>\")\r\nc OK ID completed\r\n"
		"#status tls12 <https://a/>\n"
		"#command ID d\n#report ID no (\"latch-fail\" \"\")\r\n\n"
		"id: * ID (\"name\" \"Latchkey\" \"deep\" \"tls12 "
		"<https://a/>\")\r\nd OK ID completed\r\n"
		"#status tls12 <https://a/>\n"},
	{"an empty status, names of the examples", &imap04_examples, false,
		"a ID NIL\r\n",
		"greeting: * OK " HOST " is ready\r\n"
		"#command ID a\n#report ID ok NIL\n"
		"id: * ID (\"name\" \"Latchkey\" \"deep-status\" \"\")\r\n"
		"a OK ID completed\r\n#status\n"},
	{"directives; quotes are escaped", &imap06, false,
		"a CAPABILITY\r\nb ID NIL\r\n",
		"greeting: * OK " HOST " is ready\r\n"
		"#command CAPABILITY a\n"
		"capabilities: * CAPABILITY IMAP4rev1 ID STS\r\n"
		"a OK CAPABILITY completed\r\n"
		"#command ID b\n#report ID ok NIL\n"
		"id: * ID (\"name\" \"Latchkey\" \"sts\" \"tls-cert; "
		"x=\\\"\")\r\nb OK ID completed\r\n"
		"#status tls-cert; x=\"\n"},
	{"directives, names of the examples", &imap06_examples, false,
		"a ID NIL\r\n",
		"greeting: * OK " HOST " is ready\r\n"
		"#command ID a\n#report ID ok NIL\n"
		"id: * ID (\"name\" \"Latchkey\" \"sts-policy\" "
		"\"tls-cert\")\r\na OK ID completed\r\n#status tls-cert\n"},
	{"not spoken", &imap_plain, false, "a ID (\"latch\" \"tls12\")\r\n",
		"greeting: * OK " HOST " is ready\r\n"
		"#command ID a\n"
		"id: * ID (\"name\" \"Latchkey\")\r\na OK ID completed\r\n"},
};

static const struct engine_config pop04 = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"USER"}, 1}},
	.deep = {LK_LATCH_02, true, EVERYWHERE("tls11 tls-cert")}};
static const struct engine_config pop05 = {
	CONFIG, .deep = {LK_LATCH_05, false, EVERYWHERE("tls-cert")}};
static const struct engine_config pop05_examples = {
	CONFIG, .deep = {LK_LATCH_05, true, EVERYWHERE("")}};

#define POP3_HELLO "greeting: +OK POP3 server ready\r\n#command CAPA\n"

static const struct dialogue_row pop3_rows[] = {
	{"tags", &pop04, false, "CAPA\r\n",
		POP3_HELLO "capabilities: +OK\r\nUSER\r\nDEEP tls11 "
			   "tls-cert\r\n.\r\n#status tls11 tls-cert\n"},
	{"directives, the name of the text", &pop05, false, "CAPA\r\n",
		POP3_HELLO "capabilities: +OK\r\nDEEP tls-cert\r\n.\r\n"
			   "#status tls-cert\n"},
	{"directives, that of the examples; an empty list", &pop05_examples,
		false, "CAPA\r\n",
		POP3_HELLO "capabilities: +OK\r\nSTS\r\n.\r\n#status\n"},
};

static const struct engine_config smtp04 = {CONFIG,
	.capabilities = {[PHASE_CLEAR] = {{"SIZE 40"}, 1}},
	.deep = {LK_LATCH_04, false, EVERYWHERE("tls12 tls-cert")}};
static const struct engine_config smtp06 = {CONFIG,
	.deep = {LK_LATCH_06, false, EVERYWHERE("tls-version=1.2; tls-cert")}};
static const struct engine_config smtp_plain = {CONFIG};

#define SMTP_HELLO "greeting: 220 " HOST " ESMTP\r\n"

static const struct dialogue_row smtp_rows[] = {
	{"tags and CLIENT", &smtp04, false,
		"CLIENT name=x\r\nEHLO x\r\nCLIENT name=x latch=tls12,tls-cert"
		"\r\nCLIENT latch=\r\nCLIENT latch-fail=tls=x\r\n"
		"CLIENT latch=1\r\nCLIENT\r\n",
		SMTP_HELLO
		"#command CLIENT\n#protocol-error command in the wrong state\n"
		"error: 503 Bad sequence of commands\r\n"
		"#command EHLO\ncapabilities: 250-" HOST
		"\r\n250-SIZE 40\r\n250 DEEP tls12 tls-cert\r\n"
		"#status tls12 tls-cert\n"
		"#command CLIENT\n#report CLIENT ok CLIENT name=x "
		"latch=tls12,tls-cert\r\n\nclient: 250 Noted\r\n"
		"#command CLIENT\n#report CLIENT no CLIENT latch=\r\n\n"
		"client: 501 Bad parameter\r\n"
		"#command CLIENT\n#report CLIENT no CLIENT latch-fail=tls=x"
		"\r\n\nclient: 501 Bad parameter\r\n"
		"#command CLIENT\n#report CLIENT no CLIENT latch=1\r\n\n"
		"client: 250 Noted\r\n"
		"#command CLIENT\n#report CLIENT no CLIENT \r\n\n"
		"client: 501 Bad parameter\r\n"},
	{"directives and CLIENT", &smtp06, false,
		"EHLO x\r\nCLIENT name x policy-fail \"tls-cert=pkix; "
		"tls-version=1.2\"\r\nCLIENT name=x\r\n",
		SMTP_HELLO "#command EHLO\ncapabilities: 250-" HOST
			   "\r\n250 MSTS tls-version=1.2; tls-cert\r\n"
			   "#status tls-version=1.2; tls-cert\n"
			   "#command CLIENT\n#report CLIENT ok CLIENT name x "
			   "policy-fail \"tls-cert=pkix; tls-version=1.2\""
			   "\r\n\nclient: 250 Noted\r\n"
			   "#command CLIENT\n#report CLIENT no CLIENT name=x"
			   "\r\n\nclient: 501 Bad parameter\r\n"},
	{"not spoken", &smtp_plain, false, "EHLO x\r\nCLIENT name=x\r\n",
		SMTP_HELLO "#command EHLO\ncapabilities: 250 " HOST "\r\n"
			   "#command CLIENT\n#protocol-error unknown command\n"
			   "error: 500 Unknown command\r\n"},
};

static void
nothing(void)
{
}

static void
imap_speaks_deep(void **state)
{
	(void)state;
	dialogue_table(&imap_engine, imap_rows,
		sizeof(imap_rows) / sizeof(*imap_rows), nothing);
}

static void
pop3_speaks_deep(void **state)
{
	(void)state;
	dialogue_table(&pop3_engine, pop3_rows,
		sizeof(pop3_rows) / sizeof(*pop3_rows), nothing);
}

static void
smtp_speaks_deep(void **state)
{
	(void)state;
	dialogue_table(&smtp_engine, smtp_rows,
		sizeof(smtp_rows) / sizeof(*smtp_rows), nothing);
}

/* Lines of any length, with any bytes, are answered and noted. */
static void
long_reports_are_refused(void **state)
{
	(void)state;
	dialogue_flood(&smtp_engine, &smtp04, "EHLO x\r\nCLIENT name=", "a",
		600, "\r\n", "client: 501 Bad parameter\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imap_speaks_deep),
		cmocka_unit_test(pop3_speaks_deep),
		cmocka_unit_test(smtp_speaks_deep),
		cmocka_unit_test(long_reports_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
