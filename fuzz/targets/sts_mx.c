/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes lk_sts_mx_parse, _print and _json (oracles: harness/parser.h), and
 * lk_sts_mx_match, which must say the same.
 */
#include "harness/parser.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lk_parser parser = FUZZ_PARSER(sts_mx);
	const struct span input = span_of(data, size);
	const size_t space = span_find(input, 0, span_z(" "));
	struct lk_result value;

	fuzz_parser(&parser, input);
	if (space < size)
		oracle(lk_sts_mx_match(span_cut(input, 0, space),
			       span_cut(input, space + 1, size)) ==
				(lk_sts_mx_parse(input, &value) >= 0),
			"matching and parsing say the same");
	return 0;
}
