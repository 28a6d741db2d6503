/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel tells about connections, read from /proc/net. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "world/world.h"

/* Position of the column called name in a line of words; -1 if absent. */
static int
column_of(char *line, const char *name)
{
	char *rest = NULL;
	int i = 0;

	for (char *word = strtok_r(line, " \n", &rest); word != NULL;
		word = strtok_r(NULL, " \n", &rest), i++)
		if (strcmp(word, name) == 0)
			return i;
	return -1;
}

static long
value_at(char *line, int column)
{
	char *rest = NULL, *word = strtok_r(line, " \n", &rest);

	for (int i = 0; word != NULL && i < column; i++)
		word = strtok_r(NULL, " \n", &rest);
	return word != NULL ? strtol(word, NULL, 10) : 0;
}

long
kernel_refused_attempts(void)
{
	FILE *file = fopen("/proc/net/snmp", "re");
	char line[1024];
	int column = -1;
	long value = 0;

	if (file == NULL)
		return 0;
	/* A line of names, then a line of values, both headed "Tcp:". */
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "Tcp:", 4) != 0)
			continue;
		if (column < 0) {
			column = column_of(line, "AttemptFails");
		} else {
			value = value_at(line, column);
			break;
		}
	}
	(void)fclose(file);
	return value;
}

bool
kernel_peer_has_read(int fd)
{
	struct sockaddr_in here = {0}, there = {0};
	socklen_t n = sizeof(here);
	char want[64], line[512];
	bool has_read = true;
	FILE *file;

	if (getsockname(fd, (struct sockaddr *)&here, &n) != 0)
		return true;
	n = sizeof(there);
	if (getpeername(fd, (struct sockaddr *)&there, &n) != 0)
		return true;
	/* The peer's own line: its local end is our remote one. */
	(void)snprintf(want, sizeof(want), " %08X:%04X %08X:%04X ",
		there.sin_addr.s_addr, ntohs(there.sin_port),
		here.sin_addr.s_addr, ntohs(here.sin_port));
	file = fopen("/proc/net/tcp", "re");
	if (file == NULL)
		return true;
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *found = strstr(line, want);
		unsigned state, tx, rx;

		if (found == NULL)
			continue;
		if (sscanf(found + strlen(want), "%X %X:%X", &state, &tx,
			    &rx) == 3)
			has_read = rx == 0;
		break;
	}
	(void)fclose(file);
	return has_read;
}
