/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client of the benchmark: one connection after the other, as fast as they
 * go. `bench_client imap PORT N USER PASSWORD` holds an IMAP dialogue with
 * STARTTLS, LOGIN and LOGOUT; `bench_client tls PORT N` only shakes hands.
 * Prints how many it managed in a second.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/span.h"

static void
die(const char *what)
{
	(void)fprintf(stderr, "bench_client: %s\n", what);
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
dial(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("cannot connect");
	return fd;
}

/* Reads until a line that starts with tag is complete. */
static void
expect(int fd, SSL *ssl, const char *tag)
{
	char text[4096];
	size_t n = 0;

	for (;;) {
		int room = (int)(sizeof(text) - n);
		int got = ssl != NULL ? SSL_read(ssl, text + n, room)
				      : (int)read(fd, text + n, (size_t)room);
		struct span seen;
		size_t line = 0;

		if (got <= 0)
			die("the server went away");
		n += (size_t)got;
		seen = span_of(text, n);
		while (line < n) {
			struct span rest = span_cut(seen, line, n);
			size_t end = span_find(rest, 0, span_z("\r\n"));

			if (end == SIZE_MAX)
				break;
			if (span_has_prefix(rest, span_z(tag)))
				return;
			line += end + 2;
		}
	}
}

static void
say(int fd, SSL *ssl, const char *text)
{
	int n = (int)strlen(text);
	int sent = ssl != NULL ? SSL_write(ssl, text, n)
			       : (int)write(fd, text, (size_t)n);

	if (sent != n)
		die("cannot send");
}

static SSL *
shake(SSL_CTX *ctx, int fd)
{
	SSL *ssl = SSL_new(ctx);

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 || SSL_connect(ssl) != 1)
		die("the handshake failed");
	return ssl;
}

static void
one(SSL_CTX *ctx, int port, const char *login)
{
	int fd = dial(port);
	SSL *ssl;

	if (login != NULL) {
		expect(fd, NULL, "* OK");
		say(fd, NULL, "a STARTTLS\r\n");
		expect(fd, NULL, "a OK");
	}
	ssl = shake(ctx, fd);
	if (login != NULL) {
		say(fd, ssl, login);
		expect(fd, ssl, "b OK");
		say(fd, ssl, "c LOGOUT\r\n");
		expect(fd, ssl, "c OK");
	}
	(void)SSL_shutdown(ssl);
	SSL_free(ssl);
	(void)close(fd);
}

int
main(int argc, char **argv)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char login[300];
	double start;
	int n;

	if (argc < 4 || ctx == NULL)
		die("usage: bench_client imap PORT N USER PASSWORD | tls PORT "
		    "N");
	n = atoi(argv[3]);
	if (argc >= 6)
		(void)snprintf(login, sizeof(login), "b LOGIN %s %s\r\n",
			argv[4], argv[5]);
	start = now();
	for (int i = 0; i < n; i++)
		one(ctx, atoi(argv[2]), argc >= 6 ? login : NULL);
	(void)printf("%.1f\n", n / (now() - start));
	SSL_CTX_free(ctx);
	return 0;
}
