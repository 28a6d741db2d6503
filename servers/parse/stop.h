/* SPDX-License-Identifier: Apache-2.0 */
/* How a parser ends. */
#ifndef PARSE_STOP_H
#define PARSE_STOP_H

#include "core/span.h"
#include "parse/parse.h"

/* Nothing is found yet, nothing is wrong. */
static inline void
result_start(struct lk_result *r)
{
	memset(r, 0, sizeof(*r));
}

static inline ssize_t
result_stop(struct lk_result *r, enum lk_code code, enum lk_reason reason,
	size_t offset)
{
	r->reason = reason;
	r->offset = offset;
	return code;
}

/*
 * Something else than c was wanted at offset: LK_MORE if c is the end (-1),
 * else LK_BAD.
 */
static inline ssize_t
result_unfit(struct lk_result *r, int c, enum lk_reason reason, size_t offset)
{
	return result_stop(r, c < 0 ? LK_MORE : LK_BAD, reason, offset);
}

static inline ssize_t
result_done(struct lk_result *r, size_t consumed)
{
	r->offset = consumed;
	return (ssize_t)consumed;
}

static inline void
result_open(struct lk_result *r, enum lk_reading reading)
{
	r->ambiguous.word[reading / 64] |= UINT64_C(1) << reading % 64;
}

static inline void
result_shut(struct lk_result *r, enum lk_reading reading)
{
	r->ambiguous.word[reading / 64] &= ~(UINT64_C(1) << reading % 64);
}

/* What is open in other is open in r, too. */
static inline void
result_join(struct lk_result *r, const struct lk_result *other)
{
	r->ambiguous.word[0] |= other->ambiguous.word[0];
	r->ambiguous.word[1] |= other->ambiguous.word[1];
}

/* The octet of s at i, or -1 behind its end. */
static inline int
span_at(struct span s, size_t i)
{
	return i < s.n ? s.p[i] : -1;
}

#endif
