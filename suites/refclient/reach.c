/* SPDX-License-Identifier: Apache-2.0 */
/* Where a server is, and whom it has to prove to be. */
#include "reach.h"

#include <strings.h>

#include "bug.h"
#include "bug_dane.h"

/*
 * A host that the network named, and nobody signed that, is within the domain
 * (discover.c): its records are nobody else's, either (RFC 7673 section 3.1).
 */
int
reach_find(const struct service *to, struct reach *out_r, struct err *err)
{
	struct dane_wish wish = {.hostz = to->hostz, .port = to->port};
	struct addresses *addresses = &out_r->addresses;
	ldns_resolver *resolver;
	int result = 0;

	*out_r = (struct reach){.dane = {.status = DANE_NONE}};
	resolver = dns_open(err);
	if (resolver == NULL)
		return -1;
	addresses_find(resolver, to->hostz, addresses);
	/* RFC 7671 section 10.2: behind a secure alias the certificate may
	 * have either name. */
	if (strcasecmp(addresses->name, to->hostz) != 0)
		wish.alsoz = to->hostz;
	if (addresses->n > 0)
		dane_find(resolver, &wish, addresses, &out_r->dane);
	/* Sections 3.2 and 3.3: an error may be an attack. */
	if (addresses->n == 0)
		result = err_set(err, ERR_IO, "no address is known");
	else if (out_r->dane.status == DANE_UNKNOWN ||
		 buggy(bug_demands(&out_r->dane), false))
		result = err_set(
			err, ERR_IO, "its TLSA records cannot be looked up");
	dns_close(resolver);
	return result;
}

void
reach_fini(struct reach *reach)
{
	dane_fini(&reach->dane);
}
