/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world/world.h"

static void
on_accept(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct listener *listener = watcher->data;
	struct sockaddr_in peer;
	socklen_t n = sizeof(peer);
	int fd;

	(void)loop;
	(void)events;
	if (listener->world->n_conns >= CONNS_MAX)
		return; /* it waits in the backlog until one ends */
	fd = accept4(watcher->fd, (struct sockaddr *)&peer, &n,
		SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	world_look_for_refusals(listener->world);
	conn_accept(listener, fd, &peer);
}

/*
 * Give the loopback interface one more address (as an alias "lo:N"), for
 * worlds whose hosts are not in 127/8. Only inside an own network namespace.
 */
static int
address_add(struct in_addr address, unsigned number, struct err *err)
{
	struct ifreq request = {0};
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr = address};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), bad;

	(void)snprintf(
		request.ifr_name, sizeof(request.ifr_name), "lo:%u", number);
	memcpy(&request.ifr_addr, &sin, sizeof(sin));
	bad = fd < 0 || ioctl(fd, SIOCSIFADDR, &request) != 0;
	if (fd >= 0)
		(void)close(fd);
	return bad ? err_set(err, ERR_IO, "cannot add the address %s to lo: %s",
			     inet_ntoa(address), strerror(errno))
		   : 0;
}

static int
listen_one(struct listener *listener, const struct sockaddr_in *where,
	struct err *err)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;
	struct sockaddr_in got = {0};
	socklen_t n = sizeof(got);

	if (fd < 0)
		return err_set(err, ERR_IO, "socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)where, sizeof(*where)) != 0 ||
		listen(fd, CONNS_MAX) != 0 ||
		getsockname(fd, (struct sockaddr *)&got, &n) != 0) {
		(void)err_set(err, ERR_IO, "cannot listen on %s port %u: %s",
			inet_ntoa(where->sin_addr), ntohs(where->sin_port),
			strerror(errno));
		(void)close(fd);
		return -1;
	}
	listener->fd = fd;
	listener->port = ntohs(got.sin_port);
	ev_io_init(&listener->readable, on_accept, fd, EV_READ);
	listener->readable.data = listener;
	ev_io_start(listener->world->loop, &listener->readable);
	return 0;
}

static const char *
address_of(const struct listener *listener)
{
	const char *bind = listener->world->options.bind;

	return bind != NULL ? bind : listener->plan->address;
}

static void
record_listen(struct listener *listener)
{
	struct transcript *t = record_world(listener->world, "listen");

	transcript_text(t, "listener", listener->plan->name);
	transcript_text(t, "host", listener->plan->host);
	transcript_text(t, "service", listener->plan->protocol);
	transcript_text(t, "address", address_of(listener));
	transcript_number(t, "port", (long)listener->port);
	(void)transcript_end(t);
}

/* Is this address there to be bound? All of 127/8 is, others are added. */
static int
address_ready(struct world *world, struct in_addr address, struct err *err)
{
	if ((ntohl(address.s_addr) >> 24) == 127)
		return 0;
	for (unsigned i = 0; i < world->added; i++)
		if (world->address[i].s_addr == address.s_addr)
			return 0;
	if (world->added == PLAN_LISTENERS_MAX)
		return err_set(err, ERR_PLAN, "listeners: too many addresses");
	world->address[world->added++] = address;
	return address_add(address, world->added, err);
}

static int
listener_open(struct listener *listener, struct err *err)
{
	struct world *world = listener->world;
	struct sockaddr_in where = {.sin_family = AF_INET};

	if (inet_pton(AF_INET, address_of(listener), &where.sin_addr) != 1)
		return err_set(err, ERR_PLAN,
			"listeners: %.40s is no IPv4 address",
			address_of(listener));
	if (!world->options.any_port)
		where.sin_port = htons((uint16_t)listener->plan->port);
	if (world->options.bind == NULL &&
		address_ready(world, where.sin_addr, err) != 0)
		return -1;
	if (listener->struck &&
		world->plan->fault.action == FAULT_REFUSE_CONNECTION)
		return 0;
	if (listen_one(listener, &where, err) != 0)
		return -1;
	record_listen(listener);
	return 0;
}

int
listen_all(struct world *world, struct err *err)
{
	for (unsigned i = 0; i < world->listeners; i++)
		if (listener_open(&world->listener[i], err) != 0)
			return -1;
	return 0;
}

void
listen_close(struct world *world)
{
	for (unsigned i = 0; i < world->listeners; i++) {
		struct listener *listener = &world->listener[i];

		if (listener->fd < 0)
			continue;
		ev_io_stop(world->loop, &listener->readable);
		(void)close(listener->fd);
		listener->fd = -1;
	}
}
