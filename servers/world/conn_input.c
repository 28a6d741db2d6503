/* SPDX-License-Identifier: Apache-2.0 */
/* The way in: from the socket through TLS to the engine. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world/world.h"

#define READ_MAX 16384u
#define PLAIN_MAX 65536u

static void
on_action(void *self, const struct action *action)
{
	struct conn *conn = self;
	const struct wire_sink sink = {conn_put, conn};

	fault_conn_act(&conn->fault, action, &sink);
	if (action->kind == ACTION_NOTE)
		note_action(conn, action);
}

void
conn_step(struct conn *conn, enum engine_event event, struct span bytes)
{
	const struct engine_sink sink = {on_action, conn};

	conn->side->class->step(conn->engine, event, bytes, &sink);
	/* What the client sent behind STARTTLS is read in clear. */
	while (conn->fault.stays_clear) {
		conn->fault.stays_clear = false;
		conn->side->class->step(
			conn->engine, ENGINE_BYTES, span_of(NULL, 0), &sink);
	}
}

static void
on_hello(void *self, const struct tls_hello *hello)
{
	struct conn *conn = self;

	conn->fault.offers_alpn = hello->alpns > 0;
	record_hello(conn, hello);
}

static void
on_alert(void *self, bool incoming, int level, int description)
{
	struct transcript *t = record_conn(self, "tls.alert");

	transcript_text(t, "dir", incoming ? "in" : "out");
	transcript_text(t, "level", level == 2 ? "fatal" : "warning");
	transcript_text(t, "description", tls_alert_name(description));
	(void)transcript_end(t);
}

static void
on_key(void *self, const char *line)
{
	struct conn *conn = self;

	(void)fprintf(conn->world->keys, "%s\n", line);
	pcapng_secret(conn->world->pcap, line);
}

static void
on_sent(void *self, enum tls_message message, unsigned first)
{
	struct conn *conn = self;

	fault_conn_sent(&conn->fault, message, first);
}

void
conn_start_tls(struct conn *conn)
{
	const struct tls_watch watch = {
		conn, on_sent, on_hello, on_alert, on_key};
	struct tls_context *context = side_tls(conn->world, conn->side);
	struct err err;

	if (context == NULL) {
		conn_hang_up(conn);
		return;
	}
	conn->tls = tls_session_new(context, &watch, &err);
	if (conn->tls == NULL) {
		record_error(conn->world, &err);
		conn_hang_up(conn);
		return;
	}
	conn->handshake = HANDSHAKE_HELLO;
}

static void
record_tls_fail(struct conn *conn, const char *reason)
{
	struct transcript *t = record_conn(conn, "tls.fail");

	transcript_text(t, "reason", reason);
	(void)transcript_end(t);
}

static void
application_bytes(struct conn *conn, struct span bytes)
{
	struct transcript *t = record_conn(conn, "recv");

	transcript_number(t, "segment", (long)conn->in_segments);
	transcript_bytes(t, "data", bytes);
	(void)transcript_end(t);
	record_scan(conn, &conn->scan, bytes, conn->channel);
	conn_step(conn, ENGINE_BYTES, bytes);
}

/* A handshake is over, in which the client was shown who this side is. */
static void
note_tls_up(struct conn *conn, const struct side *side)
{
	struct tls_facts facts = tls_session_facts(conn->tls);
	struct transcript *t;

	conn->awaited = true;
	conn->channel = side->acceptable && !facts.anonymous ? CHANNEL_TLS_GOOD
							     : CHANNEL_TLS_BAD;
	conn->scan.n = 0;
	t = record_conn(conn, "tls.up");
	transcript_text(t, "version", facts.versionz);
	transcript_text(t, "cipher", facts.cipherz);
	if (facts.groupz != NULL)
		transcript_text(t, "group", facts.groupz);
	else
		transcript_null(t, "group");
	transcript_bool(t, "resumed", facts.resumed);
	if (facts.certificate)
		transcript_bool(t, "certificate", true);
	(void)transcript_end(t);
}

/* Whom the client has shown to be: the certificate that was made for it names
 * its user, any other nobody. */
static struct span
user_shown(const struct conn *conn)
{
	const X509 *leaf = conn->world->client.leaf;

	return span_z(leaf != NULL && tls_session_shown(conn->tls, leaf)
			      ? conn->side->config.userz
			      : "");
}

static void
tls_is_up(struct conn *conn)
{
	conn->handshake = HANDSHAKE_DONE;
	note_tls_up(conn, conn->side);
	latch_begin(conn);
	fault_conn_secured(&conn->fault);
	conn_step(conn, conn->engine_opened ? ENGINE_SECURED : ENGINE_OPENED,
		user_shown(conn));
	conn->engine_opened = true;
}

void
conn_renegotiate(struct conn *conn)
{
	struct side *side = &conn->listener->side[SIDE_RENEWED];
	struct tls_context *context = side_tls(conn->world, side);

	if (context == NULL || conn->handshake != HANDSHAKE_DONE ||
		tls_renegotiate(conn->tls, context) != 0) {
		conn_hang_up(conn);
		return;
	}
	conn->renews = true;
	conn_take_tls(conn);
}

bool
conn_renews(const struct conn *conn)
{
	return conn->renews && !conn->input_ended &&
	       conn->handshake == HANDSHAKE_DONE && tls_shakes_hands(conn->tls);
}

/* The client need not follow; if it does, it has been shown somebody. */
static void
look_for_renewal(struct conn *conn)
{
	if (!conn->renews || tls_renegotiates(conn->tls))
		return;
	conn->renews = false;
	note_tls_up(conn, &conn->listener->side[SIDE_RENEWED]);
}

static void
tls_failed(struct conn *conn, const struct err *err)
{
	record_tls_fail(conn, err->text);
	conn->handshake = HANDSHAKE_FAILED;
	conn_hang_up(conn);
}

/* Let TLS work until it wants more from the wire. */
static void
advance(struct conn *conn)
{
	struct buf plain;
	struct err err;
	enum tls_state state;
	size_t got;

	buf_init(&plain, PLAIN_MAX);
	do {
		buf_clear(&plain);
		state = tls_advance(conn->tls, &plain, &err);
		conn_take_tls(conn);
		if ((state == TLS_UP || state == TLS_CLOSED) &&
			conn->handshake == HANDSHAKE_RUNS)
			tls_is_up(conn);
		if (state == TLS_UP)
			look_for_renewal(conn);
		got = plain.n;
		if (got > 0)
			application_bytes(conn, buf_span(&plain));
	} while (state == TLS_UP && got > 0);
	buf_fini(&plain);
	if (state == TLS_FAILED)
		tls_failed(conn, &err);
	if (state == TLS_CLOSED && !conn->notify_got) {
		conn->notify_got = true;
		conn_step(conn, ENGINE_EOF, span_of(NULL, 0));
		conn_hang_up(conn);
	}
}

/* Could a ClientHello begin like this? TLS record, or SSLv2's length. */
static bool
is_tls(struct span s)
{
	return s.n > 0 && (s.p[0] == 0x16 || (s.p[0] & 0x80) != 0);
}

/*
 * Bytes where a ClientHello must come. A client that was not told to wait, or
 * that mixes clear text into its handshake, has other bytes in front of it:
 * these are kept apart, and the handshake gets its chance behind them.
 * Returns what is TLS.
 */
static struct span
hello_bytes(struct conn *conn, struct span bytes)
{
	size_t at;

	if (conn->early.n == 0 && is_tls(bytes)) {
		conn->handshake = HANDSHAKE_RUNS;
		return bytes;
	}
	at = span_find(bytes, 0, span_of("\x16\x03", 2));
	if (at == SIZE_MAX)
		at = bytes.n;
	else
		conn->handshake = HANDSHAKE_RUNS;
	if (buf_add(&conn->early, span_cut(bytes, 0, at)) != 0)
		conn->handshake = HANDSHAKE_FAILED; /* it floods us */
	return span_cut(bytes, at, bytes.n);
}

static void
tls_bytes(struct conn *conn, struct span bytes)
{
	if (conn->handshake != HANDSHAKE_DONE) {
		record_raw(conn, "in", bytes);
		record_scan(conn, &conn->raw_scan, bytes, CHANNEL_CLEAR);
	}
	if (conn->handshake == HANDSHAKE_HELLO)
		bytes = hello_bytes(conn, bytes);
	if (conn->handshake == HANDSHAKE_FAILED ||
		conn->handshake == HANDSHAKE_HELLO)
		return;
	if (tls_feed(conn->tls, bytes) != 0) {
		conn_hang_up(conn);
		return;
	}
	advance(conn);
}

/*
 * Who was told too early that STARTTLS is done may send the ClientHello along
 * with it. A server drops what comes behind STARTTLS; somebody on the path who
 * forged the answer would hold it back until the server waits for it.
 */
static void
clear_bytes(struct conn *conn, struct span bytes)
{
	const struct fault *fault = conn->fault.fault;
	size_t at = bytes.n;

	if (fault != NULL && fault->action == FAULT_INJECT)
		at = span_find(bytes, 0, span_of("\x16\x03", 2));
	if (at >= bytes.n) {
		application_bytes(conn, bytes);
		return;
	}
	if (at > 0)
		application_bytes(conn, span_cut(bytes, 0, at));
	conn_work(conn);
	bytes = span_cut(bytes, at, bytes.n);
	if (conn->handshake == HANDSHAKE_NONE)
		application_bytes(conn, bytes);
	else
		tls_bytes(conn, bytes);
}

/* The client will send no more. */
static void
input_over(struct conn *conn, const char *how)
{
	if (conn->handshake == HANDSHAKE_HELLO ||
		conn->handshake == HANDSHAKE_RUNS)
		record_tls_fail(conn, conn->early.n > 0
					      ? "clear text instead of TLS"
					      : "the client closed the "
						"connection");
	conn->input_ended = true;
	conn_over(conn, "client", how);
	conn_step(conn, ENGINE_EOF, span_of(NULL, 0));
	if (strcmp(how, "reset") == 0)
		conn->dead = true;
}

void
conn_on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct conn *conn = watcher->data;
	uint8_t room[READ_MAX];
	ssize_t n = recv(conn->fd, room, sizeof(room), 0);

	(void)loop;
	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		input_over(conn, n < 0 || conn->reset ? "reset"
				 : conn->notify_got   ? "notify"
						      : "fin");
	} else {
		conn->in_segments++;
		conn->in_bytes += (uint64_t)n;
		conn->awaited = false;
		capture_bytes(conn, true, span_of(room, (size_t)n));
		if (conn->handshake == HANDSHAKE_NONE)
			clear_bytes(conn, span_of(room, (size_t)n));
		else
			tls_bytes(conn, span_of(room, (size_t)n));
	}
	conn_work(conn);
}
