/* SPDX-License-Identifier: Apache-2.0 */
/* Inside pop3*.c only: a POP3 session and its view of the mailbox. */
#ifndef PROTO_POP3_H
#define PROTO_POP3_H

#include "proto/session.h"

struct pop3 {
	struct session session; /* first: a session is cast to this */
	bool user_given, user_right;
	/* The drop as it was at login: numbers do not change within a session
	 * (RFC 1939 section 5), whatever other connections do. */
	struct {
		unsigned index; /* in the mailbox */
		bool deleted;
	} drop[ENGINE_MESSAGES_MAX];
	unsigned drops;
};

static inline struct pop3 *
pop3_of(struct session *session)
{
	return (struct pop3 *)session;
}

/* Look at the mailbox; remove from it what DELE marked. */
void pop3_drop_open(struct session *session);
void pop3_drop_update(struct session *session);

/* The commands of the TRANSACTION state. */
void pop3_stat(struct session *session, struct span arguments);
void pop3_list(struct session *session, struct span arguments);
void pop3_uidl(struct session *session, struct span arguments);
void pop3_retr(struct session *session, struct span arguments);
void pop3_top(struct session *session, struct span arguments);
void pop3_dele(struct session *session, struct span arguments);
void pop3_rset(struct session *session, struct span arguments);

#endif
