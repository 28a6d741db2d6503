/* SPDX-License-Identifier: Apache-2.0 */
/* A visit to a server of an account, and what stays of it in the state. */
#include "visit.h"

#include <time.h>

#include "bug.h"
#include "reach.h"

static const struct protocol *const protocols[SERVICES] = {
	[SERVICE_IMAP] = &protocol_imap,
	[SERVICE_POP3] = &protocol_pop3,
	[SERVICE_SUBMISSION] = &protocol_smtp,
};

/*
 * For `status`: the level is 1 if TLS was there with a certificate that
 * proves who the server is, else 0. It is never shown higher than it was
 * (DEEP section 3; RFC 8314 section 5).
 */
static void
visit_note(const struct session *s, bool done, const char *whyz)
{
	char when[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	int level = s->version[0] != '\0' && s->deep.flaws == 0 ? 1 : 0;

	if (bug(STATUS_STALE) && !done)
		return;
	level = bug(STATUS_FLATTERS)        ? 1
		: bug(STATUS_TELLS_NOTHING) ? 0
					    : level;
	if (gmtime_r(&now, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	(void)json_object_set_new(account_object(s->account, "sessions"),
		service_name(s->kind),
		json_pack("{s:s, s:b, s:i, s:s, s:s, s:s, s:s}", "when", when,
			"done", done, "level", level, "tls", s->version,
			"cipher", s->cipher, "group", s->group, "why", whyz));
}

/* By DANE, where the account wants it: before anybody is gone to. *reach is
 * kept as long as the session. */
static int
session_reach(struct session *s, struct reach *reach)
{
	const struct service *to = &s->account->service[s->kind];
	int result;

	if (!s->account->by_dane || bug(DANE_UNASKED))
		return session_run(s);
	result = reach_find(to, reach, s->err);
	s->addresses = &reach->addresses;
	reach->dane.tlsa.or_anybody = bug(DANE_UNUSABLE_ANYBODY);
	if (reach->dane.status == DANE_USABLE ||
		(bug(DANE_UNUSABLE_ANYBODY) &&
			reach->dane.status == DANE_UNUSABLE))
		s->tlsa = &reach->dane.tlsa;
	return result == 0 ? session_run(s) : result;
}

int
visit(struct account *a, enum service_kind kind, const struct mail *mail)
{
	struct err err = {.class = ERR_NONE}, unsaved;
	struct session s = {.account = a,
		.kind = kind,
		.protocol = protocols[kind],
		.mail = mail,
		.out = stdout,
		.err = &err};
	struct reach reach = {0};
	int result = session_reach(&s, &reach);

	if (result != 0)
		(void)fprintf(stderr, "refclient: %s %s: %s\n",
			service_name(kind), a->service[kind].hostz, err.text);
	visit_note(&s, result == 0, result == 0 ? "" : err.text);
	if (account_save(a, &unsaved) != 0) {
		(void)fprintf(stderr, "refclient: %s\n", unsaved.text);
		result = -1;
	}
	reach_fini(&reach);
	return result;
}
