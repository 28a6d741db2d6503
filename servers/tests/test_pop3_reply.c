/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of POP3 servers: each rule of their grammars from both sides. */
#include "tests/parse_check.h"

#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X500 X100 X100 X100 X100 X100
#define REPLY(status, code, text)                                              \
	"{\"status\":\"" status "\",\"code\":\"" code "\",\"text\":\"" text    \
	"\"}"

static const struct parse_row replies[] = {
	ROW_GOOD("yes", "+OK\r\n", REPLY("+OK", "", "")),
	ROW_GOOD("yes with text", "+OK 2 320\r\n", REPLY("+OK", "", "2 320")),
	ROW_GOOD("no", "-ERR no such message\r\n",
		REPLY("-ERR", "", "no such message")),
	ROW_GOOD("response code", "-ERR [SYS/TEMP] later\r\n",
		REPLY("-ERR", "SYS/TEMP", " later")),
	ROW_GOOD("bracket behind a code", "-ERR [A] [b\r\n",
		REPLY("-ERR", "A", " [b")),
	ROW_GOOD("challenge", "+ YWJj\r\n", REPLY("+", "", "YWJj")),
	ROW_GOOD("padded challenge", "+ YQ==\r\n", REPLY("+", "", "YQ==")),
	ROW_GOOD("empty challenge", "+ \r\n", REPLY("+", "", "")),
	ROW_GOOD("long challenge", "+ " X500 X500 "\r\n",
		REPLY("+", "", X500 X500)),
	ROW_OPEN("DEL in a code", "+OK [A\x7f] x\r\n", POP3_TEXT_CONTROL,
		REPLY("+OK", "A\\u007f", " x")),
	ROW_GOOD("longest line", "+OK " X500 "xxxxxx\r\n",
		REPLY("+OK", "", X500 "xxxxxx")),
	ROW_GOOD("blank without text", "+OK \r\n", REPLY("+OK", "", "")),
	ROW_OPEN("bracket in text", "+OK a [b]\r\n", POP3_TEXT_BRACKET,
		REPLY("+OK", "", "a [b]")),
	ROW_OPEN("DEL", "+OK \x7f\r\n", POP3_TEXT_CONTROL,
		REPLY("+OK", "", "\\u007f")),
	ROW_OPEN("control behind a code", "+OK [A]\t\r\n", POP3_TEXT_CONTROL,
		REPLY("+OK", "A", "\\u0009")),
	ROW_OPEN("UTF-8", "+OK \xc3\xa9\r\n", POP3_TEXT_UTF8,
		REPLY("+OK", "", "\\u00c3\\u00a9")),
	ROW_STOP("nothing", "", MORE, POP3_STATUS, 0),
	ROW_STOP("half a status", "+O", MORE, POP3_STATUS, 2),
	ROW_STOP("small letters", "+ok\r\n", BAD, POP3_STATUS, 1),
	ROW_STOP("small letters of a no", "-err\r\n", BAD, POP3_STATUS, 1),
	ROW_STOP("something else", "WELL hello\r\n", BAD, POP3_STATUS, 0),
	ROW_STOP("another sign", "*OK\r\n", BAD, POP3_STATUS, 0),
	ROW_STOP("no blank", "+OKAY\r\n", BAD, POP3_TEXT, 3),
	ROW_STOP("status alone", "+OK", MORE, POP3_TEXT, 3),
	ROW_STOP("bare LF behind the status", "+OK\n", BAD, POP3_TEXT, 3),
	ROW_STOP("empty code", "+OK [] x\r\n", BAD, POP3_CODE, 5),
	ROW_STOP("empty level", "+OK [A//B] x\r\n", BAD, POP3_CODE, 7),
	ROW_STOP("level missing", "+OK [A/] x\r\n", BAD, POP3_CODE, 7),
	ROW_STOP("blank in a code", "+OK [A B] x\r\n", BAD, POP3_CODE, 6),
	ROW_STOP("open code", "+OK [A\r\n", BAD, POP3_CODE, 6),
	ROW_STOP("code not whole", "+OK [A", MORE, POP3_CODE, 6),
	ROW_STOP("tab", "+OK a\tb\r\n", BAD, POP3_TEXT, 5),
	ROW_STOP("NUL", "+OK a\0\r\n", BAD, POP3_TEXT, 5),
	ROW_STOP("NUL behind a code", "+OK [A]\0\r\n", BAD, POP3_TEXT, 7),
	ROW_STOP("no UTF-8", "+OK \xff\r\n", BAD, POP3_TEXT, 4),
	ROW_STOP("half a character", "+OK \xc3", MORE, POP3_TEXT, 4),
	ROW_STOP("half a character behind the longest line",
		"+OK " X500 "xxxxxxxx\xc3", LIMIT, POP3_LINE_SIZE, 512),
	ROW_STOP("bare LF", "+OK a\n", BAD, POP3_LINE_END, 5),
	ROW_STOP("bare CR", "+OK a\rb\r\n", BAD, POP3_LINE_END, 6),
	ROW_STOP("no line end", "+OK a", MORE, POP3_LINE_END, 5),
	ROW_STOP("half a line end", "+OK a\r", MORE, POP3_LINE_END, 6),
	ROW_STOP("no base64", "+ a!bc\r\n", BAD, POP3_BASE64, 3),
	ROW_STOP("base64 too short", "+ YQ=\r\n", BAD, POP3_BASE64, 5),
	ROW_STOP("padding too early", "+ Y===\r\n", BAD, POP3_BASE64, 3),
	ROW_STOP("three pads", "+ YQ===\r\n", BAD, POP3_BASE64, 6),
	ROW_STOP("padding inside", "+ YQ==YQ==\r\n", BAD, POP3_BASE64, 6),
	ROW_STOP("challenge not whole", "+ YQ", MORE, POP3_LINE_END, 4),
	ROW_STOP("line too long", "+OK " X500 "xxxxxxx\r\n", LIMIT,
		POP3_LINE_SIZE, 512),
	ROW_STOP("too long already", "+OK " X500 "xxxxxxxxx", LIMIT,
		POP3_LINE_SIZE, 512),
};

#define GREETING(code, text, timestamp)                                        \
	"{\"code\":\"" code "\",\"text\":\"" text                              \
	"\",\"timestamp\":\"" timestamp "\"}"

static const struct parse_row greetings[] = {
	ROW_GOOD("plain", "+OK ready\r\n", GREETING("", "ready", "")),
	ROW_GOOD("timestamp", "+OK hi <1896.697@x.test>\r\n",
		GREETING("", "hi <1896.697@x.test>", "<1896.697@x.test>")),
	ROW_GOOD("text behind it", "+OK <a@b> > hi\r\n",
		GREETING("", "<a@b> > hi", "<a@b>")),
	ROW_GOOD("code", "+OK [X] <a@b>\r\n", GREETING("X", " <a@b>", "<a@b>")),
	ROW_GOOD("bracket in text", "+OK a [b]\r\n", GREETING("", "a [b]", "")),
	ROW_GOOD("quoted word", "+OK <a.\"@<\\\\\".b@c>\r\n",
		GREETING("", "<a.\\\"@<\\\\\\\\\\\".b@c>",
			"<a.\\\"@<\\\\\\\\\\\".b@c>")),
	ROW_GOOD("address in brackets", "+OK <a@[127.0.0.1].b>\r\n",
		GREETING("", "<a@[127.0.0.1].b>", "<a@[127.0.0.1].b>")),
	ROW_STOP("two dots", "+OK <a..b@c>\r\n", BAD, POP3_TIMESTAMP, 7),
	ROW_STOP("dot at the end", "+OK <a@b.>\r\n", BAD, POP3_TIMESTAMP, 9),
	ROW_STOP("colon", "+OK <a:b@c>\r\n", BAD, POP3_TIMESTAMP, 6),
	ROW_STOP("open word", "+OK <\"a@b>\r\n", BAD, POP3_TIMESTAMP, 10),
	ROW_STOP("bracket in brackets", "+OK <a@[[]>\r\n", BAD, POP3_TIMESTAMP,
		8),
	ROW_STOP("no", "-ERR [SYS/TEMP] later\r\n", BAD, POP3_NEGATIVE, 0),
	ROW_STOP("challenge", "+ \r\n", BAD, POP3_NEGATIVE, 0),
	ROW_STOP("no @", "+OK <ab>\r\n", BAD, POP3_TIMESTAMP, 7),
	ROW_STOP("nothing left of @", "+OK <@b>\r\n", BAD, POP3_TIMESTAMP, 5),
	ROW_STOP("nothing right of @", "+OK <a@>\r\n", BAD, POP3_TIMESTAMP, 7),
	ROW_STOP("two @", "+OK <a@b@c>\r\n", BAD, POP3_TIMESTAMP, 8),
	ROW_STOP("blank", "+OK <a b@c>\r\n", BAD, POP3_TIMESTAMP, 6),
	ROW_STOP("open", "+OK <a@b\r\n", BAD, POP3_TIMESTAMP, 8),
	ROW_STOP("not ASCII", "+OK <a@\xc3\xa9>\r\n", BAD, POP3_TEXT, 7),
	ROW_STOP("two of them", "+OK <a@b> <c@d>\r\n", BAD, POP3_TIMESTAMP, 10),
	ROW_STOP("not whole", "+OK <a@b", MORE, POP3_LINE_END, 8),
};

#define CAPA(list) "{\"capabilities\":[" list "]}"

static const struct parse_row capas[] = {
	ROW_GOOD("none", "+OK\r\n.\r\n", CAPA("")),
	ROW_GOOD("some", "+OK list\r\ntop\r\nSASL PLAIN login\r\n.\r\n",
		CAPA("[\"TOP\"],[\"SASL\",\"PLAIN\",\"login\"]")),
	ROW_GOOD("signs", "+OK\r\nX-!/[] a.b\r\n.\r\n",
		CAPA("[\"X-!/[]\",\"a.b\"]")),
	ROW_STOP("no", "-ERR what?\r\n", BAD, POP3_NEGATIVE, 0),
	ROW_STOP("no end", "+OK\r\nTOP\r\n", MORE, POP3_CAPA_TAG, 10),
	ROW_STOP("half an end", "+OK\r\n.\r", MORE, POP3_LINE_END, 7),
	ROW_STOP("end without CR", "+OK\r\n.\n", BAD, POP3_LINE_END, 6),
	ROW_STOP("empty line", "+OK\r\n\r\n.\r\n", BAD, POP3_CAPA_TAG, 5),
	ROW_STOP(
		"leading blank", "+OK\r\n TOP\r\n.\r\n", BAD, POP3_CAPA_TAG, 5),
	ROW_STOP("dot in a tag", "+OK\r\nA.B\r\n.\r\n", BAD, POP3_CAPA_TAG, 6),
	ROW_STOP("stuffed dot", "+OK\r\n..\r\n.\r\n", BAD, POP3_LINE_END, 6),
	ROW_STOP("two blanks", "+OK\r\nA  B\r\n.\r\n", BAD, POP3_CAPA_PARAMETER,
		7),
	ROW_STOP("trailing blank", "+OK\r\nA \r\n.\r\n", BAD,
		POP3_CAPA_PARAMETER, 7),
	ROW_STOP("tab", "+OK\r\nA b\tc\r\n.\r\n", BAD, POP3_CAPA_PARAMETER, 8),
	ROW_STOP("parameter not whole", "+OK\r\nA b", MORE, POP3_LINE_END, 8),
	ROW_STOP("bare LF", "+OK\r\nA b\n.\r\n", BAD, POP3_LINE_END, 8),
	ROW_STOP("blank behind the longest line",
		"+OK\r\n" X500 "xxxxxxxxxxxx ", LIMIT, POP3_LINE_SIZE, 517),
	ROW_STOP("line too long", "+OK\r\n" X500 "xxxxxxxxxxx\r\n", LIMIT,
		POP3_LINE_SIZE, 517),
};

static void
replies_are_read(void **state)
{
	(void)state;
	check_rows("pop3-reply", replies, sizeof(replies) / sizeof(*replies));
}

static void
greetings_are_read(void **state)
{
	(void)state;
	check_rows("pop3-greeting", greetings,
		sizeof(greetings) / sizeof(*greetings));
}

static void
capabilities_are_read(void **state)
{
	(void)state;
	check_rows("pop3-capa", capas, sizeof(capas) / sizeof(*capas));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_are_read),
		cmocka_unit_test(greetings_are_read),
		cmocka_unit_test(capabilities_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
