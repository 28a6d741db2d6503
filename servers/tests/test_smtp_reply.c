/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of SMTP servers: each rule of their grammars from both sides. */
#include "tests/parse_check.h"

#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X500 X100 X100 X100 X100 X100
#define LINES(code, enhanced, lines)                                           \
	"{\"code\":" code ",\"enhanced\":\"" enhanced "\",\"lines\":[" lines   \
	"]}"

static const struct parse_row replies[] = {
	ROW_GOOD("one line", "220 mail.example.test ESMTP\r\n",
		LINES("220", "", "\"mail.example.test ESMTP\"")),
	ROW_GOOD("no text", "250\r\n", LINES("250", "", "\"\"")),
	ROW_GOOD("several lines", "250-a\r\n250-\r\n250 c\td\r\n",
		LINES("250", "", "\"a\",\"\",\"c\\u0009d\"")),
	ROW_GOOD("lowest code", "200 x\r\n", LINES("200", "", "\"x\"")),
	ROW_GOOD("highest code", "559 x\r\n", LINES("559", "", "\"x\"")),
	ROW_GOOD("enhanced code", "550-5.7.1 no\r\n550 5.7.1 not you\r\n",
		LINES("550", "5.7.1", "\"5.7.1 no\",\"5.7.1 not you\"")),
	ROW_GOOD("enhanced code alone", "250 2.10.999\r\n",
		LINES("250", "2.10.999", "\"2.10.999\"")),
	ROW_GOOD("enhanced code of another class", "250 5.0.0 x\r\n",
		LINES("250", "", "\"5.0.0 x\"")),
	ROW_GOOD("no class has three", "354 3.0.0 x\r\n",
		LINES("354", "", "\"3.0.0 x\"")),
	ROW_GOOD("leading zero", "250 2.00.0 x\r\n",
		LINES("250", "", "\"2.00.0 x\"")),
	ROW_GOOD("four digits", "250 2.1000.0 x\r\n",
		LINES("250", "", "\"2.1000.0 x\"")),
	ROW_GOOD("two parts", "250 2.0 x\r\n", LINES("250", "", "\"2.0 x\"")),
	ROW_GOOD(
		"empty part", "250 2..0 x\r\n", LINES("250", "", "\"2..0 x\"")),
	ROW_GOOD("no blank behind", "250 2.0.0x\r\n",
		LINES("250", "", "\"2.0.0x\"")),
	ROW_GOOD("longest line", "250 " X500 "xxxxxx\r\n",
		LINES("250", "", "\"" X500 "xxxxxx\"")),
	ROW_OPEN("blank without text", "250 \r\n", SMTP_REPLY_EMPTY_TEXT,
		LINES("250", "", "\"\"")),
	ROW_GOOD("empty challenge", "334 \r\n", LINES("334", "", "\"\"")),
	ROW_OPEN("UTF-8", "250 \xc3\xa9\r\n", SMTP_REPLY_UTF8,
		LINES("250", "", "\"\\u00c3\\u00a9\"")),
	ROW_STOP("nothing", "", MORE, SMTP_REPLY_CODE, 0),
	ROW_STOP("two digits", "25", MORE, SMTP_REPLY_CODE, 2),
	ROW_STOP("first digit too low", "150 x\r\n", BAD, SMTP_REPLY_CODE, 0),
	ROW_STOP("first digit too high", "600 x\r\n", BAD, SMTP_REPLY_CODE, 0),
	ROW_STOP("second digit too high", "260 x\r\n", BAD, SMTP_REPLY_CODE, 1),
	ROW_STOP("letter", "2x0 hello\r\n", BAD, SMTP_REPLY_CODE, 1),
	ROW_STOP("four digits of code", "2500 x\r\n", BAD, SMTP_REPLY_SEPARATOR,
		3),
	ROW_STOP("tab behind the code", "250\tx\r\n", BAD, SMTP_REPLY_SEPARATOR,
		3),
	ROW_STOP("code alone", "250", MORE, SMTP_REPLY_SEPARATOR, 3),
	ROW_STOP("more lines to come", "250-x\r\n", MORE, SMTP_REPLY_CODE, 7),
	ROW_STOP("another code", "250-x\r\n251 y\r\n", BAD,
		SMTP_REPLY_CODE_CHANGES, 7),
	ROW_STOP("no line end", "250 x", MORE, SMTP_REPLY_LINE_END, 5),
	ROW_STOP("half a line end", "250 x\r", MORE, SMTP_REPLY_LINE_END, 6),
	ROW_STOP("bare LF", "250 x\n", BAD, SMTP_REPLY_LINE_END, 5),
	ROW_STOP("bare LF behind the code", "250\n", BAD, SMTP_REPLY_SEPARATOR,
		3),
	ROW_STOP("bare CR", "250 x\ry\r\n", BAD, SMTP_REPLY_LINE_END, 6),
	ROW_STOP("control", "250 \x07\r\n", BAD, SMTP_REPLY_TEXT, 4),
	ROW_STOP("NUL", "250 a\0b\r\n", BAD, SMTP_REPLY_TEXT, 5),
	ROW_STOP("DEL", "250 \x7f\r\n", BAD, SMTP_REPLY_TEXT, 4),
	ROW_STOP("no UTF-8", "250 \xff\r\n", BAD, SMTP_REPLY_TEXT, 4),
	ROW_STOP("half a character", "250 \xc3", MORE, SMTP_REPLY_TEXT, 4),
	ROW_STOP("line too long", "250 " X500 "xxxxxxx\r\n", LIMIT,
		SMTP_REPLY_LINE_SIZE, 512),
	ROW_STOP("too long, and half a line end", "250 " X500 "xxxxxxxxx\r",
		LIMIT, SMTP_REPLY_LINE_SIZE, 512),
	ROW_STOP("too long already", "250 " X500 "xxxxxxxxx", LIMIT,
		SMTP_REPLY_LINE_SIZE, 512),
	ROW_STOP("second line too long", "250-a\r\n250 " X500 "xxxxxxx\r\n",
		LIMIT, SMTP_REPLY_LINE_SIZE, 519),
};

#define EHLO(domain, greet, keywords)                                          \
	"{\"domain\":\"" domain "\",\"greet\":\"" greet                        \
	"\",\"keywords\":[" keywords "]}"

static const struct parse_row ehlos[] = {
	ROW_GOOD("domain alone", "250 mail.example.test\r\n",
		EHLO("mail.example.test", "", "")),
	ROW_GOOD("greeting", "250 x greets you, 1\r\n",
		EHLO("x", "greets you, 1", "")),
	ROW_GOOD("keywords",
		"250-a.b\r\n250-size 100\r\n250-X-1\r\n250 AUTH A b\r\n",
		EHLO("a.b", "",
			"[\"SIZE\",\"100\"],[\"X-1\"],[\"AUTH\",\"A\","
			"\"b\"]")),
	ROW_OPEN("address", "250 [127.0.0.1] x\r\n", SMTP_EHLO_LITERAL,
		EHLO("[127.0.0.1]", "x", "")),
	ROW_GOOD("hyphen in a label", "250 a--b.c-d\r\n",
		EHLO("a--b.c-d", "", "")),
	ROW_OPEN("control in the greeting", "250 x \x01\x7f\r\n",
		SMTP_EHLO_GREET_CONTROL, EHLO("x", "\\u0001\\u007f", "")),
	ROW_STOP("another code", "251 x\r\n", BAD, SMTP_EHLO_CODE, 0),
	ROW_STOP("refused", "502 no\r\n", BAD, SMTP_EHLO_CODE, 0),
	ROW_STOP("no domain", "250\r\n", BAD, SMTP_EHLO_DOMAIN, 3),
	ROW_STOP("label begins with a hyphen", "250 -a\r\n", BAD,
		SMTP_EHLO_DOMAIN, 4),
	ROW_STOP("label ends with a hyphen", "250 a-\r\n", BAD,
		SMTP_EHLO_DOMAIN, 5),
	ROW_STOP("empty label", "250 a..b\r\n", BAD, SMTP_EHLO_DOMAIN, 5),
	ROW_STOP("trailing dot", "250 a.\r\n", BAD, SMTP_EHLO_DOMAIN, 5),
	ROW_STOP("underscore", "250 a_b\r\n", BAD, SMTP_EHLO_DOMAIN, 5),
	ROW_OPEN("address with a tag", "250 [IPv6:::1]\r\n", SMTP_EHLO_LITERAL,
		EHLO("[IPv6:::1]", "", "")),
	ROW_STOP("no address", "250 [host]\r\n", BAD, SMTP_EHLO_DOMAIN, 4),
	ROW_STOP("address too large", "250 [127.0.0.256]\r\n", BAD,
		SMTP_EHLO_DOMAIN, 4),
	ROW_STOP("empty address", "250 []\r\n", BAD, SMTP_EHLO_DOMAIN, 4),
	ROW_STOP("open address", "250 [1\r\n", BAD, SMTP_EHLO_DOMAIN, 4),
	ROW_STOP("blank behind the domain", "250 a \r\n", BAD, SMTP_EHLO_DOMAIN,
		5),
	ROW_STOP("no keyword", "250-a\r\n250\r\n", BAD, SMTP_EHLO_KEYWORD, 10),
	ROW_STOP("keyword begins with a hyphen", "250-a\r\n250 -x\r\n", BAD,
		SMTP_EHLO_KEYWORD, 11),
	ROW_STOP("AUTH=LOGIN", "250-a\r\n250 AUTH=LOGIN\r\n", BAD,
		SMTP_EHLO_KEYWORD, 15),
	ROW_STOP("two blanks", "250-a\r\n250 SIZE  1\r\n", BAD,
		SMTP_EHLO_PARAMETER, 16),
	ROW_STOP("trailing blank", "250-a\r\n250 SIZE \r\n", BAD,
		SMTP_EHLO_PARAMETER, 16),
	ROW_STOP("tab", "250-a\r\n250 SIZE 1\t2\r\n", BAD, SMTP_EHLO_PARAMETER,
		17),
	ROW_STOP("control in a keyword's line", "250-a\r\n250 X \x01\r\n", BAD,
		SMTP_REPLY_TEXT, 13),
	ROW_STOP("not whole", "250-a\r\n250 SI", MORE, SMTP_REPLY_LINE_END, 13),
};

static void
replies_are_read(void **state)
{
	(void)state;
	check_rows("smtp-reply", replies, sizeof(replies) / sizeof(*replies));
}

static void
ehlos_are_read(void **state)
{
	(void)state;
	check_rows("smtp-ehlo", ehlos, sizeof(ehlos) / sizeof(*ehlos));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_are_read),
		cmocka_unit_test(ehlos_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
