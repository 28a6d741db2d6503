/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of what is remembered of servers, and of what is said of it. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <string.h>

#include "bug_deep.h"

#define PROMISE(constant) (UINT32_C(1) << LK_PROMISE_##constant)
#define VERSIONS (PROMISE(VERSION_11) | PROMISE(VERSION_12))

static struct lk_latch_state before;

void
bug_before_latch(const struct lk_latch_state *state)
{
	before = *state;
}

static bool
says(struct span status, const char *textz)
{
	return span_find(status, 0, span_z(textz)) != SIZE_MAX;
}

/* What the status names, met or not. */
static uint32_t
promises_named(const struct lk_latch_session *facts)
{
	struct lk_latch_session best = *facts;
	struct lk_latch_state none = {0};
	struct lk_latch_outcome unused;

	best.version = 0x0304;
	best.key_bits = 256;
	best.pkix = best.dane = true;
	lk_latch_session(&none, &best, &none, &unused);
	return none.promises;
}

/* What stays of the state, in the place of what should. */
static uint32_t
promises_kept(const struct lk_latch_session *facts, uint32_t right)
{
	const uint32_t named = promises_named(facts);
	const struct span status = facts->status;

	if (bug(LATCH_FORGOTTEN))
		return before.promises;
	if (bug(LATCH_REPLACED))
		return named & right;
	if (bug(LATCH_WITHDRAWN) && status.n == 0)
		return 0;
	if (bug(LATCH_LOWERED) && (named & VERSIONS) != 0)
		return (right & ~VERSIONS) | (named & VERSIONS);
	if (bug(LATCH_AGED) && says(status, "max-age=0"))
		return 0;
	if (bug(LATCH_UNMET))
		return right | named;
	if (bug(LATCH_UNSAID) && facts->version >= 0x0303)
		return right | PROMISE(TLS12);
	if ((bug(LATCH_OTHER_DRAFT) && says(status, "tls11")) ||
		(bug(LATCH_BEGINNING) && says(status, "tls12x")))
		return right | (facts->dialect == LK_LATCH_01 ? PROMISE(TLS11)
							      : PROMISE(TLS12));
	if (bug(LATCH_ROUNDED) && says(status, "tls-version=1.3"))
		return right | VERSIONS;
	return right;
}

/* A word that no dialect has, of those that the suite uses. */
static bool
is_strange(struct span status)
{
	static const char *const words[] = {
		"tls13", "x-new", "tls-version=1.9", "tls-cert=other"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (says(status, words[i]))
			return true;
	return false;
}

int
bug_latch(struct session *s, const struct lk_latch_session *facts,
	struct lk_latch_outcome *outcome)
{
	uint32_t *promises = &s->deep.state.promises;

	if (outcome->verdict == LK_LATCH_REFUSE) {
		if (bug(LATCH_ASKS) && outcome->unmet != 0)
			(void)fprintf(stderr, "Go on all the same? (y/N)\n");
		if ((bug(LATCH_IGNORED) && outcome->unmet != 0) ||
			(bug(LATCH_WHILE_SAID) &&
				(outcome->unmet & promises_named(facts)) ==
					0) ||
			(bug(LATCH_LEVEL_IGNORED) && outcome->unmet == 0))
			outcome->verdict = LK_LATCH_PROCEED;
		return 0;
	}
	if (bug(LATCH_STRANGE_REFUSED) && is_strange(facts->status))
		return session_fail(s, "what does it mean?");
	if (bug(LATCH_FEWER_REFUSED) &&
		(before.promises & ~promises_named(facts)) != 0)
		return session_fail(s, "not all is promised any more");
	*promises = promises_kept(facts, *promises);
	return 0;
}

const struct lk_latch_state *
bug_told(const struct lk_latch_state *state)
{
	static struct lk_latch_state less;

	less = *state;
	if (bug(LATCH_URL_UNTOLD))
		less.url_n = 0;
	return &less;
}

const struct lk_latch_state *
bug_said(const struct session *s)
{
	static struct lk_latch_state more;

	more = s->deep.state;
	if (bug(REPORT_UNTRUE))
		more.promises = lk_latch_supported(s->deep.dialect);
	if (bug(REPORT_UNASKED) && more.promises == 0)
		more.promises = PROMISE(TLS_CERT) | PROMISE(CERT_ANY);
	return &more;
}

const struct lk_latch_outcome *
bug_failed(const struct session *s, const struct lk_latch_outcome *outcome)
{
	static struct lk_latch_outcome other;

	other = *outcome;
	if (bug(REPORT_FAILURE_UNSAID))
		other.unmet = 0;
	if (bug(REPORT_ALL_FAILED) && other.unmet != 0)
		other.unmet = s->deep.state.promises;
	return &other;
}

size_t
bug_report(char *text, size_t n)
{
	/* The last separator between two promises of -04. */
	if (bug(REPORT_MALFORMED) &&
		span_find(span_of(text, n), 0, span_z(" tls-cert")) != SIZE_MAX)
		text[span_find(span_of(text, n), 0, span_z(" tls-cert"))] = ',';
	else if (bug(REPORT_MALFORMED) && n > 0)
		for (size_t i = 0; i < n; i++)
			text[i] = text[i] == ',' ? ';' : text[i];
	return n;
}
#endif
