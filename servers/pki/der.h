/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A DER writer. It never judges: a forge must be able to write what no
 * library would. Trouble (cap reached, no memory) is latched in failed, so
 * that writing reads straight down and is checked once, at the end.
 */
#ifndef PKI_DER_H
#define PKI_DER_H

#include "core/buf.h"
#include "core/span.h"

/* Enough for any certificate that a client would read. */
#define DER_CAP (256 * 1024)

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_NULL = 0x05,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_T61 = 0x14,
	DER_IA5 = 0x16,
	DER_UTC = 0x17,
	DER_GENERALIZED = 0x18,
	DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80,   /* add the number */
	DER_CONTEXT_OF = 0xa0 /* constructed; add the number */
};

struct der {
	struct buf buf;
	bool failed;
};

void der_init(struct der *d);
void der_fini(struct der *d);

/* Bytes that are DER already. */
void der_raw(struct der *d, struct span bytes);
void der_put(struct der *d, unsigned tag, struct span content);
void der_small(struct der *d, unsigned number); /* INTEGER, 0 to 127 */
void der_bits(struct der *d, struct span octets, unsigned unused);

/* An element whose content is what is written between the two calls. */
size_t der_open(struct der *d, unsigned tag);
void der_close(struct der *d, size_t mark);

/* "2.5.29.17", or a name that OpenSSL knows ("CN"). -1 if it is neither. */
int der_oid(struct der *d, const char *textz);

static inline struct span
der_span(const struct der *d)
{
	return buf_span(&d->buf);
}

#endif
