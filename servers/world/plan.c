/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the plan. */
#include "world/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/json.h"
#include "core/tls_options.h"

static int
load_trust(struct plan *plan, const struct json_place *root, struct err *err)
{
	static const char *const keys[] = {"bundle", "folder", NULL};
	struct json_place trust;

	if (json_place_at(root, "trust", false, &trust, err) != 0)
		return -1;
	if (trust.object == NULL)
		return 0;
	if (json_known(&trust, keys, err) != 0 ||
		json_text(&trust, "bundle", true, &plan->trust_bundle, err) !=
			0)
		return -1;
	return json_text(&trust, "folder", false, &plan->trust_folder, err);
}

static int
load_identities(
	struct plan *plan, const struct json_place *root, struct err *err)
{
	struct json_place place;
	const char *key;
	json_t *value;

	if (json_place_at(root, "identities", true, &place, err) != 0)
		return -1;
	json_object_foreach(plan_mutable(place.object), key, value)
	{
		if (plan->identities == PLAN_IDENTITIES_MAX)
			return err_set(err, ERR_PLAN, "identities: too many");
		if (!json_is_object(value))
			return err_set(err, ERR_PLAN,
				"identities.%.60s: must be a recipe", key);
		plan->identity_name[plan->identities] = key;
		plan->identity[plan->identities++] = value;
	}
	return 0;
}

static int
load_secrets(struct plan *plan, const struct json_place *root, struct err *err)
{
	static const char *const names[] = {"user", "password", "token", "body",
		"subject", "recipient", "sender", "forged", "forged-number",
		NULL};
	struct json_place place;
	const char *value;

	if (json_place_at(root, "secrets", true, &place, err) != 0 ||
		json_known(&place, names, err) != 0)
		return -1;
	for (int i = 0; names[i] != NULL; i++) {
		value = NULL;
		if (json_text(&place, names[i], i < 3, &value, err) != 0)
			return -1;
		if (value != NULL &&
			needles_add(&plan->needles, names[i], value) != 0)
			return err_set(err, ERR_PLAN,
				"secrets.%s: must have 6 bytes or more",
				names[i]);
	}
	(void)json_text(&place, "user", true, &plan->user, err);
	(void)json_text(&place, "password", true, &plan->password, err);
	return json_text(&place, "token", true, &plan->token, err);
}

static int
load_mailbox(struct plan *plan, const struct json_place *root, struct err *err)
{
	const json_t *list;

	plan->mailbox.uid_validity = 1;
	if (json_list(root, "mailbox", false, &list, err) != 0)
		return -1;
	if (json_array_size(list) > ENGINE_MESSAGES_MAX)
		return err_set(err, ERR_PLAN, "mailbox: too many messages");
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *wrap = json_pack(
			"{sO}", "text", json_array_get(plan_mutable(list), i));
		struct json_place place = {wrap, "mailbox"};
		struct engine_message *message =
			&plan->mailbox.message[plan->mailbox.n];
		int bad = json_bytes(&place, "text", true, &message->text, err);

		json_decref(wrap);
		if (bad != 0)
			return -1;
		plan->mailbox.n++;
	}
	return 0;
}

static int
load_capabilities(struct plan_listener *listener,
	const struct json_place *place, struct err *err)
{
	static const char *const keys[] = {
		"greeting", "clear", "tls", "login", NULL};
	struct json_place lists;

	if (json_place_at(place, "capabilities", true, &lists, err) != 0 ||
		json_known(&lists, keys, err) != 0)
		return -1;
	for (int phase = 0; phase < PHASES; phase++) {
		struct engine_capabilities *list =
			&listener->capabilities[phase];

		if (json_texts(&lists, keys[phase], false, list->item,
			    ENGINE_CAPABILITIES_MAX, &list->n, err) != 0)
			return -1;
	}
	return 0;
}

static int
load_listener_tls(struct plan_listener *listener,
	const struct json_place *place, struct err *err)
{
	static const char *const keys[] = {"min", "max", "ciphers", "suites",
		"groups", "alpn", "request-certificate", NULL};
	struct json_place tls;

	if (json_place_at(place, "tls", false, &tls, err) != 0)
		return -1;
	if (tls.object == NULL)
		return 0;
	if (json_known(&tls, keys, err) != 0)
		return -1;
	if (json_truth(&tls, "request-certificate",
		    &listener->tls.request_certificate, err) != 0)
		return -1;
	return tls_options_load(&tls, &listener->tls, err);
}

/*
 * RFC 8461 section 3.2: the file, and its media type. Or a place for reports,
 * where nothing but a status is answered (RFC 8460 section 5.4).
 */
static int
load_web(struct plan_listener *listener, const struct json_place *place,
	struct err *err)
{
	struct engine_response *response = &listener->response;

	if (json_truth(place, "sink", &listener->sink, err) != 0 ||
		json_texts(place, "names", false, listener->names,
			PLAN_NAMES_MAX, &listener->n_names, err) != 0)
		return -1;
	response->statusz = listener->sink ? "201 Created" : "200 OK";
	response->header[0] = "Content-Type: text/plain";
	response->headers = listener->sink ? 0 : 1;
	return json_bytes(place, "policy", false, &response->body, err) == 0 &&
			       json_bytes(place, "later", false,
				       &listener->later, err) == 0
		       ? 0
		       : -1;
}

static bool
has_identity(const struct plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->identities; i++)
		if (strcmp(plan->identity_name[i], name) == 0)
			return true;
	return false;
}

static int
load_listener(struct plan *plan, const struct json_place *place,
	struct plan_listener *listener, struct err *err)
{
	static const char *const keys[] = {"name", "host", "address", "port",
		"protocol", "implicit", "identity", "capabilities", "tls",
		"policy", "later", "names", "sink", NULL};
	static const char *const protocols[] = {
		"imap", "pop3", "smtp", "https", NULL};

	if (json_known(place, keys, err) != 0 ||
		json_text(place, "name", true, &listener->name, err) != 0 ||
		json_text(place, "host", true, &listener->host, err) != 0 ||
		json_text(place, "address", true, &listener->address, err) !=
			0 ||
		json_whole(place, "port", true, 1, 65535, &listener->port,
			err) != 0 ||
		json_text(place, "protocol", true, &listener->protocol, err) !=
			0 ||
		json_truth(place, "implicit", &listener->implicit, err) != 0 ||
		json_text(place, "identity", true, &listener->identity, err) !=
			0 ||
		json_word(place, "protocol", listener->protocol, protocols,
			err) < 0 ||
		load_capabilities(listener, place, err) != 0 ||
		load_listener_tls(listener, place, err) != 0 ||
		load_web(listener, place, err) != 0)
		return -1;
	if (!has_identity(plan, listener->identity))
		return err_set(err, ERR_PLAN,
			"%s.identity: no identity is called %.60s", place->path,
			listener->identity);
	return 0;
}

static int
load_listeners(
	struct plan *plan, const struct json_place *root, struct err *err)
{
	struct json_place all = {root->object, "listeners"}, place;
	const json_t *list;

	if (json_list(root, "listeners", true, &list, err) != 0)
		return -1;
	if (json_array_size(list) > PLAN_LISTENERS_MAX)
		return err_set(err, ERR_PLAN, "listeners: too many");
	for (size_t i = 0; i < json_array_size(list); i++) {
		plan->listeners++;
		if (json_place_item(&all, list, i, &place, err) != 0 ||
			load_listener(plan, &place, &plan->listener[i], err) !=
				0)
			return -1;
	}
	return 0;
}

static int
load_fault(struct plan *plan, const struct json_place *root, struct err *err)
{
	struct json_place place;

	if (json_place_at(root, "fault", false, &place, err) != 0)
		return -1;
	if (place.object == NULL)
		return 0;
	if (fault_load(&plan->fault, place.object, err) != 0)
		return -1;
	plan->has_fault = true;
	if (plan->fault.action == FAULT_DNS &&
		plan_check_fault_dns(plan, err) != 0)
		return -1;
	if (plan->fault.identity != NULL &&
		!has_identity(plan, plan->fault.identity))
		return err_set(err, ERR_PLAN,
			"fault.do.recipe: no identity is called %.60s",
			plan->fault.identity);
	return 0;
}

static int
load_root(struct plan *plan, const struct json_place *root, struct err *err)
{
	static const char *const keys[] = {"plan", "id", "deadline", "quiet",
		"trust", "identities", "secrets", "mailbox", "listeners", "dns",
		"deep", "fault", "client", NULL};
	long version;

	plan->deadline = 10;
	plan->quiet = 0.1;
	if (json_known(root, keys, err) != 0 ||
		json_whole(root, "plan", true, 1, 1, &version, err) != 0 ||
		json_text(root, "id", true, &plan->id, err) != 0 ||
		json_decimal(root, "deadline", false, 0.1, 600, &plan->deadline,
			err) != 0 ||
		json_decimal(
			root, "quiet", false, 0.02, 10, &plan->quiet, err) != 0)
		return -1;
	if (load_trust(plan, root, err) != 0 ||
		load_identities(plan, root, err) != 0 ||
		load_secrets(plan, root, err) != 0 ||
		load_mailbox(plan, root, err) != 0 ||
		load_listeners(plan, root, err) != 0 ||
		plan_load_dns(plan, root, err) != 0 ||
		plan_load_deep(plan, root, err) != 0 ||
		load_fault(plan, root, err) != 0)
		return -1;
	return plan_load_client(plan, root, err);
}

int
plan_take(struct plan *plan, json_t *json, struct err *err)
{
	const struct json_place root = {json, ""};

	*plan = (struct plan){.json = json};
	if (!json_is_object(json))
		(void)err_set(err, ERR_PLAN, "must be a JSON object");
	else if (load_root(plan, &root, err) == 0)
		return 0;
	plan_fini(plan);
	return -1;
}

int
plan_load(struct plan *plan, const char *path, struct err *err)
{
	json_error_t where;
	json_t *json = json_load_file(
		path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where);

	*plan = (struct plan){0};
	if (json == NULL)
		return err_set(err, ERR_PLAN, "line %d: %.160s", where.line,
			where.text);
	return plan_take(plan, json, err);
}

void
plan_fini(struct plan *plan)
{
	for (unsigned i = 0; i < plan->mailbox.n; i++)
		plan_bytes_free(plan->mailbox.message[i].text);
	for (unsigned i = 0; i < plan->listeners; i++) {
		plan_bytes_free(plan->listener[i].response.body);
		plan_bytes_free(plan->listener[i].later);
	}
	plan_client_fini(&plan->client);
	if (plan->has_fault)
		fault_fini(&plan->fault);
	json_decref(plan->json);
	json_decref(plan->client_json);
	*plan = (struct plan){0};
}
