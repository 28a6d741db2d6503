/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of every strength, and signatures that no policy may forbid. */
#ifndef PKI_KEY_H
#define PKI_KEY_H

#include <openssl/evp.h>

#include "pki/der.h"
#include "pki/spot.h"

/*
 * A fresh key ("ec-p256", …), or, if an RSA key of that size is wanted, *spare,
 * which then is NULL; spare may be NULL. NULL with the error set.
 */
EVP_PKEY *pki_key_make(
	const struct spot *at, const json_t *kind, EVP_PKEY **spare);
/* A fresh key of the same kind and strength; NULL if OpenSSL refuses. */
EVP_PKEY *pki_key_make_like(EVP_PKEY *key);

/* SubjectPublicKeyInfo. -1 if OpenSSL refuses. */
int pki_key_write(struct der *d, EVP_PKEY *key);
/* SHA-1 of the bits of a SubjectPublicKeyInfo (RFC 5280 4.2.1.2, method 1). */
int pki_key_id(struct span public, uint8_t out_r[20]);

/* The AlgorithmIdentifier of signatures by key with the digest. */
int pki_algorithm_write(struct der *d, const struct spot *at, EVP_PKEY *key,
	const json_t *digest);

/* A BIT STRING: the signature over bytes. */
int pki_signature_write(struct der *d, const struct spot *at, EVP_PKEY *key,
	const json_t *digest, struct span bytes);

#endif
