/* SPDX-License-Identifier: Apache-2.0 */
/* Which hosts take the mail of a domain (RFC 5321 section 5.1, RFC 7505). */
#ifndef REFCLIENT_ROUTE_H
#define REFCLIENT_ROUTE_H

#include "dns.h"

#define HOSTS_MAX 32

struct route {
	enum {
		ROUTE_FOUND,
		ROUTE_UNKNOWN, /* nobody knows now */
		ROUTE_NONE,    /* there is no such domain */
		ROUTE_NULL     /* it takes no mail, and says so (RFC 7505) */
	} result;
	bool secure; /* proved: where an attacker has no say (DNSSEC) */
	size_t n;
	struct route_host {
		unsigned preference, lot; /* the least first; by chance */
		char name[DNS_NAME_SIZE];
	} hosts[HOSTS_MAX];
};

void route_find(
	ldns_resolver *resolver, const char *domainz, struct route *out_r);

#endif
