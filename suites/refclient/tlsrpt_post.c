/* SPDX-License-Identifier: Apache-2.0 */
/* Reports on TLS: their form, and their way (RFC 8460 sections 3 to 5). */
#define ZLIB_CONST /* it leaves its input alone */
#include <openssl/rand.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "bug.h"
#include "fetch.h"
#include "input.h"
#include "tlsrpt.h"
#include "tlsrpt_mail.h"

#define REPORT_MAX (4 * 1024 * 1024)
#define RECORDS_MAX (256 * 1024)

/* RFC 3339, UTC */
static json_t *
time_text(long long when)
{
	char text[32] = "";
	time_t t = (time_t)when;
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		(void)strftime(text, sizeof(text),
			bug(RPT_TIME_LOCAL) ? "%Y-%m-%d %H:%M:%S"
					    : "%Y-%m-%dT%H:%M:%SZ",
			&tm);
	return json_string(text);
}

json_t *
tlsrpt_report(struct sender *sender, const char *domainz, const char *contactz)
{
	const json_t *domain = memory_find(&sender->memory, "reports", domainz);
	const char *ownz = strrchr(contactz, '@');
	unsigned char lot[8] = {0};
	char id[64 + DNS_NAME_SIZE];

	if (domain == NULL || ownz == NULL)
		return NULL;
	if (RAND_bytes(lot, sizeof(lot)) != 1)
		return NULL;
	(void)snprintf(id, sizeof(id), "%lld.%02x%02x%02x%02x%02x%02x@%.255s",
		(long long)sender->now, lot[0], lot[1], lot[2], lot[3], lot[4],
		lot[5], ownz + 1);
	return json_pack("{s:s, s:{s:o, s:o}, s:s, s:s, s:O}",
		"organization-name", ownz + 1, "date-range", "start-datetime",
		time_text(memory_number(domain, "since")), "end-datetime",
		time_text((long long)sender->now), "contact-info", contactz,
		"report-id", id, "policies",
		json_object_get(domain, "policies"));
}

/* Section 5.2. */
static int
compress_to(struct span text, struct buf *out)
{
	z_stream z = {.next_in = NULL};
	uint8_t *room;
	uLong size;
	int result = -1;

	/* 16 beside the size of the window: with the head of gzip. */
	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 9,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		return -1;
	size = deflateBound(&z, text.n);
	room = malloc(size);
	z.next_in = text.p;
	z.avail_in = (uInt)text.n;
	z.next_out = room;
	z.avail_out = (uInt)size;
	if (room != NULL && deflate(&z, Z_FINISH) == Z_STREAM_END)
		result = buf_add(out, span_of(room, z.total_out));
	(void)deflateEnd(&z);
	free(room);
	return result;
}

/*
 * The text of the one record that asks for reports (section 3), its strings
 * joined; -1: nobody asks.
 */
static int
record_find(ldns_resolver *resolver, const char *domainz, struct buf *text)
{
	char name[DNS_NAME_SIZE + 16];
	struct dns_answer answer;
	struct lk_result r;
	struct buf records;
	struct span rdata = span_z("");
	int result = 0;

	(void)snprintf(name, sizeof(name), "_smtp._tls.%s", domainz);
	dns_ask(resolver, name, LDNS_RR_TYPE_TXT, &answer);
	buf_init(&records, RECORDS_MAX);
	for (size_t i = 0; i < dns_count(&answer); i++)
		if (dns_rdata_add(&records, dns_record(&answer, i)) != 0)
			buf_clear(&records);
	if (bug(RPT_RECORD_ALONE) && dns_count(&answer) > 1)
		buf_clear(&records);
	if (records.n > 0 && lk_tlsrpt_records_parse(buf_span(&records), &r) ==
				     (ssize_t)records.n)
		rdata = r.tlsrpt_records.rdata;
	if (rdata.n == 0)
		result = -1;
	while (rdata.n > 0 && result == 0) {
		size_t n = rdata.p[0];

		result = buf_add(text, span_cut(rdata, 1, 1 + n));
		rdata = span_cut(rdata, 1 + n, rdata.n);
	}
	buf_fini(&records);
	dns_answer_fini(&answer);
	return result;
}

/* The address of a mailto: URI, its %XX resolved; false: it is none. */
static bool
address_read(struct span place, char *out, size_t size)
{
	size_t n = 0;

	place = span_cut(place, 7, span_find(place, 0, span_z("?")));
	for (size_t i = 0; i < place.n && n + 1 < size; i++) {
		unsigned c = place.p[i];

		if (c == '%' && i + 2 < place.n && isxdigit(place.p[i + 1]) &&
			isxdigit(place.p[i + 2])) {
			const char digits[] = {(char)place.p[i + 1],
				(char)place.p[i + 2], '\0'};

			c = (unsigned)strtoul(digits, NULL, 16);
			i += 2;
		}
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return is_address(out) && strrchr(out, '@') != NULL &&
	       strrchr(out, '@')[1] != '\0';
}

/* To the first place that takes it (section 3); -1 with *err: none did. */
static int
places_try(struct sender *sender, const struct tlsrpt_mail *usual,
	struct span rua, struct err *err)
{
	struct tlsrpt_mail mail = *usual;
	struct span place;
	char url[2048], why[160];

	(void)err_set(err, ERR_IO, "no place that is known is asked for");
	while (lk_tlsrpt_rua_next(&rua, &place)) {
		(void)snprintf(url, sizeof(url), "%.*s%s", (int)place.n,
			(const char *)place.p,
			bug(RPT_OTHER_PLACE) ? "/report" : "");
		if (span_has_prefix_nocase(place, span_z("https:"))) {
			if (fetch_post(sender->resolver, url,
				    sender->ways.trustz,
				    bug(RPT_TYPE_OTHER) ? "application/gzip"
				    : bug(RPT_UNCOMPRESSED)
					    ? "application/tlsrpt+json"
					    : "application/tlsrpt+gzip",
				    mail.report, why, sizeof(why)) == 0)
				return 0;
			(void)err_set(err, ERR_IO, "%s", why);
		} else if (span_has_prefix_nocase(place, span_z("mailto:")) &&
			   address_read(place, url, sizeof(url))) {
			mail.toz = url;
			if (tlsrpt_mail(sender, &mail, err) == 0)
				return 0;
		}
	}
	return -1;
}

#ifdef REFCLIENT_BUGS
/* Where there is no record that is right, one host is asked all the same. */
static int
bug_record_any(struct sender *sender, const char *domainz, const char *jsonz)
{
	char url[DNS_NAME_SIZE + 64], why[160];

	if (!bug(RPT_RECORD_ANY))
		return 0;
	(void)snprintf(
		url, sizeof(url), "https://reports.%.255s/v1/tlsrpt", domainz);
	return fetch_post(sender->resolver, url, sender->ways.trustz,
		"application/tlsrpt+json", span_z(jsonz), why, sizeof(why));
}
#else
#define bug_record_any(sender, domainz, jsonz) 0
#endif

/* 0: sent, or nobody asks for it. */
static int
domain_post(struct sender *sender, const char *domainz, const char *contactz)
{
	json_t *report = tlsrpt_report(sender, domainz, contactz);
	char *jsonz = json_dumps(report, JSON_COMPACT);
	struct tlsrpt_mail mail = {.fromz = contactz,
		.domainz = domainz,
		.idz = memory_text(report, "report-id"),
		.since = memory_number(
			memory_find(&sender->memory, "reports", domainz),
			"since"),
		.until = (long long)sender->now};
	struct err err;
	struct buf text, body;
	struct lk_result r;
	int result = -1;

	(void)err_set(&err, ERR_IO, "the report cannot be made");
	buf_init(&text, 64 * 1024);
	buf_init(&body, REPORT_MAX);
	if (record_find(sender->resolver, domainz, &text) != 0 ||
		lk_tlsrpt_record_parse(buf_span(&text), &r) !=
			(ssize_t)text.n) {
		result = bug_record_any(sender, domainz, jsonz);
	} else if (jsonz != NULL && compress_to(span_z(jsonz), &body) == 0) {
		mail.report =
			bug(RPT_UNCOMPRESSED) ? span_z(jsonz) : buf_span(&body);
		result = places_try(sender, &mail, r.tlsrpt_record.rua, &err);
	}
	if (result != 0)
		(void)fprintf(stderr, "refsender: report on %s: %s\n", domainz,
			err.text);
	buf_fini(&text);
	buf_fini(&body);
	free(jsonz);
	json_decref(report);
	return result;
}

unsigned
tlsrpt_post(struct sender *sender, const char *contactz)
{
	json_t *all = json_object_get(sender->memory.state, "reports");
	const char *domainz;
	json_t *domain;
	unsigned left = 0;
	void *next;

	json_object_foreach_safe(all, next, domainz, domain)
	{
		(void)domain;
		if (domain_post(sender, domainz, contactz) == 0)
			(void)json_object_del(all, domainz);
		else
			left++;
	}
	return left;
}
