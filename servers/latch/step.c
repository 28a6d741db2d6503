/* SPDX-License-Identifier: Apache-2.0 */
/* A session as text. */
#include "latch/step.h"

#include "core/span.h"

/* Which of the words it is; -1: none. The last one is NULL. */
static int
word_find(struct span word, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
		if (span_eq(word, span_z(words[i])))
			return i;
	return -1;
}

static int
dialect_find(struct span word)
{
	for (int i = 0; i < LK_LATCH_DIALECT_COUNT; i++)
		if (span_eq(word, span_z(lk_latch_dialect_name((unsigned)i))))
			return i;
	return -1;
}

static int
bits_read(struct span word)
{
	int bits = 0;

	if (word.n == 0 || word.n > 4)
		return -1;
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return -1;
		bits = bits * 10 + (word.p[i] - '0');
	}
	return bits;
}

/* The fields of the first line, in their order; -1: this one is none. */
static int
field_read(unsigned i, struct span word, struct lk_latch_session *session)
{
	static const char *const levels[] = {"none", "high", NULL};
	static const char *const tls[] = {
		"clear", "1.0", "1.1", "1.2", "1.3", NULL};
	static const char *const proofs[] = {"none", "pkix", "dane",
		"pkix+dane", "bound", "pkix+bound", "dane+bound",
		"pkix+dane+bound", NULL};
	int found;

	switch (i) {
	case 0:
		found = dialect_find(word);
		session->dialect = (enum lk_latch_dialect)found;
		return found;
	case 1:
		found = word_find(word, levels);
		session->level = (enum lk_latch_level)found;
		return found;
	case 2:
		found = word_find(word, tls);
		session->version = found > 0 ? 0x0300 + (unsigned)found : 0;
		return found;
	case 3:
		found = bits_read(word);
		session->key_bits = (unsigned)found;
		return found;
	default:
		found = word_find(word, proofs);
		session->pkix = found >= 0 && found & 1;
		session->dane = found >= 0 && found & 2;
		session->bound = found >= 0 && found & 4;
		return found;
	}
}

/* The end of the word at `at`, which this octet follows. */
static size_t
end_of(struct span text, size_t at, uint8_t octet)
{
	while (at < text.n && text.p[at] != octet)
		at++;
	return at;
}

/* The first line; behind it, or SIZE_MAX with the place of what is wrong. By a
 * function of its own, for the stack. */
__attribute__((noinline)) static size_t
line_read(struct span text, struct lk_latch_session *session, size_t *offset_r)
{
	size_t at = 0, end;

	for (unsigned i = 0; i < 5; i++) {
		end = end_of(text, at, i < 4 ? ' ' : '\n');
		*offset_r = at;
		if (end == text.n ||
			field_read(i, span_of(text.p + at, end - at), session) <
				0)
			return SIZE_MAX;
		at = end + 1;
	}
	return at;
}

const char *
lk_latch_step_parse(
	struct span text, struct lk_latch_step *out_r, size_t *offset_r)
{
	size_t at, end;

	memset(out_r, 0, sizeof(*out_r));
	at = line_read(text, &out_r->session, offset_r);
	if (at == SIZE_MAX)
		return "latch-session";
	end = end_of(text, at, '\n');
	if (end < text.n)
		out_r->session.status =
			span_of(text.p + end + 1, text.n - end - 1);
	if (lk_latch_state_parse(span_of(text.p + at, end - at), &out_r->state,
		    offset_r) == 0)
		return NULL;
	*offset_r += at;
	return "latch-state";
}
