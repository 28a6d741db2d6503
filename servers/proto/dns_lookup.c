/* SPDX-License-Identifier: Apache-2.0 */
/* What the zone and the overrides say to a question. */
#include "proto/dns_inner.h"

#define HOPS_MAX 8 /* CNAMEs of one chain */
/* The TTL of what is not: longer than a trial, RFC 2308 5. */
#define SOA ". 60 IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 60"

/* "*." in front stands for whatever is below the rest (RFC 4592 2.1.1). */
static bool
name_is(const ldns_rdf *name, const char *text)
{
	ldns_rdf *other = ldns_dname_new_frm_str(text);
	bool same = other != NULL &&
		    (ldns_dname_compare(name, other) == 0 ||
			    ldns_dname_match_wildcard(name, other) == 1);

	ldns_rdf_deep_free(other);
	return same;
}

/* Index of the override for name and type; -1 if there is none. */
static int
override_find(const struct dns_lookup *lookup, const ldns_rdf *name,
	ldns_rr_type type)
{
	size_t i;

	for (i = 0; i < lookup->n; i++) {
		ldns_rr_type its =
			ldns_get_rr_type_by_name(lookup->overrides[i].type);

		if ((its == type || its == LDNS_RR_TYPE_ANY) &&
			name_is(name, lookup->overrides[i].name))
			return (int)i;
	}
	return -1;
}

/* Are the zone's own records hidden by the override of that index? */
static bool
override_hides(const struct dns_lookup *lookup, int i)
{
	return i >= 0 && lookup->overrides[i].kind != DNS_TRUNCATE &&
	       lookup->overrides[i].kind != DNS_DELAY &&
	       lookup->overrides[i].kind != DNS_SIGNATURES;
}

/* An override that makes the name an alias: then it has nothing else (RFC 1034
 * 3.6.2). */
static bool
override_aliases(const struct dns_lookup *lookup, const ldns_rdf *name)
{
	int i = override_find(lookup, name, LDNS_RR_TYPE_CNAME);

	return i >= 0 && lookup->overrides[i].kind == DNS_VALUES &&
	       ldns_get_rr_type_by_name(lookup->overrides[i].type) ==
		       LDNS_RR_TYPE_CNAME;
}

/* The first one that had a say is the one to tell of. */
static void
override_note(const struct dns_lookup *lookup, int i)
{
	if (lookup->exchange->override < 0)
		lookup->exchange->override = i;
}

static int
values_push(const struct dns_lookup *lookup, int index, const ldns_rdf *name,
	ldns_rr_list *out)
{
	const struct dns_override *override = &lookup->overrides[index];
	unsigned i;

	for (i = 0; i < override->values; i++) {
		ldns_rr *rr = dns_override_record(override, i, NULL);

		if (rr != NULL && ldns_dname_is_wildcard(ldns_rr_owner(rr))) {
			ldns_rdf_deep_free(ldns_rr_owner(rr));
			ldns_rr_set_owner(rr, ldns_rdf_clone(name));
		}
		if (dns_list_add(out, rr) != 0)
			return -1;
	}
	override_note(lookup, index);
	return 0;
}

/* All records of that name and type, as the overrides want them. */
static int
records_push(const struct dns_lookup *lookup, const ldns_rdf *name,
	ldns_rr_type type, ldns_rr_list *out)
{
	const ldns_rr_list *all = lookup->zone->records;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(all); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(all, i);
		ldns_rr_type its = ldns_rr_get_type(rr);

		if ((type != its && type != LDNS_RR_TYPE_ANY) ||
			ldns_dname_compare(ldns_rr_owner(rr), name) != 0 ||
			override_hides(
				lookup, override_find(lookup, name, its)) ||
			(its != LDNS_RR_TYPE_CNAME &&
				override_aliases(lookup, name)))
			continue;
		if (dns_list_add(out, ldns_rr_clone(rr)) != 0)
			return -1;
	}
	for (i = 0; i < lookup->n; i++) {
		const struct dns_override *override = &lookup->overrides[i];
		ldns_rr_type its = ldns_get_rr_type_by_name(override->type);

		if (override->kind == DNS_VALUES &&
			(type == its || type == LDNS_RR_TYPE_ANY) &&
			override_find(lookup, name, its) == (int)i &&
			values_push(lookup, (int)i, name, out) != 0)
			return -1;
	}
	return 0;
}

/* A name exists if it, or one below it, has records (RFC 8020). */
static bool
name_exists(const struct dns_lookup *lookup, const ldns_rdf *name)
{
	const ldns_rr_list *all = lookup->zone->records;
	size_t i;

	for (i = 0; i < lookup->n; i++)
		if (lookup->overrides[i].kind == DNS_VALUES &&
			name_is(name, lookup->overrides[i].name))
			return true;
	for (i = 0; i < ldns_rr_list_rr_count(all); i++) {
		const ldns_rdf *owner = ldns_rr_owner(ldns_rr_list_rr(all, i));

		if (ldns_dname_compare(owner, name) == 0 ||
			ldns_dname_is_subdomain(owner, name))
			return true;
	}
	return false;
}

size_t
dns_types_at(const struct dns_lookup *lookup, const ldns_rdf *name,
	ldns_rr_type *out, size_t max)
{
	const int told = lookup->exchange->override;
	ldns_rr_list *found = ldns_rr_list_new();
	size_t n = 0;
	int bad = found == NULL ||
		  records_push(lookup, name, LDNS_RR_TYPE_ANY, found) != 0;

	/* To look is not to tell. */
	lookup->exchange->override = told;
	if (bad) {
		ldns_rr_list_deep_free(found);
		return 0;
	}
	for (size_t i = 0; i < ldns_rr_list_rr_count(found); i++) {
		ldns_rr_type type = ldns_rr_get_type(ldns_rr_list_rr(found, i));
		bool seen = false;

		for (size_t k = 0; k < n; k++)
			seen = seen || out[k] == type;
		if (!seen && n < max)
			out[n++] = type;
	}
	ldns_rr_list_deep_free(found);
	return n;
}

enum dns_signatures
dns_override_signs(
	struct dns_lookup *lookup, const ldns_rdf *name, ldns_rr_type type)
{
	int i = override_find(lookup, name, type);

	if (i < 0 || lookup->overrides[i].signatures == DNS_SIGNED_WELL)
		return DNS_SIGNED_WELL;
	override_note(lookup, i);
	return lookup->overrides[i].signatures;
}

/*
 * RFC 2308 3: a negative answer carries the SOA of the zone that says so. A
 * plan has none as a rule; then the name's last two labels are its zone.
 */
static int
soa_push(const struct dns_lookup *lookup, const ldns_rdf *name)
{
	ldns_rr_list *authority = ldns_pkt_authority(lookup->reply);
	ldns_rdf *zone = ldns_rdf_clone(name), *up;
	ldns_rr *soa = NULL;

	while (zone != NULL) {
		int result =
			records_push(lookup, zone, LDNS_RR_TYPE_SOA, authority);

		if (result != 0 || ldns_rr_list_rr_count(authority) > 0) {
			ldns_rdf_deep_free(zone);
			return result;
		}
		if (ldns_dname_label_count(zone) <= 2)
			break;
		up = ldns_dname_left_chop(zone);
		ldns_rdf_deep_free(zone);
		zone = up;
	}
	if (zone == NULL || ldns_rr_new_frm_str(&soa, SOA, 0, NULL, NULL) !=
				    LDNS_STATUS_OK) {
		ldns_rdf_deep_free(zone);
		return -1;
	}
	ldns_rdf_deep_free(ldns_rr_owner(soa));
	ldns_rr_set_owner(soa, zone);
	return dns_list_add(authority, soa);
}

static int
negative_push(struct dns_lookup *lookup, const ldns_rdf *name,
	ldns_rr_type type, bool exists)
{
	const struct dns_signing *signing = lookup->zone->signing;

	ldns_pkt_set_rcode(lookup->reply,
		exists ? LDNS_RCODE_NOERROR : LDNS_RCODE_NXDOMAIN);
	if (signing == NULL)
		return soa_push(lookup, name);
	if (records_push(lookup, dns_cut_of(signing, name, type)->name,
		    LDNS_RR_TYPE_SOA, ldns_pkt_authority(lookup->reply)) != 0)
		return -1;
	return lookup->wants_dnssec ? dns_deny(lookup, name, type, exists) : 0;
}

void
dns_section_clear(ldns_rr_list *section)
{
	ldns_rr *rr;

	while ((rr = ldns_rr_list_pop_rr(section)) != NULL)
		ldns_rr_free(rr);
}

void
dns_reply_truncate(ldns_pkt *reply)
{
	dns_section_clear(ldns_pkt_answer(reply));
	dns_section_clear(ldns_pkt_authority(reply));
	dns_section_clear(ldns_pkt_additional(reply));
	ldns_pkt_set_tc(reply, true);
}

static void
reply_refuse(ldns_pkt *reply, ldns_pkt_rcode rcode)
{
	dns_section_clear(ldns_pkt_answer(reply));
	ldns_pkt_set_rcode(reply, (uint8_t)rcode);
}

enum outcome {
	GO_ON, /* look into the zone */
	DONE,
	FAILED /* no memory */
};

static enum outcome
override_apply(
	struct dns_lookup *lookup, const ldns_rdf *name, ldns_rr_type type)
{
	int i = override_find(lookup, name, type);
	const struct dns_override *override;

	if (i < 0)
		return GO_ON;
	override = &lookup->overrides[i];
	lookup->negative = override->signatures;
	if (override->kind == DNS_TRUNCATE && lookup->transport == DNS_TCP)
		return GO_ON;
	override_note(lookup, i);
	switch (override->kind) {
	case DNS_NXDOMAIN:
	case DNS_NODATA:
		return negative_push(lookup, name, type,
			       override->kind == DNS_NODATA) == 0
			       ? DONE
			       : FAILED;
	case DNS_SERVFAIL:
		reply_refuse(lookup->reply, LDNS_RCODE_SERVFAIL);
		return DONE;
	case DNS_REFUSED:
		reply_refuse(lookup->reply, LDNS_RCODE_REFUSED);
		return DONE;
	case DNS_DROP:
		lookup->drop = true;
		return DONE;
	case DNS_TRUNCATE:
		dns_reply_truncate(lookup->reply);
		return DONE;
	case DNS_DELAY:
		lookup->exchange->seconds = override->seconds;
		return GO_ON;
	case DNS_VALUES:
	case DNS_SIGNATURES:
		return GO_ON;
	}
	return GO_ON;
}

/* The host that an MX, SRV or NS record names; NULL for other types. */
static const ldns_rdf *
record_host(const ldns_rr *rr)
{
	switch ((int)ldns_rr_get_type(rr)) {
	case LDNS_RR_TYPE_NS:
		return ldns_rr_rdf(rr, 0);
	case LDNS_RR_TYPE_MX:
		return ldns_rr_rdf(rr, 1);
	case LDNS_RR_TYPE_SRV:
		return ldns_rr_rdf(rr, 3);
	default:
		return NULL;
	}
}

/* Addresses of the hosts that the answer names, each host once. */
static int
additional_push(const struct dns_lookup *lookup)
{
	const ldns_rr_list *answer = ldns_pkt_answer(lookup->reply);
	ldns_rr_list *additional = ldns_pkt_additional(lookup->reply);
	size_t i, j;

	for (i = 0; i < ldns_rr_list_rr_count(answer); i++) {
		const ldns_rdf *host = record_host(ldns_rr_list_rr(answer, i));

		for (j = 0; host != NULL && j < i; j++) {
			const ldns_rdf *other =
				record_host(ldns_rr_list_rr(answer, j));

			if (other != NULL &&
				ldns_dname_compare(host, other) == 0)
				host = NULL;
		}
		if (host != NULL &&
			(records_push(lookup, host, LDNS_RR_TYPE_A,
				 additional) != 0 ||
				records_push(lookup, host, LDNS_RR_TYPE_AAAA,
					additional) != 0))
			return -1;
	}
	return 0;
}

/*
 * RFC 1034 4.3.2: the records of that name, or its CNAME and then those of
 * the name that it points to, or the news that there are none.
 */
int
dns_lookup_do(
	struct dns_lookup *lookup, const ldns_rdf *name, ldns_rr_type type)
{
	ldns_rr_list *answer = ldns_pkt_answer(lookup->reply);
	unsigned hop;

	for (hop = 0; hop <= HOPS_MAX; hop++) {
		size_t before = ldns_rr_list_rr_count(answer);
		enum outcome outcome = override_apply(lookup, name, type);

		if (outcome != GO_ON)
			return outcome == DONE ? 0 : -1;
		if (records_push(lookup, name, type, answer) != 0)
			return -1;
		if (ldns_rr_list_rr_count(answer) > before)
			return additional_push(lookup);
		if (type != LDNS_RR_TYPE_CNAME &&
			records_push(
				lookup, name, LDNS_RR_TYPE_CNAME, answer) != 0)
			return -1;
		if (ldns_rr_list_rr_count(answer) == before)
			return negative_push(
				lookup, name, type, name_exists(lookup, name));
		/* The name lives in the answer, which only grows. */
		name = ldns_rr_rdf(ldns_rr_list_rr(answer, before), 0);
	}
	reply_refuse(lookup->reply, LDNS_RCODE_SERVFAIL);
	return 0;
}
