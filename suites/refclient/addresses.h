/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a host. */
#ifndef REFCLIENT_ADDRESSES_H
#define REFCLIENT_ADDRESSES_H

#include <netinet/in.h>

#include "dns.h"

#define ADDRESSES_MAX 16

struct addresses {
	size_t n;
	char text[ADDRESSES_MAX][INET6_ADDRSTRLEN]; /* IPv6 first */
	bool failed;              /* nobody knows whether there are more */
	bool secure;              /* proved, all of them */
	char name[DNS_NAME_SIZE]; /* where aliases led from the host */
};

void addresses_find(
	ldns_resolver *resolver, const char *hostz, struct addresses *out_r);

#endif
