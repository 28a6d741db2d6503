/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of liblatchkey, and what printers write with. */
#include "parse/out.h"
#include "tests/parse_check.h"

/* Lists are written into JSON and Markdown as they are. */
static void
text_check(const char *name, const char *text, const char *source)
{
	if (text[0] == '\0' || source[0] == '\0' ||
		strpbrk(text, "\"\\|\n") != NULL)
		fail_msg("%s: text or source", name);
	for (const char *p = name; *p != '\0'; p++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *p) == NULL)
			fail_msg("%s: name", name);
}

static void
lists_are_whole(void **state)
{
	size_t n;
	const struct lk_parser *parsers = lk_parsers(&n);

	(void)state;
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		text_check(
			parsers[i].name, parsers[i].title, parsers[i].source);
		assert_ptr_equal(
			lk_parser_find(span_z(parsers[i].name)), &parsers[i]);
	}
	assert_null(lk_parser_find(span_z("")));
	assert_null(lk_parser_find(span_z("sts")));
	for (unsigned i = 1; i < LK_REASON_COUNT; i++) {
		const struct lk_reason_text *reason = lk_reason_text(i);

		text_check(reason->name, reason->text, reason->source);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
				reason->name, lk_reason_text(j)->name);
	}
	for (unsigned i = 0; i < LK_READING_COUNT; i++) {
		const struct lk_reading_text *reading = lk_reading_text(i);

		text_check(reading->name, reading->one, reading->source);
		text_check(reading->name, reading->other, reading->source);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
				reading->name, lk_reading_text(j)->name);
	}
	assert_null(lk_reason_text(LK_REASON_COUNT));
	assert_null(lk_reading_text(LK_READING_COUNT));
}

/* No parser reads what is not there. */
static void
nothing_is_an_input(void **state)
{
	size_t n;
	const struct lk_parser *parsers = lk_parsers(&n);
	struct lk_result result;

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_true(parsers[i].parse(span_of(NULL, 0), &result) <= 0);
}

static void
json_is_escaped_and_has_commas(void **state)
{
	static const char wanted[] =
		"{\"a\":\"\\\"\\\\\\u0000\\u007f\\u00ff \","
		"\"b\":[1,[true],18446744073709551615]}";
	char text[128];
	struct out out = out_to(text, sizeof(text));

	(void)state;
	out_open(&out, '{');
	out_name(&out, "a");
	out_string(&out, span_of("\"\\\0\x7f\xff ", 6));
	out_name(&out, "b");
	out_open(&out, '[');
	out_integer(&out, 1);
	out_open(&out, '[');
	out_bool(&out, true);
	out_byte(&out, ']');
	out_integer(&out, UINT64_MAX);
	out_z(&out, "]}");
	assert_int_equal(out.n, sizeof(wanted) - 1);
	assert_memory_equal(text, wanted, out.n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_whole),
		cmocka_unit_test(nothing_is_an_input),
		cmocka_unit_test(json_is_escaped_and_has_commas),
	};

	(void)check_rows;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
