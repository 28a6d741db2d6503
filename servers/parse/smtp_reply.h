/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of SMTP replies share. */
#ifndef PARSE_SMTP_REPLY_H
#define PARSE_SMTP_REPLY_H

#include "parse/parse.h"

/*
 * Read a reply into *reply_r. With `greets` the first line may have what only
 * the greeting behind EHLO has: control characters. As lk_smtp_reply_parse.
 */
ssize_t smtp_reply_read(struct span input, bool greets,
	struct lk_smtp_reply *reply_r, struct lk_result *r);

#endif
