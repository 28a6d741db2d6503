/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers as POP3 and SMTP write them: digits alone, no sign. */
#ifndef PARSE_NUMBER_H
#define PARSE_NUMBER_H

#include "core/span.h"

/* The whole input is one number up to max; else false. */
bool number_parse(struct span input, size_t max, size_t *out_r);

/* One to max numbers with spaces between: how many; 0 if input is anything
 * else. */
size_t numbers_parse(struct span input, size_t *out_r, size_t max);

#endif
