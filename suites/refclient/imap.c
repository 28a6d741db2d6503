/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP (RFC 9051, RFC 3501). */
#include <openssl/rand.h>
#include <stdio.h>

#include "bug.h"
#include "bug_session.h"
#include "deep.h"
#include "session.h"

/*
 * Tags nobody can guess: an answer that was sent before its command has none
 * that fits.
 */
static int
tag_make(struct session *s)
{
	static unsigned count;
	uint8_t room[8];
	size_t n = 0;

	if (buggy(bug_counts_tags(), false)) {
		(void)snprintf(s->tag, sizeof(s->tag), "A%03u", ++count);
		return 0;
	}
	if (RAND_bytes(room, sizeof(room)) != 1)
		return session_fail(s, "no random bytes");
	for (size_t i = 0; i < sizeof(room); i++)
		n += (size_t)snprintf(
			s->tag + n, sizeof(s->tag) - n, "%02x", room[i]);
	return 0;
}

/* The literal or string behind BODY[] is a mail. */
static int
mail_write(struct session *s, struct span values)
{
	struct lk_imap_value value;
	bool is_next = false;

	while (lk_imap_value_next(&values, &value)) {
		if (is_next && value.type != LK_IMAP_TYPE_ATOM) {
			if (fwrite(value.content.p, 1, value.content.n,
				    s->out) != value.content.n)
				return session_fail(s, "cannot write");
			s->fetched++;
			return 0;
		}
		is_next = value.type == LK_IMAP_TYPE_ATOM &&
			  span_eq_nocase(value.content, span_z("BODY[]"));
	}
	return 0;
}

/* A list of capabilities takes the place of the one before. */
static int
words_take(struct session *s, struct span words)
{
	struct span word;

	caps_clear(&s->caps);
	while ((word = span_word(&words, ' ')).n > 0)
		if (caps_add(&s->caps, "", word) != 0)
			return session_fail(s, "too long a list");
	return 0;
}

/* Of the pairs of ID (RFC 2971) the one that is the status. */
static int
status_take(struct session *s, struct span values)
{
	struct lk_imap_value name, value;

	if (!lk_imap_value_next(&values, &name)) /* ( or NIL */
		return 0;
	while (lk_imap_value_next(&values, &name) &&
		lk_imap_value_next(&values, &value))
		if (deep_is_field(s, name.content) &&
			value.type != LK_IMAP_TYPE_ATOM)
			return deep_status_set(s, value.content);
	return 0;
}

/* RFC 9051 section 7.1: an ALERT is for the user, from a server that is
 * known; section 11.3: one that comes before TLS is for nobody. */
static void
alert_show(struct session *s, const struct lk_imap_response *response)
{
	if (!span_eq_nocase(response->code, span_z("ALERT")))
		return;
	if (!s->wire.secure && !bug(SHOWS_EARLY_ALERTS))
		return;
	(void)fprintf(bug(SHOWS_EARLY_ALERTS) ? stdout : stderr, "alert: ");
	for (size_t i = 0; i < response->text.n; i++)
		if (response->text.p[i] >= ' ' && response->text.p[i] != 0x7f)
			(void)fputc(response->text.p[i],
				bug(SHOWS_EARLY_ALERTS) ? stdout : stderr);
	(void)fputc('\n', bug(SHOWS_EARLY_ALERTS) ? stdout : stderr);
}

/*
 * Data that nobody asked for. Servers may send them at any time; what is
 * not the answer to the command that waits is not looked at (RFC 9051 section
 * 11.3 lists what an attacker does with it).
 */
static int
untagged_take(struct session *s, const struct lk_imap_response *response)
{
	struct span word = response->word;

	buggy(bug_imap_early(s, response), (void)0);
	alert_show(s, response);
	if (span_eq_nocase(word, span_z("BYE")) && s->stage != STAGE_DONE)
		return session_refused(s, "the server", response->text);
	if (span_eq_nocase(word, span_z("CAPABILITY")) &&
		(s->wants == IMAP_WANTS_CAPABILITY || bug(BELIEVES_ANY_LIST)))
		return words_take(s, response->values);
	if (span_eq_nocase(word, span_z("EXISTS")) &&
		s->wants == IMAP_WANTS_EXISTS)
		s->exists = response->number;
	if (span_eq_nocase(word, span_z("ID")) && s->wants == IMAP_WANTS_ID)
		return status_take(s, response->values);
	if (span_eq_nocase(word, span_z("FETCH")) &&
		(s->wants == IMAP_WANTS_MAIL || bug(BELIEVES_EARLY_MAIL)))
		return mail_write(s, response->values);
	return 0;
}

/* Read up to the answer that has our tag; 1: the server waits for more. */
static int
answer_take(struct session *s, struct lk_result *r)
{
	const struct lk_imap_response *response = &r->imap_response;

	for (;;) {
		if (session_reply(s, lk_imap_response_parse, r) != 0)
			return -1;
		if (response->kind == LK_IMAP_CONTINUE)
			return 1;
		if (response->kind == LK_IMAP_UNTAGGED) {
			if (untagged_take(s, response) != 0)
				return -1;
			continue;
		}
		alert_show(s, response);
		if (span_eq(response->tag, span_z(s->tag)))
			return 0;
		if (!bug(COUNTS_TAGS))
			return session_fail(s, "an answer to no question");
	}
}

/* The answer to a command that has nothing more to say. */
static int
answer_last(struct session *s, struct lk_result *r, const char *whatz)
{
	int waits = answer_take(s, r);

	return waits <= 0 ? waits : session_fail(s, "%s: what more?", whatz);
}

static int
answer_check(struct session *s, const struct lk_result *r, const char *whatz)
{
	const struct lk_imap_response *response = &r->imap_response;

	if (span_eq_nocase(response->word, span_z("OK")))
		return 0;
	/* A referral (RFC 2221, RFC 2193) is a refusal: a server does not
	 * say where else a password goes. */
	buggy(bug_referral(s, response), (void)0);
	return session_refused(s, whatz, response->text);
}

/* One command that needs nothing more than its line. */
static int
command(struct session *s, const char *textz, const char *whatz)
{
	struct lk_result r;

	if (tag_make(s) != 0)
		return -1;
	if (bug(COUNTS_TAGS) && buggy(bug_imap_answered(s), false))
		return 0;
	if (session_sendf(s, "%s %s", s->tag, textz) != 0)
		return -1;
	if (answer_last(s, &r, whatz) != 0)
		return -1;
	return answer_check(s, &r, whatz);
}

static int
imap_greet(struct session *s)
{
	struct lk_result r;
	const struct lk_imap_response *response = &r.imap_response;

	if (session_reply(s, lk_imap_response_parse, &r) != 0)
		return buggy(bug_misled(s), -1);
	buggy(bug_imap_early(s, response), (void)0);
	alert_show(s, response);
	s->is_preauth = response->kind == LK_IMAP_UNTAGGED &&
			span_eq_nocase(response->word, span_z("PREAUTH"));
	/* Inside TLS it would be the account of nobody we know: we have shown
	 * no certificate. In clear it is worse, and the caller's business. */
	if (s->is_preauth && !s->wire.secure)
		return 0;
	/* The list that may stand in it is not looked at: in clear it could
	 * be anybody's, and inside TLS it costs one question to be sure. */
	if (response->kind == LK_IMAP_UNTAGGED &&
		span_eq_nocase(response->word, span_z("OK")))
		return 0;
	buggy(bug_referral(s, response), (void)0);
	(void)session_refused(s, "the greeting", response->text);
	return buggy(bug_misled(s), -1);
}

static int
imap_capabilities(struct session *s)
{
	int result;

	if (!buggy(bug_keeps_capabilities(s), false))
		caps_clear(&s->caps);
	s->wants = IMAP_WANTS_CAPABILITY;
	result = command(s, "CAPABILITY", "CAPABILITY");
	s->wants = IMAP_WANTS_NOTHING;
	return result;
}

static int
imap_starttls(struct session *s)
{
	return command(s, buggy(bug_starttls_line(s, "STARTTLS"), "STARTTLS"),
		"STARTTLS");
}

/* RFC 2971: who asks, and what it has to say, in one command. If the server
 * does not like it, there is just nothing to hear. */
static int
imap_promises(struct session *s, struct span report)
{
	struct lk_result r;
	int result;

	if (report.n == 0)
		report = span_z("NIL");
	if (tag_make(s) != 0 ||
		session_sendf(s, "%s ID %.*s", s->tag, (int)report.n,
			(const char *)report.p) != 0)
		return -1;
	s->wants = IMAP_WANTS_ID;
	result = answer_last(s, &r, "ID");
	s->wants = IMAP_WANTS_NOTHING;
	return result;
}

/* RFC 9051 section 6.2.2. */
static int
imap_sasl(struct session *s, struct sasl *sasl)
{
	struct lk_result r;
	struct buf line;
	int result = -1, waits;
	/* RFC 4959 section 3: only where it is said to be possible. */
	bool ahead = caps_has(&s->caps, "SASL-IR") || bug(ALWAYS_SASL_IR);

	buf_init(&line, CAPS_MAX);
	if (tag_make(s) != 0 || buf_addf(&line, "%s AUTHENTICATE %s", s->tag,
					sasl_name(sasl->mechanism)) != 0)
		goto out;
	if (ahead && sasl_begin(sasl, SIZE_MAX, &line, s->err) != 0)
		goto out;
	for (;;) {
		if (session_send(s, &line) != 0)
			goto out;
		waits = answer_take(s, &r);
		if (waits <= 0)
			break;
		buf_clear(&line);
		if (sasl_step(sasl, r.imap_response.text, &line, s->err) != 0) {
			result = session_cancel(s);
			goto out;
		}
	}
	if (waits == 0)
		result = answer_check(s, &r, "the login");
out:
	buf_fini(&line);
	return result;
}

/* A quoted string (RFC 9051 section 4.3), or -1: it would need a literal. */
static int
quoted_add(struct buf *line, const char *textz)
{
	if (buf_addz(line, " \"") != 0)
		return -1;
	for (const char *p = textz; *p != '\0'; p++) {
		if (*p < ' ' || *p > '~')
			return -1;
		if ((*p == '"' || *p == '\\') && buf_addz(line, "\\") != 0)
			return -1;
		if (buf_add(line, span_of(p, 1)) != 0)
			return -1;
	}
	return buf_addz(line, "\"");
}

/* RFC 9051 section 6.2.3. */
static int
imap_login(struct session *s)
{
	struct lk_result r;
	struct buf line;
	int result;

	if (caps_has(&s->caps, "LOGINDISABLED") && !bug(LOGINDISABLED_IGNORED))
		return 1;
	buf_init(&line, CAPS_MAX);
	if (tag_make(s) != 0 || buf_addf(&line, "%s LOGIN", s->tag) != 0 ||
		quoted_add(&line, s->account->userz) != 0 ||
		quoted_add(&line, s->account->passwordz) != 0)
		result = session_fail(s, "the password cannot be said");
	else
		result = session_send(s, &line);
	buf_fini(&line);
	if (result != 0 || answer_last(s, &r, "the login") != 0)
		return -1;
	return answer_check(s, &r, "the login");
}

static int
imap_work(struct session *s)
{
	char line[300];
	int result;

	if (buggy(bug_imap_done_early(s), false))
		return 0;
	(void)snprintf(line, sizeof(line), "EXAMINE %s",
		buggy(bug_imap_mailbox(s), "INBOX"));
	s->wants = IMAP_WANTS_EXISTS;
	result = command(s, line, "INBOX");
	s->wants = IMAP_WANTS_NOTHING;
	if (result != 0 || s->exists == 0)
		return result;
	(void)snprintf(line, sizeof(line), "FETCH 1:%u (BODY.PEEK[])",
		buggy(bug_imap_exists(s), s->exists));
	s->wants = IMAP_WANTS_MAIL;
	s->fetched = 0;
	result = command(s, line, "the mail");
	if (result != 0 && s->wire.ended && bug(TRUNCATION_ACCEPTED))
		return fwrite(s->wire.in.p, 1, s->wire.in.n, s->out) == 0;
	if (result == 0 && s->fetched < s->exists)
		result = session_fail(s, "not all of the mail came");
	return result;
}

static void
imap_leave(struct session *s)
{
	(void)command(s, "LOGOUT", "LOGOUT");
}

const struct protocol protocol_imap = {
	.alpnz = "imap",
	.greet = imap_greet,
	.capabilities = imap_capabilities,
	.starttls = imap_starttls,
	.sasl = imap_sasl,
	.promises = imap_promises,
	.login = imap_login,
	.work = imap_work,
	.leave = imap_leave,
};
