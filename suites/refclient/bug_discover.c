/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of who looks for his servers. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <stdio.h>
#include <string.h>

#include "bug_discover.h"
#include "discover.h"
#include "visit.h"

int
bug_guess(enum service_kind kind, const char *domainz, json_t *services)
{
	char host[300];

	(void)snprintf(host, sizeof(host), "mail.%s", domainz);
	(void)json_object_set_new(services, service_name(kind),
		json_pack("{s:s, s:s}", "host", host, "tls",
			bug(SRV_CLEAR) ? "starttls" : "implicit"));
	return 0;
}

void
bug_find_again(struct account *a, enum service_kind kind)
{
	json_t *services = json_object(), *found;
	struct err err;

	if (bug(SRV_EACH_VISIT) &&
		discover(a->addressz, a->by_dane, services, &err) == 0) {
		found = json_object_get(services, service_name(kind));
		a->service[kind].hostz =
			json_string_value(json_object_get(found, "host"));
		a->service[kind].port = (unsigned)json_integer_value(
			json_object_get(found, "port"));
		/* The texts live as the account. */
		(void)json_object_set(a->state, "sessions", json_object());
		(void)json_object_set(json_object_get(a->state, "sessions"),
			"found", services);
	}
	json_decref(services);
}

void
bug_switch(struct account *a)
{
	a->service[SERVICE_POP3] = (struct service){
		.hostz = a->service[SERVICE_IMAP].hostz,
		.port = service_port(SERVICE_POP3, true),
		.implicit = true,
	};
	(void)visit(a, SERVICE_POP3, NULL);
}
#endif
