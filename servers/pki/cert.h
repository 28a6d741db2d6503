/* SPDX-License-Identifier: Apache-2.0 */
/* One certificate, from one part of a recipe. */
#ifndef PKI_CERT_H
#define PKI_CERT_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "pki/spot.h"

struct pki_cert {
	X509 *x509;    /* owned */
	EVP_PKEY *key; /* owned */
};

/*
 * Make what part says (complete: defaults are merged), signed by the issuer,
 * or by itself if issuer is NULL; spare as in pki_key_make. 0, or -1 with the
 * error set and *out_r empty.
 */
int pki_cert_make(const struct spot *at, const json_t *part,
	const struct pki_cert *issuer, EVP_PKEY **spare,
	struct pki_cert *out_r);
/* Accepts a zeroed struct. */
void pki_cert_fini(struct pki_cert *cert);

#endif
