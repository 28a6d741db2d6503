/* SPDX-License-Identifier: Apache-2.0 */
/* Each fault: what it makes of TLS records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/fault_check.h"

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
		"\"certificate\", \"size\": 2}",
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_changed_as_the_table_says),
		cmocka_unit_test(the_nth_message_is_struck_once),
		cmocka_unit_test(held_bytes_stand_before_the_flight),
		cmocka_unit_test(an_alert_shows_no_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
