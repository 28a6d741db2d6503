/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session of the latch engine as text, for vectors (docs/vectors.md):
 *
 *     DIALECT LEVEL TLS BITS PROOFS LF
 *     the stored state, as JSON LF
 *     the status, if there is one
 *
 * LEVEL is high or none; TLS is clear, 1.0, 1.1, 1.2 or 1.3; BITS are those of
 * the key, a number below 10000; PROOFS is none, or of pkix, dane and bound
 * those that hold, in this order, with + between. The status has whatever
 * octets.
 */
#ifndef LATCH_STEP_H
#define LATCH_STEP_H

#include "latch/latch.h"

struct lk_latch_step {
	struct lk_latch_state state;
	struct lk_latch_session session; /* its status: in the text */
};

/* NULL; or what is wrong, "latch-session" or "latch-state", and in *offset_r
 * the first octet that does not fit. */
const char *lk_latch_step_parse(
	struct span text, struct lk_latch_step *out_r, size_t *offset_r);

#endif
