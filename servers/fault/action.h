/* SPDX-License-Identifier: Apache-2.0 */
/* The closed list of docs/faults.md: how each action stands in a plan. */
#ifndef FAULT_ACTION_H
#define FAULT_ACTION_H

#include "core/json.h"
#include "fault/fault.h"

/* What an action must have beside it. */
enum {
	NEED_REPLY = 1, /* in `at` */
	NEED_DATA = 2
};

#define FAULT_ACTIONS (FAULT_WITHHOLD + 1)

struct fault_action {
	const char *word;
	unsigned needs;
	const char *keys[10]; /* of do; NULL-terminated */
	/* Its own parameters; -1 with *err. NULL: it has none. */
	int (*load)(struct fault *fault, const struct json_place *act,
		struct err *err);
};

extern const struct fault_action fault_actions[FAULT_ACTIONS];

#endif
