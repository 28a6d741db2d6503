/* SPDX-License-Identifier: Apache-2.0 */
/* TLSA records of a host: DANE (RFC 7671), for SMTP (RFC 7672) and for users'
 * clients (RFC 7673). */
#ifndef REFCLIENT_DANE_H
#define REFCLIENT_DANE_H

#include "addresses.h"
#include "core/buf.h"
#include "tls.h"

struct dane {
	enum dane_status {
		DANE_NONE,     /* nothing is promised, and that is proved, or
				  nobody can prove anything */
		DANE_UNKNOWN,  /* nobody knows: the host is out of reach */
		DANE_UNUSABLE, /* there has to be TLS, whoever it is with */
		DANE_USABLE
	} status;
	struct tlsa tlsa; /* if usable */
	struct buf data;  /* what tlsa looks into */
};

/* Whose records; texts are borrowed. */
struct dane_wish {
	const char *hostz; /* its addresses are known */
	unsigned port;
	const char *alsoz; /* as of struct tlsa */
	bool is_of_sender; /* usages 0 and 1 are of no use (RFC 7672 section
			    * 3.1.3); without what is of use it may be anybody
			    */
};

/* What is promised of a host. dane_fini frees it. */
void dane_find(ldns_resolver *resolver, const struct dane_wish *wish,
	const struct addresses *addresses, struct dane *out_r);
void dane_fini(struct dane *dane);

#endif
