/* SPDX-License-Identifier: Apache-2.0 */
/* Whether targets do all that they can. */
#include "harness/oracle.h"

bool fuzz_thorough;
