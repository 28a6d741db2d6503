/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For test_pcapng.c: a reader of captures that shares no code with their
 * writer. It checks every length and checksum, and tells what it found.
 */
#ifndef TESTS_PCAPNG_FILE_H
#define TESTS_PCAPNG_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/buf.h"

/* The ends of every conversation, and the time when it began. */
#define CLIENT                                                                 \
	{                                                                      \
		"127.0.0.1", 40000                                             \
	}
#define SERVER                                                                 \
	{                                                                      \
		"192.0.2.7", 143                                               \
	}
#define ORIGIN 1700000000.25

static unsigned long
little(const uint8_t *p, unsigned bytes)
{
	unsigned long v = 0;

	while (bytes > 0)
		v = v << 8 | p[--bytes];
	return v;
}

static uint32_t
big(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	for (; bytes > 0; bytes--)
		v = v << 8 | *p++;
	return v;
}

/* RFC 1071: right if the sum of all words, checksum included, is all ones. */
static uint32_t
sum(struct span s, uint32_t start)
{
	uint64_t total = start;
	size_t i;

	for (i = 0; i < s.n; i++)
		total += (uint32_t)s.p[i] << (i % 2 == 0 ? 8 : 0);
	while (total >> 16 != 0)
		total = (total & 0xffff) + (total >> 16);
	return (uint32_t)total;
}

/* What a reader found in a file. */
struct found {
	struct buf packets, secrets, stream[2];
	uint32_t first[64][2]; /* sequence numbers of the SYNs, by port */
	bool packet_seen;
	double last;
};

static void
tcp_read(struct found *f, struct span tcp, bool client)
{
	static const char letter[] = "FSRPA";
	unsigned port = big(tcp.p + (client ? 0 : 2), 2) - 40000;
	unsigned flags = tcp.p[13], i;
	size_t header = (size_t)(tcp.p[12] >> 4) * 4;
	uint32_t seq = big(tcp.p + 4, 4), ack = big(tcp.p + 8, 4);
	char text[8] = "";

	assert_in_range(port, 0, 63);
	assert_int_equal(big(tcp.p + (client ? 2 : 0), 2), 143);
	assert_in_range(header, 20, tcp.n);
	if ((flags & 2) != 0)
		f->first[port][client] = seq;
	for (i = 0; i < 5; i++)
		if ((flags >> i & 1) != 0)
			strncat(text, letter + i, 1);
	if ((flags & 16) != 0)
		ack -= f->first[port][!client];
	assert_int_equal(
		buf_addf(&f->packets, "%c %s %u %u %zu\n", client ? 'c' : 's',
			text, (unsigned)(seq - f->first[port][client]),
			(unsigned)ack, tcp.n - header),
		0);
	assert_int_equal(
		buf_add(&f->stream[client], span_cut(tcp, header, tcp.n)), 0);
}

static void
packet_read(struct found *f, struct span packet)
{
	struct span rest = span_cut(packet, 20, packet.n);
	bool client;

	assert_in_range(packet.n, 28, 65535);
	assert_int_equal(packet.p[0], 0x45);
	assert_int_equal(big(packet.p + 2, 2), packet.n);
	assert_int_equal(sum(span_cut(packet, 0, 20), 0), 0xffff);
	assert_int_equal(sum(rest, sum(span_cut(packet, 12, 20),
					   packet.p[9] + (uint32_t)rest.n)),
		0xffff);
	client = memcmp(packet.p + 12, "\177\0\0\1\300\0\2\7", 8) == 0;
	assert_true(client ||
		    memcmp(packet.p + 12, "\300\0\2\7\177\0\0\1", 8) == 0);
	if (packet.p[9] == 6) {
		tcp_read(f, rest, client);
		return;
	}
	assert_int_equal(packet.p[9], 17);
	assert_int_equal(big(rest.p, 2), 40000);
	assert_int_equal(big(rest.p + 2, 2), 143);
	assert_int_equal(big(rest.p + 4, 2), rest.n);
	assert_true(big(rest.p + 6, 2) != 0);
	assert_int_equal(buf_addf(&f->packets, "u %zu\n", rest.n - 8), 0);
}

static void
block_read(struct found *f, unsigned long type, struct span body)
{
	unsigned long n;
	double t;

	switch (type) {
	case 0x0a0d0d0a:
		assert_int_equal(little(body.p, 4), 0x1a2b3c4d);
		assert_int_equal(little(body.p + 4, 4), 1);
		return;
	case 1:
		assert_int_equal(body.n, 20);
		assert_int_equal(little(body.p, 2), 101);
		assert_int_equal(little(body.p + 8, 2), 9);
		assert_int_equal(body.p[12], 9);
		return;
	case 10:
		assert_false(f->packet_seen);
		assert_memory_equal(body.p, "KSLT", 4);
		n = little(body.p + 4, 4);
		assert_in_range(n, body.n - 8 - 3, body.n - 8);
		assert_int_equal(
			buf_add(&f->secrets, span_cut(body, 8, 8 + n)), 0);
		return;
	case 6:
		f->packet_seen = true;
		t = (double)(little(body.p + 4, 4) << 32 |
			     little(body.p + 8, 4)) /
		    1e9;
		assert_true(t >= ORIGIN - 1e-6 && t < ORIGIN + 100);
		assert_true(t >= f->last);
		f->last = t;
		n = little(body.p + 12, 4);
		assert_int_equal(n, little(body.p + 16, 4));
		assert_in_range(n, body.n - 20 - 3, body.n - 20);
		packet_read(f, span_cut(body, 20, 20 + n));
		return;
	default:
		fail_msg("block of type %lx", type);
	}
}

/* Walks over all blocks of the file. */
static void
file_read(const char *path, struct found *f)
{
	FILE *file = fopen(path, "rb");
	uint8_t head[8];
	unsigned long n;
	uint8_t *body;

	*f = (struct found){0};
	buf_init(&f->packets, 1 << 20);
	buf_init(&f->secrets, 2 << 20);
	buf_init(&f->stream[0], 1 << 20);
	buf_init(&f->stream[1], 1 << 20);
	assert_non_null(file);
	while (fread(head, 1, 8, file) == 8) {
		n = little(head + 4, 4);
		assert_in_range(n, 12, 2 << 20);
		assert_int_equal(n % 4, 0);
		body = malloc(n - 8);
		assert_non_null(body);
		assert_int_equal(fread(body, 1, n - 8, file), n - 8);
		assert_int_equal(little(body + n - 12, 4), n);
		block_read(f, little(head, 4), span_of(body, n - 12));
		free(body);
	}
	(void)fclose(file);
	(void)unlink(path);
}

static void
found_fini(struct found *f)
{
	buf_fini(&f->packets);
	buf_fini(&f->secrets);
	buf_fini(&f->stream[0]);
	buf_fini(&f->stream[1]);
}

#endif
