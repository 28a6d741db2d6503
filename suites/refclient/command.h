/* SPDX-License-Identifier: Apache-2.0 */
/* What a user can ask of this client. */
#ifndef REFCLIENT_COMMAND_H
#define REFCLIENT_COMMAND_H

/* The program ends with one of these. */
enum {
	EXIT_DONE = 0,
	EXIT_NOT_DONE = 1,
};

int command_account(int argc, char **argv);
int command_fetch(int argc, char **argv);
int command_send(int argc, char **argv);
int command_status(int argc, char **argv);
int command_report(int argc, char **argv);

#endif
