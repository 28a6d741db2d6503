/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs are given. */
#include "input.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

int
usage_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)fprintf(stderr, "%s: ", program_invocation_short_name);
	(void)vfprintf(stderr, format, args);
	(void)fputc('\n', stderr);
	va_end(args);
	return EXIT_USAGE;
}

bool
is_address(const char *z)
{
	size_t n = strlen(z);

	for (size_t i = 0; i < n; i++)
		if (z[i] <= ' ' || z[i] > '~' || z[i] == '<' || z[i] == '>')
			return false;
	return n > 0 && n <= 254;
}

int
input_read(struct buf *text)
{
	uint8_t room[16 * 1024];
	ssize_t n;

	while ((n = read(STDIN_FILENO, room, sizeof(room))) > 0)
		if (buf_add(text, span_of(room, (size_t)n)) != 0)
			return -1;
	return n == 0 ? 0 : -1;
}
