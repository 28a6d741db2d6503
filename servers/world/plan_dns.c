/* SPDX-License-Identifier: Apache-2.0 */
/* The key `dns` of a plan. */
#include <limits.h>

#include "core/json.h"
#include "world/plan.h"

enum plan_certificate
plan_certificate_of(
	const char *type, const char *value, struct span *identity_r)
{
	static const struct {
		const char *head;
		enum plan_certificate which;
	} heads[] = {{"leaf:", PLAN_CERTIFICATE_LEAF},
		{"issuer:", PLAN_CERTIFICATE_ISSUER},
		{"top:", PLAN_CERTIFICATE_TOP}};
	const char *open = strchr(value, '{');
	struct span inside;

	*identity_r = span_z("");
	if (strcmp(type, "TLSA") != 0 || open == NULL ||
		value[strlen(value) - 1] != '}')
		return PLAN_CERTIFICATE_NONE;
	inside = span_of(open + 1, strlen(open) - 2);
	if (span_eq(inside, span_z("root")))
		return PLAN_CERTIFICATE_ROOT;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (span_has_prefix(inside, span_z(heads[i].head))) {
			*identity_r = span_cut(
				inside, strlen(heads[i].head), inside.n);
			return heads[i].which;
		}
	return PLAN_CERTIFICATE_NONE;
}

/* What the value names has to be there to be forged. */
static int
check_certificate(const struct plan *plan, const char *type, const char *value,
	const char *where, struct err *err)
{
	struct span name;

	if (plan_certificate_of(type, value, &name) == PLAN_CERTIFICATE_NONE ||
		name.n == 0)
		return 0;
	for (unsigned i = 0; i < plan->identities; i++)
		if (span_eq(name, span_z(plan->identity_name[i])))
			return 0;
	return err_set(err, ERR_PLAN, "%s: no identity is called %.*s", where,
		(int)(name.n < 60 ? name.n : 60), (const char *)name.p);
}

static int
load_zones(struct plan *plan, const struct json_place *dns, struct err *err)
{
	static const char *const keys[] = {"name", "denial", NULL};
	/* In the order of enum dns_denial. */
	static const char *const denials[] = {"none", "nsec", "nsec3", NULL};
	struct json_place all = {dns->object, "dns.zones"}, zone;
	const json_t *list;

	if (json_list(dns, "zones", false, &list, err) != 0)
		return -1;
	if (json_array_size(list) > DNS_CUTS_MAX)
		return err_set(err, ERR_PLAN, "dns.zones: too many");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct dns_cut_spec *spec = &plan->dns_zone[plan->dns_zones++];
		int denial = 0;

		if (json_place_item(&all, list, i, &zone, err) != 0 ||
			json_known(&zone, keys, err) != 0 ||
			json_text(&zone, "name", true, &spec->name, err) != 0 ||
			json_choice(&zone, "denial", true, denials, &denial,
				err) != 0)
			return -1;
		spec->denial = (enum dns_denial)denial;
	}
	return 0;
}

static int
load_record(struct plan *plan, const struct json_place *record, struct err *err)
{
	static const char *const keys[] = {
		"name", "type", "value", "ttl", "from", "until", NULL};
	const unsigned i = plan->dns_records++;
	struct dns_record_spec *spec = &plan->dns_record[i];
	long ttl = 60;

	plan->dns_run[i].from = 1;
	plan->dns_run[i].until = LONG_MAX;
	if (json_known(record, keys, err) != 0 ||
		json_text(record, "name", true, &spec->name, err) != 0 ||
		json_text(record, "type", true, &spec->type, err) != 0 ||
		json_text(record, "value", true, &spec->value, err) != 0 ||
		json_whole(record, "ttl", false, 0, 604800, &ttl, err) != 0 ||
		json_whole(record, "from", false, 1, PLAN_RUNS_MAX,
			&plan->dns_run[i].from, err) != 0 ||
		json_whole(record, "until", false, 1, PLAN_RUNS_MAX,
			&plan->dns_run[i].until, err) != 0)
		return -1;
	spec->ttl = (uint32_t)ttl;
	(void)plan_certificate_of(
		spec->type, spec->value, &plan->dns_identity[i]);
	return check_certificate(
		plan, spec->type, spec->value, "dns.records", err);
}

int
plan_load_dns(struct plan *plan, const struct json_place *root, struct err *err)
{
	static const char *const keys[] = {"address", "port", "secure", "zones",
		"anchor", "records", NULL};
	struct json_place dns, record;
	const json_t *list;

	plan->dns_port = 53;
	if (json_place_at(root, "dns", false, &dns, err) != 0)
		return -1;
	if (dns.object == NULL)
		return 0;
	if (json_known(&dns, keys, err) != 0 ||
		json_text(&dns, "address", true, &plan->dns_address, err) !=
			0 ||
		json_whole(&dns, "port", false, 1, 65535, &plan->dns_port,
			err) != 0 ||
		json_truth(&dns, "secure", &plan->dns_secure, err) != 0 ||
		json_text(&dns, "anchor", false, &plan->dns_anchor, err) != 0 ||
		load_zones(plan, &dns, err) != 0 ||
		json_list(&dns, "records", true, &list, err) != 0)
		return -1;
	if (plan->dns_zones > 0 && plan->dns_anchor == NULL)
		return err_set(err, ERR_PLAN,
			"dns.anchor: zones need a file for the trust anchor");
	if (json_array_size(list) > PLAN_DNS_MAX)
		return err_set(err, ERR_PLAN, "dns.records: too many");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_place_item(&dns, list, i, &record, err) != 0 ||
			load_record(plan, &record, err) != 0)
			return -1;
	return 0;
}

int
plan_check_fault_dns(const struct plan *plan, struct err *err)
{
	const struct dns_override *dns = &plan->fault.dns;

	for (unsigned i = 0; i < dns->values; i++)
		if (check_certificate(plan, dns->type, plan->fault.dns_value[i],
			    "fault.do.values", err) != 0)
			return -1;
	return 0;
}
