/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of SMTP replies share. */
#ifndef PARSE_SMTP_REPLY_H
#define PARSE_SMTP_REPLY_H

#include "parse/parse.h"

/*
 * Read a reply into *reply_r. That to EHLO may have control characters in its
 * first line, and has no UTF-8. As lk_smtp_reply_parse.
 */
ssize_t smtp_reply_read(struct span input, bool is_ehlo,
	struct lk_smtp_reply *reply_r, struct lk_result *r);

#endif
