/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes dns_answer and dns_tcp_take: the first byte is the transport, the
 * rest a message. Oracles: a reply to a query only, with its id, readable, of
 * a size that the transport has; the same reply again. */
#include <ldns/ldns.h>

#include "harness/oracle.h"
#include "proto/dns.h"

#define TXT "\"v=STSv1; id=1;\""

static const char *const override_value[] = {"1 b.test", "2 a.test"};
static const struct dns_record_spec records[] = {
	{"a.test", "A", "192.0.2.1", 1}, {"a.test", "AAAA", "2001:db8::1", 1},
	{"a.test", "MX", "1 mx.a.test", 1}, {"mx.a.test", "A", "192.0.2.2", 1},
	{"_mta-sts.a.test", "TXT", TXT, 1}, {"c.test", "CNAME", "a.test", 1},
	{"loop.test", "CNAME", "loop.test", 1},
	{"_imaps._tcp.a.test", "SRV", "0 1 993 mx.a.test", 1}};
static const struct dns_override overrides[] = {
	{"b.test", "MX", DNS_VALUES, override_value, 2, 1, 0, DNS_SIGNED_WELL},
	{"nx.test", "ANY", DNS_NXDOMAIN, NULL, 0, 0, 0, DNS_SIGNED_WELL},
	{"cut.test", "A", DNS_TRUNCATE, NULL, 0, 0, 0, DNS_SIGNED_WELL},
	{"late.test", "A", DNS_DELAY, NULL, 0, 0, 1.0, DNS_SIGNED_WELL}};

static void
answer(struct span query, enum dns_transport transport, struct buf *reply)
{
	static struct dns_zone zone;
	struct dns_exchange exchange;

	if (zone.records == NULL)
		oracle(dns_zone_load(&zone, records,
			       sizeof(records) / sizeof(*records), NULL) == 0,
			"the zone of the harness is right");
	buf_init(reply, DNS_MESSAGE_MAX);
	oracle(dns_answer(&zone, query, transport, overrides,
		       sizeof(overrides) / sizeof(*overrides), reply,
		       &exchange) == 0,
		"a message never fails");
	oracle(exchange.answers <= DNS_ANSWERS_MAX && exchange.override < 4 &&
			exchange.override >= -1,
		"an exchange is in its limits");
}

static void
reply_check(struct span query, enum dns_transport transport, struct span reply)
{
	ldns_pkt *packet = NULL;

	oracle(reply.n == 0 || query.n < 3 || (query.p[2] & 0x80) == 0,
		"a response is not answered");
	if (reply.n == 0)
		return;
	oracle(reply.n >= 12 && memcmp(reply.p, query.p, 2) == 0 &&
			(reply.p[2] & 0x80) != 0,
		"a reply has the header of its query");
	oracle(transport == DNS_TCP || reply.n <= 65535, "a reply has a cap");
	oracle(ldns_wire2pkt(&packet, reply.p, reply.n) == LDNS_STATUS_OK,
		"a reply is readable");
	ldns_pkt_free(packet);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const enum dns_transport transport =
		size > 0 && data[0] == 'T' ? DNS_TCP : DNS_UDP;
	const struct span query = span_cut(span_of(data, size), 1, size);
	struct span message;
	struct buf reply, same;

	if (size < 2)
		return 0;
	answer(query, transport, &reply);
	reply_check(query, transport, buf_span(&reply));
	answer(query, transport, &same);
	oracle(span_eq(buf_span(&reply), buf_span(&same)),
		"the same query has the same reply");
	buf_fini(&reply);
	buf_fini(&same);
	if (dns_tcp_take(query, &message))
		oracle_inside(message, query);
	return 0;
}
