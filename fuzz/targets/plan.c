/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes plan_take and all loaders below it: fault, TLS options, DNS zone,
 * JSON. Oracles: a wrong plan is said to be wrong, with the place, and nothing
 * is left of it; a right one keeps the limits, and loads again from its own
 * JSON. */
#include "harness/oracle.h"
#include "world/plan.h"

static void
plan_check(const struct plan *plan)
{
	oracle(plan->id != NULL && plan->user != NULL &&
			plan->password != NULL && plan->token != NULL,
		"what a plan needs is there");
	oracle(plan->deadline >= 0.1 && plan->deadline <= 600,
		"a deadline is in its range");
	for (unsigned i = 0; i < plan->listeners; i++)
		oracle(plan->listener[i].port >= 1 &&
				plan->listener[i].port <= 65535,
			"a port is in its range");
	for (unsigned i = 0; i < plan->client.files; i++)
		oracle(plan->client.file[i].path[0] != '/' &&
				strncmp(plan->client.file[i].path, "../", 3) !=
					0 &&
				strstr(plan->client.file[i].path, "/../") ==
					NULL,
			"files stay below home");
}

static void
again_check(const struct plan *plan)
{
	struct plan same;
	struct dns_zone zone = {.records = NULL};
	struct err err = {.class = ERR_NONE};

	oracle(plan_take(&same, json_deep_copy(plan->json), NULL) == 0 &&
			same.listeners == plan->listeners &&
			same.has_fault == plan->has_fault &&
			same.mailbox.n == plan->mailbox.n,
		"a plan loads again");
	plan_fini(&same);
	if (dns_zone_load(&zone, plan->dns_record, plan->dns_records, &err) !=
		0)
		oracle(err.class == ERR_PLAN, "a wrong record is the author's");
	dns_zone_fini(&zone);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan plan;
	struct err err = {.class = ERR_NONE};
	json_t *json = json_loadb((const char *)data, size,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

	if (json == NULL)
		return 0;
	if (plan_take(&plan, json, &err) == 0) {
		plan_check(&plan);
		again_check(&plan);
	} else {
		oracle(err.class == ERR_PLAN && err.text[0] != '\0' &&
				plan.json == NULL,
			"a wrong plan is an error of its author");
	}
	plan_fini(&plan);
	return 0;
}
