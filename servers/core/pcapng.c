/* SPDX-License-Identifier: Apache-2.0 */
/* Makes packets out of bytes, and a pcapng file out of packets. */
#include "core/pcapng.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"

/* Block types and codes of draft-ietf-opsawg-pcapng; all in little-endian. */
#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET 6u
#define BLOCK_SECRETS 10u
#define ORDER_MAGIC 0x1a2b3c4du
#define SECRETS_TLS 0x544c534bu
#define LINK_RAW 101u        /* the packet begins with its IP header */
#define OPTION_RESOLUTION 9u /* of timestamps: */
#define NANOSECONDS 9u

#define IP_HEADER 20u /* RFC 791 */
#define IP_TCP 6u
#define IP_UDP 17u
#define UDP_HEADER 8u  /* RFC 768 */
#define TCP_HEADER 20u /* RFC 9293 */
#define PACKET_MAX 65535u
#define TCP_DATA_MAX (PACKET_MAX - IP_HEADER - TCP_HEADER)
#define UDP_DATA_MAX (PACKET_MAX - IP_HEADER - UDP_HEADER)
#define WINDOW 65535u

enum tcp_flag {
	FIN = 1,
	SYN = 2,
	RST = 4,
	PSH = 8,
	ACK = 16
};

struct side {
	uint8_t address[4];
	uint16_t port;
	uint32_t next; /* sequence number of its next byte */
};

struct connection {
	unsigned number;
	struct side client, server;
};

struct pcapng {
	FILE *file;
	uint64_t origin; /* nanoseconds since 1970 */
	struct buf packets, secrets;
	struct connection *connections;
	size_t n;
	struct err err; /* the first thing that went wrong */
	uint8_t packet[PACKET_MAX];
};

static void
fail(struct pcapng *capture, enum err_class class, const char *what)
{
	if (capture->err.class == ERR_NONE)
		err_set(&capture->err, class, "capture: %s", what);
}

static void
little(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		*p++ = (uint8_t)v;
}

static void
big16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
big32(uint8_t *p, uint32_t v)
{
	big16(p, v >> 16);
	big16(p + 2, v);
}

/* A block: head (type and length, then fixed fields), data, padding, length. */
static int
block_add(struct buf *out, uint32_t type, struct span fixed, struct span data)
{
	static const uint8_t zero[4];
	size_t padding = (4 - data.n % 4) % 4;
	size_t length = 12 + fixed.n + data.n + padding;
	uint8_t head[8], tail[4];

	if (length > out->cap - out->n)
		return -1;
	little(head, type, 4);
	little(head + 4, length, 4);
	little(tail, length, 4);
	if (buf_add(out, span_of(head, 8)) != 0 || buf_add(out, fixed) != 0 ||
		buf_add(out, data) != 0 ||
		buf_add(out, span_of(zero, padding)) != 0 ||
		buf_add(out, span_of(tail, 4)) != 0)
		return -1;
	return 0;
}

/* An enhanced packet block with the first n bytes of capture->packet. */
static void
packet_add(struct pcapng *capture, size_t n, double t)
{
	uint64_t time = capture->origin +
			(t > 0 && t < 1e9 ? (uint64_t)llround(t * 1e9) : 0);
	uint8_t fixed[20];

	little(fixed, 0, 4); /* of the only interface */
	little(fixed + 4, time >> 32, 4);
	little(fixed + 8, time, 4);
	little(fixed + 12, n, 4);
	little(fixed + 16, n, 4);
	if (block_add(&capture->packets, BLOCK_PACKET, span_of(fixed, 20),
		    span_of(capture->packet, n)) != 0)
		fail(capture, ERR_LIMIT, "too many packets");
}

/* RFC 1071; the words of p are added to sum. */
static uint32_t
sum_add(uint32_t sum, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	return sum;
}

static uint32_t
sum_end(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/*
 * Puts the IP header before the n bytes of transport that stand behind its
 * place, fills in the checksum of both (that of the transport is at offset),
 * and records the packet.
 */
static void
ip_send(struct pcapng *capture, const struct side *from, const struct side *to,
	uint8_t protocol, size_t n, size_t offset, double t)
{
	uint8_t *ip = capture->packet, *transport = ip + IP_HEADER;
	uint32_t sum;

	memset(ip, 0, IP_HEADER);
	ip[0] = 0x45; /* version 4, five words */
	big16(ip + 2, (uint32_t)(IP_HEADER + n));
	ip[6] = 0x40; /* do not fragment */
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, from->address, 4);
	memcpy(ip + 16, to->address, 4);
	big16(ip + 10, sum_end(sum_add(0, ip, IP_HEADER)));

	big16(transport + offset, 0);
	sum = sum_add(protocol + (uint32_t)n, ip + 12, 8); /* pseudo header */
	sum = sum_end(sum_add(sum, transport, n));
	/* RFC 768: 0 would mean that there is no checksum. */
	big16(transport + offset,
		sum == 0 && protocol == IP_UDP ? 0xffff : sum);
	packet_add(capture, IP_HEADER + n, t);
}

static void
tcp_send(struct pcapng *capture, struct side *from, const struct side *to,
	unsigned flags, struct span bytes, double t)
{
	/* MSS, and window scaling (RFC 7323): as nobody acknowledges single
	 * segments, a small window would look full. */
	static const uint8_t option[] = {
		2, 4, TCP_DATA_MAX >> 8, TCP_DATA_MAX & 0xff, 1, 3, 3, 14};
	uint8_t *tcp = capture->packet + IP_HEADER;
	size_t options = (flags & SYN) != 0 ? sizeof(option) : 0;
	size_t n = TCP_HEADER + options;

	memset(tcp, 0, TCP_HEADER);
	big16(tcp, from->port);
	big16(tcp + 2, to->port);
	big32(tcp + 4, from->next);
	big32(tcp + 8, (flags & ACK) != 0 ? to->next : 0);
	tcp[12] = (uint8_t)(n / 4 << 4);
	tcp[13] = (uint8_t)flags;
	big16(tcp + 14, WINDOW);
	memcpy(tcp + TCP_HEADER, option, options);
	if (bytes.n > 0)
		memcpy(tcp + n, bytes.p, bytes.n);
	ip_send(capture, from, to, IP_TCP, n + bytes.n, 16, t);
	from->next += (uint32_t)bytes.n + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
}

static int
side_set(struct pcapng *capture, struct side *side, struct pcapng_end end)
{
	side->port = end.port;
	if (inet_pton(AF_INET, end.address, side->address) == 1)
		return 0;
	fail(capture, ERR_INTERNAL, "not an IPv4 address");
	return -1;
}

static struct connection *
connection_find(struct pcapng *capture, unsigned number)
{
	size_t i;

	for (i = 0; i < capture->n; i++)
		if (capture->connections[i].number == number)
			return &capture->connections[i];
	return NULL;
}

struct pcapng *
pcapng_new(const char *path, double origin, struct err *err)
{
	struct pcapng *capture = calloc(1, sizeof(*capture));

	if (capture == NULL) {
		err_set(err, ERR_IO, "no memory for the capture");
		return NULL;
	}
	capture->connections =
		calloc(PCAPNG_CONNECTIONS_MAX, sizeof(*capture->connections));
	capture->file = fopen(path, "wbe");
	if (capture->connections == NULL || capture->file == NULL) {
		err_set(err, ERR_IO, "cannot write %.150s: %s", path,
			strerror(errno));
		if (capture->file != NULL)
			(void)fclose(capture->file);
		free(capture->connections);
		free(capture);
		return NULL;
	}
	if (origin > 0 && origin < 1e10)
		capture->origin = (uint64_t)llround(origin * 1e6) * 1000;
	buf_init(&capture->packets, PCAPNG_PACKETS_MAX);
	buf_init(&capture->secrets, PCAPNG_SECRETS_MAX);
	return capture;
}

/* What stands before the packets; -1 when memory ran out. */
static int
head_make(struct pcapng *capture, struct buf *out)
{
	uint8_t section[16], interface[20] = {0}, secrets[8];

	little(section, ORDER_MAGIC, 4);
	little(section + 4, 1, 4);          /* version 1.0 */
	little(section + 8, UINT64_MAX, 8); /* the section ends with the file */
	little(interface, LINK_RAW, 4);
	little(interface + 8, OPTION_RESOLUTION | 1u << 16, 4);
	interface[12] = NANOSECONDS;
	if (block_add(out, BLOCK_SECTION, span_of(section, 16), span_z("")) !=
			0 ||
		block_add(out, BLOCK_INTERFACE, span_of(interface, 20),
			span_z("")) != 0)
		return -1;
	if (capture->secrets.n == 0)
		return 0;
	little(secrets, SECRETS_TLS, 4);
	little(secrets + 4, capture->secrets.n, 4);
	return block_add(out, BLOCK_SECRETS, span_of(secrets, 8),
		buf_span(&capture->secrets));
}

int
pcapng_free(struct pcapng *capture, struct err *err)
{
	struct err found;
	struct buf head;
	bool written;

	if (capture == NULL)
		return 0;
	buf_init(&head, PCAPNG_SECRETS_MAX + 256);
	written = head_make(capture, &head) == 0 &&
		  fwrite(head.p, 1, head.n, capture->file) == head.n &&
		  (capture->packets.n == 0 ||
			  fwrite(capture->packets.p, 1, capture->packets.n,
				  capture->file) == capture->packets.n);
	if (fclose(capture->file) != 0 || !written)
		fail(capture, ERR_IO, "cannot write the file");
	found = capture->err;
	buf_fini(&head);
	buf_fini(&capture->packets);
	buf_fini(&capture->secrets);
	free(capture->connections);
	free(capture);
	return found.class == ERR_NONE
		       ? 0
		       : err_set(err, found.class, "%s", found.text);
}

void
pcapng_open(struct pcapng *capture, unsigned number, struct pcapng_end client,
	struct pcapng_end server, double t)
{
	struct connection *c;

	if (capture == NULL)
		return;
	if (capture->n == PCAPNG_CONNECTIONS_MAX ||
		connection_find(capture, number) != NULL) {
		fail(capture, ERR_LIMIT, "too many connections, or one twice");
		return;
	}
	c = &capture->connections[capture->n];
	c->number = number;
	if (side_set(capture, &c->client, client) != 0 ||
		side_set(capture, &c->server, server) != 0)
		return;
	/* Different numbers for each, so that a port that is used twice does
	 * not look like a retransmission. */
	c->client.next = (uint32_t)number << 20;
	c->server.next = c->client.next + (1u << 19);
	capture->n++;
	tcp_send(capture, &c->client, &c->server, SYN, span_z(""), t);
	tcp_send(capture, &c->server, &c->client, SYN | ACK, span_z(""), t);
	tcp_send(capture, &c->client, &c->server, ACK, span_z(""), t);
}

void
pcapng_data(struct pcapng *capture, unsigned number, bool from_client,
	struct span bytes, double t)
{
	struct connection *c;

	if (capture == NULL)
		return;
	c = connection_find(capture, number);
	if (c == NULL) {
		fail(capture, ERR_INTERNAL, "data on no connection");
		return;
	}
	for (; bytes.n > 0; bytes = span_cut(bytes, TCP_DATA_MAX, bytes.n))
		tcp_send(capture, from_client ? &c->client : &c->server,
			from_client ? &c->server : &c->client, PSH | ACK,
			span_cut(bytes, 0, TCP_DATA_MAX), t);
}

void
pcapng_close(struct pcapng *capture, unsigned number, bool by_client,
	enum pcapng_how how, double t)
{
	struct connection *c;
	struct side *first, *second;

	if (capture == NULL)
		return;
	c = connection_find(capture, number);
	if (c == NULL) {
		fail(capture, ERR_INTERNAL, "end of no connection");
		return;
	}
	first = by_client ? &c->client : &c->server;
	second = by_client ? &c->server : &c->client;
	if (how == PCAPNG_RST) {
		tcp_send(capture, first, second, RST | ACK, span_z(""), t);
	} else {
		tcp_send(capture, first, second, FIN | ACK, span_z(""), t);
		tcp_send(capture, second, first, FIN | ACK, span_z(""), t);
		tcp_send(capture, first, second, ACK, span_z(""), t);
	}
	*c = capture->connections[--capture->n];
}

void
pcapng_udp(struct pcapng *capture, struct pcapng_end from, struct pcapng_end to,
	struct span bytes, double t)
{
	struct side source, target;
	uint8_t *udp;

	if (capture == NULL || side_set(capture, &source, from) != 0 ||
		side_set(capture, &target, to) != 0)
		return;
	if (bytes.n > UDP_DATA_MAX) {
		fail(capture, ERR_INTERNAL, "no datagram is that large");
		return;
	}
	udp = capture->packet + IP_HEADER;
	big16(udp, source.port);
	big16(udp + 2, target.port);
	big16(udp + 4, (uint32_t)(UDP_HEADER + bytes.n));
	if (bytes.n > 0)
		memcpy(udp + UDP_HEADER, bytes.p, bytes.n);
	ip_send(capture, &source, &target, IP_UDP, UDP_HEADER + bytes.n, 6, t);
}

void
pcapng_secret(struct pcapng *capture, const char *line)
{
	if (capture == NULL)
		return;
	if (strlen(line) + 1 > capture->secrets.cap - capture->secrets.n ||
		buf_addf(&capture->secrets, "%s\n", line) != 0)
		fail(capture, ERR_LIMIT, "too many secrets");
}
