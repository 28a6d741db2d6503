/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing and cutting views of bytes. */
#include "core/span.h"

static uint8_t
ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool
span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
span_eq_nocase(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

bool
span_has_prefix(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq(span_cut(s, 0, prefix.n), prefix);
}

bool
span_has_prefix_nocase(struct span s, struct span prefix)
{
	return s.n >= prefix.n &&
	       span_eq_nocase(span_cut(s, 0, prefix.n), prefix);
}

size_t
span_find(struct span s, size_t from, struct span needle)
{
	const uint8_t *hit;

	if (needle.n == 0)
		return from <= s.n ? from : SIZE_MAX;
	while (from < s.n && s.n - from >= needle.n) {
		hit = memchr(s.p + from, needle.p[0], s.n - from);
		if (hit == NULL)
			return SIZE_MAX;
		from = (size_t)(hit - s.p);
		if (s.n - from < needle.n)
			return SIZE_MAX;
		if (memcmp(hit, needle.p, needle.n) == 0)
			return from;
		from++;
	}
	return SIZE_MAX;
}

struct span
span_word(struct span *rest, uint8_t separator)
{
	size_t start = 0, end;
	struct span word;

	while (start < rest->n && rest->p[start] == separator)
		start++;
	end = start;
	while (end < rest->n && rest->p[end] != separator)
		end++;
	word = span_cut(*rest, start, end);
	while (end < rest->n && rest->p[end] == separator)
		end++;
	*rest = span_cut(*rest, end, rest->n);
	return word;
}
