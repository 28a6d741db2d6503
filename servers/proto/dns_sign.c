/* SPDX-License-Identifier: Apache-2.0 */
/* Zones, their keys, and the signatures of a reply. */
#include "proto/dns_sign.h"

#include <stdlib.h>

#include "proto/dns_inner.h"

#define BITS 256
#define DAY (24U * 60 * 60)
#define TTL 60
/* Resolvers bear with signatures that ended a day ago, if they were long. */
#define EXPIRED_SINCE (10 * DAY)

static int
cut_sign(struct dns_cut *cut)
{
	ldns_key *key =
		ldns_key_new_frm_algorithm(LDNS_SIGN_ECDSAP256SHA256, BITS);

	cut->keys = ldns_key_list_new();
	if (key == NULL || cut->keys == NULL ||
		!ldns_key_list_push_key(cut->keys, key)) {
		ldns_key_free(key);
		return -1;
	}
	ldns_key_set_pubkey_owner(key, ldns_rdf_clone(cut->name));
	ldns_key_set_flags(key, LDNS_KEY_ZONE_KEY | LDNS_KEY_SEP_KEY);
	ldns_key_set_origttl(key, TTL);
	cut->dnskey = ldns_key2rr(key);
	if (cut->dnskey == NULL)
		return -1;
	ldns_key_set_keytag(key, ldns_calc_keytag(cut->dnskey));
	cut->ds = ldns_key_rr2ds(cut->dnskey, LDNS_SHA256);
	return cut->ds != NULL ? 0 : -1;
}

static int
cut_init(struct dns_cut *cut, const struct dns_cut_spec *spec)
{
	cut->name = ldns_dname_new_frm_str(spec->name);
	cut->denial = spec->denial;
	if (cut->name == NULL)
		return -1;
	return spec->denial == DNS_UNSIGNED ? 0 : cut_sign(cut);
}

struct dns_signing *
dns_signing_new(const struct dns_cut_spec *cuts, size_t n, const char *address,
	uint32_t now, struct err *err)
{
	static const struct dns_cut_spec root = {".", DNS_NSEC};
	struct dns_signing *signing = calloc(1, sizeof(*signing));

	if (signing == NULL || n > DNS_CUTS_MAX) {
		free(signing);
		(void)err_set(
			err, ERR_PLAN, "dns.zones: at most %d", DNS_CUTS_MAX);
		return NULL;
	}
	signing->now = now;
	(void)snprintf(
		signing->address, sizeof(signing->address), "%s", address);
	for (size_t i = 0; i <= n; i++) {
		const struct dns_cut_spec *spec = i == 0 ? &root : &cuts[i - 1];

		signing->n++;
		if (cut_init(&signing->cut[i], spec) == 0)
			continue;
		(void)err_set(err, ERR_PLAN,
			"dns.zones: %.80s is no name of a zone", spec->name);
		dns_signing_free(signing);
		return NULL;
	}
	return signing;
}

void
dns_signing_free(struct dns_signing *signing)
{
	if (signing == NULL)
		return;
	for (size_t i = 0; i < signing->n; i++) {
		struct dns_cut *cut = &signing->cut[i];

		ldns_rdf_deep_free(cut->name);
		if (cut->keys != NULL)
			ldns_key_list_free(cut->keys);
		ldns_rr_free(cut->dnskey);
		ldns_rr_free(cut->ds);
	}
	free(signing);
}

int
dns_signing_anchor(const struct dns_signing *signing, struct buf *out)
{
	char *text = ldns_rr2str(signing->cut[0].dnskey);
	int result = text != NULL ? buf_add(out, span_z(text)) : -1;

	free(text);
	return result;
}

/* The zone that has the records of that type (RFC 4035 3.1.4.1: a DS is the
 * parent's). */
const struct dns_cut *
dns_cut_of(const struct dns_signing *signing, const ldns_rdf *name,
	ldns_rr_type type)
{
	const struct dns_cut *best = &signing->cut[0];

	for (size_t i = 1; i < signing->n; i++) {
		const struct dns_cut *cut = &signing->cut[i];
		bool apex = ldns_dname_compare(cut->name, name) == 0;

		if ((!apex && !ldns_dname_is_subdomain(name, cut->name)) ||
			(apex && type == LDNS_RR_TYPE_DS))
			continue;
		if (ldns_dname_label_count(cut->name) >
			ldns_dname_label_count(best->name))
			best = cut;
	}
	return best;
}

bool
dns_cut_is_apex(const struct dns_signing *signing, const ldns_rdf *name)
{
	for (size_t i = 0; i < signing->n; i++)
		if (ldns_dname_compare(signing->cut[i].name, name) == 0)
			return true;
	return false;
}

/* "ns.example.test." for the zone example.test. */
static char *
server_name(const struct dns_cut *cut, const char *label)
{
	char *zone = ldns_rdf2str(cut->name), *name = NULL;

	if (zone != NULL && asprintf(&name, "%s.%s", label,
				    strcmp(zone, ".") == 0 ? "" : zone) < 0)
		name = NULL;
	free(zone);
	return name;
}

static int
record_add(ldns_rr_list *records, const char *name, const char *type,
	const char *value)
{
	const struct dns_record_spec spec = {name, type, value, TTL};

	return dns_list_add(records, dns_record_new(&spec, NULL));
}

/* What every zone has: SOA, NS, the address of the server; of a signed one
 * DNSKEY and DS. */
static int
cut_records(const struct dns_signing *signing, const struct dns_cut *cut,
	ldns_rr_list *records)
{
	char *zone = ldns_rdf2str(cut->name), *server = server_name(cut, "ns");
	char *soa = NULL;
	int bad =
		zone == NULL || server == NULL ||
		asprintf(&soa, "%s %s 1 3600 600 86400 60", server, server) < 0;

	bad = bad || record_add(records, zone, "SOA", soa) != 0 ||
	      record_add(records, zone, "NS", server) != 0 ||
	      record_add(records, server, "A", signing->address) != 0;
	if (!bad && cut->denial != DNS_UNSIGNED)
		bad = dns_list_add(records, ldns_rr_clone(cut->dnskey)) != 0 ||
		      (cut != &signing->cut[0] &&
			      dns_list_add(records, ldns_rr_clone(cut->ds)) !=
				      0);
	free(zone);
	free(server);
	free(soa);
	return bad ? -1 : 0;
}

int
dns_signing_records(const struct dns_signing *signing, ldns_rr_list *records)
{
	for (size_t i = 0; i < signing->n; i++)
		if (cut_records(signing, &signing->cut[i], records) != 0)
			return -1;
	return 0;
}

/* --- signatures */

static ldns_rr_list *
set_sign(const struct dns_signing *signing, const struct dns_cut *cut,
	ldns_rr_list *set, enum dns_signatures how)
{
	ldns_key *key = ldns_key_list_key(cut->keys, 0);
	uint32_t until = how == DNS_SIGNED_EXPIRED
				 ? signing->now - EXPIRED_SINCE
				 : signing->now + 30 * DAY;

	ldns_key_set_inception(key, until - 31 * DAY);
	ldns_key_set_expiration(key, until);
	return ldns_sign_public(set, cut->keys);
}

/* Another signature of the same length. */
static void
signature_spoil(ldns_rr *rrsig)
{
	ldns_rdf *bytes = ldns_rr_rrsig_sig(rrsig);

	if (bytes != NULL && ldns_rdf_size(bytes) > 0)
		ldns_rdf_data(bytes)[ldns_rdf_size(bytes) - 1] ^= 1;
}

static int
set_finish(const struct dns_lookup *lookup, ldns_rr_list *set,
	enum dns_signatures how, ldns_rr_list *out)
{
	const struct dns_signing *signing = lookup->zone->signing;
	const ldns_rr *first = ldns_rr_list_rr(set, 0);
	const ldns_rr_type type = ldns_rr_get_type(first);
	/* Where a zone is cut out, the NSEC is that of the one above. */
	const struct dns_cut *cut =
		type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3
			? lookup->denier
			: dns_cut_of(signing, ldns_rr_owner(first), type);
	ldns_rr_list *signatures;
	ldns_rr *rrsig;
	int result = 0;

	if (cut == NULL || cut->denial == DNS_UNSIGNED || how == DNS_SIGNED_NOT)
		return 0;
	signatures = set_sign(signing, cut, set, how);
	if (signatures == NULL)
		return -1;
	while (result == 0 &&
		(rrsig = ldns_rr_list_pop_rr(signatures)) != NULL) {
		if (how == DNS_SIGNED_BADLY)
			signature_spoil(rrsig);
		result = dns_list_add(out, rrsig);
	}
	ldns_rr_list_deep_free(signatures);
	return result;
}

/* Signatures for all sets of a section, behind its records. */
static int
section_sign(struct dns_lookup *lookup, ldns_rr_list *section,
	enum dns_signatures negative)
{
	const size_t n = ldns_rr_list_rr_count(section);
	int result = 0;

	for (size_t i = 0; i < n && result == 0; i++) {
		ldns_rr *rr = ldns_rr_list_rr(section, i);
		ldns_rr_list *set = ldns_rr_list_new();
		enum dns_signatures how = negative;
		bool seen = false;

		if (set == NULL)
			return -1;
		for (size_t k = 0; k < n; k++) {
			ldns_rr *other = ldns_rr_list_rr(section, k);

			if (ldns_rr_get_type(other) != ldns_rr_get_type(rr) ||
				ldns_dname_compare(ldns_rr_owner(other),
					ldns_rr_owner(rr)) != 0)
				continue;
			seen = seen || k < i;
			(void)ldns_rr_list_push_rr(set, other);
		}
		if (how == DNS_SIGNED_WELL)
			how = dns_override_signs(lookup, ldns_rr_owner(rr),
				ldns_rr_get_type(rr));
		if (!seen)
			result = set_finish(lookup, set, how, section);
		ldns_rr_list_free(set);
	}
	return result;
}

int
dns_reply_sign(struct dns_lookup *lookup)
{
	ldns_pkt *reply = lookup->reply;

	return section_sign(lookup, ldns_pkt_answer(reply), DNS_SIGNED_WELL) ==
				       0 &&
			       section_sign(lookup, ldns_pkt_authority(reply),
				       lookup->negative) == 0 &&
			       section_sign(lookup, ldns_pkt_additional(reply),
				       DNS_SIGNED_WELL) == 0
		       ? 0
		       : -1;
}
