/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs are given: words on a command line, and a message. */
#ifndef REFCLIENT_INPUT_H
#define REFCLIENT_INPUT_H

#include <stdbool.h>

#include "core/buf.h"

#define EXIT_USAGE 2
#define MESSAGE_MAX (16u * 1024 * 1024)

/* "PROGRAM: TEXT" on standard error; EXIT_USAGE. */
int usage_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* It can stand between < and > on the wire (RFC 5321 section 4.1.2). */
bool is_address(const char *z);

/* All of standard input; -1: it cannot be read, or is too long. */
int input_read(struct buf *text);

#endif
