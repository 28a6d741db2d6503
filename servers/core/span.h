/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing and searching views of bytes. */
#ifndef CORE_SPAN_H
#define CORE_SPAN_H

#include "core/bytes.h"

bool span_eq(struct span a, struct span b);
/* ASCII case folded, as every mail protocol's keywords are compared. */
bool span_eq_nocase(struct span a, struct span b);
bool span_has_prefix(struct span s, struct span prefix);
bool span_has_prefix_nocase(struct span s, struct span prefix);

/* Index of the first needle in s at or behind from; SIZE_MAX if none. */
size_t span_find(struct span s, size_t from, struct span needle);

/*
 * Cut the next word off *rest: bytes up to the next separator. Separators
 * before and behind the word are consumed. Empty when nothing is left.
 */
struct span span_word(struct span *rest, uint8_t separator);

#endif
