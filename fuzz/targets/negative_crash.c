/* SPDX-License-Identifier: Apache-2.0 */
/* No target: reads one byte too far. Whatever builds and runs targets must
 * see it, or it would see nothing. */
#include "harness/oracle.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	volatile uint8_t seen = 0;

	if (size > 0 && data[0] == 'b')
		seen = data[size];
	(void)seen;
	return 0;
}
