/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNSSEC of a world (RFC 4033 to 4035, 5155): the root and the zones that are
 * cut out of it, each signed with a key of its own, or not signed at all.
 * Signatures are made with the reply, so that records may come and go.
 */
#ifndef PROTO_DNS_SIGN_H
#define PROTO_DNS_SIGN_H

#include "core/buf.h"
#include "core/err.h"

#define DNS_CUTS_MAX 8 /* zones below the root */

enum dns_denial {
	DNS_UNSIGNED, /* an insecure delegation: no DS, no signature */
	DNS_NSEC,
	DNS_NSEC3 /* no salt, no more rounds (RFC 9276), no opt-out */
};

/* A zone as the plan gives it. */
struct dns_cut_spec {
	const char *name;
	enum dns_denial denial;
};

struct dns_signing;

/*
 * Keys for the root, which is signed and has NSEC, and for the zones; now: in
 * seconds since 1970; address: of the name server of all of them. NULL with
 * *err (ERR_PLAN names the zone).
 */
struct dns_signing *dns_signing_new(const struct dns_cut_spec *cuts, size_t n,
	const char *address, uint32_t now, struct err *err);
void dns_signing_free(struct dns_signing *signing);

/* Appends the trust anchor, the root's DNSKEY as a line of a zone file. -1:
 * no memory. */
int dns_signing_anchor(const struct dns_signing *signing, struct buf *out)
	__attribute__((warn_unused_result));

#endif
