/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the bugs, and which of them is switched on. */
#include "bug.h"

#include <jansson.h>
#include <string.h>

#ifdef REFCLIENT_BUGS
enum bug bug_active = BUG_NONE;

static const struct {
	const char *name, *class, *text, *model;
} bugs[BUG_COUNT] = {
#define X(constant, name, class, text, model) {name, class, text, model},
	REFCLIENT_BUGS_ALL(X)
#undef X
};

int
bug_choose(const char *namez)
{
	for (int i = 1; i < BUG_COUNT; i++) {
		if (strcmp(bugs[i].name, namez) == 0) {
			bug_active = (enum bug)i;
			return 0;
		}
	}
	return -1;
}

void
bug_list(void)
{
	json_t *list = json_array();

	for (int i = 1; i < BUG_COUNT; i++)
		(void)json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s}", "name", bugs[i].name,
				"class", bugs[i].class, "text", bugs[i].text,
				"model", bugs[i].model));
	(void)json_dumpf(list, stdout, JSON_INDENT(1));
	(void)putchar('\n');
	json_decref(list);
}
#else
int
bug_choose(const char *namez)
{
	(void)namez;
	return -1;
}

void
bug_list(void)
{
	(void)puts("[]");
}
#endif
