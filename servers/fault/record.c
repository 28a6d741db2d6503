/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in the TLS records that go out (RFC 8446 5.1, RFC 5246 6.2). */
#include "fault/fault.h"

#include <stdio.h>

#define RECORD_HEAD 5u
#define RECORD_ALERT 21

static void
spoiled(struct fault_conn *conn, const struct wire_sink *out)
{
	conn->wire_spoiled = true;
	fault_conn_delivered(conn, out);
}

static void
close_fin(const struct wire_sink *out)
{
	struct wire wire = {.kind = WIRE_CLOSE, .how = CLOSE_FIN};

	out->put(out->self, &wire);
}

/* Where record number wanted begins in raw, which starts with record number
 * conn->records + 1; SIZE_MAX if it is not in there. Counts what passes. */
static size_t
record_find(struct fault_conn *conn, struct span raw, long wanted)
{
	size_t at = 0, found = SIZE_MAX;

	while (raw.n - at >= RECORD_HEAD) {
		size_t length = (size_t)raw.p[at + 3] << 8 | raw.p[at + 4];

		conn->records++;
		if ((long)conn->records == wanted)
			found = at;
		if (raw.n - at - RECORD_HEAD < length)
			break; /* OpenSSL writes whole records only */
		at += RECORD_HEAD + length;
	}
	return found;
}

static void
flip(struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	const struct fault *fault = conn->fault;
	size_t at = record_find(conn, buf_span(raw), fault->record), length;

	if (at == SIZE_MAX)
		return;
	length = (size_t)raw->p[at + 3] << 8 | raw->p[at + 4];
	if (length == 0 || at + RECORD_HEAD + length > raw->n)
		return;
	/* An offset behind the end means the last byte. */
	at += RECORD_HEAD + ((size_t)fault->offset < length
					    ? (size_t)fault->offset
					    : length - 1);
	raw->p[at] = (uint8_t)(raw->p[at] ^ 1u << fault->bit);
	spoiled(conn, out);
}

static void
truncate_flight(
	struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	const struct fault *fault = conn->fault;
	size_t at = record_find(conn, buf_span(raw), fault->record);

	if (at == SIZE_MAX)
		return;
	at += (size_t)fault->keep;
	if (at < raw->n)
		raw->n = at;
	conn->wire_dead = true;
	spoiled(conn, out);
	close_fin(out);
}

static void
garbage(struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	buf_clear(raw);
	if (buf_add(raw, conn->fault->data) != 0)
		buf_clear(raw);
	conn->wire_dead = true;
	spoiled(conn, out);
}

/* What was held back, in clear before the first bytes of our TLS. */
static void
held_bytes(
	struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	struct buf text, flight = *raw;

	buf_init(&text, flight.cap);
	if (fault_expand(conn->fault->data,
		    span_of(conn->held_tag, conn->held_tag_n), &text) == 0 &&
		buf_add(&text, buf_span(&flight)) == 0) {
		*raw = text;
		text = flight;
		fault_conn_delivered(conn, out);
	}
	buf_fini(&text);
	conn->held = false;
}

/* A fatal alert in the clear behind the first flight. */
static void
alert(struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	uint8_t record[] = {
		21, 3, 3, 0, 2, 2, (uint8_t)conn->fault->description};

	if (buf_add(raw, span_of(record, sizeof(record))) != 0)
		return;
	conn->wire_dead = true;
	spoiled(conn, out);
	close_fin(out);
}

void
fault_conn_raw(
	struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	if (conn->fault == NULL || raw->n == 0)
		return;
	if (conn->wire_dead) {
		buf_clear(raw);
		return;
	}
	switch (conn->fault->action) {
	case FAULT_FLIP:
		flip(conn, raw, out);
		break;
	case FAULT_TRUNCATE:
		truncate_flight(conn, raw, out);
		break;
	case FAULT_GARBAGE:
		garbage(conn, raw, out);
		break;
	case FAULT_ALERT:
		if (conn->delivered)
			break;
		if (conn->fault->at_flight)
			alert(conn, raw, out);
		else
			fault_conn_delivered(conn, out);
		break;
	case FAULT_INJECT:
		if (conn->held)
			held_bytes(conn, raw, out);
		break;
	case FAULT_CERTIFICATE:
	case FAULT_REQUEST_CERTIFICATE:
		/* An alert in the place of the flight shows neither. */
		if (!conn->delivered && buf_span(raw).p[0] != RECORD_ALERT)
			fault_conn_delivered(conn, out);
		break;
	case FAULT_ALPN:
	case FAULT_SNI:
	case FAULT_TLS:
		/* Whatever answers the ClientHello shows it. */
		if (!conn->delivered)
			fault_conn_delivered(conn, out);
		break;
	default:
		break;
	}
}
