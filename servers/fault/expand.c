/* SPDX-License-Identifier: Apache-2.0 */
/* Tags of commands that a client has not sent yet, guessed and filled in. */
#include "fault/fault.h"

#define TAG_MAX 64u

/* The letters of a counter, each with its successor behind it. */
#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HEX_LOWER "0123456789abcdef"
#define HEX_UPPER "0123456789ABCDEF"

/* The part of a tag that counts. */
struct counter {
	const char *letters;
	size_t from, to;
};

static bool
is_one_of(uint8_t byte, const char *letters)
{
	return byte != '\0' && strchr(letters, byte) != NULL;
}

/* The longest run of letters that ends at to; empty if there is none. */
static struct counter
run_before(struct span tag, size_t to, const char *letters)
{
	struct counter run = {letters, to, to};

	while (run.from > 0 && is_one_of(tag.p[run.from - 1], letters))
		run.from--;
	return run;
}

static struct counter
last_number(struct span tag)
{
	size_t to = tag.n;

	while (to > 0 && !is_one_of(tag.p[to - 1], DIGITS))
		to--;
	return run_before(tag, to, DIGITS);
}

/*
 * What most clients count with: a number at the end (A001, 1.7), a number in
 * hexadecimal (0000000a), one with something behind it (12x), or letters (aab).
 */
static struct counter
counter_of(struct span tag)
{
	static const char *const letters[] = {
		HEX_LOWER, HEX_UPPER, LOWER, UPPER};
	struct counter number = last_number(tag);

	if (number.to == tag.n && number.from < number.to)
		return number;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		struct counter run = run_before(tag, tag.n, letters[i]);
		bool whole = run.from == 0;

		if (number.from < number.to ? whole : run.from < run.to)
			return run;
	}
	return number;
}

/* One up, in place; false when there is no room for one more letter. */
static bool
count_up(uint8_t room[TAG_MAX], size_t *n, struct counter *counter)
{
	const char *letters = counter->letters;
	size_t at = counter->to;
	bool number = letters[0] == '0';

	while (at > counter->from) {
		const char *letter = strchr(letters, room[--at]);

		if (letter[1] != '\0') {
			room[at] = (uint8_t)letter[1];
			return true;
		}
		room[at] = (uint8_t)letters[0];
	}
	if (*n == TAG_MAX)
		return false;
	memmove(room + counter->from + 1, room + counter->from,
		*n - counter->from);
	room[counter->from] = (uint8_t)letters[number ? 1 : 0];
	counter->to++;
	(*n)++;
	return true;
}

/* The tag that a client which counts uses step commands later. Its number
 * keeps its width; a tag without a counter stays as it is. */
static int
tag_later(struct span tag, unsigned step, struct buf *out)
{
	struct counter counter = counter_of(tag);
	uint8_t room[TAG_MAX];
	size_t n = tag.n;

	if (counter.from == counter.to || n > TAG_MAX)
		return buf_add(out, tag);
	memcpy(room, tag.p, n);
	for (unsigned i = 0; i < step; i++)
		if (!count_up(room, &n, &counter))
			return buf_add(out, tag);
	return buf_add(out, span_of(room, n));
}

/* How many commands behind the answered one a name at the beginning of rest
 * means, and its length; 0 if there is none. */
static size_t
name_length(struct span rest, unsigned *step_r)
{
	const struct span tag = span_z("{tag}"), next = span_z("{next-tag}"),
			  later = span_z("{next-tag-");

	*step_r = 0;
	if (span_has_prefix(rest, tag))
		return tag.n;
	*step_r = 1;
	if (span_has_prefix(rest, next))
		return next.n;
	if (!span_has_prefix(rest, later) || rest.n < later.n + 2 ||
		rest.p[later.n] < '2' || rest.p[later.n] > '9' ||
		rest.p[later.n + 1] != '}')
		return 0;
	*step_r = (unsigned)(rest.p[later.n] - '0');
	return later.n + 2;
}

int
fault_expand(struct span text, struct span tag, struct buf *out)
{
	size_t at = 0;

	while (at < text.n) {
		struct span rest = span_cut(text, at, text.n);
		unsigned step;
		size_t length = name_length(rest, &step);
		int bad = length > 0 ? tag_later(tag, step, out)
				     : buf_add(out, span_cut(rest, 0, 1));

		if (bad != 0)
			return -1;
		at += length > 0 ? length : 1;
	}
	return 0;
}
