/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that talk to servers. */
#include "command.h"

#include <stdio.h>

#include "bug.h"
#include "bug_discover.h"
#include "bug_session.h"
#include "input.h"
#include "visit.h"

static int
account_open(struct account *a, const char *pathz)
{
	struct err err;

	if (account_load(a, pathz, &err) == 0)
		return 0;
	(void)usage_fail("%s", err.text);
	return -1;
}

/* IMAP if the account has it, else POP3. */
static int
fetch_one(const char *pathz)
{
	struct account a;
	enum service_kind kind = SERVICE_IMAP;
	int result;

	if (account_open(&a, pathz) != 0)
		return EXIT_USAGE;
	if (a.service[kind].hostz == NULL)
		kind = SERVICE_POP3;
	if (a.service[kind].hostz == NULL) {
		account_fini(&a);
		return usage_fail("%s: has neither imap nor pop3", pathz);
	}
	buggy(bug_find_again(&a, kind), (void)0);
	result = visit(&a, kind, NULL) == 0 ? EXIT_DONE : EXIT_NOT_DONE;
	if (result != EXIT_DONE && bug(PROTOCOL_SWITCHED))
		buggy(bug_switch(&a), (void)0);
	account_fini(&a);
	return result;
}

int
command_fetch(int argc, char **argv)
{
	int result = EXIT_DONE, one;

	if (argc < 1)
		return usage_fail("fetch: of which account?");
	for (int i = 0; i < argc; i++) {
		/* The accounts have nothing to do with each other, and no
		 * connection serves two of them. */
		one = fetch_one(argv[i]);
		result = one > result ? one : result;
	}
	if (fflush(stdout) != 0)
		result = EXIT_NOT_DONE;
	return buggy(bug_exit(result), result);
}

int
command_send(int argc, char **argv)
{
	struct account a;
	struct buf text;
	struct mail mail;
	int result;

	if (argc < 2)
		return usage_fail("send: from which account, to whom?");
	for (int i = 1; i < argc; i++)
		if (!is_address(argv[i]))
			return usage_fail("send: %s is no address", argv[i]);
	if (account_open(&a, argv[0]) != 0)
		return EXIT_USAGE;
	buf_init(&text, MESSAGE_MAX);
	if (a.service[SERVICE_SUBMISSION].hostz == NULL ||
		!is_address(a.addressz)) {
		result = usage_fail("%s: cannot send mail", argv[0]);
	} else if (input_read(&text) != 0) {
		result = usage_fail("send: cannot read the message");
	} else {
		/* argv ends with NULL. */
		mail = (struct mail){a.addressz,
			(const char *const *)(argv + 1), buf_span(&text)};
		buggy(bug_find_again(&a, SERVICE_SUBMISSION), (void)0);
		result = visit(&a, SERVICE_SUBMISSION, &mail) == 0
				 ? EXIT_DONE
				 : EXIT_NOT_DONE;
	}
	buf_fini(&text);
	account_fini(&a);
	return buggy(bug_exit(result), result);
}
