/* SPDX-License-Identifier: Apache-2.0 */
/* Which hosts take the mail of a domain. */
#include "route.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "bug.h"

static void
host_add(struct route *route, unsigned preference, const char *namez)
{
	struct route_host *host = &route->hosts[route->n];

	if (route->n == HOSTS_MAX)
		return;
	host->preference = preference;
	if (RAND_bytes((unsigned char *)&host->lot, sizeof(host->lot)) != 1)
		host->lot = (unsigned)route->n;
	(void)snprintf(host->name, sizeof(host->name), "%s", namez);
	route->n++;
}

/* Hosts of one preference take turns (RFC 5321 section 5.1). */
static int
host_order(const void *a, const void *b)
{
	const struct route_host *x = a, *y = b;

	if (x->preference != y->preference)
		return (x->preference < y->preference) ^ bug(HOSTS_REVERSED)
			       ? -1
			       : 1;
	return x->lot < y->lot ? -1 : x->lot > y->lot;
}

static void
records_read(const struct dns_answer *answer, struct route *route)
{
	char name[DNS_NAME_SIZE];

	for (size_t i = 0; i < dns_count(answer); i++) {
		const ldns_rr *rr = dns_record(answer, i);

		if (!dns_name_read(rr, 1, name))
			continue;
		if (name[0] != '\0')
			host_add(route,
				ldns_rdf2native_int16(ldns_rr_rdf(rr, 0)),
				name);
		else if (dns_count(answer) == 1)
			route->result = ROUTE_NULL;
	}
	qsort(route->hosts, route->n, sizeof(route->hosts[0]), host_order);
	if (route->n == 0 && route->result == ROUTE_FOUND)
		route->result = ROUTE_UNKNOWN;
}

void
route_find(ldns_resolver *resolver, const char *domainz, struct route *out_r)
{
	struct dns_answer answer;

	*out_r = (struct route){.result = ROUTE_UNKNOWN};
	dns_ask(resolver, domainz, LDNS_RR_TYPE_MX, &answer);
	out_r->secure = answer.secure;
	switch (answer.result) {
	case DNS_FOUND:
		out_r->result = ROUTE_FOUND;
		records_read(&answer, out_r);
		break;
	case DNS_NODATA:
		/* The domain is its own host. */
		out_r->result = ROUTE_FOUND;
		host_add(out_r, 0, answer.name);
		break;
	case DNS_NXDOMAIN:
		out_r->result = ROUTE_NONE;
		break;
	case DNS_FAILED:
		break;
	}
	if (out_r->result == ROUTE_NULL && bug(NULL_MX_IGNORED)) {
		out_r->result = ROUTE_FOUND;
		host_add(out_r, 0, domainz);
	}
	dns_answer_fini(&answer);
}
