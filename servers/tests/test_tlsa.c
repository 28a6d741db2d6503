/* SPDX-License-Identifier: Apache-2.0 */
/* TLSA records on the wire and as text, and TLSRPT records. */
#include "tests/parse_check.h"

#define D16 "0123456789abcdef"
#define TLSA(u, s, m, data)                                                    \
	"{\"usage\":" u ",\"selector\":" s ",\"matching\":" m                  \
	",\"data\":\"" data "\"}"
#define HEX16 "30313233343536373839616263646566"

static const struct parse_row wires[] = {
	ROW_GOOD(
		"SHA2-256", "\3\1\1" D16 D16, TLSA("3", "1", "1", HEX16 HEX16)),
	ROW_GOOD("full", "\2\0\0\xff", TLSA("2", "0", "0", "ff")),
	ROW_OPEN("usage 1", "\1\0\0a", TLSA_PKIX_USAGE,
		TLSA("1", "0", "0", "61")),
	ROW_STOP("nothing", "", MORE, TLSA_SHORT, 0),
	ROW_STOP("usage", "\4", BAD, TLSA_USAGE, 0),
	ROW_STOP("selector", "\3\2", BAD, TLSA_SELECTOR, 1),
	ROW_STOP("matching", "\3\1\3", BAD, TLSA_MATCHING, 2),
	ROW_STOP("no data", "\3\1\0", MORE, TLSA_SHORT, 3),
	ROW_STOP("short digest", "\3\1\2" D16, MORE, TLSA_DIGEST, 19),
	ROW_STOP("long digest", "\3\1\1" D16 D16 "x", BAD, TLSA_DIGEST, 35),
};

static const struct parse_row texts[] = {
	ROW_GOOD("plain", "3 1 255 aB", TLSA("3", "1", "255", "ab")),
	ROW_GOOD("lines", "(3 1\n1 a\r\n\tb )", TLSA("3", "1", "1", "ab")),
	ROW_OPEN("acronyms", "DANE-TA Cert SHA2-512 00", TLSA_TEXT_ACRONYM,
		TLSA("2", "0", "2", "00")),
	ROW_OPEN("small acronyms", "privcert sPKI full 00", TLSA_TEXT_ACRONYM,
		TLSA("255", "1", "0", "00")),
	ROW_STOP("number", "256", BAD, TLSA_TEXT_NUMBER, 2),
	ROW_STOP("acronym", "DANE-TB", BAD, TLSA_TEXT_NUMBER, 6),
	ROW_STOP("odd", "3 1 1 abc", MORE, TLSA_TEXT_HEX, 9),
	ROW_STOP("digit", "3 1 1 ag", BAD, TLSA_TEXT_HEX, 7),
	ROW_STOP("open", "3 1 1 (ab", MORE, TLSA_TEXT_PARENTHESIS, 9),
	ROW_STOP("nested", "((", BAD, TLSA_TEXT_PARENTHESIS, 1),
	ROW_OPEN("line", "3 1 1 ab;x\r\n", TLSA_TEXT_LINE,
		TLSA("3", "1", "1", "ab")),
	ROW_OPEN("generic", "\\# 4 (0301 010a)", TLSA_TEXT_GENERIC,
		TLSA("3", "1", "1", "0a")),
	ROW_STOP("two lines", "3 1 1 ab\n\n", BAD, TLSA_TEXT_PARENTHESIS, 8),
	ROW_STOP("early line", "3 1 1\n", BAD, TLSA_TEXT_PARENTHESIS, 5),
	ROW_STOP("size", "\\# 3 0301010a", BAD, TLSA_TEXT_HEX, 11),
};

#define RUA(text) "v=TLSRPTv1; rua=" text

static const struct parse_row reports[] = {
	ROW_GOOD("two", RUA("mailto:a@b , https://[::1]:1/?q;"),
		"{\"rua\":[\"mailto:a@b\",\"https://[::1]:1/?q\"]}"),
	ROW_OPEN("scheme", RUA("mailtox:a"), TLSRPT_SCHEME,
		"{\"rua\":[\"mailtox:a\"]}"),
	ROW_OPEN("twice", RUA("x@y; rua=mailto:a"), TLSRPT_RUA_TWICE,
		"{\"rua\":[\"mailto:a\"]}"),
	ROW_STOP("no URI", RUA("x@y"), MORE, TLSRPT_RUA, 17),
	ROW_STOP("size", RUA("mailto:a!1"), MORE, TLSRPT_RUA, 24),
	ROW_STOP("two users", RUA("https://a@b@c"), MORE, TLSRPT_RUA, 27),
	ROW_STOP("no rua", "v=TLSRPTv1; a=b", MORE, TLSRPT_RUA_MISSING, 15),
	ROW_STOP("comma", RUA("mailto:a,"), MORE, TLSRPT_RUA, 25),
	ROW_OPEN("extension", RUA("mailto:a;rua=ft+"), TLSRPT_RUA_TWICE,
		"{\"rua\":[\"mailto:a\"]}"),
};

static void
wires_are_read(void **state)
{
	(void)state;
	check_rows("tlsa", wires, sizeof(wires) / sizeof(*wires));
}

static void
texts_are_read(void **state)
{
	(void)state;
	check_rows("tlsa-text", texts, sizeof(texts) / sizeof(*texts));
}

static void
reports_are_read(void **state)
{
	struct lk_result result;
	struct span rest, uri;

	(void)state;
	check_rows(
		"tlsrpt-record", reports, sizeof(reports) / sizeof(*reports));
	assert_true(lk_tlsrpt_record_parse(
			    span_z(RUA("mailto:a ,https://b")), &result) > 0);
	rest = result.tlsrpt_record.rua;
	assert_true(lk_tlsrpt_rua_next(&rest, &uri));
	assert_memory_equal(uri.p, "mailto:a", uri.n);
	assert_true(lk_tlsrpt_rua_next(&rest, &uri));
	assert_memory_equal(uri.p, "https://b", uri.n);
	assert_false(lk_tlsrpt_rua_next(&rest, &uri));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wires_are_read),
		cmocka_unit_test(texts_are_read),
		cmocka_unit_test(reports_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
