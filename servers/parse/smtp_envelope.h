/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments of MAIL and RCPT (RFC 5321 section 4.1.2). */
#ifndef PARSE_SMTP_ENVELOPE_H
#define PARSE_SMTP_ENVELOPE_H

#include <sys/types.h>

#include "core/span.h"

#define SMTP_PATH_MAX 256 /* RFC 5321 section 4.5.3.1.3 */

struct smtp_path {
	struct span local;  /* quotes included; empty: the null path <> */
	struct span domain; /* empty: none; an address literal has brackets */
	bool eight_bit;     /* has bytes that only SMTPUTF8 allows */
};

/* "<...>" at the start of input: bytes consumed, or -1. A source route is
 * skipped (RFC 5321 appendix C). */
ssize_t smtp_path_parse(struct span input, struct smtp_path *out_r);

struct smtp_parameter {
	struct span keyword;
	struct span value;
	bool has_value;
};

/*
 * Cut " KEYWORD" or " KEYWORD=value" off *rest. 1: *out_r is filled; 0: only
 * spaces were left; -1: what follows is no parameter.
 */
int smtp_parameter_next(struct span *rest, struct smtp_parameter *out_r);

/* xtext (RFC 3461 section 4): printable, "+" begins two capital hex digits. */
bool smtp_xtext_is_valid(struct span text);

#endif
