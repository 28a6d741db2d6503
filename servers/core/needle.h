/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the trial's canaries in a stream of bytes, in clear and in base64
 * at each of its three alignments, wherever the reads happen to cut it.
 */
#ifndef CORE_NEEDLE_H
#define CORE_NEEDLE_H

#include "core/span.h"

#define NEEDLE_MAX_BYTES 160 /* of one needle */
#define NEEDLES_MAX 48

struct needle {
	const char *secretz; /* name of the secret; the caller's */
	const char *formz;   /* "clear" or "base64" */
	uint8_t bytes[NEEDLE_MAX_BYTES];
	size_t n;
};

struct needles {
	struct needle needle[NEEDLES_MAX];
	unsigned n;
};

/* Adds the four forms of one secret (6 bytes at least, of which the first 100
 * are looked for); -1 if it does not fit. */
int needles_add(struct needles *set, const char *secretz, const char *value)
	__attribute__((warn_unused_result));

/* What a stream keeps between two reads. Zeroed to begin with. */
struct needle_scan {
	uint8_t tail[NEEDLE_MAX_BYTES];
	size_t n;
};

/* Calls found for each needle that ends inside bytes, each once per place. */
void needles_scan(const struct needles *set, struct needle_scan *scan,
	struct span bytes,
	void (*found)(void *self, const struct needle *needle), void *self);

/* Is this secret somewhere in the whole text, in any form? */
bool needles_within(
	const struct needles *set, const char *secretz, struct span text);

#endif
