/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes needles_scan and needles_within: the search for canaries. Oracles:
 * found as often, wherever the input is cut, as a search without cleverness
 * finds them. */
#include "core/needle.h"
#include "harness/oracle.h"

static struct needles needles;

static void
found(void *self, const struct needle *needle)
{
	unsigned *count = self;

	count[needle - needles.needle]++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned whole[NEEDLES_MAX] = {0}, cut[NEEDLES_MAX] = {0};
	struct needle_scan once = {.n = 0}, many = {.n = 0};
	const struct span input = span_of(data, size);
	bool any = false;

	if (needles.n == 0)
		oracle(needles_add(&needles, "a", "aaabaaa") == 0 &&
				needles_add(&needles, "b", "tanstaaf") == 0,
			"secrets of the harness are right");
	needles_scan(&needles, &once, input, found, whole);
	for (size_t i = 0; i < size; i++)
		needles_scan(
			&needles, &many, span_cut(input, i, i + 1), found, cut);
	for (unsigned i = 0; i < needles.n; i++) {
		const struct needle *n = &needles.needle[i];
		unsigned count = 0;

		for (size_t at = 0; at + n->n <= size; at++)
			count += memcmp(data + at, n->bytes, n->n) == 0;
		oracle(whole[i] == count, "every canary is found");
		oracle(cut[i] == count, "it does not matter where it is cut");
		any = any || (count > 0 && n->secretz[0] == 'b');
	}
	oracle(needles_within(&needles, "b", input) == any,
		"a text holds what a stream holds");
	return 0;
}
