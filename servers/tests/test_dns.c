/* SPDX-License-Identifier: Apache-2.0 */
/* The world's DNS: questions, whole and cut short. */
#include "proto/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#define ZONE_SIZE (sizeof(zone_records) / sizeof(zone_records[0]))

static const struct dns_record_spec zone_records[] = {
	{"example.test", "MX", "10 mx.example.test", 60},
	{"example.test", "MX", "20 mx2.example.test.", 60},
	{"example.test", "NS", "mx.example.test", 60},
	{"mx.example.test", "A", "192.0.2.1", 60},
	{"mx.example.test", "AAAA", "2001:db8::1", 60},
	{"mx2.example.test", "A", "192.0.2.2", 60},
	{"_imaps._tcp.example.test", "SRV", "0 1 993 mx.example.test", 60},
	{"_imap._tcp.example.test", "SRV", "0 0 0 .", 60},
	{"_mta-sts.example.test", "TXT", "\"v=STSv1; id=1;\" \"b \\\"c\\\"\"",
		60},
	{"_25._tcp.mx.example.test", "TLSA", "3 1 1 00ff", 60},
	{"alias.example.test", "CNAME", "alias2.example.test", 60},
	{"alias2.example.test", "CNAME", "MX.example.test", 60},
	{"dangling.example.test", "CNAME", "gone.example.test", 60},
	{"loop.example.test", "CNAME", "loop.example.test", 60},
	{"1.2.0.192.in-addr.arpa", "PTR", "mx.example.test", 60},
	{"own.test", "SOA", "ns.own.test h.own.test 7 1 2 3 4", 60},
	{"a.b.own.test", "A", "192.0.2.9", 60},
};

static const char *const other_mx[] = {"5 evil.test"};
static const char *const other_a[] = {"192.0.2.66"};

static const struct dns_override mx_values[] = {
	{"example.test", "MX", DNS_VALUES, other_mx, 1, 0, 0, DNS_SIGNED_WELL}};
static const struct dns_override a_values[] = {
	{"none.test", "A", DNS_NODATA, NULL, 0, 0, 0, DNS_SIGNED_WELL},
	{"mx.example.test.", "A", DNS_VALUES, other_a, 1, 0, 0,
		DNS_SIGNED_WELL},
	{"mx.example.test", "A", DNS_SERVFAIL, NULL, 0, 0, 0, DNS_SIGNED_WELL}};
static const struct dns_override new_values[] = {
	{"evil.test", "A", DNS_VALUES, other_a, 1, 0, 0, DNS_SIGNED_WELL}};
static const char *const host[] = {"MX.example.test"};
static const struct dns_override an_alias[] = {{"mx2.example.test", "CNAME",
	DNS_VALUES, host, 1, 0, 0, DNS_SIGNED_WELL}};
static const char *const nowhere[] = {"gone.example.test"};
static const struct dns_override to_nowhere[] = {{"_mta-sts.example.test",
	"CNAME", DNS_VALUES, nowhere, 1, 0, 0, DNS_SIGNED_WELL}};
static const char *const near_mx[] = {"5 mx.example.test"};
static const struct dns_override both_values[] = {
	{"mx.example.test", "A", DNS_VALUES, other_a, 1, 0, 0, DNS_SIGNED_WELL},
	{"example.test", "MX", DNS_VALUES, near_mx, 1, 0, 0, DNS_SIGNED_WELL}};
static const char *const lone_dot[] = {"0 0 0 ."};
static const struct dns_override all_below[] = {{"*._tcp.example.test", "SRV",
	DNS_VALUES, lone_dot, 1, 60, 0, DNS_SIGNED_WELL}};
static const struct dns_override a_nxdomain[] = {
	{"mx.example.test", "A", DNS_NXDOMAIN, NULL, 0, 0, 0, DNS_SIGNED_WELL}};
static const struct dns_override a_servfail[] = {
	{"mx.example.test", "A", DNS_SERVFAIL, NULL, 0, 0, 0, DNS_SIGNED_WELL}};
static const struct dns_override any_refused[] = {{"mx.example.test", "ANY",
	DNS_REFUSED, NULL, 0, 0, 0, DNS_SIGNED_WELL}};
static const struct dns_override a_nodata[] = {
	{"mx.example.test", "A", DNS_NODATA, NULL, 0, 0, 0, DNS_SIGNED_WELL}};
static const struct dns_override a_drop[] = {
	{"MX.example.test", "A", DNS_DROP, NULL, 0, 0, 0, DNS_SIGNED_WELL}};
static const struct dns_override mx_tc[] = {
	{"example.test", "MX", DNS_TRUNCATE, NULL, 0, 0, 0, DNS_SIGNED_WELL}};
static const struct dns_override a_delay[] = {
	{"mx.example.test", "A", DNS_DELAY, NULL, 0, 0, 1.5, DNS_SIGNED_WELL}};

#define MX_ANSWER                                                              \
	"example.test MX 10 mx.example.test.|example.test MX 20 "              \
	"mx2.example.test."
#define MX_A "mx.example.test A 192.0.2.1"
#define EVIL_A "mx.example.test A 192.0.2.66"
#define ALIAS                                                                  \
	"alias.example.test CNAME alias2.example.test.|alias2.example.test "   \
	"CNAME MX.example.test.|"
#define SOA_DEFAULT                                                            \
	"example.test. SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 "  \
	"60"
#define NO_OVERRIDE .override = -1

struct question {
	const char *row;
	const char *name;
	unsigned type;
	const char *rcode;
	const char *answer;    /* joined by '|' */
	const char *authority; /* owner and rdata of the one record */
	unsigned additional;   /* records, without OPT */
	int override;
	const struct dns_override *overrides;
	size_t n;
	unsigned class; /* 0: IN */
	unsigned edns;  /* UDP size of an OPT, 0: none */
	unsigned edns_version;
	bool tcp, tc;
	double seconds;
};

#define WITH(o) .overrides = o, .n = sizeof(o) / sizeof((o)[0])

static const struct question questions[] = {
	{"an address", "mx.example.test", 1, "NOERROR", MX_A, NO_OVERRIDE},
	{"letters of any case come back", "mX.eXample.TEST", 1, "NOERROR",
		"mx.example.test A 192.0.2.1", NO_OVERRIDE},
	{"AAAA", "mx.example.test", 28, "NOERROR",
		"mx.example.test AAAA 2001:db8::1", NO_OVERRIDE},
	{"MX brings its addresses", "example.test", 15, "NOERROR", MX_ANSWER,
		.additional = 3, NO_OVERRIDE},
	{"the same over TCP", "example.test", 15, "NOERROR", MX_ANSWER,
		.additional = 3, .tcp = true, NO_OVERRIDE},
	{"the same with EDNS", "example.test", 15, "NOERROR", MX_ANSWER,
		.additional = 3, .edns = 4096, NO_OVERRIDE},
	{"an OPT of no size", "mx.example.test", 1, "NOERROR", MX_A,
		.edns = 0x10000, NO_OVERRIDE},
	{"EDNS from the future", "example.test", 15, "BADVERS", "",
		.edns = 4096, .edns_version = 1, NO_OVERRIDE},
	{"SRV brings its address", "_imaps._tcp.example.test", 33, "NOERROR",
		"_imaps._tcp.example.test SRV 0 1 993 mx.example.test.",
		.additional = 2, NO_OVERRIDE},
	{"SRV that says no", "_imap._tcp.example.test", 33, "NOERROR",
		"_imap._tcp.example.test SRV 0 0 0 .", NO_OVERRIDE},
	{"NS", "example.test", 2, "NOERROR", "example.test NS mx.example.test.",
		.additional = 2, NO_OVERRIDE},
	{"TXT of two strings", "_mta-sts.example.test", 16, "NOERROR",
		"_mta-sts.example.test TXT \"v=STSv1; id=1;\" "
		"\"b \\\"c\\\"\"",
		NO_OVERRIDE},
	{"TLSA", "_25._tcp.mx.example.test", 52, "NOERROR",
		"_25._tcp.mx.example.test TLSA 3 1 1 00ff", NO_OVERRIDE},
	{"PTR", "1.2.0.192.in-addr.arpa", 12, "NOERROR",
		"1.2.0.192.in-addr.arpa PTR mx.example.test.", NO_OVERRIDE},
	{"SOA", "own.test", 6, "NOERROR",
		"own.test SOA ns.own.test. h.own.test. 7 1 2 3 4", NO_OVERRIDE},
	{"a chain of CNAMEs", "alias.example.test", 1, "NOERROR", ALIAS MX_A,
		NO_OVERRIDE},
	{"the CNAME itself", "alias2.example.test", 5, "NOERROR",
		"alias2.example.test CNAME MX.example.test.", NO_OVERRIDE},
	{"a CNAME to nowhere", "dangling.example.test", 1, "NXDOMAIN",
		"dangling.example.test CNAME gone.example.test.", SOA_DEFAULT,
		NO_OVERRIDE},
	{"a CNAME to itself", "loop.example.test", 1, "SERVFAIL", "",
		NO_OVERRIDE},
	{"ANY", "mx.example.test", 255, "NOERROR",
		MX_A "|mx.example.test AAAA 2001:db8::1", NO_OVERRIDE},
	{"no such name", "nope.example.test", 1, "NXDOMAIN", "", SOA_DEFAULT,
		NO_OVERRIDE},
	{"no such type", "mx2.example.test", 28, "NOERROR", "", SOA_DEFAULT,
		NO_OVERRIDE},
	{"a name between", "b.own.test", 1, "NOERROR", "",
		"own.test. SOA ns.own.test. h.own.test. 7 1 2 3 4",
		NO_OVERRIDE},
	{"the root", "", 1, "NOERROR", "",
		". SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 60",
		NO_OVERRIDE},
	{"a name that ends like another", "xexample.test", 1, "NXDOMAIN", "",
		"xexample.test. SOA ns.invalid. hostmaster.invalid. 1 3600 600 "
		"86400 60",
		NO_OVERRIDE},
	{"class CH", "version.bind", 16, "REFUSED", "", .class = 3,
		NO_OVERRIDE},
	{"AXFR", "example.test", 252, "NOTIMPL", "", .tcp = true, NO_OVERRIDE},

	{"other values", "example.test", 15, "NOERROR",
		"example.test MX 5 evil.test.", WITH(mx_values)},
	{"only that type", "example.test", 2, "NOERROR",
		"example.test NS mx.example.test.", .additional = 2,
		NO_OVERRIDE, WITH(mx_values)},
	{"the first that fits", "mx.example.test", 1, "NOERROR", EVIL_A,
		.override = 1, WITH(a_values)},
	{"behind a CNAME", "alias.example.test", 1, "NOERROR", ALIAS EVIL_A,
		.override = 1, WITH(a_values)},
	{"in what comes along", "_imaps._tcp.example.test", 33, "NOERROR",
		"_imaps._tcp.example.test SRV 0 1 993 mx.example.test.",
		.additional = 2, .override = 1, WITH(a_values)},
	{"the question's before that of what comes along", "example.test", 15,
		"NOERROR", "example.test MX 5 mx.example.test.",
		.additional = 2, .override = 1, WITH(both_values)},
	{"in ANY", "mx.example.test", 255, "NOERROR",
		"mx.example.test AAAA 2001:db8::1|" EVIL_A, .override = 1,
		WITH(a_values)},
	{"a name that the zone has not", "evil.test", 1, "NOERROR",
		"evil.test A 192.0.2.66", WITH(new_values)},
	{"it exists for other types, too", "evil.test", 28, "NOERROR", "",
		"evil.test. SOA ns.invalid. hostmaster.invalid. 1 3600 600 "
		"86400 60",
		NO_OVERRIDE, WITH(new_values)},
	{"an alias in the place of all else", "mx2.example.test", 1, "NOERROR",
		"mx2.example.test CNAME MX.example.test.|" MX_A,
		WITH(an_alias)},
	{"an alias hides other types, too", "_mta-sts.example.test", 16,
		"NXDOMAIN", "_mta-sts.example.test CNAME gone.example.test.",
		SOA_DEFAULT, WITH(to_nowhere)},
	{"all names below one", "_imaps._tcp.example.test", 33, "NOERROR",
		"_imaps._tcp.example.test SRV 0 0 0 .", WITH(all_below)},
	{"all names below one, of that type", "mx.example.test", 1, "NOERROR",
		MX_A, NO_OVERRIDE, WITH(all_below)},
	{"forced NXDOMAIN", "mx.example.test", 1, "NXDOMAIN", "", SOA_DEFAULT,
		WITH(a_nxdomain)},
	{"what is hidden does not come along", "_imaps._tcp.example.test", 33,
		"NOERROR",
		"_imaps._tcp.example.test SRV 0 1 993 mx.example.test.",
		.additional = 1, NO_OVERRIDE, WITH(a_nxdomain)},
	{"forced SERVFAIL behind a CNAME", "alias.example.test", 1, "SERVFAIL",
		"", WITH(a_servfail)},
	{"forced REFUSED for every type", "mx.example.test", 28, "REFUSED", "",
		WITH(any_refused)},
	{"forced NODATA", "mx.example.test", 1, "NOERROR", "", SOA_DEFAULT,
		WITH(a_nodata)},
	{"dropped", "mx.example.test", 1, "", "", WITH(a_drop)},
	{"held back", "mx.example.test", 1, "NOERROR", MX_A, .seconds = 1.5,
		WITH(a_delay)},
	{"TC over UDP", "example.test", 15, "NOERROR", "", .tc = true,
		WITH(mx_tc)},
	{"the truth over TCP", "example.test", 15, "NOERROR", MX_ANSWER,
		.additional = 3, .tcp = true, NO_OVERRIDE, WITH(mx_tc)},
};

static void
put16(struct buf *b, unsigned v)
{
	uint8_t bytes[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	assert_int_equal(buf_add(b, span_of(bytes, 2)), 0);
}

static void
put_name(struct buf *b, const char *name)
{
	struct span rest = span_z(name), label;
	uint8_t n;

	while ((label = span_word(&rest, '.')).n > 0) {
		n = (uint8_t)label.n;
		assert_int_equal(buf_add(b, span_of(&n, 1)), 0);
		assert_int_equal(buf_add(b, label), 0);
	}
	assert_int_equal(buf_add(b, span_of("", 1)), 0);
}

/* A query made by hand, so that ldns does not check itself. */
static void
query_make(struct buf *b, const struct question *q)
{
	buf_init(b, DNS_MESSAGE_MAX);
	put16(b, 0xbeef);
	put16(b, 0x0100); /* RD */
	put16(b, 1);
	put16(b, 0);
	put16(b, 0);
	put16(b, q->edns != 0);
	put_name(b, q->name);
	put16(b, q->type);
	put16(b, q->class != 0 ? q->class : 1);
	if (q->edns == 0)
		return;
	put_name(b, "");
	put16(b, 41);
	put16(b, q->edns & 0xffff);
	put16(b, q->edns_version);
	put16(b, 0x8000); /* DO */
	put16(b, 0);
}

/* Answers a copy that ends where its memory ends. */
static void
answer(const struct dns_zone *zone, struct span query, const struct question *q,
	struct buf *reply, struct dns_exchange *exchange)
{
	uint8_t *copy = malloc(query.n > 0 ? query.n : 1);

	assert_non_null(copy);
	if (query.n > 0)
		memcpy(copy, query.p, query.n);
	assert_int_equal(dns_answer(zone, span_of(copy, query.n),
				 q->tcp ? DNS_TCP : DNS_UDP, q->overrides, q->n,
				 reply, exchange),
		0);
	free(copy);
}

static void
authority_check(const ldns_pkt *packet, const struct question *q)
{
	ldns_rr_list *authority = ldns_pkt_authority(packet);
	char *text, *p;

	assert_int_equal(
		ldns_rr_list_rr_count(authority), q->authority != NULL);
	if (q->authority == NULL)
		return;
	ldns_rr_set_ttl(ldns_rr_list_rr(authority, 0), 0);
	text = ldns_rr2str(ldns_rr_list_rr(authority, 0));
	assert_non_null(text);
	p = strstr(text, "\t0\tIN\t");
	assert_non_null(p);
	memmove(p + 1, p + 6, strlen(p + 6) + 1);
	for (p = text; *p != '\0'; p++)
		*p = *p == '\t' ? ' ' : *p;
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, q->authority);
	free(text);
}

/* The reply as a peer sees it. */
static void
reply_check(const struct question *q, struct span query, struct span reply)
{
	ldns_pkt *packet = NULL;
	size_t question = strlen(q->name) + (q->name[0] != '\0' ? 2 : 1) + 4;

	if (q->rcode[0] == '\0') {
		assert_int_equal(reply.n, 0);
		return;
	}
	assert_int_equal(ldns_wire2pkt(&packet, reply.p, reply.n), 0);
	assert_true(span_eq(span_cut(query, 0, 2), span_cut(reply, 0, 2)));
	assert_true(span_eq(span_cut(query, 12, 12 + question),
		span_cut(reply, 12, 12 + question)));
	assert_true(ldns_pkt_qr(packet) && ldns_pkt_ra(packet) &&
		    ldns_pkt_rd(packet) && ldns_pkt_aa(packet));
	assert_int_equal(ldns_pkt_tc(packet), q->tc);
	assert_int_equal(ldns_pkt_edns(packet), q->edns != 0);
	if (q->edns != 0) {
		assert_int_equal(ldns_pkt_edns_udp_size(packet), 1232);
		assert_true(ldns_pkt_edns_do(packet));
	}
	assert_int_equal(ldns_rr_list_rr_count(ldns_pkt_additional(packet)),
		q->additional);
	authority_check(packet, q);
	ldns_pkt_free(packet);
}

static void
exchange_check(const struct question *q, const struct dns_exchange *exchange)
{
	struct buf text;
	unsigned i;

	assert_true(exchange->asked);
	assert_string_equal(exchange->name, q->name[0] != '\0' ? q->name : ".");
	assert_string_equal(exchange->rcode, q->rcode);
	assert_int_equal(exchange->override, q->override);
	assert_int_equal(exchange->truncated, q->tc);
	assert_true(exchange->seconds >= q->seconds &&
		    exchange->seconds <= q->seconds);
	buf_init(&text, 4096);
	for (i = 0; i < exchange->answers; i++)
		assert_int_equal(buf_addf(&text, "%s%s", i > 0 ? "|" : "",
					 exchange->answer[i]),
			0);
	assert_int_equal(buf_add(&text, span_of("", 1)), 0);
	assert_string_equal((const char *)text.p, q->answer);
	buf_fini(&text);
}

static void
zone_make(struct dns_zone *zone)
{
	struct err err = {0};

	*zone = (struct dns_zone){0};
	if (dns_zone_load(zone, zone_records, ZONE_SIZE, &err) != 0)
		fail_msg("%s", err.text);
}

static void
questions_are_answered(void **state)
{
	struct dns_zone zone;
	size_t i;

	(void)state;
	zone_make(&zone);
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		const struct question *q = &questions[i];
		struct dns_exchange exchange;
		struct buf query, reply;

		print_message("row: %s\n", q->row);
		buf_init(&reply, DNS_MESSAGE_MAX);
		query_make(&query, q);
		answer(&zone, buf_span(&query), q, &reply, &exchange);
		exchange_check(q, &exchange);
		reply_check(q, buf_span(&query), buf_span(&reply));
		buf_fini(&query);
		buf_fini(&reply);
	}
	dns_zone_fini(&zone);
}

/* A datagram that was cut is malformed, wherever that was. */
static void
cut_queries_are_refused(void **state)
{
	struct dns_zone zone;
	size_t i, cut;

	(void)state;
	zone_make(&zone);
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		struct dns_exchange exchange;
		struct buf query, reply;

		buf_init(&reply, DNS_MESSAGE_MAX);
		query_make(&query, &questions[i]);
		for (cut = 0; cut < query.n; cut++) {
			answer(&zone, span_of(query.p, cut), &questions[i],
				&reply, &exchange);
			assert_int_equal(reply.n, cut < 12 ? 0 : 12);
			assert_string_equal(
				exchange.rcode, cut < 12 ? "" : "FORMERR");
			assert_int_equal(exchange.override, -1);
			assert_false(exchange.asked);
			if (reply.n > 0)
				assert_int_equal(reply.p[3] & 15, 1);
		}
		buf_fini(&query);
		buf_fini(&reply);
	}
	dns_zone_fini(&zone);
}

/* AD is for who asks for it, of a zone that is secure. */
static void
secure_zones_say_so(void **state)
{
	static const struct {
		bool secure;
		uint16_t edns;
		uint8_t ad_cd; /* in the query */
		bool says;
	} rows[] = {
		{true, 0, 0x20, true},
		{true, 1232, 0, true},
		{true, 0, 0, false},
		{true, 0, 0x30, false},
		{false, 1232, 0x20, false},
	};
	struct dns_zone zone;

	(void)state;
	zone_make(&zone);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct question q = {.name = "example.test",
			.type = 15,
			.edns = rows[i].edns};
		struct dns_exchange exchange;
		struct buf query, reply;

		zone.secure = rows[i].secure;
		buf_init(&reply, DNS_MESSAGE_MAX);
		query_make(&query, &q);
		query.p[3] |= rows[i].ad_cd;
		answer(&zone, buf_span(&query), &q, &reply, &exchange);
		assert_true(reply.n > 12);
		assert_int_equal((reply.p[3] & 0x20) != 0, rows[i].says);
		buf_fini(&query);
		buf_fini(&reply);
	}
	dns_zone_fini(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_answered),
		cmocka_unit_test(secure_zones_say_so),
		cmocka_unit_test(cut_queries_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
