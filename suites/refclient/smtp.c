/* SPDX-License-Identifier: Apache-2.0 */
/* Submission (RFC 6409, RFC 5321, RFC 3207, RFC 4954). */
#include <stdio.h>
#include <unistd.h>

#include "bug.h"
#include "bug_session.h"
#include "deep.h"
#include "session.h"

#define COMMAND_LIMIT 512 /* RFC 5321 section 4.5.3.1.4 */

/* A reply with this code, and no other, is a yes. */
static int
answer_take(struct session *s, unsigned code, const char *whatz,
	struct lk_result *r)
{
	struct span lines, text = span_z("");

	s->code = 0;
	if (session_reply(s, lk_smtp_reply_parse, r) != 0)
		return -1;
	s->code = r->smtp_reply.code;
	if (r->smtp_reply.code == code)
		return 0;
	lines = r->smtp_reply.lines;
	(void)lk_smtp_reply_next(&lines, &text);
	return session_refused(s, whatz, text);
}

static int
command(struct session *s, const char *textz, unsigned code, const char *whatz)
{
	struct lk_result r;

	if (session_sendf(s, "%s", textz) != 0)
		return -1;
	return answer_take(s, code, whatz, &r);
}

static int
smtp_greet(struct session *s)
{
	struct lk_result r;

	if (answer_take(s, 220, "the greeting", &r) != 0)
		return buggy(bug_misled(s), -1);
	return 0;
}

static void
own_name(char *name, size_t size)
{
	name[0] = name[size - 1] = '\0';
	if (gethostname(name, size - 1) != 0 || name[0] == '\0')
		(void)snprintf(name, size, "[127.0.0.1]");
}

/*
 * RFC 5321 section 4.1.1.1. HELO is no way out when EHLO is refused: behind
 * it there is neither TLS nor a login.
 */
static int
smtp_capabilities(struct session *s)
{
	struct lk_result r;
	struct span lines, keyword, parameters;
	char name[256];

	if (!buggy(bug_keeps_capabilities(s), false))
		caps_clear(&s->caps);
	s->code = 0;
	own_name(name, sizeof(name));
	if (session_sendf(s, "EHLO %s", name) != 0)
		return -1;
	if (session_reply(s, lk_smtp_ehlo_parse, &r) != 0) {
		if (lk_smtp_reply_parse(wire_span(&s->wire), &r) > 0)
			s->code = r.smtp_reply.code;
		return bug(HELO_INSTEAD) ? buggy(bug_smtp_helo(s, name), -1)
					 : -1;
	}
	lines = r.smtp_ehlo.lines;
	while (lk_smtp_ehlo_next(&lines, &keyword, &parameters)) {
		if (caps_add(&s->caps, "", keyword) != 0)
			return session_fail(s, "too long a list");
		if (span_eq_nocase(keyword, span_z("AUTH")) &&
			caps_add_logins(&s->caps, parameters) != 0)
			return session_fail(s, "too long a list");
		if (deep_is_word(s, keyword) &&
			deep_status_set(s, parameters) != 0)
			return -1;
	}
	return 0;
}

int
smtp_hello_old(struct session *s)
{
	struct lk_result r;
	char name[256];

	/* The refusal of EHLO has been read, and not been used. */
	if (session_reply(s, lk_smtp_reply_parse, &r) != 0)
		return -1;
	own_name(name, sizeof(name));
	if (session_sendf(s, "HELO %s", name) != 0)
		return -1;
	return answer_take(s, 250, "HELO", &r);
}

/* RFC 3207 section 4. */
static int
smtp_starttls(struct session *s)
{
	return command(s, buggy(bug_starttls_line(s, "STARTTLS"), "STARTTLS"),
		220, "STARTTLS");
}

/* The command CLIENT, which only DEEP and MUA-STS have. The report brings its
 * CR LF along; whatever the server says to it changes nothing (section 7.3). */
static int
smtp_promises(struct session *s, struct span report)
{
	struct lk_result r;

	if (report.n == 0)
		return 0;
	if (session_sendf(s, "%.*s", (int)report.n - 2,
		    (const char *)report.p) != 0 ||
		session_reply(s, lk_smtp_reply_parse, &r) != 0)
		return -1;
	return bug(REPORT_REFUSAL_MINDED) && r.smtp_reply.code != 250
		       ? session_fail(s, "CLIENT: refused")
		       : 0;
}

/* RFC 4954 section 4. */
static int
smtp_sasl(struct session *s, struct sasl *sasl)
{
	struct lk_result r;
	struct span lines, text;
	struct buf line;
	int result = -1;

	buf_init(&line, CAPS_MAX);
	if (buf_addf(&line, "AUTH %s", sasl_name(sasl->mechanism)) != 0 ||
		sasl_begin(sasl, COMMAND_LIMIT, &line, s->err) != 0)
		goto out;
	if (bug(AUTH_PIPELINED) && caps_has(&s->caps, "PIPELINING") &&
		buf_addf(&line, "\r\nMAIL FROM:<%s>", s->mail->fromz) != 0)
		goto out;
	for (;;) {
		if (session_send(s, &line) != 0 ||
			session_reply(s, lk_smtp_reply_parse, &r) != 0)
			goto out;
		lines = r.smtp_reply.lines;
		text = span_z("");
		(void)lk_smtp_reply_next(&lines, &text);
		if (r.smtp_reply.code != 334)
			break;
		buf_clear(&line);
		if (sasl_step(sasl, text, &line, s->err) != 0) {
			result = session_cancel(s);
			goto out;
		}
	}
	result = r.smtp_reply.code == 235
			 ? 0
			 : session_refused(s, "the login", text);
out:
	buf_fini(&line);
	return result;
}

/* There is none without SASL. */
static int
smtp_login(struct session *s)
{
	return buggy(bug_smtp_plain(s), 1);
}

/* RFC 5321 sections 2.3.8 and 4.5.2: lines end with CR LF, and one that
 * begins with a dot gets another. */
static int
content_make(struct buf *out, struct span text)
{
	struct span line;
	size_t at;

	while (text.n > 0) {
		at = span_find(text, 0, span_z("\n"));
		line = span_cut(text, 0, at);
		text = span_cut(text, at == SIZE_MAX ? text.n : at + 1, text.n);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (span_has_prefix(line, span_z(".")) &&
			buf_addz(out, ".") != 0)
			return -1;
		if (buf_add(out, line) != 0 || buf_addz(out, "\r\n") != 0)
			return -1;
	}
	return buf_addz(out, ".\r\n");
}

static int
content_send(struct session *s)
{
	struct lk_result r;
	struct buf content;
	int result;

	buf_init(&content, WIRE_READ_MAX);
	result = content_make(&content, s->mail->text) == 0
			 ? wire_send(&s->wire, buf_span(&content), s->err)
			 : session_fail(s, "too long a message");
	buf_fini(&content);
	return result == 0 ? answer_take(s, 250, "the message", &r) : -1;
}

static int
smtp_work(struct session *s)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "MAIL FROM:<%s>", s->mail->fromz);
	if (command(s, line, 250, "the sender") != 0)
		return -1;
	for (const char *const *to = s->mail->recipients; *to != NULL; to++) {
		(void)snprintf(line, sizeof(line), "RCPT TO:<%s>", *to);
		if (command(s, line, 250, "the recipient") != 0)
			return -1;
	}
	if (command(s, "DATA", 354, "the message") != 0)
		return -1;
	return content_send(s);
}

static void
smtp_leave(struct session *s)
{
	(void)command(s, "QUIT", 221, "QUIT");
}

const struct protocol protocol_smtp = {
	.greet = smtp_greet,
	.capabilities = smtp_capabilities,
	.starttls = smtp_starttls,
	.sasl = smtp_sasl,
	.promises = smtp_promises,
	.login = smtp_login,
	.work = smtp_work,
	.leave = smtp_leave,
};
