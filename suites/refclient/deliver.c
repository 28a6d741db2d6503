/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail, and the hosts of the domain that it is for: each in turn, and none
 * that does not fit what its domain demands (RFC 8461 section 5).
 */
#include "deliver.h"

#include "addresses.h"
#include "bug.h"
#include "bug_dane.h"
#include "bug_host.h"
#include "dane.h"
#include "host.h"
#include "route.h"
#include "sts.h"
#include "tlsrpt.h"

/* What the hosts that were tried said. */
struct tally {
	bool sent, refused; /* for good */
	unsigned closed, others;
};

static void
tally_add(struct tally *tally, enum host_result result)
{
	tally->sent = tally->sent || result == HOST_DONE;
	tally->refused = tally->refused || result == HOST_NEVER;
	if (result == HOST_CLOSED)
		tally->closed++;
	else
		tally->others++;
}

/* All addresses of a host, until one of them answers for it. */
static void
host_try(struct sender *sender, const struct sts *sts, const struct dane *dane,
	struct host_wish *wish, const struct addresses *addresses,
	const struct mail *mail, struct tally *tally, struct err *err)
{
	struct host_visit visit = {.result = HOST_LATER};

	for (size_t i = 0; i < addresses->n; i++) {
		wish->addressz = addresses->text[i];
		host_visit(wish, mail, &visit);
		tlsrpt_visit(sender, strrchr(mail->recipients[0], '@') + 1,
			wish, dane, sts, &visit);
		if (visit.result == HOST_DONE)
			break;
		(void)err_set(
			err, ERR_IO, "%s: %.180s", wish->hostz, visit.err.text);
		if (visit.stage != STAGE_CONNECT)
			break;
	}
	tally_add(tally, visit.result);
}

static bool
is_enforced(const struct sts *sts)
{
	return buggy(bug_enforced(sts), sts->mode == LK_STS_MODE_ENFORCE);
}

/*
 * RFC 8461 section 5: only `enforce` holds mail back, from a host that is not
 * listed (section 4.1), or has no TLS with a certificate of its own name
 * (section 4.2). `testing` and `none` are like no policy here. false: the host
 * is none to go to.
 */
static bool
wish_by_sts(const struct sts *sts, struct host_wish *wish, struct err *err)
{
	if (!is_enforced(sts))
		return true;
	wish->demands_tls = true;
	if (!bug(STS_CERTIFICATE_UNCHECKED))
		wish->peer = TLS_NAMED;
	buggy(bug_names_listed(sts), (void)0);
	if (bug(OWN_HOSTS_TRUSTED) || sts_lists(sts, wish->hostz))
		return true;
	(void)err_set(
		err, ERR_IO, "%s is not listed by the policy", wish->hostz);
	return false;
}

/*
 * DANE goes first: where TLSA records tell who the host is, they alone do, so
 * that no policy can make good what they refuse (RFC 8461 section 2). Where
 * nobody knows whether there are any, the host is out of reach (RFC 7672
 * section 2.1.1).
 */
static bool
wish_make(const struct sender *sender, const struct route *route,
	const struct dane *dane, const struct sts *sts, struct host_wish *wish,
	struct err *err)
{
	if (dane->status == DANE_UNKNOWN) {
		(void)err_set(err, ERR_IO,
			"the TLSA records of %s cannot be looked up",
			wish->hostz);
		return false;
	}
	if (sender->ways.needs_dane && !bug(DANE_ONLY_IGNORED) &&
		(dane->status != DANE_USABLE || !route->secure)) {
		(void)err_set(err, ERR_IO, "%s is without DANE", wish->hostz);
		return false;
	}
	if (dane->status == DANE_USABLE) {
		wish->demands_tls = !bug(DANE_OPTIONAL);
		wish->peer = bug(DANE_UNCHECKED) ? TLS_ANYBODY : TLS_TLSA;
		wish->tlsa = &dane->tlsa;
		return !bug(DANE_AND_STS) || !is_enforced(sts) ||
		       sts_lists(sts, wish->hostz);
	}
	if (dane->status == DANE_UNUSABLE) {
		wish->demands_tls = !bug(DANE_UNUSABLE_OPTIONAL);
		wish->refuses_tls = bug(DANE_UNUSABLE_CLEAR);
	}
	if (buggy(bug_without_dane(dane, wish), false))
		return false;
	return wish_by_sts(sts, wish, err);
}

static void
host_consider(struct sender *sender, const struct route *route,
	const struct sts *sts, const char *hostz, const struct mail *mail,
	struct tally *tally, struct err *err)
{
	struct host_wish wish = {.hostz = hostz,
		.trustz = sender->ways.trustz,
		.peer = TLS_ANYBODY};
	const char *domainz = strrchr(mail->recipients[0], '@') + 1;
	const struct dane_wish named = {.hostz = hostz,
		.port = HOST_PORT,
		.alsoz = buggy(bug_also(route->secure, domainz),
			route->secure ? domainz : NULL),
		.is_of_sender = true};
	struct addresses addresses;
	struct dane dane = {.status = DANE_NONE};

	buggy(bug_ask_early(sender->resolver, hostz, domainz), (void)0);
	addresses_find(sender->resolver, hostz, &addresses);
	if (addresses.n == 0) {
		(void)err_set(err, ERR_IO, "%s has no address", hostz);
		tally_add(tally, HOST_LATER);
		return;
	}
	if (bug(LIST_ALIAS))
		wish.hostz = addresses.name;
	if (sender->ways.by_dane) {
		dane_find(sender->resolver, &named, &addresses, &dane);
		buggy(bug_dane_known(sender, route, &dane), (void)0);
	}
	if (wish_make(sender, route, &dane, sts, &wish, err)) {
		buggy(bug_excuse(mail, &wish), (void)0);
		host_try(sender, sts, &dane, &wish, &addresses, mail, tally,
			err);
	} else {
		tlsrpt_unfit(sender, domainz, hostz, &dane);
		tally_add(tally, HOST_UNFIT);
	}
	if (bug(DANE_OVERRIDDEN) && !tally->sent && is_enforced(sts)) {
		wish = (struct host_wish){
			.hostz = hostz, .trustz = sender->ways.trustz};
		if (wish_by_sts(sts, &wish, err))
			host_try(sender, sts, &dane, &wish, &addresses, mail,
				tally, err);
	}
	if (sender->ways.by_dane)
		dane_fini(&dane);
}

static enum decision
hosts_try(struct sender *sender, const struct route *route,
	const struct sts *sts, const struct mail *mail, struct err *err)
{
	struct tally tally = {.sent = false};

	for (size_t i = 0; i < route->n && !tally.sent && !tally.refused; i++) {
		host_consider(sender, route, sts, route->hosts[i].name, mail,
			&tally, err);
		if (buggy(bug_stops(route, i), false))
			break;
	}
	buggy(bug_last_resort(sender, route, mail, &tally.sent), (void)0);
	if (tally.sent)
		return DECISION_SENT;
	/* RFC 7504 section 3: for good only if no host is left that may take
	 * it. What fails for want of a policy's demands is tried again: it
	 * may be an attack, which ends (RFC 8461 section 5). */
	if (tally.refused || (tally.closed > 0 && tally.others == 0))
		return DECISION_NEVER;
	return buggy(bug_later(sts), DECISION_LATER);
}

enum decision
deliver(struct sender *sender, const char *domainz, const struct mail *mail,
	struct err *err)
{
	struct route route;
	struct sts sts = {.mode = LK_STS_MODE_MISSING};
	enum decision decision;

	route_find(sender->resolver, domainz, &route);
	if (route.result == ROUTE_NULL) {
		(void)err_set(err, ERR_IO, "%s takes no mail", domainz);
		return DECISION_NEVER;
	}
	if (route.result != ROUTE_FOUND) {
		(void)err_set(err, ERR_IO, "%s: %s", domainz,
			route.result == ROUTE_NONE
				? "there is no such domain"
				: "its hosts cannot be looked up");
		return route.result == ROUTE_NONE
			       ? DECISION_NEVER
			       : buggy(bug_later(&sts), DECISION_LATER);
	}
	if (sender->ways.by_sts)
		sts_find(sender, buggy(bug_domain(domainz), domainz), &sts);
	tlsrpt_policy(sender, domainz, &sts);
	decision = buggy(bug_defers(&sts), false)
			   ? DECISION_LATER
			   : hosts_try(sender, &route, &sts, mail, err);
	sts_fini(&sts);
	return decision;
}
