/* SPDX-License-Identifier: Apache-2.0 */
/* Each fault: what it makes of a reply and of a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/buf.h"
#include "proto/reply.h"
#include "tests/fault_check.h"

/* The wire as a text: bytes as they are (those of the fault in <>), "|" break,
 * "~" pause, "T" handshake, "X" close with its first letter, "!" delivered. */
static void
wire_write(void *self, const struct wire *wire)
{
	struct buf *text = self;
	int bad = 0;

	switch (wire->kind) {
	case WIRE_SEND:
		bad = wire->by_fault && buf_addz(text, "<") != 0;
		bad += buf_add(text, wire->bytes) != 0;
		bad += wire->by_fault && buf_addz(text, ">") != 0;
		break;
	case WIRE_BREAK:
		bad = buf_addz(text, "|");
		break;
	case WIRE_PAUSE:
		bad = buf_addf(text, "~%g", wire->seconds);
		break;
	case WIRE_START_TLS:
		bad = buf_addz(text, " T ");
		break;
	case WIRE_CLOSE:
		bad = buf_addf(text, " X%c ", "nfr"[wire->how]);
		break;
	case WIRE_ABORT:
		bad = buf_addz(text, " A ");
		break;
	case WIRE_RENEGOTIATE:
		bad = buf_addz(text, " R ");
		break;
	case WIRE_DELIVERED:
		bad = buf_addz(text, "!");
		break;
	case WIRE_MESSAGE:
		break;
	}
	assert_int_equal(bad, 0);
}

/* What an IMAP server without fault would say, as a script: greeting,
 * capabilities, reply to STARTTLS, handshake, two more replies inside. */
static void
play(struct fault_conn *conn, struct buf *text)
{
	const struct wire_sink sink = {wire_write, text};
	struct action greeting = {.kind = ACTION_SEND,
		.name = REPLY_GREETING,
		.bytes = span_z("* OK hi.")};
	struct action list = {.kind = ACTION_SEND,
		.name = REPLY_CAPABILITIES,
		.word = span_z("A001"),
		.bytes = span_z("caps.")};
	struct action starttls = {.kind = ACTION_SEND,
		.name = REPLY_STARTTLS,
		.word = span_z("A002"),
		.bytes = span_z("go.")};
	struct action shake = {.kind = ACTION_START_TLS};
	struct action login = {.kind = ACTION_SEND,
		.name = REPLY_LOGIN,
		.word = span_z("A003"),
		.bytes = span_z("in.")};

	fault_conn_accepted(conn, &sink);
	fault_conn_act(conn, &greeting, &sink);
	fault_conn_act(conn, &list, &sink);
	fault_conn_act(conn, &starttls, &sink);
	fault_conn_act(conn, &shake, &sink);
	fault_conn_secured(conn);
	fault_conn_act(conn, &list, &sink);
	fault_conn_act(conn, &login, &sink);
}

static const struct {
	const char *name, *at, *act, *wire;
} plays[] = {
	{"replace", AT_STARTTLS,
		"{\"action\": \"replace\", \"data\": \"{tag} NO.\"}",
		"* OK hi.caps.<A002 NO.>! T caps.in."},
	{"drop", AT_STARTTLS, "{\"action\": \"drop\"}",
		"* OK hi.caps.! T caps.in."},
	{"repeat", AT_STARTTLS, "{\"action\": \"repeat\", \"count\": 2}",
		"* OK hi.caps.go.<go.><go.>! T caps.in."},
	{"delay", AT_STARTTLS, "{\"action\": \"delay\", \"seconds\": 0.5}",
		"* OK hi.caps.~0.5go.! T caps.in."},
	{"split", "{\"reply\": \"greeting\"}",
		"{\"action\": \"split\", \"sizes\": [1, 3]}",
		"*| OK| hi.!caps.go. T caps.in."},
	{"split, with time between", AT_STARTTLS,
		"{\"action\": \"split\", \"sizes\": [1], \"seconds\": 0.5}",
		"* OK hi.caps.g~0.5o.! T caps.in."},
	{"replaced and split", AT_STARTTLS,
		"{\"action\": \"replace\", \"data\": \"{tag} NO.\", "
		"\"sizes\": [2, 4], \"seconds\": 0.5}",
		"* OK hi.caps.<A0>~0.5<02 N>~0.5<O.>! T caps.in."},
	{"split longer than the reply", AT_STARTTLS,
		"{\"action\": \"split\", \"sizes\": [1, 3, 5]}",
		"* OK hi.caps.g|o.! T caps.in."},
	{"inject behind", AT_STARTTLS,
		"{\"action\": \"inject\", \"data\": \"{next-tag} OK\"}",
		"* OK hi.caps.go.<A003 OK>! T caps.in."},
	{"inject behind, next segment", AT_STARTTLS,
		"{\"action\": \"inject\", \"segment\": \"next\", \"data\": "
		"\"{next-tag-2}\"}",
		"* OK hi.caps.go.|<A004>! T caps.in."},
	{"inject, and no handshake", "{\"reply\": \"capabilities\"}",
		"{\"action\": \"inject\", \"data\": \"x\", \"then\": "
		"\"clear\"}",
		"* OK hi.caps.<x>!go.!caps.<x>!in."},
	{"inject before", AT_STARTTLS,
		"{\"action\": \"inject\", \"where\": \"before\", \"data\": "
		"\"x\"}",
		"* OK hi.caps.<x>go.! T caps.in."},
	{"inject, then silence", AT_STARTTLS,
		"{\"action\": \"inject\", \"data\": \"x\", \"after\": \"\"}",
		"* OK hi.caps.go.<x>! T "},
	{"inject, then only this", AT_STARTTLS,
		"{\"action\": \"inject\", \"data\": \"x\", \"after\": \"y\"}",
		"* OK hi.caps.go.<x>! T <y>"},
	{"inject, then an answer to the command that comes", AT_STARTTLS,
		"{\"action\": \"inject\", \"data\": \"x\", \"after\": \"{tag} "
		"OK\"}",
		"* OK hi.caps.go.<x>! T <A001 OK>"},
	{"the twin: nothing injected, then silence", AT_STARTTLS,
		"{\"action\": \"inject\", \"data\": \"\", \"after\": \"\"}",
		"* OK hi.caps.go.! T "},
	{"renegotiate where there is no TLS", "{\"reply\": \"greeting\"}",
		"{\"action\": \"renegotiate\"}", "* OK hi.caps.go. T caps.in."},
	{"renegotiate", "{\"reply\": \"login\"}",
		"{\"action\": \"renegotiate\", \"recipe\": \"fault\"}",
		"* OK hi.caps.go. T caps.in. R !"},
	{"only in clear", "{\"reply\": \"capabilities\", \"phase\": \"clear\"}",
		"{\"action\": \"drop\"}", "* OK hi.!go. T caps.in."},
	{"only inside TLS", "{\"reply\": \"capabilities\", \"phase\": \"tls\"}",
		"{\"action\": \"drop\"}", "* OK hi.caps.go. T !in."},
	{"only the second", "{\"reply\": \"capabilities\", \"nth\": 2}",
		"{\"action\": \"drop\"}", "* OK hi.caps.go. T !in."},
	{"skip-tls, clear", "{}",
		"{\"action\": \"skip-tls\", \"then\": \"clear\"}",
		"* OK hi.caps.go.!caps.in."},
	{"skip-tls, silent", "{}",
		"{\"action\": \"skip-tls\", \"then\": \"silent\"}",
		"* OK hi.caps.go.!"},
	{"cut", AT_STARTTLS,
		"{\"action\": \"cut\", \"keep\": 1, \"how\": \"fin\"}",
		"* OK hi.caps.g Xf ! T caps.in."},
	{"cut from the end", "{\"reply\": \"greeting\"}",
		"{\"action\": \"cut\", \"keep\": -3, \"how\": \"reset\"}",
		"* OK  Xr !caps.go. T caps.in."},
	{"close before", AT_STARTTLS,
		"{\"action\": \"close\", \"when\": \"before\"}",
		"* OK hi.caps. Xf ! T caps.in."},
	{"close behind", AT_STARTTLS,
		"{\"action\": \"close\", \"how\": \"notify\"}",
		"* OK hi.caps.go. Xn ! T caps.in."},
	{"reset", "{}", "{\"action\": \"reset\"}",
		" Xr !* OK hi.caps.go. T caps.in."},
	{"silence", "{}", "{\"action\": \"silence\"}", "! T "},
	{"withhold in clear", "{}",
		"{\"action\": \"withhold\", \"capabilities\": [\"STARTTLS\"], "
		"\"phases\": [\"clear\"]}",
		"* OK hi.!caps.!go. T caps.in."},
	{"withhold and refuse", AT_STARTTLS,
		"{\"action\": \"withhold\", \"capabilities\": [\"STARTTLS\"], "
		"\"phases\": [\"clear\"], \"data\": \"x\"}",
		"* OK hi.!caps.!go. T caps.in."},
	{"advertise in TLS", "{}",
		"{\"action\": \"advertise\", \"capabilities\": [\"X\"], "
		"\"phases\": [\"tls\"]}",
		"* OK hi.caps.go. T caps.!in."},
	{"status in TLS", "{}",
		"{\"action\": \"status\", \"promises\": \"\", "
		"\"phases\": [\"tls\"]}",
		"* OK hi.caps.go. T caps.!in."},
	{"alert inside the session", "{\"reply\": \"login\"}",
		"{\"action\": \"alert\", \"at\": \"session\", "
		"\"description\": 20}",
		"* OK hi.caps.go. T caps. A  Xf !"},
	{"none", "{}", "{\"action\": \"none\"}",
		"* OK hi.!caps.go. T caps.in."},
	{"greet", "{\"reply\": \"greeting\"}",
		"{\"action\": \"greet\", \"state\": \"preauth\", \"data\": "
		"\"x\"}",
		"<* OK hi.>!caps.go. T caps.in."},
};

static void
each_action_does_what_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(plays) / sizeof(plays[0]); i++) {
		json_t *json = fault_json(plays[i].at, plays[i].act);
		struct fault fault;
		struct fault_conn conn;
		struct err err = {0};
		struct buf text;

		assert_non_null(json);
		if (fault_load(&fault, json, &err) != 0)
			fail_msg("%s: %s", plays[i].name, err.text);
		fault_conn_init(&conn, &fault, false);
		buf_init(&text, 4096);
		play(&conn, &text);
		if (!span_eq(buf_span(&text), span_z(plays[i].wire)))
			fail_msg("%s: %.*s", plays[i].name, (int)text.n,
				(const char *)text.p);
		buf_fini(&text);
		fault_fini(&fault);
		json_decref(json);
	}
}

static void
without_a_fault_everything_passes(void **state)
{
	struct fault_conn conn;
	struct buf text;

	(void)state;
	fault_conn_init(&conn, NULL, false);
	buf_init(&text, 4096);
	play(&conn, &text);
	assert_true(span_eq(
		buf_span(&text), span_z("* OK hi.caps.go. T caps.in.")));
	buf_fini(&text);
}

static void
tags_are_counted_on(void **state)
{
	static const struct {
		const char *tag, *text, *result;
	} rows[] = {
		{"A001", "{tag} {next-tag}", "A001 A002"},
		{"a9", "{next-tag}{next-tag-2}", "a10a11"},
		{"099", "{next-tag}", "100"},
		{"a1", "{next-tag-9}", "a10"},
		{"1.9", "{next-tag}", "1.10"},
		{"a0009", "{next-tag}", "a0010"},
		{"12x", "{next-tag}", "13x"},
		{"A9-b.c", "{next-tag}", "A10-b.c"},
		{"0000000f", "{next-tag} {next-tag-2}", "00000010 00000011"},
		{"1FF", "{next-tag}", "200"},
		{"0a", "{next-tag-7}", "11"},
		{"aaz", "{next-tag}", "aba"},
		{"ZZ", "{next-tag}", "AAA"},
		{"x", "{next-tag}", "y"},
		{"*", "{next-tag}", "*"},
		{"", "{tag}{ta}{5}", "{ta}{5}"},
		{"A1", "{next-tag-1}{next-tag-}{next-tag-2",
			"{next-tag-1}"
			"{next-tag-}"
			"{next-tag-2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out;

		buf_init(&out, 100);
		assert_int_equal(fault_expand(span_z(rows[i].text),
					 span_z(rows[i].tag), &out),
			0);
		if (!span_eq(buf_span(&out), span_z(rows[i].result)))
			fail_msg("%s with %s: %.*s", rows[i].text, rows[i].tag,
				(int)out.n, (const char *)out.p);
		buf_fini(&out);
	}
}

/* Two records, of 3 and of 2 bytes: a ServerHello, a certificate. */
static const uint8_t flight[] = {
	22, 3, 3, 0, 3, 1, 2, 4, 23, 3, 3, 0, 2, 8, 16};

static const struct {
	const char *name, *act;
	uint8_t wire[24];
	size_t n;
	const char *ops;
} records[] = {
	{"flip the first",
		"{\"action\": \"flip\", \"message\": \"server-hello\", "
		"\"offset\": 1, \"bit\": 0}",
		{22, 3, 3, 0, 3, 1, 3, 4, 23, 3, 3, 0, 2, 8, 16}, 15, "!"},
	{"flip behind the end means the last byte",
		"{\"action\": \"flip\", \"message\": \"certificate\", "
		"\"offset\": 99, \"bit\": 7}",
		{22, 3, 3, 0, 3, 1, 2, 4, 23, 3, 3, 0, 2, 8, 144}, 15, "!"},
	{"a message that does not come",
		"{\"action\": \"flip\", \"message\": \"application\", "
		"\"offset\": 0, \"bit\": 0}",
		{22, 3, 3, 0, 3, 1, 2, 4, 23, 3, 3, 0, 2, 8, 16}, 15, ""},
	{"oversize",
		"{\"action\": \"oversize\", \"message\": "
		"\"server-hello\", \"size\": 5}",
		{22, 3, 3, 0, 5, 1, 2, 4, 0, 0, 23, 3, 3, 0, 2, 8, 16}, 17,
		"!"},
	{"oversize, and it is as long",
		"{\"action\": \"oversize\", \"message\": "
		"\"certificate\", \"size\": 1}",
		{22, 3, 3, 0, 3, 1, 2, 4, 23, 3, 3, 0, 2, 8, 16}, 15, ""},
	{"truncate",
		"{\"action\": \"truncate\", \"message\": \"certificate\", "
		"\"keep\": 6}",
		{22, 3, 3, 0, 3, 1, 2, 4, 23, 3, 3, 0, 2, 8}, 14, "! Xf "},
	{"truncate with a reset",
		"{\"action\": \"truncate\", \"message\": \"server-hello\", "
		"\"keep\": 0, \"how\": \"reset\"}",
		{0}, 0, "! Xr "},
	{"alert behind the ServerHello",
		"{\"action\": \"alert\", \"at\": \"server-hello\", "
		"\"description\": 80}",
		{22, 3, 3, 0, 3, 1, 2, 4, 21, 3, 3, 0, 2, 2, 80}, 15, "! Xf "},
	{"warning in front of the flight",
		"{\"action\": \"alert\", \"at\": \"hello\", \"level\": "
		"\"warning\", \"description\": 112}",
		{21, 3, 3, 0, 2, 1, 112, 22, 3, 3, 0, 3, 1, 2, 4, 23, 3, 3, 0,
			2, 8, 16},
		22, "!"},
	{"OpenSSL's own alert is only noted",
		"{\"action\": \"alert\", \"at\": \"hello\", "
		"\"description\": 112}",
		{22, 3, 3, 0, 3, 1, 2, 4, 23, 3, 3, 0, 2, 8, 16}, 15, "!"},
	{"alert behind the flight",
		"{\"action\": \"alert\", \"at\": \"flight\", "
		"\"description\": 40}",
		{22, 3, 3, 0, 3, 1, 2, 4, 23, 3, 3, 0, 2, 8, 16, 21, 3, 3, 0, 2,
			2, 40},
		22, "! Xf "},
	{"garbage", "{\"action\": \"garbage\", \"data\": \"hello\"}",
		{'h', 'e', 'l', 'l', 'o'}, 5, "!"},
};

static void
records_are_changed_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		json_t *json = fault_json("{}", records[i].act);
		struct fault fault;
		struct fault_conn conn;
		struct err err;
		struct buf raw, text;
		const struct wire_sink sink = {wire_write, &text};

		assert_int_equal(fault_load(&fault, json, &err), 0);
		fault_conn_init(&conn, &fault, true);
		buf_init(&raw, 100);
		buf_init(&text, 100);
		assert_int_equal(
			buf_add(&raw, span_of(flight, sizeof(flight))), 0);
		fault_conn_sent(&conn, TLS_SERVER_HELLO, 1);
		fault_conn_sent(&conn, TLS_CERTIFICATE, 2);
		fault_conn_raw(&conn, &raw, &sink);
		if (!span_eq(buf_span(&raw),
			    span_of(records[i].wire, records[i].n)) ||
			!span_eq(buf_span(&text), span_z(records[i].ops))) {
			fail_msg("%s", records[i].name);
		}
		buf_fini(&raw);
		buf_fini(&text);
		fault_fini(&fault);
		json_decref(json);
	}
}

/* The second record of application data is the fourth of the wire. */
static void
the_nth_message_is_struck_once(void **state)
{
	static const uint8_t one[] = {23, 3, 3, 0, 1, 0};
	json_t *json = fault_json("{\"nth\": 2}",
		"{\"action\": \"flip\", \"message\": \"application\", "
		"\"offset\": 0, \"bit\": 0}");
	struct fault fault;
	struct fault_conn conn;
	struct err err;
	struct buf raw, text;
	const struct wire_sink sink = {wire_write, &text};

	(void)state;
	assert_int_equal(fault_load(&fault, json, &err), 0);
	fault_conn_init(&conn, &fault, true);
	buf_init(&text, 100);
	for (unsigned number = 1; number <= 6; number++) {
		buf_init(&raw, 100);
		assert_int_equal(buf_add(&raw, span_of(one, sizeof(one))), 0);
		fault_conn_sent(&conn,
			number < 3 ? TLS_TICKET : TLS_APPLICATION, number);
		fault_conn_raw(&conn, &raw, &sink);
		assert_int_equal(raw.p[5], number == 4 ? 1 : 0);
		buf_fini(&raw);
	}
	assert_true(span_eq(buf_span(&text), span_z("!")));
	buf_fini(&text);
	fault_fini(&fault);
	json_decref(json);
}

static void
held_bytes_stand_before_the_flight(void **state)
{
	json_t *json =
		fault_json(AT_STARTTLS, "{\"action\": \"inject\", \"segment\": "
					"\"handshake\", \"data\": "
					"\"{next-tag}\", \"after\": \"\"}");
	struct fault fault;
	struct fault_conn conn;
	struct err err;
	struct buf raw, text;
	const struct wire_sink sink = {wire_write, &text};
	const struct span first = span_of(flight, sizeof(flight));

	(void)state;
	assert_int_equal(fault_load(&fault, json, &err), 0);
	fault_conn_init(&conn, &fault, false);
	buf_init(&raw, 100);
	buf_init(&text, 100);
	play(&conn, &text);
	assert_true(span_eq(
		buf_span(&text), span_z("* OK hi.caps.go. T caps.in.")));
	buf_clear(&text);
	for (int i = 0; i < 2; i++) {
		buf_clear(&raw);
		assert_int_equal(buf_add(&raw, first), 0);
		fault_conn_raw(&conn, &raw, &sink);
		assert_int_equal(raw.n, first.n + (i == 0 ? 4 : 0));
		assert_true(
			span_eq(span_cut(buf_span(&raw), i == 0 ? 4 : 0, raw.n),
				first));
		if (i == 0)
			assert_memory_equal(raw.p, "A003", 4);
	}
	assert_true(span_eq(buf_span(&text), span_z("!")));
	buf_fini(&raw);
	buf_fini(&text);
	fault_fini(&fault);
	json_decref(json);
}

static void
an_alert_shows_no_certificate(void **state)
{
	static const uint8_t alert[] = {21, 3, 3, 0, 2, 2, 40};
	static const struct {
		struct span raw;
		const char *ops;
	} rows[] = {
		{{alert, sizeof(alert)}, ""},
		{{flight, sizeof(flight)}, "!"},
		{{flight, sizeof(flight)}, "!"},
	};
	json_t *json = fault_json(
		"{}", "{\"action\": \"certificate\", \"recipe\": \"fault\"}");
	struct fault fault;
	struct fault_conn conn;
	struct err err;
	struct buf raw, text;
	const struct wire_sink sink = {wire_write, &text};

	(void)state;
	assert_int_equal(fault_load(&fault, json, &err), 0);
	fault_conn_init(&conn, &fault, true);
	buf_init(&text, 100);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&raw, 100);
		assert_int_equal(buf_add(&raw, rows[i].raw), 0);
		fault_conn_raw(&conn, &raw, &sink);
		assert_true(span_eq(buf_span(&text), span_z(rows[i].ops)));
		buf_fini(&raw);
	}
	buf_fini(&text);
	fault_fini(&fault);
	json_decref(json);
}

/* Whoever logs in without asking for the list has met it, too. */
static void
a_login_goes_by_the_list_from_before(void **state)
{
	json_t *json =
		fault_json("{}", "{\"action\": \"withhold\", \"capabilities\": "
				 "[\"AUTH=PLAIN\"], \"phases\": [\"tls\"]}");
	const struct action entered = {
		.kind = ACTION_NOTE, .name = "auth", .ok = true};
	const struct action login = {.kind = ACTION_SEND,
		.name = REPLY_LOGIN,
		.bytes = span_z("in.")};
	const struct action fetch = {.kind = ACTION_SEND,
		.name = REPLY_FETCH,
		.bytes = span_z("mail.")};
	struct fault fault;
	struct fault_conn conn;
	struct err err;
	struct buf text;
	const struct wire_sink sink = {wire_write, &text};

	(void)state;
	assert_int_equal(fault_load(&fault, json, &err), 0);
	fault_conn_init(&conn, &fault, false);
	buf_init(&text, 100);
	fault_conn_secured(&conn);
	fault_conn_act(&conn, &entered, &sink);
	fault_conn_act(&conn, &login, &sink);
	fault_conn_act(&conn, &fetch, &sink);
	assert_true(span_eq(buf_span(&text), span_z("in.!mail.")));
	buf_fini(&text);
	fault_fini(&fault);
	json_decref(json);
}

static void
a_wrong_fault_is_told_by_name(void **state)
{
	static const struct {
		const char *at, *act, *message;
	} rows[] = {
		{"{}", "{\"action\": \"drop\"}",
			"fault.at.reply: is missing, the action drop needs it"},
		{"{\"when\": 1}", "{\"action\": \"reset\"}",
			"fault.at.when: unknown key"},
		{"{}", "{\"action\": \"reset\", \"data\": \"\"}",
			"fault.do.data: unknown key"},
		{AT_STARTTLS,
			"{\"action\": \"inject\", \"where\": \"before\", "
			"\"segment\": \"handshake\", \"data\": \"\"}",
			"fault.do.where: must be behind, the handshake is"},
		{"{}",
			"{\"action\": \"alert\", \"at\": \"session\", "
			"\"description\": 20}",
			"fault.at.reply: is missing, an alert inside the "
			"session needs it"},
		{"{}", "{\"action\": \"flip\", \"message\": \"all\"}",
			"fault.do.message: must be one of server-hello, "
			"certificate, signature, finished, ticket, "
			"application"},
		{"{}", "{\"action\": \"respond\", \"framing\": \"no\"}",
			"fault.do.framing: must be one of length, chunked, "
			"close"},
		{"{}",
			"{\"action\": \"oversize\", \"message\": "
			"\"ticket\", \"size\": 65536}",
			"fault.do.size: must be a whole number from 1 to "
			"65535"},
		{"{}", "{\"action\": \"renegotiate\"}",
			"fault.at.reply: is missing, the action renegotiate "
			"needs it"},
		{"{}", "{\"action\": \"garbage\"}",
			"fault.do.data: is missing"},
		{"{}", "{\"action\": \"skip-tls\", \"then\": \"go\"}",
			"fault.do.then: must be one of clear, silent, close"},
		{"{}",
			"{\"action\": \"withhold\", \"capabilities\": [], "
			"\"phases\": [\"now\"]}",
			"fault.do.phases: must be one of greeting, clear, "
			"tls, login"},
		{AT_STARTTLS,
			"{\"action\": \"withhold\", \"capabilities\": "
			"[\"A\"], \"phases\": [\"tls\"]}",
			"fault.do.data: needs fault.at.reply, and is needed "
			"by it"},
		{"{}",
			"{\"action\": \"dns\", \"name\": \"a\", \"type\": "
			"\"A\"}",
			"fault.do: exactly one of rcode, values, drop, "
			"truncate, seconds; dnssec alone, or with "
			"rcode or values"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *json = fault_json(rows[i].at, rows[i].act);
		struct fault fault;
		struct err err = {0};

		assert_int_equal(fault_load(&fault, json, &err), -1);
		assert_string_equal(err.text, rows[i].message);
		json_decref(json);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_action_does_what_the_table_says),
		cmocka_unit_test(without_a_fault_everything_passes),
		cmocka_unit_test(tags_are_counted_on),
		cmocka_unit_test(records_are_changed_as_the_table_says),
		cmocka_unit_test(held_bytes_stand_before_the_flight),
		cmocka_unit_test(the_nth_message_is_struck_once),
		cmocka_unit_test(an_alert_shows_no_certificate),
		cmocka_unit_test(a_login_goes_by_the_list_from_before),
		cmocka_unit_test(a_wrong_fault_is_told_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
