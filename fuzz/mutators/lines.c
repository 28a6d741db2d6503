/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on lines, words, delimiters and numbers: one, or a few. */
#include "mutators/lines.h"

#include <stdio.h>

#define NUMBER_SIZE 40
#define OPERATIONS_MAX 4

struct work {
	uint8_t *p;
	size_t n, max;
	struct span other;
	const struct lines_words *words;
	uint64_t random;
};

static size_t
pick(struct work *w, size_t n)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return n > 0 ? (size_t)(w->random >> 11) % n : 0;
}

static bool
is_delimiter(uint8_t c)
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

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word(uint8_t c)
{
	return !is_delimiter(c);
}

static bool
is_text(uint8_t c)
{
	return c != '\n';
}

/* Bytes [from, to) of the input become these; no more than fit. */
static void
replace(struct work *w, size_t from, size_t to, struct span by)
{
	size_t room = w->max - (w->n - (to - from));
	size_t n = by.n < room ? by.n : room;

	memmove(w->p + from + n, w->p + to, w->n - to);
	if (n > 0)
		memmove(w->p + from, by.p, n);
	w->n = w->n - (to - from) + n;
}

/* A run of such bytes at or behind some place, or else anywhere. */
static bool
run_find(struct work *w, bool (*is)(uint8_t), size_t *from_r, size_t *to_r)
{
	size_t at = pick(w, w->n), end;

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

/* A copy of part of the input or of the other input, which outlives moves. */
static struct span
copy_of(struct span s)
{
	static uint8_t room[4096];

	s = span_cut(s, 0, sizeof(room));
	if (s.n > 0)
		memcpy(room, s.p, s.n);
	return span_of(room, s.n);
}

/* A line, line end included. */
static bool
line_find(struct work *w, size_t *from_r, size_t *to_r)
{
	if (!run_find(w, is_text, from_r, to_r))
		return false;
	*to_r += *to_r < w->n;
	return true;
}

/* Some place where a word or a line starts. */
static size_t
border_find(struct work *w, bool line)
{
	size_t at = pick(w, w->n + 1);

	while (at < w->n && at > 0 &&
		(line ? w->p[at - 1] != '\n'
		      : is_delimiter(w->p[at - 1]) == is_delimiter(w->p[at])))
		at++;
	return at;
}

static void
line_copy(struct work *w)
{
	size_t from, to, at;
	struct span line;

	if (!line_find(w, &from, &to))
		return;
	line = copy_of(span_of(w->p + from, to - from));
	if (pick(w, 3) == 0)
		replace(w, from, to, span_of(NULL, 0));
	at = border_find(w, true);
	replace(w, at, at, line);
}

static void
line_drop(struct work *w)
{
	size_t from, to;

	if (line_find(w, &from, &to) && to - from < w->n)
		replace(w, from, to, span_of(NULL, 0));
}

/* Lines or words of the other input. */
static void
splice(struct work *w)
{
	struct work other = *w;
	size_t from, to, at;
	bool line = pick(w, 2) == 0;
	union {
		const uint8_t *c;
		uint8_t *m;
	} p = {.c = w->other.p};

	other.p = p.m; /* is only read */
	other.n = w->other.n;
	if (!(line ? line_find(&other, &from, &to)
		   : run_find(&other, is_word, &from, &to)))
		return;
	at = border_find(w, line);
	replace(w, at, at, copy_of(span_cut(w->other, from, to)));
}

static void
word_replace(struct work *w)
{
	size_t from, to, a, b;

	if (!run_find(w, is_word, &from, &to))
		return;
	if (w->words->n > 0 && pick(w, 3) > 0)
		replace(w, from, to, w->words->word[pick(w, w->words->n)]);
	else if (run_find(w, is_word, &a, &b))
		replace(w, from, to, copy_of(span_of(w->p + a, b - a)));
}

static void
word_insert(struct work *w)
{
	size_t at = border_find(w, pick(w, 3) == 0), from, to;

	if (w->words->n > 0 && pick(w, 3) > 0)
		replace(w, at, at, w->words->word[pick(w, w->words->n)]);
	else if (run_find(w, is_word, &from, &to))
		replace(w, at, at, copy_of(span_of(w->p + from, to - from)));
}

/* A word of the grammar as a line of its own, as commands are. */
static void
line_insert(struct work *w)
{
	size_t at = border_find(w, true);
	struct span word;

	if (w->words->n == 0)
		return;
	word = w->words->word[pick(w, w->words->n)];
	replace(w, at, at, span_z("\r\n"));
	replace(w, at, at, word);
}

static void
word_drop(struct work *w)
{
	size_t from, to;

	if (run_find(w, is_word, &from, &to) && to - from < w->n)
		replace(w, from, to, span_of(NULL, 0));
}

/* To a length at which buffers and limits end. */
static void
word_stretch(struct work *w)
{
	static const size_t edge[] = {0, 1, 2, 31, 32, 33, 62, 63, 64, 65, 127,
		128, 129, 252, 253, 254, 255, 256, 257, 510, 512, 998, 1000,
		1024, 4096};
	size_t from, to, want = edge[pick(w, sizeof(edge) / sizeof(*edge))];
	struct span part;

	if (!run_find(w, is_word, &from, &to))
		return;
	part = copy_of(span_of(w->p + from, to - from));
	if (want < part.n) {
		replace(w, from + want, to, span_of(NULL, 0));
		return;
	}
	for (want -= part.n; want > 0 && w->n < w->max;) {
		struct span piece = span_cut(part, 0, want);

		replace(w, from, from, piece);
		want -= piece.n;
	}
}

static void
case_flip(struct work *w)
{
	size_t from, to, one;

	if (!run_find(w, is_word, &from, &to))
		return;
	one = pick(w, 2) == 0 ? from + pick(w, to - from) : SIZE_MAX;
	for (size_t i = from; i < to; i++) {
		uint8_t low = w->p[i] | 0x20;

		if ((one == SIZE_MAX || one == i) && low >= 'a' && low <= 'z')
			w->p[i] ^= 0x20;
	}
}

static void
delimiter_change(struct work *w)
{
	static const char *const by[] = {" ", "  ", "\t", ";", ";;", ":", "=",
		",", ".", "..", "\r\n", "\n", "\r", "\r\n ", "\r\r\n", "\"",
		"(", ")", "<", ">", "@", "{", "}", "*", "%", "-", "\\", "|", "",
		"\x1d", "\x1e"};
	const char *z = by[pick(w, sizeof(by) / sizeof(*by))];
	size_t from, to, at;

	if (pick(w, 2) == 0 || !run_find(w, is_delimiter, &from, &to)) {
		at = border_find(w, false);
		replace(w, at, at, span_z(z));
		return;
	}
	at = from + pick(w, to - from);
	replace(w, at, at + 1, span_z(z));
}

static void
number_change(struct work *w)
{
	static const char *const edge[] = {"0", "00", "1", "-1", "+1", "2", "9",
		"10", "13", "24", "32", "60", "99", "100", "127", "128", "255",
		"256", "65535", "65536", "86400", "604800", "31557599",
		"31557600", "31557601", "2147483647", "2147483648",
		"4294967295", "4294967296", "9999999999", "9223372036854775807",
		"18446744073709551615", "18446744073709551616",
		"99999999999999999999999", "0x10", "1e3"};
	size_t from, to;
	char z[NUMBER_SIZE];
	uint64_t number = 0;
	uint8_t digit;
	int n;

	if (!run_find(w, is_digit, &from, &to))
		return;
	digit = (uint8_t)('0' + pick(w, 10));
	switch (pick(w, 4)) {
	case 0:
		w->p[from + pick(w, to - from)] = digit;
		return;
	case 1:
		from += pick(w, to - from + 1);
		replace(w, from, from, span_of(&digit, 1));
		return;
	default:
		break;
	}
	if (pick(w, 2) == 0) {
		replace(w, from, to,
			span_z(edge[pick(w, sizeof(edge) / sizeof(*edge))]));
		return;
	}
	for (size_t i = from; i < to; i++)
		number = number * 10 + (uint64_t)(w->p[i] - '0');
	number = pick(w, 2) == 0 ? number + 1 : number - 1;
	n = snprintf(z, sizeof(z), "%llu", (unsigned long long)number);
	replace(w, from, to, span_of(z, (size_t)n));
}

/* Give "{n}" the size of what follows it, or nearly. */
static void
literal_mend(struct work *w)
{
	size_t open =
		span_find(span_of(w->p, w->n), pick(w, w->n), span_z("{"));
	size_t close, end;
	char z[NUMBER_SIZE];
	int n;

	if (open == SIZE_MAX)
		return;
	close = span_find(span_of(w->p, w->n), open, span_z("\n"));
	if (close == SIZE_MAX)
		return;
	end = span_find(span_of(w->p, w->n), close + 1, span_z("\n"));
	if (end == SIZE_MAX)
		end = w->n;
	n = snprintf(z, sizeof(z), "{%zu%s}\r\n", end - close - pick(w, 3),
		pick(w, 2) == 0 ? "+" : "");
	replace(w, open, close + 1, span_of(z, (size_t)n));
}

static void
byte_insert(struct work *w)
{
	static const uint8_t special[] = {0, 0x1c, 0x1d, 0x1e, 0x7f, 0x80, 0xc3,
		0xa9, 0xff, '\r', '\n', '"', '\\', ';', ':'};
	size_t at = pick(w, w->n + 1);

	if (pick(w, 3) == 0)
		replace(w, at, at, span_z("\xef\xbb\xbf"));
	else
		replace(w, at, at,
			span_of(special + pick(w, sizeof(special)), 1));
}

/* One byte: another bit of it, its neighbour, or another byte of the input. */
static void
byte_change(struct work *w)
{
	const size_t at = pick(w, w->n), from = pick(w, w->n);

	if (w->n == 0)
		return;
	switch (pick(w, 3)) {
	case 0:
		w->p[at] ^= (uint8_t)(1u << pick(w, 8));
		break;
	case 1:
		w->p[at] = (uint8_t)(w->p[at] + (pick(w, 2) == 0 ? 1 : -1));
		break;
	default:
		w->p[at] = w->p[from];
		break;
	}
}

/* A word and the delimiter behind it, again and again. */
static void
repeat(struct work *w)
{
	size_t from, to, times = 1 + pick(w, pick(w, 4) == 0 ? 120 : 4);
	struct span part;

	if (!run_find(w, is_word, &from, &to))
		return;
	to += to < w->n;
	part = copy_of(span_of(w->p + from, to - from));
	while (times-- > 0 && w->n < w->max)
		replace(w, from, from, part);
}

/* A line again and again, to where lists and tables end. */
static void
line_repeat(struct work *w)
{
	static const size_t edge[] = {
		2, 3, 4, 8, 9, 10, 16, 17, 32, 33, 64, 65};
	size_t from, to, times = edge[pick(w, sizeof(edge) / sizeof(*edge))];
	struct span line;

	if (!line_find(w, &from, &to))
		return;
	line = copy_of(span_of(w->p + from, to - from));
	while (times-- > 1 && w->n < w->max)
		replace(w, from, from, line);
}

static void
tail_cut(struct work *w)
{
	size_t at = border_find(w, pick(w, 2) == 0);

	if (at > 0)
		w->n = at;
}

size_t
lines_mutate(uint8_t *data, size_t n, size_t max, struct span other,
	const struct lines_words *words, uint64_t seed)
{
	static void (*const operation[])(struct work *) = {line_copy, line_copy,
		line_insert, line_insert, line_drop, line_repeat, splice,
		splice, word_replace, word_replace, word_insert, word_insert,
		word_drop, word_stretch, case_flip, delimiter_change,
		delimiter_change, number_change, number_change, literal_mend,
		byte_insert, byte_change, byte_change, repeat, tail_cut};
	struct work w = {data, n, max, other, words,
		seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du};
	size_t times;

	if (w.random == 0)
		w.random = 1;
	(void)pick(&w, 2);
	/* Small steps: an engine keeps what gets further, and goes on with it.
	 */
	for (times = 1; times < OPERATIONS_MAX && pick(&w, 3) == 0; times++)
		;
	for (; times > 0; times--)
		operation[pick(&w, sizeof(operation) / sizeof(*operation))](&w);
	if (w.n == 0 && w.max > 0)
		w.p[w.n++] = (uint8_t)pick(&w, 256);
	return w.n;
}
