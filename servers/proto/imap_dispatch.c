/* SPDX-License-Identifier: Apache-2.0 */
/* The IMAP commands: which there are, and which may be carried out now. */
#include "proto/imap.h"

static const struct imap_command command_table[] = {
	{"CAPABILITY", IMAP_ANY, NULL, REPLY_CAPABILITIES, imap_capability},
	{"NOOP", IMAP_ANY, NULL, REPLY_NOOP, imap_noop},
	{"LOGOUT", IMAP_ANY, NULL, REPLY_LOGOUT, imap_logout},
	{"ID", IMAP_ANY, "ID", REPLY_ID, imap_id},
	{"STARTTLS", IMAP_GREETED, "STARTTLS", REPLY_STARTTLS, imap_starttls},
	{"LOGIN", IMAP_GREETED, NULL, REPLY_LOGIN, imap_login},
	{"AUTHENTICATE", IMAP_GREETED, NULL, REPLY_AUTH, imap_authenticate},
	{"ENABLE", IMAP_INSIDE, "ENABLE", REPLY_ENABLE, imap_enable},
	{"NAMESPACE", IMAP_INSIDE, "NAMESPACE", REPLY_NAMESPACE,
		imap_namespace},
	{"LIST", IMAP_INSIDE, NULL, REPLY_LIST, imap_list},
	{"LSUB", IMAP_INSIDE, NULL, REPLY_LIST, imap_lsub},
	{"SELECT", IMAP_INSIDE, NULL, REPLY_SELECT, imap_select},
	{"EXAMINE", IMAP_INSIDE, NULL, REPLY_SELECT, imap_examine},
	{"STATUS", IMAP_INSIDE, NULL, REPLY_STATUS, imap_status},
	{"CREATE", IMAP_INSIDE, NULL, REPLY_MAILBOX, imap_create},
	{"DELETE", IMAP_INSIDE, NULL, REPLY_MAILBOX, imap_delete},
	{"RENAME", IMAP_INSIDE, NULL, REPLY_MAILBOX, imap_rename},
	{"SUBSCRIBE", IMAP_INSIDE, NULL, REPLY_MAILBOX, imap_subscribe},
	{"UNSUBSCRIBE", IMAP_INSIDE, NULL, REPLY_MAILBOX, imap_subscribe},
	{"APPEND", IMAP_INSIDE, NULL, REPLY_APPEND, imap_append},
	{"IDLE", IMAP_INSIDE, "IDLE", REPLY_IDLE, imap_idle},
	{"CHECK", IMAP_SELECTED, NULL, REPLY_MAILBOX, imap_check},
	{"CLOSE", IMAP_SELECTED, NULL, REPLY_MAILBOX, imap_unselect},
	{"UNSELECT", IMAP_SELECTED, "UNSELECT", REPLY_MAILBOX, imap_unselect},
	{"EXPUNGE", IMAP_SELECTED, NULL, REPLY_EXPUNGE, imap_expunge},
	{"SEARCH", IMAP_SELECTED, NULL, REPLY_SEARCH, imap_search},
	{"FETCH", IMAP_SELECTED, NULL, REPLY_FETCH, imap_fetch},
	{"STORE", IMAP_SELECTED, NULL, REPLY_STORE, imap_store},
	{"COPY", IMAP_SELECTED, NULL, REPLY_STORE, imap_copy},
	{"MOVE", IMAP_SELECTED, "MOVE", REPLY_STORE, imap_move},
	{"UID SEARCH", IMAP_SELECTED, NULL, REPLY_SEARCH, imap_search},
	{"UID FETCH", IMAP_SELECTED, NULL, REPLY_FETCH, imap_fetch},
	{"UID STORE", IMAP_SELECTED, NULL, REPLY_STORE, imap_store},
	{"UID COPY", IMAP_SELECTED, NULL, REPLY_STORE, imap_copy},
	{"UID MOVE", IMAP_SELECTED, "MOVE", REPLY_STORE, imap_move},
	{"UID EXPUNGE", IMAP_SELECTED, "UIDPLUS", REPLY_EXPUNGE, imap_expunge},
};

/* Append an atom to the verb, in capitals; too long ones are no verbs. */
static bool
verb_add(struct imap *imap, struct span atom)
{
	size_t n = strlen(imap->verbz);

	if (atom.n > IMAP_VERB_MAX - n)
		return false;
	for (size_t i = 0; i < atom.n; i++, n++)
		imap->verbz[n] = (char)(atom.p[i] >= 'a' && atom.p[i] <= 'z'
						? atom.p[i] - ('a' - 'A')
						: atom.p[i]);
	imap->verbz[n] = '\0';
	return true;
}

/* command = tag SP verb [SP arguments] CRLF: cut off tag and verb. */
static bool
verb_cut(struct imap *imap, struct imap_reader *r)
{
	struct span atom;

	imap->tag_n = 0;
	imap->verbz[0] = '\0';
	imap->uid = false;
	imap->command = NULL;
	if (!imap_read_tag(r, &atom) || atom.n > IMAP_TAG_MAX ||
		!(imap_read_end(r) || imap_read_peek(r, ' ')))
		return false;
	memcpy(imap->tag, atom.p, atom.n);
	imap->tag_n = atom.n;
	if (!imap_read_space(r) || !imap_read_atom(r, &atom) ||
		!verb_add(imap, atom))
		return false;
	if (strcmp(imap->verbz, "UID") != 0)
		return true;
	imap->uid = true;
	return imap_read_space(r) && imap_read_atom(r, &atom) &&
	       verb_add(imap, span_z(" ")) && verb_add(imap, atom);
}

/* The same; the command is noted once, however often it is looked at. */
static bool
verb_read(struct imap *imap, struct imap_reader *r)
{
	const bool well = verb_cut(imap, r);

	if (imap->verbz[0] != '\0' && !imap->noted) {
		engine_note(imap->out, "command", span_z(imap->verbz),
			imap_tag(imap));
		imap->noted = true;
	}
	return well;
}

static const struct imap_command *
command_find(const char *verbz)
{
	const size_t n = sizeof(command_table) / sizeof(*command_table);

	for (size_t i = 0; i < n; i++)
		if (strcmp(command_table[i].verbz, verbz) == 0)
			return &command_table[i];
	return NULL;
}

/* May this command be carried out now? Answers if not. */
static bool
command_admit(struct imap *imap, struct imap_reader *r)
{
	if (!verb_read(imap, r)) {
		imap_bad(imap, "This is no command");
		return false;
	}
	imap->command = command_find(imap->verbz);
	if (imap->command == NULL) {
		imap_bad(imap, "Unknown command");
		return false;
	}
	if ((imap->command->states & imap->state) == 0) {
		imap_bad(imap, "Not in this state");
		return false;
	}
	/* Whatever is offered inside TLS, there is no second STARTTLS. */
	if (imap->command->run == imap_starttls && imap->tls) {
		imap_bad(imap, "TLS is already active");
		return false;
	}
	if (imap_refused(imap, imap->command->reply))
		return false;
	if (imap->command->capabilityz != NULL &&
		!imap_offers(imap, imap->command->capabilityz)) {
		imap_refuse(imap, REPLY_ERROR, "BAD Unknown command");
		return false;
	}
	/* RFC 3501 section 6.2.3: not while LOGINDISABLED is advertised. */
	if (imap->command->run == imap_login &&
		imap_offers(imap, "LOGINDISABLED")) {
		imap_refuse(imap, REPLY_LOGIN,
			"NO [PRIVACYREQUIRED] LOGIN is disabled");
		return false;
	}
	return true;
}

/* The command is over, one way or the other: forget its bytes. */
void
imap_frame_drop(struct imap *imap, size_t n)
{
	buf_take(&imap->in, n);
	imap->frame = (struct imap_frame){0};
	imap->noted = false;
}

void
imap_command_run(struct imap *imap)
{
	const size_t end = imap->frame.end;
	struct imap_reader r = {span_cut(buf_span(&imap->in), 0, end), 0};

	if (command_admit(imap, &r))
		imap->command->run(imap, &r);
	imap_frame_drop(imap, end);
}

/* How large may a literal of this command be now? */
static size_t
literal_max(const struct imap *imap, const struct imap_literal *literal)
{
	size_t max = strcmp(imap->verbz, "APPEND") == 0 ? IMAP_APPEND_MAX
							: IMAP_LITERAL_MAX;

	if (!literal->waits && !imap_offers(imap, "LITERAL+"))
		max = IMAP_MINUS_MAX;
	return max > imap->frame.literals ? max - imap->frame.literals : 0;
}

/*
 * One that the client waits for is granted only if the command would be
 * carried out (RFC 3501 section 7.5 lets the server answer in place of "+"),
 * so that the client of a refused LOGIN keeps its password. Without LITERAL+
 * the line is a command with nonsense at its end.
 */
bool
imap_literal_admit(struct imap *imap, const struct imap_literal *literal)
{
	struct imap_reader r = {
		span_cut(buf_span(&imap->in), 0, imap->frame.end), 0};

	if (!literal->waits && !imap_offers(imap, "LITERAL+") &&
		!imap_offers(imap, "LITERAL-")) {
		(void)verb_read(imap, &r);
		imap_refuse(imap, REPLY_ERROR, "BAD A literal has to wait");
		return false;
	}
	if (literal->waits && !command_admit(imap, &r))
		return false;
	if (!literal->waits)
		(void)verb_cut(imap, &r);
	if (literal->size <= literal_max(imap, literal)) {
		if (literal->waits && imap_refused(imap, REPLY_CONTINUE))
			return false;
		if (literal->waits)
			imap_prompt(imap, REPLY_CONTINUE, span_z("Go on"));
		return true;
	}
	if (literal->waits)
		imap_bad(imap, "[TOOBIG] The literal is too large");
	else /* What follows cannot be told from commands. */
		imap_hang_up(imap, "[TOOBIG] The literal is too large");
	return false;
}
