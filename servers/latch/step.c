/* SPDX-License-Identifier: Apache-2.0 */
/* A session as text, and what the engine makes of it as JSON. */
#include "latch/step.h"

#include "parse/out.h"

#define TEXT_SIZE 2048 /* a state or a report with the longest URL */

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

const char *
lk_latch_step_parse(
	struct span text, struct lk_latch_step *out_r, size_t *offset_r)
{
	size_t at = 0, end;

	memset(out_r, 0, sizeof(*out_r));
	for (unsigned i = 0; i < 5; i++) {
		end = end_of(text, at, i < 4 ? ' ' : '\n');
		*offset_r = at;
		if (end == text.n ||
			field_read(i, span_of(text.p + at, end - at),
				&out_r->session) < 0)
			return "latch-session";
		at = end + 1;
	}
	end = end_of(text, at, '\n');
	if (lk_latch_state_parse(span_of(text.p + at, end - at), &out_r->state,
		    offset_r) != 0) {
		*offset_r += at;
		return "latch-state";
	}
	if (end < text.n)
		out_r->session.status =
			span_of(text.p + end + 1, text.n - end - 1);
	return NULL;
}

static void
set_put(struct out *out, const char *namez, uint32_t set,
	const char *(*name)(unsigned number))
{
	out_name(out, namez);
	out_open(out, '[');
	for (unsigned i = 0; name(i) != NULL; i++)
		if (set >> i & 1)
			out_string(out, span_z(name(i)));
	out_byte(out, ']');
}

/* What the client says to the server; nothing in clear. */
static void
report_put(struct out *out, const char *namez, enum lk_latch_carrier carrier,
	const struct lk_latch_step *made,
	const struct lk_latch_outcome *outcome)
{
	const struct lk_latch_report report = {
		.dialect = made->session.dialect, .carrier = carrier};
	char text[TEXT_SIZE];
	size_t n = 0;

	if (made->session.version != 0)
		n = lk_latch_report(
			&made->state, outcome, &report, text, sizeof(text));
	out_name(out, namez);
	out_string(out, span_of(text, n));
}

size_t
lk_latch_step_json(const struct lk_latch_step *step, char *out_r, size_t size,
	uint32_t *readings_r)
{
	static const char *const verdicts[] = {"proceed", "warn", "refuse"};
	struct lk_latch_step made = *step;
	struct lk_latch_outcome outcome;
	struct out out = out_to(out_r, size);
	char state[TEXT_SIZE];
	size_t n;

	lk_latch_session(&step->state, &step->session, &made.state, &outcome);
	n = lk_latch_state_json(&made.state, state, sizeof(state));
	*readings_r = outcome.readings;
	out_open(&out, '{');
	out_name(&out, "verdict");
	out_string(&out, span_z(verdicts[outcome.verdict]));
	out_name(&out, "state");
	out_put(&out, span_of(state, n));
	set_put(&out, "unmet", outcome.unmet, lk_latch_promise_name);
	set_put(&out, "added", outcome.added, lk_latch_promise_name);
	set_put(&out, "flaws", outcome.flaws, lk_latch_flaw_name);
	out_name(&out, "malformed");
	out_bool(&out, outcome.is_malformed);
	report_put(&out, "id", LK_CARRIER_IMAP, &made, &outcome);
	report_put(&out, "client", LK_CARRIER_SMTP, &made, &outcome);
	out_byte(&out, '}');
	return out.n;
}
