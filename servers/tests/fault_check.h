/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of faults, behind cmocka.h. */
#ifndef TESTS_FAULT_CHECK_H
#define TESTS_FAULT_CHECK_H

#include <jansson.h>
#include <stdio.h>

#include "fault/fault.h"

#define AT_STARTTLS "{\"reply\": \"starttls\"}"

/* A fault of IMAP, as it stands in a plan; the caller's. */
static inline json_t *
fault_json(const char *at, const char *act)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		"{\"listeners\": [\"imap\"], \"at\": %s, \"do\": %s}", at, act);
	return json_loads(text, JSON_ALLOW_NUL, NULL);
}

#endif
