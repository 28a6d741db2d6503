/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what the plan says of DEEP and MUA-STS. */
#include "core/json.h"
#include "world/plan.h"

/* The statuses of the runs under a key. */
static int
load_statuses(const struct json_place *place, const char *key, bool need,
	const char **out, unsigned *n_r, struct err *err)
{
	const json_t *list;

	if (json_list(place, key, need, &list, err) != 0)
		return -1;
	if ((need && json_array_size(list) == 0) ||
		json_array_size(list) > PLAN_RUNS_MAX)
		return err_set(err, ERR_PLAN,
			"deep.%s: at most %d of them, "
			"and for status one at least",
			key, PLAN_RUNS_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *status = json_array_get(list, i);

		if (!json_is_string(status) && !json_is_null(status))
			return err_set(
				err, ERR_PLAN, "deep.%s: texts, or null", key);
		out[(*n_r)++] = json_string_value(status);
	}
	return 0;
}

static int
load_words(
	struct plan_deep *deep, const struct json_place *place, struct err *err)
{
	static const char *const levels[] = {"none", "high", NULL};
	const char *words[LK_LATCH_DIALECT_COUNT + 1] = {NULL};
	int dialect = 0, level = 0;

	for (unsigned k = 0; k < LK_LATCH_DIALECT_COUNT; k++)
		words[k] = lk_latch_dialect_name(k);
	if (json_choice(place, "dialect", true, words, &dialect, err) != 0 ||
		json_choice(place, "level", true, levels, &level, err) != 0)
		return -1;
	deep->dialect = (enum lk_latch_dialect)dialect;
	deep->level = level == 1 ? LK_LEVEL_HIGH : LK_LEVEL_NONE;
	return 0;
}

int
plan_load_deep(
	struct plan *plan, const struct json_place *root, struct err *err)
{
	static const char *const keys[] = {
		"dialect", "level", "examples", "status", "clear", NULL};
	struct plan_deep *deep = &plan->deep;
	struct json_place place;

	if (json_place_at(root, "deep", false, &place, err) != 0)
		return -1;
	if (place.object == NULL)
		return 0;
	if (json_known(&place, keys, err) != 0 ||
		load_words(deep, &place, err) != 0 ||
		json_truth(&place, "examples", &deep->as_in_examples, err) !=
			0 ||
		load_statuses(&place, "status", true, deep->status,
			&deep->statuses, err) != 0 ||
		load_statuses(&place, "clear", false, deep->clear,
			&deep->clears, err) != 0)
		return -1;
	deep->spoken = true;
	return 0;
}
