/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVP is used directly: X509_sign and the SSL layer look at the security
 * level, and a forge must sign with MD5 on the strictest machine.
 */
#include "pki/key.h"

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

static const struct {
	const char *curvez; /* of an EC key */
	size_t bits;        /* of an RSA key */
} parameters[] = {
	{"P-256", 0},
	{"P-384", 0},
	{"P-521", 0},
	{"prime192v1", 0},
	{NULL, 1024},
	{NULL, 2048},
	{NULL, 3072},
	{NULL, 0},
};
static const char *const kind_words[] = {
	"ec-p256",
	"ec-p384",
	"ec-p521",
	"ec-p192",
	"rsa-1024",
	"rsa-2048",
	"rsa-3072",
	"ed25519",
};
#define KINDS (sizeof(kind_words) / sizeof(kind_words[0]))
_Static_assert(KINDS == sizeof(parameters) / sizeof(parameters[0]),
	"each kind has its parameters");

static const char *const digest_words[] = {
	"sha256",
	"sha384",
	"sha512",
	"sha224",
	"sha1",
	"md5",
};

static bool
is_rsa(EVP_PKEY *key, size_t bits)
{
	return key != NULL && EVP_PKEY_is_a(key, "RSA") &&
	       (size_t)EVP_PKEY_get_bits(key) == bits;
}

EVP_PKEY *
pki_key_make(const struct spot *at, const json_t *kind, EVP_PKEY **spare)
{
	int i = spot_choice(at, kind, kind_words, KINDS);
	EVP_PKEY *key;

	if (i < 0)
		return NULL;
	if (parameters[i].curvez != NULL)
		key = EVP_EC_gen(parameters[i].curvez);
	else if (spare != NULL && is_rsa(*spare, parameters[i].bits))
		key = *spare, *spare = NULL;
	else if (parameters[i].bits != 0)
		key = EVP_RSA_gen(parameters[i].bits);
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (key == NULL)
		(void)err_set(at->err, ERR_TLS, "cannot make a key %s",
			kind_words[i]);
	return key;
}

EVP_PKEY *
pki_key_make_like(EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	EVP_PKEY *fresh = NULL;

	if (context != NULL && EVP_PKEY_keygen_init(context) == 1 &&
		(!EVP_PKEY_is_a(key, "RSA") ||
			EVP_PKEY_CTX_set_rsa_keygen_bits(
				context, EVP_PKEY_get_bits(key)) == 1))
		(void)EVP_PKEY_keygen(context, &fresh);
	EVP_PKEY_CTX_free(context);
	return fresh;
}

/* RFC 5480 2. By hand, because OpenSSL's encoders are slow to set up and
 * nearly every key of a trial is of this kind. */
static int
ec_key_write(struct der *d, EVP_PKEY *key)
{
	size_t whole = der_open(d, DER_SEQUENCE), algorithm, n;
	uint8_t point[1 + 2 * 66]; /* of the largest curve, P-521 */
	char curve[40];

	if (EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) != 1 ||
		EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
			point, sizeof(point), &n) != 1)
		return -1;
	algorithm = der_open(d, DER_SEQUENCE);
	if (der_oid(d, "id-ecPublicKey") != 0 || der_oid(d, curve) != 0)
		return -1;
	der_close(d, algorithm);
	der_bits(d, span_of(point, n), 0);
	der_close(d, whole);
	return 0;
}

int
pki_key_write(struct der *d, EVP_PKEY *key)
{
	unsigned char *octets = NULL;
	int n;

	if (EVP_PKEY_is_a(key, "EC"))
		return ec_key_write(d, key);
	n = i2d_PUBKEY(key, &octets);
	if (n <= 0)
		return -1;
	der_raw(d, span_of(octets, (size_t)n));
	OPENSSL_free(octets);
	return 0;
}

int
pki_key_id(struct span public, uint8_t out_r[20])
{
	const unsigned char *p = public.p;
	long n;
	int tag, class;

	/* Into the SEQUENCE, over the algorithm, into the BIT STRING. */
	if ((ASN1_get_object(&p, &n, &tag, &class, (long)public.n) & 0x80) != 0)
		return -1;
	if ((ASN1_get_object(&p, &n, &tag, &class, n) & 0x80) != 0)
		return -1;
	p += n;
	n = public.p + public.n - p;
	if ((ASN1_get_object(&p, &n, &tag, &class, n) & 0x80) != 0 || n < 1)
		return -1;
	return EVP_Digest(
		       p + 1, (size_t)n - 1, out_r, NULL, EVP_sha1(), NULL) == 1
		       ? 0
		       : -1;
}

/* The digest's name, or NULL with the error set. */
static const char *
digest_word(const struct spot *at, const json_t *digest)
{
	int i = spot_choice(at, digest, digest_words,
		sizeof(digest_words) / sizeof(digest_words[0]));

	return i >= 0 ? digest_words[i] : NULL;
}

int
pki_algorithm_write(struct der *d, const struct spot *at, EVP_PKEY *key,
	const json_t *digest)
{
	const char *wordz = digest_word(at, digest);
	size_t mark = der_open(d, DER_SEQUENCE);
	int type = EVP_PKEY_get_base_id(key), nid = NID_undef;

	if (wordz == NULL)
		return -1;
	if (type == EVP_PKEY_ED25519)
		nid = NID_ED25519;
	else if (OBJ_find_sigid_by_algs(&nid, OBJ_txt2nid(wordz), type) != 1)
		return spot_fail(at,
			"the issuer's key cannot sign with %s; give the issuer "
			"key = \"rsa-2048\"",
			wordz);
	if (der_oid(d, OBJ_nid2sn(nid)) != 0)
		return err_set(at->err, ERR_INTERNAL, "no OID for %s", wordz);
	/* RFC 4055 2.1, RFC 5758 3.2: NULL with RSA, nothing with others. */
	if (type == EVP_PKEY_RSA)
		der_put(d, DER_NULL, span_of(NULL, 0));
	der_close(d, mark);
	return 0;
}

int
pki_signature_write(struct der *d, const struct spot *at, EVP_PKEY *key,
	const json_t *digest, struct span bytes)
{
	const char *wordz = digest_word(at, digest);
	EVP_MD_CTX *context;
	uint8_t signature[1024];
	size_t n = sizeof(signature);
	int done;

	if (wordz == NULL)
		return -1;
	if (EVP_PKEY_is_a(key, "ED25519"))
		wordz = NULL;
	context = EVP_MD_CTX_new();
	done = context != NULL &&
	       EVP_DigestSignInit_ex(
		       context, NULL, wordz, NULL, NULL, key, NULL) == 1 &&
	       EVP_DigestSign(context, signature, &n, bytes.p, bytes.n) == 1;
	EVP_MD_CTX_free(context);
	if (!done)
		return err_set(
			at->err, ERR_TLS, "%s: OpenSSL cannot sign", at->path);
	der_bits(d, span_of(signature, n), 0);
	return 0;
}
