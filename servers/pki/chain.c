/* SPDX-License-Identifier: Apache-2.0 */
/* Each part of a recipe is laid over defaults; chains grow from the top. */
#include "pki/chain.h"

#include <stdio.h>

/* What every certificate has unless its recipe says otherwise. */
static const char common_defaults[] =
	"{\"not_before\": \"-1d\", \"not_after\": \"+30d\","
	" \"key\": \"ec-p256\", \"digest\": \"sha256\", \"version\": 3,"
	" \"signature\": \"good\","
	" \"subject_key_id\": true, \"authority_key_id\": true,"
	" \"critical\": [\"basic_constraints\", \"key_usage\","
	"  \"name_constraints\"]}";
static const char root_defaults[] =
	"{\"subject\": [\"O=Latchkey\", \"CN=Latchkey Root\"],"
	" \"basic_constraints\": {\"ca\": true},"
	" \"key_usage\": [\"key-cert-sign\", \"crl-sign\"]}";
static const char elsewhere_defaults[] =
	"{\"subject\": [\"O=Elsewhere\", \"CN=Elsewhere Root\"]}";
static const char intermediate_defaults[] =
	"{\"basic_constraints\": {\"ca\": true},"
	" \"key_usage\": [\"key-cert-sign\", \"crl-sign\"]}";
static const char leaf_defaults[] =
	"{\"subject\": [\"CN={host}\"], \"san\": [\"host:{host}\"],"
	" \"basic_constraints\": {\"ca\": false},"
	" \"key_usage\": [\"digital-signature\"],"
	" \"eku\": [\"server-auth\"]}";

/* Lay the JSON text over base. Texts are ours, so they parse. */
static int
defaults_add(json_t *base, const char *textz)
{
	json_t *layer = json_loads(textz, 0, NULL);
	int result = json_object_update(base, layer);

	json_decref(layer);
	return result;
}

int
pki_root_make(bool elsewhere, struct pki_cert *out_r, struct err *err)
{
	struct spot at = {.hostz = "localhost", .err = err, .path = "root"};
	json_t *part = json_object();
	int result = -1;

	*out_r = (struct pki_cert){NULL, NULL};
	if (defaults_add(part, common_defaults) != 0 ||
		defaults_add(part, root_defaults) != 0 ||
		(elsewhere && defaults_add(part, elsewhere_defaults) != 0))
		(void)err_set(err, ERR_LIMIT, "out of memory");
	else
		result = pki_cert_make(&at, part, NULL, NULL, out_r);
	json_decref(part);
	return result;
}

/* What an intermediate is called, and how many may be below it. */
static int
intermediate_defaults_add(json_t *part, size_t number)
{
	char textz[160];

	(void)snprintf(textz, sizeof(textz),
		"{\"subject\": [\"O=Latchkey\", \"CN=Latchkey Issuer %zu\"],"
		" \"basic_constraints\": {\"ca\": true, \"pathlen\": %zu}}",
		number, number - 1);
	return defaults_add(part, intermediate_defaults) != 0 ||
			       defaults_add(part, textz) != 0
		       ? -1
		       : 0;
}

/* Make the number-th of the chain (0 is the leaf), signed by issuer. */
static int
link_make(const struct spot *at, const json_t *given, size_t number,
	const struct pki_cert *issuer, EVP_PKEY **spare, struct pki_cert *out_r)
{
	json_t *part;
	int result = -1;

	if (given != NULL && !json_is_object(given))
		return spot_fail(at, "must be a table");
	part = json_object();
	if (defaults_add(part, common_defaults) != 0 ||
		(number == 0 ? defaults_add(part, leaf_defaults)
			     : intermediate_defaults_add(part, number)) != 0 ||
		(given != NULL && json_object_update(part,
					  (json_t *)(uintptr_t)given) != 0))
		(void)err_set(at->err, ERR_LIMIT, "out of memory");
	else
		result = pki_cert_make(at, part, issuer, spare, out_r);
	json_decref(part);
	return result;
}

int
pki_issuer_make(
	const struct pki_cert *anchor, struct pki_cert *out_r, struct err *err)
{
	struct spot at = {
		.hostz = "localhost", .err = err, .path = "intermediate"};

	return link_make(&at, NULL, 1, anchor, NULL, out_r);
}

/* The one that is in stock, if that will do. */
static bool
issuer_take(struct pki_chain *chain, const json_t *list)
{
	if (list != NULL || chain->issuer == NULL ||
		chain->issuer->x509 == NULL)
		return false;
	chain->cert[1] = *chain->issuer;
	*chain->issuer = (struct pki_cert){NULL, NULL};
	return true;
}

int
pki_chain_make(
	const struct spot *at, const json_t *recipe, struct pki_chain *chain)
{
	const json_t *list = json_object_get(recipe, "intermediate");
	const struct pki_cert *issuer = chain->anchor;
	struct spot sub = spot_key(at, "intermediate"), item;
	size_t n = list != NULL ? json_array_size(list) : 1;

	if (n > INTERMEDIATES_MAX)
		return spot_fail(&sub, "must be at most %d", INTERMEDIATES_MAX);
	chain->n = n + 1;
	for (size_t i = n; i > 0; i--) {
		item = spot_item(&sub, i - 1);
		if (!issuer_take(chain, list) &&
			link_make(&item, json_array_get(list, i - 1), i, issuer,
				NULL, &chain->cert[i]) != 0)
			return -1;
		issuer = &chain->cert[i];
	}
	sub = spot_key(at, "leaf");
	return link_make(&sub, json_object_get(recipe, "leaf"), 0, issuer,
		chain->spare, &chain->cert[0]);
}

static int
sent_add(const struct spot *at, STACK_OF(X509) * stack, X509 *x509)
{
	if (!X509_add_cert(stack, x509, X509_ADD_FLAG_UP_REF))
		return err_set(at->err, ERR_LIMIT, "out of memory");
	return 0;
}

/* Certificates [from, to) of the chain. */
static int
sent_add_range(const struct spot *at, STACK_OF(X509) * stack,
	const struct pki_chain *chain, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (sent_add(at, stack, chain->cert[i].x509) != 0)
			return -1;
	return 0;
}

/* A certificate that has nothing to do with the chain. */
static int
sent_add_stray(const struct spot *at, STACK_OF(X509) * stack)
{
	struct pki_cert stray;
	int result = pki_root_make(true, &stray, at->err);

	if (result == 0)
		result = sent_add(at, stack, stray.x509);
	pki_cert_fini(&stray);
	return result;
}

static int
cross_sign(X509 *cross, const X509_NAME *issuer, EVP_PKEY *key, bool expired)
{
	int i = X509_get_ext_by_NID(cross, NID_authority_key_identifier, -1);

	if (i >= 0)
		X509_EXTENSION_free(X509_delete_ext(cross, i));
	if (expired && X509_gmtime_adj(X509_getm_notAfter(cross), -60) == NULL)
		return -1;
	return X509_set_issuer_name(cross, issuer) == 1 &&
			       X509_sign(cross, key, EVP_sha256()) != 0
		       ? 0
		       : -1;
}

/*
 * The anchor once more, with its name and key, but signed by a root that
 * nobody has: a second way up, which leads nowhere.
 */
static int
sent_add_cross(const struct spot *at, STACK_OF(X509) * stack,
	const struct pki_cert *anchor, bool expired)
{
	struct pki_cert other;
	X509 *cross = X509_dup(anchor->x509);
	X509_NAME *name = X509_NAME_new();
	int result = pki_root_make(true, &other, at->err);

	if (result == 0) {
		if (cross == NULL || name == NULL ||
			X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				(const uint8_t *)"Cross Root", -1, -1,
				0) != 1 ||
			cross_sign(cross, name, other.key, expired) != 0)
			result = err_set(at->err, ERR_LIMIT, "cross-signing");
		else
			result = sent_add(at, stack, cross);
	}
	X509_NAME_free(name);
	X509_free(cross);
	pki_cert_fini(&other);
	return result;
}

/* One word of `send`. */
static int
sent_add_word(const struct spot *at, const char *wordz, STACK_OF(X509) * stack,
	const struct pki_chain *chain)
{
	static const char prefix[] = "intermediate-";
	size_t number;

	if (strcmp(wordz, "intermediates") == 0)
		return sent_add_range(at, stack, chain, 1, chain->n);
	if (strcmp(wordz, "leaf") == 0)
		return sent_add_range(at, stack, chain, 0, 1);
	if (strcmp(wordz, "stray") == 0)
		return sent_add_stray(at, stack);
	if (strcmp(wordz, "root") == 0 && chain->anchor != NULL)
		return sent_add(at, stack, chain->anchor->x509);
	if (strcmp(wordz, "cross") == 0 && chain->anchor != NULL)
		return sent_add_cross(at, stack, chain->anchor, false);
	if (strcmp(wordz, "cross-expired") == 0 && chain->anchor != NULL)
		return sent_add_cross(at, stack, chain->anchor, true);
	if (strncmp(wordz, prefix, sizeof(prefix) - 1) == 0) {
		wordz += sizeof(prefix) - 1;
		number = wordz[0] >= '1' && wordz[0] <= '9' && wordz[1] == '\0'
				 ? (size_t)(wordz[0] - '0')
				 : 0;
		if (number > 0 && number < chain->n)
			return sent_add_range(
				at, stack, chain, number, number + 1);
	}
	return spot_fail(at, "must be one of: intermediates intermediate-N "
			     "root leaf stray cross cross-expired, and be "
			     "part of the chain");
}

STACK_OF(X509) * pki_chain_sent(const struct spot *at, const json_t *recipe,
			 const struct pki_chain *chain)
{
	const json_t *list = json_object_get(recipe, "send");
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct spot sub = spot_key(at, "send"), item;
	const char *wordz = "intermediates";
	size_t n = list != NULL ? json_array_size(list) : 1;
	int result = 0;

	if (stack == NULL) {
		(void)err_set(at->err, ERR_LIMIT, "out of memory");
		return NULL;
	}
	if (n > 2 * INTERMEDIATES_MAX)
		result = spot_fail(&sub, "is too long");
	for (size_t i = 0; i < n && result == 0; i++) {
		item = spot_item(&sub, i);
		if (list != NULL)
			result = spot_text(
				&item, json_array_get(list, i), &wordz);
		if (result == 0)
			result = sent_add_word(&item, wordz, stack, chain);
	}
	if (result == 0)
		return stack;
	sk_X509_pop_free(stack, X509_free);
	return NULL;
}

void
pki_chain_fini(struct pki_chain *chain)
{
	for (size_t i = 0; i < chain->n; i++)
		pki_cert_fini(&chain->cert[i]);
	chain->n = 0;
}
