/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the delivery. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <netdb.h>
#include <stdio.h>

#include "bug_dane.h"
#include "bug_host.h"
#include "bug_session.h"

/* A word with two dots in it, without what stands around a name. */
static bool
name_in(struct span text, char name[DNS_NAME_SIZE])
{
	struct span word;
	size_t dot;

	while ((word = span_word(&text, ' ')).n > 0) {
		size_t at = span_find(word, 0, span_z("//"));

		if (at != SIZE_MAX)
			word = span_cut(word, at + 2, word.n);
		word = span_cut(word, 0, span_find(word, 0, span_z("/")));
		word = span_cut(word, 0, span_find(word, 0, span_z("\r")));
		dot = span_find(word, 0, span_z("."));
		if (dot != SIZE_MAX && word.p[0] > '9' &&
			span_find(word, dot + 1, span_z(".")) != SIZE_MAX) {
			(void)snprintf(name, DNS_NAME_SIZE, "%.*s", (int)word.n,
				(const char *)word.p);
			return true;
		}
	}
	return false;
}

void
bug_named_visit(const struct session *s)
{
	struct addrinfo *list = NULL;
	char name[DNS_NAME_SIZE];

	if (bug(SMTP_TEXT_FOLLOWED) && s->code >= 500 &&
		name_in(buf_span(&s->wire.in), name) &&
		getaddrinfo(name, "25", NULL, &list) == 0)
		freeaddrinfo(list);
}

bool
bug_stops(const struct route *route, size_t i)
{
	(void)route;
	(void)i;
	return bug(FIRST_HOST_ONLY);
}

void
bug_excuse(const struct mail *mail, struct host_wish *wish)
{
	if (!bug(NO_TLS_REQUIRED) || !bug_is_excusing(mail))
		return;
	wish->demands_tls = false;
	wish->refuses_tls = true;
}

bool
bug_without_dane(const struct dane *dane, struct host_wish *wish)
{
	if (bug(DANE_NONE_DEMANDS) && dane->status == DANE_NONE) {
		wish->demands_tls = true;
		wish->peer = TLS_NAMED;
	}
	return bug_demands(dane);
}

/* One of the hosts has no address. */
static bool
has_lost_host(struct sender *sender, const struct route *route)
{
	struct addresses addresses;
	bool found = false;

	for (size_t i = 0; i < route->n && !found; i++) {
		addresses_find(
			sender->resolver, route->hosts[i].name, &addresses);
		found = addresses.n == 0;
	}
	return found;
}

void
bug_dane_known(
	struct sender *sender, const struct route *route, struct dane *dane)
{
	static bool insecure;

	if ((bug(DANE_CARRIED_OVER) && insecure) ||
		(bug(DANE_LOST_HOST) && has_lost_host(sender, route)))
		dane->status = DANE_NONE;
	insecure = dane->status == DANE_NONE;
}

const char *
bug_also(bool is_secure, const char *domainz)
{
	return (is_secure || bug(DANE_MX_BELIEVED)) && !bug(DANE_DOMAIN_UNKNOWN)
		       ? domainz
		       : NULL;
}

void
bug_last_resort(struct sender *sender, const struct route *route,
	const struct mail *mail, bool *sent)
{
	struct host_wish wish = {
		.hostz = route->hosts[0].name, .peer = TLS_ANYBODY};
	struct host_visit visit;
	struct addresses addresses;

	if (!bug(LAST_RESORT) || *sent)
		return;
	addresses_find(sender->resolver, wish.hostz, &addresses);
	wish.addressz = addresses.text[0];
	if (addresses.n == 0)
		return;
	host_visit(&wish, mail, &visit);
	*sent = visit.result == HOST_DONE;
}

enum decision
bug_later(const struct sts *sts)
{
	return bug(FAILURE_BOUNCES) || (bug(STS_FAILURE_BOUNCES) &&
					       sts->mode == LK_STS_MODE_ENFORCE)
		       ? DECISION_NEVER
		       : DECISION_LATER;
}
#endif
