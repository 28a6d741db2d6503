/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: the borders of its ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parse/utf8.h"

static const struct row {
	const char *text;
	ssize_t size;
} rows[] = {
	{"", -1},
	{"a", 1},
	{"\x7f", 1},
	{"\x80", 0},
	{"\xc1\xbf", 0},
	{"\xc2\x80", 2},
	{"\xc2", -1},
	{"\xc2\x7f", 0},
	{"\xdf\xbf", 2},
	{"\xdf\xc0", 0},
	{"\xe0\x9f\xbf", 0},
	{"\xe0\xa0\x80", 3},
	{"\xe0\xa0", -1},
	{"\xec\xbf\xbf", 3},
	{"\xed\x9f\xbf", 3},
	{"\xed\xa0\x80", 0},
	{"\xee\x80\x80", 3},
	{"\xef\xbf\xbf", 3},
	{"\xf0\x8f\xbf\xbf", 0},
	{"\xf0\x90\x80\x80", 4},
	{"\xf0\x90\x80", -1},
	{"\xf0\x90\x80\x41", 0},
	{"\xf3\xbf\xbf\xbf", 4},
	{"\xf4\x8f\xbf\xbf", 4},
	{"\xf4\x90\x80\x80", 0},
	{"\xf5\x80\x80\x80", 0},
	{"\xff", 0},
};

static void
sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (utf8_size(span_z(rows[i].text), 0) != rows[i].size)
			fail_msg("row %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
