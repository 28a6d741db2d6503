/* SPDX-License-Identifier: Apache-2.0 */
/* No target: does nothing. What `make bench-fuzz` compares the others with. */
#include "harness/oracle.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}
