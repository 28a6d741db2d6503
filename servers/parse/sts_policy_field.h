/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a policy file that RFC 8461 section 3.2 knows. */
#ifndef PARSE_STS_POLICY_FIELD_H
#define PARSE_STS_POLICY_FIELD_H

#include <string.h>

#include "core/bytes.h"

enum sts_policy_field {
	STS_POLICY_MX,
	STS_POLICY_MODE,
	STS_POLICY_VERSION,
	STS_POLICY_MAX_AGE,
	STS_POLICY_OTHER,
};

static inline enum sts_policy_field
sts_policy_field_of(struct span name)
{
	switch (name.n) {
	case 2:
		return memcmp(name.p, "mx", 2) == 0 ? STS_POLICY_MX
						    : STS_POLICY_OTHER;
	case 4:
		return memcmp(name.p, "mode", 4) == 0 ? STS_POLICY_MODE
						      : STS_POLICY_OTHER;
	case 7:
		if (memcmp(name.p, "max_age", 7) == 0)
			return STS_POLICY_MAX_AGE;
		return memcmp(name.p, "version", 7) == 0 ? STS_POLICY_VERSION
							 : STS_POLICY_OTHER;
	default:
		return STS_POLICY_OTHER;
	}
}

#endif
