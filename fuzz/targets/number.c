/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes number_parse and numbers_parse. Oracles: what is printed parses to the
 * same; the limit holds; one number is a list of one. */
#include "parse/number.h"
#include "harness/oracle.h"

#define MANY 8

/* Does the text say this number, whatever zeros stand in front? */
static bool
says(struct span text, size_t number)
{
	char z[24];
	int n = snprintf(z, sizeof(z), "%zu", number);

	while (text.n > 1 && text.p[0] == '0')
		text = span_cut(text, 1, text.n);
	return span_eq(text, span_of(z, (size_t)n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span input = span_of(data, size);
	size_t one, same, many[MANY], n, at = 0;
	struct span rest = input;

	if (number_parse(input, SIZE_MAX, &one)) {
		oracle(says(input, one), "a number is what is written");
		oracle(number_parse(input, one, &same) && same == one,
			"a limit allows its own number");
		oracle(one == 0 || !number_parse(input, one - 1, &same),
			"a limit forbids the next number");
		oracle(numbers_parse(input, &same, 1) == 1 && same == one,
			"a number is a list of one");
	}
	n = numbers_parse(input, many, MANY);
	oracle(n <= MANY, "a list keeps its limit");
	while (n > 0 && rest.n > 0) {
		struct span word = span_word(&rest, ' ');

		oracle(word.n == 0 || (at < n && says(word, many[at])),
			"a list is what is written");
		at += word.n > 0;
	}
	oracle(n == 0 || at == n, "a list has as many numbers as words");
	return 0;
}
