/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines_mutate as a custom mutator of AFL++: AFL_CUSTOM_MUTATOR_LIBRARY. The
 * stages of AFL++ go on beside it. LATCHKEY_WORDS is the path of the
 * dictionary.
 */
#include <stdlib.h>

#include "mutators/lines.h"

void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *self, uint8_t *data, size_t n, uint8_t **out_r,
	uint8_t *other, size_t other_n, size_t max);
void afl_custom_deinit(void *self);

struct mutator {
	uint64_t seed;
	struct lines_words words;
	uint8_t *room;
	size_t size;
};

void *
afl_custom_init(void *afl, unsigned seed)
{
	struct mutator *mutator = calloc(1, sizeof(*mutator));

	(void)afl;
	if (mutator == NULL)
		return NULL;
	mutator->seed = seed;
	lines_words_load(&mutator->words, getenv("LATCHKEY_WORDS"));
	return mutator;
}

size_t
afl_custom_fuzz(void *self, uint8_t *data, size_t n, uint8_t **out_r,
	uint8_t *other, size_t other_n, size_t max)
{
	struct mutator *mutator = self;
	uint8_t *room = mutator->room;

	if (mutator->size < max) {
		room = realloc(room, max);
		if (room == NULL)
			return 0;
		mutator->room = room;
		mutator->size = max;
	}
	memcpy(room, data, n < max ? n : max);
	*out_r = room;
	return lines_mutate(room, n < max ? n : max, max,
		span_of(other, other_n), &mutator->words, mutator->seed++);
}

void
afl_custom_deinit(void *self)
{
	struct mutator *mutator = self;

	free(mutator->room);
	free(mutator);
}
