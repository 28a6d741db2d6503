/* SPDX-License-Identifier: Apache-2.0 */
/* The POP3 engine's TRANSACTION and UPDATE states (RFC 1939 sections 5, 6). */
#include "parse/number.h"
#include "parse/pop3_text.h"
#include "proto/pop3.h"
#include "proto/reply.h"

#define NO_MESSAGE "-ERR No such message"

void
pop3_drop_open(struct session *session)
{
	const struct engine_mailbox *mailbox = session->config->mailbox;
	struct pop3 *pop3 = pop3_of(session);

	pop3->drops = 0;
	for (unsigned i = 0; mailbox != NULL && i < mailbox->n; i++) {
		if (mailbox->message[i].gone)
			continue;
		pop3->drop[pop3->drops].index = i;
		pop3->drop[pop3->drops++].deleted = false;
	}
}

void
pop3_drop_update(struct session *session)
{
	struct pop3 *pop3 = pop3_of(session);
	struct engine_mailbox *mailbox = session->config->mailbox;

	for (unsigned i = 0; i < pop3->drops; i++)
		if (pop3->drop[i].deleted)
			mailbox->message[pop3->drop[i].index].gone = true;
}

static struct span
drop_text(const struct pop3 *pop3, unsigned at)
{
	return pop3->session.config->mailbox->message[pop3->drop[at].index]
		.text;
}

/* The message of that number, counted from 0, unless it is marked deleted. */
static bool
drop_find(const struct pop3 *pop3, size_t number, unsigned *at_r)
{
	if (number == 0 || number > pop3->drops ||
		pop3->drop[number - 1].deleted)
		return false;
	*at_r = (unsigned)number - 1;
	return true;
}

/*
 * The arguments are exactly so many numbers, the first of a message: the
 * message and the last number. Else the client is told so.
 */
static bool
arguments_take(struct session *session, const char *reply,
	struct span arguments, size_t wanted, size_t numbers[2], unsigned *at_r)
{
	if (numbers_parse(arguments, numbers, wanted) != wanted) {
		session_problem(session, PROBLEM_SYNTAX);
		return false;
	}
	if (!drop_find(pop3_of(session), numbers[0], at_r)) {
		session_fail(session, reply, NO_MESSAGE, false);
		return false;
	}
	return true;
}

/* How many messages are left, and how many bytes. */
static unsigned
drop_count(const struct pop3 *pop3, size_t *size_r)
{
	unsigned n = 0;

	*size_r = 0;
	for (unsigned i = 0; i < pop3->drops; i++) {
		if (pop3->drop[i].deleted)
			continue;
		n++;
		*size_r += pop3_text_measure(drop_text(pop3, i));
	}
	return n;
}

void
pop3_stat(struct session *session, struct span arguments)
{
	size_t size;
	unsigned n = drop_count(pop3_of(session), &size);

	(void)arguments;
	session_flush(session, REPLY_STAT,
		buf_addf(&session->reply, "+OK %u %zu\r\n", n, size) == 0);
}

/* One line of a listing; its number is in front already. */
static bool
size_add(struct session *session, unsigned at)
{
	return buf_addf(&session->reply, " %zu\r\n",
		       pop3_text_measure(drop_text(pop3_of(session), at))) == 0;
}

/* A unique-id that lives as long as the world's mailbox. */
static bool
uid_add(struct session *session, unsigned at)
{
	return buf_addf(&session->reply, " %u.%u\r\n",
		       session->config->mailbox->uid_validity,
		       pop3_of(session)->drop[at].index + 1) == 0;
}

/* LIST and UIDL: one message, or all of them. */
static void
drop_list(struct session *session, const char *reply, struct span arguments,
	bool (*add)(struct session *, unsigned))
{
	struct pop3 *pop3 = pop3_of(session);
	size_t numbers[2];
	unsigned at;
	bool ok;

	if (arguments.n > 0) {
		if (arguments_take(session, reply, arguments, 1, numbers, &at))
			session_flush(session, reply,
				buf_addf(&session->reply, "+OK %u", at + 1) ==
						0 &&
					add(session, at));
		return;
	}
	ok = buf_addz(&session->reply, "+OK\r\n") == 0;
	for (unsigned i = 0; ok && i < pop3->drops; i++)
		if (!pop3->drop[i].deleted)
			ok = buf_addf(&session->reply, "%u", i + 1) == 0 &&
			     add(session, i);
	ok = ok && buf_addz(&session->reply, ".\r\n") == 0;
	session_flush(session, reply, ok);
}

void
pop3_list(struct session *session, struct span arguments)
{
	drop_list(session, REPLY_LIST, arguments, size_add);
}

void
pop3_uidl(struct session *session, struct span arguments)
{
	drop_list(session, REPLY_UIDL, arguments, uid_add);
}

/* Send the text; a line that starts with a dot gets another one (RFC 1939
 * section 3). */
static void
text_send(struct session *session, const char *reply, struct span text,
	unsigned at)
{
	const struct action note = {.kind = ACTION_NOTE,
		.name = "message",
		.word = span_z("fetched"),
		.number = at + 1,
		.bytes = text};
	struct span rest = text, line;
	bool ok = buf_addf(&session->reply, "+OK %zu octets\r\n",
			  pop3_text_measure(text)) == 0;

	while (ok && rest.n > 0) {
		line = pop3_line_next(&rest);
		if (line.n > 0 && line.p[0] == '.')
			ok = buf_addz(&session->reply, ".") == 0;
		ok = ok && buf_add(&session->reply, line) == 0 &&
		     buf_addz(&session->reply, "\r\n") == 0;
	}
	ok = ok && buf_addz(&session->reply, ".\r\n") == 0;
	session_flush(session, reply, ok);
	if (ok)
		session->out->act(session->out->self, &note);
}

void
pop3_retr(struct session *session, struct span arguments)
{
	size_t numbers[2];
	unsigned at;

	if (arguments_take(session, REPLY_RETR, arguments, 1, numbers, &at))
		text_send(session, REPLY_RETR, drop_text(pop3_of(session), at),
			at);
}

void
pop3_top(struct session *session, struct span arguments)
{
	size_t numbers[2];
	struct span text;
	unsigned at;

	if (!arguments_take(session, REPLY_TOP, arguments, 2, numbers, &at))
		return;
	text = drop_text(pop3_of(session), at);
	text_send(session, REPLY_TOP,
		span_cut(text, 0, pop3_top_measure(text, numbers[1])), at);
}

void
pop3_dele(struct session *session, struct span arguments)
{
	size_t numbers[2];
	unsigned at;

	if (!arguments_take(session, REPLY_DELE, arguments, 1, numbers, &at))
		return;
	pop3_of(session)->drop[at].deleted = true;
	session_say(session, REPLY_DELE, "+OK Marked");
}

void
pop3_rset(struct session *session, struct span arguments)
{
	struct pop3 *pop3 = pop3_of(session);

	(void)arguments;
	for (unsigned i = 0; i < pop3->drops; i++)
		pop3->drop[i].deleted = false;
	session_say(session, REPLY_RSET, "+OK");
}
