/* SPDX-License-Identifier: Apache-2.0 */
/* TLSA records of an MX host: DANE for SMTP (RFC 7672). */
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

/*
 * What is promised of a host whose addresses are known. domainz: the domain of
 * the mail if its MX record is secure, else NULL; borrowed. dane_fini frees it.
 */
void dane_find(ldns_resolver *resolver, const char *hostz,
	const struct addresses *addresses, const char *domainz,
	struct dane *out_r);
void dane_fini(struct dane *dane);

#endif
