/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes pop3_line_next, pop3_text_measure and pop3_top_measure. Oracles: the
 * lines are the text; what is announced is what they add up to; TOP of more
 * lines is never less, and in the end the whole text. */
#include "harness/oracle.h"
#include "parse/pop3_text.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = span_of(data, size);
	struct span rest = text, line;
	size_t sum = 0, lines = 0, last = 0, top;

	while (rest.n > 0) {
		line = pop3_line_next(&rest);
		oracle(line.p == data + sum, "lines stand one behind another");
		oracle(span_find(line, 0, span_z("\r\n")) == SIZE_MAX,
			"a line has no line end");
		sum += line.n + 2;
		lines++;
		oracle(sum + rest.n == size || (rest.n == 0 && sum >= size),
			"lines are the text");
	}
	oracle(sum == pop3_text_measure(text), "what is announced comes");
	for (size_t n = 0; n <= lines && n < 64; n++) {
		top = pop3_top_measure(text, n);
		oracle(top >= last, "TOP of more lines is not less");
		last = top;
	}
	oracle(pop3_top_measure(text, SIZE_MAX) <= sum,
		"TOP is not more than the text");
	return 0;
}
