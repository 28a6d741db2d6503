/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1: each rule of its grammar from both sides. */
#include "tests/parse_check.h"

#define E "\r\n"
#define GET "GET / HTTP/1.1" E "Host: h" E
#define RESPONSE "HTTP/1.1 200 OK" E

#define REQUEST(method, target, minor, host, fields, more)                     \
	"{\"method\":\"" method "\",\"target\":\"" target                      \
	"\",\"minor\":" minor ",\"host\":\"" host "\",\"fields\":[" fields     \
	"]" more "}"
#define HOST "[\"Host\",\"h\"]"
#define PLAIN ",\"chunked\":false"

static const struct parse_row requests[] = {
	ROW_GOOD("usual", GET E, REQUEST("GET", "/", "1", "h", HOST, PLAIN)),
	ROW_GOOD("version 1.0", "HEAD /a?b HTTP/1.0" E E,
		REQUEST("HEAD", "/a?b", "0", "", "", PLAIN)),
	ROW_GOOD("body with length", GET "Content-Length: 05" E E,
		REQUEST("GET", "/", "1", "h",
			HOST ",[\"Content-Length\",\"05\"]",
			",\"length\":5,\"chunked\":false")),
	ROW_GOOD("chunked body", GET "transfer-encoding: gzip , Chunked" E E,
		REQUEST("GET", "/", "1", "h",
			HOST ",[\"transfer-encoding\",\"gzip , Chunked\"]",
			",\"chunked\":true")),
	ROW_GOOD("blanks around a value",
		GET "A:\t b c \t" E "!#$%&'*+-.^_`|~:" E E,
		REQUEST("GET", "/", "1", "h",
			HOST ",[\"A\",\"b c\"],[\"!#$%&'*+-.^_`|~\",\"\"]",
			PLAIN)),
	ROW_GOOD("octets above ASCII", GET "A: \xff" E E,
		REQUEST("GET", "/", "1", "h", HOST ",[\"A\",\"\\u00ff\"]",
			PLAIN)),
	ROW_GOOD("of all", "OPTIONS * HTTP/1.1" E "Host:" E E,
		REQUEST("OPTIONS", "*", "1", "", "[\"Host\",\"\"]", PLAIN)),
	ROW_GOOD("connection", "CONNECT [::1]:443 HTTP/1.1" E "Host: h:1" E E,
		REQUEST("CONNECT", "[::1]:443", "1", "h:1",
			"[\"Host\",\"h:1\"]", PLAIN)),
	ROW_GOOD("absolute", "GET https://h?a HTTP/1.1" E "Host: h" E E,
		REQUEST("GET", "https://h?a", "1", "h", HOST, PLAIN)),
	ROW_OPEN("empty line in front", E GET E, HTTP_EMPTY_LINE,
		REQUEST("GET", "/", "1", "h", HOST, PLAIN)),
	ROW_OPEN("coding of an old version",
		"GET / HTTP/1.0" E "Transfer-Encoding: chunked" E E,
		HTTP_OLD_CODING,
		REQUEST("GET", "/", "0", "",
			"[\"Transfer-Encoding\",\"chunked\"]",
			",\"chunked\":true")),
	ROW_OPEN("bare LF", "GET / HTTP/1.1\nHost: h\n\n", HTTP_BARE_LF,
		REQUEST("GET", "/", "1", "h", HOST, PLAIN)),
	ROW_OPEN("length twice", GET "Content-Length: 5, 5" E E,
		HTTP_LENGTH_REPEATED,
		REQUEST("GET", "/", "1", "h",
			HOST ",[\"Content-Length\",\"5, 5\"]",
			",\"length\":5,\"chunked\":false")),
	ROW_OPEN("both lengths",
		GET "Content-Length: 5" E "Transfer-Encoding: chunked" E E,
		HTTP_BOTH_LENGTHS,
		REQUEST("GET", "/", "1", "h",
			HOST ",[\"Content-Length\",\"5\"],"
			     "[\"Transfer-Encoding\",\"chunked\"]",
			",\"chunked\":true")),
	ROW_OPEN("any length beside chunked",
		GET "Content-Length: x" E "Transfer-Encoding: chunked" E E,
		HTTP_BOTH_LENGTHS,
		REQUEST("GET", "/", "1", "h",
			HOST ",[\"Content-Length\",\"x\"],"
			     "[\"Transfer-Encoding\",\"chunked\"]",
			",\"chunked\":true")),
	ROW_OPEN("length and nothing", GET "Content-Length: ,5," E E,
		HTTP_LENGTH_REPEATED,
		REQUEST("GET", "/", "1", "h",
			HOST ",[\"Content-Length\",\",5,\"]",
			",\"length\":5,\"chunked\":false")),
	ROW_GOOD("comma in a parameter",
		GET "Transfer-Encoding: x ; a = \",\" , chunked" E E,
		REQUEST("GET", "/", "1", "h",
			HOST ",[\"Transfer-Encoding\","
			     "\"x ; a = \\\",\\\" , chunked\"]",
			",\"chunked\":true")),
	ROW_OPEN("blanks around words", "\tGET  /\vHTTP/1.1\f" E "Host: h" E E,
		HTTP_WORDS, REQUEST("GET", "/", "1", "h", HOST, PLAIN)),
	ROW_OPEN("CR in a value", GET "A: \rb\r\rc\r" E E, HTTP_BARE_CR,
		REQUEST("GET", "/", "1", "h", HOST ",[\"A\",\"b  c\"]", PLAIN)),
	ROW_OPEN("control characters in a value", GET "A: \0b\0\tc\x7f" E E,
		HTTP_CONTROL,
		REQUEST("GET", "/", "1", "h",
			HOST ",[\"A\",\"b \\u0009c\\u007f\"]", PLAIN)),
	ROW_OPEN("lines in front of the first field",
		"GET / HTTP/1.1" E " Host: a" E "\t\0" E "Host: h" E E,
		HTTP_EARLY_LINE, REQUEST("GET", "/", "1", "h", HOST, PLAIN)),
	ROW_OPEN("folded", GET "A: b \t" E "\t c" E " " E " d" E E, HTTP_FOLDED,
		REQUEST("GET", "/", "1", "h", HOST ",[\"A\",\"b c  d\"]",
			PLAIN)),
	ROW_STOP("nothing", "", MORE, HTTP_METHOD, 0),
	ROW_STOP("leading control character", "\x01GET / HTTP/1.1" E, BAD,
		HTTP_METHOD, 0),
	ROW_STOP("no token", "G(T / HTTP/1.1" E, BAD, HTTP_METHOD, 1),
	ROW_STOP("no version", "GET /" E, BAD, HTTP_TARGET, 5),
	ROW_STOP("blank in a target", "GET /a b HTTP/1.1" E, BAD, HTTP_VERSION,
		7),
	ROW_STOP("control in a target", "GET /\x01 HTTP/1.1" E, BAD,
		HTTP_TARGET, 5),
	ROW_STOP("small letters", "GET / http/1.1" E, BAD, HTTP_VERSION, 6),
	ROW_STOP("version 2", "GET / HTTP/2.0" E, BAD, HTTP_VERSION, 11),
	ROW_STOP("no digit", "GET / HTTP/1.x" E, BAD, HTTP_VERSION, 13),
	ROW_STOP("two digits", "GET / HTTP/1.10" E, BAD, HTTP_LINE_END, 14),
	ROW_STOP("no line end", "GET / HTTP/1.1", MORE, HTTP_LINE_END, 14),
	ROW_STOP(
		"half a line end", "GET / HTTP/1.1\r", MORE, HTTP_LINE_END, 14),
	ROW_STOP("bare CR", "GET / HTTP/1.1\rHost: h" E E, BAD, HTTP_LINE_END,
		15),
	ROW_STOP("no host", "GET / HTTP/1.1" E E, BAD, HTTP_HOST, 18),
	ROW_STOP("two hosts", GET "host: h" E E, BAD, HTTP_HOST, 36),
	ROW_STOP("fields not whole", GET, MORE, HTTP_FIELD_NAME, 25),
	ROW_STOP("no name", GET ": x" E E, BAD, HTTP_FIELD_NAME, 25),
	ROW_STOP("blank in front of the colon", GET "A : x" E E, BAD,
		HTTP_FIELD_NAME, 26),
	ROW_STOP("no colon", GET "A" E E, BAD, HTTP_FIELD_NAME, 26),
	ROW_STOP("CR in a name", GET "A\rB: c" E E, BAD, HTTP_FIELD_NAME, 26),
	ROW_STOP("CR at the end", GET "A: b\r", MORE, HTTP_LINE_END, 29),
	ROW_STOP("early line not whole", "GET / HTTP/1.1" E " x", MORE,
		HTTP_LINE_END, 18),
	ROW_STOP("value not whole", GET "A: b", MORE, HTTP_LINE_END, 29),
	ROW_STOP("sign in a length", GET "Content-Length: +5" E E, BAD,
		HTTP_LENGTH, 41),
	ROW_STOP("empty length", GET "Content-Length:" E E, BAD, HTTP_LENGTH,
		42),
	ROW_STOP("list of nothing", GET "Content-Length: ," E E, BAD,
		HTTP_LENGTH, 41),
	ROW_STOP("parameter without a value",
		GET "Transfer-Encoding: x;a, chunked" E E, BAD, HTTP_CODING,
		47),
	ROW_STOP("parameter without its end",
		GET "Transfer-Encoding: x;a=\"b, chunked" E E, BAD, HTTP_CODING,
		48),
	ROW_STOP("port that is too large", "CONNECT h:65536 HTTP/1.1" E, BAD,
		HTTP_TARGET, 15),
	ROW_STOP("two lengths", GET "Content-Length: 5, 6" E E, BAD,
		HTTP_LENGTH, 44),
	ROW_STOP("two fields of length",
		GET "Content-Length: 5" E "Content-Length: 6" E E, BAD,
		HTTP_LENGTH, 60),
	ROW_STOP("length too large",
		GET "Content-Length: 9223372036854775808" E E, LIMIT,
		HTTP_LENGTH_SIZE, 59),
	ROW_STOP("chunked is not last",
		GET "Transfer-Encoding: chunked, gzip" E E, BAD, HTTP_CODING,
		59),
	ROW_STOP("chunked with a parameter",
		GET "Transfer-Encoding: chunked;a=b" E E, BAD, HTTP_CODING, 44),
	ROW_STOP("path without a slash", "GET foo HTTP/1.1" E, BAD, HTTP_TARGET,
		7),
	ROW_STOP("fragment", "GET /#a HTTP/1.1" E, BAD, HTTP_TARGET, 5),
	ROW_STOP("half an escape", "GET /%4 HTTP/1.1" E, BAD, HTTP_TARGET, 7),
	ROW_STOP("no host in a target", "GET http:/a HTTP/1.1" E, BAD,
		HTTP_TARGET, 11),
	ROW_STOP(
		"* of another method", "GET * HTTP/1.1" E, BAD, HTTP_TARGET, 4),
	ROW_STOP("no port", "CONNECT h HTTP/1.1" E, BAD, HTTP_TARGET, 9),
	ROW_STOP("port may come", "CONNECT h", MORE, HTTP_TARGET, 9),
	ROW_STOP("host with a path", "GET / HTTP/1.1" E "Host: a/b" E E, BAD,
		HTTP_HOST, 29),
	ROW_STOP("half a host", "GET / HTTP/1.1" E "Host: [::1" E E, BAD,
		HTTP_HOST, 30),
	ROW_STOP("chunked twice",
		GET "Transfer-Encoding: chunked" E
		    "Transfer-Encoding: chunked" E E,
		BAD, HTTP_CODING, 72),
	ROW_STOP("not chunked", GET "Transfer-Encoding: gzip" E E, BAD,
		HTTP_CODING, 50),
	ROW_STOP("no coding", GET "Transfer-Encoding: a b, chunked" E E, BAD,
		HTTP_CODING, 46),
	ROW_STOP("empty codings", GET "Transfer-Encoding: ," E E, BAD,
		HTTP_CODING, 47),
};

#define ANSWER(minor, status, phrase, fields, more)                            \
	"{\"minor\":" minor ",\"status\":" status ",\"phrase\":\"" phrase      \
	"\",\"fields\":[" fields "]" more "}"

static const struct parse_row responses[] = {
	ROW_GOOD("usual", RESPONSE "A: b" E E,
		ANSWER("1", "200", "OK", "[\"A\",\"b\"]", PLAIN)),
	ROW_GOOD("no fields", RESPONSE E, ANSWER("1", "200", "OK", "", PLAIN)),
	ROW_GOOD("no phrase", "HTTP/1.0 404 " E E,
		ANSWER("0", "404", "", "", PLAIN)),
	ROW_GOOD("phrase", "HTTP/1.1 599 a\tb \xc3" E E,
		ANSWER("1", "599", "a\\u0009b \\u00c3", "", PLAIN)),
	ROW_GOOD("coded up to the end", RESPONSE "Transfer-Encoding: gzip" E E,
		ANSWER("1", "200", "OK", "[\"Transfer-Encoding\",\"gzip\"]",
			PLAIN)),
	ROW_GOOD("chunked is not last",
		RESPONSE "Transfer-Encoding: chunked, gzip" E E,
		ANSWER("1", "200", "OK",
			"[\"Transfer-Encoding\",\"chunked, gzip\"]", PLAIN)),
	ROW_GOOD("largest length",
		RESPONSE "Content-Length: 9223372036854775807" E E,
		ANSWER("1", "200", "OK",
			"[\"Content-Length\",\"9223372036854775807\"]",
			",\"length\":9223372036854775807,\"chunked\":false")),
	ROW_OPEN("no blank", "HTTP/1.1 200" E E, HTTP_NO_BLANK,
		ANSWER("1", "200", "", "", PLAIN)),
	ROW_OPEN("words", " HTTP/1.1\t200 \vOK \f" E E, HTTP_WORDS,
		ANSWER("1", "200", "OK", "", PLAIN)),
	ROW_OPEN("CR in a phrase", "HTTP/1.1 200 O\rK" E E, HTTP_BARE_CR,
		ANSWER("1", "200", "O K", "", PLAIN)),
	ROW_OPEN("status too low", "HTTP/1.1 099 " E E, HTTP_STATUS_CLASS,
		ANSWER("1", "99", "", "", PLAIN)),
	ROW_OPEN("status too high", "HTTP/1.1 600 " E E, HTTP_STATUS_CLASS,
		ANSWER("1", "600", "", "", PLAIN)),
	ROW_OPEN("leading blank", RESPONSE " A: b" E E, HTTP_EARLY_LINE,
		ANSWER("1", "200", "OK", "", PLAIN)),
	ROW_GOOD("folded", RESPONSE "A: b" E "\tc" E E,
		ANSWER("1", "200", "OK", "[\"A\",\"b c\"]", PLAIN)),
	ROW_GOOD("chunked behind a fold",
		RESPONSE "Transfer-Encoding: gzip," E " chunked" E E,
		ANSWER("1", "200", "OK",
			"[\"Transfer-Encoding\",\"gzip, chunked\"]",
			",\"chunked\":true")),
	ROW_GOOD("empty members of a list",
		RESPONSE "Transfer-Encoding: ,chunked," E E,
		ANSWER("1", "200", "OK",
			"[\"Transfer-Encoding\",\",chunked,\"]",
			",\"chunked\":true")),
	ROW_GOOD("folded and empty", RESPONSE "A:" E " " E E,
		ANSWER("1", "200", "OK", "[\"A\",\"\"]", PLAIN)),
	ROW_STOP("nothing", "", MORE, HTTP_VERSION, 0),
	ROW_STOP("no HTTP", "220 hello" E, BAD, HTTP_VERSION, 0),
	ROW_STOP("no blank in front of the status", "HTTP/1.1200 OK" E, BAD,
		HTTP_STATUS, 8),
	ROW_STOP("two digits", "HTTP/1.1 20 OK" E, BAD, HTTP_STATUS, 11),
	ROW_STOP("four digits", "HTTP/1.1 2000 OK" E, BAD, HTTP_STATUS, 12),
	ROW_STOP("status not whole", "HTTP/1.1 2", MORE, HTTP_STATUS, 10),
	ROW_STOP("control in a phrase", "HTTP/1.1 200 \x07" E, BAD, HTTP_REASON,
		13),
	ROW_STOP("phrase not whole", "HTTP/1.1 200 O", MORE, HTTP_LINE_END, 14),
	ROW_STOP("empty line not whole", RESPONSE "\r", MORE, HTTP_FIELD_NAME,
		17),
};

#define CHUNKS(chunks, trailer)                                                \
	"{\"chunks\":[" chunks "],\"trailer\":[" trailer "]}"

static const struct parse_row bodies[] = {
	ROW_GOOD("empty", "0" E E, CHUNKS("", "")),
	ROW_GOOD("one chunk", "3" E "a" E E "0" E E,
		CHUNKS("\"a\\u000d\\u000a\"", "")),
	ROW_GOOD("hexadecimal",
		"0A" E "0123456789" E "11" E "0123456789abcdefg" E "00" E E,
		CHUNKS("\"0123456789\",\"0123456789abcdefg\"", "")),
	ROW_GOOD("extensions", "1;a=b ; c=\"d\\\"\";e" E "x" E "0;f" E E,
		CHUNKS("\"x\"", "")),
	ROW_GOOD("trailer", "0" E "A: b" E E, CHUNKS("", "[\"A\",\"b\"]")),
	ROW_OPEN("CR in an extension", "1\r;a=\"\r\"" E "x" E "0" E E,
		HTTP_BARE_CR, CHUNKS("\"x\"", "")),
	ROW_OPEN("folded trailer", "0" E "A: b" E " c" E E, HTTP_FOLDED,
		CHUNKS("", "[\"A\",\"b c\"]")),
	ROW_OPEN("bare LF behind all chunks", "1" E "x" E "0" E "\n",
		HTTP_BARE_LF, CHUNKS("\"x\"", "")),
	ROW_STOP("bare LF behind a size", "1\nx" E, BAD, HTTP_LINE_END, 1),
	ROW_STOP("bare LF behind CR that is data", "2" E "x\r\n", BAD,
		HTTP_LINE_END, 5),
	ROW_STOP("nothing", "", MORE, HTTP_CHUNK_SIZE, 0),
	ROW_STOP("no size", "x" E, BAD, HTTP_CHUNK_SIZE, 0),
	ROW_STOP("sign", "-1" E, BAD, HTTP_CHUNK_SIZE, 0),
	ROW_STOP("prefix", "0x1" E, BAD, HTTP_CHUNK_EXTENSION, 1),
	ROW_STOP("trailing blank", "1 " E "x" E "0" E E, BAD,
		HTTP_CHUNK_EXTENSION, 2),
	ROW_STOP("blank not whole", "1 ", MORE, HTTP_CHUNK_EXTENSION, 2),
	ROW_STOP(
		"extension without name", "1;" E, BAD, HTTP_CHUNK_EXTENSION, 2),
	ROW_STOP("extension without value", "1;a=" E, BAD, HTTP_CHUNK_EXTENSION,
		4),
	ROW_STOP("open string", "1;a=\"b" E, BAD, HTTP_CHUNK_EXTENSION, 6),
	ROW_STOP("string not whole", "1;a=\"\\", MORE, HTTP_CHUNK_EXTENSION, 6),
	ROW_STOP("control in a string", "1;a=\"\x01\"" E, BAD,
		HTTP_CHUNK_EXTENSION, 5),
	ROW_STOP("size alone", "1", MORE, HTTP_CHUNK_EXTENSION, 1),
	ROW_STOP(
		"too large", "8000000000000000" E, LIMIT, HTTP_LENGTH_SIZE, 15),
	ROW_STOP("too short", "3" E "ab", MORE, HTTP_CHUNK_END, 5),
	ROW_STOP("as long as there is", "2" E "ab", MORE, HTTP_CHUNK_END, 5),
	ROW_STOP("too long", "1" E "ab" E, BAD, HTTP_CHUNK_END, 4),
	ROW_STOP("half a line end", "1" E "a\rb", BAD, HTTP_LINE_END, 4),
	ROW_STOP("no last chunk", "1" E "a" E, MORE, HTTP_CHUNK_SIZE, 6),
	ROW_STOP("no empty line", "0" E, MORE, HTTP_FIELD_NAME, 3),
};

static void
requests_are_read(void **state)
{
	(void)state;
	check_rows(
		"http-request", requests, sizeof(requests) / sizeof(*requests));
}

static void
responses_are_read(void **state)
{
	(void)state;
	check_rows("http-response", responses,
		sizeof(responses) / sizeof(*responses));
}

static void
bodies_are_read(void **state)
{
	(void)state;
	check_rows("http-chunked", bodies, sizeof(bodies) / sizeof(*bodies));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read),
		cmocka_unit_test(responses_are_read),
		cmocka_unit_test(bodies_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
