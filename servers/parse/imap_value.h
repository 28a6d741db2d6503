/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of IMAP responses share. */
#ifndef PARSE_IMAP_VALUE_H
#define PARSE_IMAP_VALUE_H

#include "parse/chars.h"
#include "parse/parse.h"

/* ATOM-CHAR (RFC 9051 section 9) */
static inline bool
is_atom_char(int c)
{
	return is_vchar(c) && c != '(' && c != ')' && c != '{' && c != '%' &&
	       c != '*' && c != '"' && c != '\\' && c != ']';
}

/* The value at `at`, a list whole: where it ends, or a code. */
ssize_t imap_value_read(struct span s, size_t at, struct lk_result *r);

/*
 * resp-text at `at`, its code and text into *response, up to its line end:
 * where that stands, or a code.
 */
ssize_t imap_text_read(struct span s, size_t at,
	struct lk_imap_response *response, struct lk_result *r);

/* capability-data from `at` to its end, that of the input or a CR; into
 * *list_r: where it ends, or a code. */
ssize_t imap_capability_read(struct span s, size_t at,
	struct lk_imap_capability *list_r, struct lk_result *r);

#endif
