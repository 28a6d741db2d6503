/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTPS engine: requests, whole and cut everywhere. */
#include "tests/dialogue.h"

#define HOST "mta-sts.example.test"
#define RESPONSE(more)                                                         \
	.response = {.statusz = "200 OK",                                      \
		.header = {"Content-Type: text/plain"},                        \
		.headers = 1,                                                  \
		.body = {(const uint8_t *)"a: b\r\n", 6},                      \
		more}
#define TLS .hostz = HOST, .implicit_tls = true

static const struct engine_config plain = {TLS, RESPONSE(.size = 0)};
static const char *const names[] = {"mta-sts.a.test", "mta-sts.b.test"};
static const struct engine_config shared = {
	TLS, RESPONSE(.size = 0), .names = names, .n_names = 2};
static const struct engine_config sink = {
	TLS, .response = {.statusz = "201 Created"}, .sink = true};
static const struct engine_config filled = {TLS, RESPONSE(.size = 200)};
static const struct engine_config nearly = {TLS, RESPONSE(.size = 16)};
static const struct engine_config chunked = {
	TLS, RESPONSE(.framing = FRAMING_CHUNKED)};
static const struct engine_config closing = {
	TLS, RESPONSE(.framing = FRAMING_CLOSE)};
static const struct engine_config empty = {
	TLS, .response = {.statusz = "204 No Content"}};
static const struct engine_config greedy = {
	TLS, RESPONSE(.size = ENGINE_BODY_MAX + 1)};

#define PLACE "/.well-known/mta-sts.txt"
#define LINE "GET " PLACE " HTTP/1.1\r\n"
#define GET LINE "Host: " HOST "\r\n\r\n"
#define NOTE(head) "#request GET " head "\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
#define POLICY "policy: " OK "Content-Length: 6\r\n\r\na: b\r\n"
#define CLOSED(status) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n"
#define NONE(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"
#define BAD(why)                                                               \
	"#protocol-error " why "\nerror: " CLOSED("400 Bad Request") "#close"  \
								     "\n"
#define UNKNOWN LINE "Host: " HOST "\r\nTransfer-Encoding: chunked\r\n\r\n"
#define POST "POST /v1/tlsrpt HTTP/1.1\r\nHost: " HOST "\r\n"
#define SIZED POST "Content-Length: 3\r\n\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define BOTH POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
#define LAST POST "Connection: close\r\nContent-Length: 1\r\n\r\n"
#define POSTED(head) "#request POST " head "\n"
#define CREATED "accepted: " NONE("201 Created")
#define LENGTH_REQUIRED CLOSED("411 Length Required")
#define TWICE(text) text text
#define FILLER                                                                 \
	"filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"                          \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"

static const struct dialogue_row rows[] = {
	{"nobody greets", &plain, false, "", ""},
	{"the policy", &plain, false, GET, NOTE(GET) POLICY},
	{"the connection stays", &plain, false, TWICE(GET),
		TWICE(NOTE(GET) POLICY)},
	{"the host in other letters, with its port", &plain, false,
		LINE "host: MTA-STS.Example.Test:443\r\n\r\n",
		NOTE(LINE "host: MTA-STS.Example.Test:443\r\n\r\n") POLICY},
	{"the last request", &plain, false,
		LINE "Host: " HOST "\r\nconnection: Close\r\n\r\n" GET,
		NOTE(LINE "Host: " HOST "\r\nconnection: Close\r\n\r\n") POLICY
		"#close\n"},
	{"HTTP/1.0 ends with its answer", &plain, false,
		"GET " PLACE " HTTP/1.0\r\nHost: " HOST "\r\n\r\n" GET,
		NOTE("GET " PLACE " HTTP/1.0\r\nHost: " HOST "\r\n\r\n") POLICY
		"#close\n"},
	{"another place", &plain, false,
		"GET / HTTP/1.1\r\nHost: " HOST "\r\n\r\n",
		NOTE("GET / HTTP/1.1\r\nHost: " HOST
		     "\r\n\r\n") "absent: " NONE("404 Not Found")},
	{"another host", &plain, false, LINE "Host: example.test\r\n\r\n",
		NOTE(LINE "Host: example.test\r\n\r\n") "absent: " NONE(
			"404 Not Found")},
	{"another port", &plain, false, LINE "Host: " HOST ":8443\r\n\r\n",
		NOTE(LINE "Host: " HOST ":8443\r\n\r\n") "absent: " NONE(
			"404 Not Found")},
	{"another method, and what it brings", &plain, false,
		"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
		"GET /" GET,
		"#request PUT PUT / HTTP/1.1\r\nHost: x\r\n"
		"Content-Length: 5\r\n\r\n\n"
		"error: " NONE("405 Method Not Allowed") NOTE(GET) POLICY},
	{"a body of unknown length", &plain, false, UNKNOWN GET,
		NOTE(UNKNOWN) "error: " LENGTH_REQUIRED "#close\n"},
	{"no Host", &plain, false, LINE "\r\n" GET,
		BAD("a request has one field Host, which is empty or a host, "
		    "perhaps with a port")},
	{"no HTTP", &plain, false, "EHLO x\r\n",
		BAD("what is asked for is a path, a URI without fragment, of "
		    "OPTIONS also *, of CONNECT a host and a port, with a "
		    "blank behind it")},
	{"the client is done", &plain, false, "GET" END, "#close\n"},
	{"filled up", &filled, false, GET,
		NOTE(GET) "policy: " OK
			  "Content-Length: 200\r\n\r\na: b\r\n" FILLER FILLER
			  "filler: xxxxxxxxxxxxxxxxxxxxxxxx\r\n"},
	{"no room for a field", &nearly, false, GET,
		NOTE(GET) "policy: " OK "Content-Length: 6\r\n\r\na: b\r\n"},
	{"another name of the host", &shared, false,
		LINE "Host: mta-sts.B.test\r\n\r\n",
		NOTE(LINE "Host: mta-sts.B.test\r\n\r\n") POLICY},
	{"nobody's name", &shared, false, LINE "Host: mta-sts.c.test\r\n\r\n",
		NOTE(LINE "Host: mta-sts.c.test\r\n\r\n") "absent: " NONE(
			"404 Not Found")},
	{"reports", &sink, false, SIZED "abc" SIZED "def",
		TWICE(POSTED(SIZED) CREATED)},
	{"a report that is not there yet", &sink, false, SIZED "ab",
		POSTED(SIZED)},
	{"a report in chunks", &sink, false,
		CHUNKED "3\r\nabc\r\n0\r\n\r\n" LAST "x" SIZED,
		POSTED(CHUNKED) CREATED POSTED(LAST) CREATED "#close\n"},
	{"a report with two lengths is the last one", &sink, false,
		BOTH "3\r\nabc\r\n0\r\n\r\n" SIZED "def",
		POSTED(BOTH) CREATED "#close\n"},
	{"an empty report", &sink, false, POST "\r\n",
		POSTED(POST "\r\n") CREATED},
	{"a report in no chunks", &sink, false, CHUNKED "many\r\n",
		POSTED(CHUNKED)
			BAD("a chunk begins with its size in hexadecimal")},
	{"a policy where reports go", &sink, false, GET,
		NOTE(GET) "absent: " NONE("404 Not Found")},
	{"a report where policies are", &plain, false, SIZED "abc",
		POSTED(SIZED) "error: " NONE("405 Method Not Allowed")},
	{"in chunks", &chunked, false, GET,
		NOTE(GET) "policy: " OK
			  "Transfer-Encoding: chunked\r\n\r\n6\r\na: b\r\n\r\n"
			  "0\r\n\r\n"},
	{"until the end", &closing, false, GET,
		NOTE(GET) "policy: " OK
			  "Connection: close\r\n\r\na: b\r\n#close\n"},
	{"nothing", &empty, false, GET,
		NOTE(GET) "policy: " NONE("204 No Content")},
	{"more than there may be", &greedy, false, GET, NOTE(GET) "#close\n"},
};

static void
nothing_prepare(void)
{
}

static void
requests_are_answered_alike_however_cut(void **state)
{
	(void)state;
	dialogue_table(&https_engine, rows, sizeof(rows) / sizeof(*rows),
		nothing_prepare);
}

static void
limits_hold(void **state)
{
	(void)state;
	dialogue_flood(&https_engine, &plain, LINE "Host: " HOST "\r\n",
		"name: 12345678\r\n", 2048, "\r\n",
		"#protocol-error a request with a head that is too long\n"
		"error: " CLOSED(
			"431 Request Header Fields Too Large") "#close\n");
	dialogue_flood(&https_engine, &plain, "", GET, 1000, "", POLICY);
	dialogue_flood(&https_engine, &sink, CHUNKED, "3\r\nabc\r\n", 5000,
		"0\r\n\r\n",
		POSTED(CHUNKED) "#protocol-error a body in chunks that is too "
				"long\nerror: " CLOSED(
					"413 Content Too Large") "#close\n");
	dialogue_flood(&https_engine, &plain,
		"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n",
		"12345678", 375000, GET, NOTE(GET) POLICY);
}

static void
random_bytes_do_no_harm(void **state)
{
	static const char get[] = GET, line[] = LINE;
	static const char field[] = "Host: " HOST "\r\n";
	static const char *const words[] = {"\r\n", "\r\n\r\n", get, line,
		field, "Host", ": ", "GET ", "/", " HTTP/1.1\r\n",
		"Content-Length: ", "3", "\r\n\r\nabc", "Connection: close\r\n",
		"Transfer-Encoding: chunked\r\n", "POST / HTTP/1.1\r\n",
		"3\r\nabc\r\n", "0\r\n\r\n"};

	(void)state;
	dialogue_storm(
		&https_engine, &plain, words, sizeof(words) / sizeof(*words));
	dialogue_storm(
		&https_engine, &sink, words, sizeof(words) / sizeof(*words));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_alike_however_cut),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(random_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
