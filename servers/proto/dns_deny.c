/* SPDX-License-Identifier: Apache-2.0 */
/* What proves that a name, or a type at it, is not there: NSEC (RFC 4034 4,
 * RFC 4035 3.1.3) and NSEC3 (RFC 5155 7.2). */
#include <stdlib.h>

#include "proto/dns_inner.h"

#define TTL 60
#define NSEC3_HEAD "1 0 0 -" /* SHA-1, no opt-out, no more rounds, no salt */
#define NAMES_MAX 1024       /* of a zone, with those that have nothing */

/* A name of the zone, and where it stands in the chain. */
struct link {
	ldns_rdf *name; /* owned */
	ldns_rdf *key;  /* owned: the hash as a label, for NSEC3; or NULL */
};

/* The chain of one zone. */
struct chain {
	const struct dns_lookup *lookup;
	const struct dns_cut *cut;
	struct link link[NAMES_MAX];
	size_t n;
};

static bool
is_below(const ldns_rdf *name, const ldns_rdf *top)
{
	return ldns_dname_compare(name, top) == 0 ||
	       ldns_dname_is_subdomain(name, top);
}

/* The types that this zone has at the name: of a zone that is cut out of it
 * only NS and DS (RFC 4035 2.3). */
static size_t
types_of(const struct chain *chain, const ldns_rdf *name, ldns_rr_type *out)
{
	const struct dns_signing *signing = chain->lookup->zone->signing;
	size_t n = dns_types_at(chain->lookup, name, out, DNS_TYPES_MAX);
	bool parent = dns_cut_is_apex(signing, name) &&
		      ldns_dname_compare(name, chain->cut->name) != 0;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		bool ours = dns_cut_of(signing, name, out[i]) == chain->cut;

		if (parent && dns_cut_of(signing, name, LDNS_RR_TYPE_DS) ==
				      chain->cut)
			ours = out[i] == LDNS_RR_TYPE_NS ||
			       out[i] == LDNS_RR_TYPE_DS;
		if (ours)
			out[kept++] = out[i];
	}
	return kept;
}

static int
link_compare(const void *a, const void *b)
{
	const struct link *left = a, *right = b;

	return left->key != NULL ? ldns_dname_compare(left->key, right->key)
				 : ldns_dname_compare(left->name, right->name);
}

static int
chain_add(struct chain *chain, const ldns_rdf *name)
{
	struct link *link = &chain->link[chain->n];

	for (size_t i = 0; i < chain->n; i++)
		if (ldns_dname_compare(chain->link[i].name, name) == 0)
			return 0;
	if (chain->n == NAMES_MAX)
		return -1;
	link->name = ldns_rdf_clone(name);
	link->key = NULL;
	if (link->name == NULL)
		return -1;
	chain->n++;
	if (chain->cut->denial != DNS_NSEC3)
		return 0;
	link->key = ldns_nsec3_hash_name(name, 1, 0, 0, NULL);
	return link->key != NULL ? 0 : -1;
}

/* The name, and with NSEC3 those above it, if there is something at it. */
static int
chain_take(struct chain *chain, const ldns_rdf *name, const ldns_rdf *absent)
{
	ldns_rr_type types[DNS_TYPES_MAX];
	ldns_rdf *up, *higher;
	int result;

	if (!is_below(name, chain->cut->name) ||
		(absent != NULL && is_below(name, absent)) ||
		types_of(chain, name, types) == 0)
		return 0;
	result = chain_add(chain, name);
	if (chain->cut->denial != DNS_NSEC3)
		return result;
	up = ldns_dname_left_chop(name);
	while (result == 0 && up != NULL && is_below(up, chain->cut->name)) {
		result = chain_add(chain, up);
		higher = ldns_dname_left_chop(up);
		ldns_rdf_deep_free(up);
		up = higher;
	}
	ldns_rdf_deep_free(up);
	return result;
}

static void
chain_fini(struct chain *chain)
{
	for (size_t i = 0; i < chain->n; i++) {
		ldns_rdf_deep_free(chain->link[i].name);
		ldns_rdf_deep_free(chain->link[i].key);
	}
	free(chain);
}

static void
chain_sort(struct chain *chain)
{
	qsort(chain->link, chain->n, sizeof(chain->link[0]), link_compare);
}

/* All names of the zone but those at or below absent (NULL: none), in the
 * order of their denial. NULL: no memory. */
static struct chain *
chain_new(const struct dns_lookup *lookup, const struct dns_cut *cut,
	const ldns_rdf *absent)
{
	const ldns_rr_list *all = lookup->zone->records;
	struct chain *chain = calloc(1, sizeof(*chain));
	int result = chain != NULL ? 0 : -1;

	if (chain == NULL)
		return NULL;
	chain->lookup = lookup;
	chain->cut = cut;
	for (size_t i = 0; i < ldns_rr_list_rr_count(all) && result == 0; i++)
		result = chain_take(
			chain, ldns_rr_owner(ldns_rr_list_rr(all, i)), absent);
	for (size_t i = 0; i < lookup->n && result == 0; i++) {
		ldns_rdf *name =
			ldns_dname_new_frm_str(lookup->overrides[i].name);

		result = name != NULL ? chain_take(chain, name, absent) : -1;
		ldns_rdf_deep_free(name);
	}
	if (result != 0) {
		chain_fini(chain);
		return NULL;
	}
	chain_sort(chain);
	return chain;
}

static bool
chain_has(const struct chain *chain, const ldns_rdf *name)
{
	for (size_t i = 0; i < chain->n; i++)
		if (is_below(chain->link[i].name, name))
			return true;
	return false;
}

/* A name that an override has left nothing at is there all the same. */
static int
chain_keep(struct chain *chain, const ldns_rdf *name)
{
	int result = chain_has(chain, name) ? 0 : chain_add(chain, name);

	chain_sort(chain);
	return result;
}

/* The link that stands for the name, or behind which it would stand. */
static size_t
chain_find(const struct chain *chain, const ldns_rdf *name)
{
	struct link wanted = {(ldns_rdf *)(uintptr_t)name, NULL};
	size_t i = chain->n;

	if (chain->cut->denial == DNS_NSEC3)
		wanted.key = ldns_nsec3_hash_name(name, 1, 0, 0, NULL);
	while (i > 0 && link_compare(&chain->link[i - 1], &wanted) > 0)
		i--;
	ldns_rdf_deep_free(wanted.key);
	return (i > 0 ? i : chain->n) - 1; /* before the first: the last */
}

/* " A MX RRSIG": what the bitmap of a link says. */
static int
types_text(const struct chain *chain, const struct link *link, struct buf *out)
{
	ldns_rr_type types[DNS_TYPES_MAX];
	size_t n = types_of(chain, link->name, types);
	bool is_signed = chain->cut->denial == DNS_NSEC;

	for (size_t i = 0; i < n; i++) {
		char *word = ldns_rr_type2str(types[i]);
		int full = word != NULL ? buf_addf(out, " %s", word) : -1;

		/* The NS of a zone that is cut out is not signed here. */
		is_signed =
			is_signed || types[i] != LDNS_RR_TYPE_NS ||
			ldns_dname_compare(link->name, chain->cut->name) == 0;
		free(word);
		if (full != 0)
			return -1;
	}
	return is_signed ? buf_addf(out, " RRSIG") : 0;
}

/* The first label of a hash: a name of one label. */
static int
hash_text(const ldns_rdf *key, struct buf *out)
{
	char *text = ldns_rdf2str(key);
	size_t n = text != NULL ? strcspn(text, ".") : 0;
	int full = n > 0 ? buf_add(out, span_of(text, n)) : -1;

	free(text);
	return full;
}

static int
name_text(const ldns_rdf *name, struct buf *out)
{
	char *text = ldns_rdf2str(name);
	int full = text != NULL ? buf_add(out, span_z(text)) : -1;

	free(text);
	return full;
}

/* Owner and value of the record of one link. */
static int
link_texts(const struct chain *chain, size_t at, struct buf *owner,
	struct buf *value)
{
	const struct link *link = &chain->link[at];
	const struct link *next = &chain->link[(at + 1) % chain->n];
	const bool apex_is_root = ldns_dname_label_count(chain->cut->name) == 0;

	if (chain->cut->denial == DNS_NSEC)
		return name_text(link->name, owner) == 0 &&
				       name_text(next->name, value) == 0 &&
				       types_text(chain, link, value) == 0
			       ? buf_addf(value, " NSEC")
			       : -1;
	return hash_text(link->key, owner) == 0 && buf_addf(owner, ".") == 0 &&
			       (apex_is_root || name_text(chain->cut->name,
							owner) == 0) &&
			       buf_addf(value, NSEC3_HEAD " ") == 0 &&
			       hash_text(next->key, value) == 0
		       ? types_text(chain, link, value)
		       : -1;
}

static bool
section_has(const ldns_rr_list *section, const ldns_rr *wanted)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++)
		if (ldns_rr_compare(ldns_rr_list_rr(section, i), wanted) == 0)
			return true;
	return false;
}

/* The record that speaks of the name, once. */
static int
chain_push(const struct chain *chain, const ldns_rdf *name)
{
	ldns_rr_list *authority = ldns_pkt_authority(chain->lookup->reply);
	struct buf owner, value;
	ldns_rr *rr = NULL;
	int result = -1;

	buf_init(&owner, DNS_NAME_TEXT);
	buf_init(&value, DNS_MESSAGE_MAX);
	if (chain->n > 0 &&
		link_texts(chain, chain_find(chain, name), &owner, &value) ==
			0 &&
		buf_add(&owner, span_of("", 1)) == 0 &&
		buf_add(&value, span_of("", 1)) == 0) {
		const struct dns_record_spec spec = {(const char *)owner.p,
			chain->cut->denial == DNS_NSEC ? "NSEC" : "NSEC3",
			(const char *)value.p, TTL};

		rr = dns_record_new(&spec, NULL);
	}
	if (rr != NULL && section_has(authority, rr)) {
		ldns_rr_free(rr);
		result = 0;
	} else {
		result = dns_list_add(authority, rr);
	}
	buf_fini(&owner);
	buf_fini(&value);
	return result;
}

/* "*" and a name. */
static ldns_rdf *
star_of(const ldns_rdf *name)
{
	ldns_rdf *star = ldns_dname_new_frm_str("*");
	ldns_rdf *whole =
		star != NULL ? ldns_dname_cat_clone(star, name) : NULL;

	ldns_rdf_deep_free(star);
	return whole;
}

/* That there is no such name, and no wildcard that would stand for it. */
static int
push_absent(const struct chain *chain, const ldns_rdf *name)
{
	ldns_rdf *next = ldns_rdf_clone(name);
	ldns_rdf *closest = ldns_dname_left_chop(name), *star, *up;
	int result;

	/* The closest name that is there, and the one below it that is not. */
	while (closest != NULL && !chain_has(chain, closest) &&
		ldns_dname_label_count(closest) > 0) {
		up = ldns_dname_left_chop(closest);
		ldns_rdf_deep_free(next);
		next = closest;
		closest = up;
	}
	star = closest != NULL ? star_of(closest) : NULL;
	result = next == NULL || star == NULL ||
		 chain_push(chain,
			 chain->cut->denial == DNS_NSEC ? name : next) != 0 ||
		 chain_push(chain, star) != 0 ||
		 (chain->cut->denial == DNS_NSEC3 &&
			 chain_push(chain, closest) != 0);
	ldns_rdf_deep_free(next);
	ldns_rdf_deep_free(closest);
	ldns_rdf_deep_free(star);
	return result ? -1 : 0;
}

int
dns_deny(struct dns_lookup *lookup, const ldns_rdf *name, ldns_rr_type type,
	bool exists)
{
	const struct dns_cut *cut =
		dns_cut_of(lookup->zone->signing, name, type);
	struct chain *chain;
	int result;

	lookup->denier = cut;
	if (cut->denial == DNS_UNSIGNED)
		return 0;
	chain = chain_new(lookup, cut, exists ? NULL : name);
	if (chain == NULL)
		return -1;
	if (!exists)
		result = push_absent(chain, name);
	else
		result = chain_keep(chain, name) != 0 ||
					 chain_push(chain, name) != 0
				 ? -1
				 : 0;
	chain_fini(chain);
	return result;
}
