/* SPDX-License-Identifier: Apache-2.0 */
/* What is to happen on one connection's wire, in order. */
#ifndef FAULT_WIRE_H
#define FAULT_WIRE_H

#include "core/span.h"

enum wire_kind {
	WIRE_SEND,        /* application bytes; neighbours share a segment */
	WIRE_BREAK,       /* what was sent so far is read by the client first */
	WIRE_PAUSE,       /* nothing for so many seconds */
	WIRE_START_TLS,   /* shake hands */
	WIRE_CLOSE,       /* end the connection */
	WIRE_ABORT,       /* inside TLS: end the session with a fatal alert */
	WIRE_RENEGOTIATE, /* inside TLS 1.2: ask for a new handshake */
	WIRE_DELIVERED,   /* the fault has now taken effect */
	WIRE_MESSAGE /* a message has passed, whole: the world's own mark */
};

enum wire_close {
	CLOSE_NOTIFY, /* close_notify (inside TLS), then FIN */
	CLOSE_FIN,    /* FIN alone: inside TLS a truncation */
	CLOSE_RESET   /* RST */
};

/* Spans are valid during the call only; names are static. */
struct wire {
	enum wire_kind kind;
	struct span bytes;   /* SEND; DELIVERED: detail for people */
	const char *reply;   /* SEND: name of the reply */
	bool by_fault;       /* SEND */
	bool refused;        /* SEND: says no to what is not offered */
	double seconds;      /* PAUSE */
	enum wire_close how; /* CLOSE */
};

struct wire_sink {
	void (*put)(void *self, const struct wire *wire);
	void *self;
};

#endif
