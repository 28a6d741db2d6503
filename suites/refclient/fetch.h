/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching the policy of a domain by HTTPS (RFC 8461 section 3.3). */
#ifndef REFCLIENT_FETCH_H
#define REFCLIENT_FETCH_H

#include "core/buf.h"
#include "dns.h"

#define POLICY_MAX (64 * 1024) /* as section 3.3 suggests */

struct fetched {
	enum {
		FETCH_DONE,
		FETCH_FAILED,   /* the host is not there, or gave no policy */
		FETCH_UNTRUSTED /* its certificate does not hold */
	} result;
	struct buf body; /* if it is done */
	char why[160];   /* if it is not */
};

/* fetch_fini frees what it brought. trustz: as of struct tls_wish. */
void fetch_policy(ldns_resolver *resolver, const char *domainz,
	const char *trustz, struct fetched *out_r);
void fetch_fini(struct fetched *f);

/* Hand something over by POST. 0, or -1 with the reason in why. */
int fetch_post(ldns_resolver *resolver, const char *urlz, const char *trustz,
	const char *typez, struct span body, char *why, size_t size);

#endif
