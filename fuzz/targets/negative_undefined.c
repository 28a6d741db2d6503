/* SPDX-License-Identifier: Apache-2.0 */
/* No target: a signed number overflows. */
#include <limits.h>

#include "harness/oracle.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	volatile int number = INT_MAX;

	if (size > 0 && data[0] == 'b')
		number += data[0];
	(void)number;
	return 0;
}
