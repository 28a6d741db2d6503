/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of TLS and of the verification that need more than a condition. */
#ifndef REFCLIENT_BUG_TLS_H
#define REFCLIENT_BUG_TLS_H

#include "core/span.h"
#include "tls.h"

/* What happened so far; only bugs remember it. */
extern struct bug_past {
	bool known;    /* there was a good visit before this one */
	bool older;    /* try again with an older version */
	bool trusting; /* try again without verification */
	bool clear;    /* go without TLS */
	bool warned;   /* TLS said so */
	bool misled;   /* the greeting made no sense */
	bool probing;  /* on a connection that only asks */
	bool relaxed;  /* TLS was seen, and is not demanded any more */
	bool kept;     /* the connection of the first transfer serves all */
} bug_past;

/* Names that are as good as the host's; NULL: there are none. */
extern bool (*bug_name_also)(struct span name);

/* What is offered in the place of the usual. */
const struct tls_offer *bug_offer(const struct tls_offer *usual);
/* Last changes of a context. */
void bug_context(SSL_CTX *context);
/* Last changes of a session. */
void bug_prepare(SSL *ssl, const struct tls_wish *wish);
/* As verify_step. */
int bug_verify(int good, X509_STORE_CTX *store);

/* A name of the certificate is taken that is not the host's. */
bool bug_name_matches(X509 *cert, struct span host);
/* One of its names, of a kind of OpenSSL's: GEN_DNS... */
bool bug_match(int kind, struct span name, struct span host);
/* A name of the certificate is not taken that is the host's. */
bool bug_name_refused(X509 *cert, struct span host);

#endif
