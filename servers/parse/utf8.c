/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 by the table of RFC 3629 section 4. */
#include "parse/utf8.h"

/* Lead octets, how many follow, and the range of the first of those. */
static const struct lead {
	uint8_t from, to, more, low, high;
} leads[] = {
	{0x00, 0x7f, 0, 0x00, 0x00},
	{0xc2, 0xdf, 1, 0x80, 0xbf},
	{0xe0, 0xe0, 2, 0xa0, 0xbf},
	{0xe1, 0xec, 2, 0x80, 0xbf},
	{0xed, 0xed, 2, 0x80, 0x9f},
	{0xee, 0xef, 2, 0x80, 0xbf},
	{0xf0, 0xf0, 3, 0x90, 0xbf},
	{0xf1, 0xf3, 3, 0x80, 0xbf},
	{0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const struct lead *
lead_find(uint8_t byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(*leads); i++)
		if (byte >= leads[i].from && byte <= leads[i].to)
			return &leads[i];
	return NULL;
}

ssize_t
utf8_size(struct span s, size_t at)
{
	const struct lead *lead = at < s.n ? lead_find(s.p[at]) : NULL;

	if (lead == NULL)
		return at < s.n ? 0 : -1;
	for (size_t i = 1; i <= lead->more; i++) {
		uint8_t low = i == 1 ? lead->low : 0x80;
		uint8_t high = i == 1 ? lead->high : 0xbf;

		if (at + i >= s.n)
			return -1;
		if (s.p[at + i] < low || s.p[at + i] > high)
			return 0;
	}
	return lead->more + 1;
}
