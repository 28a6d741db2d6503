/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the delivery that need more than a condition. */
#ifndef REFCLIENT_BUG_HOST_H
#define REFCLIENT_BUG_HOST_H

#include "dane.h"
#include "deliver.h"
#include "host.h"
#include "route.h"
#include "session.h"
#include "bug_sts.h"

/* Look for a host that is named in what the server said last. */
void bug_named_visit(const struct session *s);
/* Behind the host of this number there is no other. */
bool bug_stops(const struct route *route, size_t i);
/* What a mail says of TLS is taken for more than that (RFC 8689 section 3). */
void bug_excuse(const struct mail *mail, struct host_wish *wish);
/* Mail does not go without TLSA records that are of use. */
bool bug_without_dane(const struct dane *dane, struct host_wish *wish);
/* Make something else of what was found out about the TLSA records of a host.
 */
void bug_dane_known(
	struct sender *sender, const struct route *route, struct dane *dane);
/* Another name that a certificate from an anchor may have, or NULL. */
const char *bug_also(bool is_secure, const char *domainz);
/* Behind all hosts: try the first without asking for anything. */
void bug_last_resort(struct sender *sender, const struct route *route,
	const struct mail *mail, bool *sent);
/* In the place of DECISION_LATER. */
enum decision bug_later(const struct sts *sts);

#endif
