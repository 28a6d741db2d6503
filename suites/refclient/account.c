/* SPDX-License-Identifier: Apache-2.0 */
/* The state of an account. */
#include "account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "state.h"

static const struct {
	const char *name;
	unsigned implicit, starttls; /* RFC 8314 section 3, RFC 6186 */
	const char *labels[2];       /* implicit TLS, STARTTLS */
} kinds[SERVICES] = {
	[SERVICE_IMAP] = {"imap", 993, 143, {"_imaps", "_imap"}},
	[SERVICE_POP3] = {"pop3", 995, 110, {"_pop3s", "_pop3"}},
	[SERVICE_SUBMISSION] = {"submission", 465, 587,
		{"_submissions", "_submission"}},
};

const char *
service_name(enum service_kind kind)
{
	return kinds[kind].name;
}

unsigned
service_port(enum service_kind kind, bool implicit)
{
	return implicit ? kinds[kind].implicit : kinds[kind].starttls;
}

const char *
service_label(enum service_kind kind, bool implicit)
{
	return kinds[kind].labels[implicit ? 0 : 1];
}

/*
 * Of one server: host, and port and tls as far as they are given. What is not
 * said follows from the other; if neither is, TLS comes first (RFC 8314
 * section 3). "tls" has two values: to do without is no choice (section 5.2).
 */
static int
service_read(struct service *s, enum service_kind kind,
	const struct json_place *services, struct err *err)
{
	static const char *const keys[] = {
		"host", "port", "tls", "domain", NULL};
	static const char *const words[] = {"implicit", "starttls", NULL};
	struct json_place place;
	long port = 0;
	int tls = -1;

	if (json_place_at(services, kinds[kind].name, false, &place, err) != 0)
		return -1;
	if (place.object == NULL)
		return 0;
	if (json_known(&place, keys, err) != 0 ||
		json_text(&place, "host", true, &s->hostz, err) != 0 ||
		json_whole(&place, "port", false, 1, 65535, &port, err) != 0 ||
		json_choice(&place, "tls", false, words, &tls, err) != 0 ||
		json_text(&place, "domain", false, &s->domainz, err) != 0)
		return -1;
	s->implicit =
		tls < 0 ? (unsigned)port != kinds[kind].starttls : tls == 0;
	s->port = port > 0 ? (unsigned)port : service_port(kind, s->implicit);
	return 0;
}

/* Of accounts that want what servers promise to be remembered. */
static int
dialect_read(struct account *a, const struct json_place *top, struct err *err)
{
	static const char *const keys[] = {"dialect", "hosts", NULL};
	static const char *const names[] = {
#define X(constant, name) name,
		LK_LATCH_DIALECTS(X)
#undef X
			NULL};
	struct json_place deep;
	const char *namez = "";

	a->dialect = -1;
	if (json_place_at(top, "deep", false, &deep, err) != 0)
		return -1;
	if (deep.object == NULL)
		return 0;
	if (json_known(&deep, keys, err) != 0 ||
		json_text(&deep, "dialect", false, &namez, err) != 0)
		return -1;
	if (namez[0] == '\0')
		return 0;
	a->dialect = json_word(&deep, "dialect", namez, names, err);
	return a->dialect < 0 ? -1 : 0;
}

/* What is said on the wire is said on one line. */
static int
line_check(const char *key, const char *z, struct err *err)
{
	for (; z != NULL && *z != '\0'; z++)
		if ((unsigned char)*z < ' ')
			return err_set(err, ERR_PLAN,
				"%s: has a control character", key);
	return 0;
}

static int
state_read(struct account *a, struct err *err)
{
	static const char *const keys[] = {"account", "address", "user",
		"password", "token", "certificate", "trust", "dane", "services",
		"sessions", "deep", "reports", NULL};
	struct json_place top = {.object = a->state}, services;
	long version;

	if (!json_is_object(a->state))
		return err_set(err, ERR_PLAN, "the state is no object");
	if (json_known(&top, keys, err) != 0 ||
		json_whole(&top, "account", true, 1, 1, &version, err) != 0 ||
		json_text(&top, "address", true, &a->addressz, err) != 0 ||
		json_text(&top, "user", false, &a->userz, err) != 0 ||
		json_text(&top, "password", false, &a->passwordz, err) != 0 ||
		json_text(&top, "token", false, &a->tokenz, err) != 0 ||
		json_text(&top, "certificate", false, &a->certificatez, err) !=
			0 ||
		json_text(&top, "trust", false, &a->trustz, err) != 0 ||
		json_truth(&top, "dane", &a->by_dane, err) != 0 ||
		dialect_read(a, &top, err) != 0 ||
		json_place_at(&top, "services", true, &services, err) != 0)
		return -1;
	for (int i = 0; i < SERVICES; i++)
		if (service_read(&a->service[i], (enum service_kind)i,
			    &services, err) != 0)
			return -1;
	if (line_check("user", a->userz, err) != 0 ||
		line_check("password", a->passwordz, err) != 0 ||
		line_check("token", a->tokenz, err) != 0)
		return -1;
	if (a->userz == NULL)
		a->userz = a->addressz;
	if (a->passwordz == NULL)
		a->passwordz = getenv("REFCLIENT_PASSWORD");
	return 0;
}

int
account_take(
	struct account *a, json_t *state, const char *pathz, struct err *err)
{
	*a = (struct account){.state = state, .pathz = pathz};
	if (state_read(a, err) == 0)
		return 0;
	account_fini(a);
	return -1;
}

int
account_load(struct account *a, const char *pathz, struct err *err)
{
	json_error_t error;
	json_t *state = json_load_file(pathz, JSON_REJECT_DUPLICATES, &error);

	if (state == NULL)
		return err_set(err, ERR_PLAN, "%s:%d: %s", pathz, error.line,
			error.text);
	if (account_take(a, state, pathz, err) != 0) {
		char text[sizeof(err->text)];

		(void)memcpy(text, err->text, sizeof(text));
		return err_set(err, ERR_PLAN, "%s:1: %s", pathz, text);
	}
	return 0;
}

int
account_save(const struct account *a, struct err *err)
{
	return state_save(a->state, a->pathz, err);
}

void
account_fini(struct account *a)
{
	json_decref(a->state);
	a->state = NULL;
}

json_t *
account_object(const struct account *a, const char *key)
{
	json_t *object = json_object_get(a->state, key);

	if (!json_is_object(object)) {
		object = json_object();
		(void)json_object_set_new(a->state, key, object);
	}
	return object;
}
