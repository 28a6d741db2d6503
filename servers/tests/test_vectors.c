/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All vectors of corpus/vectors, in the folder of the build: results, values,
 * reasons; what is cut anywhere; what is printed. The coverage of the parsers
 * is measured with this program alone.
 */
#include "latch/step.h"
#include "tests/parse_check.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>

#define CUTS_MAX 2048 /* longer inputs are not cut */

struct bytes {
	char *p;
	size_t n;
};

static void
bytes_add(struct bytes *bytes, uint8_t byte)
{
	/* Twice as much at each power of two. */
	if ((bytes->n & (bytes->n - 1)) == 0) {
		char *p = realloc(bytes->p, bytes->n > 0 ? 2 * bytes->n : 1);

		assert_non_null(p);
		bytes->p = p;
	}
	bytes->p[bytes->n++] = (char)byte;
}

/* UTF-8 of code points below U+0100 to octets. */
static void
text_add(struct bytes *bytes, json_t *text)
{
	const uint8_t *p = (const uint8_t *)json_string_value(text);
	size_t n = json_string_length(text);

	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 0x80 && i + 1 < n) {
			bytes_add(bytes,
				(uint8_t)(p[i] << 6 | (p[i + 1] & 0x3f)));
			i++;
		} else {
			bytes_add(bytes, p[i]);
		}
	}
}

static void
hex_add(struct bytes *bytes, const char *hex)
{
	for (; hex[0] != '\0'; hex += 2) {
		char digits[3] = {hex[0], hex[1], '\0'};

		bytes_add(bytes, (uint8_t)strtoul(digits, NULL, 16));
	}
}

static struct bytes
input_of(json_t *test)
{
	json_t *hex = json_object_get(test, "hex"), *parts;
	struct bytes bytes = {NULL, 0};
	size_t i;

	if (hex != NULL) {
		hex_add(&bytes, json_string_value(hex));
		return bytes;
	}
	text_add(&bytes, json_object_get(test, "text"));
	parts = json_object_get(test, "repeat");
	for (i = 0; i < json_array_size(parts); i++) {
		json_t *part = json_array_get(parts, i);
		json_int_t n = json_integer_value(json_array_get(part, 1));

		while (n-- > 0)
			text_add(&bytes, json_array_get(part, 0));
	}
	return bytes;
}

/* Octets of the n of its input that are the parser's. */
static ssize_t
consumed_of(json_t *test, size_t n)
{
	json_t *consumed = json_object_get(test, "consumed");

	return consumed != NULL ? (ssize_t)json_integer_value(consumed)
				: (ssize_t)n;
}

static size_t
readings_count(const struct lk_result *result)
{
	size_t n = 0;

	for (unsigned i = 0; i < LK_READING_COUNT; i++)
		n += lk_rests_on(result, (enum lk_reading)i) ? 1 : 0;
	return n;
}

static void
accepted_check(const struct lk_parser *parser, const char *id, json_t *test,
	const struct lk_result *result)
{
	char *text = check_write(parser->json, result);
	json_t *value = json_loads(text, JSON_ALLOW_NUL, NULL);
	json_t *flags = json_object_get(test, "flags");

	if (result->reason != LK_NONE)
		fail_msg("%s: accepted, and %s", id,
			lk_reason_text(result->reason)->name);
	if (!json_equal(value, json_object_get(test, "value")))
		fail_msg("%s: value: %s", id, text);
	if (readings_count(result) != json_array_size(flags))
		fail_msg("%s: readings", id);
	for (size_t i = 0; i < json_array_size(flags); i++) {
		json_t *flag = json_array_get(flags, i);
		unsigned reading = 0;

		while (strcmp(lk_reading_text(reading)->name,
			       json_string_value(flag)) != 0)
			reading++;
		assert_true(lk_rests_on(result, reading));
	}
	json_decref(value);
	free(text);
	if (strcmp(parser->name, "sts-mx") == 0)
		assert_true(lk_sts_mx_match(
			result->sts_mx.pattern, result->sts_mx.host));
	check_print(parser, result);
}

static void
refused_check(const char *id, json_t *test, const struct lk_result *result)
{
	if (strcmp(lk_reason_text(result->reason)->name,
		    json_string_value(json_object_get(test, "reason"))) != 0 ||
		(json_int_t)result->offset !=
			json_integer_value(json_object_get(test, "offset")))
		fail_msg("%s: %s at %zu", id,
			lk_reason_text(result->reason)->name, result->offset);
}

static void
test_check(const struct lk_parser *parser, json_t *test)
{
	const char *id = json_string_value(json_object_get(test, "id"));
	const char *wanted = json_string_value(json_object_get(test, "result"));
	struct bytes input = input_of(test);
	char *copy = check_copy(input.p, input.n);
	struct lk_result result;
	ssize_t code = parser->parse(span_of(copy, input.n), &result);
	const char *got = code == LK_MORE && parser->framed ? "more"
			  : code < 0                        ? "invalid"
			  : lk_is_ambiguous(&result)        ? "ambiguous"
							    : "valid";

	if (strcmp(got, wanted) != 0)
		fail_msg("%s: %s, not %s", id, got, wanted);
	if (code >= 0 && code != consumed_of(test, input.n))
		fail_msg("%s: consumes %zd", id, code);
	if (code < 0)
		refused_check(id, test, &result);
	else
		accepted_check(parser, id, test, &result);
	if (code >= 0 && code <= CUTS_MAX)
		check_cuts(parser, input.p, (size_t)code);
	free(copy);
	free(input.p);
}

/* A session of the latch engine, which is no parser. */
static void
latch_check(json_t *test)
{
	const char *id = json_string_value(json_object_get(test, "id"));
	struct bytes input = {NULL, 0};
	static const char *const verdicts[] = {"proceed", "warn", "refuse"};
	struct lk_latch_step step;
	struct lk_latch_outcome out;
	char text[2048];
	size_t offset, n;
	const char *wrong;
	json_t *value, *made;

	text_add(&input, json_object_get(test, "text"));
	wrong = lk_latch_step_parse(span_of(input.p, input.n), &step, &offset);
	if (wrong != NULL) {
		assert_string_equal(wrong,
			json_string_value(json_object_get(test, "reason")));
		assert_int_equal(offset,
			json_integer_value(json_object_get(test, "offset")));
		free(input.p);
		return;
	}
	value = json_object_get(test, "value");
	lk_latch_session(&step.state, &step.session, &step.state, &out);
	assert_string_equal(verdicts[out.verdict],
		json_string_value(json_object_get(value, "verdict")));
	n = lk_latch_state_json(&step.state, text, sizeof(text));
	made = json_loadb(text, n, 0, NULL);
	if (!json_equal(made, json_object_get(value, "state")))
		fail_msg("%s: %.*s", id, (int)n, text);
	assert_int_equal((size_t)__builtin_popcount(out.readings),
		json_array_size(json_object_get(test, "flags")));
	json_decref(made);
	free(input.p);
}

static size_t
file_check(const char *path)
{
	json_t *whole = json_load_file(path, JSON_ALLOW_NUL, NULL), *tests;
	const struct lk_parser *parser;
	const char *name;
	size_t i;

	assert_non_null(whole);
	name = json_string_value(json_object_get(whole, "parser"));
	parser = lk_parser_find(span_z(name));
	assert_true((parser == NULL) == (strcmp(name, "latch") == 0));
	tests = json_object_get(whole, "tests");
	for (i = 0; i < json_array_size(tests); i++)
		if (parser == NULL)
			latch_check(json_array_get(tests, i));
		else
			test_check(parser, json_array_get(tests, i));
	json_decref(whole);
	return i;
}

static void
vectors_hold(void **state)
{
	DIR *folder = opendir("corpus/vectors");
	struct dirent *entry;
	char path[512];
	size_t n = 0;

	(void)state;
	(void)check_rows;
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (strstr(entry->d_name, ".json") == NULL)
			continue;
		snprintf(
			path, sizeof(path), "corpus/vectors/%s", entry->d_name);
		n += file_check(path);
	}
	closedir(folder);
	assert_true(n >= 1000);
}

static void
lists_end(void **state)
{
	size_t n;
	const struct lk_parser *parsers = lk_parsers(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(
			lk_parser_find(span_z(parsers[i].name)), &parsers[i]);
	assert_null(lk_parser_find(span_z("")));
	assert_null(lk_reason_text(LK_REASON_COUNT));
	assert_null(lk_reading_text(LK_READING_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_hold),
		cmocka_unit_test(lists_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
