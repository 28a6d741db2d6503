/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the latch engine share. */
#ifndef LATCH_PROMISE_H
#define LATCH_PROMISE_H

#include "latch/latch.h"

#define PROMISE_BIT(constant) (UINT32_C(1) << LK_PROMISE_##constant)
#define PROMISE_TAGS                                                           \
	(PROMISE_BIT(TLS10) | PROMISE_BIT(TLS11) | PROMISE_BIT(TLS12) |        \
		PROMISE_BIT(TLS_CERT) | PROMISE_BIT(TLS_DANE))
#define PROMISE_VALUES                                                         \
	(PROMISE_BIT(VERSION_11) | PROMISE_BIT(VERSION_12) |                   \
		PROMISE_BIT(CERT_ANY) | PROMISE_BIT(CERT_PKIX) |               \
		PROMISE_BIT(CERT_DANE))

static inline bool
dialect_is_sts(enum lk_latch_dialect dialect)
{
	return dialect == LK_LATCH_05 || dialect == LK_LATCH_06;
}

/* The promises of this name, with those that it includes; 0 if there is none.
 * A name that is no directive's is a tag's. */
uint32_t promise_find(struct span name);

/* Those of the set that this session meets. */
uint32_t promises_met(uint32_t set, const struct lk_latch_session *session);

#endif
