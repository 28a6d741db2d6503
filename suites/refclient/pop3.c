/* SPDX-License-Identifier: Apache-2.0 */
/* POP3 (RFC 1939, RFC 2449, RFC 2595, RFC 5034). */
#include <stdio.h>

#include "bug.h"
#include "bug_session.h"
#include "deep.h"
#include "parse/number.h"
#include "session.h"

#define COMMAND_LIMIT 255 /* RFC 2449 section 4 */
#define COUNT_MAX 1000000

/* The first line of an answer; 0: +OK, 1: the server waits for more. */
static int
answer_take(struct session *s, const char *whatz, struct lk_result *r)
{
	const struct lk_pop3_reply *reply = &r->pop3_reply;

	if (session_reply(s, lk_pop3_reply_parse, r) != 0)
		return -1;
	if (reply->status == LK_POP3_CHALLENGE)
		return 1;
	if (reply->status == LK_POP3_OK)
		return 0;
	return session_refused(s, whatz, reply->text);
}

/* The same of an answer behind which the server waits for nothing. */
static int
answer_last(struct session *s, const char *whatz, struct lk_result *r)
{
	int waits = answer_take(s, whatz, r);

	return waits <= 0 ? waits : session_fail(s, "%s: what more?", whatz);
}

static int
command(struct session *s, const char *textz, const char *whatz,
	struct lk_result *r)
{
	return session_sendf(s, "%s", textz) == 0 ? answer_last(s, whatz, r)
						  : -1;
}

static int
pop3_greet(struct session *s)
{
	struct lk_result r;

	/* The greeting is a reply; a challenge or an error is none. */
	if (answer_last(s, "the greeting", &r) != 0)
		return buggy(bug_misled(s), -1);
	buggy(bug_pop3_greeting(s, r.pop3_reply.text), (void)0);
	buggy(bug_pop3_early(s), (void)0);
	return 0;
}

/* RFC 2449 section 5; what RFC 1939 has, USER, is a word like all others. */
static int
pop3_capabilities(struct session *s)
{
	struct lk_result r;
	struct span lines, tag, parameters;

	if (!buggy(bug_keeps_capabilities(s), false))
		caps_clear(&s->caps);
	if (session_sendf(s, "CAPA") != 0 ||
		session_reply(s, lk_pop3_capa_parse, &r) != 0)
		return -1;
	lines = r.pop3_capa.lines;
	while (lk_pop3_capa_next(&lines, &tag, &parameters)) {
		if (span_eq_nocase(tag, span_z("STLS")))
			tag = span_z("STARTTLS");
		if (caps_add(&s->caps, "", tag) != 0)
			return session_fail(s, "too long a list");
		if (span_eq_nocase(tag, span_z("SASL")) &&
			caps_add_logins(&s->caps, parameters) != 0)
			return session_fail(s, "too long a list");
		if (deep_is_word(s, tag) && deep_status_set(s, parameters) != 0)
			return -1;
	}
	return 0;
}

/* RFC 2595 section 4. */
static int
pop3_starttls(struct session *s)
{
	struct lk_result r;

	return command(
		s, buggy(bug_starttls_line(s, "STLS"), "STLS"), "STLS", &r);
}

/* A challenge that cannot be read is left where it is by the parser, for which
 * it is no reply. */
static bool
challenge_skip(struct session *s)
{
	struct span rest = wire_span(&s->wire);

	if (!span_has_prefix(rest, span_z("+ ")))
		return false;
	wire_use(&s->wire, rest.n);
	return true;
}

/* RFC 5034 section 4. */
static int
pop3_sasl(struct session *s, struct sasl *sasl)
{
	struct lk_result r;
	struct buf line;
	int result = -1, waits;

	buf_init(&line, CAPS_MAX);
	if (buf_addf(&line, "AUTH %s", sasl_name(sasl->mechanism)) != 0 ||
		sasl_begin(sasl, COMMAND_LIMIT, &line, s->err) != 0)
		goto out;
	for (;;) {
		if (session_send(s, &line) != 0)
			goto out;
		waits = answer_take(s, "the login", &r);
		if (waits <= 0)
			break;
		buf_clear(&line);
		if (sasl_step(sasl, r.pop3_reply.text, &line, s->err) != 0) {
			result = session_cancel(s);
			goto out;
		}
	}
	result = waits;
	if (waits < 0 && challenge_skip(s))
		result = session_cancel(s);
out:
	buf_fini(&line);
	return result;
}

/* RFC 1939 section 7. APOP is no way to log in: MD5, and no TLS needed. */
static int
pop3_login(struct session *s)
{
	const char *apopz = buggy(bug_pop3_apop(s), NULL);
	struct lk_result r;
	char line[512];

	if (apopz != NULL)
		return command(s, apopz, "the login", &r);
	if (!caps_has(&s->caps, "USER") && !buggy(bug_plain_login(s), false))
		return 1;
	(void)snprintf(line, sizeof(line), "USER %s", s->account->userz);
	if (command(s, line, "the login", &r) != 0)
		return -1;
	(void)snprintf(line, sizeof(line), "PASS %s", s->account->passwordz);
	return command(s, line, "the login", &r);
}

/* Lines up to the one with a dot; a dot in front of others goes. */
static int
mail_take(struct session *s)
{
	struct span line;

	for (;;) {
		if (session_line(s, &line) != 0)
			return s->wire.ended && bug(TRUNCATION_ACCEPTED) ? 0
									 : -1;
		if (span_eq(line, span_z(".")))
			return 0;
		if (span_has_prefix(line, span_z(".")))
			line = span_cut(line, 1, line.n);
		if (fwrite(line.p, 1, line.n, s->out) != line.n ||
			fputs("\r\n", s->out) == EOF)
			return session_fail(s, "cannot write");
	}
}

static int
pop3_work(struct session *s)
{
	struct lk_result r;
	char line[64];
	struct span text;
	size_t count;

	if (command(s, "STAT", "STAT", &r) != 0)
		return -1;
	text = r.pop3_reply.text;
	if (!number_parse(span_word(&text, ' '), COUNT_MAX, &count))
		return session_fail(s, "STAT: no number of messages");
	count = buggy(bug_pop3_count(s, count), count);
	for (size_t i = 1; i <= count; i++) {
		(void)snprintf(line, sizeof(line), "RETR %lu",
			(unsigned long)buggy(bug_pop3_number(s, i), i));
		if (command(s, line, "the mail", &r) != 0 || mail_take(s) != 0)
			return -1;
	}
	return 0;
}

static void
pop3_leave(struct session *s)
{
	struct lk_result r;

	(void)command(s, "QUIT", "QUIT", &r);
}

const struct protocol protocol_pop3 = {
	.alpnz = "pop3",
	.greet = pop3_greet,
	.capabilities = pop3_capabilities,
	.starttls = pop3_starttls,
	.sasl = pop3_sasl,
	.login = pop3_login,
	.work = pop3_work,
	.leave = pop3_leave,
};
