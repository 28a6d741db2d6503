/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection: bytes in clear, and from some point on bytes inside TLS. What
 * was read in clear never gets across that point.
 */
#ifndef REFCLIENT_WIRE_H
#define REFCLIENT_WIRE_H

#include <openssl/ssl.h>

#include "core/buf.h"
#include "core/err.h"

#define WIRE_READ_MAX (64u * 1024 * 1024) /* of one reply */

struct wire {
	int fd;        /* -1: not connected */
	SSL *ssl;      /* NULL: in clear */
	bool secure;   /* the handshake is done and the peer is who it should
			  be: nothing secret is sent before */
	struct buf in; /* what was read and is not done with */
	size_t used;   /* so much of it was given out, and goes next */
	long long deadline; /* of everything that waits, in ms of the clock */
	int timeout;        /* in ms, of each reply */
	bool ended;         /* the peer said that it would send no more */
	bool notified;      /* and said so inside TLS (close_notify) */
};

void wire_init(struct wire *w);
/* Hangs up if it is connected. */
void wire_fini(struct wire *w);

/* Connect to the first address of the host that answers. */
int wire_open(
	struct wire *w, const char *hostz, unsigned port, struct err *err);

/*
 * From here on TLS. The session is new and configured, and becomes the
 * wire's. Fails when a byte of the peer was left over: it came in clear, and
 * would be taken for one that came inside TLS (RFC 3207 section 4.2, RFC 9051
 * section 6.2.1, RFC 2595 section 4).
 */
int wire_secure(struct wire *w, SSL *ssl, struct err *err);

/* All of it, or -1. */
int wire_send(struct wire *w, struct span bytes, struct err *err);

/* What was read and not used yet. */
struct span wire_span(const struct wire *w);
/* Done with the first n bytes of it; they are there until the next call. */
void wire_use(struct wire *w, size_t n);
/* Read more, at least one byte; -1 at the end of the connection, too. */
int wire_more(struct wire *w, struct err *err);
/* Something is there to be read, without waiting for it. */
bool wire_has(struct wire *w);

/* Say goodbye inside TLS (RFC 8314 section 3) and hang up. */
void wire_close(struct wire *w);

#endif
