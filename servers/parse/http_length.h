/* SPDX-License-Identifier: Apache-2.0 */
/* What fields say of the length of a body (RFC 9112 section 6). */
#ifndef PARSE_HTTP_LENGTH_H
#define PARSE_HTTP_LENGTH_H

#include "parse/http_field.h"

/*
 * Fill in what the lines of *fields say. s is the whole input, for offsets. 0,
 * or a code.
 */
ssize_t http_length_read(struct span s, enum http_kind kind,
	struct lk_http_fields *fields, struct lk_result *r);

#endif
