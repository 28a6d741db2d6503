/* SPDX-License-Identifier: Apache-2.0 */
/* The running world: one loop, one transcript, all servers, one client. */
#ifndef WORLD_WORLD_H
#define WORLD_WORLD_H

#include <ev.h>
#include <netinet/in.h>
#include <sys/types.h>

#include "core/buf.h"
#include "core/pcapng.h"
#include "core/tls.h"
#include "core/transcript.h"
#include "fault/fault.h"
#include "pki/forge.h"
#include "world/plan.h"

#define CONNS_MAX 256

struct world;

/* A server as it stands without the fault, under it, and behind the new
 * handshake that the fault asks for. */
enum side_of {
	SIDE_CORRECT,
	SIDE_STRUCK,
	SIDE_RENEWED,
	SIDES
};

struct side {
	const struct engine_class *class;
	struct engine_config config;
	struct tls_options options;
	const char *identity;
	struct tls_context *tls; /* made when first needed */
	bool acceptable;         /* its identity must be accepted */
};

struct listener {
	struct world *world;
	const struct plan_listener *plan;
	int fd; /* -1: not open */
	unsigned port;
	ev_io readable;
	unsigned accepted;
	bool struck; /* the fault is about this listener */
	struct side side[SIDES];
};

enum channel {
	CHANNEL_CLEAR,
	CHANNEL_TLS_GOOD,
	CHANNEL_TLS_BAD
};

/* One thing to do on the wire, waiting for its turn. */
struct op {
	struct op *next;
	struct wire wire; /* its bytes are the op's own */
	uint8_t bytes[];
};

/* What was declared and what was sent: two tallies that must agree. */
struct ledger {
	uint64_t declared_n, declared_hash;
	uint64_t sent_n, sent_hash;
};

enum handshake {
	HANDSHAKE_NONE,  /* clear text */
	HANDSHAKE_HELLO, /* waiting for the ClientHello */
	HANDSHAKE_RUNS,
	HANDSHAKE_DONE,
	HANDSHAKE_FAILED
};

/* A message that an engine spoke of; in a queue until it has passed. */
struct passing {
	char action[16]; /* "fetched", "submitted", "stored" */
	unsigned number;
	size_t size;
	bool canary;
};

struct conn {
	struct conn *next;
	struct world *world;
	struct listener *listener;
	struct side *side;
	unsigned id;
	int fd;
	ev_io readable, writable;
	ev_timer pause;
	struct engine *engine;
	struct fault_conn fault;
	enum channel channel;
	enum handshake handshake;
	struct tls_session *tls;
	struct op *first, **last; /* queue */
	size_t queued;            /* bytes in it */
	struct buf out;           /* bytes for the socket */
	struct buf early; /* bytes before the ClientHello that are no TLS */
	struct needle_scan scan, raw_scan;
	struct ledger ledger;
	unsigned in_segments, out_segments;
	uint64_t in_bytes, out_bytes; /* of TCP */
	unsigned breaks;              /* how often a BREAK was waited for */
	bool engine_opened, input_ended;
	bool fin_sent;                /* we said FIN; only listening now */
	bool notify_sent, notify_got; /* close_notify, by us, by the client */
	bool renews;  /* the client was asked for a new handshake */
	bool awaited; /* the last word was ours, and right: it is its turn */
	bool over, reset;
	struct sockaddr_in peer;
	struct lk_latch_session latch; /* what this connection is */
	bool dead;                     /* to be freed by the loop's idle step */
};

struct dns_port;
struct child;

struct world_options {
	const char *root; /* file that keeps the root; NULL: none */
	const char *rsa;  /* file with a key for the first RSA leaf, or NULL */
	const char *bind; /* listen here; NULL: at the hosts' own addresses */
	bool any_port;    /* on free ports, not on those of the plan */
	bool pcap, live;  /* capture; events to standard output, too */
};

struct world {
	struct ev_loop *loop;
	struct plan *plan;
	const char *out_folder;
	struct world_options options;
	FILE *transcript_file, *keys;
	struct transcript transcript;
	struct pcapng *pcap; /* NULL without --pcap */
	struct pki_world *pki;
	struct pki_identity identity[PLAN_IDENTITIES_MAX];
	struct pki_identity client; /* its leaf is NULL: it has none */
	char nonce[33];
	struct listener listener[PLAN_LISTENERS_MAX];
	unsigned listeners;
	struct conn *conns;
	unsigned n_conns, next_conn;
	struct dns_port *dns;
	struct child *child;
	long run; /* of the client, from 1 */
	/* What a client has to remember of each host, and on which readings of
	 * the drafts that rests. */
	struct lk_latch_state latch[PLAN_LISTENERS_MAX];
	uint32_t latch_open;
	char *tlsa[PLAN_DNS_MAX + DNS_VALUES_MAX]; /* owned values of records */
	unsigned tlsas;
	struct engine_mailbox no_mail;
	ev_timer deadline, quiet, drain;
	ev_signal term, interrupt;
	ev_prepare sweep;
	double last_activity;
	/* When the client was last looked at, what it had waited for a
	 * processor, and what of it was before the present silence. */
	double looked, waited, waited_before;
	struct in_addr address[PLAN_LISTENERS_MAX]; /* added to lo */
	unsigned added;
	unsigned dns_port;
	long refused_at_start, refused_seen;
	bool fault_delivered, ending;
	bool stopped; /* the deadline came: the client is not started again */
	bool broken;  /* an error event was written */
};

/* world.c */
/* Builds everything up to open sockets in a zeroed world; -1 with *err. What it
 * is given is borrowed until world_close. */
int world_open(struct world *world, struct pki_world *pki, struct plan *plan,
	const char *out_folder, const struct world_options *options,
	struct err *err);
/* The client is started again: what hosts of policies answer from then on. */
void world_turn(struct world *world);
/* Starts the client, if there is one, and runs to the end. -1 with *err. */
int world_run(struct world *world, struct err *err);
void world_close(struct world *world);
/* The client is gone: finish what is open, then end. */
void world_end_soon(struct world *world);
/* refuse-connection: notes the delivery once the kernel counted a refusal. */
void world_look_for_refusals(struct world *world);

/* side.c */
/* A listener with its sides, before there are sockets and certificates. */
void side_open(struct world *world, const struct plan_listener *from);
/* What the sides show: an identity of the plan that none of them has is not
 * made. An RSA key may take seconds. -1 with *err. */
int side_forge(struct world *world, struct err *err);
/* The side's TLS context, made on first use. NULL after an error event. */
struct tls_context *side_tls(struct world *world, struct side *side);

/* record.c: events */
/* Begin an event with the fields of its connection (or listener). */
struct transcript *record_conn(struct conn *conn, const char *event);
struct transcript *record_world(struct world *world, const char *event);
void record_error(struct world *world, const struct err *err);
void record_delivered(
	struct world *world, struct conn *conn, struct span detail);
void record_scan(struct conn *conn, struct needle_scan *scan, struct span bytes,
	enum channel channel);
void record_message(struct conn *conn, const struct passing *passing);
void record_hello(struct conn *conn, const struct tls_hello *hello);
void record_raw(struct conn *conn, const char *dir, struct span bytes);

/* note.c */
/* What an engine did, if it is to be in the transcript. */
void note_action(struct conn *conn, const struct action *action);

/* capture.c: nothing happens without --pcap */
void capture_open(struct conn *conn);
void capture_bytes(struct conn *conn, bool from_client, struct span bytes);
void capture_close(struct conn *conn);
void capture_datagram(struct world *world, int fd,
	const struct sockaddr_in *peer, bool from_client, struct span bytes);

/* listen.c */
int listen_all(struct world *world, struct err *err);
void listen_close(struct world *world);

/* conn.c */
void conn_accept(
	struct listener *listener, int fd, const struct sockaddr_in *peer);
/* Something happened: work through the queue, then update the watchers. */
void conn_work(struct conn *conn);
/* End the connection politely from our side. */
void conn_hang_up(struct conn *conn);
void conn_free(struct conn *conn);
/* The connection is over; recorded once. */
void conn_over(struct conn *conn, const char *by, const char *how);

/* conn_input.c */
void conn_on_readable(struct ev_loop *loop, ev_io *watcher, int events);
/* Hand an event to the engine. */
void conn_step(struct conn *conn, enum engine_event event, struct span bytes);
/* The handshake begins (START_TLS, or an implicit port). */
void conn_start_tls(struct conn *conn);
/* The client is asked for another one. */
void conn_renegotiate(struct conn *conn);
/* It is on its way, and replies have to wait. */
bool conn_renews(const struct conn *conn);

/* conn_output.c */
/* Puts one thing into the queue (a wire_sink function on a conn). */
void conn_put(void *self, const struct wire *wire);
/* True when the whole queue is done and everything is in the kernel. */
bool conn_flush(struct conn *conn);
/* TLS has bytes for the wire. */
void conn_take_tls(struct conn *conn);
void conn_drop_queue(struct conn *conn);

/* dns_bind.c */
/* Sockets for the DNS server, and where they are; -1 with none open. */
int dns_bind(const struct world *world, int *udp_r, int *tcp_r,
	struct sockaddr_in *where_r, struct err *err);

/* dns_port.c */
int dns_port_open(struct world *world, struct err *err);
/* The client is started again: some records come, others go. */
int dns_port_turn(struct world *world, struct err *err);
void dns_port_close(struct world *world);

/* associate.c */
/* The certificates are there: TLSA records that name one get its data. */
int associate(struct world *world, struct err *err);
void associate_fini(struct world *world);

/* latch.c: nothing happens where DEEP is not spoken */
/* What the servers advertise; fault: NULL for a correct connection. */
void latch_configure(struct conn *conn, const struct fault *fault);
/* A connection is there, in clear or with TLS: is it to be refused? */
void latch_begin(struct conn *conn);
/* The client was told this status. */
void latch_status(struct conn *conn, struct span status);

/* child.c */
int child_start(struct world *world, struct err *err);
void child_kill(struct world *world);
bool child_runs(const struct world *world);
void child_free(struct world *world);

/* asleep.c */
/* Nothing moved for plan.quiet seconds, and the client sleeps. To be asked
 * again and again, as it remembers when the client was last looked at. */
bool silence_is_over(struct world *world);

/* kernel.c: what the kernel knows of connections */
/* Connection attempts that were refused in this network namespace. */
long kernel_refused_attempts(void);
/* Has the peer of this socket read all that was sent to it? */
bool kernel_peer_has_read(int fd);

#endif
