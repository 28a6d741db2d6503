/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificate forge: any chain from a recipe, at trial time. No key touches
 * a disk, unless one asks for it (pki_world_keep) but that of a client, in its
 * own home.
 */
#ifndef PKI_FORGE_H
#define PKI_FORGE_H

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "core/err.h"

/* What a server shows: leaf first, then what it sends behind it. */
struct pki_identity {
	X509 *leaf;             /* owned */
	STACK_OF(X509) * chain; /* owned; sent behind the leaf, in this order;
				 * may be empty */
	EVP_PKEY *key;          /* owned; the leaf's */
	bool acceptable;        /* a client must accept it (for its host) */
};

/* The anchors of one world: the CA that the client is told to trust. */
struct pki_world;

/* Makes the trusted root ("root") with a fresh EC key. NULL on failure. */
struct pki_world *pki_world_new(struct err *err);
void pki_world_free(struct pki_world *world);
/*
 * Take the root from a file (PEM: key, certificate), or keep ours in it if it
 * is empty or not there: before anything was forged. 0, or -1 with *err.
 */
int pki_world_keep(struct pki_world *world, const char *path, struct err *err);

/*
 * Make an intermediate for the first identity whose recipe speaks of none: what
 * several processes inherit need not be made in each. 0, or -1 with *err.
 */
int pki_world_stock(struct pki_world *world, struct err *err);

/*
 * Take a key from a file (PEM) for the first leaf that is to have an RSA key of
 * its size: to make one takes longer than all the rest of a trial. 0, or -1
 * with *err.
 */
int pki_world_spare(struct pki_world *world, const char *path, struct err *err);

/* The root that clients trust. Owned by world. */
X509 *pki_world_root(const struct pki_world *world);

/*
 * Make what the recipe (corpus/certificates, merged by the catalog; format in
 * docs/certificates.md) asks for, for the host. 0, or -1 with *err: ERR_PLAN
 * says which key of the recipe is wrong and what would be right.
 */
int pki_identity_forge(struct pki_world *world, const json_t *recipe,
	const char *host, struct pki_identity *out_r, struct err *err);
/* Frees what is inside; accepts a zeroed struct. */
void pki_identity_fini(struct pki_identity *identity);

/* Write it as PEM, as programs read it from one file: the key, the leaf, and
 * what is sent behind it. 0, or -1 with *err. */
int pki_identity_print(
	const struct pki_identity *identity, BIO *out, struct err *err);

/*
 * Write the root as a PEM bundle to the file bundle, and, unless folder is
 * NULL, to folder/<subject hash>.0 (OpenSSL's name for it). Neither may be
 * there yet: a world that somebody starts outside a sandbox leaves alone what
 * the machine trusts (ERR_IO).
 */
int pki_world_install(const struct pki_world *world, const char *bundle,
	const char *folder, struct err *err);

#endif
