/* SPDX-License-Identifier: Apache-2.0 */
/* What every target shares: saying that something is not as it must be. */
#ifndef FUZZ_HARNESS_ORACLE_H
#define FUZZ_HARNESS_ORACLE_H

#include <stdio.h>
#include <stdlib.h>

#include "core/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The rule, in words, that this input shows to be broken. An engine takes the
 * abort for a crash, and keeps the input. */
static inline void
oracle(bool holds, const char *rule)
{
	if (holds)
		return;
	(void)fprintf(stderr, "oracle: broken: %s\n", rule);
	abort();
}

/* Results of parsers point into the input, or are empty. */
static inline void
oracle_inside(struct span part, struct span whole)
{
	oracle(part.n == 0 || (part.p >= whole.p && part.n <= whole.n &&
				      part.p - whole.p <=
					      (ptrdiff_t)(whole.n - part.n)),
		"a result points outside the input");
}

#endif
