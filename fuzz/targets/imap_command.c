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
	oracle(n == SIZE_MAX || imap_string_is(string, span_of(room, n)),
		"a string is what it means");
}

/* Read one word of some kind; false if there is none. */
static bool
word_read(struct imap_reader *r)
{
	const size_t at = r->at;
	struct imap_string string = {.raw = {NULL, 0}};
	struct span word = {NULL, 0};
	struct imap_range range;
	uint32_t number;

	if (imap_read_set(r, &word)) {
		oracle_inside(word, r->in);
		for (size_t n = word.n + 1; imap_range_next(&word, &range); n--)
			oracle(n > 0, "a set has an end");
		return true;
	}
	oracle(r->at == at, "a reader that refuses does not move");
	if (imap_read_flag(r, &word) || imap_read_tag(r, &word) ||
		imap_read_word(r, &word) || imap_read_number(r, &number)) {
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span input = span_of(data, size);
	size_t end = frame_end(input, size + 1);
	struct imap_reader r = {span_cut(input, 0, end), 0};

	oracle(size > 2048 || frame_end(input, 1) == end,
		"it does not matter where the input is cut");
	while (end > 0 && !imap_read_end(&r) && word_read(&r))
		;
	return 0;
}
