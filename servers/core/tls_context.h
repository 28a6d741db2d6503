/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of core/tls.h, contexts and sessions, share. */
#ifndef CORE_TLS_CONTEXT_H
#define CORE_TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "core/tls.h"

struct tls_context {
	SSL_CTX *ctx;
	const struct tls_options *options;
};

/* The newest error of OpenSSL's queue in words, as err_set() returns it;
 * empties the queue. */
int tls_error(struct err *err, const char *what);

/* Has the sessions of ctx hear of hellos, alerts, messages and keys. */
void tls_callbacks(SSL_CTX *ctx);

#endif
