/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the DNS engine share: dns.c (messages), dns_lookup.c (what
 * is true), dns_record.c (what a plan says), dns_sign.c (signatures) and
 * dns_deny.c (what is not there). */
#ifndef PROTO_DNS_INNER_H
#define PROTO_DNS_INNER_H

#include <ldns/ldns.h>

#include "proto/dns.h"
#include "proto/dns_sign.h"

/* dns_record.c */

/* NULL with *err (which may be NULL); the caller frees the record. */
ldns_rr *dns_record_new(const struct dns_record_spec *spec, struct err *err);

/* Value i of an override of kind DNS_VALUES as a record. */
ldns_rr *dns_override_record(
	const struct dns_override *override, unsigned i, struct err *err);

/* The list takes the record; -1 if that is NULL or memory ran out. */
int dns_list_add(ldns_rr_list *list, ldns_rr *rr)
	__attribute__((warn_unused_result));

/* dns_lookup.c */

#define DNS_TYPES_MAX 32 /* at one name */

struct dns_cut;

/* One question on its way to a reply. */
struct dns_lookup {
	const struct dns_zone *zone;
	const struct dns_override *overrides;
	size_t n;
	enum dns_transport transport;
	ldns_pkt *reply;
	struct dns_exchange *exchange;
	bool drop;
	bool wants_dnssec; /* DO: signatures, and proofs of what is not */
	/* How what says that there is nothing is signed. */
	enum dns_signatures negative;
	const struct dns_cut *denier; /* the zone that says so */
};

/* Fills the reply's sections and rcode; -1 when memory ran out. */
int dns_lookup_do(struct dns_lookup *lookup, const ldns_rdf *name,
	ldns_rr_type type) __attribute__((warn_unused_result));

/* The types of the records of that name, as the overrides want them, each
 * once; at most max. */
size_t dns_types_at(const struct dns_lookup *lookup, const ldns_rdf *name,
	ldns_rr_type *out, size_t max);
/* How the set of that name and type is to be signed. */
enum dns_signatures dns_override_signs(
	struct dns_lookup *lookup, const ldns_rdf *name, ldns_rr_type type);

void dns_section_clear(ldns_rr_list *section);
/* TC, and nothing but the question. */
void dns_reply_truncate(ldns_pkt *reply);

/* dns_sign.c */

/* A zone of its own. */
struct dns_cut {
	ldns_rdf *name;
	enum dns_denial denial;
	ldns_key_list *keys;  /* one; NULL: it is not signed */
	ldns_rr *dnskey, *ds; /* of a signed one */
};

struct dns_signing {
	struct dns_cut cut[DNS_CUTS_MAX + 1]; /* the first is the root */
	size_t n;
	uint32_t now;
	char address[16];
};

const struct dns_cut *dns_cut_of(const struct dns_signing *signing,
	const ldns_rdf *name, ldns_rr_type type);
bool dns_cut_is_apex(const struct dns_signing *signing, const ldns_rdf *name);
/* Adds what makes them zones; -1: no memory. */
int dns_signing_records(const struct dns_signing *signing,
	ldns_rr_list *records) __attribute__((warn_unused_result));
/* Adds the signatures to all sections; -1: no memory. */
int dns_reply_sign(struct dns_lookup *lookup)
	__attribute__((warn_unused_result));

/* dns_deny.c */

/* Adds to the authority section what proves that the name, or the type at it,
 * is not there (RFC 4035 3.1.3, RFC 5155 7.2); -1: no memory. */
int dns_deny(struct dns_lookup *lookup, const ldns_rdf *name, ldns_rr_type type,
	bool exists) __attribute__((warn_unused_result));

#endif
