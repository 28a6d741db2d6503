/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the resolver of this machine, which validates (RFC 4035): what
 * it says with AD is secure, and it gives no answer that is bogus. The way to
 * it has to be as safe as the machine (RFC 7672 section 2.1.1 and 2.2).
 */
#ifndef REFCLIENT_DNS_H
#define REFCLIENT_DNS_H

#include <ldns/ldns.h>
#include <stdbool.h>

#include "core/buf.h"
#include "core/err.h"

#define DNS_NAME_SIZE 256 /* of a name as text, with its NUL */

struct dns_answer {
	enum {
		DNS_FOUND,
		DNS_NODATA,   /* the name has no record of the type */
		DNS_NXDOMAIN, /* there is no such name */
		DNS_FAILED    /* nobody knows: no answer, or an error */
	} result;
	bool secure;              /* proved, be it that there is none */
	ldns_rr_list *all;        /* the records of the type; may be NULL */
	char name[DNS_NAME_SIZE]; /* where aliases led, with no final dot */
};

/* The resolvers of /etc/resolv.conf; NULL with *err. */
ldns_resolver *dns_open(struct err *err);
void dns_close(ldns_resolver *resolver);

/* Ask; dns_answer_fini frees what it found. */
void dns_ask(ldns_resolver *resolver, const char *namez, ldns_rr_type type,
	struct dns_answer *out_r);
void dns_answer_fini(struct dns_answer *answer);

/* How many there are, and each of them. */
size_t dns_count(const struct dns_answer *answer);
const ldns_rr *dns_record(const struct dns_answer *answer, size_t i);

/* Append a record: two octets of length, and its RDATA. */
int dns_rdata_add(struct buf *out, const ldns_rr *rr);

/* The name in field i of a record, without its final dot; false: too long. */
bool dns_name_read(const ldns_rr *rr, size_t i, char out[DNS_NAME_SIZE]);

#endif
