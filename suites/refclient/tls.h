/* SPDX-License-Identifier: Apache-2.0 */
/* How this client speaks TLS, and whom it believes (RFC 8314, RFC 9325). */
#ifndef REFCLIENT_TLS_H
#define REFCLIENT_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "core/err.h"

struct tls_wish {
	const char *hostz;  /* whom to reach: the name that the user gave */
	const char *alpnz;  /* "imap", "pop3", or NULL: none */
	const char *trustz; /* bundle of roots; NULL: that of the system */
	bool is_of_2016;    /* what DEEP demanded then is enough */
};

/* Lists in OpenSSL's syntax, versions as it numbers them (0: the best). Its
 * macros want the lists without const. */
struct tls_offer {
	int min, max;
	char *ciphersz, *groupsz, *signaturesz;
};

/* A session that is ready for its handshake; NULL with *err. */
SSL *tls_new(const struct tls_wish *wish, struct err *err);

/*
 * Called by OpenSSL for each certificate of the path, and for each error in
 * it; nonzero: go on. A correct client leaves every error as it is.
 */
int verify_step(int good, X509_STORE_CTX *store);

#endif
