/* SPDX-License-Identifier: Apache-2.0 */
/* Each fault: what it makes of a reply. */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_action_does_what_the_table_says),
		cmocka_unit_test(without_a_fault_everything_passes),
		cmocka_unit_test(tags_are_counted_on),
		cmocka_unit_test(a_login_goes_by_the_list_from_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
