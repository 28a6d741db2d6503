/* SPDX-License-Identifier: Apache-2.0 */
/* A connection: the socket, and TLS over memory between it and us. */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bug.h"
#include "bug_wire.h"

#define TIMEOUT 10000 /* ms */
#define CHUNK (64 * 1024)

static long long
clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
wire_init(struct wire *w)
{
	*w = (struct wire){.fd = -1, .timeout = TIMEOUT};
	buf_init(&w->in, WIRE_READ_MAX);
}

void
wire_fini(struct wire *w)
{
	int timeout = w->timeout;

	SSL_free(w->ssl);
	if (w->fd >= 0)
		(void)close(w->fd);
	buf_fini(&w->in);
	wire_init(w);
	w->timeout = timeout;
}

/* Wait for the socket until the deadline; 0, or -1. */
static int
wire_wait(struct wire *w, short what, struct err *err)
{
	struct pollfd p = {.fd = w->fd, .events = what};
	long long left = w->deadline - clock_ms();
	int n;

	do
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return 0;
	return err_set(err, ERR_IO, "the server does not answer");
}

static int
address_open(struct wire *w, const struct addrinfo *a, struct err *err)
{
	int error = 0, one = 1;
	socklen_t size = sizeof(error);

	w->fd = socket(a->ai_family,
		a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	if (w->fd < 0)
		return err_set(err, ERR_IO, "no socket: %s", strerror(errno));
	(void)setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	w->deadline = clock_ms() + w->timeout;
	if (connect(w->fd, a->ai_addr, a->ai_addrlen) != 0) {
		error = errno;
		if (error == EINPROGRESS) {
			if (wire_wait(w, POLLOUT, err) != 0)
				return -1;
			(void)getsockopt(
				w->fd, SOL_SOCKET, SO_ERROR, &error, &size);
		}
	}
	if (error == 0)
		return 0;
	return err_set(err, ERR_IO, "cannot connect: %s", strerror(error));
}

int
wire_open(struct wire *w, const char *hostz, unsigned port, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
	char portz[12];
	int result;

	(void)snprintf(portz, sizeof(portz), "%u", port);
	result = getaddrinfo(hostz, portz, &hints, &list);
	if (result != 0)
		return err_set(
			err, ERR_IO, "%s: %s", hostz, gai_strerror(result));
	result = -1;
	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		result = address_open(w, a, err);
		if (result == 0)
			break;
		if (w->fd >= 0)
			(void)close(w->fd);
		w->fd = -1;
	}
	freeaddrinfo(list);
	return result;
}

/* Bytes onto the socket. */
static int
raw_send(struct wire *w, struct span bytes, struct err *err)
{
	ssize_t n;

	while (bytes.n > 0) {
		n = send(w->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (n >= 0) {
			bytes = span_cut(bytes, (size_t)n, bytes.n);
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return err_set(err, ERR_IO, "the connection is lost");
		if (wire_wait(w, POLLOUT, err) != 0)
			return -1;
	}
	return 0;
}

/* What TLS has to say. */
static int
tls_flush(struct wire *w, struct err *err)
{
	uint8_t room[CHUNK];
	int n;

	while ((n = BIO_read(SSL_get_wbio(w->ssl), room, sizeof(room))) > 0)
		if (raw_send(w, span_of(room, (size_t)n), err) != 0)
			return -1;
	return 0;
}

/* Read from the socket: into TLS, or in clear. */
static int
raw_read(struct wire *w, struct err *err)
{
	uint8_t room[CHUNK];
	struct span bytes;
	ssize_t n;

	for (;;) {
		n = recv(w->fd, room, sizeof(room), 0);
		if (n >= 0)
			break;
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (wire_wait(w, POLLIN, err) != 0)
				return -1;
		} else if (errno != EINTR) {
			w->ended = true;
			return err_set(err, ERR_IO, "the connection is lost");
		}
	}
	bytes = span_of(room, (size_t)n);
	if (bytes.n == 0)
		w->ended = true;
	if (w->ssl == NULL && bytes.n == 0)
		return err_set(err, ERR_IO, "the server hung up");
	if (w->ssl == NULL)
		return buf_add(&w->in, bytes) == 0
			       ? 0
			       : err_set(err, ERR_LIMIT, "too long a reply");
	if (bug(READS_THROUGH_HANDSHAKE))
		bytes = bug_clear_take(w, bytes);
	if (bytes.n > 0)
		(void)BIO_write(SSL_get_rbio(w->ssl), bytes.p, (int)bytes.n);
	else if (n == 0)
		/* An end without close_notify: OpenSSL makes an error of it
		 * (RFC 8446 section 6.1: truncation). */
		(void)BIO_set_mem_eof_return(SSL_get_rbio(w->ssl), 0);
	return 0;
}

static int
tls_fail(struct wire *w, struct err *err)
{
	long verified = SSL_get_verify_result(w->ssl);
	unsigned long code = ERR_peek_last_error();

	(void)tls_flush(w, NULL); /* the alert */
	if (verified != X509_V_OK)
		return err_set(err, ERR_TLS, "certificate refused: %s",
			X509_verify_cert_error_string(verified));
	return err_set(err, ERR_TLS, "TLS failed: %s",
		code != 0 ? ERR_reason_error_string(code) : "it ended");
}

/* Until both sides are done, or one of them will not. */
static int
shake_hands(struct wire *w, struct err *err)
{
	for (;;) {
		int n;

		ERR_clear_error();
		n = SSL_do_handshake(w->ssl);
		if (tls_flush(w, err) != 0)
			return -1;
		if (n == 1)
			return 0;
		if (SSL_get_error(w->ssl, n) != SSL_ERROR_WANT_READ)
			return tls_fail(w, err);
		if (raw_read(w, err) != 0)
			return -1;
	}
}

int
wire_secure(struct wire *w, SSL *ssl, struct err *err)
{
	wire_use(w, 0);
	if ((w->in.n > 0 || wire_has(w)) &&
		!buggy(bug_keeps_clear_text(w), false)) {
		SSL_free(ssl);
		return err_set(
			err, ERR_IO, "bytes in clear where TLS has to begin");
	}
	w->ssl = ssl;
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(ssl);
	w->deadline = clock_ms() + w->timeout;
	if (bug(CLEAR_TEXT_IN_HANDSHAKE))
		(void)raw_send(w, span_z("NOOP\r\n"), NULL);
	if (shake_hands(w, err) != 0)
		return -1;
	/* Who the peer is was looked at during the handshake: OpenSSL does
	 * not end it otherwise. To be sure all the same: */
	if (SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE &&
		SSL_get_verify_result(ssl) != X509_V_OK &&
		!buggy(bug_ignores_result(), false))
		return tls_fail(w, err);
	w->secure = true;
	return 0;
}

int
wire_send(struct wire *w, struct span bytes, struct err *err)
{
	w->deadline = clock_ms() + w->timeout;
	if (w->ssl == NULL)
		return raw_send(w, bytes, err);
	if (bug(LATER_HANDSHAKE_UNCHECKED) && shake_hands(w, err) != 0)
		return -1;
	for (size_t at = 0; at < bytes.n; at += CHUNK) {
		struct span part = span_cut(bytes, at, at + CHUNK);

		ERR_clear_error();
		if (SSL_write(w->ssl, part.p, (int)part.n) <= 0)
			return tls_fail(w, err);
		if (tls_flush(w, err) != 0)
			return -1;
	}
	return 0;
}

struct span
wire_span(const struct wire *w)
{
	return span_cut(buf_span(&w->in), w->used, w->in.n);
}

void
wire_use(struct wire *w, size_t n)
{
	buf_take(&w->in, w->used);
	w->used = n;
}

/* What TLS has decrypted; 0: nothing yet, 1: something. */
static int
tls_take(struct wire *w, struct err *err)
{
	uint8_t room[16 * 1024];
	int n, got = 0;

	for (;;) {
		ERR_clear_error();
		n = SSL_read(w->ssl, room, sizeof(room));
		if (n <= 0)
			break;
		if (buf_add(&w->in, span_of(room, (size_t)n)) != 0)
			return err_set(err, ERR_LIMIT, "too long a reply");
		got = 1;
	}
	if (tls_flush(w, err) != 0)
		return -1;
	switch (SSL_get_error(w->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return got;
	case SSL_ERROR_ZERO_RETURN:
		w->ended = w->notified = true;
		if (got)
			return got;
		return err_set(err, ERR_IO, "the server hung up");
	default:
		w->ended = true;
		return tls_fail(w, err);
	}
}

int
wire_more(struct wire *w, struct err *err)
{
	int got;

	buf_take(&w->in, w->used);
	w->used = 0;
	w->deadline = clock_ms() + w->timeout;
	if (w->ssl == NULL)
		return raw_read(w, err);
	while ((got = tls_take(w, err)) == 0)
		if (raw_read(w, err) != 0)
			return -1;
	return got > 0 ? 0 : -1;
}

bool
wire_has(struct wire *w)
{
	uint8_t byte;

	return recv(w->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void
wire_close(struct wire *w)
{
	if (w->ssl != NULL && w->secure && !bug(GOODBYE_UNSAID)) {
		(void)SSL_shutdown(w->ssl);
		(void)tls_flush(w, NULL);
	}
	wire_fini(w);
}
