/* SPDX-License-Identifier: Apache-2.0 */
/* What engines tell beside their replies, as events of the transcript. */
#include "world/world.h"

static void
note_command(struct conn *conn, const struct action *action)
{
	struct transcript *t = record_conn(conn, "command");

	transcript_bytes(t, "verb", action->word);
	transcript_bytes(t, "tag", action->bytes);
	(void)transcript_end(t);
}

static void
note_auth(struct conn *conn, const struct action *action)
{
	struct transcript *t = record_conn(conn, "auth");

	transcript_bytes(t, "mechanism", action->word);
	transcript_bool(t, "ok", action->ok);
	(void)transcript_end(t);
}

static void
note_proof(struct conn *conn, const struct action *action)
{
	struct transcript *t = record_conn(conn, "secret");

	transcript_text(t, "secret", "password");
	transcript_bytes(t, "form", action->word);
	(void)transcript_end(t);
}

/* The request as it stands, and what of it a judge asks for most. */
static void
note_request(struct conn *conn, const struct action *action)
{
	const struct lk_http_request *request = action->request;
	struct transcript *t = record_conn(conn, "http.request");

	transcript_bytes(t, "method", request->method);
	transcript_bytes(t, "target", request->target);
	transcript_bytes(t, "authority", request->host);
	transcript_bytes(t, "head", action->bytes);
	(void)transcript_end(t);
}

static void
note_error(struct conn *conn, const struct action *action)
{
	struct transcript *t = record_conn(conn, "protocol-error");

	transcript_bytes(t, "text", action->bytes);
	(void)transcript_end(t);
}

static void
note_status(struct conn *conn, const struct action *action)
{
	latch_status(conn, action->bytes);
}

static void
note_report(struct conn *conn, const struct action *action)
{
	struct transcript *t = record_conn(conn, "report");

	transcript_bytes(t, "command", action->word);
	transcript_bool(t, "well-formed", action->ok);
	transcript_bytes(t, "data", action->bytes);
	(void)transcript_end(t);
}

/*
 * A message from the client has passed when the engine has it. One to the
 * client was in the reply before, and has passed when that went out as it is:
 * the mark is put into the queue behind it.
 */
static void
note_message(struct conn *conn, const struct action *action)
{
	struct passing passing = {.number = action->number,
		.size = action->bytes.n,
		.canary = needles_within(
			&conn->world->plan->needles, "body", action->bytes)};
	const struct wire mark = {.kind = WIRE_MESSAGE,
		.bytes = span_of(&passing, sizeof(passing))};

	(void)snprintf(passing.action, sizeof(passing.action), "%.*s",
		(int)action->word.n, (const char *)action->word.p);
	if (strcmp(passing.action, "fetched") != 0)
		record_message(conn, &passing);
	else if (!conn->fault.spoiled)
		conn_put(conn, &mark);
}

void
note_action(struct conn *conn, const struct action *action)
{
	static const struct {
		const char *name;
		void (*note)(struct conn *conn, const struct action *action);
	} notes[] = {
		{"command", note_command},
		{"auth", note_auth},
		{"proof", note_proof},
		{"message", note_message},
		{"request", note_request},
		{"status", note_status},
		{"report", note_report},
		{"protocol-error", note_error},
	};
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (strcmp(notes[i].name, action->name) == 0)
			notes[i].note(conn, action);
}
