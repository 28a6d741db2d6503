/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail, and the hosts of the domain that it is for: each in turn, and none
 * that does not fit what its domain demands (RFC 8461 section 5).
 */
#include "deliver.h"

#include "addresses.h"
#include "bug.h"
#include "bug_host.h"
#include "host.h"
#include "route.h"
#include "sts.h"

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
host_try(struct sender *sender, struct host_wish *wish, const struct mail *mail,
	struct tally *tally, struct err *err)
{
	struct addresses found;
	struct host_visit visit = {.result = HOST_LATER};

	addresses_find(sender->resolver, wish->hostz, &found);
	if (found.n == 0)
		(void)err_set(err, ERR_IO, "%s has no address", wish->hostz);
	for (size_t i = 0; i < found.n; i++) {
		wish->addressz = found.text[i];
		host_visit(wish, mail, &visit);
		if (visit.result == HOST_DONE)
			break;
		(void)err_set(
			err, ERR_IO, "%s: %.180s", wish->hostz, visit.err.text);
		if (visit.stage != STAGE_CONNECT)
			break;
	}
	tally_add(tally, visit.result);
}

/*
 * RFC 8461 section 5: only `enforce` holds mail back, from a host that is not
 * listed (section 4.1), or has no TLS with a certificate of its own name
 * (section 4.2). `testing` and `none` are like no policy here.
 */
static void
host_consider(struct sender *sender, const struct sts *sts, const char *hostz,
	const struct mail *mail, struct tally *tally, struct err *err)
{
	bool enforced =
		buggy(bug_enforced(sts), sts->mode == LK_STS_MODE_ENFORCE);
	struct host_wish wish = {.hostz = hostz,
		.trustz = sender->trustz,
		.demands_tls = enforced,
		.peer = enforced && !bug(STS_CERTIFICATE_UNCHECKED)
				? TLS_NAMED
				: TLS_ANYBODY};

	if (enforced && !bug(OWN_HOSTS_TRUSTED) && !sts_lists(sts, hostz)) {
		(void)err_set(
			err, ERR_IO, "%s is not listed by the policy", hostz);
		tally_add(tally, HOST_UNFIT);
		return;
	}
	host_try(sender, &wish, mail, tally, err);
}

static enum decision
hosts_try(struct sender *sender, const struct route *route,
	const struct sts *sts, const struct mail *mail, struct err *err)
{
	struct tally tally = {.sent = false};

	for (size_t i = 0; i < route->n && !tally.sent && !tally.refused; i++) {
		host_consider(
			sender, sts, route->hosts[i].name, mail, &tally, err);
		if (buggy(bug_stops(route, i), false))
			break;
	}
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
	struct sts sts;
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
		return route.result == ROUTE_NONE ? DECISION_NEVER
						  : DECISION_LATER;
	}
	sts_find(sender, domainz, &sts);
	decision = buggy(bug_defers(&sts), false)
			   ? DECISION_LATER
			   : hosts_try(sender, &route, &sts, mail, err);
	sts_fini(&sts);
	return decision;
}
