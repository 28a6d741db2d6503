/* SPDX-License-Identifier: Apache-2.0 */
/* An input that is being changed, and how its lines and words are found. */
#ifndef FUZZ_MUTATORS_WORK_H
#define FUZZ_MUTATORS_WORK_H

#include "core/span.h"
#include "mutators/lines.h"

struct work {
	uint8_t *p;
	size_t n, max;
	struct span other;
	const struct lines_words *words;
	uint64_t random; /* not 0 */
};

/* A number below n, or 0; of each seed the same ones. */
size_t work_pick(struct work *w, size_t n);

bool work_is_delimiter(uint8_t c);
bool work_is_digit(uint8_t c);
bool work_is_word(uint8_t c);

/* Bytes [from, to) of the input become these; no more than fit. */
void work_replace(struct work *w, size_t from, size_t to, struct span by);

/* A run of such bytes at or behind some place, or else anywhere. */
bool work_run_find(
	struct work *w, bool (*is)(uint8_t), size_t *from_r, size_t *to_r);

/* A line, line end included. */
bool work_line_find(struct work *w, size_t *from_r, size_t *to_r);

/* Some place where a word or a line starts. */
size_t work_border_find(struct work *w, bool line);

/* A copy of part of the input or of the other input, which outlives moves. */
struct span work_copy_of(struct span s);

#endif
