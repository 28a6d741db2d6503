/* SPDX-License-Identifier: Apache-2.0 */
/* Tags, lengths and contents, appended to one buffer. */
#include "pki/der.h"

#include <openssl/crypto.h>
#include <openssl/objects.h>

void
der_init(struct der *d)
{
	buf_init(&d->buf, DER_CAP);
	d->failed = false;
}

void
der_fini(struct der *d)
{
	buf_fini(&d->buf);
}

void
der_raw(struct der *d, struct span bytes)
{
	if (buf_add(&d->buf, bytes) != 0)
		d->failed = true;
}

size_t
der_open(struct der *d, unsigned tag)
{
	uint8_t octet = (uint8_t)tag;

	der_raw(d, span_of(&octet, 1));
	return d->buf.n;
}

/* X.690 8.1.3: the length octets of a content of n bytes. */
static size_t
length_encode(size_t n, uint8_t octets[5])
{
	size_t more = 0, i;

	if (n < 0x80) {
		octets[0] = (uint8_t)n;
		return 1;
	}
	for (size_t rest = n; rest > 0; rest >>= 8)
		more++;
	octets[0] = (uint8_t)(0x80 | more);
	for (i = more; i > 0; i--, n >>= 8)
		octets[i] = (uint8_t)n;
	return more + 1;
}

void
der_close(struct der *d, size_t mark)
{
	uint8_t octets[5];
	size_t content, n;

	if (d->failed)
		return;
	content = d->buf.n - mark;
	n = length_encode(content, octets);
	der_raw(d, span_of(octets, n));
	if (d->failed)
		return;
	memmove(d->buf.p + mark + n, d->buf.p + mark, content);
	memcpy(d->buf.p + mark, octets, n);
}

void
der_put(struct der *d, unsigned tag, struct span content)
{
	size_t mark = der_open(d, tag);

	der_raw(d, content);
	der_close(d, mark);
}

void
der_small(struct der *d, unsigned number)
{
	uint8_t octet = (uint8_t)(number & 0x7f);

	der_put(d, DER_INTEGER, span_of(&octet, 1));
}

void
der_bits(struct der *d, struct span octets, unsigned unused)
{
	size_t mark = der_open(d, DER_BITS);
	uint8_t octet = (uint8_t)unused;

	der_raw(d, span_of(&octet, 1));
	der_raw(d, octets);
	der_close(d, mark);
}

int
der_oid(struct der *d, const char *textz)
{
	ASN1_OBJECT *object = OBJ_txt2obj(textz, 0);
	unsigned char *octets = NULL;
	int n;

	if (object == NULL)
		return -1;
	n = i2d_ASN1_OBJECT(object, &octets);
	ASN1_OBJECT_free(object);
	if (n <= 0)
		return -1;
	der_raw(d, span_of(octets, (size_t)n));
	OPENSSL_free(octets);
	return 0;
}
