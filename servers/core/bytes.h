/* SPDX-License-Identifier: Apache-2.0 */
/* A view of bytes that somebody else owns; valid while they are. */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

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

#endif
