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
put_close(const struct wire_sink *out, enum wire_close how)
{
	struct wire wire = {.kind = WIRE_CLOSE, .how = how};

	out->put(out->self, &wire);
}

void
fault_conn_sent(
	struct fault_conn *conn, enum tls_message message, unsigned first)
{
	const struct fault *fault = conn->fault;

	if (fault == NULL || fault->message == TLS_OTHER ||
		fault->message != message || conn->target != 0)
		return;
	conn->messages++;
	if (fault->nth == 0 || (unsigned)fault->nth == conn->messages)
		conn->target = first;
}

/* A record in bytes that go out: where its head is, and its body's length. */
struct record {
	size_t at, length;
};

/* The record that is to be struck, if it is in raw, which begins with record
 * number conn->records + 1. Counts what passes. */
static bool
record_find(struct fault_conn *conn, struct span raw, struct record *record_r)
{
	size_t at = 0;
	bool found = false;

	while (raw.n - at >= RECORD_HEAD) {
		size_t length = (size_t)raw.p[at + 3] << 8 | raw.p[at + 4];

		if (raw.n - at - RECORD_HEAD < length)
			break; /* OpenSSL writes whole records only */
		if (++conn->records == conn->target) {
			*record_r = (struct record){at, length};
			found = true;
		}
		at += RECORD_HEAD + length;
	}
	return found;
}

static void
flip(struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	const struct fault *fault = conn->fault;
	struct record record;
	size_t offset = (size_t)fault->offset;

	if (!record_find(conn, buf_span(raw), &record) || record.length == 0)
		return;
	/* An offset behind the end means the last byte. */
	if (offset >= record.length)
		offset = record.length - 1;
	offset += record.at + RECORD_HEAD;
	raw->p[offset] = (uint8_t)(raw->p[offset] ^ 1u << fault->bit);
	spoiled(conn, out);
}

/* The record is longer than TLS lets one be (RFC 8446 5.1, 5.2): what it
 * carries, and zeros behind it. */
static void
oversize(struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	static const uint8_t zeros[0xffff];
	const size_t size = (size_t)conn->fault->keep;
	struct record record;
	struct buf whole;
	size_t end;

	/* One that is as long already would be struck by nothing. */
	if (!record_find(conn, buf_span(raw), &record) || record.length >= size)
		return;
	end = record.at + RECORD_HEAD + record.length;
	buf_init(&whole, raw->cap);
	if (buf_add(&whole, span_of(raw->p, end)) == 0 &&
		buf_add(&whole, span_of(zeros, size - record.length)) == 0 &&
		buf_add(&whole, span_cut(buf_span(raw), end, raw->n)) == 0) {
		whole.p[record.at + 3] = (uint8_t)(size >> 8);
		whole.p[record.at + 4] = (uint8_t)size;
		buf_fini(raw);
		*raw = whole;
		spoiled(conn, out);
	} else {
		buf_fini(&whole);
	}
}

static void
truncate_flight(
	struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	const struct fault *fault = conn->fault;
	struct record record;

	if (!record_find(conn, buf_span(raw), &record))
		return;
	if (record.at + (size_t)fault->keep < raw->n)
		raw->n = record.at + (size_t)fault->keep;
	conn->wire_dead = true;
	spoiled(conn, out);
	put_close(out, fault->how);
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

/* Bytes in front of those that are in raw. */
static int
buf_put_before(struct buf *raw, struct span head)
{
	size_t n = raw->n;

	if (buf_add(raw, head) != 0)
		return -1;
	memmove(raw->p + head.n, raw->p, n);
	memcpy(raw->p, head.p, head.n);
	return 0;
}

/* An alert in clear, where nothing but TLS itself stands against it. */
static void
alert(struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	const struct fault *fault = conn->fault;
	const uint8_t bytes[] = {RECORD_ALERT, 3, 3, 0, 2,
		fault->warning ? 1 : 2, (uint8_t)fault->description};
	const struct span head = span_of(bytes, sizeof(bytes));
	struct record record;

	if (fault->point == POINT_SERVER_HELLO) {
		if (!record_find(conn, buf_span(raw), &record))
			return;
		raw->n = record.at + RECORD_HEAD + record.length;
	}
	if (fault->point == POINT_HELLO ? buf_put_before(raw, head) != 0
					: buf_add(raw, head) != 0)
		return;
	if (fault->warning) {
		fault_conn_delivered(conn, out);
		return; /* what comes behind it is as it was meant */
	}
	conn->wire_dead = true;
	spoiled(conn, out);
	put_close(out, CLOSE_FIN);
}

/* Once: the alert of the moment, or the word that OpenSSL's own went out. */
static void
alert_raw(struct fault_conn *conn, struct buf *raw, const struct wire_sink *out)
{
	const struct fault *fault = conn->fault;

	if (conn->delivered || fault->point == POINT_SESSION)
		return;
	if (fault->point == POINT_HELLO && !fault->warning)
		fault_conn_delivered(conn, out);
	else
		alert(conn, raw, out);
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
	case FAULT_OVERSIZE:
		oversize(conn, raw, out);
		break;
	case FAULT_TRUNCATE:
		truncate_flight(conn, raw, out);
		break;
	case FAULT_GARBAGE:
		garbage(conn, raw, out);
		break;
	case FAULT_ALERT:
		alert_raw(conn, raw, out);
		break;
	case FAULT_INJECT:
		if (conn->held)
			held_bytes(conn, raw, out);
		break;
	case FAULT_CERTIFICATE:
	case FAULT_REQUEST_CERTIFICATE:
		/* An alert in the place of the flight shows neither; but it
		 * does show what the versions of TLS are. */
		if (!conn->delivered &&
			(buf_span(raw).p[0] != RECORD_ALERT ||
				conn->fault->tls.max_version != 0))
			fault_conn_delivered(conn, out);
		break;
	case FAULT_ALPN:
		/* Who asks for no protocol is not answered with one. */
		if (!conn->delivered && conn->offers_alpn)
			fault_conn_delivered(conn, out);
		break;
	case FAULT_DOWNGRADE:
	case FAULT_NO_RENEGOTIATION_INFO:
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
