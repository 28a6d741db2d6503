/* SPDX-License-Identifier: Apache-2.0 */
/* A mail, and the hosts of the domain that it is for. */
#ifndef REFCLIENT_DELIVER_H
#define REFCLIENT_DELIVER_H

#include "sender.h"
#include "session.h"

enum decision {
	DECISION_SENT,
	DECISION_LATER, /* try again, when the queue comes round */
	DECISION_NEVER  /* give it up, and tell the author */
};

/* Sets *err to the reason unless it is sent. */
enum decision deliver(struct sender *sender, const char *domainz,
	const struct mail *mail, struct err *err);

#endif
