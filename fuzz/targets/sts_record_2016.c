/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes lk_sts_record_2016_parse, _print and _json (oracles:
 * harness/parser.h). */
#include "harness/parser.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_parser("sts-record-2016", span_of(data, size));
	return 0;
}
