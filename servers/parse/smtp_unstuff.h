/* SPDX-License-Identifier: Apache-2.0 */
/* Mail data between DATA's 354 and the final dot (RFC 5321 section 4.5.2). */
#ifndef PARSE_SMTP_UNSTUFF_H
#define PARSE_SMTP_UNSTUFF_H

#include "core/span.h"

/* All zero: the data begins. */
struct smtp_unstuff {
	enum {
		UNSTUFF_LINE,  /* at the start of a line */
		UNSTUFF_DOT,   /* behind a dot that starts a line */
		UNSTUFF_DOTCR, /* behind that and CR */
		UNSTUFF_TEXT,  /* within a line */
		UNSTUFF_CR,    /* behind a CR within a line */
		UNSTUFF_END    /* the final dot was read */
	} state;
	bool bare; /* a CR or LF stood alone, RFC 5321 section 2.3.8 forbids */
};

/*
 * Read data up to the end of input or of the mail data: bytes consumed. The
 * text goes to out_r, which has room for input.n + 1 bytes. Only CRLF.CRLF
 * ends the data: a bare LF never does, or two servers could see different
 * messages.
 */
size_t smtp_unstuff(struct smtp_unstuff *unstuff, struct span input,
	uint8_t *out_r, size_t *n_r);

#endif
