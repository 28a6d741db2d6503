/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes smtp_unstuff. Oracles: the same text wherever the data is cut; any
 * text comes back from its stuffed form; only CRLF.CRLF ends the data. */
#include "core/buf.h"
#include "harness/oracle.h"
#include "parse/smtp_unstuff.h"

#define INPUT_MAX 4096

/* Unstuff in pieces of so many bytes; bytes consumed. */
static size_t
run(struct span input, size_t step, struct smtp_unstuff *state,
	struct buf *text)
{
	uint8_t *piece = malloc(step + 1);
	size_t at = 0, n, used;

	if (piece == NULL)
		abort();
	while (at < input.n && state->state != UNSTUFF_END) {
		used = smtp_unstuff(
			state, span_cut(input, at, at + step), piece, &n);
		oracle(n <= used + 1, "text is no longer than its data");
		if (buf_add(text, span_of(piece, n)) != 0)
			abort();
		at += used;
	}
	free(piece);
	return at;
}

/* Stuff the text as a client does; it gets a line end if it has none. */
static void
stuff_check(struct span text)
{
	struct smtp_unstuff state = {.bare = false};
	struct buf data, back;

	buf_init(&data, 2 * INPUT_MAX + 16);
	buf_init(&back, 2 * INPUT_MAX + 16);
	for (size_t i = 0; i < text.n; i++) {
		bool starts = i == 0 || (i > 1 && text.p[i - 2] == '\r' &&
						text.p[i - 1] == '\n');

		if ((starts && text.p[i] == '.' && buf_addz(&data, ".") != 0) ||
			buf_add(&data, span_cut(text, i, i + 1)) != 0)
			abort();
	}
	if (buf_addz(&data, "\r\n.\r\n") != 0)
		abort();
	oracle(run(buf_span(&data), data.n, &state, &back) == data.n &&
			state.state == UNSTUFF_END && back.n == text.n + 2 &&
			memcmp(back.p, text.p, text.n) == 0,
		"a text comes back from its stuffed form");
	buf_fini(&data);
	buf_fini(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span input = span_of(data, size);
	struct smtp_unstuff whole = {.bare = false}, cut = {.bare = false};
	struct buf text, same;
	size_t used;

	if (size == 0 || size > INPUT_MAX)
		return 0;
	buf_init(&text, 2 * INPUT_MAX);
	buf_init(&same, 2 * INPUT_MAX);
	used = run(input, size, &whole, &text);
	oracle(run(input, 1, &cut, &same) == used && cut.state == whole.state &&
			cut.bare == whole.bare &&
			span_eq(buf_span(&text), buf_span(&same)),
		"it does not matter where the data is cut");
	oracle(whole.state != UNSTUFF_END || used == 3 ||
			memcmp(data + used - 5, "\r\n.\r\n", 5) == 0,
		"only CRLF.CRLF ends the data");
	buf_fini(&text);
	buf_fini(&same);
	stuff_check(input);
	return 0;
}
