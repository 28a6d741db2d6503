/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that show and make the state of an account. */
#include <stdlib.h>
#include <string.h>

#include <stdio.h>
#include <unistd.h>

#include "account.h"
#include "bug.h"
#include "bug_session.h"
#include "command.h"
#include "input.h"
#include "discover.h"

static const char *
text_of(const json_t *object, const char *key)
{
	const char *z = json_string_value(json_object_get(object, key));

	return z != NULL ? z : "";
}

/* The words of a list, and the end of the line. */
static void
words_show(const json_t *list)
{
	size_t i;
	const json_t *word;

	json_array_foreach(list, i, word)
	{
		(void)printf("%s%s", i > 0 ? " " : "", json_string_value(word));
	}
	(void)printf("\n");
}

/* What is demanded of a server, and what was there the last time. */
static void
service_show(const struct account *a, enum service_kind kind)
{
	const struct service *s = &a->service[kind];
	const json_t *last = json_object_get(
		json_object_get(a->state, "sessions"), service_name(kind));
	const json_t *promises = json_object_get(
		json_object_get(
			json_object_get(
				json_object_get(a->state, "deep"), "hosts"),
			s->hostz),
		"promises");

	(void)printf("%s\t%s:%u\n\tdemanded\tlevel 1: TLS (%s), certificate "
		     "verified\n",
		service_name(kind), s->hostz, s->port,
		s->implicit ? "implicit" : "STARTTLS");
	if (promises != NULL) {
		(void)printf("\tpromised\t");
		words_show(promises);
	}
	if (last == NULL) {
		(void)printf("\tlast\tnever tried\n");
		return;
	}
	(void)printf("\tlast\tlevel %d: ",
		(int)json_integer_value(json_object_get(last, "level")));
	if (json_is_true(json_object_get(last, "done")))
		(void)printf("%s %s %s\n", text_of(last, "tls"),
			text_of(last, "cipher"), text_of(last, "group"));
	else
		(void)printf("not done: %s\n", text_of(last, "why"));
	(void)printf("\twhen\t%s\n", text_of(last, "when"));
}

int
command_status(int argc, char **argv)
{
	struct account a;
	struct err err;

	if (argc != 1)
		return usage_fail("status: of which account?");
	if (account_load(&a, argv[0], &err) != 0)
		return usage_fail("%s", err.text);
	(void)printf("account\t%s\n", a.addressz);
	for (int i = 0; i < SERVICES; i++)
		if (a.service[i].hostz != NULL)
			service_show(&a, (enum service_kind)i);
	account_fini(&a);
	return EXIT_DONE;
}

/* The last visits that failed, and every promise that was not kept. */
static void
reports_show(const struct account *a)
{
	const json_t *report;
	const char *key;
	json_t *last;
	size_t i;

	json_object_foreach(account_object(a, "sessions"), key, last)
	{
		if (!json_is_true(json_object_get(last, "done")))
			(void)printf("%s\t%s\t%s\n", text_of(last, "when"), key,
				text_of(last, "why"));
	}
	json_array_foreach(json_object_get(a->state, "reports"), i, report)
	{
		(void)printf("%s\t%s\tnot kept, times %d: ",
			text_of(report, "host"), text_of(report, "service"),
			(int)json_integer_value(
				json_object_get(report, "times")));
		words_show(json_object_get(report, "unmet"));
	}
}

int
command_report(int argc, char **argv)
{
	struct account a;
	struct err err;

	if (argc != 1)
		return usage_fail("report: of which account?");
	if (account_load(&a, argv[0], &err) != 0)
		return usage_fail("%s", err.text);
	reports_show(&a);
	account_fini(&a);
	return EXIT_DONE;
}

/* "--imap=HOST[:PORT]" into services.imap. */
static int
service_add(json_t *services, const char *namez, const char *valuez)
{
	const char *colon = strrchr(valuez, ':');
	size_t n = colon != NULL ? (size_t)(colon - valuez) : strlen(valuez);
	json_t *service = json_object();
	char *endz;
	long port;

	(void)json_object_set_new(service, "host", json_stringn(valuez, n));
	(void)json_object_set_new(services, namez, service);
	if (colon == NULL)
		return 0;
	port = strtol(colon + 1, &endz, 10);
	(void)json_object_set_new(service, "port", json_integer(port));
	return *endz == '\0' && port > 0 && port <= 65535 ? 0 : -1;
}

/* One option of `account new`; -1: there is no such option. */
static int
option_take(json_t *state, json_t *services, const char *wordz)
{
	static const char *const texts[] = {"user", "trust"};
	const char *valuez = strchr(wordz, '=');
	size_t n;

	if (strcmp(wordz, "--dane") == 0)
		return json_object_set_new(state, "dane", json_true());
	if (strncmp(wordz, "--", 2) != 0 || valuez == NULL)
		return -1;
	wordz += 2;
	n = (size_t)(valuez++ - wordz);
	for (size_t i = 0; i < 2; i++)
		if (strlen(texts[i]) == n && strncmp(texts[i], wordz, n) == 0)
			return json_object_set_new(
				state, texts[i], json_string(valuez));
	for (int i = 0; i < SERVICES; i++) {
		const char *namez = service_name((enum service_kind)i);

		if (strlen(namez) == n && strncmp(namez, wordz, n) == 0)
			return service_add(services, namez, valuez);
	}
	return -1;
}

/*
 * Without a server the domain of the address is asked for them. The password
 * is that of REFCLIENT_PASSWORD, on every visit: this program
 * asks nobody. TLS is demanded without being asked for (RFC 8314 section 5.2),
 * and implicit TLS comes first (section 3).
 */
int
command_account(int argc, char **argv)
{
	json_t *state, *services;
	struct account a;
	struct err err;
	int result = EXIT_DONE;

	if (argc < 3 || strcmp(argv[0], "new") != 0)
		return usage_fail("account new FILE ADDRESS [--user=NAME] "
				  "[--trust=BUNDLE] [--dane] "
				  "[--imap=HOST[:PORT]] [--pop3=...] "
				  "[--submission=...]");
	if (access(argv[1], F_OK) == 0)
		return usage_fail("%s: is there already", argv[1]);
	services = json_object();
	state = json_pack("{s:i, s:s, s:o}", "account", 1, "address", argv[2],
		"services", services);
	for (int i = 3; i < argc; i++) {
		if (option_take(state, services, argv[i]) != 0) {
			json_decref(state);
			return usage_fail("account new: what is %s?", argv[i]);
		}
	}
	if (json_object_size(services) == 0 &&
		discover(argv[2], json_is_true(json_object_get(state, "dane")),
			services, &err) != 0) {
		json_decref(state);
		(void)usage_fail("account new: %s", err.text);
		return buggy(bug_exit(EXIT_NOT_DONE), EXIT_NOT_DONE);
	}
	if (account_take(&a, state, argv[1], &err) != 0)
		return usage_fail("account new: %s", err.text);
	if (account_save(&a, &err) != 0)
		result = usage_fail("%s", err.text);
	account_fini(&a);
	return result;
}
