/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of POP3 replies share. */
#ifndef PARSE_POP3_REPLY_H
#define PARSE_POP3_REPLY_H

#include "parse/parse.h"

#define POP3_LINE_SIZE 512 /* with its end; RFC 2449 section 4 */

/* Read one line of status, or a greeting, into *reply_r. As
 * lk_pop3_reply_parse. */
ssize_t pop3_reply_read(struct span input, bool is_greeting,
	struct lk_pop3_reply *reply_r, struct lk_result *r);

/*
 * A line that began at start and of which `at` is the CR, or whatever stands
 * in its place: where the next line begins, or a code.
 */
ssize_t pop3_end_read(
	struct span s, size_t start, size_t at, struct lk_result *r);

#endif
