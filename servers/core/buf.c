/* SPDX-License-Identifier: Apache-2.0 */
/* The capped byte buffer. */
#include "core/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
buf_init(struct buf *b, size_t cap)
{
	*b = (struct buf){.cap = cap};
}

void
buf_fini(struct buf *b)
{
	free(b->p);
	buf_init(b, b->cap);
}

/* Room for more bytes behind the content, or -1. */
static int
buf_grow(struct buf *b, size_t more)
{
	size_t want, size;
	uint8_t *p;

	if (more > b->cap - b->n)
		return -1;
	want = b->n + more;
	if (want <= b->size)
		return 0;
	size = b->size > 0 ? b->size : 256;
	while (size < want)
		size = size <= b->cap / 2 ? size * 2 : want;
	if (size > b->cap)
		size = b->cap;
	p = realloc(b->p, size);
	if (p == NULL)
		return -1;
	b->p = p;
	b->size = size;
	return 0;
}

int
buf_add(struct buf *b, struct span s)
{
	if (s.n == 0)
		return 0;
	if (buf_grow(b, s.n) != 0)
		return -1;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	return 0;
}

int
buf_addz(struct buf *b, const char *z)
{
	return buf_add(b, span_z(z));
}

int
buf_addf(struct buf *b, const char *format, ...)
{
	char small[512], *large = NULL;
	va_list args, again;
	int n, result = -1;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	assert(n >= 0);
	if ((size_t)n < sizeof(small)) {
		result = buf_add(b, span_of(small, (size_t)n));
	} else if ((large = malloc((size_t)n + 1)) != NULL) {
		(void)vsnprintf(large, (size_t)n + 1, format, again);
		result = buf_add(b, span_of(large, (size_t)n));
	}
	va_end(again);
	free(large);
	return result;
}

void
buf_take(struct buf *b, size_t n)
{
	if (n > b->n)
		n = b->n;
	b->n -= n;
	if (b->n > 0 && n > 0)
		memmove(b->p, b->p + n, b->n);
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
}
