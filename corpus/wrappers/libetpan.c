/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libetpan: what its clients of IMAP, POP3 and SMTP make of a server's reply,
 * which they read from a socket pair. Of IMAP only untagged responses.
 *
 *	cc -o wrapper corpus/wrappers/libetpan.c -letpan
 */
#include <libetpan/libetpan.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_MAX 65536 /* what a socket holds without anybody who reads */

enum answer {
	INVALID,
	VALID,
	UNSUPPORTED,
};

/* The server's end stays open, so that commands can be written. */
static mailstream *
stream_open(int *server_r, const char *parts[3], const size_t sizes[3])
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		exit(3);
	for (int i = 0; i < 3; i++)
		if (write(ends[0], parts[i], sizes[i]) != (ssize_t)sizes[i])
			exit(3);
	(void)shutdown(ends[0], SHUT_WR);
	*server_r = ends[0];
	return mailstream_socket_open(ends[1]);
}

static bool
is_greeting(const char *input, size_t n)
{
	return (n >= 9 && strncasecmp(input, "* PREAUTH", 9) == 0) ||
	       (n >= 5 && strncasecmp(input, "* BYE", 5) == 0);
}

/* PREAUTH and BYE are greetings; other responses come before the end of NOOP.
 */
static enum answer
imap_read(const char *input, size_t n, int *server_r)
{
	static const char hello[] = "* OK ready\r\n", end[] = "1 OK done\r\n";
	const bool greets = is_greeting(input, n);
	const char *parts[3] = {hello, input, end};
	const size_t sizes[3] = {
		greets ? 0 : sizeof(hello) - 1, n, sizeof(end) - 1};
	mailimap *imap;
	int code;

	if (n < 2 || memcmp(input, "* ", 2) != 0)
		return UNSUPPORTED;
	imap = mailimap_new(0, NULL);
	code = mailimap_connect(imap, stream_open(server_r, parts, sizes));
	if (!greets && code == MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		code = mailimap_noop(imap);
	mailimap_free(imap);
	return code != MAILIMAP_ERROR_PARSE && code != MAILIMAP_ERROR_STREAM &&
			       code != MAILIMAP_ERROR_PROTOCOL
		       ? VALID
		       : INVALID;
}

static enum answer
smtp_read(const char *input, size_t n, int *server_r, int *code_r)
{
	const char *parts[3] = {input, "", ""};
	const size_t sizes[3] = {n, 0, 0};
	mailsmtp *smtp = mailsmtp_new(0, NULL);
	const int code =
		mailsmtp_connect(smtp, stream_open(server_r, parts, sizes));

	*code_r = smtp->response_code;
	mailsmtp_free(smtp);
	return code != MAILSMTP_ERROR_STREAM && *code_r != 0 ? VALID : INVALID;
}

static enum answer
pop3_read(const char *input, size_t n, int *server_r)
{
	const char *parts[3] = {input, "", ""};
	const size_t sizes[3] = {n, 0, 0};
	mailpop3 *pop3 = mailpop3_new(0, NULL);
	const int code =
		mailpop3_connect(pop3, stream_open(server_r, parts, sizes));

	mailpop3_free(pop3);
	return code == MAILPOP3_NO_ERROR ? VALID : INVALID;
}

static size_t
unhex(const char *hex, char *out)
{
	size_t n = 0;
	unsigned octet;

	for (; n < INPUT_MAX && sscanf(hex + 2 * n, "%2x", &octet) == 1; n++)
		out[n] = (char)octet;
	return n;
}

static void
answer(const char *parser, const char *input, size_t n)
{
	int server = -1, code = 0;
	enum answer said = UNSUPPORTED;

	if (strcmp(parser, "version") == 0) {
		printf("{\"result\":\"valid\",\"value\":{\"program\":"
		       "\"libetpan\",\"version\":\"%d.%d\"}}\n",
			libetpan_get_version_major(),
			libetpan_get_version_minor());
		(void)fflush(stdout);
		return;
	}
	if (strcmp(parser, "imap-response") == 0)
		said = imap_read(input, n, &server);
	else if (strcmp(parser, "smtp-reply") == 0)
		said = smtp_read(input, n, &server, &code);
	else if (strcmp(parser, "pop3-greeting") == 0)
		said = pop3_read(input, n, &server);
	if (server >= 0)
		(void)close(server);
	if (said == VALID && code != 0)
		printf("{\"result\":\"valid\",\"value\":{\"code\":%d}}\n",
			code);
	else if (said == VALID)
		printf("{\"result\":\"valid\",\"value\":{}}\n");
	else
		printf("{\"result\":\"%s\"}\n",
			said == INVALID ? "invalid" : "unsupported");
	(void)fflush(stdout);
}

int
main(void)
{
	static char input[INPUT_MAX];
	char *line = NULL, *hex;
	size_t size = 0;

	(void)signal(SIGPIPE, SIG_IGN);
	while (getline(&line, &size, stdin) > 0) {
		hex = strchr(line, ' ');

		if (hex == NULL)
			return 2;
		*hex++ = '\0';
		answer(line, input, unhex(hex, input));
	}
	free(line);
	return 0;
}
