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

/* Where the atom at `at` ends; there if none begins. */
static inline size_t
imap_atom_end(struct span s, size_t at)
{
	while (at < s.n && is_atom_char(s.p[at]))
		at++;
	return at;
}

/* Data of the base protocol. */
struct imap_shape {
	const char *word;
	const char *values; /* letters, see imap_shape.c */
	enum {
		IMAP_NUMBER_NONE,
		IMAP_NUMBER_ANY,
		IMAP_NUMBER_NOT_ZERO
	} number; /* in front of the word */
};

/* The shape of the data of this name; NULL if the base protocol has none. */
const struct imap_shape *imap_shape_find(struct span word);

/*
 * Values from `at` to the line end, as the shape has them, or any if that is
 * NULL: where the line end stands, or a code.
 */
ssize_t imap_values_read(struct span s, size_t at,
	const struct imap_shape *shape, struct lk_result *r);

/* How deep lists may be nested. */
#define IMAP_DEPTH_MAX 32

/* Is `behind`, a blank and values or nothing, what stands behind a response
 * code  of this name? True for names that the base protocol does not know. */
bool imap_code_fits(struct span name, struct span behind, struct lk_result *r);

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
