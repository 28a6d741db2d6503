/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the DNS engine share: dns.c (messages), dns_lookup.c (what
 * is true) and dns_record.c (what a plan says). */
#ifndef PROTO_DNS_INNER_H
#define PROTO_DNS_INNER_H

#include <ldns/ldns.h>

#include "proto/dns.h"

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

/* One question on its way to a reply. */
struct dns_lookup {
	const struct dns_zone *zone;
	const struct dns_override *overrides;
	size_t n;
	enum dns_transport transport;
	ldns_pkt *reply;
	struct dns_exchange *exchange;
	bool drop;
};

/* Fills the reply's sections and rcode; -1 when memory ran out. */
int dns_lookup_do(struct dns_lookup *lookup, const ldns_rdf *name,
	ldns_rr_type type) __attribute__((warn_unused_result));

void dns_section_clear(ldns_rr_list *section);
/* TC, and nothing but the question. */
void dns_reply_truncate(ldns_pkt *reply);

#endif
