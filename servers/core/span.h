/* SPDX-License-Identifier: Apache-2.0 */
/* A view of bytes that somebody else owns; valid while they are. */
#ifndef CORE_SPAN_H
#define CORE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *p;
	size_t n;
};

static inline struct span
span_of(const void *p, size_t n)
{
	return (struct span){(const uint8_t *)p, n};
}

/* The text z without its NUL; NULL gives the empty span. */
static inline struct span
span_z(const char *z)
{
	return span_of(z, z != NULL ? strlen(z) : 0);
}

/* Bytes [from, to) of s; both are clamped to its length. */
static inline struct span
span_cut(struct span s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return span_of(s.p != NULL ? s.p + from : NULL, to - from);
}

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
