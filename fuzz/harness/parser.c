/* SPDX-License-Identifier: Apache-2.0 */
/* What must be true of every parser of liblatchkey. */
#include "harness/parser.h"

#define TEXT_MAX (1u << 20)
#define ROOM 1024u
#define CUTS 2u /* an engine's, for each input */
/* Longer inputs are cut as an engine cuts them. */
#define THOROUGH_MAX 8192u

struct room {
	char text[ROOM];
	char *more; /* owned; NULL: text was enough */
};

static bool
text_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* What a printer writes, into room, which most texts fit. */
static struct span
written(size_t (*write)(const struct lk_result *, char *, size_t),
	const struct lk_result *value, struct room *room)
{
	const size_t n = write(value, room->text, sizeof(room->text));
	char *text;

	if (n <= sizeof(room->text) && n % 8 != 0)
		return span_of(room->text, n);
	oracle(n <= TEXT_MAX, "what is printed is bounded");
	/* In a block of that size, so that a byte too many is seen. */
	text = malloc(n);
	oracle((text != NULL || n == 0) && write(value, text, n) == n,
		"a printer needs what it says it needs");
	room->more = text;
	return span_of(text, n);
}

static void
drop(struct room *room)
{
	free(room->more);
	room->more = NULL;
}

static void
result_check(const struct lk_parser *parser, struct span input, ssize_t n,
	const struct lk_result *r)
{
	bool is_open = false;

	for (unsigned i = 0; i < LK_READING_COUNT; i++)
		if (lk_rests_on(r, (enum lk_reading)i)) {
			oracle(lk_reading_text((enum lk_reading)i) != NULL,
				"readings have a text");
			is_open = true;
		}
	oracle(is_open == lk_is_ambiguous(r), "readings are known");
	if (n >= 0) {
		oracle((size_t)n <= input.n && r->reason == LK_NONE &&
				r->offset == (size_t)n,
			"an acceptance says what it consumed");
		oracle(parser->framed || (size_t)n == input.n,
			"a text without a frame is consumed whole");
		return;
	}
	oracle(n == LK_MORE || n == LK_BAD || n == LK_LIMIT,
		"a refusal is one of three");
	oracle(r->reason != LK_NONE && lk_reason_text(r->reason) != NULL &&
			r->offset <= input.n,
		"a refusal has a reason and an offset");
}

static void
print_check(const struct lk_parser *parser, const struct lk_result *value)
{
	static struct room room[4];
	struct span text = written(parser->print, value, &room[0]);
	struct lk_result back;

	oracle(parser->parse(text, &back) == (ssize_t)text.n,
		"what is printed is accepted");
	oracle(text_eq(written(parser->json, value, &room[1]),
		       written(parser->json, &back, &room[2])),
		"what is printed has the same value");
	oracle(text_eq(text, written(parser->print, &back, &room[3])),
		"what is printed is canonical");
	for (size_t i = 0; i < 4; i++)
		drop(&room[i]);
}

static void
cut_check(
	const struct lk_parser *parser, struct span input, size_t at, ssize_t n)
{
	struct lk_result part;
	ssize_t m = parser->parse(span_cut(input, 0, at), &part);

	if (n >= 0 && at < (size_t)n)
		oracle(m >= 0 || m == LK_MORE,
			"a beginning of an accepted text is no error");
	if (n >= 0 && at >= (size_t)n && parser->framed)
		oracle(m == n, "bytes behind a framed text do not matter");
	if (m == LK_BAD || m == LK_LIMIT)
		oracle(n == LK_BAD || n == LK_LIMIT,
			"what follows mends nothing");
}

static void
cuts_check(const struct lk_parser *parser, struct span input, ssize_t n)
{
	if (fuzz_thorough && input.n <= THOROUGH_MAX)
		for (size_t at = 0; at < input.n; at++)
			cut_check(parser, input, at, n);
	for (unsigned i = 0; i < CUTS && input.n > 0; i++)
		cut_check(parser, input, fuzz_cut(input, i), n);
}

void
fuzz_parser(const struct lk_parser *parser, struct span input)
{
	struct lk_result value;
	ssize_t n = parser->parse(input, &value);

	result_check(parser, input, n, &value);
	cuts_check(parser, input, n);
	if (n >= 0)
		print_check(parser, &value);
}
