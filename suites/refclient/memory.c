/* SPDX-License-Identifier: Apache-2.0 */
/* What a sender remembers from mail to mail. */
#include "memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "dns.h"
#include "state.h"

static int
state_check(json_t *state, struct err *err)
{
	static const char *const keys[] = {
		"sender", "policies", "failures", "reports", "key", NULL};
	struct json_place top = {.object = state}, part;
	long version;

	if (!json_is_object(state))
		return err_set(err, ERR_PLAN, "the state is no object");
	if (json_known(&top, keys, err) != 0 ||
		json_whole(&top, "sender", true, 1, 1, &version, err) != 0)
		return -1;
	for (int i = 1; strcmp(keys[i], "key") != 0; i++)
		if (json_place_at(&top, keys[i], false, &part, err) != 0)
			return -1;
	return 0;
}

int
memory_load(struct memory *m, const char *pathz, struct err *err)
{
	json_error_t error;
	struct err inner;

	*m = (struct memory){.pathz = pathz};
	if (access(pathz, F_OK) != 0 && errno == ENOENT) {
		m->state = json_pack("{s:i}", "sender", 1);
		return 0;
	}
	m->state = json_load_file(pathz, JSON_REJECT_DUPLICATES, &error);
	if (m->state == NULL)
		return err_set(err, ERR_PLAN, "%s:%d: %s", pathz, error.line,
			error.text);
	if (state_check(m->state, &inner) == 0)
		return 0;
	memory_fini(m);
	return err_set(err, ERR_PLAN, "%s:1: %s", pathz, inner.text);
}

int
memory_save(const struct memory *m, struct err *err)
{
	return state_save(m->state, m->pathz, err);
}

void
memory_fini(struct memory *m)
{
	json_decref(m->state);
	m->state = NULL;
}

/* Names of domains are compared without the case of letters. */
static const char *
key_of(const char *domainz, char room[DNS_NAME_SIZE])
{
	size_t n = 0;

	for (; n < DNS_NAME_SIZE - 1 && domainz[n] != '\0'; n++)
		room[n] = (char)tolower((unsigned char)domainz[n]);
	room[n] = '\0';
	return room;
}

static json_t *
object_of(json_t *object, const char *key)
{
	json_t *found = json_object_get(object, key);

	if (!json_is_object(found)) {
		found = json_object();
		(void)json_object_set_new(object, key, found);
	}
	return found;
}

json_t *
memory_of(struct memory *m, const char *key, const char *domainz)
{
	char room[DNS_NAME_SIZE];

	return object_of(object_of(m->state, key), key_of(domainz, room));
}

const json_t *
memory_find(const struct memory *m, const char *key, const char *domainz)
{
	char room[DNS_NAME_SIZE];

	return json_object_get(
		json_object_get(m->state, key), key_of(domainz, room));
}

void
memory_drop(struct memory *m, const char *key, const char *domainz)
{
	char room[DNS_NAME_SIZE];

	(void)json_object_del(
		json_object_get(m->state, key), key_of(domainz, room));
}

const char *
memory_text(const json_t *object, const char *key)
{
	const char *z = json_string_value(json_object_get(object, key));

	return z != NULL ? z : "";
}

long long
memory_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}
