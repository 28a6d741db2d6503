/* SPDX-License-Identifier: Apache-2.0 */
/* Where the servers of an address are. */
#include "discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "account.h"
#include "bug.h"
#include "bug_discover.h"
#include "dns.h"

#define RECORDS_MAX 16

bool
is_within(const char *hostz, const char *domainz)
{
	size_t host = strlen(hostz), domain = strlen(domainz);

	if (host < domain || domain == 0 ||
		strcasecmp(hostz + host - domain, domainz) != 0)
		return false;
	return host == domain || hostz[host - domain - 1] == '.' ||
	       bug(SRV_SUFFIX);
}

/* a is better than b. */
static bool
srv_before(const struct srv *a, const struct srv *b)
{
	if (bug(SRV_CLEAR) && a->implicit != b->implicit)
		return b->implicit;
	if (a->priority != b->priority)
		return (a->priority < b->priority) != bug(SRV_LAST);
	if (a->implicit != b->implicit)
		return a->implicit;
	return a->weight > b->weight;
}

const struct srv *
srv_choose(const struct srv *records, unsigned n)
{
	const struct srv *best = NULL;

	for (unsigned i = 0; i < n; i++)
		if (records[i].target[0] != '\0' &&
			(best == NULL || srv_before(&records[i], best)))
			best = &records[i];
	return best;
}

/* One record of an answer; false: it is none. */
static bool
srv_read(const ldns_rr *rr, bool implicit, struct srv *out_r)
{
	if (ldns_rr_rd_count(rr) < 4)
		return false;
	out_r->priority = ldns_rdf2native_int16(ldns_rr_rdf(rr, 0));
	out_r->weight = ldns_rdf2native_int16(ldns_rr_rdf(rr, 1));
	out_r->port = ldns_rdf2native_int16(ldns_rr_rdf(rr, 2));
	out_r->implicit = implicit;
	return dns_name_read(rr, 3, out_r->target);
}

/*
 * Add the records of one label. What has no answer is as if it had none: an
 * attacker can make that, and gains nothing but that the account is not made.
 */
static unsigned
srv_ask(ldns_resolver *resolver, const char *labelz, const char *domainz,
	bool implicit, struct srv *records, unsigned n)
{
	char namez[512];
	struct dns_answer answer;

	(void)snprintf(namez, sizeof(namez), "%s._tcp.%s.", labelz, domainz);
	dns_ask(resolver, namez, LDNS_RR_TYPE_SRV, &answer);
	for (size_t i = 0; i < dns_count(&answer) && n < RECORDS_MAX; i++)
		if (srv_read(dns_record(&answer, i), implicit, &records[n]))
			records[n++].secure = answer.secure;
	dns_answer_fini(&answer);
	return n;
}

/* The best record of a service; false: the domain does not announce it. */
static bool
service_ask(ldns_resolver *resolver, enum service_kind kind,
	const char *domainz, struct srv *out_r)
{
	struct srv records[RECORDS_MAX];
	const struct srv *best;
	unsigned n;

	n = bug(SRV_STARTTLS_ONLY)
		    ? 0
		    : srv_ask(resolver, service_label(kind, true), domainz,
			      true, records, 0);
	n = srv_ask(resolver, service_label(kind, false), domainz, false,
		records, n);
	best = srv_choose(records, n);
	if (best != NULL)
		*out_r = *best;
	return best != NULL;
}

/*
 * Whoever answers the question could name any host, and get a certificate for
 * it. So the target has to be within the domain, which the certificate then
 * proves (RFC 6186 section 6, RFC 8314 section 5.1), or the answer signed;
 * another one the user has to name himself.
 */
static int
service_take(enum service_kind kind, const char *domainz, bool by_dane,
	const struct srv *best, json_t *services, struct err *err)
{
	if (!is_within(best->target, domainz) && !(by_dane && best->secure) &&
		!bug(SRV_FOREIGN))
		return err_set(err, ERR_IO,
			"%s is not within %s: if your provider says that it "
			"is right, give --%s=%s:%u",
			best->target, domainz, service_name(kind), best->target,
			best->port);
	(void)json_object_set_new(services, service_name(kind),
		json_pack("{s:s, s:i, s:s, s:s}", "host", best->target, "port",
			(int)best->port, "tls",
			best->implicit ? "implicit" : "starttls", "domain",
			domainz));
	return 0;
}

/* One service; 1: the domain does not announce it. */
static int
service_find(ldns_resolver *resolver, enum service_kind kind,
	const char *domainz, bool by_dane, json_t *services, struct err *err)
{
	struct srv best;

	if (bug(SRV_UNASKED))
		return buggy(bug_guess(kind, domainz, services), 1);
	if (service_ask(resolver, kind, domainz, &best))
		return service_take(
			kind, domainz, by_dane, &best, services, err);
	return bug(SRV_DOT_GUESSED) || bug(SRV_CLEAR)
		       ? buggy(bug_guess(kind, domainz, services), 1)
		       : 1;
}

/* RFC 6186 section 3.4: of both ways to read mail the one that the domain
 * prefers; of equal ones IMAP. */
static enum service_kind
reading_choose(ldns_resolver *resolver, const char *domainz)
{
	struct srv imap, pop3;

	if (bug(SRV_UNASKED))
		return SERVICE_IMAP;
	if (!service_ask(resolver, SERVICE_POP3, domainz, &pop3) ||
		bug(SRV_IMAP_ALWAYS))
		return SERVICE_IMAP;
	return service_ask(resolver, SERVICE_IMAP, domainz, &imap) &&
			       (imap.priority <= pop3.priority) != bug(SRV_LAST)
		       ? SERVICE_IMAP
		       : SERVICE_POP3;
}

int
discover(const char *addressz, bool by_dane, json_t *services, struct err *err)
{
	const char *domainz = strrchr(addressz, '@');
	ldns_resolver *resolver = NULL;
	json_t *found = json_object();
	int result = -1, reading;

	if (domainz == NULL || *++domainz == '\0')
		(void)err_set(err, ERR_PLAN, "%s has no domain", addressz);
	else if ((resolver = dns_open(err)) != NULL)
		result = service_find(resolver, SERVICE_SUBMISSION, domainz,
			by_dane, found, err);
	if (result >= 0) {
		reading = service_find(resolver,
			reading_choose(resolver, domainz), domainz, by_dane,
			found, err);
		result = reading < 0 ? -1 : 0;
	}
	if (result == 0 && json_object_size(found) == 0)
		result = err_set(err, ERR_IO,
			"%s announces no server; give --imap, --pop3 or "
			"--submission",
			domainz);
	if (result == 0)
		(void)json_object_update(services, found);
	json_decref(found);
	dns_close(resolver);
	return result;
}
