/* SPDX-License-Identifier: Apache-2.0 */
/* No target: breaks an oracle. */
#include "harness/oracle.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	oracle(size == 0 || data[0] != 'b', "there is no bug");
	return 0;
}
