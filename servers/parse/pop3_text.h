/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a message as POP3 cuts it: into lines, and for TOP. */
#ifndef PARSE_POP3_TEXT_H
#define PARSE_POP3_TEXT_H

#include "core/span.h"

/* Cut the next line off *rest, without its CRLF; a last line may lack it. */
struct span pop3_line_next(struct span *rest);

/* Size of the text as it is sent: its last line gets a CRLF if it has none
 * (RFC 1939 section 11: what is announced is what comes, without stuffing). */
size_t pop3_text_measure(struct span text);

/* Size of the header, the empty line behind it and that many lines of the
 * body: what TOP sends (RFC 1939 section 7). */
size_t pop3_top_measure(struct span text, size_t lines);

#endif
