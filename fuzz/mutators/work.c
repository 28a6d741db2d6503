/* SPDX-License-Identifier: Apache-2.0 */
/* What is picked and found in an input, and how it is changed. */
#include "mutators/work.h"

size_t
work_pick(struct work *w, size_t n)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return n > 0 ? (size_t)(w->random >> 11) % n : 0;
}

bool
work_is_delimiter(uint8_t c)
{
	static const bool table[256] = {['\r'] = true,
		['\n'] = true,
		['\t'] = true,
		[' '] = true,
		[';'] = true,
		[':'] = true,
		['='] = true,
		[','] = true,
		['.'] = true,
		['('] = true,
		[')'] = true,
		['<'] = true,
		['>'] = true,
		['{'] = true,
		['}'] = true,
		['['] = true,
		[']'] = true,
		['@'] = true,
		['"'] = true,
		['/'] = true,
		['+'] = true,
		['-'] = true,
		['*'] = true,
		['|'] = true,
		['\\'] = true,
		[0x1d] = true,
		[0x1e] = true};

	return table[c];
}

bool
work_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

bool
work_is_word(uint8_t c)
{
	return !work_is_delimiter(c);
}

static bool
is_text(uint8_t c)
{
	return c != '\n';
}

void
work_replace(struct work *w, size_t from, size_t to, struct span by)
{
	size_t room = w->max - (w->n - (to - from));
	size_t n = by.n < room ? by.n : room;

	memmove(w->p + from + n, w->p + to, w->n - to);
	if (n > 0)
		memmove(w->p + from, by.p, n);
	w->n = w->n - (to - from) + n;
}

bool
work_run_find(struct work *w, bool (*is)(uint8_t), size_t *from_r, size_t *to_r)
{
	size_t at = work_pick(w, w->n), end;

	for (size_t tries = 0; tries < w->n && !is(w->p[at]); tries++)
		at = at + 1 < w->n ? at + 1 : 0;
	if (w->n == 0 || !is(w->p[at]))
		return false;
	while (at > 0 && is(w->p[at - 1]))
		at--;
	for (end = at; end < w->n && is(w->p[end]); end++)
		;
	*from_r = at;
	*to_r = end;
	return true;
}

struct span
work_copy_of(struct span s)
{
	static uint8_t room[4096];

	s = span_cut(s, 0, sizeof(room));
	if (s.n > 0)
		memcpy(room, s.p, s.n);
	return span_of(room, s.n);
}

bool
work_line_find(struct work *w, size_t *from_r, size_t *to_r)
{
	if (!work_run_find(w, is_text, from_r, to_r))
		return false;
	*to_r += *to_r < w->n;
	return true;
}

size_t
work_border_find(struct work *w, bool line)
{
	size_t at = work_pick(w, w->n + 1);

	while (at < w->n && at > 0 &&
		(line ? w->p[at - 1] != '\n'
		      : work_is_delimiter(w->p[at - 1]) ==
					work_is_delimiter(w->p[at])))
		at++;
	return at;
}
