/* SPDX-License-Identifier: Apache-2.0 */
/* Responses of IMAP servers: each rule of their grammar from both sides. */
#include "tests/parse_check.h"

#define REST(word, code, code_text, text, values)                              \
	"\"word\":\"" word "\",\"code\":\"" code                               \
	"\",\"code_text\":\"" code_text "\",\"text\":\"" text                  \
	"\",\"values\":[" values "]}"
#define STATUS(word, text)                                                     \
	"{\"kind\":\"untagged\",\"tag\":\"\"," REST(word, "", "", text, "")
#define CODE(word, code, code_text, text)                                      \
	"{\"kind\":\"untagged\",\"tag\":\"\"," REST(                           \
		word, code, code_text, text, "")
#define TAGGED(tag, word, text)                                                \
	"{\"kind\":\"tagged\",\"tag\":\"" tag "\"," REST(word, "", "", text, "")
#define CONTINUE(text)                                                         \
	"{\"kind\":\"continue\",\"tag\":\"\"," REST("", "", "", text, "")
#define DATA(word, values)                                                     \
	"{\"kind\":\"untagged\",\"tag\":\"\"," REST(word, "", "", "", values)
#define NUMBER(number, word, values)                                           \
	"{\"kind\":\"untagged\",\"tag\":\"\",\"number\":" number               \
	"," REST(word, "", "", "", values)
#define ATOM(name) "{\"atom\":\"" name "\"}"
#define DEEP8 "(((((((("
#define DEEP32 DEEP8 DEEP8 DEEP8 DEEP8

static const struct parse_row statuses[] = {
	ROW_GOOD("greeting", "* OK hello\r\n", STATUS("OK", "hello")),
	ROW_GOOD("any case", "* preauth x\r\n", STATUS("PREAUTH", "x")),
	ROW_GOOD("farewell", "* BYE [UNAVAILABLE] later\r\n",
		CODE("BYE", "UNAVAILABLE", "", "later")),
	ROW_GOOD("code with text", "* OK [uidnext 4392] next\r\n",
		CODE("OK", "UIDNEXT", "4392", "next")),
	ROW_GOOD("flags in a code", "* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n",
		CODE("OK", "PERMANENTFLAGS", "(\\\\Seen \\\\*)", "x")),
	ROW_GOOD("tagged", "A001 OK done\r\n", TAGGED("A001", "OK", "done")),
	ROW_GOOD("tagged no", "a]-. no x\r\n", TAGGED("a]-.", "NO", "x")),
	ROW_GOOD("tagged bad", "1 BAD x\r\n", TAGGED("1", "BAD", "x")),
	ROW_GOOD("continuation", "+ go on\r\n", CONTINUE("go on")),
	ROW_GOOD("empty continuation", "+ \r\n", CONTINUE("")),
	ROW_OPEN("code with something else behind it", "* OK [UIDNEXT 0] x\r\n",
		IMAP_CODE_ARGUMENTS, CODE("OK", "UIDNEXT", "0", "x")),
	ROW_OPEN("empty text", "* OK \r\n", IMAP_EMPTY_TEXT, STATUS("OK", "")),
	ROW_OPEN("empty text behind a code", "* OK [ALERT] \r\n",
		IMAP_EMPTY_TEXT, CODE("OK", "ALERT", "", "")),
	ROW_OPEN("code without blank", "* OK [ALERT]\r\n", IMAP_BROKEN_CODE,
		STATUS("OK", "[ALERT]")),
	ROW_OPEN("open code", "* OK [ALERT x\r\n", IMAP_BROKEN_CODE,
		STATUS("OK", "[ALERT x")),
	ROW_OPEN("empty code", "* OK [] x\r\n", IMAP_BROKEN_CODE,
		STATUS("OK", "[] x")),
	ROW_OPEN("blank in a code", "* OK [A ] x\r\n", IMAP_BROKEN_CODE,
		STATUS("OK", "[A ] x")),
	ROW_OPEN("list for a code", "* OK [(A)] x\r\n", IMAP_BROKEN_CODE,
		STATUS("OK", "[(A)] x")),
	ROW_OPEN("UTF-8", "* OK \xc3\xa9\r\n", IMAP_TEXT_UTF8,
		STATUS("OK", "\\u00c3\\u00a9")),
	ROW_STOP("nothing", "", MORE, IMAP_START, 0),
	ROW_STOP("leading blank", " OK\r\n", BAD, IMAP_START, 0),
	ROW_STOP("list first", "(a) OK x\r\n", BAD, IMAP_START, 0),
	ROW_STOP("no blank", "*OK x\r\n", BAD, IMAP_START, 1),
	ROW_STOP("plus in a tag", "a+b OK x\r\n", BAD, IMAP_START, 1),
	ROW_STOP("empty continuation without blank", "+\r\n", BAD, IMAP_START,
		1),
	ROW_STOP("tag alone", "A001", MORE, IMAP_START, 4),
	ROW_STOP("tagged farewell", "A001 BYE x\r\n", BAD, IMAP_STATUS, 5),
	ROW_STOP("tagged data", "A001 LIST x\r\n", BAD, IMAP_STATUS, 5),
	ROW_STOP("tagged without text", "A001 OK\r\n", BAD, IMAP_STATUS, 5),
	ROW_STOP("tagged not whole", "A001 O", MORE, IMAP_STATUS, 6),
	ROW_STOP("untagged without text", "* OK\r\n", BAD, IMAP_STATUS, 4),
	ROW_STOP("number and status", "* 5 OK x\r\n", BAD, IMAP_NUMBER, 2),
	ROW_STOP("NUL", "* OK a\0b\r\n", BAD, IMAP_TEXT, 6),
	ROW_STOP("no UTF-8", "* OK \xff\r\n", BAD, IMAP_TEXT, 5),
	ROW_STOP("half a character", "* OK \xc3", MORE, IMAP_TEXT, 5),
	ROW_STOP("no line end", "* OK x", MORE, IMAP_LINE_END, 6),
	ROW_STOP("half a line end", "* OK x\r", MORE, IMAP_LINE_END, 7),
	ROW_STOP("bare LF", "* OK x\n", BAD, IMAP_LINE_END, 6),
	ROW_STOP("bare CR", "* OK x\ry\r\n", BAD, IMAP_LINE_END, 7),
};

static const struct parse_row data[] = {
	ROW_GOOD("capabilities", "* CAPABILITY STARTTLS IMAP4rev1\r\n",
		DATA("CAPABILITY", ATOM("STARTTLS") "," ATOM("IMAP4rev1"))),
	ROW_GOOD("exists", "* 0 EXISTS\r\n", NUMBER("0", "EXISTS", "")),
	ROW_GOOD("recent", "* 4294967295 recent\r\n",
		NUMBER("4294967295", "RECENT", "")),
	ROW_GOOD("expunge", "* 10 EXPUNGE\r\n", NUMBER("10", "EXPUNGE", "")),
	ROW_GOOD("flags", "* FLAGS (\\Seen $x)\r\n",
		DATA("FLAGS", "[" ATOM("\\\\Seen") "," ATOM("$x") "]")),
	ROW_GOOD("no flags", "* FLAGS ()\r\n", DATA("FLAGS", "[]")),
	ROW_GOOD("list", "* LIST (\\Noselect) \"/\" \"a\\\"b\"\r\n",
		DATA("LIST", "[" ATOM("\\\\Noselect") "],\"/\",\"a\\\"b\"")),
	ROW_GOOD("mailbox as literal", "* LSUB () NIL {5}\r\nIN\r\nX\r\n",
		DATA("LSUB", "[]," ATOM("NIL") ",\"IN\\u000d\\u000aX\"")),
	ROW_GOOD("mailbox with brackets", "* LIST () \"\\\\\" [x]y[\r\n",
		DATA("LIST", "[],\"\\\\\"," ATOM("[x]y["))),
	ROW_GOOD("more of a list", "* LIST () \".\" a (\"x\" (\"y\"))\r\n",
		DATA("LIST", "[],\".\"," ATOM("a") ",[\"x\",[\"y\"]]")),
	ROW_GOOD("search", "* SEARCH 2 30\r\n",
		DATA("SEARCH", ATOM("2") "," ATOM("30"))),
	ROW_GOOD("nothing found", "* SEARCH\r\n", DATA("SEARCH", "")),
	ROW_GOOD("literal in a section",
		"* X BODY[HEADER.FIELDS ({2}\r\n]a)]\r\n",
		DATA("X", ATOM("BODY[HEADER.FIELDS ({2}\\u000d\\u000a]a)]"))),
	ROW_GOOD("search with modification", "* SEARCH 2 (MODSEQ 9)\r\n",
		DATA("SEARCH",
			ATOM("2") ",[" ATOM("MODSEQ") "," ATOM("9") "]")),
	ROW_GOOD("status", "* STATUS INBOX (MESSAGES 2)\r\n",
		DATA("STATUS",
			ATOM("INBOX") ",[" ATOM("MESSAGES") "," ATOM("2") "]")),
	ROW_GOOD("namespaces", "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n",
		DATA("NAMESPACE",
			"[[\"\",\"/\"]]," ATOM("NIL") "," ATOM("NIL"))),
	ROW_GOOD("id", "* ID (\"name\" \"x\")\r\n",
		DATA("ID", "[\"name\",\"x\"]")),
	ROW_GOOD("enabled", "* ENABLED\r\n", DATA("ENABLED", "")),
	ROW_GOOD("fetch",
		"* 1 FETCH (UID 5 BODY[HEADER.FIELDS (A \"]\")]<0> "
		"{2}\r\nhi)\r\n",
		NUMBER("1", "FETCH",
			"[" ATOM("UID") "," ATOM("5") "," ATOM(
				"BODY[HEADER.FIELDS (A \\\"]\\\")]<0>") ","
									"\"hi\""
									"]")),
	ROW_GOOD("binary", "* 1 FETCH (BINARY[1] ~{2}\r\n\0a)\r\n",
		NUMBER("1", "FETCH", "[" ATOM("BINARY[1]") ",\"\\u0000a\"]")),
	ROW_GOOD("lists side by side", "* X ((a)(b))\r\n",
		DATA("X", "[[" ATOM("a") "],[" ATOM("b") "]]")),
	ROW_GOOD("unknown data", "* XYZZY 1 (a \"b\")\r\n",
		DATA("XYZZY", ATOM("1") ",[" ATOM("a") ",\"b\"]")),
	ROW_GOOD("unknown data with number", "* 7 XYZZY\r\n",
		NUMBER("7", "XYZZY", "")),
	ROW_GOOD("empty literal", "* X {0}\r\n\r\n", DATA("X", "\"\"")),
	ROW_OPEN("UTF-8 in quotes", "* X \"\xc3\xa9\"\r\n", IMAP_TEXT_UTF8,
		DATA("X", "\"\\u00c3\\u00a9\"")),
	ROW_STOP("no word", "* \r\n", BAD, IMAP_WORD, 2),
	ROW_STOP("number alone", "* 5\r\n", BAD, IMAP_WORD, 3),
	ROW_STOP("number not whole", "* 5", MORE, IMAP_WORD, 3),
	ROW_STOP("word not whole", "* LIS", MORE, IMAP_WORD, 5),
	ROW_STOP("no atom", "* a{ x\r\n", BAD, IMAP_WORD, 3),
	ROW_STOP("number too large", "* 4294967296 EXISTS\r\n", BAD,
		IMAP_NUMBER_SIZE, 11),
	ROW_STOP("exists without number", "* EXISTS\r\n", BAD, IMAP_NUMBER, 2),
	ROW_STOP("fetch of message 0", "* 0 FETCH (UID 1)\r\n", BAD,
		IMAP_NUMBER, 2),
	ROW_STOP("leading zero", "* 01 EXPUNGE\r\n", BAD, IMAP_NUMBER, 2),
	ROW_STOP("list with number", "* 1 LIST () NIL x\r\n", BAD, IMAP_NUMBER,
		2),
	ROW_STOP("exists and more", "* 5 EXISTS x\r\n", BAD, IMAP_SHAPE, 11),
	ROW_STOP(
		"fetch without list", "* 1 FETCH UID\r\n", BAD, IMAP_SHAPE, 10),
	ROW_STOP("fetch of nothing", "* 1 FETCH\r\n", BAD, IMAP_SHAPE, 9),
	ROW_STOP("list without mailbox", "* LIST () \"/\"\r\n", BAD, IMAP_SHAPE,
		13),
	ROW_STOP("long delimiter", "* LIST () \"//\" x\r\n", BAD, IMAP_SHAPE,
		10),
	ROW_STOP(
		"empty delimiter", "* LIST () \"\" x\r\n", BAD, IMAP_SHAPE, 10),
	ROW_STOP("wildcard in a mailbox", "* LIST () NIL a*\r\n", BAD,
		IMAP_SHAPE, 14),
	ROW_STOP("search of 0", "* SEARCH 0\r\n", BAD, IMAP_SHAPE, 9),
	ROW_STOP("search behind its list", "* SEARCH 2 (MODSEQ 1) 3\r\n", BAD,
		IMAP_SHAPE, 22),
	ROW_STOP("search of too large a number", "* SEARCH 4294967296\r\n", BAD,
		IMAP_SHAPE, 9),
	ROW_STOP("list with more than a list", "* LIST () NIL a b\r\n", BAD,
		IMAP_SHAPE, 16),
	ROW_STOP("search with another list", "* SEARCH 2 (A 1)\r\n", BAD,
		IMAP_SHAPE, 11),
	ROW_STOP("date with blanks",
		"* 1 FETCH (INTERNALDATE \"17 Jul 1996 02:44:25 -0700\")\r\n",
		BAD, IMAP_SHAPE, 10),
	ROW_STOP("envelope too short",
		"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL))"
		"\r\n",
		BAD, IMAP_SHAPE, 10),
	ROW_STOP("body of a type", "* 1 FETCH (BODY (\"A\" \"B\"))\r\n", BAD,
		IMAP_SHAPE, 10),
	ROW_STOP("blank between bodies",
		"* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"C\" 1) (\"A\" "
		"\"B\" NIL NIL NIL \"C\" 1) \"D\"))\r\n",
		BAD, IMAP_SHAPE, 10),
	ROW_STOP("unknown section", "* 1 FETCH (BODY[FOO] NIL)\r\n", BAD,
		IMAP_SHAPE, 10),
	ROW_STOP("esearch of half a set", "* ESEARCH ALL 1:\r\n", BAD,
		IMAP_SHAPE, 14),
	ROW_STOP("esearch of the last result", "* ESEARCH ALL 1,$\r\n", BAD,
		IMAP_SHAPE, 14),
	ROW_STOP("thread of nothing", "* THREAD ()\r\n", BAD, IMAP_SHAPE, 9),
	ROW_STOP("thread of one thread", "* THREAD ((1))\r\n", BAD, IMAP_SHAPE,
		9),
	ROW_STOP("one thread behind a number", "* THREAD (1 (2))\r\n", BAD,
		IMAP_SHAPE, 9),
	ROW_STOP("search of a word", "* SEARCH x\r\n", BAD, IMAP_SHAPE, 9),
	ROW_STOP("namespace missing", "* NAMESPACE NIL NIL\r\n", BAD,
		IMAP_SHAPE, 19),
	ROW_STOP("string for a capability", "* ENABLED \"x\"\r\n", BAD,
		IMAP_SHAPE, 10),
	ROW_STOP("version missing", "* CAPABILITY STARTTLS\r\n", BAD,
		IMAP_CAPABILITY_VERSION, 21),
	ROW_STOP("capabilities not whole", "* CAPABILITY IMAP4rev1", MORE,
		IMAP_LINE_END, 22),
	ROW_STOP("trailing blank", "* FLAGS () \r\n", BAD, IMAP_VALUE, 11),
	ROW_STOP("two blanks", "* FLAGS  ()\r\n", BAD, IMAP_VALUE, 8),
	ROW_STOP("two blanks in a list", "* FLAGS (a  b)\r\n", BAD, IMAP_VALUE,
		11),
	ROW_STOP("blank in front of the end", "* FLAGS (a )\r\n", BAD,
		IMAP_VALUE, 11),
	ROW_STOP("blank behind the beginning", "* FLAGS ( a)\r\n", BAD,
		IMAP_VALUE, 9),
	ROW_STOP("open list", "* FLAGS (a\r\n", BAD, IMAP_VALUE, 10),
	ROW_STOP("list not whole", "* FLAGS (a", MORE, IMAP_VALUE, 10),
	ROW_STOP("two ends", "* FLAGS (a))\r\n", BAD, IMAP_VALUE, 11),
	ROW_STOP("value behind a list", "* X (a)b\r\n", BAD, IMAP_VALUE, 7),
	ROW_STOP("string behind an atom", "* X (a\"b\")\r\n", BAD, IMAP_VALUE,
		6),
	ROW_STOP("list behind an atom", "* X (a(b))\r\n", BAD, IMAP_VALUE, 6),
	ROW_STOP("no value", "* X \x01\r\n", BAD, IMAP_VALUE, 4),
	ROW_STOP("open section", "* 1 FETCH (BODY[a\r\n", BAD, IMAP_VALUE, 17),
	ROW_STOP("string in a section", "* 1 FETCH (BODY[\"a\r\n", BAD,
		IMAP_QUOTED, 18),
	ROW_STOP("bare LF", "* FLAGS ()\n", BAD, IMAP_VALUE, 10),
	ROW_STOP("open string", "* X \"a\r\n", BAD, IMAP_QUOTED, 6),
	ROW_STOP("string not whole", "* X \"a", MORE, IMAP_QUOTED, 6),
	ROW_STOP("unknown escape", "* X \"a\\b\"\r\n", BAD, IMAP_QUOTED, 7),
	ROW_STOP("half an escape", "* X \"a\\", MORE, IMAP_QUOTED, 7),
	ROW_STOP("NUL in a string", "* X \"a\0\"\r\n", BAD, IMAP_QUOTED, 6),
	ROW_STOP("no UTF-8 in a string", "* X \"\xff\"\r\n", BAD, IMAP_QUOTED,
		5),
	ROW_STOP("half a character", "* X \"\xc3", MORE, IMAP_QUOTED, 5),
	ROW_STOP("literal without size", "* X {}\r\n", BAD, IMAP_LITERAL, 5),
	ROW_STOP("literal of a client", "* X {1+}\r\na\r\n", BAD, IMAP_LITERAL,
		6),
	ROW_STOP("no line end", "* X {1}a\r\n", BAD, IMAP_LITERAL, 7),
	ROW_STOP("literal not whole", "* X {5}\r\nab", MORE, IMAP_LITERAL, 11),
	ROW_STOP("literal too large", "* X {4294967296}\r\n", LIMIT,
		IMAP_LITERAL_SIZE, 14),
	ROW_STOP("NUL in a literal", "* X {2}\r\na\0\r\n", BAD,
		IMAP_LITERAL_NUL, 10),
	ROW_STOP("too deep", "* X " DEEP32 "(", LIMIT, IMAP_DEPTH, 36),
};

/* What stands in the lists that the base protocol knows. */
static const struct parse_row inside[] = {
	ROW_GOOD("no items", "* STATUS x ()\r\n",
		DATA("STATUS", ATOM("x") ",[]")),
	ROW_GOOD("items of extensions", "* STATUS x (A NIL B (1))\r\n",
		DATA("STATUS",
			ATOM("x") ",[" ATOM("A") "," ATOM("NIL") "," ATOM(
				"B") ",[" ATOM("1") "]]")),
	ROW_GOOD("63 bits", "* STATUS x (SIZE 9223372036854775807)\r\n",
		DATA("STATUS", ATOM("x") ",[" ATOM("SIZE") "," ATOM(
				       "9223372036854775807") "]")),
	ROW_GOOD("no fields", "* ID ()\r\n", DATA("ID", "[]")),
	ROW_GOOD("field without text", "* ID ({1}\r\na nil)\r\n",
		DATA("ID", "[\"a\"," ATOM("nil") "]")),
	ROW_GOOD("flag of an extension", "* FLAGS (\\x)\r\n",
		DATA("FLAGS", "[" ATOM("\\\\x") "]")),
	ROW_GOOD("message without flags", "* 1 FETCH (FLAGS ())\r\n",
		NUMBER("1", "FETCH", "[" ATOM("FLAGS") ",[]]")),
	ROW_GOOD("two attributes", "* LSUB (\\x \\y) NIL a\r\n",
		DATA("LSUB", "[" ATOM("\\\\x") "," ATOM("\\\\y") "]," ATOM(
				     "NIL") "," ATOM("a"))),
	ROW_STOP("count missing", "* STATUS x (MESSAGES)\r\n", BAD, IMAP_SHAPE,
		11),
	ROW_STOP("list of a count", "* STATUS x (MESSAGES (1))\r\n", BAD,
		IMAP_SHAPE, 11),
	ROW_STOP("count too large", "* STATUS x (UNSEEN 4294967296)\r\n", BAD,
		IMAP_SHAPE, 11),
	ROW_STOP("64 bits", "* STATUS x (SIZE 9223372036854775808)\r\n", BAD,
		IMAP_SHAPE, 11),
	ROW_STOP("next UID is 0", "* STATUS x (uidnext 0)\r\n", BAD, IMAP_SHAPE,
		11),
	ROW_STOP("string for an item", "* STATUS x (\"A\" 1)\r\n", BAD,
		IMAP_SHAPE, 11),
	ROW_STOP("value missing", "* ID (\"name\")\r\n", BAD, IMAP_SHAPE, 5),
	ROW_STOP("atom for a field", "* ID (name \"x\")\r\n", BAD, IMAP_SHAPE,
		5),
	ROW_STOP(
		"atom for a text", "* ID (\"name\" x)\r\n", BAD, IMAP_SHAPE, 5),
	ROW_STOP("any flag", "* FLAGS (\\*)\r\n", BAD, IMAP_SHAPE, 8),
	ROW_STOP("any flag behind another", "* FLAGS (a \\*)\r\n", BAD,
		IMAP_SHAPE, 8),
	ROW_STOP("backslash alone", "* FLAGS (\\ a)\r\n", BAD, IMAP_SHAPE, 8),
	ROW_STOP("list for a flag", "* FLAGS ((a)(b))\r\n", BAD, IMAP_SHAPE, 8),
	ROW_STOP("any flag of a message", "* 1 FETCH (FLAGS (\\*))\r\n", BAD,
		IMAP_SHAPE, 10),
	ROW_STOP("no part", "* 1 FETCH ()\r\n", BAD, IMAP_SHAPE, 10),
	ROW_STOP("part missing its value", "* 1 FETCH (UID 1 BODY[])\r\n", BAD,
		IMAP_SHAPE, 10),
	ROW_STOP("two values", "* 1 FETCH (X (a)(b))\r\n", BAD, IMAP_SHAPE, 10),
	ROW_STOP("flag for a part", "* 1 FETCH (\\Seen 1)\r\n", BAD, IMAP_SHAPE,
		10),
	ROW_STOP("list of a text", "* 1 FETCH (BODY[1]<0> (a))\r\n", BAD,
		IMAP_SHAPE, 10),
	ROW_STOP("attribute without backslash", "* LIST (\\x y) NIL a\r\n", BAD,
		IMAP_SHAPE, 7),
	ROW_STOP("no namespace", "* NAMESPACE NIL () NIL\r\n", BAD, IMAP_SHAPE,
		16),
	ROW_STOP("atom for a namespace",
		"* NAMESPACE NIL ((\"\" NIL) a) NIL\r\n", BAD, IMAP_SHAPE, 16),
};

#define LIST(rev1, rev2, list)                                                 \
	"{\"rev1\":" rev1 ",\"rev2\":" rev2 ",\"capabilities\":[" list "]}"

static const struct parse_row lists[] = {
	ROW_GOOD("first version", "CAPABILITY IMAP4rev1",
		LIST("true", "false", "\"IMAP4REV1\"")),
	ROW_GOOD("both", "capability auth=plain IMAP4REV2 IMAP4rev1",
		LIST("true", "true",
			"\"AUTH=PLAIN\",\"IMAP4REV2\",\"IMAP4REV1\"")),
	ROW_STOP("nothing", "", MORE, IMAP_CAPABILITY_ATOM, 0),
	ROW_STOP("other word", "CAPABLE IMAP4rev1", BAD, IMAP_CAPABILITY_ATOM,
		5),
	ROW_STOP("no list", "CAPABILITY", MORE, IMAP_CAPABILITY_VERSION, 10),
	ROW_STOP("no version", "CAPABILITY IMAP4", MORE,
		IMAP_CAPABILITY_VERSION, 16),
	ROW_STOP("longer word", "CAPABILITY IMAP4rev11", MORE,
		IMAP_CAPABILITY_VERSION, 21),
	ROW_STOP("no blank", "CAPABILITYIMAP4rev1", BAD, IMAP_CAPABILITY_ATOM,
		10),
	ROW_STOP("two blanks", "CAPABILITY  IMAP4rev1", BAD,
		IMAP_CAPABILITY_ATOM, 11),
	ROW_STOP("trailing blank", "CAPABILITY IMAP4rev1 ", MORE,
		IMAP_CAPABILITY_ATOM, 21),
	ROW_STOP("no atom", "CAPABILITY IMAP4rev1 (x)", BAD,
		IMAP_CAPABILITY_ATOM, 21),
	ROW_STOP("line end", "CAPABILITY IMAP4rev1\r\n", BAD,
		IMAP_CAPABILITY_ATOM, 20),
};

static void
statuses_are_read(void **state)
{
	(void)state;
	check_rows("imap-response", statuses,
		sizeof(statuses) / sizeof(*statuses));
}

static void
data_are_read(void **state)
{
	(void)state;
	check_rows("imap-response", data, sizeof(data) / sizeof(*data));
}

static void
lists_of_data_are_read(void **state)
{
	(void)state;
	check_rows("imap-response", inside, sizeof(inside) / sizeof(*inside));
}

static void
capabilities_are_read(void **state)
{
	(void)state;
	check_rows("imap-capability", lists, sizeof(lists) / sizeof(*lists));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses_are_read),
		cmocka_unit_test(data_are_read),
		cmocka_unit_test(lists_of_data_are_read),
		cmocka_unit_test(capabilities_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
