/* SPDX-License-Identifier: Apache-2.0 */
/* TLSA records of certificates that were forged a moment ago (RFC 6698 2.1). */
#include <stdlib.h>

#include "world/world.h"

#define FIELDS 3 /* usage, selector, matching type */

/* The certificate that a value names; NULL if there is none. Borrowed. */
static X509 *
named(const struct world *world, enum plan_certificate which, struct span name)
{
	const struct pki_identity *identity = NULL;
	int behind;

	if (which == PLAN_CERTIFICATE_ROOT)
		return pki_world_root(world->pki);
	for (unsigned i = 0; i < world->plan->identities; i++)
		if (span_eq(name, span_z(world->plan->identity_name[i])))
			identity = &world->identity[i];
	if (identity == NULL || identity->leaf == NULL)
		return NULL;
	behind = sk_X509_num(identity->chain);
	if (which == PLAN_CERTIFICATE_LEAF || behind <= 0)
		return identity->leaf;
	return sk_X509_value(identity->chain,
		which == PLAN_CERTIFICATE_ISSUER ? 0 : behind - 1);
}

/* Selector 0: all of it, 1: its public key. Owned; *n_r: bytes. */
static uint8_t *
selected(X509 *certificate, unsigned selector, size_t *n_r)
{
	unsigned char *der = NULL;
	int n = selector == 1 ? i2d_X509_PUBKEY(
					X509_get_X509_PUBKEY(certificate), &der)
			      : i2d_X509(certificate, &der);

	*n_r = n > 0 ? (size_t)n : 0;
	return der;
}

/* Appends in hexadecimal what the matching type makes of the bytes. */
static int
matched(struct span bytes, unsigned matching, struct buf *out)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n;

	if (matching == 1 || matching == 2) {
		if (EVP_Digest(bytes.p, bytes.n, digest, &n,
			    matching == 1 ? EVP_sha256() : EVP_sha512(),
			    NULL) != 1)
			return -1;
		bytes = span_of(digest, n);
	}
	for (size_t i = 0; i < bytes.n; i++)
		if (buf_addf(out, "%02x", bytes.p[i]) != 0)
			return -1;
	return 0;
}

/* The value with the data of its certificate; NULL if that is not there. */
static char *
associated(const struct world *world, const char *type, const char *value)
{
	unsigned field[FIELDS] = {0};
	struct span name;
	enum plan_certificate which = plan_certificate_of(type, value, &name);
	X509 *certificate;
	uint8_t *der;
	struct buf text;
	char *whole = NULL;
	size_t n;

	if (which == PLAN_CERTIFICATE_NONE ||
		sscanf(value, "%3u %3u %3u", &field[0], &field[1], &field[2]) !=
			FIELDS)
		return NULL;
	certificate = named(world, which, name);
	if (certificate == NULL)
		return NULL;
	der = selected(certificate, field[1], &n);
	buf_init(&text, 4 * DNS_MESSAGE_MAX);
	if (der != NULL &&
		buf_addf(&text, "%u %u %u ", field[0], field[1], field[2]) ==
			0 &&
		matched(span_of(der, n), field[2], &text) == 0)
		whole = strndup((const char *)text.p, text.n);
	buf_fini(&text);
	OPENSSL_free(der);
	return whole;
}

/* *value is the plan's; what is put in its place is kept in the world. */
static bool
replace(struct world *world, const char *type, const char **value)
{
	char *whole = associated(world, type, *value);

	if (whole == NULL)
		return false;
	world->tlsa[world->tlsas++] = whole;
	*value = whole;
	return true;
}

int
associate(struct world *world, struct err *err)
{
	struct plan *plan = world->plan;
	struct fault *fault = &plan->fault;
	bool any = false;

	for (unsigned i = 0; i < plan->dns_records; i++)
		any = replace(world, plan->dns_record[i].type,
			      &plan->dns_record[i].value) ||
		      any;
	if (plan->has_fault && fault->action == FAULT_DNS)
		for (unsigned i = 0; i < fault->dns.values; i++)
			(void)replace(
				world, fault->dns.type, &fault->dns_value[i]);
	return any ? dns_port_turn(world, err) : 0;
}

void
associate_fini(struct world *world)
{
	while (world->tlsas > 0)
		free(world->tlsa[--world->tlsas]);
}
