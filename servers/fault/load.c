/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a fault out of the plan. */
#include "fault/action.h"

#include <stdlib.h>

static int
load_action(struct fault *fault, const struct json_place *act, struct err *err)
{
	const char *words[FAULT_ACTIONS + 1] = {NULL};
	int i = 0;

	for (size_t k = 0; k < FAULT_ACTIONS; k++)
		words[k] = fault_actions[k].word;
	if (json_choice(act, "action", true, words, &i, err) != 0 ||
		json_known(act, fault_actions[i].keys, err) != 0)
		return -1;
	fault->action = (enum fault_do)i;
	fault->word = fault_actions[i].word;
	return 0;
}

static int
load_at(struct fault *fault, const struct json_place *at, struct err *err)
{
	static const char *const keys[] = {
		"reply", "phase", "nth", "connection", "run", NULL};
	static const char *const at_phases[] = {"any", "clear", "tls", NULL};
	int phase = FAULT_ANY_PHASE;

	if (at->object != NULL &&
		(json_known(at, keys, err) != 0 ||
			json_text(at, "reply", false, &fault->reply, err) !=
				0 ||
			json_choice(at, "phase", false, at_phases, &phase,
				err) != 0 ||
			json_whole(at, "nth", false, 1, 10000, &fault->nth,
				err) != 0 ||
			json_whole(at, "connection", false, 1, 10000,
				&fault->connection, err) != 0 ||
			json_whole(at, "run", false, 1, 9, &fault->run, err) !=
				0))
		return -1;
	fault->phase = (enum fault_phase)phase;
	fault->rewrites =
		(fault_actions[fault->action].needs & NEED_REPLY) != 0 &&
		fault->action != FAULT_REFUSE;
	if ((fault_actions[fault->action].needs & NEED_REPLY) != 0 &&
		fault->reply == NULL)
		return err_set(err, ERR_PLAN,
			"fault.at.reply: is missing, the action %s needs it",
			fault->word);
	return 0;
}

int
fault_load(struct fault *fault, const json_t *json, struct err *err)
{
	static const char *const keys[] = {"listeners", "at", "do", NULL};
	struct json_place place = {json, "fault"}, at, act;
	const struct fault_action *action;
	bool need;

	*fault = (struct fault){.how = CLOSE_FIN, .behind = true};
	if (json_known(&place, keys, err) != 0 ||
		json_texts(&place, "listeners", true, fault->listener,
			FAULT_LISTENERS_MAX, &fault->listeners, err) != 0 ||
		json_place_at(&place, "at", false, &at, err) != 0 ||
		json_place_at(&place, "do", true, &act, err) != 0 ||
		load_action(fault, &act, err) != 0 ||
		load_at(fault, &at, err) != 0)
		return -1;
	action = &fault_actions[fault->action];
	need = (action->needs & NEED_DATA) != 0;
	if ((need && json_bytes(&act, "data", true, &fault->data, err) != 0) ||
		(action->load != NULL && action->load(fault, &act, err) != 0)) {
		fault_fini(fault);
		return -1;
	}
	return 0;
}

static void
bytes_free(struct span *s)
{
	union {
		const uint8_t *c;
		void *m;
	} p = {.c = s->p};

	free(p.m);
	*s = span_of(NULL, 0);
}

void
fault_fini(struct fault *fault)
{
	bytes_free(&fault->data);
	bytes_free(&fault->after);
	bytes_free(&fault->selected);
}

bool
fault_strikes(const struct fault *fault, const char *listenerz)
{
	for (unsigned i = 0; fault != NULL && i < fault->listeners; i++)
		if (strcmp(fault->listener[i], listenerz) == 0)
			return true;
	return false;
}
