/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One visit to one server. All protocols go the same way: connect, TLS, and
 * only then ask what the server can do, log in, work.
 */
#ifndef REFCLIENT_SESSION_H
#define REFCLIENT_SESSION_H

#include <stdio.h>

#include "account.h"
#include "addresses.h"
#include "caps.h"
#include "latch/latch.h"
#include "parse/parse.h"
#include "sasl.h"
#include "tls.h"
#include "wire.h"

/* How far it has come. */
enum stage {
	STAGE_CONNECT,
	STAGE_GREETING,
	STAGE_LIST, /* what the server can do, asked in clear */
	STAGE_STARTTLS,
	STAGE_HANDSHAKE,
	STAGE_CAPABILITIES, /* the same question, inside TLS */
	STAGE_LOGIN,
	STAGE_WORK,
	STAGE_DONE,
};

/* A message to be sent. Texts are the caller's. */
struct mail {
	const char *fromz;
	const char *const *recipients; /* NULL at the end */
	struct span text;
};

struct session {
	struct account *account;
	enum service_kind kind;
	const struct protocol *protocol;
	const struct mail *mail; /* of a submission */
	FILE *out;               /* where mail that comes is written to */
	struct err *err;
	struct wire wire;
	struct caps caps; /* that are in force; of clear text, none survive */
	enum stage stage;
	const struct addresses *addresses; /* NULL: the system knows them */
	const struct tlsa *tlsa; /* who the server has to be; NULL: the host,
				  * as an authority says */
	char version[16], cipher[64], group[32]; /* of TLS; "": none yet */
	char srv_id[300]; /* "_imaps.example.test": whom, if SRV named the host;
			   * "": nobody */

	struct {
		bool is_on;
		enum lk_latch_dialect dialect;
		struct lk_latch_state state; /* of this host */
		struct buf status;           /* what it promises now */
		uint32_t flaws; /* why this is not level 1 (latch/latch.h) */
	} deep;

	/* IMAP */
	char tag[20]; /* of the command that is not answered yet */
	bool is_preauth;
	enum {
		IMAP_WANTS_NOTHING,
		IMAP_WANTS_CAPABILITY,
		IMAP_WANTS_EXISTS,
		IMAP_WANTS_MAIL,
		IMAP_WANTS_ID
	} wants; /* what data belongs to it */
	uint32_t exists, fetched;

	/* SMTP */
	unsigned code; /* of the last reply; 0: none that makes sense */

	struct buf early; /* what only a bug remembers of clear text */
};

/* Each returns 0, or -1 with the reason in *s->err. */
struct protocol {
	const char *alpnz; /* as IANA registered it, or NULL */
	int (*greet)(struct session *s);
	/* Fill s->caps with what the server says now. */
	int (*capabilities)(struct session *s);
	/* Ask for TLS, and get a yes. */
	int (*starttls)(struct session *s);
	int (*sasl)(struct session *s, struct sasl *sasl);
	/* The old login with name and password, if it is allowed; else 1. */
	int (*login)(struct session *s);
	/* Tell this (empty: nothing), and hear what the server promises; NULL:
	 * there is no way to tell, and the list has the rest. */
	int (*promises)(struct session *s, struct span report);
	int (*work)(struct session *s);
	/* Say goodbye; whatever comes of it, all was said and done. */
	void (*leave)(struct session *s);
};

extern const struct protocol protocol_imap, protocol_pop3, protocol_smtp;

/* Behind an EHLO that was refused: HELO (RFC 5321 section 3.2). Without what
 * EHLO tells there is no TLS: only for who can do without. */
int smtp_hello_old(struct session *s);

/* The whole visit. */
int session_run(struct session *s);

/* Sets *s->err; -1. What the server says in clear is not for the user. */
int session_fail(struct session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same, with what the server says if it is known who it is. */
int session_refused(struct session *s, const char *whatz, struct span text);

/* Send a line, without its end in lineb. */
int session_send(struct session *s, struct buf *line);
int session_sendf(struct session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Read until the parser has a whole reply; it is valid until the next one. */
int session_reply(struct session *s,
	ssize_t (*parse)(struct span input, struct lk_result *out_r),
	struct lk_result *r);
/* The server's word makes no sense: tell it that the login is off (RFC 4954
 * section 4 demands that). What *s->err says stays; -1. */
int session_cancel(struct session *s);
/* One line, without its end. */
int session_line(struct session *s, struct span *line_r);

#endif
