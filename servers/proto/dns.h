/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DNS of one world: authoritative for its few records, and to a stub
 * resolver it looks recursive. Sans-I/O: message in, message out; ldns knows
 * the wire format (RFC 1035).
 */
#ifndef PROTO_DNS_H
#define PROTO_DNS_H

#include "core/buf.h"
#include "core/err.h"
#include "core/span.h"

#define DNS_RECORDS_MAX 512 /* of a zone */
#define DNS_VALUES_MAX 16   /* of an override */
#define DNS_ANSWERS_MAX 32  /* answers that an exchange tells of */
#define DNS_MESSAGE_MAX                                                        \
	65535 /* what the length before a TCP message allows                   \
	       */

/* One record as the plan gives it. Texts are borrowed during the load. */
struct dns_record_spec {
	const char *name;  /* "mx.example.test", the final dot may be missing */
	const char *type;  /* "A", "MX", ... */
	const char *value; /* presentation format: "10 mx.example.test"; the
			    * strings of a TXT each in quotes */
	uint32_t ttl;
};

/* The records that a world answers with. Zeroed to begin with. */
struct dns_zone {
	struct ldns_struct_rr_list *records; /* owned; NULL: none */
	bool secure; /* AD for whoever asks, as from a validating resolver */
	const struct dns_signing *signing; /* borrowed; NULL: no DNSSEC */
};

/* Fills zone with a copy of the records, and what its signing needs. -1 with
 * *err, which names the record (ERR_PLAN), and an empty zone. */
int dns_zone_load(struct dns_zone *zone, const struct dns_record_spec *records,
	size_t n, struct err *err);
void dns_zone_fini(struct dns_zone *zone);

enum dns_override_kind {
	DNS_NXDOMAIN, /* these four: whatever the zone has is not told */
	DNS_SERVFAIL,
	DNS_REFUSED,
	DNS_NODATA,
	DNS_VALUES,    /* answer these instead of the zone's records */
	DNS_DROP,      /* no answer */
	DNS_TRUNCATE,  /* over UDP: TC and nothing else; over TCP: the truth */
	DNS_DELAY,     /* the truth, but later: the caller has to wait */
	DNS_SIGNATURES /* the truth, signed otherwise */
};

/* How what an override says is signed, where the zone is. */
enum dns_signatures {
	DNS_SIGNED_WELL, /* the owner of the zone says so */
	DNS_SIGNED_NOT,  /* somebody else does */
	DNS_SIGNED_BADLY,
	DNS_SIGNED_EXPIRED
};

/*
 * A name and type that are not what the zone says. It counts wherever they
 * are looked up: as the question, behind a CNAME, and as the address that is
 * sent along with an MX or SRV. Where it gives a CNAME, the name has nothing
 * else. Texts are the caller's.
 */
struct dns_override {
	const char *name; /* as in a record; "*." in front: all below it */
	const char *type; /* "ANY": every type of that name */
	enum dns_override_kind kind;
	const char *const *value; /* DNS_VALUES: presentation format */
	unsigned values;
	uint32_t ttl;
	double seconds; /* DNS_DELAY */
	enum dns_signatures signatures;
};

/* -1 with ERR_PLAN if name, type or a value cannot be said in DNS. */
int dns_override_check(const struct dns_override *override, struct err *err);

enum dns_transport {
	DNS_UDP,
	DNS_TCP
};

#define DNS_NAME_TEXT 1024  /* 255 bytes, each perhaps "\255", with NUL */
#define DNS_ANSWER_TEXT 320 /* one record, cut with "..." */

/* What was asked and answered, for the transcript. */
struct dns_exchange {
	bool asked;               /* the message had one question */
	char name[DNS_NAME_TEXT]; /* as asked, without the final dot */
	char type[32];
	char rcode[16]; /* "NOERROR", ...; "" if nothing is answered */
	bool truncated; /* TC */
	unsigned answers;
	char answer[DNS_ANSWERS_MAX][DNS_ANSWER_TEXT]; /* "name TYPE value" */
	int override;   /* index of the one that shaped the reply, -1: none */
	double seconds; /* how long the answer is to be held back */
};

/*
 * The reply to one message, without TCP's length; it replaces what reply
 * holds (cap: at least DNS_MESSAGE_MAX). Empty: nothing is to be sent, because
 * the message is itself a response, has no complete header, or an override
 * drops it. The first override that fits applies; malformed messages are
 * answered FORMERR. -1 when memory ran out.
 */
int dns_answer(const struct dns_zone *zone, struct span query,
	enum dns_transport transport, const struct dns_override *overrides,
	size_t n, struct buf *reply, struct dns_exchange *out_r)
	__attribute__((warn_unused_result));

/*
 * The first message of a TCP stream (RFC 1035 4.2.2): true when all of it is
 * in stream; *query_r points into it. The caller then drops query_r->n + 2
 * bytes.
 */
bool dns_tcp_take(struct span stream, struct span *query_r);
/* Appends message with its length in front; -1 when out is full. */
int dns_tcp_put(struct buf *out, struct span message)
	__attribute__((warn_unused_result));

#endif
