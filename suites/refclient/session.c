/* SPDX-License-Identifier: Apache-2.0 */
/* One visit to one server: the order of things, which is all that matters. */
#include "session.h"

#include <stdarg.h>

#include "bug.h"
#include "bug_session.h"
#include "deep.h"
#include "tls.h"

int
session_fail(struct session *s, const char *format, ...)
{
	va_list args;

	s->err->class = ERR_IO;
	va_start(args, format);
	(void)vsnprintf(s->err->text, sizeof(s->err->text), format, args);
	va_end(args);
	return -1;
}

int
session_refused(struct session *s, const char *whatz, struct span text)
{
	char room[160];
	size_t n = 0;

	/* In clear anybody may have written it (RFC 9051 section 11.3). */
	if (!s->wire.secure)
		return session_fail(s, "%s: refused", whatz);
	for (size_t i = 0; i < text.n && n < sizeof(room) - 1; i++)
		room[n++] = text.p[i] >= ' ' && text.p[i] < 0x7f
				    ? (char)text.p[i]
				    : '?';
	room[n] = '\0';
	return session_fail(s, "%s: refused: %s", whatz, room);
}

int
session_send(struct session *s, struct buf *line)
{
	/* Questions and answers take turns. An answer that is there before
	 * its question belongs to somebody else's dialogue; to take it shifts
	 * all that follow, across the beginning of TLS. IMAP has tags for
	 * that, which nobody can guess, and data that come at any time. */
	if (s->kind != SERVICE_IMAP && wire_span(&s->wire).n > 0 &&
		!buggy(bug_takes_answers_ahead(s), false))
		return session_fail(s, "an answer comes before its question");
	if (buf_addz(line, "\r\n") != 0)
		return session_fail(s, "too long a line");
	return wire_send(&s->wire, buf_span(line), s->err);
}

int
session_sendf(struct session *s, const char *format, ...)
{
	char room[1024];
	struct buf line;
	va_list args;
	int n, result;

	va_start(args, format);
	n = vsnprintf(room, sizeof(room), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(room))
		return session_fail(s, "too long a line");
	buf_init(&line, sizeof(room) + 2);
	result = buf_addz(&line, room) == 0 ? session_send(s, &line) : -1;
	buf_fini(&line);
	return result;
}

int
session_reply(struct session *s,
	ssize_t (*parse)(struct span input, struct lk_result *out_r),
	struct lk_result *r)
{
	bool halves = false; /* it came in more than one read */
	ssize_t n;

	wire_use(&s->wire, 0);
	for (;;) {
		n = parse(wire_span(&s->wire), r);
		if (n > 0)
			break;
		if (n != LK_MORE)
			return session_fail(s,
				"a reply that makes no sense: %s",
				lk_reason_text(r->reason)->text);
		halves = halves || wire_span(&s->wire).n > 0;
		if (wire_more(&s->wire, s->err) != 0)
			return -1;
	}
	wire_use(&s->wire, (size_t)n);
	return bug(WHOLE_REPLIES) && halves && !s->wire.secure
		       ? session_fail(s, "half a reply")
		       : 0;
}

int
session_line(struct session *s, struct span *line_r)
{
	size_t at;

	wire_use(&s->wire, 0);
	while ((at = span_find(wire_span(&s->wire), 0, span_z("\r\n"))) ==
		SIZE_MAX)
		if (wire_more(&s->wire, s->err) != 0)
			return -1;
	*line_r = span_cut(wire_span(&s->wire), 0, at);
	wire_use(&s->wire, at + 2);
	return 0;
}

int
session_cancel(struct session *s)
{
	struct err why = *s->err;

	if (!bug(CANCEL_UNSAID))
		(void)session_sendf(s, SASL_CANCEL);
	*s->err = why;
	return -1;
}

/* TLS, and the certificate of the host that was asked for: or nothing. */
static int
session_secure(struct session *s)
{
	const struct service *to = &s->account->service[s->kind];
	struct tls_wish wish = {
		.hostz = s->tlsa != NULL ? s->tlsa->base : to->hostz,
		.peer = s->tlsa != NULL ? TLS_TLSA : TLS_NAMED,
		.tlsa = s->tlsa,
		.srv_idz = s->srv_id,
		.domainz = s->tlsa == NULL && s->account->by_dane ? to->domainz
								  : NULL,
		.alpnz = s->protocol->alpnz,
		.trustz = s->account->trustz,
		.certificatez = buggy(
			bug_certificate(s->account), s->account->certificatez),
		.is_of_2016 = s->deep.is_on};
	const char *groupz;
	SSL *ssl;

	s->stage = STAGE_HANDSHAKE;
	if (to->domainz != NULL &&
		snprintf(s->srv_id, sizeof(s->srv_id), "%s.%s",
			service_label(s->kind, to->implicit),
			to->domainz) >= (int)sizeof(s->srv_id))
		return session_fail(s, "too long a domain");
	ssl = tls_new(&wish, s->err);
	if (ssl == NULL || wire_secure(&s->wire, ssl, s->err) != 0)
		return -1;
	groupz = SSL_group_to_name(ssl, (int)SSL_get_negotiated_group(ssl));
	(void)snprintf(
		s->version, sizeof(s->version), "%s", SSL_get_version(ssl));
	(void)snprintf(s->cipher, sizeof(s->cipher), "%s",
		SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl)));
	(void)snprintf(
		s->group, sizeof(s->group), "%s", groupz != NULL ? groupz : "");
	/* What the server said before was said by anybody (RFC 3207 section
	 * 4.2, RFC 9051 section 6.2.1, RFC 2595 sections 3.1 and 4). */
	if (!buggy(bug_keeps_capabilities(s), false))
		caps_clear(&s->caps);
	return 0;
}

/* To an address that was proved, if any was asked for: what the system would
 * say may be another. */
static int
session_open(struct session *s, const struct service *to)
{
	int result = -1;

	if (s->addresses == NULL)
		return wire_open(&s->wire, to->hostz, to->port, s->err);
	for (size_t i = 0; i < s->addresses->n && result != 0; i++)
		result = wire_open(
			&s->wire, s->addresses->text[i], to->port, s->err);
	return result;
}

static int
step_connect(struct session *s)
{
	const struct service *to = &s->account->service[s->kind];

	if (session_open(s, to) != 0)
		return -1;
	return to->implicit ? session_secure(s) : 0;
}

static int
step_greeting(struct session *s)
{
	return s->protocol->greet(s);
}

/* From clear text to TLS. Every way out of here but one is a failure. */
static int
step_starttls(struct session *s)
{
	if (s->wire.secure || buggy(bug_clear_now(s), false))
		return 0;
	/* Logged in already, so that STARTTLS is no longer allowed (RFC 9051
	 * section 6.2.1): whoever wants TLS has to leave. */
	if (s->is_preauth)
		return buggy(bug_takes_preauth(), false)
			       ? 0
			       : session_fail(s, "PREAUTH where TLS has to be");
	if (s->protocol->capabilities(s) != 0)
		return bug(LIST_REFUSED_ACCEPTED) ? 0 : -1;
	s->stage = STAGE_STARTTLS;
	if (!caps_has(&s->caps, "STARTTLS"))
		return buggy(bug_takes_stripped(s), false)
			       ? 0
			       : session_fail(s, "STARTTLS is not offered");
	if (s->protocol->starttls(s) != 0)
		return buggy(bug_takes_refusal(s), false) ? 0 : -1;
	return buggy(bug_clear_now(s), false) ? 0 : session_secure(s);
}

/* Asked again, inside TLS, whatever was said before. */
static int
step_capabilities(struct session *s)
{
	/* RFC 8314 section 5.2: without TLS, and without knowing whom it is
	 * with, nothing but what leads to it. There is no way past this. */
	if (!s->wire.secure && !buggy(bug_goes_clear(s), false))
		return session_fail(s, "no TLS");
	if (buggy(bug_asks_no_list(s), false))
		return 0;
	return s->protocol->capabilities(s);
}

/* What was promised has to hold before anything secret is said (DEEP, -04
 * section 5.1). */
static int
step_promises(struct session *s)
{
	return bug(LATCH_LATE) ? 0 : deep_check(s);
}

/* The best login that is offered now. */
static int
step_login(struct session *s)
{
	const struct account *a = s->account;
	const struct sasl_user user = {
		a->userz, a->passwordz, a->tokenz, a->certificatez};
	enum sasl_mechanism mechanism;
	struct sasl sasl;
	int result = 1;

	if (user.passwordz == NULL && user.tokenz == NULL &&
		user.certificatez == NULL)
		return session_fail(s, "the account has no password");
	if (buggy(s->is_preauth, false))
		return 0;
	if (buggy(bug_plain_login(s), false) ||
		!sasl_choose(&s->caps, &user, &mechanism)) {
		/* The old login, of those that have a password. */
		if (user.passwordz != NULL)
			result = s->protocol->login(s);
		return result <= 0 ? result
				   : session_fail(s, "no login that is known "
						     "is offered");
	}
	sasl_init(&sasl, mechanism, &user);
	result = s->protocol->sasl(s, &sasl);
	/* A server that says yes too early has not proved itself. */
	if (result == 0 && !sasl.done)
		result = session_fail(s, "the login ended too early");
	sasl_fini(&sasl);
	return result;
}

static int
step_work(struct session *s)
{
	return s->protocol->work(s);
}

static const struct {
	enum stage stage;
	int (*run)(struct session *s);
} steps[] = {
	{STAGE_CONNECT, step_connect},
	{STAGE_GREETING, step_greeting},
	{STAGE_LIST, step_starttls},
	{STAGE_CAPABILITIES, step_capabilities},
	{STAGE_CAPABILITIES, step_promises},
	{STAGE_LOGIN, step_login},
	{STAGE_WORK, step_work},
};

/* The steps in their order, each only if all before it went well. */
static int
session_try(struct session *s)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		s->stage = steps[i].stage;
		if ((steps[i].run(s) != 0 && !buggy(bug_passes(s), false)) ||
			buggy(bug_after(s), 0) != 0)
			return -1;
	}
	s->stage = STAGE_DONE;
	s->protocol->leave(s);
	while (bug(GOODBYE_DEMANDED) && !s->wire.notified)
		if (wire_more(&s->wire, s->err) != 0 && !s->wire.notified)
			return -1;
	return 0;
}

int
session_run(struct session *s)
{
	int result;

	wire_init(&s->wire);
	caps_init(&s->caps);
	buf_init(&s->early, CAPS_MAX);
	buf_init(&s->deep.status, CAPS_MAX);
	result = deep_load(s);
	if (result == 0 && buggy(bug_before(s, session_try), 0) == 0)
		result = session_try(s);
	else
		result = -1;
	if (result != 0)
		deep_failed(s);
	if (result != 0)
		result = buggy(bug_again(s, session_try), -1);
	wire_close(&s->wire);
	caps_fini(&s->caps);
	buf_fini(&s->early);
	buf_fini(&s->deep.status);
	return result;
}
