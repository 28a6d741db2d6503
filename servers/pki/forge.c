/* SPDX-License-Identifier: Apache-2.0 */
/* Worlds and identities: what a trial trusts and what a server shows. */
#include "pki/forge.h"

#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/chain.h"
#include "pki/keep.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define HOST_MAX 253 /* RFC 1035 2.3.4, without the root's dot */

static const struct field recipe_fields[] = {
	{"certificate", FIELD_NUMBER, "1, the version of this format"},
	{"title", FIELD_TEXT, "a text"},
	{"why", FIELD_TEXT, "a text"},
	{"verdict", FIELD_TEXT, "accept, refuse or either"},
	{"requirements", FIELD_LIST, "a list of requirements' ids"},
	{"attacker", FIELD_TEXT, "path or certificate"},
	{"cwe", FIELD_LIST, "a list like [\"CWE-297\"]"},
	{"openssl", FIELD_TEXT, "what OpenSSL says of it"},
	{"openssl_accepts", FIELD_TEXT, "the reason, as a text"},
	{"anchor", FIELD_TEXT, "a text like \"untrusted-root\""},
	{"intermediate", FIELD_LIST, "a list of certificates"},
	{"leaf", FIELD_TABLE, "a table"},
	{"send", FIELD_LIST, "a list like [\"intermediates\", \"root\"]"},
};

/* Who signs the topmost certificate; the order of anchor_words. */
enum anchor {
	ANCHOR_ROOT,      /* the one that clients trust */
	ANCHOR_UNTRUSTED, /* one that they never heard of */
	ANCHOR_IMPOSTOR,  /* one with the trusted one's name */
	ANCHORS,
	ANCHOR_SELF = ANCHORS /* nobody: it signs itself */
};
static const char *const anchor_words[] = {
	"root", "untrusted-root", "impostor-root", "self"};

struct pki_world {
	struct pki_cert anchor[ANCHORS]; /* made when first needed */
	EVP_PKEY *spare;                 /* NULL: none, or taken */
	struct pki_cert issuer;          /* below the root; zero: the same */
};

static const struct pki_cert *
anchor_get(struct pki_world *world, enum anchor which, struct err *err)
{
	if (world->anchor[which].x509 == NULL &&
		pki_root_make(which == ANCHOR_UNTRUSTED, &world->anchor[which],
			err) != 0)
		return NULL;
	return &world->anchor[which];
}

struct pki_world *
pki_world_new(struct err *err)
{
	struct pki_world *world = calloc(1, sizeof(*world));

	if (world == NULL) {
		(void)err_set(err, ERR_LIMIT, "out of memory");
		return NULL;
	}
	if (anchor_get(world, ANCHOR_ROOT, err) == NULL) {
		pki_world_free(world);
		return NULL;
	}
	return world;
}

void
pki_world_free(struct pki_world *world)
{
	if (world == NULL)
		return;
	for (size_t i = 0; i < ANCHORS; i++)
		pki_cert_fini(&world->anchor[i]);
	EVP_PKEY_free(world->spare);
	pki_cert_fini(&world->issuer);
	free(world);
}

int
pki_world_keep(struct pki_world *world, const char *path, struct err *err)
{
	pki_cert_fini(&world->issuer);
	return pki_root_keep(&world->anchor[ANCHOR_ROOT], path, err);
}

int
pki_world_stock(struct pki_world *world, struct err *err)
{
	pki_cert_fini(&world->issuer);
	return pki_issuer_make(
		&world->anchor[ANCHOR_ROOT], &world->issuer, err);
}

int
pki_world_spare(struct pki_world *world, const char *path, struct err *err)
{
	FILE *file = fopen(path, "re");
	EVP_PKEY *key = NULL;

	/* An empty passphrase, so that nobody is asked for one. */
	if (file != NULL) {
		key = PEM_read_PrivateKey(file, NULL, NULL, "");
		(void)fclose(file);
	}
	if (key == NULL)
		return err_set(err, ERR_IO, "%.150s: must hold a key", path);
	EVP_PKEY_free(world->spare);
	world->spare = key;
	return 0;
}

X509 *
pki_world_root(const struct pki_world *world)
{
	return world->anchor[ANCHOR_ROOT].x509;
}

/* The parts of a recipe that are no certificate. */
static int
recipe_read(const struct spot *at, const json_t *recipe, bool *acceptable_r,
	enum anchor *anchor_r)
{
	static const char *const verdicts[] = {"refuse", "accept", "either"};
	const json_t *version, *verdict, *anchor;
	struct spot sub;
	int i;

	if (spot_check(at, recipe, recipe_fields, COUNT(recipe_fields)) != 0)
		return -1;
	version = json_object_get(recipe, "certificate");
	if (version != NULL && json_integer_value(version) != 1)
		return spot_fail(at, "certificate: must be 1");
	*acceptable_r = true;
	verdict = json_object_get(recipe, "verdict");
	if (verdict != NULL) {
		sub = spot_key(at, "verdict");
		i = spot_choice(&sub, verdict, verdicts, COUNT(verdicts));
		if (i < 0)
			return -1;
		*acceptable_r = i != 0;
	}
	*anchor_r = ANCHOR_ROOT;
	anchor = json_object_get(recipe, "anchor");
	if (anchor != NULL) {
		sub = spot_key(at, "anchor");
		i = spot_choice(
			&sub, anchor, anchor_words, COUNT(anchor_words));
		if (i < 0)
			return -1;
		*anchor_r = (enum anchor)i;
	}
	return 0;
}

int
pki_identity_forge(struct pki_world *world, const json_t *recipe,
	const char *host, struct pki_identity *out_r, struct err *err)
{
	struct spot at = {.hostz = host, .err = err, .path = ""};
	struct pki_chain chain = {.n = 0, .spare = &world->spare};
	enum anchor anchor = ANCHOR_ROOT;
	int result = -1;

	*out_r = (struct pki_identity){.leaf = NULL};
	if (host[0] == '\0' || host[0] == '.' || strlen(host) > HOST_MAX)
		return spot_fail(&at,
			"the host's name must be 1 to %d "
			"characters, the first not a dot",
			HOST_MAX);
	if (recipe_read(&at, recipe, &out_r->acceptable, &anchor) != 0)
		return -1;
	if (anchor != ANCHOR_SELF) {
		chain.anchor = anchor_get(world, anchor, err);
		if (chain.anchor == NULL)
			return -1;
	}
	if (anchor == ANCHOR_ROOT)
		chain.issuer = &world->issuer;
	if (pki_chain_make(&at, recipe, &chain) != 0)
		goto out;
	out_r->chain = pki_chain_sent(&at, recipe, &chain);
	if (out_r->chain == NULL)
		goto out;
	out_r->leaf = chain.cert[0].x509;
	out_r->key = chain.cert[0].key;
	chain.cert[0] = (struct pki_cert){NULL, NULL};
	result = 0;
out:
	pki_chain_fini(&chain);
	return result;
}

void
pki_identity_fini(struct pki_identity *identity)
{
	X509_free(identity->leaf);
	sk_X509_pop_free(identity->chain, X509_free);
	EVP_PKEY_free(identity->key);
	*identity = (struct pki_identity){.leaf = NULL};
}

int
pki_identity_print(
	const struct pki_identity *identity, BIO *out, struct err *err)
{
	bool good = PEM_write_bio_PrivateKey(out, identity->key, NULL, NULL, 0,
			    NULL, NULL) == 1 &&
		    PEM_write_bio_X509(out, identity->leaf) == 1;

	for (int i = 0; good && i < sk_X509_num(identity->chain); i++)
		good = PEM_write_bio_X509(
			       out, sk_X509_value(identity->chain, i)) == 1;
	return good ? 0 : err_set(err, ERR_TLS, "cannot print a certificate");
}

static int
pem_save(X509 *x509, const char *path, struct err *err)
{
	FILE *file = fopen(path, "wex");
	int written;

	if (file == NULL)
		return err_set(err, ERR_IO, "cannot write %.180s: %s", path,
			errno == EEXIST ? "it is there, and may be what a "
					  "machine trusts"
					: strerror(errno));
	written = PEM_write_X509(file, x509);
	if (fclose(file) != 0 || written != 1)
		return err_set(err, ERR_IO, "cannot write %.180s", path);
	return 0;
}

int
pki_world_install(const struct pki_world *world, const char *bundle,
	const char *folder, struct err *err)
{
	X509 *root = pki_world_root(world);
	char path[4096];
	int n;

	if (pem_save(root, bundle, err) != 0)
		return -1;
	if (folder == NULL)
		return 0;
	n = snprintf(path, sizeof(path), "%s/%08lx.0", folder,
		X509_subject_name_hash(root));
	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, ERR_PLAN, "the folder's name is too long");
	return pem_save(root, path, err);
}
