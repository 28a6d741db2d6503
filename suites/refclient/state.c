/* SPDX-License-Identifier: Apache-2.0 */
/* A file of JSON that a program keeps. */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
state_save(const json_t *state, const char *pathz, struct err *err)
{
	char path[4096];
	int fd, result = -1;

	if (snprintf(path, sizeof(path), "%s.new", pathz) >= (int)sizeof(path))
		return err_set(err, ERR_IO, "%s: too long a name", pathz);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0) {
		result = json_dumpfd(state, fd, JSON_INDENT(1));
		if (close(fd) != 0 || result != 0 || rename(path, pathz) != 0)
			result = -1;
	}
	if (result != 0)
		return err_set(err, ERR_IO, "%s: %s", pathz, strerror(errno));
	return 0;
}
