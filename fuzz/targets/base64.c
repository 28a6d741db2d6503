/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes base64_decode and base64_encode. Oracles: a text that decodes is the
 * only text for its bytes; bytes come back from their text; room is kept to. */
#include "parse/base64.h"
#include "harness/oracle.h"

#define INPUT_MAX 4096

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[BASE64_SIZE(INPUT_MAX)];
	static uint8_t bytes[INPUT_MAX];
	const struct span input = span_of(data, size);
	size_t n, again;

	if (size > INPUT_MAX)
		return 0;
	if (base64_decode(input, bytes, sizeof(bytes), &n)) {
		oracle(n <= BASE64_ROOM(size), "decoded text fits its room");
		oracle(base64_encode(
			       span_of(bytes, n), text, sizeof(text), &again) &&
				span_eq(span_of(text, again), input),
			"a text that decodes is the only one");
		oracle(n == 0 || !base64_decode(input, bytes, n - 1, &again),
			"nothing is decoded into too little room");
	}
	oracle(base64_encode(input, text, BASE64_SIZE(size), &n) &&
			n == BASE64_SIZE(size),
		"every input has a text of the right size");
	oracle(size == 0 || !base64_encode(input, text, n - 1, &again),
		"nothing is encoded into too little room");
	oracle(base64_decode(span_of(text, n), bytes, sizeof(bytes), &again) &&
			span_eq(span_of(bytes, again), input),
		"bytes come back from their text");
	return 0;
}
