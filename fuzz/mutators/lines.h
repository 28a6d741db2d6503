/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutations that know what mail protocols and policies are made of: lines,
 * words, delimiters, numbers, literals. Deterministic for a seed.
 */
#ifndef FUZZ_MUTATORS_LINES_H
#define FUZZ_MUTATORS_LINES_H

#include "core/span.h"

#define LINES_WORDS_MAX 512

/* Words of a grammar, from a dictionary in the format of libFuzzer and AFL. */
struct lines_words {
	struct span word[LINES_WORDS_MAX]; /* memory is never freed */
	size_t n;
};

/* Read the dictionary; an unreadable one gives no words. */
void lines_words_load(struct lines_words *words, const char *path);

/*
 * Change the n bytes of data, in place, up to max; other is a second input
 * to take from, perhaps empty. Returns the new size, at least 1.
 */
size_t lines_mutate(uint8_t *data, size_t n, size_t max, struct span other,
	const struct lines_words *words, uint64_t seed);

#endif
