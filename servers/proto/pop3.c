/* SPDX-License-Identifier: Apache-2.0 */
/* The POP3 engine: RFC 1939, 2449 (CAPA), 2595 (STLS), 5034 (AUTH). */
#include "proto/pop3.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/digest.h"
#include "proto/reply.h"

#define TIMESTAMP_MAX 512

/* The text that APOP hashes in front of the password (RFC 1939 section 7). */
static struct span
timestamp_print(const struct engine_config *config, char out[TIMESTAMP_MAX])
{
	int n = snprintf(
		out, TIMESTAMP_MAX, "<%s@%s>", config->noncez, config->hostz);

	return span_of(out, n > 0 && n < TIMESTAMP_MAX ? (size_t)n : 0);
}

static void
pop3_greet(struct session *session)
{
	char text[TIMESTAMP_MAX];
	struct span timestamp = timestamp_print(session->config, text);
	bool ok = buf_addz(&session->reply, "+OK POP3 server ready") == 0;

	if (ok && session_offers(session, "APOP"))
		ok = buf_addz(&session->reply, " ") == 0 &&
		     buf_add(&session->reply, timestamp) == 0;
	ok = ok && buf_addz(&session->reply, "\r\n") == 0;
	session_flush(session, REPLY_GREETING, ok);
}

/* APOP is an item of the list so that it can be offered and withheld like any
 * other, but what shows it to clients is the greeting. */
static bool
item_is_printed(struct span item)
{
	return !span_eq_nocase(span_word(&item, ' '), span_z("APOP"));
}

static void
pop3_capa(struct session *session, struct span arguments)
{
	const struct engine_capabilities *list =
		&session->config->capabilities[session_phase(session)];
	bool ok = buf_addz(&session->reply, "+OK\r\n") == 0;
	bool deep;
	const char *word, *status;

	(void)arguments;
	for (unsigned i = 0; ok && i < list->n; i++)
		if (item_is_printed(span_z(list->item[i])))
			ok = buf_addf(&session->reply, "%s\r\n",
				     list->item[i]) == 0;
	deep = engine_deep_item(session->config, session_phase(session),
		engine_deep_pop3, &word, &status);
	if (ok && deep)
		ok = buf_addf(&session->reply, "%s%s%s\r\n", word,
			     *status != '\0' ? " " : "", status) == 0;
	ok = ok && buf_addz(&session->reply, ".\r\n") == 0;
	session_flush(session, REPLY_CAPABILITIES, ok);
	if (deep)
		engine_note(session->out, "status", span_z(""), span_z(status));
}

static void
pop3_stls(struct session *session, struct span arguments)
{
	if (arguments.n > 0)
		session_problem(session, PROBLEM_SYNTAX);
	else
		session_start_tls(session, REPLY_STARTTLS, "+OK Begin TLS");
}

static void
pop3_user(struct session *session, struct span arguments)
{
	struct pop3 *pop3 = pop3_of(session);

	if (arguments.n == 0) {
		session_problem(session, PROBLEM_SYNTAX);
		return;
	}
	pop3->user_given = true;
	pop3->user_right = span_eq(arguments, span_z(session->config->userz));
	session_say(session, REPLY_USER, "+OK Send PASS");
}

/* What follows credentials outside of SASL. */
static void
pop3_enter(
	struct session *session, const char *reply, const char *method, bool ok)
{
	session_note_login(session, method, ok);
	if (ok) {
		session_say(session, reply, "+OK Logged in");
		session_log_in(session);
		return;
	}
	session_fail(session, reply, session->class->auth[SASL_FAILED], false);
}

static void
pop3_pass(struct session *session, struct span arguments)
{
	const char *passwordz = session->config->passwordz;
	struct pop3 *pop3 = pop3_of(session);
	bool ok = pop3->user_right && passwordz != NULL &&
		  span_eq(arguments, span_z(passwordz));

	pop3->user_given = pop3->user_right = false;
	pop3_enter(session, REPLY_LOGIN, "USER", ok);
}

/* Is digest the MD5 of timestamp and password, in hexadecimal? */
static bool
apop_verify(const struct engine_config *config, struct span digest)
{
	char text[TIMESTAMP_MAX], hex[2 * DIGEST_MD5_SIZE + 1];
	struct span timestamp = timestamp_print(config, text);
	uint8_t hash[DIGEST_MD5_SIZE];
	struct buf input;
	bool ok;

	if (config->passwordz == NULL)
		return false;
	buf_init(&input, SESSION_COMMAND_MAX);
	ok = buf_add(&input, timestamp) == 0 &&
	     buf_addz(&input, config->passwordz) == 0 &&
	     digest_md5(buf_span(&input), hash) == 0;
	buf_fini(&input);
	for (size_t i = 0; ok && i < sizeof(hash); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return ok && span_eq_nocase(digest, span_of(hex, 2 * DIGEST_MD5_SIZE));
}

static void
pop3_apop(struct session *session, struct span arguments)
{
	const struct engine_config *config = session->config;
	struct span user = span_word(&arguments, ' ');
	bool ok;

	if (user.n == 0 || arguments.n != 2 * DIGEST_MD5_SIZE) {
		session_problem(session, PROBLEM_SYNTAX);
		return;
	}
	ok = span_eq(user, span_z(config->userz)) &&
	     apop_verify(config, arguments);
	if (ok)
		engine_note(session->out, "proof", span_z("apop"), span_z(""));
	pop3_enter(session, REPLY_AUTH, "APOP", ok);
}

/* AUTH alone lists the mechanisms, one a line: older than CAPA's SASL, and
 * still asked for by clients. */
static void
mechanisms_list(struct session *session)
{
	const struct engine_capabilities *list =
		&session->config->capabilities[session_phase(session)];
	bool ok = buf_addz(&session->reply, "+OK\r\n") == 0;
	struct span rest;

	for (unsigned i = 0; i < list->n; i++) {
		rest = span_z(list->item[i]);
		if (!span_eq_nocase(span_word(&rest, ' '), span_z("SASL")))
			continue;
		while (ok && rest.n > 0)
			ok = buf_add(&session->reply, span_word(&rest, ' ')) ==
				     0 &&
			     buf_addz(&session->reply, "\r\n") == 0;
	}
	ok = ok && buf_addz(&session->reply, ".\r\n") == 0;
	session_flush(session, REPLY_CAPABILITIES, ok);
}

static void
pop3_auth(struct session *session, struct span arguments)
{
	if (arguments.n > 0)
		session_auth(session, arguments);
	else if (!session_refuse(session, REPLY_CAPABILITIES))
		mechanisms_list(session);
}

static void
pop3_utf8(struct session *session, struct span arguments)
{
	(void)arguments;
	session_say(session, REPLY_ENABLE, "+OK UTF-8 it is");
}

static void
pop3_noop(struct session *session, struct span arguments)
{
	(void)arguments;
	session_say(session, REPLY_NOOP, "+OK");
}

static void
pop3_quit(struct session *session, struct span arguments)
{
	(void)arguments;
	pop3_drop_update(session);
	session_say(session, REPLY_LOGOUT, "+OK Bye");
	session_close(session);
}

#define FACT_NAMED FACT_OWN /* USER came before */

static unsigned
pop3_facts(const struct session *session)
{
	return ((const struct pop3 *)session)->user_given ? FACT_NAMED : 0;
}

/* RFC 2449 section 8: codes in brackets need the capability. The only one
 * that this server has is AUTH (RFC 3206). */
static bool
pop3_is_dress(struct span word)
{
	return span_eq(word, span_z("[AUTH]"));
}

static void
pop3_secure(struct session *session)
{
	struct pop3 *pop3 = pop3_of(session);

	pop3->user_given = pop3->user_right = false;
}

static const struct session_command commands[] = {
	{"CAPA", REPLY_CAPABILITIES, NULL, 0, pop3_capa},
	{"STLS", REPLY_STARTTLS, "STLS", FACT_CLEAR | FACT_GUEST, pop3_stls},
	{"USER", REPLY_USER, "USER", FACT_GUEST, pop3_user},
	{"PASS", REPLY_LOGIN, "USER", FACT_GUEST | FACT_NAMED, pop3_pass},
	{"APOP", REPLY_AUTH, "APOP", FACT_GUEST, pop3_apop},
	{"AUTH", REPLY_AUTH, "SASL", FACT_GUEST, pop3_auth},
	{"UTF8", REPLY_ENABLE, "UTF8", FACT_GUEST, pop3_utf8},
	{"STAT", REPLY_STAT, NULL, FACT_USER, pop3_stat},
	{"LIST", REPLY_LIST, NULL, FACT_USER, pop3_list},
	{"UIDL", REPLY_UIDL, "UIDL", FACT_USER, pop3_uidl},
	{"RETR", REPLY_RETR, NULL, FACT_USER, pop3_retr},
	{"TOP", REPLY_TOP, "TOP", FACT_USER, pop3_top},
	{"DELE", REPLY_DELE, NULL, FACT_USER, pop3_dele},
	{"RSET", REPLY_RSET, NULL, FACT_USER, pop3_rset},
	{"NOOP", REPLY_NOOP, NULL, FACT_USER, pop3_noop},
	{"QUIT", REPLY_LOGOUT, NULL, 0, pop3_quit},
};

static const struct session_class pop3_class = {
	.command = commands,
	.commands = sizeof(commands) / sizeof(*commands),
	.problem = {"-ERR Unknown command", "-ERR Bad arguments",
		"-ERR Not now", "-ERR Line too long", "-ERR Not supported",
		"-ERR Mechanism not supported", "-ERR Too many errors"},
	.auth = {"+ ", "+OK Logged in", "-ERR [AUTH] Wrong credentials",
		"-ERR Cancelled", "-ERR Malformed response"},
	.is_dress = pop3_is_dress,
	.dress_capability = "AUTH-RESP-CODE",
	.greet = pop3_greet,
	.facts = pop3_facts,
	.secure = pop3_secure,
	.login = pop3_drop_open,
};

static struct engine *
pop3_new(const struct engine_config *config)
{
	struct pop3 *pop3 = calloc(1, sizeof(*pop3));

	if (pop3 != NULL)
		session_init(&pop3->session, &pop3_class, config);
	return (struct engine *)pop3;
}

static void
pop3_step(struct engine *engine, enum engine_event event, struct span bytes,
	const struct engine_sink *out)
{
	session_step((struct session *)engine, event, bytes, out);
}

static void
pop3_free(struct engine *engine)
{
	if (engine != NULL)
		session_fini((struct session *)engine);
	free(engine);
}

const struct engine_class pop3_engine = {
	"pop3", pop3_new, pop3_step, pop3_free};
