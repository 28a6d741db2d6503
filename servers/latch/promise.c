/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What promises mean (draft-ietf-uta-email-deep-01 section 11.2, -04 section
 * 11.2, -05 and -06 section 13.2).
 */
#include "latch/promise.h"

#include "core/span.h"

#define TLS_1_0 0x0301
#define TLS_1_1 0x0302
#define TLS_1_2 0x0303

static const char *const dialect_names[] = {
#define X(constant, name) name,
	LK_LATCH_DIALECTS(X)
#undef X
};

static const char *const promise_names[] = {
#define X(constant, name) name,
	LK_LATCH_PROMISES(X)
#undef X
};

static const char *const flaw_names[] = {
#define X(constant, name, text) name,
	LK_LATCH_FLAWS(X)
#undef X
};

static const char *const flaw_texts[] = {
#define X(constant, name, text) text,
	LK_LATCH_FLAWS(X)
#undef X
};

static const char *const reading_names[] = {
#define X(constant, name, one, other, source) name,
	LK_LATCH_READINGS(X)
#undef X
};

const char *
lk_latch_dialect_name(unsigned dialect)
{
	return dialect < LK_LATCH_DIALECT_COUNT ? dialect_names[dialect] : NULL;
}

const char *
lk_latch_promise_name(unsigned promise)
{
	return promise < LK_LATCH_PROMISE_COUNT ? promise_names[promise] : NULL;
}

const char *
lk_latch_flaw_name(unsigned flaw)
{
	return flaw < LK_LATCH_FLAW_COUNT ? flaw_names[flaw] : NULL;
}

const char *
lk_latch_flaw_text(unsigned flaw)
{
	return flaw < LK_LATCH_FLAW_COUNT ? flaw_texts[flaw] : NULL;
}

const char *
lk_latch_reading_name(unsigned reading)
{
	return reading < LK_LATCH_READING_COUNT ? reading_names[reading] : NULL;
}

uint32_t
lk_latch_supported(enum lk_latch_dialect dialect)
{
	if (dialect_is_sts(dialect))
		return PROMISE_VALUES;
	if (dialect == LK_LATCH_01)
		return PROMISE_TAGS & ~PROMISE_BIT(TLS11);
	return PROMISE_TAGS & ~PROMISE_BIT(TLS10);
}

uint32_t
promise_find(struct span name)
{
	unsigned i = 0;

	while (i < LK_LATCH_PROMISE_COUNT &&
		!span_eq(name, span_z(promise_names[i])))
		i++;
	switch (i) {
	case LK_LATCH_PROMISE_COUNT:
		return 0;
	case LK_PROMISE_VERSION_12:
		return PROMISE_BIT(VERSION_12) | PROMISE_BIT(VERSION_11);
	case LK_PROMISE_CERT_PKIX:
		return PROMISE_BIT(CERT_PKIX) | PROMISE_BIT(CERT_ANY);
	case LK_PROMISE_CERT_DANE:
		return PROMISE_BIT(CERT_DANE) | PROMISE_BIT(CERT_ANY);
	default:
		return UINT32_C(1) << i;
	}
}

/* The tags of a version mean a strong key, and from -02 on a certificate that
 * is valid by one of the two ways. */
static bool
is_version_tag_met(const struct lk_latch_session *session, unsigned least)
{
	return session->version >= least &&
	       session->key_bits >= LK_LATCH_KEY_BITS &&
	       (session->dialect == LK_LATCH_01 || session->pkix ||
		       session->dane);
}

static bool
is_met(enum lk_latch_promise promise, const struct lk_latch_session *session)
{
	if (session->version == 0)
		return false;
	switch (promise) {
	case LK_PROMISE_TLS10:
		/* Never said anything about the certificate. */
		return session->version >= TLS_1_0 &&
		       session->key_bits >= LK_LATCH_KEY_BITS;
	case LK_PROMISE_TLS11:
		return is_version_tag_met(session, TLS_1_1);
	case LK_PROMISE_TLS12:
		return is_version_tag_met(session, TLS_1_2);
	case LK_PROMISE_VERSION_11:
		return session->version >= TLS_1_1;
	case LK_PROMISE_VERSION_12:
		return session->version >= TLS_1_2;
	case LK_PROMISE_TLS_CERT:
	case LK_PROMISE_CERT_PKIX:
		return session->pkix;
	case LK_PROMISE_TLS_DANE:
	case LK_PROMISE_CERT_DANE:
		return session->dane;
	case LK_PROMISE_CERT_ANY:
		return session->pkix || session->dane;
	default:
		return false;
	}
}

uint32_t
promises_met(uint32_t set, const struct lk_latch_session *session)
{
	uint32_t met = 0;

	for (unsigned i = 0; i < LK_LATCH_PROMISE_COUNT; i++)
		if (set >> i & 1 && is_met((enum lk_latch_promise)i, session))
			met |= UINT32_C(1) << i;
	return met;
}
