/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a host. */
#include "addresses.h"

#include <arpa/inet.h>
#include <stdio.h>

static void
address_add(struct addresses *found, const ldns_rr *rr, int family)
{
	const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);

	if (found->n < ADDRESSES_MAX && rdf != NULL &&
		inet_ntop(family, ldns_rdf_data(rdf), found->text[found->n],
			sizeof(found->text[0])) != NULL)
		found->n++;
}

void
addresses_find(
	ldns_resolver *resolver, const char *hostz, struct addresses *out_r)
{
	static const struct {
		ldns_rr_type type;
		int family;
	} kinds[] = {{LDNS_RR_TYPE_AAAA, AF_INET6}, {LDNS_RR_TYPE_A, AF_INET}};
	struct dns_answer answer;

	*out_r = (struct addresses){.secure = true};
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		dns_ask(resolver, hostz, kinds[k].type, &answer);
		(void)snprintf(
			out_r->name, sizeof(out_r->name), "%s", answer.name);
		out_r->failed = out_r->failed || answer.result == DNS_FAILED;
		out_r->secure = out_r->secure && answer.secure;
		for (size_t i = 0; i < dns_count(&answer); i++)
			address_add(
				out_r, dns_record(&answer, i), kinds[k].family);
		dns_answer_fini(&answer);
	}
}
