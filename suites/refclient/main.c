/* SPDX-License-Identifier: Apache-2.0 */
/* refclient: a mail client that does what the specifications ask. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bug.h"
#include "command.h"
#include "input.h"
#include "tls.h"

#define VERSION "0.1.0"

static const struct {
	const char *namez, *argumentsz, *textz;
	int (*run)(int argc, char **argv); /* behind the name */
} commands[] = {
	{"account", "new FILE ADDRESS [OPTION...]",
		"make an account, with TLS demanded", command_account},
	{"fetch", "FILE...", "write the mail of the inbox to standard output",
		command_fetch},
	{"send", "FILE RECIPIENT...", "send the mail on standard input",
		command_send},
	{"status", "FILE", "how confidential the account is, and was",
		command_status},
	{"report", "FILE", "what went wrong, for the provider", command_report},
};

static int
help(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)printf("refclient %s %s\n\t%s\n", commands[i].namez,
			commands[i].argumentsz, commands[i].textz);
	return EXIT_DONE;
}

int
main(int argc, char **argv)
{
	(void)signal(SIGPIPE, SIG_IGN);
	if (!tls_begin())
		return usage_fail("OpenSSL does not start");
	if (argc > 2 && strcmp(argv[1], "--bug") == 0) {
		if (bug_choose(argv[2]) != 0)
			return usage_fail("no bug \"%s\" in this build; "
					  "--bugs lists them",
				argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc < 2)
		return usage_fail("which command? --help lists them");
	if (strcmp(argv[1], "--bugs") == 0) {
		bug_list();
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("refclient %s\n", VERSION);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--help") == 0)
		return help();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].namez) == 0)
			return commands[i].run(argc - 2, argv + 2);
	return usage_fail("no command \"%s\"; --help lists them", argv[1]);
}
