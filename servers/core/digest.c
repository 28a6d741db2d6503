/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes, by OpenSSL. */
#include "core/digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static int
digest_of(const EVP_MD *kind, struct span input, uint8_t *out)
{
	return EVP_Digest(input.p, input.n, out, NULL, kind, NULL) == 1 ? 0
									: -1;
}

static int
hmac_of(const EVP_MD *kind, struct span key, struct span input, uint8_t *out)
{
	/* HMAC takes a NULL key for "the key of the last call". */
	const void *p = key.n > 0 ? (const void *)key.p : "";

	if (key.n > INT_MAX)
		return -1;
	return HMAC(kind, p, (int)key.n, input.p, input.n, out, NULL) != NULL
		       ? 0
		       : -1;
}

int
digest_md5(struct span input, uint8_t out_r[DIGEST_MD5_SIZE])
{
	return digest_of(EVP_md5(), input, out_r);
}

int
digest_hmac_md5(
	struct span key, struct span input, uint8_t out_r[DIGEST_MD5_SIZE])
{
	return hmac_of(EVP_md5(), key, input, out_r);
}

int
digest_sha256(struct span input, uint8_t out_r[DIGEST_SHA256_SIZE])
{
	return digest_of(EVP_sha256(), input, out_r);
}

int
digest_hmac_sha256(
	struct span key, struct span input, uint8_t out_r[DIGEST_SHA256_SIZE])
{
	return hmac_of(EVP_sha256(), key, input, out_r);
}

int
digest_pbkdf2_sha256(struct span password, struct span salt,
	unsigned iterations, uint8_t out_r[DIGEST_SHA256_SIZE])
{
	/* A NULL password would be measured with strlen. */
	const char *p = password.n > 0 ? (const char *)password.p : "";

	if (password.n > INT_MAX || salt.n > INT_MAX || iterations > INT_MAX)
		return -1;
	return PKCS5_PBKDF2_HMAC(p, (int)password.n, salt.p, (int)salt.n,
		       (int)iterations, EVP_sha256(), DIGEST_SHA256_SIZE,
		       out_r) == 1
		       ? 0
		       : -1;
}
