/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 as RFC 4648 section 4 has it, strictly: padding is required, the
 * unused bits of the last digit are zero (section 3.5), nothing else than
 * digits is allowed. So every text that decodes is the only text for its
 * bytes.
 */
#ifndef PARSE_BASE64_H
#define PARSE_BASE64_H

#include "core/span.h"

/* Digits for n bytes; room that n digits may need once decoded. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4)
#define BASE64_ROOM(n) ((n) / 4 * 3)

/* False when input is not base64 or does not fit into size bytes. */
bool base64_decode(struct span input, uint8_t *out_r, size_t size, size_t *n_r);
/* False when the text does not fit into size. No NUL is written. */
bool base64_encode(struct span input, char *out_r, size_t size, size_t *n_r);

#endif
