/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the ClientHello that OpenSSL is about to answer. */
#ifndef CORE_TLS_HELLO_H
#define CORE_TLS_HELLO_H

#include <openssl/ssl.h>

#include "core/tls.h"

/* Only from within OpenSSL's client_hello callback. Spans point into its
 * memory and are valid as long as the callback. */
void tls_hello_read(SSL *ssl, struct tls_hello *hello);
/*
 * Makes OpenSSL see no version above TLS 1.2 in it. What both sides hash is
 * the message as it came, so that the handshake goes on; and as OpenSSL could
 * do better it marks its random as RFC 8446 4.1.3 wants.
 */
void tls_hello_lower(SSL *ssl);

/* Where a ClientHello spoke of renegotiation_info (RFC 5746 3.4). */
struct tls_hidden {
	int suite;      /* place of the suite that stands for it; -1: none */
	bool extension; /* the extension was there */
};

/*
 * Makes OpenSSL see none of it, in the message (RFC 5246 7.4) as it came. Only
 * from within its message callback: both sides' hash is made, nothing read.
 */
struct tls_hidden tls_hello_hide(uint8_t *p, size_t n);
/* Gives back to what was read of the message what was hidden in it. */
void tls_hello_unhide(struct tls_hidden hidden, struct tls_hello *hello);

/* A group for DHE that is too small: 512, 768 or 1024 bits. The caller's;
 * NULL on failure. */
EVP_PKEY *tls_small_dh(int bits);

#endif
