/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong, and who is to blame. */
#ifndef CORE_ERR_H
#define CORE_ERR_H

enum err_class {
	ERR_NONE,
	ERR_PLAN,    /* the plan (or another input of the user) is wrong */
	ERR_IO,      /* the machine refused: socket, file, process */
	ERR_TLS,     /* OpenSSL refused */
	ERR_LIMIT,   /* a cap was reached */
	ERR_INTERNAL /* a bug of ours */
};

struct err {
	enum err_class class;
	char text[240]; /* one line for a person, NUL-terminated */
};

/* Fills *err (which may be NULL) and returns -1, so that a caller can
 * write: return err_set(err, ERR_IO, "cannot bind %s", name); */
int err_set(struct err *err, enum err_class class, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "plan", "io", ...; the word used in the transcript. */
const char *err_class_name(enum err_class class);

#endif
