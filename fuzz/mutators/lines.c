/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on lines, words, delimiters and numbers: one, or a few. */
#include <stdio.h>

#include "mutators/work.h"

#define NUMBER_SIZE 40
#define OPERATIONS_MAX 4

static void
line_copy(struct work *w)
{
	size_t from, to, at;
	struct span line;

	if (!work_line_find(w, &from, &to))
		return;
	line = work_copy_of(span_of(w->p + from, to - from));
	if (work_pick(w, 3) == 0)
		work_replace(w, from, to, span_of(NULL, 0));
	at = work_border_find(w, true);
	work_replace(w, at, at, line);
}

static void
line_drop(struct work *w)
{
	size_t from, to;

	if (work_line_find(w, &from, &to) && to - from < w->n)
		work_replace(w, from, to, span_of(NULL, 0));
}

/* Lines or words of the other input. */
static void
splice(struct work *w)
{
	struct work other = *w;
	size_t from, to, at;
	bool line = work_pick(w, 2) == 0;
	union {
		const uint8_t *c;
		uint8_t *m;
	} p = {.c = w->other.p};

	other.p = p.m; /* is only read */
	other.n = w->other.n;
	if (!(line ? work_line_find(&other, &from, &to)
		   : work_run_find(&other, work_is_word, &from, &to)))
		return;
	at = work_border_find(w, line);
	work_replace(w, at, at, work_copy_of(span_cut(w->other, from, to)));
}

static void
word_replace(struct work *w)
{
	size_t from, to, a, b;

	if (!work_run_find(w, work_is_word, &from, &to))
		return;
	if (w->words->n > 0 && work_pick(w, 3) > 0)
		work_replace(
			w, from, to, w->words->word[work_pick(w, w->words->n)]);
	else if (work_run_find(w, work_is_word, &a, &b))
		work_replace(
			w, from, to, work_copy_of(span_of(w->p + a, b - a)));
}

static void
word_insert(struct work *w)
{
	size_t at = work_border_find(w, work_pick(w, 3) == 0), from, to;

	if (w->words->n > 0 && work_pick(w, 3) > 0)
		work_replace(
			w, at, at, w->words->word[work_pick(w, w->words->n)]);
	else if (work_run_find(w, work_is_word, &from, &to))
		work_replace(w, at, at,
			work_copy_of(span_of(w->p + from, to - from)));
}

/* A word of the grammar as a line of its own, as commands are. */
static void
line_insert(struct work *w)
{
	size_t at = work_border_find(w, true);
	struct span word;

	if (w->words->n == 0)
		return;
	word = w->words->word[work_pick(w, w->words->n)];
	work_replace(w, at, at, span_z("\r\n"));
	work_replace(w, at, at, word);
}

static void
word_drop(struct work *w)
{
	size_t from, to;

	if (work_run_find(w, work_is_word, &from, &to) && to - from < w->n)
		work_replace(w, from, to, span_of(NULL, 0));
}

/* To a length at which buffers and limits end. */
static void
word_stretch(struct work *w)
{
	static const size_t edge[] = {0, 1, 2, 31, 32, 33, 62, 63, 64, 65, 127,
		128, 129, 252, 253, 254, 255, 256, 257, 510, 512, 998, 1000,
		1024, 4096};
	size_t from, to,
		want = edge[work_pick(w, sizeof(edge) / sizeof(*edge))];
	struct span part;

	if (!work_run_find(w, work_is_word, &from, &to))
		return;
	part = work_copy_of(span_of(w->p + from, to - from));
	if (want < part.n) {
		work_replace(w, from + want, to, span_of(NULL, 0));
		return;
	}
	for (want -= part.n; want > 0 && w->n < w->max;) {
		struct span piece = span_cut(part, 0, want);

		work_replace(w, from, from, piece);
		want -= piece.n;
	}
}

static void
case_flip(struct work *w)
{
	size_t from, to, one;

	if (!work_run_find(w, work_is_word, &from, &to))
		return;
	one = work_pick(w, 2) == 0 ? from + work_pick(w, to - from) : SIZE_MAX;
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
	const char *z = by[work_pick(w, sizeof(by) / sizeof(*by))];
	size_t from, to, at;

	if (work_pick(w, 2) == 0 ||
		!work_run_find(w, work_is_delimiter, &from, &to)) {
		at = work_border_find(w, false);
		work_replace(w, at, at, span_z(z));
		return;
	}
	at = from + work_pick(w, to - from);
	work_replace(w, at, at + 1, span_z(z));
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

	if (!work_run_find(w, work_is_digit, &from, &to))
		return;
	digit = (uint8_t)('0' + work_pick(w, 10));
	switch (work_pick(w, 4)) {
	case 0:
		w->p[from + work_pick(w, to - from)] = digit;
		return;
	case 1:
		from += work_pick(w, to - from + 1);
		work_replace(w, from, from, span_of(&digit, 1));
		return;
	default:
		break;
	}
	if (work_pick(w, 2) == 0) {
		work_replace(w, from, to,
			span_z(edge[work_pick(
				w, sizeof(edge) / sizeof(*edge))]));
		return;
	}
	for (size_t i = from; i < to; i++)
		number = number * 10 + (uint64_t)(w->p[i] - '0');
	number = work_pick(w, 2) == 0 ? number + 1 : number - 1;
	n = snprintf(z, sizeof(z), "%llu", (unsigned long long)number);
	work_replace(w, from, to, span_of(z, (size_t)n));
}

/* Give "{n}" the size of what follows it, or nearly. */
static void
literal_mend(struct work *w)
{
	size_t open =
		span_find(span_of(w->p, w->n), work_pick(w, w->n), span_z("{"));
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
	n = snprintf(z, sizeof(z), "{%zu%s}\r\n", end - close - work_pick(w, 3),
		work_pick(w, 2) == 0 ? "+" : "");
	work_replace(w, open, close + 1, span_of(z, (size_t)n));
}

static void
byte_insert(struct work *w)
{
	static const uint8_t special[] = {0, 0x1c, 0x1d, 0x1e, 0x7f, 0x80, 0xc3,
		0xa9, 0xff, '\r', '\n', '"', '\\', ';', ':'};
	size_t at = work_pick(w, w->n + 1);

	if (work_pick(w, 3) == 0)
		work_replace(w, at, at, span_z("\xef\xbb\xbf"));
	else
		work_replace(w, at, at,
			span_of(special + work_pick(w, sizeof(special)), 1));
}

/* One byte: another bit of it, its neighbour, or another byte of the input. */
static void
byte_change(struct work *w)
{
	const size_t at = work_pick(w, w->n), from = work_pick(w, w->n);

	if (w->n == 0)
		return;
	switch (work_pick(w, 3)) {
	case 0:
		w->p[at] ^= (uint8_t)(1u << work_pick(w, 8));
		break;
	case 1:
		w->p[at] =
			(uint8_t)(w->p[at] + (work_pick(w, 2) == 0 ? 1 : -1));
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
	size_t from, to,
		times = 1 + work_pick(w, work_pick(w, 4) == 0 ? 120 : 4);
	struct span part;

	if (!work_run_find(w, work_is_word, &from, &to))
		return;
	to += to < w->n;
	part = work_copy_of(span_of(w->p + from, to - from));
	while (times-- > 0 && w->n < w->max)
		work_replace(w, from, from, part);
}

/* A line again and again, to where lists and tables end. */
static void
line_repeat(struct work *w)
{
	static const size_t edge[] = {
		2, 3, 4, 8, 9, 10, 16, 17, 32, 33, 64, 65};
	size_t from, to,
		times = edge[work_pick(w, sizeof(edge) / sizeof(*edge))];
	struct span line;

	if (!work_line_find(w, &from, &to))
		return;
	line = work_copy_of(span_of(w->p + from, to - from));
	while (times-- > 1 && w->n < w->max)
		work_replace(w, from, from, line);
}

static void
tail_cut(struct work *w)
{
	size_t at = work_border_find(w, work_pick(w, 2) == 0);

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
	(void)work_pick(&w, 2);
	/* Small steps: an engine keeps what gets further, and goes on with it.
	 */
	for (times = 1; times < OPERATIONS_MAX && work_pick(&w, 3) == 0;
		times++)
		;
	for (; times > 0; times--)
		operation[work_pick(
			&w, sizeof(operation) / sizeof(*operation))](&w);
	if (w.n == 0 && w.max > 0)
		w.p[w.n++] = (uint8_t)work_pick(&w, 256);
	return w.n;
}
