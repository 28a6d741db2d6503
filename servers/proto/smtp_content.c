/* SPDX-License-Identifier: Apache-2.0 */
/* The SMTP engine's DATA (RFC 5321 section 4.1.1.4) and BDAT (RFC 3030). */
#include "parse/number.h"
#include "proto/reply.h"
#include "proto/smtp.h"

#define PIECE_MAX 4096

static void
message_add(struct smtp *smtp, struct span text)
{
	if (smtp->too_big ||
		text.n > smtp_limit(&smtp->session) - smtp->message.n ||
		buf_add(&smtp->message, text) != 0)
		smtp->too_big = true;
}

/* The message is complete: it is taken, or not, and the transaction ends. */
static void
message_end(struct smtp *smtp)
{
	struct session *session = &smtp->session;
	struct action note = {.kind = ACTION_NOTE,
		.name = "message",
		.word = span_z("submitted")};

	smtp->content = CONTENT_NONE;
	if (smtp->too_big) {
		session_fail(session, REPLY_MESSAGE,
			"552 5.3.4 Message too big", false);
	} else if (!session_refuse(session, REPLY_MESSAGE)) {
		note.number = ++smtp->messages;
		note.bytes = buf_span(&smtp->message);
		session->out->act(session->out->self, &note);
		session_say(session, REPLY_MESSAGE, "250 2.0.0 Message taken");
	}
	smtp_reset(smtp);
}

void
smtp_data(struct session *session, struct span arguments)
{
	struct smtp *smtp = smtp_of(session);

	if (arguments.n > 0) {
		session_problem(session, PROBLEM_SYNTAX);
		return;
	}
	smtp->content = CONTENT_DATA;
	session_say(session, REPLY_DATA, "354 End with a dot alone on a line");
}

static size_t
data_eat(struct smtp *smtp, struct span input)
{
	uint8_t text[PIECE_MAX + 1];
	size_t n = 0, used;

	used = smtp_unstuff(
		&smtp->unstuff, span_cut(input, 0, PIECE_MAX), text, &n);
	message_add(smtp, span_of(text, n));
	if (smtp->unstuff.state != UNSTUFF_END)
		return used;
	if (smtp->unstuff.bare)
		session_protocol_error(
			&smtp->session, "bare CR or LF in the message");
	message_end(smtp);
	return used;
}

/* All octets of a chunk are here. */
static void
chunk_end(struct smtp *smtp)
{
	struct session *session = &smtp->session;
	bool wanted = smtp->content == CONTENT_BDAT;

	smtp->content = CONTENT_NONE;
	if (!wanted) {
		session_problem(session, PROBLEM_STATE);
	} else if (smtp->last) {
		message_end(smtp);
	} else if (smtp->too_big) {
		session_fail(session, REPLY_BDAT, "552 5.3.4 Message too big",
			false);
		smtp_reset(smtp);
	} else if (session_refuse(session, REPLY_BDAT)) {
		smtp_reset(smtp);
	} else {
		session_say(session, REPLY_BDAT, "250 2.0.0 Chunk taken");
	}
}

/* bdat-cmd = "BDAT" SP chunk-size [SP "LAST"] */
void
smtp_bdat(struct session *session, struct span arguments)
{
	struct smtp *smtp = smtp_of(session);
	struct span size = span_word(&arguments, ' ');

	if (!session_offers(session, "CHUNKING")) {
		session_fail(session, REPLY_BDAT,
			session->class->problem[PROBLEM_ABSENT], true);
		return;
	}
	smtp->last = span_eq_nocase(arguments, span_z("LAST"));
	if (!number_parse(size, SIZE_MAX, &smtp->octets) ||
		(arguments.n > 0 && !smtp->last)) {
		session_problem(session, PROBLEM_SYNTAX);
		return;
	}
	/* RFC 3030 section 2: the octets come in any case, and behind a BDAT
	 * that failed others may be on their way. So a refusal has to wait
	 * for their end. */
	smtp->content = smtp->recipients > 0 ? CONTENT_BDAT : CONTENT_WASTE;
	smtp->chunked = smtp->recipients > 0;
	if (smtp->octets == 0)
		chunk_end(smtp);
}

static size_t
bdat_eat(struct smtp *smtp, struct span input)
{
	struct span chunk = span_cut(input, 0, smtp->octets);

	if (smtp->content == CONTENT_BDAT)
		message_add(smtp, chunk);
	smtp->octets -= chunk.n;
	if (smtp->octets == 0)
		chunk_end(smtp);
	return chunk.n;
}

bool
smtp_has_content(const struct session *session)
{
	return ((const struct smtp *)session)->content != CONTENT_NONE;
}

size_t
smtp_eat(struct session *session, struct span input)
{
	struct smtp *smtp = smtp_of(session);

	return smtp->content == CONTENT_DATA ? data_eat(smtp, input)
					     : bdat_eat(smtp, input);
}
