/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into the capture file (--pcap). */
#include <arpa/inet.h>

#include "world/world.h"

static double
now(const struct world *world)
{
	return transcript_clock() - world->transcript.start;
}

/* The end of a socket as text; room is for its address. */
static struct pcapng_end
end_of(const struct sockaddr_in *sin, char room[INET_ADDRSTRLEN])
{
	struct pcapng_end end = {
		.address = inet_ntop(
			AF_INET, &sin->sin_addr, room, INET_ADDRSTRLEN),
		.port = ntohs(sin->sin_port),
	};

	return end;
}

static struct sockaddr_in
own_end(int fd)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t n = sizeof(sin);

	(void)getsockname(fd, (struct sockaddr *)&sin, &n);
	return sin;
}

void
capture_open(struct conn *conn)
{
	struct sockaddr_in server = own_end(conn->fd);
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

	pcapng_open(conn->world->pcap, conn->id, end_of(&conn->peer, from),
		end_of(&server, to), now(conn->world));
}

void
capture_bytes(struct conn *conn, bool from_client, struct span bytes)
{
	pcapng_data(conn->world->pcap, conn->id, from_client, bytes,
		now(conn->world));
}

void
capture_close(struct conn *conn)
{
	pcapng_close(conn->world->pcap, conn->id, !conn->fin_sent,
		conn->reset ? PCAPNG_RST : PCAPNG_FIN, now(conn->world));
}

void
capture_datagram(struct world *world, int fd, const struct sockaddr_in *peer,
	bool from_client, struct span bytes)
{
	struct sockaddr_in own;
	char here[INET_ADDRSTRLEN], there[INET_ADDRSTRLEN];
	struct pcapng_end server, client;

	if (world->pcap == NULL)
		return;
	own = own_end(fd);
	server = end_of(&own, here);
	client = end_of(peer, there);
	pcapng_udp(world->pcap, from_client ? client : server,
		from_client ? server : client, bytes, now(world));
}
