/* SPDX-License-Identifier: Apache-2.0 */
/* Records, zones and overrides from what a plan says. */
#include "proto/dns_inner.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * A value must be one line of a zone file, and all of it must count: ldns
 * takes an unquoted ';' for the start of a comment, and an open quote for a
 * closed one.
 */
static bool
value_is_whole(ldns_rr_type type, const char *value)
{
	bool quoted = false;
	const char *p;

	if (type == LDNS_RR_TYPE_TXT && value[0] != '"')
		return false;
	for (p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (*p == ';' && !quoted)
			return false;
	}
	return !quoted && p != value;
}

static bool
name_is_word(const char *name)
{
	if (name[0] == '\0' || strcmp(name, "@") == 0)
		return false;
	for (; *name != '\0'; name++)
		if ((unsigned char)*name <= ' ' || *name == 0x7f ||
			strchr("\"();", *name) != NULL)
			return false;
	return true;
}

ldns_rr *
dns_record_new(const struct dns_record_spec *spec, struct err *err)
{
	ldns_rr_type type = ldns_get_rr_type_by_name(spec->type);
	ldns_rdf *root;
	ldns_rr *rr = NULL;
	size_t whole = strlen(spec->value);
	char *text;

	if (!name_is_word(spec->name) || type == 0 ||
		!value_is_whole(type, spec->value)) {
		err_set(err, ERR_PLAN,
			"DNS record %.80s %.16s: not a name, a type and a "
			"value "
			"(strings in quotes)",
			spec->name, spec->type);
		return NULL;
	}
	/* A TLSA record of a certificate that is not there yet: "3 1 1
	 * {leaf:NAME}" has one octet of nothing. */
	if (type == LDNS_RR_TYPE_TLSA)
		whole = strcspn(spec->value, "{");
	if (asprintf(&text, "%s %u IN %s %.*s%s", spec->name,
		    spec->ttl & INT32_MAX, spec->type, (int)whole, spec->value,
		    spec->value[whole] == '\0' ? "" : "00") < 0) {
		err_set(err, ERR_IO, "no memory for DNS records");
		return NULL;
	}
	/* Without an origin ldns takes names in a SOA as relative to its own.
	 */
	root = ldns_dname_new_frm_str(".");
	if (ldns_rr_new_frm_str(&rr, text, 0, root, NULL) != LDNS_STATUS_OK)
		err_set(err, ERR_PLAN,
			"DNS record %.80s %.16s: the value \"%.60s\" is not of "
			"that type",
			spec->name, spec->type, spec->value);
	ldns_rdf_deep_free(root);
	free(text);
	return rr;
}

int
dns_list_add(ldns_rr_list *list, ldns_rr *rr)
{
	if (rr != NULL && ldns_rr_list_push_rr(list, rr))
		return 0;
	ldns_rr_free(rr);
	return -1;
}

int
dns_zone_load(struct dns_zone *zone, const struct dns_record_spec *records,
	size_t n, struct err *err)
{
	size_t i;

	if (n > DNS_RECORDS_MAX)
		return err_set(err, ERR_PLAN, "more than %d DNS records",
			DNS_RECORDS_MAX);
	zone->records = ldns_rr_list_new();
	if (zone->records == NULL)
		return err_set(err, ERR_IO, "no memory for DNS records");
	for (i = 0; i < n; i++) {
		if (dns_list_add(zone->records,
			    dns_record_new(&records[i], err)) != 0) {
			dns_zone_fini(zone);
			return -1;
		}
	}
	if (zone->signing != NULL &&
		dns_signing_records(zone->signing, zone->records) != 0) {
		dns_zone_fini(zone);
		return err_set(err, ERR_IO, "no memory for DNS records");
	}
	return 0;
}

void
dns_zone_fini(struct dns_zone *zone)
{
	ldns_rr_list_deep_free(zone->records);
	zone->records = NULL;
}

ldns_rr *
dns_override_record(
	const struct dns_override *override, unsigned i, struct err *err)
{
	struct dns_record_spec spec = {override->name, override->type,
		override->value[i], override->ttl};

	return dns_record_new(&spec, err);
}

int
dns_override_check(const struct dns_override *override, struct err *err)
{
	ldns_rr *rr;
	unsigned i;

	if (!name_is_word(override->name) ||
		ldns_get_rr_type_by_name(override->type) == 0)
		return err_set(err, ERR_PLAN, "DNS has no %.80s %.16s",
			override->name, override->type);
	if (override->kind != DNS_VALUES)
		return 0;
	if (override->values == 0 || override->values > DNS_VALUES_MAX)
		return err_set(err, ERR_PLAN, "1 to %d values are needed",
			DNS_VALUES_MAX);
	for (i = 0; i < override->values; i++) {
		rr = dns_override_record(override, i, err);
		if (rr == NULL)
			return -1;
		ldns_rr_free(rr);
	}
	return 0;
}
