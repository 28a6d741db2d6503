/* SPDX-License-Identifier: Apache-2.0 */
/* What strings of IMAP mean. */
#include "parse/imap_string.h"

#include "parse/chars.h"

struct imap_string
imap_string_of(struct span value)
{
	const uint8_t first = value.n > 0 ? value.p[0] : '\0';
	size_t at = 0;

	if (first == '"')
		return (struct imap_string){
			span_cut(value, 1, value.n - 1), true};
	if (first == '{')
		while (value.p[at++] != '\n')
			;
	return (struct imap_string){span_cut(value, at, value.n), false};
}

int
imap_string_next(struct imap_string string, size_t *at)
{
	const struct span raw = string.raw;

	if (string.quoted && *at + 1 < raw.n && raw.p[*at] == '\\')
		++*at;
	return *at < raw.n ? raw.p[(*at)++] : -1;
}

size_t
imap_string_size(struct imap_string string)
{
	size_t n = 0;

	for (size_t at = 0; imap_string_next(string, &at) >= 0;)
		n++;
	return n;
}

bool
imap_string_same(struct imap_string a, struct imap_string b)
{
	size_t i = 0, j = 0;
	int c, d;

	do {
		c = imap_string_next(a, &i);
		d = imap_string_next(b, &j);
	} while (c >= 0 && d >= 0 &&
		 upper_of((uint8_t)c) == upper_of((uint8_t)d));
	return c < 0 && d < 0;
}
