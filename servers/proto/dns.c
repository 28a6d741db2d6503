/* SPDX-License-Identifier: Apache-2.0 */
/* DNS messages: a query in, a reply out. */
#include "proto/dns.h"

#include <stdlib.h>

#include "proto/dns_inner.h"

#define HEADER 12       /* bytes, RFC 1035 4.1.1 */
#define UDP_DEFAULT 512 /* RFC 1035 2.3.4 */
#define UDP_OURS 1232   /* what we say that we can take, RFC 6891 6.2.5 */
#define BADVERS_HIGH 1  /* the upper bits of 16, RFC 6891 6.1.3 */

static void
name_copy(const ldns_rdf *name, char *out, size_t size)
{
	char *text = ldns_rdf2str(name);
	size_t n;

	(void)snprintf(out, size, "%s", text != NULL ? text : "");
	free(text);
	n = strlen(out);
	if (n > 1 && out[n - 1] == '.')
		out[n - 1] = '\0';
}

static void
text_copy(char *text, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", text != NULL ? text : "");
	free(text);
}

/* "mx.example.test A 192.0.2.1": as in a zone file, less TTL and class. */
static void
answer_copy(const ldns_rr *rr, char out[DNS_ANSWER_TEXT])
{
	char name[DNS_NAME_TEXT], type[32];
	struct buf text;
	size_t i, room = DNS_ANSWER_TEXT - sizeof("...");
	int full;

	name_copy(ldns_rr_owner(rr), name, sizeof(name));
	text_copy(ldns_rr_type2str(ldns_rr_get_type(rr)), type, sizeof(type));
	buf_init(&text, 8 * DNS_MESSAGE_MAX);
	full = buf_addf(&text, "%s %s", name, type);
	for (i = 0; i < ldns_rr_rd_count(rr) && full == 0; i++) {
		char *value = ldns_rdf2str(ldns_rr_rdf(rr, i));

		full = buf_addf(&text, " %s", value != NULL ? value : "?");
		free(value);
	}
	(void)snprintf(out, DNS_ANSWER_TEXT, "%.*s%s",
		(int)(text.n < room ? text.n : room),
		text.p != NULL ? (const char *)text.p : "",
		text.n > room || full != 0 ? "..." : "");
	buf_fini(&text);
}

static void
exchange_fill(const ldns_pkt *reply, struct dns_exchange *out_r)
{
	const ldns_rr_list *answer = ldns_pkt_answer(reply);
	size_t i;

	if (ldns_pkt_edns_extended_rcode(reply) == BADVERS_HIGH)
		text_copy(
			strdup("BADVERS"), out_r->rcode, sizeof(out_r->rcode));
	else
		text_copy(ldns_pkt_rcode2str(ldns_pkt_get_rcode(reply)),
			out_r->rcode, sizeof(out_r->rcode));
	out_r->truncated = ldns_pkt_tc(reply);
	for (i = 0; i < ldns_rr_list_rr_count(answer) && i < DNS_ANSWERS_MAX;
		i++)
		answer_copy(ldns_rr_list_rr(answer, i), out_r->answer[i]);
	out_r->answers = (unsigned)i;
}

/* The message as bytes; -1 when memory ran out. */
static int
reply_pack(ldns_pkt *reply, struct buf *out)
{
	ldns_buffer *wire = ldns_buffer_new(DNS_MESSAGE_MAX);
	int result = -1;

	if (wire == NULL)
		return -1;
	ldns_pkt_set_ancount(
		reply, (uint16_t)ldns_rr_list_rr_count(ldns_pkt_answer(reply)));
	ldns_pkt_set_nscount(reply,
		(uint16_t)ldns_rr_list_rr_count(ldns_pkt_authority(reply)));
	ldns_pkt_set_arcount(reply,
		(uint16_t)ldns_rr_list_rr_count(ldns_pkt_additional(reply)));
	buf_clear(out);
	if (ldns_pkt2buffer_wire(wire, reply) == LDNS_STATUS_OK)
		result = buf_add(out, span_of(ldns_buffer_begin(wire),
					      ldns_buffer_position(wire)));
	ldns_buffer_free(wire);
	return result;
}

/*
 * What does not fit loses the additional section first, silently (RFC 2181
 * 9), then everything, and says so.
 */
static int
reply_fit(ldns_pkt *reply, size_t limit, struct buf *out)
{
	if (reply_pack(reply, out) == 0 && out->n <= limit)
		return 0;
	dns_section_clear(ldns_pkt_additional(reply));
	if (reply_pack(reply, out) == 0 && out->n <= limit)
		return 0;
	dns_reply_truncate(reply);
	return reply_pack(reply, out);
}

/* How large a reply the asker takes. */
static size_t
reply_limit(const ldns_pkt *query, enum dns_transport transport)
{
	uint16_t size = ldns_pkt_edns_udp_size(query);

	if (transport == DNS_TCP)
		return DNS_MESSAGE_MAX;
	return ldns_pkt_edns(query) && size > UDP_DEFAULT ? size : UDP_DEFAULT;
}

/* A reply that repeats the question (its letters as they came) and the flags
 * that a reply repeats. */
static ldns_pkt *
reply_new(const ldns_pkt *query, const ldns_rr *question, bool secure)
{
	ldns_pkt *reply = ldns_pkt_new();
	ldns_rr *copy = ldns_rr_clone(question);

	if (reply == NULL || copy == NULL ||
		!ldns_pkt_push_rr(reply, LDNS_SECTION_QUESTION, copy)) {
		ldns_rr_free(copy);
		ldns_pkt_free(reply);
		return NULL;
	}
	ldns_pkt_set_id(reply, ldns_pkt_id(query));
	ldns_pkt_set_qr(reply, true);
	ldns_pkt_set_aa(reply, true);
	ldns_pkt_set_rd(reply, ldns_pkt_rd(query));
	ldns_pkt_set_ra(reply, true);
	ldns_pkt_set_cd(reply, ldns_pkt_cd(query));
	if (ldns_pkt_edns(query)) {
		ldns_pkt_set_edns_udp_size(reply, UDP_OURS);
		ldns_pkt_set_edns_do(reply, ldns_pkt_edns_do(query));
	}
	/* RFC 6840 section 5.7 */
	ldns_pkt_set_ad(
		reply, secure && !ldns_pkt_cd(query) &&
			       (ldns_pkt_ad(query) || ldns_pkt_edns_do(query)));
	return reply;
}

/* Is it a question that we do not go into? Sets the rcode. */
static bool
question_refuse(const ldns_pkt *query, const ldns_rr *question, ldns_pkt *reply)
{
	unsigned type = ldns_rr_get_type(question);

	if (ldns_pkt_edns(query) && ldns_pkt_edns_version(query) != 0)
		ldns_pkt_set_edns_extended_rcode(reply, BADVERS_HIGH);
	else if (ldns_rr_get_class(question) != LDNS_RR_CLASS_IN)
		ldns_pkt_set_rcode(reply, LDNS_RCODE_REFUSED);
	else if (type >= LDNS_RR_TYPE_TKEY && type < LDNS_RR_TYPE_ANY)
		ldns_pkt_set_rcode(reply, LDNS_RCODE_NOTIMPL);
	else
		return false;
	return true;
}

/* Answers the one question of a well-formed query. */
static int
query_answer(const ldns_pkt *query, struct dns_lookup *lookup, struct buf *out)
{
	const ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(query), 0);
	struct dns_exchange *exchange = lookup->exchange;
	ldns_pkt *reply = reply_new(query, question, lookup->zone->secure);
	int result = 0;

	if (reply == NULL)
		return -1;
	lookup->reply = reply;
	lookup->wants_dnssec = lookup->zone->signing != NULL &&
			       ldns_pkt_edns(query) && ldns_pkt_edns_do(query);
	exchange->asked = true;
	name_copy(ldns_rr_owner(question), exchange->name,
		sizeof(exchange->name));
	text_copy(ldns_rr_type2str(ldns_rr_get_type(question)), exchange->type,
		sizeof(exchange->type));
	if (!question_refuse(query, question, reply))
		result = dns_lookup_do(lookup, ldns_rr_owner(question),
			ldns_rr_get_type(question));
	if (result == 0 && lookup->wants_dnssec)
		result = dns_reply_sign(lookup);
	if (result == 0 && !lookup->drop) {
		result = reply_fit(
			reply, reply_limit(query, lookup->transport), out);
		exchange_fill(reply, exchange);
	}
	ldns_pkt_free(reply);
	return result;
}

/* A header alone, for what cannot be understood (RFC 1035 4.1.1). */
static int
header_answer(struct span query, unsigned rcode, struct buf *out)
{
	uint8_t header[HEADER] = {query.p[0], query.p[1],
		(uint8_t)(0x80 | (query.p[2] & 0x79)), /* QR, OPCODE, RD */
		(uint8_t)(0x80 | rcode)};              /* RA */

	return buf_add(out, span_of(header, sizeof(header)));
}

int
dns_answer(const struct dns_zone *zone, struct span query,
	enum dns_transport transport, const struct dns_override *overrides,
	size_t n, struct buf *reply, struct dns_exchange *out_r)
{
	struct dns_lookup lookup = {.zone = zone,
		.overrides = overrides,
		.n = n,
		.transport = transport,
		.exchange = out_r};
	ldns_pkt *packet = NULL;
	int result;

	*out_r = (struct dns_exchange){.override = -1};
	buf_clear(reply);
	if (query.n < HEADER || (query.p[2] & 0x80) != 0)
		return 0; /* two servers must not talk to each other for ever */
	if ((query.p[2] & 0x78) != 0) {
		(void)strcpy(out_r->rcode, "NOTIMPL");
		return header_answer(query, LDNS_RCODE_NOTIMPL, reply);
	}
	if (ldns_wire2pkt(&packet, query.p, query.n) != LDNS_STATUS_OK ||
		ldns_rr_list_rr_count(ldns_pkt_question(packet)) != 1) {
		ldns_pkt_free(packet);
		(void)strcpy(out_r->rcode, "FORMERR");
		return header_answer(query, LDNS_RCODE_FORMERR, reply);
	}
	result = query_answer(packet, &lookup, reply);
	ldns_pkt_free(packet);
	return result;
}

bool
dns_tcp_take(struct span stream, struct span *query_r)
{
	size_t n;

	if (stream.n < 2)
		return false;
	n = (size_t)stream.p[0] << 8 | stream.p[1];
	*query_r = span_cut(stream, 2, 2 + n);
	return query_r->n == n;
}

int
dns_tcp_put(struct buf *out, struct span message)
{
	uint8_t length[2] = {(uint8_t)(message.n >> 8), (uint8_t)message.n};

	if (message.n > DNS_MESSAGE_MAX || message.n + 2 > out->cap - out->n)
		return -1;
	return buf_add(out, span_of(length, 2)) == 0 &&
			       buf_add(out, message) == 0
		       ? 0
		       : -1;
}
