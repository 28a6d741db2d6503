/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only code that misbehaves. A trial has one fault; it changes the
 * configuration of an engine, or what the engine wants to send, or the bytes
 * that TLS puts on the wire. The words are those of docs/faults.md.
 */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include <jansson.h>

#include "core/err.h"
#include "core/tls.h"
#include "fault/wire.h"
#include "proto/dns.h"
#include "proto/engine.h"

enum fault_do {
	FAULT_ADVERTISE,
	FAULT_ALERT,
	FAULT_ALPN,
	FAULT_CERTIFICATE,
	FAULT_CLEAR_ON_IMPLICIT,
	FAULT_CLOSE,
	FAULT_CUT,
	FAULT_DELAY,
	FAULT_DNS,
	FAULT_DOWNGRADE,
	FAULT_DROP,
	FAULT_FLIP,
	FAULT_GARBAGE,
	FAULT_GREET,
	FAULT_INJECT,
	FAULT_NONE,
	FAULT_NO_RENEGOTIATION_INFO,
	FAULT_OVERSIZE,
	FAULT_REFUSE,
	FAULT_REFUSE_CONNECTION,
	FAULT_RENEGOTIATE,
	FAULT_REPEAT,
	FAULT_REPLACE,
	FAULT_REQUEST_CERTIFICATE,
	FAULT_RESET,
	FAULT_RESPOND,
	FAULT_SILENCE,
	FAULT_SKIP_TLS,
	FAULT_SNI,
	FAULT_SPEAK,
	FAULT_SPLIT,
	FAULT_STATUS,
	FAULT_TLS,
	FAULT_TLS_ON_CLEAR,
	FAULT_TRUNCATE,
	FAULT_WITHHOLD
};

#define FAULT_LISTENERS_MAX 8
#define FAULT_SIZES_MAX 256

enum fault_phase {
	FAULT_ANY_PHASE,
	FAULT_CLEAR,
	FAULT_IN_TLS
};

enum fault_then {
	THEN_CLEAR,
	THEN_SILENT,
	THEN_CLOSE
};

/* Where injected bytes stand. */
enum fault_segment {
	SEGMENT_SAME,     /* in one segment with the reply */
	SEGMENT_NEXT,     /* in the next one, which is read apart */
	SEGMENT_HANDSHAKE /* in that of the server's flight, before it */
};

#define FAULT_TAG_MAX 64

/* Where an alert stands. */
enum fault_point {
	POINT_HELLO,        /* in the place of the first flight; a warning in
			     * front of it */
	POINT_SERVER_HELLO, /* behind the ServerHello, and no more comes */
	POINT_FLIGHT,       /* behind the first flight */
	POINT_SESSION       /* in the place of a reply, encrypted */
};

/* Texts are the JSON's and live as long as it. */
struct fault {
	enum fault_do action;
	const char *word; /* the action as the plan writes it */
	bool rewrites;    /* it changes replies that the engine gives */

	/* at */
	const char *listener[FAULT_LISTENERS_MAX];
	unsigned listeners;
	const char *reply; /* NULL: not a matter of replies */
	enum fault_phase phase;
	long nth, connection; /* 0: every one */
	long run;             /* of the client; 0: every one */

	/* do */
	struct span data;     /* owned */
	struct span after;    /* owned; p is NULL when not given */
	struct span selected; /* owned; greet: the answer to SELECT */
	const char *capability[ENGINE_CAPABILITIES_MAX];
	unsigned capabilities;
	const char *instead[ENGINE_CAPABILITIES_MAX]; /* withhold */
	unsigned insteads;
	bool in_phase[PHASES];
	enum engine_greeting greeting;
	bool behind; /* inject, close: behind the reply, not before */
	enum fault_segment segment;
	double seconds;
	long sizes[FAULT_SIZES_MAX];
	unsigned n_sizes;
	const char *promises; /* status; NULL: DEEP is not spoken */
	long count, keep, offset, bit;
	enum tls_message message; /* flip, oversize, truncate: the first record
				   * of it */
	enum wire_close how;
	bool skips_tls; /* STARTTLS is accepted, no handshake follows */
	enum fault_then then;
	enum fault_point point; /* alert */
	bool warning;           /* alert: and the handshake goes on */
	long description;
	const char *identity;   /* certificate, renegotiate: name in the plan */
	const char *protocol;   /* speak: "imap", "pop3" or "smtp" */
	struct tls_options tls; /* tls, alpn */
	const char *statusz;    /* respond; NULL: as it is */
	const char *header[ENGINE_HEADERS_MAX];
	unsigned headers;
	bool has_headers;
	enum engine_framing framing;
	struct dns_override dns;
	const char *dns_value[DNS_VALUES_MAX];
};

/* From the plan's "fault". -1 with one error that names the key. */
int fault_load(struct fault *fault, const json_t *json, struct err *err);
void fault_fini(struct fault *fault);

bool fault_strikes(const struct fault *fault, const char *listenerz);

/* Changes what a correct server is told to be: capabilities, greeting,
 * refusals, the status of DEEP, who starts TLS. */
void fault_configure(const struct fault *fault, struct engine_config *config);
/* Changes how it speaks TLS, and which identity it shows (a name). */
void fault_configure_tls(const struct fault *fault, struct tls_options *options,
	const char **identity);

/* One connection under the fault. */
struct fault_conn {
	const struct fault *fault; /* NULL: a correct connection */
	bool in_tls, logged_in;
	unsigned hits; /* replies that matched so far */
	bool muted, after_sent;
	bool stays_clear; /* the engine waits for a handshake in vain */
	bool held; /* bytes for this command wait for the server's flight */
	uint8_t held_tag[FAULT_TAG_MAX];
	size_t held_tag_n;
	bool delivered;    /* at least once */
	bool spoiled;      /* the last reply does not go out as it was meant */
	bool wire_spoiled; /* TLS bytes were changed */
	bool offers_alpn;  /* the ClientHello does */
	unsigned records;  /* TLS records that went out */
	unsigned messages; /* TLS messages that matched so far */
	unsigned target;   /* number of the record that is struck; 0: none */
	bool wire_dead;    /* TLS bytes go nowhere any more */
};

void fault_conn_init(
	struct fault_conn *conn, const struct fault *fault, bool implicit_tls);
/* The connection was accepted: what the fault does at once. */
void fault_conn_accepted(struct fault_conn *conn, const struct wire_sink *out);
/* The engine wants this; the wire gets what the fault makes of it. Notes of
 * the engine are not for the wire; they only keep the state right. */
void fault_conn_act(struct fault_conn *conn, const struct action *action,
	const struct wire_sink *out);
void fault_conn_secured(struct fault_conn *conn);
/* TLS has made a message; its first record has this number (from 1). */
void fault_conn_sent(
	struct fault_conn *conn, enum tls_message message, unsigned first);
/*
 * Bytes that TLS is about to put on the wire; changed in place. What follows
 * from it (delivered, close) goes to out and stands behind these bytes.
 */
void fault_conn_raw(
	struct fault_conn *conn, struct buf *raw, const struct wire_sink *out);

#define FAULT_DETAIL 200
/* The fault in a few words beside its name, perhaps none; into room. */
const char *fault_detail(const struct fault *fault, char room[FAULT_DETAIL]);
/* The fault has taken effect: note it, behind what is in the queue. */
void fault_conn_delivered(struct fault_conn *conn, const struct wire_sink *out);

/*
 * text into out, with {tag}, {next-tag} and {next-tag-2} to {next-tag-9}
 * replaced: the tag of the command that is answered, and those that a client
 * uses next if it counts. -1 when out is full.
 */
int fault_expand(struct span text, struct span tag, struct buf *out)
	__attribute__((warn_unused_result));

#endif
