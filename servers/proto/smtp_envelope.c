/* SPDX-License-Identifier: Apache-2.0 */
/* The SMTP engine's MAIL and RCPT, with the parameters that are offered. */
#include "parse/smtp_envelope.h"

#include "parse/number.h"
#include "proto/reply.h"
#include "proto/smtp.h"

#define BAD_VALUE "501 5.5.4 Bad parameter value"
#define BAD_PARAMETER "555 5.5.4 Parameter not recognized"

struct parameter {
	const char *keyword;
	const char *capability;
	/* Use the value; what to answer if that is not possible, or NULL. */
	const char *(*take)(
		struct session *session, const struct smtp_parameter *given);
};

/* RFC 1870 section 6.1 */
static const char *
size_take(struct session *session, const struct smtp_parameter *given)
{
	size_t size;

	if (!number_parse(given->value, SIZE_MAX, &size))
		return BAD_VALUE;
	return size > smtp_limit(session) ? "552 5.3.4 Message too big" : NULL;
}

/* RFC 6152, RFC 3030: BINARYMIME is a capability of its own. */
static const char *
body_take(struct session *session, const struct smtp_parameter *given)
{
	if (span_eq_nocase(given->value, span_z("7BIT")) ||
		span_eq_nocase(given->value, span_z("8BITMIME")))
		return NULL;
	return span_eq_nocase(given->value, span_z("BINARYMIME")) &&
			       session_offers(session, "BINARYMIME")
		       ? NULL
		       : BAD_VALUE;
}

static const char *
utf8_take(struct session *session, const struct smtp_parameter *given)
{
	smtp_of(session)->utf8 = true;
	return given->has_value ? BAD_VALUE : NULL;
}

static const char *
flag_take(struct session *session, const struct smtp_parameter *given)
{
	(void)session;
	return given->has_value ? BAD_VALUE : NULL;
}

/* ENVID, AUTH ("<>" is valid xtext), ORCPT behind its type */
static const char *
xtext_take(struct session *session, const struct smtp_parameter *given)
{
	(void)session;
	return smtp_xtext_is_valid(given->value) ? NULL : BAD_VALUE;
}

/* RFC 3461 section 4.3 */
static const char *
ret_take(struct session *session, const struct smtp_parameter *given)
{
	(void)session;
	return span_eq_nocase(given->value, span_z("FULL")) ||
			       span_eq_nocase(given->value, span_z("HDRS"))
		       ? NULL
		       : BAD_VALUE;
}

/* RFC 3461 section 4.1: NEVER alone, or a list of the others */
static const char *
notify_take(struct session *session, const struct smtp_parameter *given)
{
	struct span rest = given->value, word;

	(void)session;
	if (span_eq_nocase(rest, span_z("NEVER")))
		return NULL;
	do {
		word = span_word(&rest, ',');
		if (!span_eq_nocase(word, span_z("SUCCESS")) &&
			!span_eq_nocase(word, span_z("FAILURE")) &&
			!span_eq_nocase(word, span_z("DELAY")))
			return BAD_VALUE;
	} while (rest.n > 0);
	return NULL;
}

static const struct parameter mail_parameters[] = {
	{"SIZE", "SIZE", size_take},
	{"BODY", "8BITMIME", body_take},
	{"SMTPUTF8", "SMTPUTF8", utf8_take},
	{"AUTH", "AUTH", xtext_take},
	{"RET", "DSN", ret_take},
	{"ENVID", "DSN", xtext_take},
	{"REQUIRETLS", "REQUIRETLS", flag_take},
	{NULL, NULL, NULL},
};

static const struct parameter rcpt_parameters[] = {
	{"NOTIFY", "DSN", notify_take},
	{"ORCPT", "DSN", xtext_take},
	{NULL, NULL, NULL},
};

/* Take all parameters; false if the client was told that one is wrong. */
static bool
parameters_take(struct session *session, const char *reply, struct span rest,
	const struct parameter *row)
{
	struct smtp_parameter given;
	const struct parameter *found;
	const char *problem = NULL;
	int more;

	while ((more = smtp_parameter_next(&rest, &given)) > 0) {
		found = row;
		while (found->keyword != NULL &&
			!span_eq_nocase(given.keyword, span_z(found->keyword)))
			found++;
		if (found->keyword == NULL ||
			!session_offers(session, found->capability)) {
			session_fail(session, reply, BAD_PARAMETER,
				found->keyword != NULL);
			return false;
		}
		problem = found->take(session, &given);
		if (problem != NULL) {
			session_fail(session, reply, problem, false);
			return false;
		}
	}
	if (more < 0)
		session_problem(session, PROBLEM_SYNTAX);
	return more == 0;
}

/*
 * "FROM:" or "TO:" and the path; *rest is what follows. False if the client
 * was told that it is wrong. A space behind the colon is against RFC 5321
 * section 3.3, but widespread: noted and accepted.
 */
static bool
path_take(struct session *session, const char *keyword, struct span *rest,
	struct smtp_path *path_r)
{
	const struct span prefix = span_z(keyword);
	struct span s = *rest;
	ssize_t used = -1;

	if (span_has_prefix_nocase(s, prefix)) {
		s = span_cut(s, prefix.n, s.n);
		if (s.n > 0 && s.p[0] == ' ')
			session_protocol_error(
				session, "space in front of a path");
		while (s.n > 0 && s.p[0] == ' ')
			s = span_cut(s, 1, s.n);
		used = smtp_path_parse(s, path_r);
	}
	if (used < 0) {
		session_problem(session, PROBLEM_SYNTAX);
		return false;
	}
	*rest = span_cut(s, (size_t)used, s.n);
	return true;
}

/* Is AUTH offered in this phase or a later one? Then mail is for users only
 * (RFC 6409 section 4.3). */
static bool
auth_is_required(const struct session *session)
{
	if (session->logged_in)
		return false;
	for (int phase = (int)session_phase(session); phase <= PHASE_LOGIN;
		phase++)
		if (engine_offers(
			    session->config, (enum engine_phase)phase, "AUTH"))
			return true;
	return false;
}

/* False if the client was told to log in, or to start TLS for that. */
static bool
mail_is_allowed(struct session *session)
{
	const char *textz = "530 5.7.0 Authentication required";

	if (!auth_is_required(session))
		return true;
	/* RFC 3207 section 4 */
	if (!session->tls && session_offers(session, "STARTTLS") &&
		!session_offers(session, "AUTH"))
		textz = "530 5.7.0 Must issue a STARTTLS command first";
	session_fail(session, REPLY_MAIL, textz, false);
	return false;
}

void
smtp_mail(struct session *session, struct span arguments)
{
	struct smtp *smtp = smtp_of(session);
	struct smtp_path path;

	if (!mail_is_allowed(session))
		return;
	smtp_reset(smtp);
	if (!path_take(session, "FROM:", &arguments, &path) ||
		!parameters_take(
			session, REPLY_MAIL, arguments, mail_parameters))
		return;
	if ((path.local.n > 0 && path.domain.n == 0) ||
		(path.eight_bit && !smtp->utf8)) {
		session_fail(session, REPLY_MAIL,
			"553 5.1.7 Bad sender address", false);
		return;
	}
	smtp->mail = true;
	session_say(session, REPLY_MAIL, "250 2.1.0 Sender ok");
}

/* RFC 5321 section 4.5.1: postmaster needs no domain. */
static bool
recipient_is_valid(const struct smtp *smtp, const struct smtp_path *path)
{
	if (path->eight_bit && !smtp->utf8)
		return false;
	return path->domain.n > 0 ||
	       span_eq_nocase(path->local, span_z("postmaster"));
}

void
smtp_rcpt(struct session *session, struct span arguments)
{
	struct smtp *smtp = smtp_of(session);
	struct smtp_path path;

	if (!path_take(session, "TO:", &arguments, &path) ||
		!parameters_take(
			session, REPLY_RCPT, arguments, rcpt_parameters))
		return;
	if (!recipient_is_valid(smtp, &path)) {
		session_fail(session, REPLY_RCPT,
			"553 5.1.3 Bad recipient address", false);
		return;
	}
	if (smtp->recipients == SMTP_RECIPIENTS_MAX) {
		session_fail(session, REPLY_RCPT,
			"452 4.5.3 Too many recipients", false);
		return;
	}
	smtp->recipients++;
	session_say(session, REPLY_RCPT, "250 2.1.5 Recipient ok");
}
