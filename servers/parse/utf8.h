/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 (RFC 3629 section 4): the size of one character. */
#ifndef PARSE_UTF8_H
#define PARSE_UTF8_H

#include <sys/types.h>

#include "core/bytes.h"

/*
 * Octets of the character of s that begins at `at`, 1 to 4; 0 if none can
 * begin so; -1 if the input ends before it is whole. Surrogates, overlong
 * forms and what lies above U+10FFFF are no characters.
 */
ssize_t utf8_size(struct span s, size_t at);

#endif
