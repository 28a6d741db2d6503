/* SPDX-License-Identifier: Apache-2.0 */
/* TLSA records of a host: where they are, and which of them are of use. */
#include "dane.h"

#include <stdio.h>
#include <strings.h>

#include "bug.h"
#include "bug_dane.h"
#include "parse/parse.h"

#define DATA_MAX (256 * 1024)

/*
 * RFC 7672 section 3.1: usages 0 and 1 are of no use to senders, and to nobody
 * what is not assigned or has the wrong length.
 */
static bool
record_read(const ldns_rr *rr, unsigned usage_min, struct dane *dane,
	struct lk_tlsa *out_r)
{
	struct lk_result r;
	struct buf rdata;
	bool good = true;
	ssize_t n;

	buf_init(&rdata, DATA_MAX);
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		good = good &&
		       buf_add(&rdata, span_of(ldns_rdf_data(rdf),
					       ldns_rdf_size(rdf))) == 0;
	}
	n = good ? lk_tlsa_parse(buf_span(&rdata), &r) : -1;
	good = n >= 0 && (size_t)n == rdata.n && r.tlsa.usage >= usage_min;
	if (good) {
		size_t at = dane->data.n;

		*out_r = r.tlsa;
		good = buf_add(&dane->data, r.tlsa.data) == 0;
		/* An offset, until all are there. */
		out_r->data = span_of(NULL, dane->data.n - at);
	}
	buf_fini(&rdata);
	return good;
}

static void
records_read(const struct dns_answer *answer, const struct dane_wish *wish,
	struct dane *dane)
{
	unsigned usage_min =
		wish->is_of_sender || bug(DANE_PKIX_UNKNOWN) ? 2 : 0;
	size_t at = 0;

	for (size_t i = 0;
		i < dns_count(answer) && dane->tlsa.n < TLSA_RECORDS_MAX; i++)
		if (record_read(dns_record(answer, i), usage_min, dane,
			    &dane->tlsa.records[dane->tlsa.n]))
			dane->tlsa.n++;
	for (size_t i = 0; i < dane->tlsa.n; i++) {
		struct span *data = &dane->tlsa.records[i].data;

		*data = span_of(dane->data.p + at, data->n);
		at += data->n;
	}
	buggy(bug_tlsa(&dane->tlsa), (void)0);
	dane->status = dane->tlsa.n > 0 ? DANE_USABLE : DANE_UNUSABLE;
}

/*
 * The records at the port of a name (section 2.2.3). true: that is all there
 * is to know; false: there are none here.
 */
static bool
base_try(ldns_resolver *resolver, const struct dane_wish *wish,
	const char *basez, struct dane *dane)
{
	char name[DNS_NAME_SIZE + 16];
	struct dns_answer answer;
	bool found;

	(void)snprintf(name, sizeof(name), "_%u._tcp.%s",
		bug(DANE_PORT_WRONG) ? 443 : wish->port, basez);
	dns_ask(resolver, name, LDNS_RR_TYPE_TLSA, &answer);
	found = answer.result == DNS_FOUND &&
		(answer.secure || bug(DANE_INSECURE_BELIEVED));
	/* Section 2.1.1: an error, and what does not hold, may be an attack;
	 * only what nobody signed is as if it were not there. */
	if (answer.result == DNS_FAILED)
		dane->status =
			buggy(bug_tlsa_unknown(dane->status), DANE_UNKNOWN);
	if (found) {
		(void)snprintf(
			dane->tlsa.base, sizeof(dane->tlsa.base), "%s", basez);
		records_read(&answer, wish, dane);
	}
	found = found || answer.result == DNS_FAILED;
	dns_answer_fini(&answer);
	return found;
}

/* The alias itself is signed, wherever it leads (section 2.2.2). */
static bool
alias_is_secure(ldns_resolver *resolver, const char *hostz)
{
	struct dns_answer answer;
	bool secure;

	dns_ask(resolver, hostz, LDNS_RR_TYPE_CNAME, &answer);
	secure = answer.result == DNS_FOUND && answer.secure;
	dns_answer_fini(&answer);
	return secure;
}

void
dane_find(ldns_resolver *resolver, const struct dane_wish *wish,
	const struct addresses *addresses, struct dane *out_r)
{
	bool is_alias = strcasecmp(addresses->name, wish->hostz) != 0;

	*out_r = (struct dane){.status = DANE_NONE};
	out_r->tlsa.alsoz = wish->alsoz;
	out_r->tlsa.or_anybody = wish->is_of_sender;
	buf_init(&out_r->data, DATA_MAX);
	/* Section 2.2.2: with an address that nobody signed there is no use
	 * in asking, and who is asked may not even know the type. */
	if (!addresses->secure && !buggy(bug_asks_insecure(), false)) {
		if (is_alias && alias_is_secure(resolver, wish->hostz))
			(void)base_try(resolver, wish, wish->hostz, out_r);
		return;
	}
	/* Section 2.2.3: where the aliases end, and else where they begin. */
	if (!buggy(bug_base_other(is_alias, out_r), false) &&
		base_try(resolver, wish, addresses->name, out_r))
		return;
	if (is_alias)
		(void)base_try(resolver, wish, wish->hostz, out_r);
}

void
dane_fini(struct dane *dane)
{
	buf_fini(&dane->data);
}
