/* SPDX-License-Identifier: Apache-2.0 */
/* Counting of sessions for reports on TLS (RFC 8460). */
#ifndef REFCLIENT_TLSRPT_H
#define REFCLIENT_TLSRPT_H

#include "dane.h"
#include "host.h"
#include "sts.h"

/* One visit to a host: under which policy, and what came of TLS. */
void tlsrpt_visit(struct sender *sender, const char *domainz,
	const struct host_wish *wish, const struct dane *dane,
	const struct sts *sts, const struct host_visit *visit);
/* A host that is not visited, for want of TLSA records (section 4.3.2.1). */
void tlsrpt_unfit(struct sender *sender, const char *domainz, const char *hostz,
	const struct dane *dane);
/* The policy is announced, and could not be had. */
void tlsrpt_policy(
	struct sender *sender, const char *domainz, const struct sts *sts);

/*
 * The report on a domain (section 4.4), of all that was counted since the last
 * one was sent; contactz: an address. NULL: nothing was. The caller's.
 */
json_t *tlsrpt_report(
	struct sender *sender, const char *domainz, const char *contactz);
/*
 * Send what was counted to whoever wants it (section 3), by HTTPS, and forget
 * it. The number of domains whose report is still to be sent; each is named on
 * standard error.
 */
unsigned tlsrpt_post(struct sender *sender, const char *contactz);

#endif
