/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of letters, digits and inner hyphens, with dots between them. */
#include "parse/domain.h"

#include "parse/chars.h"

size_t
domain_scan(struct span s, bool is_pattern, bool *is_whole_r)
{
	size_t at = 0, start;

	*is_whole_r = false;
	if (is_pattern && span_at(s, 0) == '*') {
		if (span_at(s, 1) != '.')
			return 1;
		at = 2;
	}
	for (;; at++) {
		start = at;
		at = chars_skip(s, start, CHARS_LABEL);
		if (at == start || s.p[start] == '-')
			return start;
		if (s.p[at - 1] == '-')
			return at;
		if (at == s.n || s.p[at] != '.')
			break;
	}
	*is_whole_r = at == s.n;
	return at;
}

bool
domain_has_length(struct span s)
{
	size_t label = 0;

	for (size_t i = 0; s.n > 63 && i < s.n; i++) {
		label = s.p[i] == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return s.n <= 255;
}
