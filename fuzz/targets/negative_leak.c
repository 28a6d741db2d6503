/* SPDX-License-Identifier: Apache-2.0 */
/* No target: loses memory. (AFL++ looks for leaks only when told so.) */
#include "harness/oracle.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void *volatile lost;

	if (size > 0 && data[0] == 'b') {
		lost = malloc(17);
		oracle(lost != NULL, "there is memory");
		lost = NULL;
	}
	return 0;
}
