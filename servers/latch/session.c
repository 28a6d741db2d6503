/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One session: is what was stored kept, is the account's level reached, and
 * what of the status is stored (-01 and -04 sections 3 and 5, -05 and -06
 * sections 3 and 7).
 */
#include "latch/promise.h"

#include "core/span.h"
#include "parse/parse.h"

#define TLS_1_0 0x0301
#define TLS_1_1 0x0302

/* What a status says, in the words that the dialect knows. */
struct offer {
	uint32_t promises;
	uint32_t readings;
	struct span url;
};

static void
offer_open(struct offer *offer, enum lk_latch_reading reading)
{
	offer->readings |= UINT32_C(1) << reading;
}

static void
url_take(struct offer *offer, struct span url)
{
	if (offer->url.n > 0 && !span_eq(offer->url, url))
		offer_open(offer, LK_LATCH_READING_URLS);
	else
		offer->url = url;
}

/* A word of a list in DEEP; extensions and unknown tags are ignored. */
static void
item_take(struct offer *offer, struct span item, uint32_t supported)
{
	if (lk_deep_item_kind(item) == LK_DEEP_KIND_URL) {
		url_take(offer, span_cut(item, 1, item.n - 1));
		return;
	}
	offer->promises |= promise_find(item) & supported;
	for (unsigned i = 0; i < LK_LATCH_PROMISE_COUNT; i++) {
		struct span name = span_z(lk_latch_promise_name(i));

		if (supported >> i & 1 && span_eq_nocase(item, name) &&
			!span_eq(item, name))
			offer_open(offer, LK_LATCH_READING_TAG_CASE);
	}
}

/* By a function of its own, for its stack. */
__attribute__((noinline)) static bool
is_well_formed(const struct lk_latch_session *session)
{
	struct lk_result unused;

	if (dialect_is_sts(session->dialect))
		return lk_sts_directives_parse(session->status, &unused) >= 0;
	if (session->dialect == LK_LATCH_COMMA)
		return lk_deep_status_comma_parse(session->status, &unused) >=
		       0;
	return lk_deep_status_parse(session->status, &unused) >= 0;
}

static void
deep_read(const struct lk_latch_session *session, struct offer *out_r)
{
	const int separator = session->dialect == LK_LATCH_COMMA ? ',' : ' ';
	struct span rest = session->status, item;

	while (lk_deep_item_next(&rest, separator, &item))
		item_take(out_r, item, lk_latch_supported(session->dialect));
}

/* The value of tls-cert; -06 adds pkix+dane. Unknown ones are ignored. */
static uint32_t
cert_value(struct span value, enum lk_latch_dialect dialect)
{
	if (value.n == 0 || span_eq(value, span_z("any")))
		return PROMISE_BIT(CERT_ANY);
	if (span_eq(value, span_z("pkix")))
		return PROMISE_BIT(CERT_ANY) | PROMISE_BIT(CERT_PKIX);
	if (span_eq(value, span_z("dane")))
		return PROMISE_BIT(CERT_ANY) | PROMISE_BIT(CERT_DANE);
	if (dialect == LK_LATCH_06 && span_eq(value, span_z("pkix+dane")))
		return PROMISE_BIT(CERT_ANY) | PROMISE_BIT(CERT_PKIX) |
		       PROMISE_BIT(CERT_DANE);
	return 0;
}

static uint32_t
version_value(struct span value)
{
	if (span_eq(value, span_z("1.1")))
		return PROMISE_BIT(VERSION_11);
	if (span_eq(value, span_z("1.2")))
		return PROMISE_BIT(VERSION_11) | PROMISE_BIT(VERSION_12);
	return 0;
}

/* A requirement is met as a whole, or nothing of it is stored. */
static void
value_take(struct offer *offer, uint32_t value,
	const struct lk_latch_session *session)
{
	if (promises_met(value, session) == value)
		offer->promises |= value;
}

static void
sts_read(const struct lk_latch_session *session, struct offer *out_r)
{
	struct span rest = session->status, url;
	struct lk_field field;

	while (lk_sts_directive_next(&rest, &field)) {
		if (span_eq(field.name, span_z("tls-cert"))) {
			value_take(out_r,
				cert_value(field.value, session->dialect),
				session);
		} else if (span_eq(field.name, span_z("tls-version"))) {
			value_take(out_r, version_value(field.value), session);
		} else if (span_eq(field.name, span_z("sts-url"))) {
			url = field.value;
			if (url.n > 0 && url.p[0] == '<')
				url = span_cut(url, 1, url.n - 1);
			if (span_has_prefix_nocase(url, span_z("https:")))
				url_take(out_r, url);
		}
	}
}

static bool
is_authenticated(const struct lk_latch_session *session)
{
	return session->version != 0 &&
	       (session->pkix || session->dane || session->bound);
}

/* -01 section 5.1 lets version tags be stored in any TLS; the others, and all
 * of them from -02 on, want an authenticated server. */
static uint32_t
storable(const struct lk_latch_session *session, struct offer *offer)
{
	uint32_t early = PROMISE_BIT(TLS10) | PROMISE_BIT(TLS12);

	if (is_authenticated(session))
		return UINT32_MAX;
	if (session->dialect != LK_LATCH_01)
		return 0;
	if (promises_met(offer->promises & early, session) != 0)
		offer_open(offer, LK_LATCH_READING_UNVERIFIED);
	return early;
}

/* Is one of pkix and dane stored, and only the other offered? */
static bool
is_cert_moved(uint32_t stored, uint32_t offered)
{
	const uint32_t both = PROMISE_BIT(CERT_PKIX) | PROMISE_BIT(CERT_DANE);

	stored &= both;
	offered &= both;
	return stored != 0 && offered != 0 && stored != both &&
	       (offered & ~stored) != 0 && (stored & ~offered) != 0;
}

static void
offer_store(struct offer *offer, const struct lk_latch_session *session,
	struct lk_latch_state *state, struct lk_latch_outcome *out)
{
	uint32_t allowed = storable(session, offer);
	uint32_t met = promises_met(offer->promises & allowed, session);

	if (!dialect_is_sts(session->dialect) && allowed == UINT32_MAX &&
		(offer->promises & ~met & PROMISE_BIT(TLS11)) != 0 &&
		session->version == TLS_1_0)
		offer_open(offer, LK_LATCH_READING_EARLY_TLS11);
	if (is_cert_moved(state->promises, met))
		offer_open(offer, LK_LATCH_READING_CERT_VALUES);
	out->added = met & ~state->promises;
	state->promises |= met;
	if (is_authenticated(session) && offer->url.n > 0 &&
		offer->url.n <= sizeof(state->url)) {
		memcpy(state->url, offer->url.p, offer->url.n);
		state->url_n = offer->url.n;
	}
	out->readings = offer->readings;
}

static uint32_t
flaws_of(const struct lk_latch_session *session)
{
	const unsigned least =
		dialect_is_sts(session->dialect) ? TLS_1_1 : TLS_1_0;
	uint32_t flaws = 0;

	if (session->version == 0)
		return 1 << LK_FLAW_CLEAR;
	if (session->version < least)
		flaws |= 1 << LK_FLAW_OLD;
	if (!session->pkix && !session->dane)
		flaws |= 1 << LK_FLAW_UNVERIFIED;
	return flaws;
}

/* By a function of its own, for the stack, too. */
__attribute__((noinline)) static void
status_take(const struct lk_latch_session *session,
	struct lk_latch_state *state, struct lk_latch_outcome *out)
{
	struct offer offer = {0, 0, {NULL, 0}};

	if (dialect_is_sts(session->dialect))
		sts_read(session, &offer);
	else
		deep_read(session, &offer);
	offer_store(&offer, session, state, out);
}

void
lk_latch_session(const struct lk_latch_state *state,
	const struct lk_latch_session *session, struct lk_latch_state *new_r,
	struct lk_latch_outcome *out_r)
{
	memset(out_r, 0, sizeof(*out_r));
	if (new_r != state)
		*new_r = *state;
	out_r->flaws = flaws_of(session);
	out_r->unmet =
		new_r->promises & ~promises_met(new_r->promises, session);
	if (out_r->unmet != 0 ||
		(out_r->flaws != 0 && session->level == LK_LEVEL_HIGH))
		out_r->verdict = LK_LATCH_REFUSE;
	else if (out_r->flaws != 0)
		out_r->verdict = LK_LATCH_WARN;
	if (out_r->verdict == LK_LATCH_REFUSE || session->version == 0)
		return;
	out_r->is_malformed = !is_well_formed(session);
	if (!out_r->is_malformed)
		status_take(session, new_r, out_r);
}
