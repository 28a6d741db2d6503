/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes lk_deep_tag_parse, _print and _json (oracles: harness/parser.h). */
#include "harness/parser.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lk_parser parser = FUZZ_PARSER(deep_tag);

	fuzz_parser(&parser, span_of(data, size));
	return 0;
}
