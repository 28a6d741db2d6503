/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate is written field by field (RFC 5280 4.1), cut about as the
 * recipe asks, signed, and only then shown to OpenSSL.
 */
#include "pki/cert.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "pki/extension.h"
#include "pki/key.h"
#include "pki/name.h"
#include "pki/validity.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define SERIAL_MAX 128 /* hex digits */

static const struct field part_fields[] = {
	{"subject", FIELD_LIST, "a list like [\"CN={host}\"]"},
	{"issuer", FIELD_LIST, "a list like [\"CN=Somebody\"]"},
	{"san", FIELD_LIST | FIELD_FALSE,
		"a list like [\"dns:{host}\"], or false"},
	{"not_before", FIELD_TEXT, "a text like \"-1d\""},
	{"not_after", FIELD_TEXT, "a text like \"+30d\""},
	{"key", FIELD_TEXT, "a text like \"ec-p256\""},
	{"digest", FIELD_TEXT, "a text like \"sha256\""},
	{"inside_digest", FIELD_TEXT, "a text like \"sha256\""},
	{"outside_digest", FIELD_TEXT, "a text like \"sha256\""},
	{"signature", FIELD_TEXT, "good, flipped, stranger or empty"},
	{"serial", FIELD_TEXT, "hexadecimal digits in a text"},
	{"version", FIELD_NUMBER, "a number, 1 to 127"},
	{"basic_constraints", FIELD_TABLE | FIELD_FALSE,
		"a table like { ca = true, pathlen = 0 }, or false"},
	{"key_usage", FIELD_LIST | FIELD_FALSE,
		"a list like [\"digital-signature\"], or false"},
	{"eku", FIELD_LIST | FIELD_FALSE,
		"a list like [\"server-auth\"], or false"},
	{"name_constraints", FIELD_TABLE | FIELD_FALSE,
		"a table like { excluded = [\"dns:{domain}\"] }, or false"},
	{"policies", FIELD_LIST | FIELD_FALSE, "a list of OIDs, or false"},
	{"subject_key_id", FIELD_FLAG | FIELD_TEXT,
		"true, false or bytes like \"{hex:00}\""},
	{"authority_key_id", FIELD_FLAG | FIELD_TEXT,
		"true, false or bytes like \"{hex:00}\""},
	{"critical", FIELD_LIST, "a list of extensions' names"},
	{"repeat", FIELD_LIST, "a list of extensions' names"},
	{"extra", FIELD_LIST, "a list of { oid, critical, value }"},
	{"patch", FIELD_LIST, "a list of { find, replace }"},
};

/* All that the writers of one certificate share. */
struct making {
	const struct spot *at;
	const json_t *part;
	const struct pki_cert *issuer; /* NULL: self-signed */
	EVP_PKEY *key;                 /* of the subject */
	struct span public;            /* the same, as SubjectPublicKeyInfo */
	EVP_PKEY *signer;              /* of the issuer */
};

static EVP_PKEY *
issuer_key(const struct making *m)
{
	return m->issuer != NULL ? m->issuer->key : m->key;
}

static int
version_write(struct der *d, const struct making *m)
{
	json_int_t version =
		json_integer_value(json_object_get(m->part, "version"));
	struct spot at = spot_key(m->at, "version");
	size_t mark;

	if (version < 1 || version > 127)
		return spot_fail(&at, "must be 1 to 127");
	if (version == 1)
		return 0; /* X.690 11.5: a default is not encoded */
	mark = der_open(d, DER_CONTEXT_OF + 0);
	der_small(d, (unsigned)version - 1);
	der_close(d, mark);
	return 0;
}

/* The number as DER; -1 if it is none. */
static int
number_write(struct der *d, const char *digitsz)
{
	BIGNUM *number = NULL;
	ASN1_INTEGER *integer = NULL;
	unsigned char *octets = NULL;
	size_t digits = strspn(digitsz, "-0123456789abcdefABCDEF");
	int n = -1;

	if (digits == 0 || digits > SERIAL_MAX || digitsz[digits] != '\0' ||
		BN_hex2bn(&number, digitsz) != (int)digits)
		goto out;
	integer = BN_to_ASN1_INTEGER(number, NULL);
	if (integer == NULL)
		goto out;
	n = i2d_ASN1_INTEGER(integer, &octets);
	if (n > 0)
		der_raw(d, span_of(octets, (size_t)n));
out:
	OPENSSL_free(octets);
	ASN1_INTEGER_free(integer);
	BN_free(number);
	return n > 0 ? 0 : -1;
}

static int
serial_write(struct der *d, const struct making *m)
{
	const json_t *value = json_object_get(m->part, "serial");
	struct spot at = spot_key(m->at, "serial");
	const char *digitsz;
	uint8_t octets[16];

	if (value == NULL) {
		/* Unguessable and positive (RFC 5280 4.1.2.2). */
		if (RAND_bytes(octets, sizeof(octets)) != 1)
			return err_set(m->at->err, ERR_TLS, "no randomness");
		octets[0] = (uint8_t)(0x40 | (octets[0] & 0x3f));
		der_put(d, DER_INTEGER, span_of(octets, sizeof(octets)));
		return 0;
	}
	if (spot_text(&at, value, &digitsz) != 0)
		return -1;
	if (number_write(d, digitsz) != 0)
		return spot_fail(
			&at, "must be up to %d hexadecimal digits", SERIAL_MAX);
	return 0;
}

static int
name_write(struct der *d, const struct making *m)
{
	const json_t *name = json_object_get(m->part, "issuer");
	struct spot at = spot_key(m->at, name != NULL ? "issuer" : "subject");
	unsigned char *octets = NULL;
	int n;

	if (name != NULL)
		return pki_name_write(d, &at, name);
	if (m->issuer == NULL)
		return pki_name_write(
			d, &at, json_object_get(m->part, "subject"));
	n = i2d_X509_NAME(X509_get_subject_name(m->issuer->x509), &octets);
	if (n <= 0)
		return err_set(m->at->err, ERR_TLS, "issuer without a name");
	der_raw(d, span_of(octets, (size_t)n));
	OPENSSL_free(octets);
	return 0;
}

static int
validity_write(struct der *d, const struct making *m)
{
	return pki_validity_write(d, m->at, m->part);
}

static int
subject_write(struct der *d, const struct making *m)
{
	struct spot at = spot_key(m->at, "subject");

	return pki_name_write(d, &at, json_object_get(m->part, "subject"));
}

static int
key_write(struct der *d, const struct making *m)
{
	der_raw(d, m->public);
	return 0;
}

static int
extensions_write(struct der *d, const struct making *m)
{
	struct pki_key_ids ids;
	bool done = pki_key_id(m->public, ids.subject) == 0;

	if (m->issuer == NULL)
		memcpy(ids.issuer, ids.subject, sizeof(ids.issuer));
	else
		done = done && X509_pubkey_digest(m->issuer->x509, EVP_sha1(),
				       ids.issuer, NULL) == 1;
	if (!done)
		return err_set(m->at->err, ERR_TLS, "cannot hash the key");
	return pki_extensions_write(d, m->at, m->part, &ids);
}

/* The algorithm that the field key says, or else the one that signs. */
static int
algorithm_write(struct der *d, const struct making *m, const char *key)
{
	const json_t *digest = json_object_get(m->part, key);
	struct spot at = spot_key(m->at, digest != NULL ? key : "digest");

	if (digest == NULL)
		digest = json_object_get(m->part, "digest");
	return pki_algorithm_write(d, &at, m->signer, digest);
}

static int
inside_write(struct der *d, const struct making *m)
{
	return algorithm_write(d, m, "inside_digest");
}

/* tbsCertificate, in its order (RFC 5280 4.1). */
static int (*const tbs_writers[])(struct der *d, const struct making *m) = {
	version_write,
	serial_write,
	inside_write,
	name_write,
	validity_write,
	subject_write,
	key_write,
	extensions_write,
};

static int
patch_apply(const struct spot *at, const json_t *patch, struct der *tbs)
{
	static const struct field fields[] = {
		{"find", FIELD_TEXT, "bytes like \"{hex:0203}\""},
		{"replace", FIELD_TEXT, "bytes like \"{hex:0203}\""},
	};
	struct buf bytes[COUNT(fields)];
	struct spot sub;
	const char *textz;
	size_t hit;
	int result = spot_check(at, patch, fields, COUNT(fields));

	for (size_t i = 0; i < COUNT(fields); i++) {
		buf_init(&bytes[i], DER_CAP);
		sub = spot_key(at, fields[i].key);
		if (result == 0)
			result = spot_text(&sub,
				json_object_get(patch, fields[i].key), &textz);
		if (result == 0)
			result = spot_expand(&sub, span_z(textz), &bytes[i]);
	}
	hit = span_find(der_span(tbs), 0, buf_span(&bytes[0]));
	if (result == 0 && (bytes[0].n == 0 || bytes[0].n != bytes[1].n))
		result = spot_fail(at, "find and replace must be equally long");
	if (result == 0 && hit == SIZE_MAX)
		result = spot_fail(at, "the certificate has no such bytes");
	if (result == 0)
		memcpy(tbs->buf.p + hit, bytes[1].p, bytes[1].n);
	buf_fini(&bytes[0]);
	buf_fini(&bytes[1]);
	return result;
}

static int
tbs_write(struct der *tbs, const struct making *m)
{
	const json_t *patches = json_object_get(m->part, "patch");
	struct spot sub = spot_key(m->at, "patch"), item;
	size_t mark = der_open(tbs, DER_SEQUENCE);

	for (size_t i = 0; i < COUNT(tbs_writers); i++)
		if (tbs_writers[i](tbs, m) != 0)
			return -1;
	der_close(tbs, mark);
	if (tbs->failed)
		return err_set(m->at->err, ERR_LIMIT,
			"%s: the certificate is too large", m->at->path);
	for (size_t i = 0; i < json_array_size(patches); i++) {
		item = spot_item(&sub, i);
		if (patch_apply(&item, json_array_get(patches, i), tbs) != 0)
			return -1;
	}
	return 0;
}

/* What is done to the signature; the order of signature_words. */
enum signature {
	SIGNATURE_GOOD,
	SIGNATURE_FLIPPED,  /* one bit is wrong */
	SIGNATURE_STRANGER, /* made by somebody else's key */
	SIGNATURE_EMPTY
};
static const char *const signature_words[] = {
	"good", "flipped", "stranger", "empty"};

static int
signed_write(struct der *d, const struct making *m, struct span tbs,
	enum signature signature)
{
	const json_t *digest = json_object_get(m->part, "digest");
	struct spot at = spot_key(m->at, "digest");
	size_t mark = der_open(d, DER_SEQUENCE);

	der_raw(d, tbs);
	if (algorithm_write(d, m, "outside_digest") != 0)
		return -1;
	if (signature == SIGNATURE_EMPTY)
		der_bits(d, span_of(NULL, 0), 0);
	else if (pki_signature_write(d, &at, m->signer, digest, tbs) != 0)
		return -1;
	if (signature == SIGNATURE_FLIPPED && !d->failed)
		d->buf.p[d->buf.n - 1] ^= 1;
	der_close(d, mark);
	if (d->failed)
		return err_set(m->at->err, ERR_LIMIT,
			"%s: the certificate is too large", m->at->path);
	return 0;
}

static X509 *
x509_make(struct making *m, enum signature signature)
{
	const unsigned char *p;
	struct der public, tbs, whole;
	X509 *x509 = NULL;

	der_init(&public);
	der_init(&tbs);
	der_init(&whole);
	if (pki_key_write(&public, m->key) != 0) {
		(void)err_set(m->at->err, ERR_TLS, "cannot encode the key");
		goto out;
	}
	m->public = der_span(&public);
	if (tbs_write(&tbs, m) != 0 ||
		signed_write(&whole, m, der_span(&tbs), signature) != 0)
		goto out;
	p = whole.buf.p;
	x509 = d2i_X509(NULL, &p, (long)whole.buf.n);
	if (x509 == NULL)
		(void)spot_fail(m->at,
			"OpenSSL cannot read this certificate, so no server "
			"can show it");
out:
	der_fini(&public);
	der_fini(&tbs);
	der_fini(&whole);
	return x509;
}

int
pki_cert_make(const struct spot *at, const json_t *part,
	const struct pki_cert *issuer, EVP_PKEY **spare, struct pki_cert *out_r)
{
	struct making m = {.at = at, .part = part, .issuer = issuer};
	struct spot sub = spot_key(at, "signature");
	EVP_PKEY *stranger = NULL;
	int signature;

	*out_r = (struct pki_cert){NULL, NULL};
	if (spot_check(at, part, part_fields, COUNT(part_fields)) != 0)
		return -1;
	signature = spot_choice(&sub, json_object_get(part, "signature"),
		signature_words, COUNT(signature_words));
	if (signature < 0)
		return -1;
	sub = spot_key(at, "key");
	m.key = pki_key_make(&sub, json_object_get(part, "key"), spare);
	if (m.key == NULL)
		return -1;
	m.signer = issuer_key(&m);
	if (signature == SIGNATURE_STRANGER)
		m.signer = stranger = pki_key_make_like(m.signer);
	if (m.signer == NULL)
		(void)err_set(at->err, ERR_TLS, "cannot make a key");
	else
		out_r->x509 = x509_make(&m, (enum signature)signature);
	EVP_PKEY_free(stranger);
	out_r->key = m.key;
	if (out_r->x509 != NULL)
		return 0;
	pki_cert_fini(out_r);
	return -1;
}

void
pki_cert_fini(struct pki_cert *cert)
{
	X509_free(cert->x509);
	EVP_PKEY_free(cert->key);
	*cert = (struct pki_cert){NULL, NULL};
}
