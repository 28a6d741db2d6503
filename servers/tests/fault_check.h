/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of faults, behind cmocka.h. */
#ifndef TESTS_FAULT_CHECK_H
#define TESTS_FAULT_CHECK_H

#include <jansson.h>
#include <stdio.h>

#include "core/buf.h"
#include "fault/fault.h"
#include "proto/reply.h"

#define AT_STARTTLS "{\"reply\": \"starttls\"}"

/* A fault of IMAP, as it stands in a plan; the caller's. */
static inline json_t *
fault_json(const char *at, const char *act)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		"{\"listeners\": [\"imap\"], \"at\": %s, \"do\": %s}", at, act);
	return json_loads(text, JSON_ALLOW_NUL, NULL);
}

/* The wire as a text: bytes as they are (those of the fault in <>), "|" break,
 * "~" pause, "T" handshake, "X" close with its first letter, "!" delivered. */
static inline void
wire_write(void *self, const struct wire *wire)
{
	struct buf *text = self;
	int bad = 0;

	switch (wire->kind) {
	case WIRE_SEND:
		bad = wire->by_fault && buf_addz(text, "<") != 0;
		bad += buf_add(text, wire->bytes) != 0;
		bad += wire->by_fault && buf_addz(text, ">") != 0;
		break;
	case WIRE_BREAK:
		bad = buf_addz(text, "|");
		break;
	case WIRE_PAUSE:
		bad = buf_addf(text, "~%g", wire->seconds);
		break;
	case WIRE_START_TLS:
		bad = buf_addz(text, " T ");
		break;
	case WIRE_CLOSE:
		bad = buf_addf(text, " X%c ", "nfr"[wire->how]);
		break;
	case WIRE_ABORT:
		bad = buf_addz(text, " A ");
		break;
	case WIRE_RENEGOTIATE:
		bad = buf_addz(text, " R ");
		break;
	case WIRE_DELIVERED:
		bad = buf_addz(text, "!");
		break;
	case WIRE_MESSAGE:
		break;
	}
	assert_int_equal(bad, 0);
}

/* What an IMAP server without fault would say, as a script: greeting,
 * capabilities, reply to STARTTLS, handshake, two more replies inside. */
static inline void
play(struct fault_conn *conn, struct buf *text)
{
	const struct wire_sink sink = {wire_write, text};
	struct action greeting = {.kind = ACTION_SEND,
		.name = REPLY_GREETING,
		.bytes = span_z("* OK hi.")};
	struct action list = {.kind = ACTION_SEND,
		.name = REPLY_CAPABILITIES,
		.word = span_z("A001"),
		.bytes = span_z("caps.")};
	struct action starttls = {.kind = ACTION_SEND,
		.name = REPLY_STARTTLS,
		.word = span_z("A002"),
		.bytes = span_z("go.")};
	struct action shake = {.kind = ACTION_START_TLS};
	struct action login = {.kind = ACTION_SEND,
		.name = REPLY_LOGIN,
		.word = span_z("A003"),
		.bytes = span_z("in.")};

	fault_conn_accepted(conn, &sink);
	fault_conn_act(conn, &greeting, &sink);
	fault_conn_act(conn, &list, &sink);
	fault_conn_act(conn, &starttls, &sink);
	fault_conn_act(conn, &shake, &sink);
	fault_conn_secured(conn);
	fault_conn_act(conn, &list, &sink);
	fault_conn_act(conn, &login, &sink);
}

#endif
