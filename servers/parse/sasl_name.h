/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of SASL messages share. */
#ifndef PARSE_SASL_NAME_H
#define PARSE_SASL_NAME_H

#include "parse/out.h"
#include "parse/parse.h"

/* saslname at `at` (RFC 5802 section 5.1): where it ends, or a code. */
ssize_t sasl_name_read(struct span s, size_t at, struct lk_result *r);

/*
 * gs2-header at `at`: where it ends, or a code. Names of attributes have their
 * letter case in SCRAM (RFC 5802 section 5.1); to whom RFC 5801 gives no more
 * than its grammar they may have another one.
 */
ssize_t gs2_read(struct span s, size_t at, bool has_case, struct lk_gs2 *gs2_r,
	struct lk_result *r);

/* The members of an object that tell of a header. */
void gs2_json(struct out *out, const struct lk_gs2 *gs2);

/*
 * The pairs of a bearer message, from `at` up to the octet 1 that ends it:
 * where the message ends, or a code. The first pair auth is taken apart; it
 * `may_be_empty`, or not.
 */
ssize_t sasl_pairs_read(struct span s, size_t at, bool may_be_empty,
	struct span *scheme_r, struct span *token_r, struct lk_result *r);

#endif
