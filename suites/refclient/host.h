/* SPDX-License-Identifier: Apache-2.0 */
/* One MX host, and what it makes of a mail. */
#ifndef REFCLIENT_HOST_H
#define REFCLIENT_HOST_H

#include "sender.h"
#include "session.h"
#include "tls.h"

#define HOST_PORT 25

/* What there has to be before the mail is shown to the host. */
struct host_wish {
	const char *hostz;    /* as the MX record names it */
	const char *addressz; /* where it is */
	const char *trustz;
	bool demands_tls;
	bool refuses_tls;        /* only a bug does */
	enum tls_peer peer;      /* if there is TLS */
	const struct tlsa *tlsa; /* of TLS_TLSA */
};

/* What became of it. */
enum host_result {
	HOST_DONE,
	HOST_LATER,  /* not now; another host may take it */
	HOST_UNFIT,  /* it has not what there has to be; the same */
	HOST_CLOSED, /* it takes no mail at all (RFC 7504); another host may */
	HOST_NEVER   /* this mail, or its recipient, was refused for good */
};

struct host_visit {
	enum host_result result;
	struct err err; /* why it is not done */
	enum {
		HOST_TLS_UNTRIED, /* it did not come to that */
		HOST_TLS_MISSING, /* not offered, or refused */
		HOST_TLS_FAILED,
		HOST_TLS_UP
	} tls;            /* of the first connection */
	char from[46];    /* our address */
	long verified;    /* what OpenSSL said of the certificate */
	enum stage stage; /* where it ended */
};

void host_visit(const struct host_wish *wish, const struct mail *mail,
	struct host_visit *out_r);

#endif
