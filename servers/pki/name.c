/* SPDX-License-Identifier: Apache-2.0 */
/* Names of subjects, issuers and servers, right or wrong. */
#include "pki/name.h"

#include <arpa/inet.h>

/* Longest attribute or OID in front of a value. */
#define WORD_MAX 63

static int
word_copy(const struct spot *at, struct span word, char out_r[WORD_MAX + 1])
{
	if (word.n == 0 || word.n > WORD_MAX)
		return spot_fail(at, "the word in front of the value is %s",
			word.n == 0 ? "missing" : "too long");
	memcpy(out_r, word.p, word.n);
	out_r[word.n] = '\0';
	return 0;
}

static int
bmp_put(struct der *d, const struct spot *at, struct span text)
{
	size_t mark = der_open(d, DER_BMP);
	uint8_t unit[2] = {0, 0};

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] >= 0x80)
			return spot_fail(at, "bmp takes ASCII only");
		unit[1] = text.p[i];
		der_raw(d, span_of(unit, sizeof(unit)));
	}
	der_close(d, mark);
	return 0;
}

static int
string_put(struct der *d, const struct spot *at, struct span type,
	struct span text)
{
	static const struct {
		const char *namez;
		enum der_tag tag;
	} types[] = {
		{"", DER_UTF8},
		{"utf8", DER_UTF8},
		{"printable", DER_PRINTABLE},
		{"ia5", DER_IA5},
		{"t61", DER_T61},
		{"bmp", DER_BMP},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!span_eq(type, span_z(types[i].namez)))
			continue;
		if (types[i].tag == DER_BMP)
			return bmp_put(d, at, text);
		der_put(d, types[i].tag, text);
		return 0;
	}
	return spot_fail(
		at, "the string type must be utf8, printable, ia5, t61 or bmp");
}

/* One RDN out of "attribute[:type]=value"; the value is not yet expanded. */
static int
rdn_write(struct der *d, const struct spot *at, struct span text)
{
	size_t equals = span_find(text, 0, span_z("="));
	struct span left = span_cut(text, 0, equals), type = span_of(NULL, 0);
	size_t colon = span_find(left, 0, span_z(":"));
	char attribute[WORD_MAX + 1];
	struct buf value;
	size_t set, pair;
	int result = -1;

	if (equals == SIZE_MAX)
		return spot_fail(at, "must read like CN={host}");
	if (colon != SIZE_MAX)
		type = span_cut(left, colon + 1, left.n);
	if (word_copy(at, span_cut(left, 0, colon), attribute) != 0)
		return -1;
	buf_init(&value, DER_CAP);
	set = der_open(d, DER_SET);
	pair = der_open(d, DER_SEQUENCE);
	if (der_oid(d, attribute) != 0)
		(void)spot_fail(at, "%s is no attribute and no OID", attribute);
	else if (spot_expand(at, span_cut(text, equals + 1, text.n), &value) ==
		 0)
		result = string_put(d, at, type, buf_span(&value));
	der_close(d, pair);
	der_close(d, set);
	buf_fini(&value);
	return result;
}

int
pki_name_write(struct der *d, const struct spot *at, const json_t *list)
{
	size_t mark = der_open(d, DER_SEQUENCE);
	const char *textz;
	struct spot sub;

	for (size_t i = 0; i < json_array_size(list); i++) {
		sub = spot_item(at, i);
		if (spot_text(&sub, json_array_get(list, i), &textz) != 0 ||
			rdn_write(d, &sub, span_z(textz)) != 0)
			return -1;
	}
	der_close(d, mark);
	return 0;
}

/* What one kind of GeneralName is made of. text is the entry's own text
 * behind the colon, value the same with its braces replaced. */
struct general {
	const struct spot *at;
	struct span text;
	struct span value;
};

static int
address_put(struct der *d, const struct general *g)
{
	char textz[INET6_ADDRSTRLEN];
	uint8_t octets[16];
	size_t n = 0;

	if (span_has_prefix(g->text, span_z("{hex:"))) {
		der_put(d, DER_CONTEXT + 7, g->value);
		return 0;
	}
	if (g->value.n < sizeof(textz)) {
		memcpy(textz, g->value.p, g->value.n);
		textz[g->value.n] = '\0';
		if (inet_pton(AF_INET, textz, octets) == 1)
			n = 4;
		else if (inet_pton(AF_INET6, textz, octets) == 1)
			n = 16;
	}
	if (n == 0)
		return -1;
	der_put(d, DER_CONTEXT + 7, span_of(octets, n));
	return 0;
}

static int
ip_write(struct der *d, const struct general *g)
{
	if (g->value.n > 0 && address_put(d, g) == 0)
		return 0;
	return spot_fail(g->at, "no IP address; raw bytes are ip:{hex:…}");
}

/* What a server is called: dNSName, or iPAddress for a literal. */
static int
host_write(struct der *d, const struct general *g)
{
	if (g->value.n > 0 && address_put(d, g) == 0)
		return 0;
	der_put(d, DER_CONTEXT + 2, g->value);
	return 0;
}

static int
dns_write(struct der *d, const struct general *g)
{
	der_put(d, DER_CONTEXT + 2, g->value);
	return 0;
}

static int
email_write(struct der *d, const struct general *g)
{
	der_put(d, DER_CONTEXT + 1, g->value);
	return 0;
}

static int
uri_write(struct der *d, const struct general *g)
{
	der_put(d, DER_CONTEXT + 6, g->value);
	return 0;
}

/* RFC 4985: otherName with id-on-dnsSRV and an IA5String. */
static int
srv_write(struct der *d, const struct general *g)
{
	size_t name = der_open(d, DER_CONTEXT_OF + 0), value;
	int result = der_oid(d, "1.3.6.1.5.5.7.8.7");

	value = der_open(d, DER_CONTEXT_OF + 0);
	der_put(d, DER_IA5, g->value);
	der_close(d, value);
	der_close(d, name);
	return result;
}

/* "OID:bytes"; the bytes are the DER of the value. */
static int
othername_write(struct der *d, const struct general *g)
{
	size_t colon = span_find(g->value, 0, span_z(":")), name, value;
	char oid[WORD_MAX + 1];

	if (colon == SIZE_MAX)
		return spot_fail(g->at, "must read othername:OID:{hex:…}");
	if (word_copy(g->at, span_cut(g->value, 0, colon), oid) != 0)
		return -1;
	name = der_open(d, DER_CONTEXT_OF + 0);
	if (der_oid(d, oid) != 0)
		return spot_fail(g->at, "%s is no OID", oid);
	value = der_open(d, DER_CONTEXT_OF + 0);
	der_raw(d, span_cut(g->value, colon + 1, g->value.n));
	der_close(d, value);
	der_close(d, name);
	return 0;
}

static int
dirname_write(struct der *d, const struct general *g)
{
	size_t choice = der_open(d, DER_CONTEXT_OF + 4);
	size_t name = der_open(d, DER_SEQUENCE);
	int result = rdn_write(d, g->at, g->text);

	der_close(d, name);
	der_close(d, choice);
	return result;
}

static int
raw_write(struct der *d, const struct general *g)
{
	der_raw(d, g->value);
	return 0;
}

static const struct {
	const char *namez;
	int (*write)(struct der *d, const struct general *g);
} kinds[] = {
	{"host", host_write},
	{"dns", dns_write},
	{"ip", ip_write},
	{"email", email_write},
	{"uri", uri_write},
	{"srv", srv_write},
	{"othername", othername_write},
	{"dirname", dirname_write},
	{"raw", raw_write},
};

int
pki_general_name_write(
	struct der *d, const struct spot *at, const json_t *entry)
{
	struct general g = {.at = at};
	const char *textz;
	struct span text;
	struct buf value;
	size_t colon;
	int result = -1;

	if (spot_text(at, entry, &textz) != 0)
		return -1;
	text = span_z(textz);
	colon = span_find(text, 0, span_z(":"));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (colon == SIZE_MAX || !span_eq(span_cut(text, 0, colon),
						 span_z(kinds[i].namez)))
			continue;
		g.text = span_cut(text, colon + 1, text.n);
		buf_init(&value, DER_CAP);
		if (spot_expand(at, g.text, &value) == 0) {
			g.value = buf_span(&value);
			result = kinds[i].write(d, &g);
		}
		buf_fini(&value);
		return result;
	}
	return spot_fail(at, "must begin with host:, dns:, ip:, email:, uri:, "
			     "srv:, othername:, dirname: or raw:");
}
