/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes pki_identity_forge with recipes as JSON. Oracles: a recipe that is
 * wrong is said to be wrong, with the place; one that is right gives a chain
 * that can be written and read again. RSA keys are left out: they take longer
 * than all the rest. */
#include "harness/oracle.h"
#include "pki/forge.h"

static void
identity_check(const struct pki_identity *identity)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	int n = i2d_X509(identity->leaf, &der);
	X509 *again;

	oracle(identity->key != NULL && n > 0, "a leaf can be written");
	p = der;
	again = d2i_X509(NULL, &p, n);
	oracle(again != NULL && p == der + n, "a leaf can be read again");
	X509_free(again);
	OPENSSL_free(der);
	oracle(sk_X509_num(identity->chain) <= 32, "a chain is bounded");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pki_world *world;
	struct pki_identity identity = {.leaf = NULL};
	struct err err = {.class = ERR_NONE};
	json_t *recipe;

	if (span_find(span_of(data, size), 0, span_z("rsa")) != SIZE_MAX ||
		span_find(span_of(data, size), 0, span_z("\\u")) != SIZE_MAX)
		return 0;
	if (world == NULL)
		world = pki_world_new(NULL);
	if (world == NULL)
		abort();
	recipe = json_loadb((const char *)data, size,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	if (recipe == NULL)
		return 0;
	if (pki_identity_forge(
		    world, recipe, "mail.example.test", &identity, &err) == 0)
		identity_check(&identity);
	else
		oracle(err.class == ERR_PLAN && err.text[0] != '\0' &&
				identity.leaf == NULL,
			"a wrong recipe is an error of its author");
	pki_identity_fini(&identity);
	json_decref(recipe);
	return 0;
}
