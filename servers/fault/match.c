/* SPDX-License-Identifier: Apache-2.0 */
/* Which replies of an engine a fault is about. */
#include "fault/match.h"

#include "proto/reply.h"

static enum engine_phase
phase_before_login(const struct fault_conn *conn)
{
	return conn->in_tls ? PHASE_TLS : PHASE_CLEAR;
}

static enum engine_phase
phase_of(const struct fault_conn *conn)
{
	return conn->logged_in ? PHASE_LOGIN : phase_before_login(conn);
}

static bool
is_login(const struct action *action)
{
	return strcmp(action->name, REPLY_LOGIN) == 0 ||
	       strcmp(action->name, REPLY_AUTH) == 0;
}

/*
 * Does the client meet changed lists with this reply? With the first one in an
 * affected phase it has: from there on the server is one that has them, asked
 * or not. Later each list that goes out, and each refusal, is worth a note.
 */
static bool
lists_show(const struct fault_conn *conn, const struct action *action)
{
	const struct fault *fault = conn->fault;
	bool lists = strcmp(action->name, REPLY_CAPABILITIES) == 0 ||
		     (fault->action == FAULT_STATUS &&
			     strcmp(action->name, REPLY_ID) == 0);
	bool greets = strcmp(action->name, REPLY_GREETING) == 0;

	if (greets && !conn->in_tls && fault->in_phase[PHASE_GREETING])
		return true;
	/* Who logged in went by the list from before, and may know no other. */
	if (!conn->delivered && is_login(action) &&
		fault->in_phase[phase_before_login(conn)])
		return true;
	return fault->in_phase[phase_of(conn)] &&
	       (!conn->delivered || lists || action->refused);
}

/* Replies stay the server's own, though the server is another one. */
static bool
spares_replies(const struct fault *fault)
{
	return fault->action == FAULT_WITHHOLD ||
	       fault->action == FAULT_ADVERTISE ||
	       fault->action == FAULT_STATUS || fault->action == FAULT_NONE;
}

/* The reply is the fault's own: it refuses the command that at.reply names. */
static bool
is_refused(const struct fault_conn *conn, const struct action *action)
{
	return action->refused && conn->fault->reply != NULL &&
	       strcmp(action->name, conn->fault->reply) == 0;
}

bool
fault_conn_shows(const struct fault_conn *conn, const struct action *action)
{
	const struct fault *fault = conn->fault;

	switch (fault->action) {
	case FAULT_ADVERTISE:
	case FAULT_STATUS:
	case FAULT_WITHHOLD:
		return lists_show(conn, action);
	case FAULT_REFUSE:
		return is_refused(conn, action);
	case FAULT_RESPOND:
		return strcmp(action->name, REPLY_POLICY) == 0;
	case FAULT_GREET:
	case FAULT_SPEAK:
	case FAULT_NONE:
	case FAULT_CLEAR_ON_IMPLICIT:
		return strcmp(action->name, REPLY_GREETING) == 0;
	default:
		return false;
	}
}

bool
fault_conn_gives(const struct fault_conn *conn, const struct action *action)
{
	return !spares_replies(conn->fault) || is_refused(conn, action);
}

bool
fault_conn_hits(struct fault_conn *conn, const struct action *action)
{
	const struct fault *fault = conn->fault;

	if (!fault->rewrites || strcmp(fault->reply, action->name) != 0)
		return false;
	if (fault->phase == FAULT_CLEAR && conn->in_tls)
		return false;
	if (fault->phase == FAULT_IN_TLS && !conn->in_tls)
		return false;
	conn->hits++;
	return fault->nth == 0 || (unsigned)fault->nth == conn->hits;
}
