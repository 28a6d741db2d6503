/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a POP3 and an SMTP session share: commands in lines, a const table of
 * them, refusals, errors, TLS and SASL. The protocols put it first in their
 * own struct and add commands and texts.
 */
#ifndef PROTO_SESSION_H
#define PROTO_SESSION_H

#include "proto/engine.h"
#include "proto/sasl.h"

#define SESSION_COMMAND_MAX 4096 /* bytes of a line */
#define SESSION_LINE_MAX 16384   /* of a SASL response, and of AUTH */
#define SESSION_ERRORS_MAX 100   /* then the server hangs up */
#define SESSION_MESSAGE_MAX (1024 * 1024)

struct session;

/* What is true of a session; a command says what it needs. */
enum session_fact {
	FACT_CLEAR = 1 << 0, /* no TLS */
	FACT_GUEST = 1 << 1, /* not logged in */
	FACT_USER = 1 << 2,  /* logged in */
	FACT_OWN = 1 << 3    /* the protocol's own facts start here */
};

struct session_command {
	const char *verb;
	const char *reply;      /* its name; NULL: run sees to refusals */
	const char *capability; /* to be offered in the phase, or NULL */
	unsigned needs;         /* facts */
	void (*run)(struct session *session, struct span arguments);
};

enum session_problem {
	PROBLEM_UNKNOWN,   /* no such command */
	PROBLEM_SYNTAX,    /* bad arguments */
	PROBLEM_STATE,     /* not now */
	PROBLEM_LONG,      /* line too long */
	PROBLEM_ABSENT,    /* its capability is not offered */
	PROBLEM_MECHANISM, /* SASL mechanism not offered */
	PROBLEM_MANY,      /* too many errors: the last words */
	SESSION_PROBLEMS
};

/* Texts are whole replies of one line, without CRLF. */
struct session_class {
	const struct session_command *command;
	size_t commands;
	const char *problem[SESSION_PROBLEMS];
	const char *auth[SASL_MALFORMED + 1]; /* [SASL_CHALLENGE]: the prefix */
	/* The word behind the status that goes only to clients that were
	 * offered the capability: SMTP's enhanced status codes, POP3's
	 * response codes. */
	bool (*is_dress)(struct span word);
	const char *dress_capability;
	void (*greet)(struct session *session);
	unsigned (*facts)(const struct session *session); /* own ones */
	/* Where the input is content instead of lines; NULL: nowhere. eat says
	 * how much it consumed, at least one byte. */
	bool (*has_content)(const struct session *session);
	size_t (*eat)(struct session *session, struct span input);
	void (*secure)(struct session *session); /* forget all, TLS is up */
	void (*login)(struct session *session);
};

struct session {
	const struct session_class *class;
	const struct engine_config *config;
	const struct engine_sink *out; /* during a step */
	struct buf input, reply;
	struct sasl sasl;
	unsigned errors;
	bool tls, logged_in;
	bool waiting;    /* START_TLS is out */
	bool discarding; /* within a line that is too long */
	bool closed;
};

void session_init(struct session *session, const struct session_class *class,
	const struct engine_config *config);
void session_fini(struct session *session);
void session_step(struct session *session, enum engine_event event,
	struct span bytes, const struct engine_sink *out);

enum engine_phase session_phase(const struct session *session);
/* Is the capability offered now? */
bool session_offers(const struct session *session, const char *wordz);

/* Answer with one line; errors are counted, and the last one hangs up. */
void session_say(struct session *session, const char *reply, const char *textz);
void session_fail(struct session *session, const char *reply, const char *textz,
	bool refused);
/* The same for what is wrong in every protocol; the client is to blame. */
void session_problem(struct session *session, enum session_problem problem);
/* If the configuration refuses this reply: send that, and true. */
bool session_refuse(struct session *session, const char *reply);
/* Send what was built in session->reply, and empty it. The results of the
 * buf_add* that built it are in ok; hangs up unless all are true. */
void session_flush(struct session *session, const char *reply, bool ok);

void session_start_tls(
	struct session *session, const char *reply, const char *textz);
void session_close(struct session *session);
void session_protocol_error(struct session *session, const char *textz);
/* Credentials came without SASL: note how and whether they are right. */
void session_note_login(struct session *session, const char *method, bool ok);
void session_log_in(struct session *session);
/* AUTH with at least the mechanism. */
void session_auth(struct session *session, struct span arguments);

#endif
