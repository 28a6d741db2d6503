/* SPDX-License-Identifier: Apache-2.0 */
/* The way out: the queue of things to do on the wire, TLS, the socket. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world/world.h"

#define QUEUE_MAX (8u << 20) /* bytes that wait for one client */
#define BREAK_POLL 0.001     /* seconds between two looks at the peer */
#define BREAK_POLLS_MAX 200

static void
tally(uint64_t *n, uint64_t *hash, struct span s)
{
	if (*n == 0)
		*hash = 0xcbf29ce484222325u; /* FNV-1a */
	for (size_t i = 0; i < s.n; i++)
		*hash = (*hash ^ s.p[i]) * 0x100000001b3u;
	*n += s.n;
}

void
conn_put(void *self, const struct wire *wire)
{
	struct conn *conn = self;
	struct op *op;

	if (conn->fin_sent || conn->reset ||
		conn->queued + wire->bytes.n > QUEUE_MAX)
		return;
	op = malloc(sizeof(*op) + wire->bytes.n);
	if (op == NULL)
		return;
	op->next = NULL;
	op->wire = *wire;
	if (wire->bytes.n > 0)
		memcpy(op->bytes, wire->bytes.p, wire->bytes.n);
	op->wire.bytes = span_of(op->bytes, wire->bytes.n);
	*conn->last = op;
	conn->last = &op->next;
	conn->queued += sizeof(*op) + wire->bytes.n;
	if (wire->kind == WIRE_SEND)
		tally(&conn->ledger.declared_n, &conn->ledger.declared_hash,
			wire->bytes);
}

static void
op_pop(struct conn *conn)
{
	struct op *op = conn->first;

	conn->first = op->next;
	if (conn->first == NULL)
		conn->last = &conn->first;
	conn->queued -= sizeof(*op) + op->wire.bytes.n;
	free(op);
}

void
conn_drop_queue(struct conn *conn)
{
	while (conn->first != NULL)
		op_pop(conn);
}

/* The client is not there any more. */
static void
peer_lost(struct conn *conn)
{
	conn->reset = true;
	buf_clear(&conn->out);
	conn_drop_queue(conn);
	conn_over(conn, "client", "reset");
	conn->dead = true;
}

/* The client reads no more; what it has sent before is still to be read. */
static void
peer_deaf(struct conn *conn)
{
	conn->reset = true;
	buf_clear(&conn->out);
	conn_drop_queue(conn);
}

/* One write; true when nothing is left. */
static bool
write_out(struct conn *conn)
{
	while (conn->out.n > 0) {
		ssize_t n =
			send(conn->fd, conn->out.p, conn->out.n, MSG_NOSIGNAL);
		struct span sent;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return false;
		if (n < 0) {
			peer_deaf(conn);
			return true;
		}
		sent = span_of(conn->out.p, (size_t)n);
		conn->out_segments++;
		conn->out_bytes += sent.n;
		if (conn->handshake == HANDSHAKE_NONE)
			tally(&conn->ledger.sent_n, &conn->ledger.sent_hash,
				sent);
		capture_bytes(conn, false, sent);
		buf_take(&conn->out, (size_t)n);
	}
	return true;
}

void
conn_take_tls(struct conn *conn)
{
	const struct wire_sink sink = {conn_put, conn};
	struct buf raw;

	buf_init(&raw, QUEUE_MAX);
	if (tls_take(conn->tls, &raw) == 0 && raw.n > 0) {
		fault_conn_raw(&conn->fault, &raw, &sink);
		if (raw.n > 0 && conn->handshake != HANDSHAKE_DONE) {
			conn->out_segments++;
			record_raw(conn, "out", buf_span(&raw));
			conn->out_segments--;
		}
		if (buf_add(&conn->out, buf_span(&raw)) != 0)
			conn->dead = true; /* it never reads */
	}
	buf_fini(&raw);
}

static void
record_send(struct conn *conn, const struct wire *wire)
{
	struct transcript *t = record_conn(conn, "send");

	transcript_text(t, "reply", wire->reply);
	transcript_text(t, "by", wire->by_fault ? "fault" : "profile");
	if (wire->refused)
		transcript_bool(t, "refused", true);
	transcript_number(t, "segment", (long)conn->out_segments + 1);
	transcript_bytes(t, "data", wire->bytes);
	(void)transcript_end(t);
}

static void
op_send(struct conn *conn, const struct wire *wire)
{
	if (conn->handshake == HANDSHAKE_NONE) {
		record_send(conn, wire);
		if (buf_add(&conn->out, wire->bytes) != 0)
			peer_lost(conn);
		return;
	}
	if (conn->handshake != HANDSHAKE_DONE ||
		tls_send(conn->tls, wire->bytes) != 0)
		return;
	record_send(conn, wire);
	tally(&conn->ledger.sent_n, &conn->ledger.sent_hash, wire->bytes);
	conn_take_tls(conn);
}

static void
op_close(struct conn *conn, enum wire_close how)
{
	const struct linger hard = {.l_onoff = 1, .l_linger = 0};

	if (how == CLOSE_RESET) {
		(void)setsockopt(
			conn->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		conn_over(conn, "server", "reset");
		conn->reset = true;
		conn->dead = true;
		return;
	}
	if (!conn->notify_sent)
		how = CLOSE_FIN;
	(void)shutdown(conn->fd, SHUT_WR);
	conn->fin_sent = true;
	conn_over(conn, "server", how == CLOSE_NOTIFY ? "notify" : "fin");
}

static void
on_pause(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct conn *conn = timer->data;

	(void)events;
	ev_timer_stop(loop, timer);
	if (conn->first != NULL && conn->first->wire.kind == WIRE_PAUSE)
		op_pop(conn);
	conn_work(conn);
}

static void
wait_for(struct conn *conn, double seconds)
{
	ev_timer_init(&conn->pause, on_pause, seconds, 0);
	conn->pause.data = conn;
	ev_timer_start(conn->world->loop, &conn->pause);
}

/* A BREAK is over when the peer has read everything, so that what follows
 * cannot arrive in the same read. */
static bool
break_over(struct conn *conn)
{
	if (kernel_peer_has_read(conn->fd) ||
		++conn->breaks >= BREAK_POLLS_MAX) {
		conn->breaks = 0;
		return true;
	}
	wait_for(conn, BREAK_POLL);
	return false;
}

/* The reply with a message is with the kernel, and was not touched. */
static void
op_message(struct conn *conn, struct span bytes)
{
	struct passing passing;

	if (conn->fault.wire_spoiled || conn->reset)
		return;
	memcpy(&passing, bytes.p, sizeof(passing));
	record_message(conn, &passing);
}

/* It goes with what is still to be written. */
static void
notify_close(struct conn *conn)
{
	if (conn->notify_sent || conn->handshake != HANDSHAKE_DONE)
		return;
	conn->notify_sent = true;
	tls_close_notify(conn->tls);
	conn_take_tls(conn);
}

/* Carries out the first thing in the queue; false when it has to wait. */
static bool
op_run(struct conn *conn)
{
	struct wire wire = conn->first->wire;

	if (wire.kind == WIRE_SEND && conn_renews(conn)) {
		(void)write_out(conn); /* the handshake goes on */
		return false;
	}
	if (wire.kind == WIRE_SEND) {
		conn->awaited = !wire.by_fault;
		op_send(conn, &wire);
		if (conn->first != NULL)
			op_pop(conn);
		return true;
	}
	if (wire.kind == WIRE_CLOSE && wire.how == CLOSE_NOTIFY)
		notify_close(conn);
	if (!write_out(conn))
		return false;
	if (conn->first == NULL)
		return true;
	switch (wire.kind) {
	case WIRE_BREAK:
		if (!break_over(conn))
			return false;
		break;
	case WIRE_PAUSE:
		wait_for(conn, wire.seconds);
		return false;
	case WIRE_START_TLS:
		conn_start_tls(conn);
		break;
	case WIRE_ABORT:
		if (conn->handshake == HANDSHAKE_DONE &&
			tls_abort(conn->tls) == 0)
			conn_take_tls(conn);
		break;
	case WIRE_RENEGOTIATE:
		conn_renegotiate(conn);
		break;
	case WIRE_CLOSE:
		op_close(conn, wire.how);
		break;
	case WIRE_DELIVERED:
		record_delivered(conn->world, conn, wire.bytes);
		break;
	case WIRE_MESSAGE:
		op_message(conn, wire.bytes);
		break;
	case WIRE_SEND:
		break;
	}
	if (conn->first != NULL)
		op_pop(conn);
	return true;
}

bool
conn_flush(struct conn *conn)
{
	if (ev_is_active(&conn->pause))
		return false;
	while (conn->first != NULL) {
		/* Behind a close only the fault's delivery is of interest. */
		if ((conn->fin_sent || conn->dead) &&
			conn->first->wire.kind != WIRE_DELIVERED)
			op_pop(conn);
		else if (!op_run(conn))
			return false;
	}
	return conn->dead || write_out(conn);
}
