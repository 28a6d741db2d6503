/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers. */
#include "parse/number.h"

bool
number_parse(struct span input, size_t max, size_t *out_r)
{
	size_t value = 0, digit;

	for (size_t i = 0; i < input.n; i++) {
		if (input.p[i] < '0' || input.p[i] > '9')
			return false;
		digit = (size_t)(input.p[i] - '0');
		if (digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out_r = value;
	return input.n > 0;
}

size_t
numbers_parse(struct span input, size_t *out_r, size_t max)
{
	size_t n = 0;

	while (input.n > 0 && n < max)
		if (!number_parse(
			    span_word(&input, ' '), SIZE_MAX, &out_r[n++]))
			return 0;
	return input.n == 0 ? n : 0;
}
