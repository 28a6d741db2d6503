/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parser of liblatchkey without anything around it, as a target: what oracles
 * and tracing cost is measured against it. FUZZ_PARSER is its function.
 */
#include "harness/oracle.h"
#include "parse/parse.h"

#ifndef FUZZ_PARSER
#define FUZZ_PARSER lk_sts_policy_parse
#endif

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lk_result value;

	(void)FUZZ_PARSER(span_of(data, size), &value);
	return 0;
}
