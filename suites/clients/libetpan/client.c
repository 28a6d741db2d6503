/* SPDX-License-Identifier: Apache-2.0 */
/* libEtPan: SERVICE WISH HOST PORT USER PASSWORD [FROM TO MESSAGE] */
#include <libetpan/libetpan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRY(call)                                                              \
	do {                                                                   \
		int r = (call);                                                \
		if (r > 3) {                                                   \
			fprintf(stderr, "%s: %d\n", #call, r);                 \
			exit(1);                                               \
		}                                                              \
	} while (0)
#define MUST(call)                                                             \
	do {                                                                   \
		int r = (call);                                                \
		if (r != 0) {                                                  \
			fprintf(stderr, "%s: %d\n", #call, r);                 \
			exit(1);                                               \
		}                                                              \
	} while (0)

static int implicit, starttls, port;
static const char *host, *user, *password;

static void
fetch_imap(void)
{
	mailimap *s = mailimap_new(0, NULL);
	struct mailimap_set *one = mailimap_set_new_single(1);
	struct mailimap_fetch_type *all = mailimap_fetch_type_new_fetch_att(
		mailimap_fetch_att_new_rfc822());
	clist *mails;

	mailimap_set_timeout(s, 8);
	/* Up to 3 stands for ways of good. */
	TRY(implicit ? mailimap_ssl_connect(s, host, port)
		     : mailimap_socket_connect(s, host, port));
	if (starttls)
		MUST(mailimap_socket_starttls(s));
	MUST(mailimap_login(s, user, password));
	MUST(mailimap_examine(s, "INBOX"));
	MUST(mailimap_fetch(s, one, all, &mails));
	MUST(mailimap_logout(s));
}

static void
fetch_pop3(void)
{
	mailpop3 *s = mailpop3_new(0, NULL);
	char *text;
	size_t size;

	mailpop3_set_timeout(s, 8);
	MUST(implicit ? mailpop3_ssl_connect(s, host, port)
		      : mailpop3_socket_connect(s, host, port));
	if (starttls)
		MUST(mailpop3_socket_starttls(s));
	MUST(mailpop3_user(s, user));
	MUST(mailpop3_pass(s, password));
	MUST(mailpop3_retr(s, 1, &text, &size));
	MUST(mailpop3_quit(s));
}

static void
submit(const char *from, const char *to, const char *message)
{
	static char text[100000];
	mailsmtp *s = mailsmtp_new(0, NULL);
	FILE *file = fopen(message, "r");
	size_t size = file != NULL ? fread(text, 1, sizeof(text), file) : 0;

	mailsmtp_set_timeout(s, 8);
	MUST(implicit ? mailsmtp_ssl_connect(s, host, port)
		      : mailsmtp_socket_connect(s, host, port));
	MUST(mailesmtp_ehlo(s));
	if (starttls) {
		MUST(mailsmtp_socket_starttls(s));
		MUST(mailesmtp_ehlo(s));
	}
	MUST(mailesmtp_auth_sasl(
		s, "PLAIN", host, NULL, NULL, user, user, password, NULL));
	MUST(mailesmtp_mail(s, from, 1, "x"));
	MUST(mailesmtp_rcpt(s, to, 0, NULL));
	MUST(mailsmtp_data(s));
	MUST(mailsmtp_data_message(s, text, size));
	MUST(mailsmtp_quit(s));
}

int
main(int argc, char **argv)
{
	if (argc < 7)
		return printf("libetpan %d.%d\n", libetpan_get_version_major(),
			       libetpan_get_version_minor()) < 0;
	implicit = strncmp(argv[2], "implicit", 8) == 0;
	starttls = strncmp(argv[2], "starttls", 8) == 0;
	host = argv[3];
	port = atoi(argv[4]);
	user = argv[5];
	password = argv[6];
	if (strcmp(argv[1], "imap") == 0)
		fetch_imap();
	else if (strcmp(argv[1], "pop3") == 0)
		fetch_pop3();
	else
		submit(argv[7], argv[8], argv[9]);
	return 0;
}
