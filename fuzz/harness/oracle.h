/* SPDX-License-Identifier: Apache-2.0 */
/* What every target shares: saying that something is not as it must be. */
#ifndef FUZZ_HARNESS_ORACLE_H
#define FUZZ_HARNESS_ORACLE_H

#include <stdio.h>
#include <stdlib.h>

#include "core/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Cut the input everywhere, whatever that costs? The plain runner does. Engines
 * do not: another input has other cuts. What they find is found here, too.
 */
extern bool fuzz_thorough;

/* Number i of the places, in 0 to n - 1, where an engine cuts n bytes. */
static inline size_t
fuzz_cut(struct span input, unsigned i)
{
	const size_t n = input.n < 16 ? input.n : 16;
	uint32_t hash = 2166136261u + i;

	for (size_t j = 1; j <= n; j++)
		hash = (hash ^ input.p[input.n - j]) * 16777619u;
	return n > 0 ? (hash >> 8) % input.n : 0;
}

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
