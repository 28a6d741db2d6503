/* SPDX-License-Identifier: Apache-2.0 */
/* Spans, buffers, the canary search, the transcript's lines, strict JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/buf.h"
#include "core/json.h"
#include "core/needle.h"
#include "core/span.h"
#include "core/transcript.h"

static void
a_span_is_found_where_it_stands(void **state)
{
	static const struct {
		const char *text, *needle;
		size_t from, at;
	} rows[] = {
		{"abcabc", "bc", 0, 1},
		{"abcabc", "bc", 2, 4},
		{"abcabc", "bc", 5, SIZE_MAX},
		{"aab", "ab", 0, 1},
		{"", "a", 0, SIZE_MAX},
		{"abc", "", 2, 2},
		{"ab", "abc", 0, SIZE_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(span_find(span_z(rows[i].text), rows[i].from,
				    span_z(rows[i].needle)) == rows[i].at);
}

static void
words_are_cut_off_one_by_one(void **state)
{
	struct span rest = span_z("  one two  three ");

	(void)state;
	assert_true(span_eq(span_word(&rest, ' '), span_z("one")));
	assert_true(span_eq(span_word(&rest, ' '), span_z("two")));
	assert_true(span_eq(span_word(&rest, ' '), span_z("three")));
	assert_int_equal(span_word(&rest, ' ').n, 0);
}

static void
case_is_folded_in_ascii_only(void **state)
{
	(void)state;
	assert_true(span_eq_nocase(span_z("StartTLS"), span_z("STARTtls")));
	assert_false(span_eq_nocase(span_z("\xc4"), span_z("\xe4")));
	assert_false(span_eq_nocase(span_z("@"), span_z("`")));
	assert_true(
		span_has_prefix_nocase(span_z("auth=PLAIN"), span_z("AUTH=")));
}

static void
a_buffer_never_passes_its_cap(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_int_equal(buf_addz(&b, "12345678"), 0);
	assert_int_equal(buf_addz(&b, "901"), -1);
	assert_int_equal(b.n, 8);
	assert_int_equal(buf_addf(&b, "%d", 90), 0);
	assert_int_equal(buf_addz(&b, "x"), -1);
	buf_take(&b, 3);
	assert_true(span_eq(buf_span(&b), span_z("4567890")));
	buf_take(&b, 100);
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

static void
a_long_format_is_not_cut(void **state)
{
	char text[2000];
	struct buf b;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	buf_init(&b, 4000);
	assert_int_equal(buf_addf(&b, "%s!", text), 0);
	assert_int_equal(b.n, 2000);
	assert_int_equal(b.p[1999], '!');
	buf_fini(&b);
}

static void
count_found(void *self, const struct needle *needle)
{
	unsigned *count = self;

	(void)needle;
	(*count)++;
}

/* "passw0rdXYZ" in the streams below, in every form that clients use. */
static void
a_canary_is_found_in_every_form_and_at_every_cut(void **state)
{
	static const struct {
		const char *name, *stream;
		unsigned found;
	} rows[] = {
		{"clear", "a1 LOGIN joe passw0rdXYZ\r\n", 1},
		{"twice", "passw0rdXYZpassw0rdXYZ", 2},
		{"base64 alone", "cGFzc3cwcmRYWVo=\r\n", 1},
		{"AUTH PLAIN, user of 3", "AGpvZQBwYXNzdzByZFhZWg==", 1},
		{"AUTH PLAIN, user of 4", "AGpvZTEAcGFzc3cwcmRYWVo=", 1},
		{"AUTH PLAIN, user of 5", "AGpvZTEyAHBhc3N3MHJkWFla", 1},
		{"another secret", "passw0rdXYz cGFzc3cwcmRYWUo", 0},
	};
	struct needles set = {0};

	(void)state;
	assert_int_equal(needles_add(&set, "password", "passw0rdXYZ"), 0);
	assert_int_equal(needles_add(&set, "short", "12345"), -1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span stream = span_z(rows[i].stream);

		for (size_t cut = 0; cut <= stream.n; cut++) {
			struct needle_scan scan = {0};
			unsigned found = 0;

			needles_scan(&set, &scan, span_cut(stream, 0, cut),
				count_found, &found);
			needles_scan(&set, &scan,
				span_cut(stream, cut, stream.n), count_found,
				&found);
			if (found != rows[i].found)
				fail_msg("%s, cut at %zu: found %u times",
					rows[i].name, cut, found);
		}
	}
}

static void
of_a_long_canary_the_beginning_is_found(void **state)
{
	struct needles set = {0};
	char secret[1201];
	struct span plain = span_of(secret, sizeof(secret) - 1);

	(void)state;
	memset(secret, 'x', plain.n);
	memcpy(secret, "t0ken", 5);
	secret[plain.n] = '\0';
	assert_int_equal(needles_add(&set, "token", secret), 0);
	for (size_t n = 99; n <= plain.n; n++) {
		struct needle_scan scan = {0};
		unsigned found = 0;

		needles_scan(&set, &scan, span_cut(plain, 0, n), count_found,
			&found);
		assert_int_equal(found, n >= 100);
	}
}

static void
a_canary_is_found_byte_by_byte_in_a_long_stream(void **state)
{
	struct needles set = {0};
	struct needle_scan scan = {0};
	unsigned found = 0;
	uint8_t byte;

	(void)state;
	assert_int_equal(needles_add(&set, "body", "bodyABCDEF"), 0);
	for (int i = 0; i < 5000; i++) {
		byte = (uint8_t)("bodyABCDEF.."[i % 12]);
		needles_scan(
			&set, &scan, span_of(&byte, 1), count_found, &found);
	}
	assert_int_equal(found, 5000 / 12);
}

static void
a_canary_that_overlaps_itself_is_found_at_every_cut(void **state)
{
	const struct span stream = span_z("aabaabaabaa");
	struct needles set = {0};

	(void)state;
	assert_int_equal(needles_add(&set, "body", "aabaabaa"), 0);
	for (size_t cut = 0; cut <= stream.n; cut++) {
		struct needle_scan scan = {0};
		unsigned found = 0;

		needles_scan(&set, &scan, span_cut(stream, 0, cut), count_found,
			&found);
		needles_scan(&set, &scan, span_cut(stream, cut, stream.n),
			count_found, &found);
		assert_int_equal(found, 2);
	}
}

static char *
line_of(void (*write)(struct transcript *t))
{
	char *text = NULL;
	size_t n = 0;
	FILE *file = open_memstream(&text, &n);
	struct transcript t;

	transcript_init(&t, file);
	transcript_begin(&t, "test");
	write(&t);
	(void)transcript_end(&t);
	(void)fclose(file);
	transcript_fini(&t);
	return text;
}

static void
write_all_bytes(struct transcript *t)
{
	uint8_t all[256];

	for (unsigned i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	transcript_bytes(t, "data", span_of(all, sizeof(all)));
	transcript_list(t, "list");
	transcript_item(t, "a\"b");
	transcript_item(t, "c");
	transcript_list_end(t);
	transcript_bool(t, "yes", true);
	transcript_null(t, "none");
	transcript_number(t, "n", -3);
}

static void
every_byte_survives_the_transcript(void **state)
{
	char *line = line_of(write_all_bytes);
	json_t *json = json_loads(line, JSON_ALLOW_NUL, NULL);
	struct json_place place = {json, ""};
	struct span bytes;
	struct err err;
	union {
		const uint8_t *c;
		void *m;
	} p;

	(void)state;
	assert_non_null(json);
	assert_int_equal(json_bytes(&place, "data", true, &bytes, &err), 0);
	assert_int_equal(bytes.n, 256);
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(bytes.p[i], i);
	p.c = bytes.p;
	free(p.m);
	assert_int_equal(json_array_size(json_object_get(json, "list")), 2);
	assert_int_equal(json_integer_value(json_object_get(json, "n")), -3);
	json_decref(json);
	free(line);
}

static void
write_too_much(struct transcript *t)
{
	static uint8_t zeros[2u << 20];

	transcript_bytes(t, "data", span_of(zeros, sizeof(zeros)));
	transcript_text(t, "more", "text");
}

static void
a_line_that_is_too_long_stays_valid_and_says_so(void **state)
{
	char *line = line_of(write_too_much);
	json_t *json = json_loads(line, 0, NULL);

	(void)state;
	assert_non_null(json);
	assert_true(json_is_true(json_object_get(json, "cut")));
	assert_null(json_object_get(json, "data"));
	json_decref(json);
	free(line);
}

/* Each row is read as {known: "n", whole 1 to 9; "t", text; "b", bytes}. */
static void
strict_json_names_what_is_wrong(void **state)
{
	static const char *const keys[] = {"n", "t", "b", NULL};
	static const struct {
		const char *json, *message;
	} rows[] = {
		{"{\"n\": 1, \"x\": 2}", "x: unknown key"},
		{"{\"n\": 10}", "n: must be a whole number from 1 to 9"},
		{"{\"n\": \"1\"}", "n: must be a whole number from 1 to 9"},
		{"{}", "n: is missing"},
		{"{\"n\": null}", "n: is missing"},
		{"{\"n\": 1, \"t\": 3}", "t: must be a text"},
		{"{\"n\": 1, \"b\": \"\\u0100\"}",
			"b: holds a code point above U+00FF, so no byte"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *json = json_loads(rows[i].json, 0, NULL);
		struct json_place place = {json, ""};
		const char *text = NULL;
		struct span bytes = {0};
		struct err err = {0};
		long n = 0;

		assert_true(
			json_known(&place, keys, &err) != 0 ||
			json_whole(&place, "n", true, 1, 9, &n, &err) != 0 ||
			json_text(&place, "t", false, &text, &err) != 0 ||
			json_bytes(&place, "b", false, &bytes, &err) != 0);
		assert_string_equal(err.text, rows[i].message);
		assert_int_equal(err.class, ERR_PLAN);
		json_decref(json);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_span_is_found_where_it_stands),
		cmocka_unit_test(words_are_cut_off_one_by_one),
		cmocka_unit_test(case_is_folded_in_ascii_only),
		cmocka_unit_test(a_buffer_never_passes_its_cap),
		cmocka_unit_test(a_long_format_is_not_cut),
		cmocka_unit_test(
			a_canary_is_found_in_every_form_and_at_every_cut),
		cmocka_unit_test(of_a_long_canary_the_beginning_is_found),
		cmocka_unit_test(
			a_canary_is_found_byte_by_byte_in_a_long_stream),
		cmocka_unit_test(
			a_canary_that_overlaps_itself_is_found_at_every_cut),
		cmocka_unit_test(every_byte_survives_the_transcript),
		cmocka_unit_test(
			a_line_that_is_too_long_stays_valid_and_says_so),
		cmocka_unit_test(strict_json_names_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
