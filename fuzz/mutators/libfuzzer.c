/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines_mutate as libFuzzer's mutator; linked into targets whose inputs are
 * text. Every other time libFuzzer does it in its own way, which knows the
 * dictionary and the comparisons of the target. LATCHKEY_WORDS is the path of
 * the dictionary, LATCHKEY_PLAIN switches all of this off.
 */
#include <stdlib.h>

#include "mutators/lines.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(
	uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size,
	const uint8_t *b, size_t b_size, uint8_t *out, size_t max,
	unsigned seed);

static struct lines_words words;

static bool
is_plain(void)
{
	static bool known, plain;

	if (!known) {
		known = true;
		plain = getenv("LATCHKEY_PLAIN") != NULL;
		lines_words_load(&words, getenv("LATCHKEY_WORDS"));
	}
	return plain;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	if (is_plain() || seed % 2 == 0)
		return LLVMFuzzerMutate(data, size, max);
	return lines_mutate(data, size, max, span_of(data, size), &words, seed);
}

size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b,
	size_t b_size, uint8_t *out, size_t max, unsigned seed)
{
	size_t n = a_size < max ? a_size : max;

	memcpy(out, a, n);
	if (is_plain())
		return n;
	return lines_mutate(out, n, max, span_of(b, b_size), &words, seed);
}
