/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hashes that login mechanisms need, so that nobody above core has to
 * know the cryptographic library. Each returns 0, or -1 when the library
 * refuses (MD5 may be forbidden on a machine); the output is undefined then.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include "core/span.h"

#define DIGEST_MD5_SIZE 16
#define DIGEST_SHA256_SIZE 32

int digest_md5(struct span input, uint8_t out_r[DIGEST_MD5_SIZE])
	__attribute__((warn_unused_result));
int digest_hmac_md5(struct span key, struct span input,
	uint8_t out_r[DIGEST_MD5_SIZE]) __attribute__((warn_unused_result));
int digest_sha256(struct span input, uint8_t out_r[DIGEST_SHA256_SIZE])
	__attribute__((warn_unused_result));
int digest_hmac_sha256(struct span key, struct span input,
	uint8_t out_r[DIGEST_SHA256_SIZE]) __attribute__((warn_unused_result));
/* Inputs above INT_MAX bytes are refused. */
int digest_pbkdf2_sha256(struct span password, struct span salt,
	unsigned iterations, uint8_t out_r[DIGEST_SHA256_SIZE])
	__attribute__((warn_unused_result));

#endif
