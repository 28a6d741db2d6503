/* SPDX-License-Identifier: Apache-2.0 */
/* Base64, strict. */
#include "parse/base64.h"

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of a digit, or -1. */
static int
digit_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Decode n digits (2 to 4) to n - 1 bytes; false unless they are canonical. */
static bool
group_decode(const uint8_t *in, size_t n, uint8_t *out)
{
	uint32_t bits = 0, bytes = (uint32_t)n - 1;
	int value;

	for (size_t i = 0; i < n; i++) {
		value = digit_value(in[i]);
		if (value < 0)
			return false;
		bits |= (uint32_t)value << (18 - 6 * i);
	}
	if ((bits & (0xffffffU >> (8 * bytes))) != 0)
		return false;
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(bits >> (16 - 8 * i));
	return true;
}

bool
base64_decode(struct span input, uint8_t *out_r, size_t size, size_t *n_r)
{
	size_t used = 0, group;

	if (input.n % 4 != 0)
		return false;
	for (size_t i = 0; i < input.n; i += 4) {
		group = 4;
		while (i + 4 == input.n && group > 2 &&
			input.p[i + group - 1] == '=')
			group--;
		if (size - used < group - 1 ||
			!group_decode(input.p + i, group, out_r + used))
			return false;
		used += group - 1;
	}
	*n_r = used;
	return true;
}

bool
base64_encode(struct span input, char *out_r, size_t size, size_t *n_r)
{
	uint32_t bits;
	size_t used = 0, n;

	if (BASE64_SIZE(input.n) > size)
		return false;
	for (size_t i = 0; i < input.n; i += 3) {
		n = input.n - i < 3 ? input.n - i : 3;
		bits = 0;
		for (size_t j = 0; j < n; j++)
			bits |= (uint32_t)input.p[i + j] << (16 - 8 * j);
		for (size_t j = 0; j < 4; j++, used++)
			out_r[used] = j <= n ? digits[bits >> (18 - 6 * j) & 63]
					     : '=';
	}
	*n_r = used;
	return true;
}
