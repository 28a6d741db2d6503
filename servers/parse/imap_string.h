/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of IMAP as they stand (RFC 9051 section 4.3), and what they mean. */
#ifndef PARSE_IMAP_STRING_H
#define PARSE_IMAP_STRING_H

#include "core/span.h"

/* A string, with the backslashes that a quoted one has. */
struct imap_string {
	struct span raw;
	bool quoted;
};

/* The string that a value is, which is whole: quoted, a literal or an atom. */
struct imap_string imap_string_of(struct span value);

/* The octet at *at of what the string means, and *at behind it; -1 at its end.
 */
int imap_string_next(struct imap_string string, size_t *at);

/* How many octets it means. */
size_t imap_string_size(struct imap_string string);

/* Do both mean the same, letter case aside? */
bool imap_string_same(struct imap_string a, struct imap_string b);

#endif
