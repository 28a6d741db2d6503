/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that change what an engine wants to send. */
#include "fault/fault.h"

#include <stdio.h>

#include "fault/match.h"
#include "proto/reply.h"

#define EXPANDED_MAX (1u << 20)

static void
put_send(const struct wire_sink *out, const char *reply, struct span bytes,
	bool by_fault)
{
	struct wire wire = {.kind = WIRE_SEND,
		.bytes = bytes,
		.reply = reply,
		.by_fault = by_fault};

	if (bytes.n > 0)
		out->put(out->self, &wire);
}

/* The engine's own reply, or a part of it. */
static void
put_reply(const struct wire_sink *out, const struct action *action,
	struct span bytes, bool by_fault)
{
	struct wire wire = {.kind = WIRE_SEND,
		.bytes = bytes,
		.reply = action->name,
		.refused = action->refused,
		.by_fault = by_fault};

	if (bytes.n > 0)
		out->put(out->self, &wire);
}

static void
put_kind(const struct wire_sink *out, enum wire_kind kind)
{
	struct wire wire = {.kind = kind};

	out->put(out->self, &wire);
}

static void
put_close(const struct wire_sink *out, enum wire_close how)
{
	struct wire wire = {.kind = WIRE_CLOSE, .how = how};

	out->put(out->self, &wire);
}

/* A part of a reply of the engine's, or of what stands in its place. */
struct piece {
	const struct action *action;
	bool by_fault; /* none of the engine's words is in it */
};

static void
piece_put(const struct piece *piece, struct span bytes, bool first,
	const struct wire_sink *out)
{
	if (!piece->by_fault && first)
		put_reply(out, piece->action, bytes, false);
	else
		put_send(out, piece->action->name, bytes, piece->by_fault);
}

/* The client has read what came before, or so much time has passed. */
static void
bytes_split(const struct fault *fault, const struct piece *piece,
	struct span bytes, const struct wire_sink *out)
{
	const struct wire apart = {
		.kind = fault->seconds > 0 ? WIRE_PAUSE : WIRE_BREAK,
		.seconds = fault->seconds};
	size_t at = 0;

	for (unsigned i = 0; i < fault->n_sizes && at < bytes.n; i++) {
		size_t end = at + (size_t)fault->sizes[i];

		piece_put(piece, span_cut(bytes, at, end), true, out);
		at = end;
		if (at < bytes.n)
			out->put(out->self, &apart);
	}
	if (at < bytes.n)
		piece_put(piece, span_cut(bytes, at, bytes.n), false, out);
}

/* Bytes of the fault for the command with this tag, on the wire. */
static void
put_expanded(const struct fault *fault, const struct action *action,
	struct span bytes, const struct wire_sink *out)
{
	const struct piece piece = {action, true};
	struct buf text;

	buf_init(&text, EXPANDED_MAX);
	if (fault_expand(bytes, action->word, &text) == 0)
		bytes_split(fault, &piece, buf_span(&text), out);
	buf_fini(&text);
}

/* The bytes stand before the server's flight: record.c has them then. */
static void
hold_back(struct fault_conn *conn, const struct action *action,
	const struct wire_sink *out)
{
	struct span tag = span_cut(action->word, 0, sizeof(conn->held_tag));

	put_reply(out, action, action->bytes, false);
	if (tag.n > 0)
		memcpy(conn->held_tag, tag.p, tag.n);
	conn->held_tag_n = tag.n;
	conn->held = true;
}

static void
do_inject(const struct fault *fault, const struct action *action,
	const struct wire_sink *out)
{
	if (fault->behind) {
		put_reply(out, action, action->bytes, false);
		if (fault->segment == SEGMENT_NEXT)
			put_kind(out, WIRE_BREAK);
		put_expanded(fault, action, fault->data, out);
		return;
	}
	put_expanded(fault, action, fault->data, out);
	if (fault->segment == SEGMENT_NEXT)
		put_kind(out, WIRE_BREAK);
	put_reply(out, action, action->bytes, false);
}

static void
do_close(const struct fault *fault, const struct action *action,
	const struct wire_sink *out)
{
	if (fault->behind)
		put_reply(out, action, action->bytes, false);
	put_close(out, fault->how);
}

static void
do_cut(const struct fault *fault, const struct action *action,
	const struct wire_sink *out)
{
	long n = (long)action->bytes.n;
	long keep = fault->keep < 0 ? n + fault->keep : fault->keep;

	if (keep < 0)
		keep = 0;
	put_reply(out, action, span_cut(action->bytes, 0, (size_t)keep), false);
	put_close(out, fault->how);
}

/* The reply under a fault that is a matter of replies. */
static void
strike(struct fault_conn *conn, const struct action *action,
	const struct wire_sink *out)
{
	const struct fault *fault = conn->fault;
	const struct piece own = {action, false};
	struct wire pause = {.kind = WIRE_PAUSE, .seconds = fault->seconds};

	switch (fault->action) {
	case FAULT_REPLACE:
		conn->spoiled = true;
		put_expanded(fault, action, fault->data, out);
		break;
	case FAULT_DELAY:
		out->put(out->self, &pause);
		put_reply(out, action, action->bytes, false);
		break;
	case FAULT_SPLIT:
		bytes_split(fault, &own, action->bytes, out);
		break;
	case FAULT_DROP:
		conn->spoiled = true;
		break;
	case FAULT_REPEAT:
		for (long i = 0; i <= fault->count; i++)
			put_reply(out, action, action->bytes, i > 0);
		break;
	case FAULT_INJECT:
		if (fault->segment == SEGMENT_HANDSHAKE) {
			hold_back(conn, action, out);
			return;
		}
		do_inject(fault, action, out);
		break;
	case FAULT_ALERT:
		conn->spoiled = true;
		put_kind(out, WIRE_ABORT);
		put_close(out, CLOSE_FIN);
		break;
	case FAULT_RENEGOTIATE:
		put_reply(out, action, action->bytes, false);
		if (!conn->in_tls)
			return;
		put_kind(out, WIRE_RENEGOTIATE);
		break;
	case FAULT_CUT:
		conn->spoiled = true;
		do_cut(fault, action, out);
		break;
	case FAULT_CLOSE:
		conn->spoiled = !fault->behind;
		do_close(fault, action, out);
		break;
	default:
		put_reply(out, action, action->bytes, false);
		return;
	}
	fault_conn_delivered(conn, out);
}

static void
act_send(struct fault_conn *conn, const struct action *action,
	const struct wire_sink *out)
{
	const struct fault *fault = conn->fault;
	bool shows;

	conn->spoiled = conn->muted;
	if (conn->muted) {
		if (!conn->after_sent && fault->after.n > 0)
			put_expanded(fault, action, fault->after, out);
		conn->after_sent = true;
		return;
	}
	if (fault_conn_hits(conn, action)) {
		strike(conn, action, out);
		return;
	}
	shows = fault_conn_shows(conn, action);
	put_reply(out, action, action->bytes,
		shows && fault_conn_gives(conn, action));
	if (shows)
		fault_conn_delivered(conn, out);
}

/* STARTTLS was accepted; no handshake is coming. */
static void
skip_tls(struct fault_conn *conn, const struct wire_sink *out)
{
	conn->muted = conn->fault->then == THEN_SILENT;
	conn->stays_clear = conn->fault->then == THEN_CLEAR;
	if (conn->fault->then == THEN_CLOSE)
		put_close(out, CLOSE_FIN);
	fault_conn_delivered(conn, out);
}

void
fault_conn_init(
	struct fault_conn *conn, const struct fault *fault, bool implicit_tls)
{
	*conn = (struct fault_conn){.fault = fault, .in_tls = implicit_tls};
}

void
fault_conn_accepted(struct fault_conn *conn, const struct wire_sink *out)
{
	if (conn->fault == NULL)
		return;
	switch (conn->fault->action) {
	case FAULT_RESET:
		put_close(out, CLOSE_RESET);
		fault_conn_delivered(conn, out);
		break;
	case FAULT_SILENCE:
		conn->muted = true;
		conn->wire_dead = true;
		fault_conn_delivered(conn, out);
		break;
	case FAULT_TLS_ON_CLEAR:
		fault_conn_delivered(conn, out);
		break;
	default:
		break;
	}
}

void
fault_conn_act(struct fault_conn *conn, const struct action *action,
	const struct wire_sink *out)
{
	if (action->kind == ACTION_NOTE) {
		if (strcmp(action->name, "auth") == 0 && action->ok)
			conn->logged_in = true;
		return;
	}
	switch (action->kind) {
	case ACTION_SEND:
		if (conn->fault != NULL)
			act_send(conn, action, out);
		else
			put_reply(out, action, action->bytes, false);
		break;
	case ACTION_START_TLS:
		if (conn->fault != NULL && conn->fault->skips_tls)
			skip_tls(conn, out);
		else
			put_kind(out, WIRE_START_TLS);
		break;
	case ACTION_CLOSE:
		if (!conn->muted)
			put_close(out, CLOSE_NOTIFY);
		break;
	case ACTION_NOTE:
		break;
	}
}

void
fault_conn_secured(struct fault_conn *conn)
{
	conn->in_tls = true;
	conn->logged_in = false;
	if (conn->fault != NULL && conn->fault->action == FAULT_INJECT &&
		conn->fault->after.p != NULL && conn->delivered)
		conn->muted = true;
}
