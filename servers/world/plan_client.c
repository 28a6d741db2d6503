/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the plan's part about the client. */
#include <stdio.h>
#include <stdlib.h>

#include "core/json.h"
#include "world/plan.h"

json_t *
plan_mutable(const json_t *json)
{
	union {
		const json_t *c;
		json_t *m;
	} u = {.c = json};

	return u.m;
}

void
plan_bytes_free(struct span s)
{
	union {
		const uint8_t *c;
		void *m;
	} p = {.c = s.p};

	free(p.m);
}

static int
load_env(struct plan_client *client, const struct json_place *place,
	struct err *err)
{
	struct json_place env;
	const char *key;
	json_t *value;

	if (json_place_at(place, "env", true, &env, err) != 0)
		return -1;
	json_object_foreach(plan_mutable(env.object), key, value)
	{
		if (client->envs == PLAN_ARGV_MAX || !json_is_string(value))
			return err_set(err, ERR_PLAN,
				"client.env.%.60s: must be a text", key);
		if (asprintf(&client->env[client->envs], "%s=%s", key,
			    json_string_value(value)) < 0)
			return err_set(err, ERR_LIMIT, "out of memory");
		client->envs++;
	}
	return 0;
}

/* A path that stays below home: relative, without dots as a part. */
static bool
path_is_inside(const char *path)
{
	struct span rest = span_z(path);

	if (path[0] == '/' || path[0] == '\0')
		return false;
	while (rest.n > 0)
		if (span_eq(span_word(&rest, '/'), span_z("..")))
			return false;
	return true;
}

static int
load_file(
	struct plan_file *file, const struct json_place *place, struct err *err)
{
	static const char *const keys[] = {"path", "text", "mode", NULL};
	const char *mode = "600";
	char *end;

	if (json_known(place, keys, err) != 0 ||
		json_text(place, "path", true, &file->path, err) != 0 ||
		json_text(place, "mode", false, &mode, err) != 0)
		return -1;
	if (!path_is_inside(file->path))
		return err_set(err, ERR_PLAN,
			"%s.path: must be a relative path below home",
			place->path);
	file->mode = (unsigned)strtoul(mode, &end, 8);
	if (*mode == '\0' || *end != '\0' || file->mode > 0777)
		return err_set(err, ERR_PLAN,
			"%s.mode: must be octal, like \"600\"", place->path);
	return json_bytes(place, "text", true, &file->text, err);
}

static int
load_certificate(struct plan_client *client, const struct json_place *place,
	struct err *err)
{
	if (json_text(place, "certificate", false, &client->certificate, err) !=
		0)
		return -1;
	if (client->certificate != NULL && !path_is_inside(client->certificate))
		return err_set(err, ERR_PLAN,
			"client.certificate: must be a relative path below "
			"home");
	return 0;
}

static int
load_files(struct plan_client *client, const struct json_place *place,
	struct err *err)
{
	struct json_place all = {place->object, "client.files"}, item;
	const json_t *list;

	if (json_list(place, "files", false, &list, err) != 0)
		return -1;
	if (json_array_size(list) > PLAN_FILES_MAX)
		return err_set(err, ERR_PLAN, "client.files: too many");
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (json_place_item(&all, list, i, &item, err) != 0 ||
			load_file(&client->file[client->files], &item, err) !=
				0)
			return -1;
		client->files++;
	}
	return 0;
}

int
plan_load_client(
	struct plan *plan, const struct json_place *root, struct err *err)
{
	static const char *const keys[] = {"argv", "env", "home", "files",
		"certificate", "stdin", "runs", NULL};
	struct plan_client *client = &plan->client;
	struct json_place place;

	if (json_place_at(root, "client", false, &place, err) != 0)
		return -1;
	if (place.object == NULL)
		return 0;
	if (json_known(&place, keys, err) != 0 ||
		json_texts(&place, "argv", true, client->argv, PLAN_ARGV_MAX,
			&client->args, err) != 0 ||
		json_text(&place, "home", true, &client->home, err) != 0 ||
		json_bytes(&place, "stdin", false, &client->input, err) != 0 ||
		json_whole(&place, "runs", false, 1, 9, &client->runs, err) !=
			0)
		return -1;
	if (client->args == 0)
		return err_set(err, ERR_PLAN, "client.argv: is empty");
	if (load_certificate(client, &place, err) != 0 ||
		load_env(client, &place, err) != 0)
		return -1;
	return load_files(client, &place, err);
}

int
plan_read_client(struct plan *plan, FILE *file, struct err *err)
{
	struct json_place root = {NULL, ""};
	json_error_t where;

	plan->client_json = json_loadf(
		file, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where);
	if (plan->client_json == NULL)
		return err_set(err, ERR_PLAN, "standard input: line %d: %.160s",
			where.line, where.text);
	if (!json_is_object(plan->client_json))
		return err_set(
			err, ERR_PLAN, "standard input: must be a JSON object");
	root.object = plan->client_json;
	return plan_load_client(plan, &root, err);
}

void
plan_client_fini(struct plan_client *client)
{
	for (unsigned i = 0; i < client->files; i++)
		plan_bytes_free(client->file[i].text);
	for (unsigned i = 0; i < client->envs; i++)
		free(client->env[i]);
	plan_bytes_free(client->input);
}
