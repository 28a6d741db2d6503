/* SPDX-License-Identifier: Apache-2.0 */
/* Base64: the examples of RFC 4648, what is not base64, and there and back. */
#include "parse/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char *bytes, *text;
} good[] = {
	{"", ""},
	{"f", "Zg=="},
	{"f"
	 "o",
		"Zm8="},
	{"foo", "Zm9v"},
	{"foob", "Zm9vYg=="},
	{"fooba", "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"},
	{"\xfb\xff\xbf", "+/+/"},
};

static const struct {
	const char *name, *text;
} bad[] = {
	{"no padding", "Zg"},
	{"half the padding", "Zg="},
	{"padding alone", "===="},
	{"too much padding", "Z==="},
	{"padding inside", "Zg==Zg=="},
	{"padding in front of a digit", "Zm=v"},
	{"unused bits behind two digits", "Zh=="},
	{"unused bits behind three digits", "Zm9="},
	{"space", "Zm9 "},
	{"line end", "Zm9v\r\n"},
	{"URL alphabet", "-_-_"},
	{"eight bits", "\xc3\xa4zz"},
	{"no digit in a full group", "Zm9*Zm9v"},
};

static void
good_texts_go_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct span bytes = span_z(good[i].bytes);
		struct span text = span_z(good[i].text);
		uint8_t out[16];
		char back[16];
		size_t n = 99;

		assert_true(base64_decode(text, out, bytes.n, &n));
		assert_true(span_eq(span_of(out, n), bytes));
		assert_true(base64_encode(bytes, back, text.n, &n));
		assert_true(span_eq(span_of(back, n), text));
	}
}

static void
bad_texts_are_refused(void **state)
{
	uint8_t out[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (base64_decode(span_z(bad[i].text), out, sizeof(out), &n))
			fail_msg("accepted: %s", bad[i].name);
}

static void
room_is_respected(void **state)
{
	uint8_t out[8];
	char text[8];
	size_t n;

	(void)state;
	for (size_t size = 0; size < 4; size++)
		assert_false(base64_decode(span_z("Zm9vYg=="), out, size, &n));
	assert_true(base64_decode(span_z("Zm9vYg=="), out, 4, &n));
	assert_false(base64_encode(span_z("foob"), text, 7, &n));
	assert_true(base64_encode(span_z("foob"), text, 8, &n));
}

/* Every length up to 64, with bytes that use all digits. */
static void
all_lengths_come_back(void **state)
{
	uint8_t bytes[64];
	char text[BASE64_SIZE(64)];
	size_t n, m;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 41 + 7);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		uint8_t *out = malloc(size + 1);

		assert_non_null(out);
		assert_true(base64_encode(
			span_of(bytes, size), text, sizeof(text), &n));
		assert_int_equal(n, BASE64_SIZE(size));
		assert_true(base64_decode(span_of(text, n), out, size, &m));
		assert_true(span_eq(span_of(out, m), span_of(bytes, size)));
		free(out);
	}
}

/* Whatever decodes is the only text for its bytes. */
static void
four_characters_decode_to_one_text_only(void **state)
{
	static const char set[] = "AQgw/=+Zz09*";
	const size_t n = sizeof(set) - 1;
	unsigned accepted = 0;

	(void)state;
	for (size_t i = 0; i < n * n * n * n; i++) {
		char text[4] = {set[i % n], set[i / n % n], set[i / n / n % n],
			set[i / n / n / n]};
		uint8_t out[3];
		char back[4];
		size_t used, size;

		if (!base64_decode(span_of(text, 4), out, 3, &used))
			continue;
		accepted++;
		assert_true(base64_encode(span_of(out, used), back, 4, &size));
		assert_memory_equal(text, back, 4);
	}
	assert_true(accepted > 10000 / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_texts_go_both_ways),
		cmocka_unit_test(bad_texts_are_refused),
		cmocka_unit_test(room_is_respected),
		cmocka_unit_test(all_lengths_come_back),
		cmocka_unit_test(four_characters_decode_to_one_text_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
