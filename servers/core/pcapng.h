/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture of a trial for Wireshark. The world knows the bytes of its
 * connections, not their packets: the packets are made up, and valid (raw IPv4;
 * handshake, data with right numbers and checksums, end). The file brings
 * its own TLS secrets.
 *
 * A reader decrypts with the secrets that stand before a packet in the file.
 * With TLS 1.2 the key log line comes only after the segment that holds both
 * ClientKeyExchange and the first encrypted record, so no order of writing as
 * things happen is right. Packets and secrets are therefore collected, and
 * pcapng_free writes one Decryption Secrets Block in front of all packets.
 */
#ifndef CORE_PCAPNG_H
#define CORE_PCAPNG_H

#include "core/err.h"
#include "core/span.h"

#define PCAPNG_CONNECTIONS_MAX 1024    /* open at the same time */
#define PCAPNG_PACKETS_MAX (64u << 20) /* bytes of a capture */
#define PCAPNG_SECRETS_MAX (1u << 20)

/* An IPv4 address as text, borrowed during the call, and a port. */
struct pcapng_end {
	const char *address;
	uint16_t port;
};

enum pcapng_how {
	PCAPNG_FIN,
	PCAPNG_RST
};

struct pcapng;

/* Every function accepts a NULL capture and then does nothing. Times are
 * seconds since origin, which is in seconds since 1970. */

/* Creates the file, which stays empty until pcapng_free. NULL with *err. */
struct pcapng *pcapng_new(const char *path, double origin, struct err *err);
/*
 * Writes the file and frees the capture. -1 with *err if that failed, or if
 * something could not be recorded (a cap, an address, a connection that is
 * not open); the file then holds what was recorded before.
 */
int pcapng_free(struct pcapng *capture, struct err *err);

/* A connection was accepted: SYN, SYN ACK, ACK. The number is the caller's. */
void pcapng_open(struct pcapng *capture, unsigned number,
	struct pcapng_end client, struct pcapng_end server, double t);
/* One segment, or as many as are needed for that many bytes. */
void pcapng_data(struct pcapng *capture, unsigned number, bool from_client,
	struct span bytes, double t);
/* The connection is over, in both directions; its number is free again. */
void pcapng_close(struct pcapng *capture, unsigned number, bool by_client,
	enum pcapng_how how, double t);

/* One datagram. */
void pcapng_udp(struct pcapng *capture, struct pcapng_end from,
	struct pcapng_end to, struct span bytes, double t);

/* One line of the TLS key log, without its line end. */
void pcapng_secret(struct pcapng *capture, const char *line);

#endif
