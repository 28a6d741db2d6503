/* SPDX-License-Identifier: Apache-2.0 */
/* The world's DNSSEC, judged by ldns: signatures, and proofs of absence. */
#include "proto/dns_sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "proto/dns.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct dns_cut_spec cuts[] = {{"first.test", DNS_NSEC},
	{"third.test", DNS_NSEC3}, {"insecure.test", DNS_UNSIGNED},
	{"deep.third.test", DNS_NSEC}};

static const struct dns_record_spec records[] = {
	{"first.test", "MX", "10 mx.third.test", 60},
	{"a.b.first.test", "A", "192.0.2.1", 60},
	{"alias.first.test", "CNAME", "mx.third.test", 60},
	{"mx.third.test", "A", "192.0.2.2", 60},
	{"mx.third.test", "A", "192.0.2.3", 60},
	{"_25._tcp.mx.third.test", "TLSA", "3 1 1 00ff", 60},
	{"mx.insecure.test", "A", "192.0.2.4", 60},
	{"www.deep.third.test", "A", "192.0.2.5", 60},
};

static const char *const forged[] = {"3 1 1 ffff"};
static const struct dns_override other_tlsa[] = {{"_25._tcp.mx.third.test",
	"TLSA", DNS_VALUES, forged, 1, 60, 0, DNS_SIGNED_WELL}};
static const struct dns_override forged_tlsa[] = {{"_25._tcp.mx.third.test",
	"TLSA", DNS_VALUES, forged, 1, 60, 0, DNS_SIGNED_NOT}};
static const struct dns_override bogus_a[] = {{"mx.third.test", "A",
	DNS_SIGNATURES, NULL, 0, 60, 0, DNS_SIGNED_BADLY}};
static const struct dns_override expired_a[] = {{"mx.third.test", "A",
	DNS_SIGNATURES, NULL, 0, 60, 0, DNS_SIGNED_EXPIRED}};
static const struct dns_override no_tlsa[] = {{"_25._tcp.mx.third.test", "TLSA",
	DNS_NXDOMAIN, NULL, 0, 60, 0, DNS_SIGNED_WELL}};
static const struct dns_override no_data[] = {{"_25._tcp.mx.third.test", "TLSA",
	DNS_NODATA, NULL, 0, 60, 0, DNS_SIGNED_WELL}};
static const struct dns_override no_a[] = {
	{"a.b.first.test", "A", DNS_NODATA, NULL, 0, 60, 0, DNS_SIGNED_WELL}};
static const struct dns_override stolen_tlsa[] = {{"_25._tcp.mx.third.test",
	"TLSA", DNS_NXDOMAIN, NULL, 0, 60, 0, DNS_SIGNED_NOT}};
static const struct dns_override no_ds[] = {
	{"third.test", "DS", DNS_NODATA, NULL, 0, 60, 0, DNS_SIGNED_WELL}};
static const struct dns_override no_mx[] = {
	{"first.test", "MX", DNS_NODATA, NULL, 0, 60, 0, DNS_SIGNED_BADLY}};

enum worth {
	GOOD,
	INSECURE,
	BOGUS
};

struct row {
	const char *title, *name;
	ldns_rr_type type;
	enum worth worth;
	const char *zone; /* who signs the last set */
	unsigned answers; /* without signatures; 0: denied */
	const struct dns_override *override;
};

static const struct row rows[] = {
	{"a record", "first.test", LDNS_RR_TYPE_MX, GOOD, "first.test.", 1,
		NULL},
	{"several records", "mx.third.test", LDNS_RR_TYPE_A, GOOD,
		"third.test.", 2, NULL},
	{"TLSA", "_25._tcp.mx.third.test", LDNS_RR_TYPE_TLSA, GOOD,
		"third.test.", 1, NULL},
	{"behind an alias", "alias.first.test", LDNS_RR_TYPE_A, GOOD,
		"third.test.", 3, NULL},
	{"an unsigned zone", "mx.insecure.test", LDNS_RR_TYPE_A, INSECURE, "",
		1, NULL},
	{"a zone in a zone", "www.deep.third.test", LDNS_RR_TYPE_A, GOOD,
		"deep.third.test.", 1, NULL},
	{"a key", "third.test", LDNS_RR_TYPE_DNSKEY, GOOD, "third.test.", 1,
		NULL},
	{"a delegation", "third.test", LDNS_RR_TYPE_DS, GOOD, ".", 1, NULL},
	{"one in a zone", "deep.third.test", LDNS_RR_TYPE_DS, GOOD,
		"third.test.", 1, NULL},
	{"the root", ".", LDNS_RR_TYPE_NS, GOOD, ".", 1, NULL},
	{"its key", ".", LDNS_RR_TYPE_DNSKEY, GOOD, ".", 1, NULL},
	{"NSEC: no such type", "first.test", LDNS_RR_TYPE_TXT, GOOD,
		"first.test.", 0, NULL},
	{"NSEC: no such name", "nope.first.test", LDNS_RR_TYPE_A, GOOD,
		"first.test.", 0, NULL},
	{"NSEC: far below", "x.y.z.first.test", LDNS_RR_TYPE_A, GOOD,
		"first.test.", 0, NULL},
	{"NSEC: behind the last", "zz.first.test", LDNS_RR_TYPE_A, GOOD,
		"first.test.", 0, NULL},
	{"NSEC: a name between", "b.first.test", LDNS_RR_TYPE_A, GOOD,
		"first.test.", 0, NULL},
	{"NSEC3: no such type", "mx.third.test", LDNS_RR_TYPE_TXT, GOOD,
		"third.test.", 0, NULL},
	{"NSEC3: no such name", "nope.third.test", LDNS_RR_TYPE_A, GOOD,
		"third.test.", 0, NULL},
	{"NSEC3: far below", "x.y.z.third.test", LDNS_RR_TYPE_A, GOOD,
		"third.test.", 0, NULL},
	{"NSEC3: a name between", "_tcp.mx.third.test", LDNS_RR_TYPE_TLSA, GOOD,
		"third.test.", 0, NULL},
	{"no delegation", "insecure.test", LDNS_RR_TYPE_DS, GOOD, ".", 0, NULL},
	{"the root: no such name", "nope.test", LDNS_RR_TYPE_A, GOOD, ".", 0,
		NULL},
	{"an unsigned zone denies", "nope.insecure.test", LDNS_RR_TYPE_A,
		INSECURE, "", 0, NULL},
	{"the owner says otherwise", "_25._tcp.mx.third.test",
		LDNS_RR_TYPE_TLSA, GOOD, "third.test.", 1, other_tlsa},
	{"somebody else does", "_25._tcp.mx.third.test", LDNS_RR_TYPE_TLSA,
		INSECURE, "", 1, forged_tlsa},
	{"a bad signature", "mx.third.test", LDNS_RR_TYPE_A, BOGUS,
		"third.test.", 2, bogus_a},
	{"an old signature", "mx.third.test", LDNS_RR_TYPE_A, BOGUS,
		"third.test.", 2, expired_a},
	{"the owner denies", "_25._tcp.mx.third.test", LDNS_RR_TYPE_TLSA, GOOD,
		"third.test.", 0, no_tlsa},
	{"the owner has nothing left there", "_25._tcp.mx.third.test",
		LDNS_RR_TYPE_TLSA, GOOD, "third.test.", 0, no_data},
	{"nor there", "a.b.first.test", LDNS_RR_TYPE_A, GOOD, "first.test.", 0,
		no_a},
	{"somebody else does", "_25._tcp.mx.third.test", LDNS_RR_TYPE_TLSA,
		INSECURE, "", 0, stolen_tlsa},
	{"a delegation made insecure", "third.test", LDNS_RR_TYPE_DS, GOOD, ".",
		0, no_ds},
	{"denied with a bad signature", "first.test", LDNS_RR_TYPE_MX, BOGUS,
		"first.test.", 0, no_mx},
};

struct world {
	struct dns_signing *signing;
	struct dns_zone zone;
};

static ldns_pkt *
ask(const struct world *world, const char *name, ldns_rr_type type,
	const struct dns_override *override, struct dns_exchange *exchange_r)
{
	ldns_pkt *query = ldns_pkt_query_new(
		ldns_dname_new_frm_str(name), type, LDNS_RR_CLASS_IN, LDNS_RD);
	ldns_pkt *reply = NULL;
	uint8_t *wire = NULL;
	size_t n = 0;
	struct buf out;

	assert_non_null(query);
	ldns_pkt_set_edns_udp_size(query, 4096);
	ldns_pkt_set_edns_do(query, true);
	assert_int_equal(ldns_pkt2wire(&wire, query, &n), LDNS_STATUS_OK);
	buf_init(&out, DNS_MESSAGE_MAX);
	assert_int_equal(dns_answer(&world->zone, span_of(wire, n), DNS_TCP,
				 override, override != NULL, &out, exchange_r),
		0);
	assert_int_equal(ldns_wire2pkt(&reply, out.p, out.n), LDNS_STATUS_OK);
	ldns_pkt_free(query);
	free(wire);
	buf_fini(&out);
	return reply;
}

/* The key of the zone that signed, from the world itself. */
static ldns_rr_list *
key_of(const struct world *world, const ldns_rdf *zone)
{
	struct dns_exchange exchange;
	char *name = ldns_rdf2str(zone);
	ldns_pkt *reply =
		ask(world, name, LDNS_RR_TYPE_DNSKEY, NULL, &exchange);
	ldns_rr_list *keys = ldns_pkt_rr_list_by_type(
		reply, LDNS_RR_TYPE_DNSKEY, LDNS_SECTION_ANSWER);

	free(name);
	ldns_pkt_free(reply);
	assert_non_null(keys);
	return keys;
}

static bool
same_set(const ldns_rr *a, const ldns_rr *b)
{
	return ldns_rr_get_type(a) == ldns_rr_get_type(b) &&
	       ldns_dname_compare(ldns_rr_owner(a), ldns_rr_owner(b)) == 0;
}

/* What all the sets of a section are worth, and who signed the last. */
static enum worth
section_worth(const struct world *world, ldns_rr_list *section, char *zone,
	size_t size)
{
	enum worth worth = GOOD;

	zone[0] = '\0';
	for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
		ldns_rr *rr = ldns_rr_list_rr(section, i), *rrsig = NULL;
		ldns_rr_list *set, *keys;
		char *text;

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG)
			continue;
		set = ldns_rr_list_new();
		for (size_t k = 0; k < ldns_rr_list_rr_count(section); k++) {
			ldns_rr *other = ldns_rr_list_rr(section, k);

			if (same_set(rr, other))
				(void)ldns_rr_list_push_rr(set, other);
			else if (ldns_rr_get_type(other) ==
					 LDNS_RR_TYPE_RRSIG &&
				 ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(
					 other)) == ldns_rr_get_type(rr) &&
				 ldns_dname_compare(ldns_rr_owner(other),
					 ldns_rr_owner(rr)) == 0)
				rrsig = other;
		}
		if (rrsig == NULL) {
			ldns_rr_list_free(set);
			return INSECURE;
		}
		keys = key_of(world, ldns_rr_rrsig_signame(rrsig));
		if (ldns_verify_rrsig_keylist(set, rrsig, keys, NULL) !=
			LDNS_STATUS_OK)
			worth = BOGUS;
		text = ldns_rdf2str(ldns_rr_rrsig_signame(rrsig));
		(void)snprintf(zone, size, "%s", text);
		free(text);
		ldns_rr_list_free(set);
		ldns_rr_list_deep_free(keys);
	}
	return worth;
}

/* Does one of the records stand for the hash of the name, or cover it? */
static bool
is_hashed(ldns_rr_list *nsec3s, const ldns_rdf *name, bool covered)
{
	bool found = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(nsec3s); i++) {
		ldns_rr *nsec3 = ldns_rr_list_rr(nsec3s, i);
		ldns_rdf *owner = ldns_rr_owner(nsec3);
		ldns_rdf *hash = ldns_nsec3_hash_name(name, 1, 0, 0, NULL);
		ldns_rdf *zone = ldns_dname_left_chop(owner);

		(void)ldns_dname_cat(hash, zone);
		found = found ||
			(covered ? ldns_nsec_covers_name(nsec3, hash)
				 : ldns_dname_compare(owner, hash) == 0);
		ldns_rdf_deep_free(hash);
		ldns_rdf_deep_free(zone);
	}
	return found;
}

/* RFC 5155 8.4, 8.5. What ldns has for that loses memory. */
static bool
is_denied_hashed(ldns_rr_list *nsec3s, const char *name, bool no_name)
{
	ldns_rdf *at = ldns_dname_new_frm_str(name), *up;
	bool denied = is_hashed(nsec3s, at, false);

	if (!no_name) {
		ldns_rdf_deep_free(at);
		return denied;
	}
	denied = false;
	while (!denied && ldns_dname_label_count(at) > 1) {
		up = ldns_dname_left_chop(at);
		denied = is_hashed(nsec3s, at, true) &&
			 is_hashed(nsec3s, up, false);
		ldns_rdf_deep_free(at);
		at = up;
	}
	ldns_rdf_deep_free(at);
	return denied;
}

/* RFC 4035 5.4. */
static bool
is_denied(ldns_rr_list *nsecs, ldns_rr_list *rrsigs, const struct row *row,
	bool no_name)
{
	ldns_rr *question = ldns_rr_new();
	ldns_status status;

	ldns_rr_set_owner(question, ldns_dname_new_frm_str(row->name));
	ldns_rr_set_type(question, row->type);
	status = ldns_dnssec_verify_denial(question, nsecs, rrsigs);
	ldns_rr_free(question);
	/* Of names between others, which need no wildcard to be denied, ldns
	 * does not know. */
	return status == LDNS_STATUS_OK ||
	       (!no_name &&
		       status == LDNS_STATUS_DNSSEC_NSEC_WILDCARD_NOT_COVERED);
}

static void
denial_check(const struct row *row, ldns_pkt *reply, bool no_name)
{
	ldns_rr_list *nsecs = ldns_pkt_rr_list_by_type(
		reply, LDNS_RR_TYPE_NSEC, LDNS_SECTION_AUTHORITY);
	ldns_rr_list *nsec3s = ldns_pkt_rr_list_by_type(
		reply, LDNS_RR_TYPE_NSEC3, LDNS_SECTION_AUTHORITY);
	ldns_rr_list *rrsigs = ldns_pkt_rr_list_by_type(
		reply, LDNS_RR_TYPE_RRSIG, LDNS_SECTION_AUTHORITY);

	if (!(nsec3s != NULL ? is_denied_hashed(nsec3s, row->name, no_name)
			     : is_denied(nsecs, rrsigs, row, no_name)))
		fail_msg("%s: not denied", row->title);
	ldns_rr_list_deep_free(nsecs);
	ldns_rr_list_deep_free(nsec3s);
	ldns_rr_list_deep_free(rrsigs);
}

static void
row_check(const struct world *world, const struct row *row)
{
	struct dns_exchange exchange;
	ldns_pkt *reply =
		ask(world, row->name, row->type, row->override, &exchange);
	ldns_rr_list *section = row->answers > 0 ? ldns_pkt_answer(reply)
						 : ldns_pkt_authority(reply);
	unsigned answers = 0;
	char zone[80];

	for (size_t i = 0; i < ldns_pkt_ancount(reply); i++)
		answers +=
			ldns_rr_get_type(ldns_rr_list_rr(ldns_pkt_answer(reply),
				i)) != LDNS_RR_TYPE_RRSIG;
	if (section_worth(world, section, zone, sizeof(zone)) != row->worth ||
		answers != row->answers || strcmp(zone, row->zone) != 0)
		fail_msg("%s: %u answers, signed by %s", row->title, answers,
			zone);
	assert_false(ldns_pkt_ad(reply));
	assert_int_equal(exchange.override, row->override != NULL ? 0 : -1);
	if (row->answers == 0 && row->worth != INSECURE)
		denial_check(row, reply,
			ldns_pkt_get_rcode(reply) == LDNS_RCODE_NXDOMAIN);
	ldns_pkt_free(reply);
}

static void
test_every_answer_is_worth_what_it_should(void **state)
{
	for (size_t i = 0; i < N(rows); i++)
		row_check(*state, &rows[i]);
}

/* Whoever does not want signatures gets none. */
static void
test_without_do_there_are_no_signatures(void **state)
{
	const struct world *world = *state;
	ldns_pkt *query =
		ldns_pkt_query_new(ldns_dname_new_frm_str("nope.first.test"),
			LDNS_RR_TYPE_A, LDNS_RR_CLASS_IN, LDNS_RD);
	ldns_pkt *reply = NULL;
	struct dns_exchange exchange;
	uint8_t *wire = NULL;
	size_t n = 0;
	struct buf out;

	assert_int_equal(ldns_pkt2wire(&wire, query, &n), LDNS_STATUS_OK);
	buf_init(&out, DNS_MESSAGE_MAX);
	assert_int_equal(dns_answer(&world->zone, span_of(wire, n), DNS_UDP,
				 NULL, 0, &out, &exchange),
		0);
	assert_int_equal(ldns_wire2pkt(&reply, out.p, out.n), LDNS_STATUS_OK);
	assert_int_equal(ldns_pkt_nscount(reply), 1); /* the SOA */
	ldns_pkt_free(query);
	ldns_pkt_free(reply);
	free(wire);
	buf_fini(&out);
}

static void
test_the_anchor_is_the_key_of_the_root(void **state)
{
	const struct world *world = *state;
	ldns_rr_list *keys;
	ldns_rdf *root = ldns_dname_new_frm_str(".");
	ldns_rr *anchor = NULL;
	struct buf text;

	buf_init(&text, DNS_MESSAGE_MAX);
	assert_int_equal(dns_signing_anchor(world->signing, &text), 0);
	assert_int_equal(buf_add(&text, span_of("", 1)), 0);
	assert_int_equal(ldns_rr_new_frm_str(
				 &anchor, (const char *)text.p, 0, NULL, NULL),
		LDNS_STATUS_OK);
	keys = key_of(world, root);
	assert_int_equal(ldns_rr_compare(ldns_rr_list_rr(keys, 0), anchor), 0);
	ldns_rr_list_deep_free(keys);
	ldns_rdf_deep_free(root);
	ldns_rr_free(anchor);
	buf_fini(&text);
}

static void
test_a_zone_needs_a_name(void **state)
{
	static const struct dns_cut_spec bad[] = {{"a..b", DNS_NSEC}};
	struct err err;

	(void)state;
	assert_null(dns_signing_new(bad, 1, "127.0.0.1", 0, &err));
	assert_int_equal(err.class, ERR_PLAN);
	assert_null(
		dns_signing_new(cuts, DNS_CUTS_MAX + 1, "127.0.0.1", 0, &err));
}

static int
setup(void **state)
{
	static struct world world;
	struct err err;

	world.signing = dns_signing_new(
		cuts, N(cuts), "127.0.0.1", (uint32_t)time(NULL), &err);
	world.zone.signing = world.signing;
	*state = &world;
	return world.signing != NULL
		       ? dns_zone_load(&world.zone, records, N(records), &err)
		       : -1;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	dns_zone_fini(&world->zone);
	dns_signing_free(world->signing);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_answer_is_worth_what_it_should),
		cmocka_unit_test(test_without_do_there_are_no_signatures),
		cmocka_unit_test(test_the_anchor_is_the_key_of_the_root),
		cmocka_unit_test(test_a_zone_needs_a_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
