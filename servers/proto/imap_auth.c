/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP before the mail: capabilities, TLS, login, the way out. */
#include "proto/imap.h"

#include "parse/parse.h"

void
imap_capability(struct imap *imap, struct imap_reader *args)
{
	if (!imap_read_end(args)) {
		imap_bad(imap, "CAPABILITY has no arguments");
		return;
	}
	imap_put(imap, "* CAPABILITY");
	imap_put_capabilities(imap, imap_phase(imap));
	imap_put(imap, "\r\n");
	imap_finish(imap, "OK CAPABILITY completed");
}

void
imap_noop(struct imap *imap, struct imap_reader *args)
{
	if (!imap_read_end(args)) {
		imap_bad(imap, "NOOP has no arguments");
		return;
	}
	imap_view_update(imap);
	imap_finish(imap, "OK NOOP completed");
}

void
imap_logout(struct imap *imap, struct imap_reader *args)
{
	if (!imap_read_end(args)) {
		imap_bad(imap, "LOGOUT has no arguments");
		return;
	}
	imap_put(imap, "* BYE Logging out\r\n");
	imap_finish(imap, "OK LOGOUT completed");
	imap_close(imap);
}

/* id_params_list = "(" #(string SPACE nstring) ")" / nil (RFC 2971) */
static bool
id_read(struct imap_reader *args)
{
	struct imap_string string;
	bool first = true;

	if (!imap_read_space(args))
		return false;
	if (imap_read_keyword(args, "NIL"))
		return imap_read_end(args);
	if (!imap_read_char(args, '('))
		return false;
	for (; !imap_read_char(args, ')'); first = false) {
		if (!first && !imap_read_space(args))
			return false;
		if (!imap_read_string(args, &string) ||
			!imap_read_space(args) ||
			(!imap_read_keyword(args, "NIL") &&
				!imap_read_string(args, &string)))
			return false;
	}
	return imap_read_end(args);
}

/* What a client of DEEP (-04 section 7.1) or MUA-STS (-05 section 9.1) says. */
static void
report_note(struct imap *imap, struct span list)
{
	struct action note = {
		.kind = ACTION_NOTE, .name = "report", .word = span_z("ID")};
	struct lk_result result;
	ssize_t n = lk_deep_id_parse(list, &result);

	note.ok = n > 0;
	note.bytes = n > 0 ? span_cut(list, 0, (size_t)n) : list;
	imap->out->act(imap->out->self, &note);
}

void
imap_id(struct imap *imap, struct imap_reader *args)
{
	const struct engine_deep *deep = &imap->config->deep;
	const char *status = deep->statusz[imap_phase(imap)];
	struct span list = span_cut(args->in, args->at + 1, args->in.n);

	if (!id_read(args)) {
		imap_bad(imap, "ID wants NIL or a list of strings");
		return;
	}
	if (status == NULL) {
		imap_put(imap, "* ID (\"name\" \"Latchkey\")\r\n");
		imap_finish(imap, "OK ID completed");
		return;
	}
	report_note(imap, list);
	imap_put(imap, "* ID (\"name\" \"Latchkey\" \"%s\" ",
		engine_deep_field(deep));
	imap_put_string(imap, span_z(status));
	imap_put(imap, ")\r\n");
	imap_finish(imap, "OK ID completed");
	engine_note(imap->out, "status", span_z(""), span_z(status));
}

void
imap_starttls(struct imap *imap, struct imap_reader *args)
{
	const struct action action = {.kind = ACTION_START_TLS};

	if (!imap_read_end(args)) {
		imap_bad(imap, "STARTTLS has no arguments");
		return;
	}
	imap_finish(imap, "OK Begin TLS negotiation now");
	imap->mode = IMAP_HANDSHAKE;
	imap->out->act(imap->out->self, &action);
}

/* Tell the client how its login went. */
static void
login_finish(struct imap *imap, bool ok)
{
	if (!ok) {
		imap_finish(imap, "NO [AUTHENTICATIONFAILED] Wrong name or "
				  "password");
		return;
	}
	imap_log_in(imap);
	imap_put_tag(imap);
	imap_put(imap, "OK ");
	imap_put_capability_code(imap, PHASE_LOGIN);
	imap_put(imap, "Logged in\r\n");
	imap_send(imap);
}

/* login = "LOGIN" SP userid SP password */
void
imap_login(struct imap *imap, struct imap_reader *args)
{
	struct action note = {
		.kind = ACTION_NOTE, .name = "auth", .word = span_z("LOGIN")};
	struct imap_string user, password;

	if (!imap_read_space(args) || !imap_read_astring(args, &user) ||
		!imap_read_space(args) || !imap_read_astring(args, &password) ||
		!imap_read_end(args)) {
		imap_bad(imap, "LOGIN wants a name and a password");
		return;
	}
	note.ok = imap_string_is(user, span_z(imap->config->userz)) &&
		  imap_string_is(password, span_z(imap->config->passwordz));
	imap->out->act(imap->out->self, &note);
	login_finish(imap, note.ok);
}

/* What follows one step of the SASL exchange. */
static void
sasl_go_on(struct imap *imap, enum sasl_result result)
{
	sasl_note(&imap->sasl, result, imap->out);
	imap->mode = IMAP_COMMANDS;
	if (result == SASL_CHALLENGE) {
		if (imap_refused(imap, REPLY_CHALLENGE))
			return;
		imap->mode = IMAP_SASL;
		imap_prompt(imap, REPLY_CHALLENGE, sasl_challenge(&imap->sasl));
		return;
	}
	switch (result) {
	case SASL_CANCELLED:
		imap_finish(imap, "BAD Authentication was cancelled");
		break;
	case SASL_MALFORMED:
		imap_finish(imap, "BAD This is no answer to the challenge");
		break;
	case SASL_OK:
	case SASL_FAILED:
	case SASL_CHALLENGE:
		login_finish(imap, result == SASL_OK);
		break;
	}
}

/* authenticate = "AUTHENTICATE" SP auth-type [SP (base64 / "=")] */
void
imap_authenticate(struct imap *imap, struct imap_reader *args)
{
	struct span mechanism, initial;
	bool has_initial;

	if (!imap_read_space(args) || !imap_read_atom(args, &mechanism)) {
		imap_bad(imap, "AUTHENTICATE wants a mechanism");
		return;
	}
	has_initial = imap_read_space(args);
	if (has_initial && !imap_read_atom(args, &initial)) {
		imap_bad(imap, "This is no initial response");
		return;
	}
	if (!imap_read_end(args)) {
		imap_bad(imap, "AUTHENTICATE has two arguments at most");
		return;
	}
	if (!engine_mechanism_offered(
		    imap->config, imap_phase(imap), mechanism)) {
		imap_refuse(
			imap, REPLY_AUTH, "NO [CANNOT] Unsupported mechanism");
		return;
	}
	if (has_initial && !imap_offers(imap, "SASL-IR")) {
		imap_refuse(imap, REPLY_AUTH,
			"BAD Initial responses are not supported");
		return;
	}
	if (!sasl_is_known(mechanism)) {
		imap_finish(imap, "NO [CANNOT] Unsupported mechanism");
		return;
	}
	sasl_go_on(imap, sasl_line_start(&imap->sasl, imap->config, mechanism,
				 has_initial ? &initial : NULL));
}

void
imap_sasl_line(struct imap *imap, struct span line)
{
	sasl_go_on(imap, sasl_line_step(&imap->sasl, line));
}

/* enable = "ENABLE" 1*(SP capability) (RFC 5161) */
void
imap_enable(struct imap *imap, struct imap_reader *args)
{
	struct span word;
	bool rev2 = imap->rev2, utf8 = false;

	if (imap_read_end(args)) {
		imap_bad(imap, "ENABLE wants a capability");
		return;
	}
	while (!imap_read_end(args)) {
		if (!imap_read_space(args) || !imap_read_atom(args, &word)) {
			imap_bad(imap, "ENABLE wants capabilities");
			return;
		}
		if (span_eq_nocase(word, span_z("IMAP4rev2")))
			rev2 = rev2 || imap_offers(imap, "IMAP4rev2");
		if (span_eq_nocase(word, span_z("UTF8=ACCEPT")))
			utf8 = imap_offers(imap, "UTF8=ACCEPT");
	}
	imap_put(imap, "* ENABLED%s%s\r\n",
		rev2 && !imap->rev2 ? " IMAP4rev2" : "",
		utf8 ? " UTF8=ACCEPT" : "");
	imap->rev2 = rev2;
	imap_finish(imap, "OK ENABLE completed");
}

void
imap_idle(struct imap *imap, struct imap_reader *args)
{
	if (!imap_read_end(args)) {
		imap_bad(imap, "IDLE has no arguments");
		return;
	}
	imap->mode = IMAP_IDLE;
	imap_prompt(imap, REPLY_CONTINUE, span_z("idling"));
}

/* idle = "IDLE" CRLF "DONE" (RFC 2177) */
void
imap_idle_line(struct imap *imap, struct span line)
{
	imap->mode = IMAP_COMMANDS;
	if (!span_eq_nocase(line, span_z("DONE"))) {
		imap_bad(imap, "IDLE ends with DONE");
		return;
	}
	imap_view_update(imap);
	imap_finish(imap, "OK IDLE terminated");
}
