/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of lines: events in, commands found and run. */
#include "proto/session.h"

#include "proto/reply.h"

#define VERB_MAX 16
#define PIECE_MAX 16384
#define REPLY_MAX (8 * SESSION_MESSAGE_MAX)

void
session_init(struct session *session, const struct session_class *class,
	const struct engine_config *config)
{
	*session = (struct session){
		.class = class, .config = config, .tls = config->implicit_tls};
	buf_init(&session->input, SESSION_LINE_MAX + PIECE_MAX);
	buf_init(&session->reply, REPLY_MAX);
}

void
session_fini(struct session *session)
{
	buf_fini(&session->input);
	buf_fini(&session->reply);
}

enum engine_phase
session_phase(const struct session *session)
{
	if (session->logged_in)
		return PHASE_LOGIN;
	return session->tls ? PHASE_TLS : PHASE_CLEAR;
}

bool
session_offers(const struct session *session, const char *wordz)
{
	return engine_offers(session->config, session_phase(session), wordz);
}

/* All that is true now. */
static unsigned
session_facts(const struct session *session)
{
	return (session->tls ? 0U : FACT_CLEAR) |
	       (session->logged_in ? FACT_USER : FACT_GUEST) |
	       session->class->facts(session);
}

/* The verb as it is noted: capitals; empty if it is no word at all. */
static struct span
verb_fold(struct span verb, char out[VERB_MAX])
{
	if (verb.n > VERB_MAX)
		return span_z("");
	for (size_t i = 0; i < verb.n; i++) {
		uint8_t c = verb.p[i];

		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - ('a' - 'A'));
		if ((c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-')
			return span_z("");
		out[i] = (char)c;
	}
	return span_of(out, verb.n);
}

static const struct session_command *
command_find(const struct session_class *class, struct span verb)
{
	for (size_t i = 0; i < class->commands; i++)
		if (span_eq(verb, span_z(class->command[i].verb)))
			return &class->command[i];
	return NULL;
}

static void
command_run(struct session *session, const struct session_command *command,
	struct span arguments)
{
	if ((command->needs & ~session_facts(session)) != 0) {
		session_problem(session, PROBLEM_STATE);
		return;
	}
	if (command->reply != NULL && session_refuse(session, command->reply))
		return;
	if (command->capability != NULL &&
		!session_offers(session, command->capability)) {
		session_fail(session, command->reply,
			session->class->problem[PROBLEM_ABSENT], true);
		return;
	}
	command->run(session, arguments);
}

/* One space divides verb and arguments: a second one may belong to a
 * password (RFC 1939 section 7, PASS). */
static void
command_take(struct session *session, struct span line)
{
	size_t space = span_find(line, 0, span_z(" "));
	const struct session_command *command;
	char text[VERB_MAX];
	struct span verb = verb_fold(span_cut(line, 0, space), text);

	if (verb.n > 0)
		engine_note(session->out, "command", verb, span_z(""));
	command = command_find(session->class, verb);
	if (line.n > SESSION_COMMAND_MAX && !span_eq(verb, span_z("AUTH")))
		session_problem(session, PROBLEM_LONG);
	else if (command == NULL)
		session_problem(session, PROBLEM_UNKNOWN);
	else
		command_run(session, command,
			span_cut(line, space == SIZE_MAX ? line.n : space + 1,
				line.n));
}

/* What follows a step of SASL: the next challenge, or the end. */
static void
auth_answer(struct session *session, enum sasl_result result)
{
	const char *textz = session->class->auth[result];
	bool ok;

	sasl_note(&session->sasl, result, session->out);
	switch (result) {
	case SASL_CHALLENGE:
		if (session_refuse(session, REPLY_CHALLENGE)) {
			sasl_stop(&session->sasl);
			return;
		}
		ok = buf_addz(&session->reply, textz) == 0 &&
		     buf_add(&session->reply, sasl_challenge(&session->sasl)) ==
			     0 &&
		     buf_addz(&session->reply, "\r\n") == 0;
		session_flush(session, REPLY_CHALLENGE, ok);
		return;
	case SASL_OK:
		session_say(session, REPLY_AUTH, textz);
		session_log_in(session);
		return;
	case SASL_FAILED:
	case SASL_CANCELLED:
	case SASL_MALFORMED:
		session_fail(session, REPLY_AUTH, textz, false);
		return;
	}
}

void
session_auth(struct session *session, struct span arguments)
{
	struct span mechanism = span_word(&arguments, ' ');
	struct span initial = span_word(&arguments, ' ');

	if (mechanism.n == 0 || arguments.n > 0) {
		session_problem(session, PROBLEM_SYNTAX);
		return;
	}
	if (!engine_mechanism_offered(
		    session->config, session_phase(session), mechanism) ||
		!sasl_is_known(mechanism)) {
		session_fail(session, REPLY_AUTH,
			session->class->problem[PROBLEM_MECHANISM], true);
		return;
	}
	auth_answer(
		session, sasl_line_start(&session->sasl, session->config,
				 mechanism, initial.n > 0 ? &initial : NULL));
}

static void
line_take(struct session *session, struct span line)
{
	if (session->discarding || line.n > SESSION_LINE_MAX) {
		session->discarding = false;
		sasl_stop(&session->sasl);
		session_problem(session, PROBLEM_LONG);
		return;
	}
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	else
		session_protocol_error(session, "line ends with a bare LF");
	if (sasl_is_running(&session->sasl))
		auth_answer(session, sasl_line_step(&session->sasl, line));
	else
		command_take(session, line);
}

/* Consume one line; false when none is complete. */
static bool
input_take(struct session *session)
{
	struct span input = buf_span(&session->input);
	size_t end = span_find(input, 0, span_z("\n"));

	if (end != SIZE_MAX) {
		line_take(session, span_cut(input, 0, end));
		buf_take(&session->input, end + 1);
		return true;
	}
	if (input.n > SESSION_LINE_MAX) {
		session->discarding = true;
		buf_clear(&session->input);
	}
	return false;
}

/* Carry out what is in the input, until it ends or TLS is to begin. */
static void
input_run(struct session *session)
{
	const struct session_class *class = session->class;
	bool more = true;

	while (more && !session->closed && !session->waiting &&
		session->input.n > 0) {
		if (class->has_content != NULL && class->has_content(session))
			buf_take(&session->input,
				class->eat(session, buf_span(&session->input)));
		else
			more = input_take(session);
	}
}

/* Input comes in pieces, so that the buffer stays small. Behind START_TLS
 * what does not fit is forgotten: it is to be dropped anyway. */
static void
input_add(struct session *session, struct span bytes)
{
	size_t room;

	while (bytes.n > 0 && !session->closed) {
		room = session->input.cap - session->input.n;
		if (room == 0)
			return;
		if (buf_add(&session->input, span_cut(bytes, 0, room)) != 0) {
			session_close(session);
			return;
		}
		bytes = span_cut(bytes, room, bytes.n);
		input_run(session);
	}
}

static void
session_greet(struct session *session)
{
	const struct engine_config *config = session->config;

	if (config->silent)
		return;
	if (config->greeting_text.n > 0)
		engine_send(session->out, REPLY_GREETING, span_z(""),
			config->greeting_text);
	else if (config->greeting != GREETING_BYE)
		session->class->greet(session);
	if (config->greeting == GREETING_BYE)
		session_close(session);
}

void
session_step(struct session *session, enum engine_event event,
	struct span bytes, const struct engine_sink *out)
{
	if (session->closed)
		return;
	session->out = out;
	switch (event) {
	case ENGINE_OPENED:
		session->sasl.external = sasl_names(session->config, bytes);
		session_greet(session);
		break;
	case ENGINE_BYTES:
		/* Bytes instead of a handshake: a fault kept START_TLS back,
		 * and the session goes on in clear. */
		if (session->waiting) {
			session->waiting = false;
			input_run(session);
		}
		input_add(session, bytes);
		break;
	case ENGINE_SECURED:
		/* RFC 3207 section 4.2, RFC 2595 section 4: nothing that was
		 * learnt in clear survives, least of all commands that
		 * somebody put behind STARTTLS into the same segment. */
		buf_clear(&session->input);
		session->sasl = (struct sasl){
			.external = sasl_names(session->config, bytes)};
		session->discarding = false;
		session->waiting = false;
		session->logged_in = false;
		session->tls = true;
		session->class->secure(session);
		break;
	case ENGINE_EOF:
		session_close(session);
		break;
	}
	session->out = NULL;
}
