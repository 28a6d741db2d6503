/* SPDX-License-Identifier: Apache-2.0 */
/* How this client speaks TLS, and whom it believes (RFC 8314, RFC 9325). */
#ifndef REFCLIENT_TLS_H
#define REFCLIENT_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "core/err.h"
#include "parse/parse.h"

/* Whom the peer has to prove to be. */
enum tls_peer {
	TLS_NAMED,   /* the host, by a certificate of a trusted authority */
	TLS_ANYBODY, /* for senders that have been promised nothing: TLS keeps
			listeners out (RFC 7435). What the check would say is
			told all the same */
	TLS_TLSA,    /* who the TLSA records say (RFC 7672 section 3) */
};

#define TLSA_RECORDS_MAX 32

/* TLSA records that are secure, and of use. */
struct tlsa {
	char base[256];    /* the host that they are of: SNI, and a name that a
			      certificate from an anchor may have */
	const char *alsoz; /* another such name; NULL: none */
	bool or_anybody; /* where OpenSSL can use none (RFC 7671 section 10.3);
			  * else it has to be who the wish names */
	size_t n;
	struct lk_tlsa records[TLSA_RECORDS_MAX];
};

struct tls_wish {
	const char *hostz; /* whom to reach: the name that the user gave */
	char *srv_idz; /* the service that the host has of the domain that the
			* user gave (RFC 4985), "": none; lives as the session
			*/
	const char *domainz; /* whose SRV records named the host, and which is
			      * as good a name as the host's (RFC 7673 section
			      * 4.1); NULL: none */
	const char *alpnz;   /* "imap", "pop3", or NULL: none */
	const char *trustz;  /* bundle of roots; NULL: that of the system */
	const char *certificatez; /* of this client, with its key; NULL: none */
	bool is_of_2016;          /* what DEEP demanded then is enough */
	enum tls_peer peer;
	const struct tlsa *tlsa; /* of TLS_TLSA */
};

/* Lists in OpenSSL's syntax, versions as it numbers them (0: the best). Its
 * macros want the lists without const. */
struct tls_offer {
	int min, max;
	char *ciphersz, *groupsz, *signaturesz;
};

/* Once, before all the rest. False: OpenSSL does not work here. */
bool tls_begin(void);

/* Make a context of somebody else's do as this client does, with the name of
 * the host in it; SNI and ALPN are the caller's. */
int tls_context_set(
	SSL_CTX *context, const struct tls_wish *wish, struct err *err);

/* A session that is ready for its handshake; NULL with *err. */
SSL *tls_new(const struct tls_wish *wish, struct err *err);

/*
 * Called by OpenSSL for each certificate of the path, and for each error in
 * it; nonzero: go on. A correct client leaves every error as it is, but that
 * of the name where there is an SRV-ID.
 */
int verify_step(int good, X509_STORE_CTX *store);

#endif
