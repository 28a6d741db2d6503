/* SPDX-License-Identifier: Apache-2.0 */
/* Diffie-Hellman groups that are too small to be used (RFC 9325 4.5). */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "core/tls_hello.h"

/* A safe prime of 512 bits, as anybody can make one in a second. */
static const char prime_512[] =
	"B364AC5D00729E143BEC2B87F11C6380CFA3F15181584BCADCD0885468DB6553"
	"6898725436D18F85E4D8D93936E297D0051F2B95BCE2BD8EB5BBC928FD6FE1A7";

static BIGNUM *
prime(int bits)
{
	BIGNUM *p = NULL;

	switch (bits) {
	case 512:
		return BN_hex2bn(&p, prime_512) > 0 ? p : NULL;
	case 768:
		return BN_get_rfc2409_prime_768(NULL);
	case 1024:
		return BN_get_rfc2409_prime_1024(NULL);
	default:
		return NULL;
	}
}

static EVP_PKEY *
group_of(OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEY_PARAMETERS, params) !=
			1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

EVP_PKEY *
tls_small_dh(int bits)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	BIGNUM *p = prime(bits), *g = BN_new();
	EVP_PKEY *key = NULL;

	if (build != NULL && p != NULL && g != NULL && BN_set_word(g, 2) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, p) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, g))
		params = OSSL_PARAM_BLD_to_param(build);
	if (params != NULL)
		key = group_of(params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(p);
	BN_free(g);
	return key;
}
