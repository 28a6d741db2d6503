/* SPDX-License-Identifier: Apache-2.0 */
/* What is no fault is told by its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/fault_check.h"

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
		cmocka_unit_test(a_wrong_fault_is_told_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
