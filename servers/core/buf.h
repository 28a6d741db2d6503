/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer with a hard cap: nothing a peer sends can exceed it. */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include "core/span.h"

struct buf {
	uint8_t *p;  /* owned */
	size_t n;    /* bytes in use */
	size_t size; /* bytes allocated, never above cap */
	size_t cap;
};

/* An empty buffer that will never hold more than cap bytes. */
void buf_init(struct buf *b, size_t cap);
/* Frees the memory; b is empty and usable (with the same cap) afterwards. */
void buf_fini(struct buf *b);

/*
 * Append s. 0, or -1 when the cap would be passed or memory ran out; b is
 * unchanged then.
 */
int buf_add(struct buf *b, struct span s) __attribute__((warn_unused_result));
int buf_addz(struct buf *b, const char *z) __attribute__((warn_unused_result));
int buf_addf(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* Drop the first n bytes (all, if there are fewer). */
void buf_take(struct buf *b, size_t n);
void buf_clear(struct buf *b);

/* The content; valid until b is next changed. */
static inline struct span
buf_span(const struct buf *b)
{
	return span_of(b->p, b->n);
}

#endif
