/* SPDX-License-Identifier: Apache-2.0 */
/* What all parts of the sender work with. */
#ifndef REFCLIENT_SENDER_H
#define REFCLIENT_SENDER_H

#include "dns.h"
#include "memory.h"

/* How it is to go about it. */
struct ways {
	const char *trustz;   /* bundle of roots; NULL: that of the system */
	bool by_sts, by_dane; /* what it goes by */
	const char *contactz; /* reports go out behind the mail, and name him */
	const char *signz;    /* SELECTOR:FILE, a key in PEM; NULL: its own */
	bool counts;          /* for reports on TLS (RFC 8460) */
	bool needs_dane;      /* nothing goes without (RFC 7672 section 6) */
};

struct sender {
	ldns_resolver *resolver;
	struct memory memory;
	struct ways ways;
	time_t now; /* when it was started; one for all that is done */
};

#endif
