/* SPDX-License-Identifier: Apache-2.0 */
/* The life of one connection. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world/world.h"

#define EARLY_MAX 16384u
#define OUT_MAX (8u << 20)

static void
on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
	(void)loop;
	(void)events;
	conn_work(watcher->data);
}

/* Which side of the listener this connection meets. */
static struct side *
side_of(struct listener *listener, const struct fault *fault)
{
	bool faulted = listener->struck &&
		       (fault->connection == 0 || (unsigned)fault->connection ==
							  listener->accepted) &&
		       (fault->run == 0 || fault->run == listener->world->run);

	return &listener->side[faulted ? SIDE_STRUCK : SIDE_CORRECT];
}

static void
record_accept(struct conn *conn)
{
	struct transcript *t = record_conn(conn, "accept");
	char text[64];

	(void)snprintf(text, sizeof(text), "%u.%u.%u.%u:%u",
		ntohl(conn->peer.sin_addr.s_addr) >> 24,
		ntohl(conn->peer.sin_addr.s_addr) >> 16 & 255,
		ntohl(conn->peer.sin_addr.s_addr) >> 8 & 255,
		ntohl(conn->peer.sin_addr.s_addr) & 255,
		ntohs(conn->peer.sin_port));
	transcript_text(t, "peer", text);
	(void)transcript_end(t);
}

static struct conn *
conn_new(struct listener *listener, int fd, const struct sockaddr_in *peer)
{
	struct world *world = listener->world;
	struct conn *conn = calloc(1, sizeof(*conn));
	int on = 1;

	if (conn == NULL)
		return NULL;
	listener->accepted++;
	conn->world = world;
	conn->listener = listener;
	conn->side = side_of(listener, &world->plan->fault);
	/* The mail comes between the runs: each time something is to be done,
	 * also for a client that remembers what it had. */
	conn->side->config.mailbox = world->run < world->plan->client.runs
					     ? &world->no_mail
					     : &world->plan->mailbox;
	latch_configure(conn, conn->side == &listener->side[SIDE_STRUCK]
				      ? &world->plan->fault
				      : NULL);
	conn->engine = conn->side->class->new (&conn->side->config);
	if (conn->engine == NULL) {
		free(conn);
		return NULL;
	}
	conn->fd = fd;
	conn->peer = *peer;
	conn->id = ++world->next_conn;
	conn->last = &conn->first;
	buf_init(&conn->out, OUT_MAX);
	buf_init(&conn->early, EARLY_MAX);
	/* Small writes are segments of their own. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	ev_io_init(&conn->readable, conn_on_readable, fd, EV_READ);
	ev_io_init(&conn->writable, on_writable, fd, EV_WRITE);
	conn->readable.data = conn;
	conn->writable.data = conn;
	conn->next = world->conns;
	world->conns = conn;
	world->n_conns++;
	return conn;
}

void
conn_accept(struct listener *listener, int fd, const struct sockaddr_in *peer)
{
	struct conn *conn = conn_new(listener, fd, peer);
	const struct wire_sink sink = {conn_put, conn};
	struct side *side;

	if (conn == NULL) {
		(void)close(fd);
		return;
	}
	side = conn->side;
	fault_conn_init(&conn->fault,
		side == &listener->side[SIDE_STRUCK]
			? &listener->world->plan->fault
			: NULL,
		side->config.implicit_tls);
	record_accept(conn);
	capture_open(conn);
	fault_conn_accepted(&conn->fault, &sink);
	if (side->config.implicit_tls) {
		conn_start_tls(conn);
	} else {
		latch_begin(conn);
		conn->engine_opened = true;
		conn_step(conn, ENGINE_OPENED, span_of(NULL, 0));
	}
	conn_work(conn);
}

static void
watch(struct conn *conn, ev_io *watcher, bool wanted)
{
	if (wanted && !ev_is_active(watcher))
		ev_io_start(conn->world->loop, watcher);
	if (!wanted && ev_is_active(watcher))
		ev_io_stop(conn->world->loop, watcher);
}

void
conn_work(struct conn *conn)
{
	bool done = conn->dead || conn_flush(conn);

	if (done && conn->input_ended) {
		conn->dead = true;
		(void)shutdown(conn->fd, SHUT_WR);
	}
	/* While something waits in the queue the client is not read: what it
	 * sends has to find the world in the right state. A handshake is what
	 * the queue itself waits for. */
	watch(conn, &conn->readable,
		!conn->dead && !conn->input_ended &&
			(conn->first == NULL || conn_renews(conn)));
	watch(conn, &conn->writable,
		!conn->dead && conn->out.n > 0 && !ev_is_active(&conn->pause));
}

void
conn_hang_up(struct conn *conn)
{
	struct wire bye = {.kind = WIRE_CLOSE, .how = CLOSE_NOTIFY};

	conn_put(conn, &bye);
}

static void
ledger_check(struct conn *conn)
{
	const struct ledger *ledger = &conn->ledger;
	struct transcript *t;

	if (ledger->sent_n < ledger->declared_n ||
		(ledger->sent_n == ledger->declared_n &&
			ledger->sent_hash == ledger->declared_hash))
		return;
	t = record_conn(conn, "stray");
	transcript_text(t, "text", "what was sent is not what was declared");
	(void)transcript_end(t);
}

void
conn_over(struct conn *conn, const char *by, const char *how)
{
	struct transcript *t;

	if (conn->over)
		return;
	conn->over = true;
	ledger_check(conn);
	t = record_conn(conn, "close");
	transcript_text(t, "by", by);
	transcript_text(t, "how", how);
	transcript_number(t, "in", (long)conn->in_bytes);
	transcript_number(t, "out", (long)conn->out_bytes);
	(void)transcript_end(t);
}

void
conn_free(struct conn *conn)
{
	struct world *world = conn->world;
	struct conn **link = &world->conns;

	while (*link != conn)
		link = &(*link)->next;
	*link = conn->next;
	world->n_conns--;
	ev_io_stop(world->loop, &conn->readable);
	ev_io_stop(world->loop, &conn->writable);
	ev_timer_stop(world->loop, &conn->pause);
	capture_close(conn);
	(void)close(conn->fd);
	conn_drop_queue(conn);
	conn->side->class->free(conn->engine);
	tls_session_free(conn->tls);
	buf_fini(&conn->out);
	buf_fini(&conn->early);
	free(conn);
}
