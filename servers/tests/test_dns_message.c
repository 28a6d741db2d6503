/* SPDX-License-Identifier: Apache-2.0 */
/* The world's DNS: plans that are wrong, sizes, TCP's framing, noise. */
#include "proto/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#define HEX40 "0123456789012345678901234567890123456789"
#define TXT200 "\"" HEX40 HEX40 HEX40 HEX40 HEX40 "\""
#define TXT_LONG "\"" HEX40 HEX40 HEX40 HEX40 HEX40 HEX40 "0123456789abcdef\""

static const struct {
	const char *row;
	struct dns_record_spec record;
	bool good;
} records[] = {
	{"an address", {"a.test", "A", "192.0.2.1", 1}, true},
	{"an absolute name", {"a.test.", "MX", "1 b.test.", 1}, true},
	{"types in small letters", {"a.test", "aaaa", "::1", 1}, true},
	{"a semicolon in quotes", {"a.test", "TXT", "\"a;b\"", 1}, true},
	{"an escaped quote", {"a.test", "TXT", "\"a\\\";\"", 1}, true},
	{"an empty string", {"a.test", "TXT", "\"\"", 1}, true},
	{"a TTL of 32 bits", {"a.test", "A", "192.0.2.1", UINT32_MAX}, true},
	{"no quotes", {"a.test", "TXT", "v=STSv1; id=1", 1}, false},
	{"a word without quotes", {"a.test", "TXT", "v=STSv1", 1}, false},
	{"a comment behind quotes", {"a.test", "TXT", "\"a\"; b", 1}, false},
	{"an open quote", {"a.test", "TXT", "\"a", 1}, false},
	{"a quote that an escape keeps open", {"a.test", "TXT", "\"a\\\"", 1},
		false},
	{"a string of 256", {"a.test", "TXT", TXT_LONG, 1}, false},
	{"no value", {"a.test", "A", "", 1}, false},
	{"too many values", {"a.test", "A", "192.0.2.1 192.0.2.2", 1}, false},
	{"too few values", {"a.test", "MX", "10", 1}, false},
	{"not an address", {"a.test", "A", "192.0.2.999", 1}, false},
	{"a line break", {"a.test", "TXT", "\"a\nb\"", 1}, false},
	{"no name", {"", "A", "192.0.2.1", 1}, false},
	{"the name of no origin", {"@", "A", "192.0.2.1", 1}, false},
	{"two names", {"a.test b.test", "A", "192.0.2.1", 1}, false},
	{"an empty label", {"a..test", "A", "192.0.2.1", 1}, false},
	{"a label of 64",
		{"a" HEX40 "01234567890123456789012.test", "A", "192.0.2.1", 1},
		false},
	{"no type", {"a.test", "", "192.0.2.1", 1}, false},
	{"an unknown type", {"a.test", "AAAAA", "192.0.2.1", 1}, false},
	{"two types", {"a.test", "A A", "192.0.2.1", 1}, false},
};

static void
records_are_checked(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		const struct dns_record_spec *spec = &records[i].record;
		struct dns_override override = {spec->name, spec->type,
			DNS_VALUES, &spec->value, 1, 0, 0, DNS_SIGNED_WELL};
		struct dns_zone zone = {0};
		struct err err = {0};
		int want = records[i].good ? 0 : -1;

		print_message("row: %s\n", records[i].row);
		assert_int_equal(dns_zone_load(&zone, spec, 1, &err), want);
		assert_int_equal(err.class, want == 0 ? ERR_NONE : ERR_PLAN);
		assert_int_equal(dns_override_check(&override, NULL), want);
		dns_zone_fini(&zone);
	}
}

static void
overrides_and_zones_have_limits(void **state)
{
	static struct dns_record_spec many[DNS_RECORDS_MAX + 1];
	const char *value[DNS_VALUES_MAX + 1];
	struct dns_override override = {
		"a.test", "A", DNS_VALUES, value, 0, 0, 0, DNS_SIGNED_WELL};
	struct dns_zone zone = {0};
	struct err err = {0};
	unsigned i;

	(void)state;
	for (i = 0; i <= DNS_VALUES_MAX; i++)
		value[i] = "192.0.2.1";
	assert_int_equal(dns_override_check(&override, &err), -1);
	override.values = DNS_VALUES_MAX;
	assert_int_equal(dns_override_check(&override, &err), 0);
	override.values++;
	assert_int_equal(dns_override_check(&override, &err), -1);
	override.kind = DNS_DROP;
	assert_int_equal(dns_override_check(&override, &err), 0);
	override.type = "ANY";
	assert_int_equal(dns_override_check(&override, &err), 0);
	override.type = "NONSENSE";
	assert_int_equal(dns_override_check(&override, &err), -1);
	override = (struct dns_override){.name = "a b", .type = "A"};
	assert_int_equal(dns_override_check(&override, &err), -1);

	for (i = 0; i <= DNS_RECORDS_MAX; i++)
		many[i] =
			(struct dns_record_spec){"a.test", "A", "192.0.2.1", 1};
	assert_int_equal(
		dns_zone_load(&zone, many, DNS_RECORDS_MAX + 1, &err), -1);
	assert_int_equal(dns_zone_load(&zone, many, DNS_RECORDS_MAX, &err), 0);
	dns_zone_fini(&zone);
	dns_zone_fini(&zone);
}

/* A query for a name below "test" (one label), with an OPT unless edns is 0. */
static size_t
query_make(uint8_t out[64], const char *label, uint8_t type, unsigned edns)
{
	static const uint8_t header[] = {0xbe, 0xef, 1, 0, 0, 1, 0, 0, 0, 0};
	uint8_t opt[] = {0, 0, 41, (uint8_t)(edns >> 8), (uint8_t)edns, 0, 0, 0,
		0, 0, 0};
	uint8_t n = (uint8_t)strlen(label);
	size_t at = sizeof(header);

	memcpy(out, header, at);
	out[at++] = 0;
	out[at++] = edns != 0;
	out[at++] = n;
	memcpy(out + at, label, n);
	at += n;
	memcpy(out + at, "\4test\0\0\0\0\1", 10);
	out[at + 7] = type;
	at += 10;
	if (edns == 0)
		return at;
	memcpy(out + at, opt, sizeof(opt));
	return at + sizeof(opt);
}

static const struct dns_record_spec sizes_zone[] = {
	{"fits.test", "TXT", TXT200, 1},
	{"fits.test", "TXT", TXT200, 1},
	{"big.test", "TXT", TXT200 TXT200 TXT200, 1},
	{"mx.test", "MX", "1 a.mx.test", 1},
	{"mx.test", "TXT", TXT200, 1},
	{"mx.test", "TXT", TXT200, 1},
	{"mx.test", "TXT", "\"x\"", 1},
	{"a.mx.test", "A", "192.0.2.1", 1},
	{"a.mx.test", "AAAA", "2001:db8::1", 1},
};

static const struct {
	const char *row;
	const char *label;
	uint8_t type;
	unsigned edns;
	enum dns_transport transport;
	bool tc;
	unsigned answers, additional;
	size_t max;
} sizes[] = {
	{"below 512", "fits", 16, 0, DNS_UDP, false, 2, 0, 512},
	{"above 512", "big", 16, 0, DNS_UDP, true, 0, 0, 512},
	{"above 512 with room", "big", 16, 1232, DNS_UDP, false, 1, 0, 1232},
	{"an EDNS size too small to count", "fits", 16, 100, DNS_UDP, false, 2,
		0, 512},
	{"an EDNS size that does not do", "big", 16, 513, DNS_UDP, true, 0, 0,
		513},
	{"above 512 over TCP", "big", 16, 0, DNS_TCP, false, 1, 0, 65535},
	{"no room for what comes along", "mx", 255, 0, DNS_UDP, false, 4, 0,
		484},
	{"room for what comes along", "mx", 255, 4096, DNS_UDP, false, 4, 2,
		4096},
};

static void
replies_fit(void **state)
{
	struct dns_zone zone = {0};
	size_t i;

	(void)state;
	assert_int_equal(
		dns_zone_load(&zone, sizes_zone,
			sizeof(sizes_zone) / sizeof(sizes_zone[0]), NULL),
		0);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct dns_exchange exchange;
		uint8_t query[64];
		size_t n = query_make(
			query, sizes[i].label, sizes[i].type, sizes[i].edns);
		ldns_pkt *packet = NULL;
		struct buf reply;

		print_message("row: %s\n", sizes[i].row);
		buf_init(&reply, DNS_MESSAGE_MAX);
		assert_int_equal(
			dns_answer(&zone, span_of(query, n), sizes[i].transport,
				NULL, 0, &reply, &exchange),
			0);
		assert_int_equal(ldns_wire2pkt(&packet, reply.p, reply.n), 0);
		assert_true(reply.n <= sizes[i].max);
		assert_int_equal(exchange.truncated, sizes[i].tc);
		assert_int_equal(ldns_pkt_tc(packet), sizes[i].tc);
		assert_int_equal(exchange.answers, sizes[i].answers);
		assert_int_equal(ldns_pkt_ancount(packet), sizes[i].answers);
		assert_int_equal(
			ldns_rr_list_rr_count(ldns_pkt_additional(packet)),
			sizes[i].additional);
		ldns_pkt_free(packet);
		buf_fini(&reply);
	}
	dns_zone_fini(&zone);
}

/* Bytes of the header of a good query that are changed. */
static const struct {
	const char *row;
	size_t at;
	uint8_t value;
	int rcode; /* -1: no reply */
	const char *rcodez;
} headers[] = {
	{"a response", 2, 0x81, -1, ""},
	{"IQUERY", 2, 0x09, 4, "NOTIMPL"},
	{"flags that only a response has", 2, 0x0f, 4, "NOTIMPL"},
	{"NOTIFY", 2, 0x20, 4, "NOTIMPL"},
	{"UPDATE", 2, 0x28, 4, "NOTIMPL"},
	{"no question", 5, 0, 1, "FORMERR"},
	{"two questions, one there", 5, 2, 1, "FORMERR"},
	{"as many as can be", 4, 255, 1, "FORMERR"},
	{"an answer that is not there", 7, 1, 1, "FORMERR"},
	{"a label beyond the end", 12, 63, 1, "FORMERR"},
	{"a label of no kind", 12, 0x80, 1, "FORMERR"},
	{"a name that points at itself", 12, 0xc0, 1, "FORMERR"},
};

static void
broken_headers_are_refused(void **state)
{
	struct dns_zone zone = {0};
	size_t i;

	(void)state;
	assert_int_equal(dns_zone_load(&zone, NULL, 0, NULL), 0);
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct dns_exchange exchange;
		uint8_t query[64];
		struct buf reply;
		size_t n = query_make(query, "\014", 1, 0);

		print_message("row: %s\n", headers[i].row);
		buf_init(&reply, DNS_MESSAGE_MAX);
		query[headers[i].at] = headers[i].value;
		assert_int_equal(dns_answer(&zone, span_of(query, n), DNS_UDP,
					 NULL, 0, &reply, &exchange),
			0);
		assert_string_equal(exchange.rcode, headers[i].rcodez);
		assert_false(exchange.asked);
		assert_int_equal(reply.n, headers[i].rcode < 0 ? 0 : 12);
		if (reply.n > 0) {
			assert_int_equal(reply.p[3] & 15, headers[i].rcode);
			assert_int_equal(reply.p[0], 0xbe);
			assert_int_equal(reply.p[1], 0xef);
			assert_int_equal(reply.p[2],
				0x80 | (headers[i].at == 2
						       ? headers[i].value & 0x79
						       : 1));
		}
		buf_fini(&reply);
	}
	dns_zone_fini(&zone);
}

static void
two_questions_are_refused(void **state)
{
	struct dns_exchange exchange;
	struct dns_zone zone = {0};
	uint8_t query[128];
	size_t n = query_make(query, "fits", 1, 0);
	struct buf reply;

	(void)state;
	assert_int_equal(dns_zone_load(&zone, NULL, 0, NULL), 0);
	memcpy(query + n, query + 12, n - 12);
	query[5] = 2;
	buf_init(&reply, DNS_MESSAGE_MAX);
	assert_int_equal(dns_answer(&zone, span_of(query, n + n - 12), DNS_UDP,
				 NULL, 0, &reply, &exchange),
		0);
	assert_string_equal(exchange.rcode, "FORMERR");
	buf_fini(&reply);
	dns_zone_fini(&zone);
}

/* RFC 1035 4.2.2 */
static void
tcp_frames_are_cut(void **state)
{
	struct buf stream;
	struct span message;
	size_t cut;

	(void)state;
	buf_init(&stream, 20);
	assert_int_equal(dns_tcp_put(&stream, span_z("one")), 0);
	assert_int_equal(dns_tcp_put(&stream, span_z("")), 0);
	assert_int_equal(dns_tcp_put(&stream, span_z("number two")), 0);
	assert_int_equal(stream.n, 19);
	assert_int_equal(dns_tcp_put(&stream, span_z("")), -1);
	assert_int_equal(stream.n, 19);
	for (cut = 0; cut < 5; cut++)
		assert_false(dns_tcp_take(span_of(stream.p, cut), &message));
	assert_true(dns_tcp_take(buf_span(&stream), &message));
	assert_true(span_eq(message, span_z("one")));
	buf_take(&stream, message.n + 2);
	assert_true(dns_tcp_take(buf_span(&stream), &message));
	assert_int_equal(message.n, 0);
	buf_take(&stream, message.n + 2);
	assert_true(dns_tcp_take(buf_span(&stream), &message));
	assert_true(span_eq(message, span_z("number two")));
	buf_take(&stream, message.n + 2);
	assert_false(dns_tcp_take(buf_span(&stream), &message));
	buf_fini(&stream);
}

/* Any bytes at all: never more than a reply, never one to a response. */
static void
noise_is_harmless(void **state)
{
	static const char *const value[] = {"1 a.test"};
	static const struct dns_override overrides[] = {{"fits.test", "MX",
		DNS_VALUES, value, 1, 0, 0, DNS_SIGNED_WELL}};
	struct dns_zone zone = {0};
	uint32_t random = 2463534242;
	unsigned i, j;

	(void)state;
	assert_int_equal(
		dns_zone_load(&zone, sizes_zone,
			sizeof(sizes_zone) / sizeof(sizes_zone[0]), NULL),
		0);
	for (i = 0; i < 20000; i++) {
		struct dns_exchange exchange;
		uint8_t room[64], *query;
		struct buf reply;
		size_t n = query_make(room, "fits", (uint8_t)(i % 53), 4096);

		for (j = 0; j < (i % 16 == 0 ? n : i % 5); j++) {
			random ^= random << 13;
			random ^= random >> 17;
			random ^= random << 5;
			room[random % n] = (uint8_t)(random >> 8);
		}
		n -= (random >> 20) % 8;
		query = malloc(n);
		assert_non_null(query);
		memcpy(query, room, n);
		buf_init(&reply, DNS_MESSAGE_MAX);
		assert_int_equal(dns_answer(&zone, span_of(query, n),
					 random & 64 ? DNS_UDP : DNS_TCP,
					 overrides, 1, &reply, &exchange),
			0);
		assert_int_equal(reply.n >= 12, (query[2] & 0x80) == 0);
		assert_true(reply.n == 0 || (reply.p[2] & 0x80) != 0);
		buf_fini(&reply);
		free(query);
	}
	dns_zone_fini(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_checked),
		cmocka_unit_test(overrides_and_zones_have_limits),
		cmocka_unit_test(replies_fit),
		cmocka_unit_test(broken_headers_are_refused),
		cmocka_unit_test(two_questions_are_refused),
		cmocka_unit_test(tcp_frames_are_cut),
		cmocka_unit_test(noise_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
