/* SPDX-License-Identifier: Apache-2.0 */
/* The DNS server's sockets: UDP and TCP. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "world/world.h"

#define DNS_CONNS_MAX 32
#define DNS_STREAM_MAX (2 * (DNS_MESSAGE_MAX + 2))

struct dns_conn {
	struct dns_port *port;
	int fd; /* -1: free */
	ev_io readable;
	struct buf in;
};

/* An answer that is held back. */
struct dns_late {
	ev_timer timer;
	struct dns_port *port;
	struct sockaddr_in to;
	struct buf reply;
	struct dns_late *next;
};

struct dns_port {
	struct world *world;
	struct dns_zone zone;
	int udp, tcp;
	ev_io udp_readable, tcp_readable;
	struct dns_conn conn[DNS_CONNS_MAX];
	struct dns_late *late;
	struct dns_signing *signing; /* NULL: no DNSSEC */
};

static const char *
transport_name(enum dns_transport transport)
{
	return transport == DNS_UDP ? "udp" : "tcp";
}

static void
record_exchange(struct world *world, const struct dns_exchange *exchange,
	enum dns_transport transport, size_t asked, size_t told)
{
	struct transcript *t = record_world(world, "dns.query");

	transcript_text(t, "service", "dns");
	transcript_text(t, "name", exchange->name);
	transcript_text(t, "type", exchange->type);
	transcript_text(t, "transport", transport_name(transport));
	transcript_number(t, "size", (long)asked);
	(void)transcript_end(t);
	t = record_world(world, "dns.answer");
	transcript_text(t, "service", "dns");
	transcript_text(t, "name", exchange->name);
	transcript_text(t, "type", exchange->type);
	transcript_text(t, "rcode", exchange->rcode);
	transcript_list(t, "answers");
	for (unsigned i = 0; i < exchange->answers; i++)
		transcript_item(t, exchange->answer[i]);
	transcript_list_end(t);
	transcript_text(t, "by", exchange->override >= 0 ? "fault" : "profile");
	transcript_number(t, "size", (long)told);
	(void)transcript_end(t);
}

/* The reply to one message; empty for none. */
static void
answer(struct dns_port *port, struct span query, enum dns_transport transport,
	struct buf *reply, struct dns_exchange *exchange)
{
	struct world *world = port->world;
	const struct fault *fault = &world->plan->fault;
	bool faulted = world->plan->has_fault && fault->action == FAULT_DNS &&
		       (fault->run == 0 || fault->run == world->run);

	if (dns_answer(&port->zone, query, transport,
		    faulted ? &fault->dns : NULL, faulted ? 1 : 0, reply,
		    exchange) != 0) {
		buf_clear(reply);
		return;
	}
	world->last_activity = transcript_clock() - world->transcript.start;
	if (!exchange->asked)
		return;
	record_exchange(world, exchange, transport, query.n, reply->n);
	if (exchange->override >= 0)
		record_delivered(world, NULL, span_z(exchange->name));
}

static void
udp_send(struct dns_port *port, const struct sockaddr_in *to, struct span reply)
{
	if (reply.n == 0)
		return;
	(void)sendto(port->udp, reply.p, reply.n, 0,
		(const struct sockaddr *)to, sizeof(*to));
	capture_datagram(port->world, port->udp, to, false, reply);
}

static void
late_send(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct dns_late *late = timer->data;
	struct dns_late **link = &late->port->late;

	(void)events;
	ev_timer_stop(loop, timer);
	udp_send(late->port, &late->to, buf_span(&late->reply));
	while (*link != late)
		link = &(*link)->next;
	*link = late->next;
	buf_fini(&late->reply);
	free(late);
}

/* Keeps the reply until its time has come; takes it over. */
static void
hold_back(struct dns_port *port, const struct sockaddr_in *to,
	struct buf *reply, double seconds)
{
	struct dns_late *late = calloc(1, sizeof(*late));

	if (late == NULL) {
		buf_fini(reply);
		return;
	}
	late->port = port;
	late->to = *to;
	late->reply = *reply;
	late->next = port->late;
	port->late = late;
	ev_timer_init(&late->timer, late_send, seconds, 0);
	late->timer.data = late;
	ev_timer_start(port->world->loop, &late->timer);
}

static void
on_udp(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct dns_port *port = watcher->data;
	uint8_t room[4096];
	struct sockaddr_in from;
	socklen_t from_n = sizeof(from);
	struct dns_exchange exchange = {.override = -1};
	struct buf reply;
	ssize_t n = recvfrom(watcher->fd, room, sizeof(room), 0,
		(struct sockaddr *)&from, &from_n);

	(void)loop;
	(void)events;
	if (n < 0)
		return;
	capture_datagram(port->world, watcher->fd, &from, true,
		span_of(room, (size_t)n));
	buf_init(&reply, DNS_MESSAGE_MAX);
	answer(port, span_of(room, (size_t)n), DNS_UDP, &reply, &exchange);
	if (reply.n > 0 && exchange.seconds > 0) {
		hold_back(port, &from, &reply, exchange.seconds);
		return;
	}
	udp_send(port, &from, buf_span(&reply));
	buf_fini(&reply);
}

static void
stream_close(struct dns_conn *conn)
{
	ev_io_stop(conn->port->world->loop, &conn->readable);
	(void)close(conn->fd);
	conn->fd = -1;
	buf_fini(&conn->in);
}

/* Answers all whole messages of the stream. */
static void
stream_answer(struct dns_conn *conn)
{
	struct dns_exchange exchange = {.override = -1};
	struct buf reply, framed;
	struct span query;

	buf_init(&reply, DNS_MESSAGE_MAX);
	buf_init(&framed, DNS_STREAM_MAX);
	while (dns_tcp_take(buf_span(&conn->in), &query)) {
		answer(conn->port, query, DNS_TCP, &reply, &exchange);
		buf_take(&conn->in, query.n + 2);
		buf_clear(&framed);
		if (reply.n > 0 && dns_tcp_put(&framed, buf_span(&reply)) == 0)
			(void)send(conn->fd, framed.p, framed.n, MSG_NOSIGNAL);
	}
	buf_fini(&reply);
	buf_fini(&framed);
}

static void
on_stream(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct dns_conn *conn = watcher->data;
	uint8_t room[4096];
	ssize_t n = recv(watcher->fd, room, sizeof(room), 0);

	(void)loop;
	(void)events;
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || buf_add(&conn->in, span_of(room, (size_t)n)) != 0) {
		stream_close(conn);
		return;
	}
	stream_answer(conn);
}

static void
on_connect(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct dns_port *port = watcher->data;
	int fd = accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct dns_conn *conn = port->conn;

	(void)events;
	if (fd < 0)
		return;
	while (conn < port->conn + DNS_CONNS_MAX && conn->fd >= 0)
		conn++;
	if (conn == port->conn + DNS_CONNS_MAX) {
		(void)close(fd);
		return;
	}
	conn->fd = fd;
	conn->port = port;
	buf_init(&conn->in, DNS_STREAM_MAX);
	ev_io_init(&conn->readable, on_stream, fd, EV_READ);
	conn->readable.data = conn;
	ev_io_start(loop, &conn->readable);
}

static void
record_dns_listen(struct world *world, const struct sockaddr_in *where)
{
	struct transcript *t = record_world(world, "listen");

	transcript_text(t, "listener", "dns");
	transcript_text(t, "host", "dns");
	transcript_text(t, "service", "dns");
	transcript_text(t, "address", inet_ntoa(where->sin_addr));
	transcript_number(t, "port", (long)ntohs(where->sin_port));
	(void)transcript_end(t);
	world->dns_port = ntohs(where->sin_port);
}

static int
dns_sockets(struct dns_port *port, struct err *err)
{
	struct world *world = port->world;
	struct sockaddr_in where;

	if (dns_bind(world, &port->udp, &port->tcp, &where, err) != 0)
		return -1;
	record_dns_listen(world, &where);
	ev_io_init(&port->udp_readable, on_udp, port->udp, EV_READ);
	ev_io_init(&port->tcp_readable, on_connect, port->tcp, EV_READ);
	port->udp_readable.data = port;
	port->tcp_readable.data = port;
	ev_io_start(world->loop, &port->udp_readable);
	ev_io_start(world->loop, &port->tcp_readable);
	return 0;
}

/* The records of this run of the client; before the first, those of the first.
 */
static int
zone_turn(struct dns_port *port, struct err *err)
{
	const struct plan *plan = port->world->plan;
	const long run = port->world->run > 0 ? port->world->run : 1;
	struct dns_record_spec spec[PLAN_DNS_MAX];
	size_t n = 0;

	for (unsigned i = 0; i < plan->dns_records; i++)
		if (plan->dns_run[i].from <= run &&
			run <= plan->dns_run[i].until)
			spec[n++] = plan->dns_record[i];
	dns_zone_fini(&port->zone);
	port->zone.secure = plan->dns_secure;
	port->zone.signing = port->signing;
	return dns_zone_load(&port->zone, spec, n, err);
}

int
dns_port_turn(struct world *world, struct err *err)
{
	return world->dns != NULL ? zone_turn(world->dns, err) : 0;
}

/* The keys, and the trust anchor where the resolver looks for it: in a place of
 * ours, never over the anchor of a machine. */
static int
sign(struct dns_port *port, struct err *err)
{
	const struct plan *plan = port->world->plan;
	struct buf anchor;
	FILE *file;
	int bad;

	if (plan->dns_anchor == NULL)
		return 0;
	port->signing = dns_signing_new(plan->dns_zone, plan->dns_zones,
		plan->dns_address, (uint32_t)time(NULL), err);
	if (port->signing == NULL)
		return -1;
	buf_init(&anchor, DNS_MESSAGE_MAX);
	file = fopen(plan->dns_anchor, "wex");
	bad = file == NULL || dns_signing_anchor(port->signing, &anchor) != 0 ||
	      fwrite(anchor.p, 1, anchor.n, file) != anchor.n;
	bad = (file != NULL && fclose(file) != 0) || bad;
	buf_fini(&anchor);
	return bad ? err_set(err, ERR_IO, "cannot write %.150s: %s",
			     plan->dns_anchor, strerror(errno))
		   : 0;
}

int
dns_port_open(struct world *world, struct err *err)
{
	struct dns_port *port;

	if (world->plan->dns_address == NULL)
		return 0;
	port = calloc(1, sizeof(*port));
	if (port == NULL)
		return err_set(err, ERR_LIMIT, "out of memory");
	world->dns = port;
	port->world = world;
	port->udp = port->tcp = -1;
	for (unsigned i = 0; i < DNS_CONNS_MAX; i++)
		port->conn[i].fd = -1;
	if (sign(port, err) != 0 || zone_turn(port, err) != 0)
		return -1;
	return dns_sockets(port, err);
}

static void
socket_close(struct ev_loop *loop, ev_io *watcher, int fd)
{
	if (fd < 0)
		return;
	ev_io_stop(loop, watcher);
	(void)close(fd);
}

void
dns_port_close(struct world *world)
{
	struct dns_port *port = world->dns;

	if (port == NULL)
		return;
	for (unsigned i = 0; i < DNS_CONNS_MAX; i++)
		if (port->conn[i].fd >= 0)
			stream_close(&port->conn[i]);
	while (port->late != NULL) {
		struct dns_late *late = port->late;

		port->late = late->next;
		ev_timer_stop(world->loop, &late->timer);
		buf_fini(&late->reply);
		free(late);
	}
	socket_close(world->loop, &port->udp_readable, port->udp);
	socket_close(world->loop, &port->tcp_readable, port->tcp);
	dns_zone_fini(&port->zone);
	dns_signing_free(port->signing);
	free(port);
	world->dns = NULL;
}
