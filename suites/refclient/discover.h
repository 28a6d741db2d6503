/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the servers of an address are (RFC 6186, RFC 8314 section 5.1): asked
 * once, when the account is made, and never again behind the user's back.
 */
#ifndef REFCLIENT_DISCOVER_H
#define REFCLIENT_DISCOVER_H

#include <jansson.h>
#include <stdbool.h>

#include "core/err.h"

/*
 * Fill services, an object, with what the domain of the address announces:
 * submission, and IMAP or POP3, as it prefers. by_dane: what the resolver says
 * with AD is believed. -1 with *err: nothing that can be trusted; services is
 * as it was.
 */
int discover(
	const char *addressz, bool by_dane, json_t *services, struct err *err);

/* One SRV record (RFC 2782). */
struct srv {
	unsigned priority, weight, port;
	char target[256]; /* without the dot at the end; "": none offered */
	bool implicit;
	bool secure; /* signed */
};

/*
 * Which of the records a client takes that demands TLS: the lowest priority,
 * of equal ones implicit TLS before STARTTLS, then the greatest weight. NULL:
 * none, or the service is announced not to exist.
 */
const struct srv *srv_choose(const struct srv *records, unsigned n);

/* Is the host the domain, or below it? Then its owner names it. */
bool is_within(const char *hostz, const char *domainz);

#endif
