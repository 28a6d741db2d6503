/* SPDX-License-Identifier: Apache-2.0 */
/* The SMTP engine: RFC 5321, 6409 (submission), 3207 (STARTTLS), 4954. */
#include "proto/smtp.h"

#include <stdlib.h>

#include "parse/number.h"
#include "parse/parse.h"
#include "proto/reply.h"

void
smtp_reset(struct smtp *smtp)
{
	smtp->mail = smtp->utf8 = smtp->chunked = false;
	smtp->recipients = 0;
	smtp->too_big = false;
	smtp->unstuff = (struct smtp_unstuff){.bare = false};
	buf_clear(&smtp->message);
}

size_t
smtp_limit(const struct session *session)
{
	const struct engine_capabilities *list =
		&session->config->capabilities[session_phase(session)];
	struct span rest;
	size_t size;

	for (unsigned i = 0; i < list->n; i++) {
		rest = span_z(list->item[i]);
		/* RFC 1870 section 3: SIZE 0 is no limit. */
		if (span_eq_nocase(span_word(&rest, ' '), span_z("SIZE")) &&
			number_parse(rest, SIZE_MAX, &size) && size > 0 &&
			size < SESSION_MESSAGE_MAX)
			return size;
	}
	return SESSION_MESSAGE_MAX;
}

static void
smtp_greet(struct session *session)
{
	session_flush(session, REPLY_GREETING,
		buf_addf(&session->reply, "220 %s ESMTP\r\n",
			session->config->hostz) == 0);
}

/* EHLO and HELO begin a session anew (RFC 5321 section 4.1.4). */
static bool
hello_take(struct session *session, struct span arguments)
{
	if (span_word(&arguments, ' ').n == 0) {
		session_problem(session, PROBLEM_SYNTAX);
		return false;
	}
	smtp_of(session)->greeted = true;
	smtp_reset(smtp_of(session));
	return true;
}

static void
smtp_ehlo(struct session *session, struct span arguments)
{
	const struct engine_config *config = session->config;
	const struct engine_capabilities *list =
		&config->capabilities[session_phase(session)];
	const char *word, *status;
	bool ok, deep;

	if (!hello_take(session, arguments))
		return;
	deep = engine_deep_item(config, session_phase(session),
		engine_deep_smtp, &word, &status);
	ok = buf_addf(&session->reply, "250%c%s\r\n",
		     list->n > 0 || deep ? '-' : ' ', config->hostz) == 0;
	for (unsigned i = 0; ok && i < list->n; i++)
		ok = buf_addf(&session->reply, "250%c%s\r\n",
			     i + 1 < list->n || deep ? '-' : ' ',
			     list->item[i]) == 0;
	if (ok && deep)
		ok = buf_addf(&session->reply, "250 %s%s%s\r\n", word,
			     *status != '\0' ? " " : "", status) == 0;
	session_flush(session, REPLY_CAPABILITIES, ok);
	if (deep)
		engine_note(session->out, "status", span_z(""), span_z(status));
}

static void
smtp_helo(struct session *session, struct span arguments)
{
	if (!hello_take(session, arguments))
		return;
	session_flush(session, REPLY_HELO,
		buf_addf(&session->reply, "250 %s\r\n",
			session->config->hostz) == 0);
}

static void
smtp_starttls(struct session *session, struct span arguments)
{
	if (arguments.n > 0)
		session_problem(session, PROBLEM_SYNTAX);
	else
		session_start_tls(
			session, REPLY_STARTTLS, "220 2.0.0 Begin TLS");
}

static void
smtp_rset(struct session *session, struct span arguments)
{
	(void)arguments;
	smtp_reset(smtp_of(session));
	session_say(session, REPLY_RSET, "250 2.0.0 Ok");
}

static void
smtp_noop(struct session *session, struct span arguments)
{
	(void)arguments;
	session_say(session, REPLY_NOOP, "250 2.0.0 Ok");
}

static void
smtp_vrfy(struct session *session, struct span arguments)
{
	if (arguments.n == 0)
		session_problem(session, PROBLEM_SYNTAX);
	else
		session_say(session, REPLY_VRFY,
			"252 2.0.0 Cannot verify, but will take mail");
}

static void
smtp_help(struct session *session, struct span arguments)
{
	(void)arguments;
	session_say(session, REPLY_HELP, "214 2.0.0 See RFC 5321");
}

/* CLIENT of DEEP (-04 section 7.3) and MUA-STS (-05 section 9.3). */
static void
smtp_client(struct session *session, struct span arguments)
{
	const enum lk_latch_dialect dialect = session->config->deep.dialect;
	const bool is_sts = dialect == LK_LATCH_05 || dialect == LK_LATCH_06;
	struct action note = {.kind = ACTION_NOTE,
		.name = "report",
		.word = span_z("CLIENT")};
	struct lk_result result = {.reason = LK_NONE};
	struct buf line;
	ssize_t n = -1;

	if (session->config->deep.statusz[session_phase(session)] == NULL) {
		session_problem(session, PROBLEM_UNKNOWN);
		return;
	}
	buf_init(&line, SESSION_LINE_MAX + 16);
	if (buf_addz(&line, "CLIENT ") == 0 && buf_add(&line, arguments) == 0 &&
		buf_addz(&line, "\r\n") == 0)
		n = is_sts ? lk_sts_client_parse(buf_span(&line), &result)
			   : lk_deep_client_parse(buf_span(&line), &result);
	/* What rests on a reading breaks the rule of its own parameter. */
	note.ok = n > 0 && !lk_is_ambiguous(&result);
	note.bytes = buf_span(&line);
	session->out->act(session->out->self, &note);
	buf_fini(&line);
	if (n > 0)
		session_say(session, REPLY_CLIENT, "250 2.0.0 Noted");
	else
		session_fail(session, REPLY_CLIENT, "501 5.5.4 Bad parameter",
			false);
}

static void
smtp_quit(struct session *session, struct span arguments)
{
	(void)arguments;
	session_say(session, REPLY_LOGOUT, "221 2.0.0 Bye");
	session_close(session);
}

static unsigned
smtp_facts(const struct session *session)
{
	const struct smtp *smtp = (const struct smtp *)session;
	bool envelope = smtp->mail && !smtp->chunked;

	return (smtp->greeted ? FACT_GREETED : 0U) |
	       (smtp->mail ? 0U : FACT_IDLE) | (envelope ? FACT_MAIL : 0U) |
	       (envelope && smtp->recipients > 0 ? FACT_RECIPIENT : 0U);
}

/* RFC 3207 section 4.2: as if the connection were new. */
static void
smtp_secure(struct session *session)
{
	struct smtp *smtp = smtp_of(session);

	smtp->greeted = false;
	smtp->content = CONTENT_NONE;
	smtp_reset(smtp);
}

/* RFC 4954 section 4: nothing to forget, for there is no security layer. */
static void
smtp_login(struct session *session)
{
	(void)session;
}

/* An enhanced status code (RFC 3463 section 2): digit "." digits "." digits */
static bool
smtp_is_dress(struct span word)
{
	return word.n >= 5 && word.p[0] >= '2' && word.p[0] <= '5' &&
	       word.p[1] == '.' && span_find(word, 2, span_z(".")) != SIZE_MAX;
}

static const struct session_command commands[] = {
	{"EHLO", REPLY_CAPABILITIES, NULL, 0, smtp_ehlo},
	{"HELO", REPLY_HELO, NULL, 0, smtp_helo},
	{"STARTTLS", REPLY_STARTTLS, "STARTTLS", FACT_CLEAR, smtp_starttls},
	{"AUTH", REPLY_AUTH, "AUTH", FACT_GREETED | FACT_IDLE | FACT_GUEST,
		session_auth},
	{"MAIL", REPLY_MAIL, NULL, FACT_GREETED | FACT_IDLE, smtp_mail},
	{"RCPT", REPLY_RCPT, NULL, FACT_MAIL, smtp_rcpt},
	{"DATA", REPLY_DATA, NULL, FACT_RECIPIENT, smtp_data},
	{"BDAT", NULL, NULL, 0, smtp_bdat},
	{"RSET", REPLY_RSET, NULL, 0, smtp_rset},
	{"NOOP", REPLY_NOOP, NULL, 0, smtp_noop},
	{"VRFY", REPLY_VRFY, NULL, 0, smtp_vrfy},
	{"CLIENT", REPLY_CLIENT, NULL, FACT_GREETED, smtp_client},
	{"HELP", REPLY_HELP, NULL, 0, smtp_help},
	{"QUIT", REPLY_LOGOUT, NULL, 0, smtp_quit},
};

static const struct session_class smtp_class = {
	.command = commands,
	.commands = sizeof(commands) / sizeof(*commands),
	.problem = {"500 5.5.1 Unknown command", "501 5.5.4 Bad arguments",
		"503 5.5.1 Bad sequence of commands", "500 5.5.6 Line too long",
		"502 5.5.1 Not implemented",
		"504 5.5.4 Mechanism not supported",
		"421 4.7.0 Too many errors"},
	.auth = {"334 ", "235 2.7.0 Logged in", "535 5.7.8 Wrong credentials",
		"501 5.7.0 Cancelled", "501 5.5.2 Malformed response"},
	.is_dress = smtp_is_dress,
	.dress_capability = "ENHANCEDSTATUSCODES",
	.greet = smtp_greet,
	.facts = smtp_facts,
	.has_content = smtp_has_content,
	.eat = smtp_eat,
	.secure = smtp_secure,
	.login = smtp_login,
};

static struct engine *
smtp_new(const struct engine_config *config)
{
	struct smtp *smtp = calloc(1, sizeof(*smtp));

	if (smtp == NULL)
		return NULL;
	session_init(&smtp->session, &smtp_class, config);
	buf_init(&smtp->message, SESSION_MESSAGE_MAX);
	return (struct engine *)smtp;
}

static void
smtp_step(struct engine *engine, enum engine_event event, struct span bytes,
	const struct engine_sink *out)
{
	session_step((struct session *)engine, event, bytes, out);
}

static void
smtp_free(struct engine *engine)
{
	struct smtp *smtp = (struct smtp *)engine;

	if (smtp == NULL)
		return;
	session_fini(&smtp->session);
	buf_fini(&smtp->message);
	free(smtp);
}

const struct engine_class smtp_engine = {
	"smtp", smtp_new, smtp_step, smtp_free};
