/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the resolver of this machine. */
#include "dns.h"

#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "bug.h"

#define UDP_SIZE 1232 /* that no network cuts */
#define TRIES 2
#define ALIASES_MAX 10

ldns_resolver *
dns_open(struct err *err)
{
	static const struct timeval patience = {.tv_sec = 2};
	ldns_resolver *resolver;

	if (ldns_resolver_new_frm_file(&resolver, NULL) != LDNS_STATUS_OK) {
		(void)err_set(err, ERR_IO, "no name server is known");
		return NULL;
	}
	ldns_resolver_set_timeout(resolver, patience);
	ldns_resolver_set_retry(resolver, TRIES);
	ldns_resolver_set_edns_udp_size(resolver, UDP_SIZE);
	/* What is cut comes again over TCP (RFC 7766 section 5). */
	ldns_resolver_set_fallback(resolver, !bug(DNS_NO_TCP));
	return resolver;
}

void
dns_close(ldns_resolver *resolver)
{
	ldns_resolver_deep_free(resolver);
}

static bool
name_read(const ldns_rdf *rdf, char out[DNS_NAME_SIZE])
{
	char *z = ldns_rdf2str(rdf);
	size_t n = z != NULL ? strlen(z) : 0;

	if (n > 0 && z[n - 1] == '.')
		z[--n] = '\0';
	(void)snprintf(out, DNS_NAME_SIZE, "%s", z != NULL ? z : "");
	LDNS_FREE(z);
	return n < DNS_NAME_SIZE;
}

bool
dns_name_read(const ldns_rr *rr, size_t i, char out[DNS_NAME_SIZE])
{
	return ldns_rr_rd_count(rr) > i && name_read(ldns_rr_rdf(rr, i), out);
}

/* Where the aliases of the answer lead from a name (RFC 1034 section 3.6.2);
 * borrowed. NULL: they never end. */
static const ldns_rdf *
alias_follow(const ldns_rr_list *list, const ldns_rdf *name)
{
	size_t n = ldns_rr_list_rr_count(list), i;

	for (int steps = 0; steps < ALIASES_MAX; steps++) {
		for (i = 0; i < n; i++) {
			const ldns_rr *rr = ldns_rr_list_rr(list, i);

			if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME &&
				ldns_rr_rd_count(rr) == 1 &&
				ldns_dname_compare(ldns_rr_owner(rr), name) ==
					0)
				break;
		}
		if (i == n || bug(DNS_ALIAS_IGNORED))
			return name;
		name = ldns_rr_rdf(ldns_rr_list_rr(list, i), 0);
	}
	return NULL;
}

/* The records of the type, of the name where aliases lead. */
static void
answer_read(const ldns_pkt *packet, const ldns_rdf *asked, ldns_rr_type type,
	struct dns_answer *out)
{
	ldns_rr_list *list = ldns_pkt_answer(packet);
	ldns_pkt_rcode rcode = ldns_pkt_get_rcode(packet);
	const ldns_rdf *name = alias_follow(list, asked);

	if (ldns_pkt_tc(packet) || name == NULL ||
		(rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN))
		return;
	(void)name_read(name, out->name);
	out->secure = ldns_pkt_ad(packet);
	if (rcode == LDNS_RCODE_NXDOMAIN) {
		out->result = DNS_NXDOMAIN;
		return;
	}
	out->all = ldns_rr_list_new();
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == type &&
			ldns_dname_compare(ldns_rr_owner(rr), name) == 0)
			(void)ldns_rr_list_push_rr(out->all, ldns_rr_clone(rr));
	}
	out->result = dns_count(out) > 0 ? DNS_FOUND : DNS_NODATA;
}

void
dns_ask(ldns_resolver *resolver, const char *namez, ldns_rr_type type,
	struct dns_answer *out_r)
{
	ldns_rdf *name = ldns_dname_new_frm_str(namez);
	ldns_pkt *packet = NULL;

	/* A server that left one question open may know the next. */
	for (size_t i = 0; i < ldns_resolver_nameserver_count(resolver); i++)
		ldns_resolver_set_nameserver_rtt(
			resolver, i, LDNS_RESOLV_RTT_MIN);
	*out_r = (struct dns_answer){.result = DNS_FAILED};
	(void)snprintf(out_r->name, sizeof(out_r->name), "%s", namez);
	/* AD in the question: tell if it is secure (RFC 6840 section 5.7). */
	if (name != NULL &&
		ldns_resolver_send(&packet, resolver, name, type,
			LDNS_RR_CLASS_IN,
			LDNS_RD | LDNS_AD |
				(bug(DNS_UNCHECKED) ? LDNS_CD : 0)) ==
			LDNS_STATUS_OK &&
		packet != NULL)
		answer_read(packet, name, type, out_r);
	ldns_pkt_free(packet);
	ldns_rdf_deep_free(name);
}

void
dns_answer_fini(struct dns_answer *answer)
{
	ldns_rr_list_deep_free(answer->all);
	answer->all = NULL;
}

size_t
dns_count(const struct dns_answer *answer)
{
	return answer->all != NULL ? ldns_rr_list_rr_count(answer->all) : 0;
}

const ldns_rr *
dns_record(const struct dns_answer *answer, size_t i)
{
	return ldns_rr_list_rr(answer->all, i);
}

int
dns_rdata_add(struct buf *out, const ldns_rr *rr)
{
	size_t n = 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
		n += ldns_rdf_size(ldns_rr_rdf(rr, i));
	if (n > UINT16_MAX ||
		buf_add(out, span_of((const uint8_t[]){(uint8_t)(n >> 8),
					     (uint8_t)n},
				     2)) != 0)
		return -1;
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		if (buf_add(out, span_of(ldns_rdf_data(rdf),
					 ldns_rdf_size(rdf))) != 0)
			return -1;
	}
	return 0;
}
