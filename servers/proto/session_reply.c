/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of lines: answers out. */
#include "proto/reply.h"
#include "proto/session.h"

static void
reply_send(struct session *session, const char *reply, struct span bytes,
	bool refused)
{
	const struct action action = {.kind = ACTION_SEND,
		.name = reply,
		.bytes = bytes,
		.refused = refused};

	session->out->act(session->out->self, &action);
}

/* Append a line, without the word that only some clients were offered. */
static bool
line_add(struct session *session, const char *textz)
{
	const struct session_class *class = session->class;
	struct span rest = span_z(textz), status, word, behind;

	status = span_word(&rest, ' ');
	behind = rest;
	word = span_word(&behind, ' ');
	if (class->is_dress(word) &&
		!session_offers(session, class->dress_capability))
		rest = behind;
	return buf_add(&session->reply, status) == 0 &&
	       buf_addz(&session->reply, rest.n > 0 ? " " : "") == 0 &&
	       buf_add(&session->reply, rest) == 0 &&
	       buf_addz(&session->reply, "\r\n") == 0;
}

static void
reply_flush(struct session *session, const char *reply, bool ok, bool refused)
{
	if (ok)
		reply_send(session, reply, buf_span(&session->reply), refused);
	else
		session_close(session);
	buf_clear(&session->reply);
}

void
session_flush(struct session *session, const char *reply, bool ok)
{
	reply_flush(session, reply, ok, false);
}

void
session_say(struct session *session, const char *reply, const char *textz)
{
	reply_flush(session, reply, line_add(session, textz), false);
}

void
session_fail(struct session *session, const char *reply, const char *textz,
	bool refused)
{
	if (++session->errors < SESSION_ERRORS_MAX) {
		reply_flush(session, reply, line_add(session, textz), refused);
		return;
	}
	session_say(
		session, REPLY_ERROR, session->class->problem[PROBLEM_MANY]);
	session_close(session);
}

void
session_problem(struct session *session, enum session_problem problem)
{
	static const char *const blame[SESSION_PROBLEMS] = {
		[PROBLEM_UNKNOWN] = "unknown command",
		[PROBLEM_SYNTAX] = "bad arguments",
		[PROBLEM_STATE] = "command in the wrong state",
		[PROBLEM_LONG] = "line too long",
	};

	if (blame[problem] != NULL)
		session_protocol_error(session, blame[problem]);
	session_fail(
		session, REPLY_ERROR, session->class->problem[problem], false);
}

bool
session_refuse(struct session *session, const char *reply)
{
	const struct engine_refusal *refusal =
		engine_refusal_of(session->config, reply, session->tls);

	if (refusal == NULL)
		return false;
	reply_send(session, reply, refusal->text, true);
	if (++session->errors >= SESSION_ERRORS_MAX)
		session_close(session);
	return true;
}

void
session_start_tls(struct session *session, const char *reply, const char *textz)
{
	const struct action action = {.kind = ACTION_START_TLS};

	session_say(session, reply, textz);
	if (session->closed)
		return;
	session->waiting = true;
	session->out->act(session->out->self, &action);
}

void
session_close(struct session *session)
{
	const struct action action = {.kind = ACTION_CLOSE};

	if (session->closed)
		return;
	session->closed = true;
	session->out->act(session->out->self, &action);
}

void
session_protocol_error(struct session *session, const char *textz)
{
	engine_note(session->out, "protocol-error", span_z(""), span_z(textz));
}

void
session_note_login(struct session *session, const char *method, bool ok)
{
	const struct action action = {.kind = ACTION_NOTE,
		.name = "auth",
		.word = span_z(method),
		.ok = ok};

	session->out->act(session->out->self, &action);
}

void
session_log_in(struct session *session)
{
	session->logged_in = true;
	session->class->login(session);
}
