/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in (RFC 4422), whatever protocol carries it. */
#ifndef REFCLIENT_SASL_H
#define REFCLIENT_SASL_H

#include "caps.h"
#include "core/err.h"

enum sasl_mechanism {
	SASL_EXTERNAL,      /* RFC 4422 appendix A: TLS has shown who it is */
	SASL_SCRAM_SHA_256, /* RFC 7677: the server proves itself, too */
	SASL_PLAIN,         /* RFC 4616 */
	SASL_CRAM_MD5,      /* RFC 2195 */
	SASL_LOGIN,         /* what some servers have instead of PLAIN */
	SASL_OAUTHBEARER,   /* RFC 7628: for a token, and for nothing else */
	SASL_MECHANISMS
};

/* Who logs in; a token takes the place of the password. Any may be NULL, but
 * not all. */
struct sasl_user {
	const char *namez, *passwordz, *tokenz;
	const char *certificatez; /* for who asks for one; see tls.h */
};

struct sasl {
	enum sasl_mechanism mechanism;
	struct sasl_user user;
	unsigned step;      /* how many messages were sent */
	bool done;          /* the server may say yes now */
	char nonce[40];     /* of SCRAM */
	struct buf first;   /* messages that are signed, of SCRAM */
	uint8_t server[32]; /* the signature that has to come */
};

/* "PLAIN" */
const char *sasl_name(enum sasl_mechanism mechanism);
bool sasl_offered(const struct caps *caps, enum sasl_mechanism mechanism);
/* The best that is offered, for a certificate, and else for a token or a
 * password; false: none. */
bool sasl_choose(const struct caps *caps, const struct sasl_user *user,
	enum sasl_mechanism *out_r);

/* The texts of the user are borrowed. */
void sasl_init(struct sasl *x, enum sasl_mechanism mechanism,
	const struct sasl_user *user);
void sasl_fini(struct sasl *x);

/* What cancels a login that has begun (RFC 4954 section 4, RFC 9051 section
 * 6.2.2, RFC 5034 section 4). */
#define SASL_CANCEL "*"

/*
 * What to say to a challenge (in base64; empty: there was none), in base64,
 * behind what is in out. -1 with *err: the login is off.
 */
int sasl_step(struct sasl *x, struct span challenge, struct buf *out,
	struct err *err);
/*
 * What a client that speaks first sends along with the mechanism, whose name
 * ends out, behind a blank: an empty message is "=" there (RFC 4959 section 3,
 * RFC 4954 section 4, RFC 5034 section 4). Nothing, and the message is left
 * for the first step, where the client does not speak first, or where the line
 * would be longer than limit (octets, with CR LF). -1 as sasl_step.
 */
int sasl_begin(struct sasl *x, size_t limit, struct buf *out, struct err *err);

#endif
