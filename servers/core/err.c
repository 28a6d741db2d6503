/* SPDX-License-Identifier: Apache-2.0 */
/* Filling and naming errors. */
#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>

int
err_set(struct err *err, enum err_class class, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return -1;
	err->class = class;
	va_start(args, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -1;
}

const char *err_class_name(enum err_class class)
{
	switch (class) {
	case ERR_NONE:
		return "none";
	case ERR_PLAN:
		return "plan";
	case ERR_IO:
		return "io";
	case ERR_TLS:
		return "tls";
	case ERR_LIMIT:
		return "limit";
	case ERR_INTERNAL:
		return "internal";
	}
	return "unknown";
}
