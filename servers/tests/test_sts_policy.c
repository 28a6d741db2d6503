/* SPDX-License-Identifier: Apache-2.0 */
/* The policy file of MTA-STS, patterns of MX names, and sets of records. */
#include "tests/parse_check.h"

#define POLICY(mode, rest) "version: STSv1\nmode: " mode "\nmax_age: 60\n" rest
#define JSON(mode, mx, more)                                                   \
	"{\"mode\":\"" mode "\",\"max_age\":60,\"mx\":[" mx                    \
	"],\"extensions\":[" more "]}"

static const struct parse_row policies[] = {
	ROW_GOOD("enforce", POLICY("enforce", "mx: a.example\r\nmx: *.b\r\n"),
		JSON("enforce", "\"a.example\",\"*.b\"", "")),
	ROW_GOOD("none", POLICY("none", ""), JSON("none", "", "")),
	ROW_GOOD("extension", POLICY("none", "k:\t \xc3\xa9 x \t"),
		JSON("none", "", "[\"k\",\"\\u00c3\\u00a9 x\"]")),
	ROW_OPEN("bad mx", POLICY("testing", "mx: *\nmx: a"), STS_POLICY_BAD_MX,
		JSON("testing", "\"a\"", "")),
	ROW_GOOD("bad mode behind", POLICY("none", "mode: x"),
		JSON("none", "", "")),
	ROW_OPEN("bad mode in front", "mode: x\n" POLICY("none", ""),
		STS_POLICY_BAD_FIRST, JSON("none", "", "")),
	ROW_STOP("nothing", "", MORE, STS_POLICY_NAME, 0),
	ROW_STOP("CR alone", "a: b\rc: d", BAD, STS_POLICY_LINE_END, 5),
	ROW_STOP("CR at the end", "a: b\r", MORE, STS_POLICY_LINE_END, 5),
	ROW_STOP("blank line", "a: b\n\n", BAD, STS_POLICY_BLANK_LINE, 5),
	ROW_STOP("tab in a value", "a: b\tc", BAD, STS_POLICY_VALUE, 4),
	ROW_STOP("no mx", POLICY("enforce", "mx: *"), MORE, STS_POLICY_MX, 41),
};

#define PAIR(pattern, host)                                                    \
	"{\"pattern\":\"" pattern "\",\"host\":\"" host "\"}"

static const struct parse_row names[] = {
	ROW_GOOD("same", "a.example A.EXAMPLE", PAIR("a.example", "A.EXAMPLE")),
	ROW_GOOD("star", "*.example a.example", PAIR("*.example", "a.example")),
	ROW_OPEN("dot", "a a.", STS_MX_DOT, PAIR("a", "a.")),
	ROW_OPEN("star in a name", "*.b *.b", STS_MX_STAR, PAIR("*.b", "*.b")),
	ROW_STOP("pattern", "*a a", BAD, STS_MX_PATTERN, 1),
	ROW_STOP(
		"two labels", "*.example a.b.example", BAD, STS_MX_DIFFERS, 12),
	ROW_STOP("too short", "a.example a.exam", MORE, STS_MX_DIFFERS, 16),
	ROW_STOP("no label", "*.example .example", BAD, STS_MX_DIFFERS, 10),
};

#define RECORD "v=STSv1; id=a"

static const struct parse_row sets[] = {
	ROW_GOOD("one", "\0\x0e\x0d" RECORD, "{\"id\":\"a\"}"),
	ROW_GOOD("strings", "\0\x0f\x03v=S\x0aTSv1; id=a\0\2\1x",
		"{\"id\":\"a\"}"),
	ROW_STOP("none", "\0\1\0", MORE, TXT_NONE, 3),
	ROW_STOP("two", "\0\x0e\x0d" RECORD "\0\x0f\x0e" RECORD "b", BAD,
		TXT_SEVERAL, 16),
	ROW_OPEN("one twice", "\0\x0e\x0d" RECORD "\0\x0e\x0d" RECORD,
		TXT_TWICE, "{\"id\":\"a\"}"),
	ROW_STOP("string", "\0\2\2a", BAD, TXT_STRING, 2),
	ROW_STOP("length", "\0", MORE, TXT_LENGTH, 1),
	ROW_STOP("malformed", "\0\x09\x08v=STSv1;", BAD, STS_RECORD_ID_MISSING,
		11),
};

static void
policies_are_read(void **state)
{
	(void)state;
	check_rows(
		"sts-policy", policies, sizeof(policies) / sizeof(*policies));
}

static void
names_are_compared(void **state)
{
	(void)state;
	check_rows("sts-mx", names, sizeof(names) / sizeof(*names));
	assert_true(lk_sts_mx_match(span_z("*.a.b"), span_z("c.A.b.")));
	assert_false(lk_sts_mx_match(span_z("*.a.b"), span_z("c.d.a.b")));
	assert_false(lk_sts_mx_match(span_z("a."), span_z("a.")));
}

static void
sets_are_read(void **state)
{
	(void)state;
	check_rows("sts-records", sets, sizeof(sets) / sizeof(*sets));
}

/* 65536 octets are a policy, one more is too many. */
static void
size_is_limited(void **state)
{
	static const char start[] = POLICY("none", "k: ");
	struct lk_result result;
	char *body = malloc(65537);

	(void)state;
	assert_non_null(body);
	memset(body, 'z', 65537);
	memcpy(body, start, sizeof(start) - 1);
	assert_int_equal(
		lk_sts_policy_parse(span_of(body, 65536), &result), 65536);
	assert_int_equal(
		lk_sts_policy_parse(span_of(body, 65537), &result), LK_LIMIT);
	assert_int_equal(result.reason, LK_STS_POLICY_SIZE);
	assert_null(lk_sts_mode_name(LK_STS_MODE_MISSING));
	free(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_are_read),
		cmocka_unit_test(names_are_compared),
		cmocka_unit_test(sets_are_read),
		cmocka_unit_test(size_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
