/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates between an anchor and a host. */
#ifndef PKI_CHAIN_H
#define PKI_CHAIN_H

#include "pki/cert.h"

#define INTERMEDIATES_MAX 8

/* [0] is the leaf, then upward. */
struct pki_chain {
	struct pki_cert cert[1 + INTERMEDIATES_MAX]; /* owned */
	size_t n;
	const struct pki_cert *anchor; /* NULL: the topmost signs itself */
	EVP_PKEY **spare;              /* for the leaf, see pki_key_make */
	struct pki_cert *issuer; /* a usual intermediate below the anchor, for
				  * whoever needs one first; NULL: none */
};

/* A root: the one that clients trust, or one from elsewhere. */
int pki_root_make(bool elsewhere, struct pki_cert *out_r, struct err *err);

/* An intermediate as recipes have it that do not speak of any. */
int pki_issuer_make(
	const struct pki_cert *anchor, struct pki_cert *out_r, struct err *err);

/* Make the recipe's certificates below chain->anchor. Call fini even if it
 * fails. */
int pki_chain_make(
	const struct spot *at, const json_t *recipe, struct pki_chain *chain);
void pki_chain_fini(struct pki_chain *chain);

/* What is sent behind the leaf; NULL with the error set. */
STACK_OF(X509) * pki_chain_sent(const struct spot *at, const json_t *recipe,
			 const struct pki_chain *chain);

#endif
