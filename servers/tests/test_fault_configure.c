/* SPDX-License-Identifier: Apache-2.0 */
/* Each fault that changes what a server is told to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/fault_check.h"

static void
lists_are_changed_in_the_named_phases_only(void **state)
{
	json_t *json = fault_json("{}",
		"{\"action\": \"withhold\", \"capabilities\": [\"starttls\", "
		"\"AUTH\"], \"phases\": [\"clear\", \"greeting\"], "
		"\"instead\": [\"AUTH PLAIN\"]}");
	struct engine_config config = {0};
	struct fault fault;
	struct err err;

	(void)state;
	for (int phase = PHASE_CLEAR; phase < PHASES; phase++) {
		config.capabilities[phase].item[0] = "STARTTLS";
		config.capabilities[phase].item[1] = "AUTH PLAIN LOGIN";
		config.capabilities[phase].item[2] = "SIZE";
		config.capabilities[phase].n = 3;
	}
	assert_int_equal(fault_load(&fault, json, &err), 0);
	fault_configure(&fault, &config);
	assert_int_equal(config.capabilities[PHASE_GREETING].n, 0);
	assert_int_equal(config.capabilities[PHASE_CLEAR].n, 2);
	assert_string_equal(config.capabilities[PHASE_CLEAR].item[0], "SIZE");
	assert_string_equal(
		config.capabilities[PHASE_CLEAR].item[1], "AUTH PLAIN");
	assert_int_equal(config.capabilities[PHASE_TLS].n, 3);
	fault_fini(&fault);
	json_decref(json);
}

/* Loads a fault, and lets it change the configuration. Both live as long as
 * the JSON. */
static json_t *
configure(struct fault *fault, const char *at, const char *act,
	struct engine_config *config)
{
	json_t *json = fault_json(at, act);
	struct err err = {0};

	assert_non_null(json);
	if (fault_load(fault, json, &err) != 0)
		fail_msg("%s", err.text);
	fault_configure(fault, config);
	return json;
}

static void
a_refusal_holds_where_the_fault_says(void **state)
{
	static const struct {
		const char *at;
		bool clear, tls;
	} rows[] = {
		{"{\"reply\": \"starttls\"}", true, true},
		{"{\"reply\": \"starttls\", \"phase\": \"any\"}", true, true},
		{"{\"reply\": \"starttls\", \"phase\": \"clear\"}", true,
			false},
		{"{\"reply\": \"starttls\", \"phase\": \"tls\"}", false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct engine_config config = {0};
		struct fault fault;
		json_t *json = configure(&fault, rows[i].at,
			"{\"action\": \"refuse\", \"data\": \"no\"}", &config);
		assert_int_equal(rows[i].clear,
			engine_refusal_of(&config, "starttls", false) != NULL);
		assert_int_equal(rows[i].tls,
			engine_refusal_of(&config, "starttls", true) != NULL);
		assert_null(engine_refusal_of(&config, "login", false));
		fault_fini(&fault);
		json_decref(json);
	}
}

static void
what_is_withheld_may_be_refused_as_well(void **state)
{
	struct engine_config config = {0};
	struct fault fault;
	const struct engine_refusal *refusal;
	json_t *json;

	(void)state;
	config.capabilities[PHASE_CLEAR].item[0] = "STARTTLS";
	config.capabilities[PHASE_CLEAR].n = 1;
	json = configure(&fault, AT_STARTTLS,
		"{\"action\": \"withhold\", \"capabilities\": "
		"[\"STARTTLS\"], \"phases\": [\"clear\"], \"data\": \"no\"}",
		&config);
	assert_int_equal(config.capabilities[PHASE_CLEAR].n, 0);
	refusal = engine_refusal_of(&config, "starttls", false);
	assert_non_null(refusal);
	assert_true(span_eq(refusal->text, span_z("no")));
	fault_fini(&fault);
	json_decref(json);
}

static void
a_greeting_may_bring_its_own_list(void **state)
{
	static const struct {
		const char *greets;
		enum engine_phase changed, kept;
	} rows[] = {
		{"preauth", PHASE_LOGIN, PHASE_CLEAR},
		{"ok", PHASE_CLEAR, PHASE_LOGIN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct engine_capabilities *list;
		struct engine_config config = {0};
		struct fault fault;
		char act[200];
		json_t *json;

		for (int phase = 0; phase < PHASES; phase++) {
			config.capabilities[phase].item[0] = "IMAP4rev1";
			config.capabilities[phase].n = 1;
		}
		(void)snprintf(act, sizeof(act),
			"{\"action\": \"greet\", \"state\": \"%s\", \"data\": "
			"\"x\", \"capabilities\": [\"A\", \"STARTTLS\"], "
			"\"selected\": \"no\"}",
			rows[i].greets);
		json = configure(&fault, "{}", act, &config);
		list = &config.capabilities[rows[i].changed];
		assert_int_equal(list->n, 2);
		assert_string_equal(list->item[1], "STARTTLS");
		assert_non_null(engine_refusal_of(&config, "select", false));
		list = &config.capabilities[rows[i].kept];
		assert_int_equal(list->n, 1);
		assert_string_equal(list->item[0], "IMAP4rev1");
		fault_fini(&fault);
		json_decref(json);
	}
}

/* What the policy host of a world answers, and what is left of it. */
static void
a_response_is_changed_where_the_fault_says(void **state)
{
	static const struct {
		const char *act, *status, *header, *body;
		unsigned headers;
		size_t size;
		enum engine_framing framing;
	} rows[] = {
		{"{\"action\": \"respond\"}", "200 OK", "A: b", "c", 1, 0,
			FRAMING_LENGTH},
		{"{\"action\": \"respond\", \"status\": \"404 No\", "
		 "\"headers\": [\"X: y\", \"Z: z\"], \"data\": \"new\"}",
			"404 No", "X: y", "new", 2, 0, FRAMING_LENGTH},
		{"{\"action\": \"respond\", \"headers\": [], \"data\": "
		 "\"\", \"size\": 9, \"framing\": \"close\"}",
			"200 OK", NULL, "", 0, 9, FRAMING_CLOSE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct engine_config config = {.response = {.statusz = "200 OK",
						       .header = {"A: b"},
						       .headers = 1,
						       .body = span_z("c")}};
		const struct engine_response *got = &config.response;
		struct fault fault;
		json_t *json = configure(&fault, "{}", rows[i].act, &config);

		assert_string_equal(got->statusz, rows[i].status);
		assert_int_equal(got->headers, rows[i].headers);
		if (rows[i].header != NULL)
			assert_string_equal(got->header[0], rows[i].header);
		assert_true(span_eq(got->body, span_z(rows[i].body)));
		assert_int_equal(got->size, rows[i].size);
		assert_int_equal(got->framing, rows[i].framing);
		fault_fini(&fault);
		json_decref(json);
	}
}

static void
a_certificate_may_come_with_versions(void **state)
{
	static const struct {
		const char *act;
		const char *identity;
		int min, max;
	} rows[] = {
		{"{\"action\": \"certificate\", \"recipe\": \"fault\"}",
			"fault", 0x0303, 0x0304},
		{"{\"action\": \"certificate\", \"recipe\": \"fault\", "
		 "\"min\": \"1.0\", \"max\": \"1.1\"}",
			"fault", 0x0301, 0x0302},
		{"{\"action\": \"tls\", \"max\": \"1.2\"}", "good", 0x0303,
			0x0303},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_options options = {
			.min_version = 0x0303, .max_version = 0x0304};
		struct engine_config config = {0};
		const char *identity = "good";
		struct fault fault;
		json_t *json = configure(&fault, "{}", rows[i].act, &config);

		fault_configure_tls(&fault, &options, &identity);
		assert_string_equal(identity, rows[i].identity);
		assert_int_equal(options.min_version, rows[i].min);
		assert_int_equal(options.max_version, rows[i].max);
		fault_fini(&fault);
		json_decref(json);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_changed_in_the_named_phases_only),
		cmocka_unit_test(a_refusal_holds_where_the_fault_says),
		cmocka_unit_test(what_is_withheld_may_be_refused_as_well),
		cmocka_unit_test(a_greeting_may_bring_its_own_list),
		cmocka_unit_test(a_response_is_changed_where_the_fault_says),
		cmocka_unit_test(a_certificate_may_come_with_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
