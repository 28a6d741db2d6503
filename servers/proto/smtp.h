/* SPDX-License-Identifier: Apache-2.0 */
/* Inside smtp*.c only: an SMTP session and its mail transaction. */
#ifndef PROTO_SMTP_H
#define PROTO_SMTP_H

#include "parse/smtp_unstuff.h"
#include "proto/session.h"

#define SMTP_RECIPIENTS_MAX 100

enum smtp_fact {
	FACT_GREETED = FACT_OWN,       /* EHLO or HELO came */
	FACT_IDLE = FACT_OWN << 1,     /* no mail transaction */
	FACT_MAIL = FACT_OWN << 2,     /* MAIL came, and no content yet */
	FACT_RECIPIENT = FACT_OWN << 3 /* MAIL, RCPT, and no content yet */
};

enum smtp_content {
	CONTENT_NONE,
	CONTENT_DATA, /* up to the final dot */
	CONTENT_BDAT, /* so many octets */
	CONTENT_WASTE /* so many octets of a BDAT that is not wanted */
};

struct smtp {
	struct session session; /* first: a session is cast to this */
	bool greeted;
	/* The transaction. */
	bool mail, utf8, chunked;
	unsigned recipients;
	/* Content. */
	enum smtp_content content;
	struct smtp_unstuff unstuff;
	size_t octets; /* of the chunk, still to come */
	bool last;     /* it is the last chunk */
	struct buf message;
	bool too_big;
	unsigned messages; /* accepted so far */
};

static inline struct smtp *
smtp_of(struct session *session)
{
	return (struct smtp *)session;
}

/* Forget the mail transaction. */
void smtp_reset(struct smtp *smtp);
/* How big a message may be: SIZE of the list, or our own limit. */
size_t smtp_limit(const struct session *session);

void smtp_mail(struct session *session, struct span arguments);
void smtp_rcpt(struct session *session, struct span arguments);
void smtp_data(struct session *session, struct span arguments);
void smtp_bdat(struct session *session, struct span arguments);

bool smtp_has_content(const struct session *session);
size_t smtp_eat(struct session *session, struct span input);

#endif
