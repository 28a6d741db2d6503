/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes imap_frame_step and the imap_read functions. Oracles: a command ends
 * at the same place wherever the input is cut; every word lies in the command;
 * a reader that refuses does not move; a set's ranges end. */
#include "harness/oracle.h"
#include "parse/imap_command.h"

/* End of the first command, its input growing by so many bytes; 0: none. */
static size_t
frame_end(struct span input, size_t step)
{
	struct imap_frame frame = {0};
	struct imap_literal literal;
	enum imap_frame_result result = IMAP_FRAME_MORE;

	for (size_t n = step; n < input.n + step; n += step) {
		struct span seen = span_cut(input, 0, n);

		while ((result = imap_frame_step(&frame, seen, true,
				&literal)) == IMAP_FRAME_LITERAL) {
			if (literal.size > 1 << 20)
				return 0;
			imap_frame_accept(&frame, &literal);
		}
		oracle(frame.end <= seen.n || result == IMAP_FRAME_MORE,
			"a command ends in its input");
		if (result == IMAP_FRAME_COMMAND)
			return frame.end;
	}
	return 0;
}

static void
string_check(struct imap_string string, struct span whole)
{
	static uint8_t room[8192];
	size_t n = imap_string_copy(string, room, sizeof(room));

	oracle_inside(string.raw, whole);
	oracle(n == SIZE_MAX || n <= string.raw.n,
		"a string means no more bytes than it has");
	if (n == SIZE_MAX)
		return;
	oracle(imap_string_is(string, span_of(room, n)),
		"a string is what it means");
	oracle(n == 0 || (!imap_string_is(string, span_of(room, n - 1)) &&
				 imap_string_copy(string, room, n - 1) ==
					 SIZE_MAX),
		"a string is not less than what it means");
}

/* What a reader did: it moved inside, over this; or it did not move. */
static void
move_check(bool was_read, const struct imap_reader *before,
	const struct imap_reader *after, struct span word)
{
	oracle(was_read ? after->at > before->at && after->at <= after->in.n
			: after->at == before->at,
		"a reader moves inside, or refuses and does not move");
	if (was_read)
		oracle_inside(word, after->in);
}

/* Each reader of a run of bytes, at the same place. */
static void
runs_check(const struct imap_reader *before)
{
	static bool (*const readers[])(struct imap_reader *, struct span *) = {
		imap_read_atom, imap_read_word, imap_read_tag, imap_read_flag,
		imap_read_set};
	struct imap_reader r;
	struct imap_string string = {.raw = {NULL, 0}};
	struct span word = {NULL, 0};
	uint32_t number;
	bool was_read;

	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++) {
		r = *before;
		was_read = readers[i](&r, &word);
		move_check(was_read, before, &r, word);
	}
	r = *before;
	was_read = imap_read_number(&r, &number);
	move_check(was_read, before, &r, span_of(NULL, 0));
	r = *before;
	was_read = imap_read_keyword(&r, "FETCH");
	move_check(was_read, before, &r, span_of(NULL, 0));
	oracle(!was_read || !imap_read_word(&r, &word),
		"a keyword is no longer word");
	r = *before;
	was_read = imap_read_pattern(&r, &string);
	move_check(was_read, before, &r, string.raw);
}

/* Read one word of some kind; false if there is none. */
static bool
word_read(struct imap_reader *r)
{
	const size_t at = r->at;
	struct imap_string string = {.raw = {NULL, 0}};
	struct span word = {NULL, 0};
	struct imap_range range;

	if (imap_read_set(r, &word)) {
		oracle_inside(word, r->in);
		for (size_t n = word.n + 1; imap_range_next(&word, &range); n--)
			oracle(n > 0, "a set has an end");
		return true;
	}
	oracle(r->at == at, "a reader that refuses does not move");
	if (imap_read_flag(r, &word) || imap_read_tag(r, &word) ||
		imap_read_word(r, &word)) {
		oracle_inside(word, r->in);
	} else if (imap_read_astring(r, &string) ||
		   imap_read_pattern(r, &string)) {
		string_check(string, r->in);
	} else {
		oracle(r->at == at, "a reader that refuses does not move");
		return imap_read_char(r, '(') || imap_read_char(r, ')') ||
		       imap_read_space(r);
	}
	oracle(r->at > at && r->at <= r->in.n, "a reader moves inside");
	return true;
}

static void
words_read(struct span text)
{
	struct imap_reader r = {text, 0};

	while (r.at < text.n && !imap_read_end(&r)) {
		runs_check(&r);
		if (!word_read(&r))
			break;
	}
}

/* Where literals mean nothing a command is its first line. */
static void
line_check(struct span input)
{
	struct imap_frame frame = {0};
	struct imap_literal literal;
	const size_t end = span_find(input, 0, span_z("\n"));
	const enum imap_frame_result result =
		imap_frame_step(&frame, input, false, &literal);

	oracle(end == SIZE_MAX
			? result == IMAP_FRAME_MORE
			: result == IMAP_FRAME_COMMAND && frame.end == end + 1,
		"without literals a command is a line");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span input = span_of(data, size);
	const size_t end = frame_end(input, size + 1);

	oracle(size > 2048 || frame_end(input, 1) == end,
		"it does not matter where the input is cut");
	line_check(input);
	words_read(span_cut(input, 0, end));
	/* A reader keeps inside of what is no command, too. */
	words_read(input);
	return 0;
}
