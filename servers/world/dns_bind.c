/* SPDX-License-Identifier: Apache-2.0 */
/* Where the DNS server listens: UDP and TCP on one port. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world/world.h"

#define BACKLOG 32
/* A port that is free for UDP may be taken for TCP. */
#define FREE_PORT_TRIES 50

/* A socket of this type at *where, which then tells the port. */
static int
bind_one(int type, struct sockaddr_in *where, int *fd_r, struct err *err)
{
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;
	socklen_t n = sizeof(*where);

	if (fd < 0)
		return err_set(err, ERR_IO, "socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)where, sizeof(*where)) != 0 ||
		(type == SOCK_STREAM && listen(fd, BACKLOG) != 0)) {
		(void)err_set(err, ERR_IO, "cannot open DNS on %s port %u: %s",
			inet_ntoa(where->sin_addr), ntohs(where->sin_port),
			strerror(errno));
		(void)close(fd);
		return -1;
	}
	(void)getsockname(fd, (struct sockaddr *)where, &n);
	*fd_r = fd;
	return 0;
}

static int
bind_pair(struct sockaddr_in *where, int *udp_r, int *tcp_r, struct err *err)
{
	if (bind_one(SOCK_DGRAM, where, udp_r, err) != 0)
		return -1;
	if (bind_one(SOCK_STREAM, where, tcp_r, err) == 0)
		return 0;
	(void)close(*udp_r);
	*udp_r = -1;
	return -1;
}

int
dns_bind(const struct world *world, int *udp_r, int *tcp_r,
	struct sockaddr_in *where_r, struct err *err)
{
	struct sockaddr_in where = {.sin_family = AF_INET};
	const bool any_port = world->options.any_port;
	const char *address = world->options.bind != NULL
				      ? world->options.bind
				      : world->plan->dns_address;
	unsigned tries = 0;

	if (inet_pton(AF_INET, address, &where.sin_addr) != 1)
		return err_set(err, ERR_PLAN,
			"dns.address: %.40s is no IPv4 address", address);
	if (!any_port)
		where.sin_port = htons((uint16_t)world->plan->dns_port);
	for (*where_r = where; bind_pair(where_r, udp_r, tcp_r, err) != 0;
		*where_r = where)
		if (!any_port || tries++ == FREE_PORT_TRIES)
			return -1;
	return 0;
}
