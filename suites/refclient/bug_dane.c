/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of DANE. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <stdio.h>

#include "bug_dane.h"

static void
records_drop(struct tlsa *tlsa, uint8_t matching)
{
	size_t n = 0;

	for (size_t i = 0; i < tlsa->n; i++)
		if (tlsa->records[i].matching != matching)
			tlsa->records[n++] = tlsa->records[i];
	tlsa->n = n;
}

void
bug_tlsa(struct tlsa *tlsa)
{
	bool has_512 = false;

	for (size_t i = 0; i < tlsa->n; i++) {
		struct lk_tlsa *record = &tlsa->records[i];

		has_512 = has_512 || record->matching == 2;
		if (bug(DANE_KEY_OF_ANCHOR) && record->usage == 2 &&
			record->selector == 1 && record->matching == 0)
			record->usage = 3;
		if (bug(DANE_KEYS_ONLY))
			record->selector = 1;
		if (bug(DANE_USAGE_IGNORED))
			record->usage = 3;
		if (bug(DANE_SHA512_CUT) && record->matching == 2) {
			record->matching = 1;
			record->data.n = 32;
		}
	}
	if (bug(DANE_STRONGEST_OF_ALL) && has_512)
		records_drop(tlsa, 1);
	if (bug(DANE_SHA512_UNKNOWN))
		records_drop(tlsa, 2);
}

enum dane_status
bug_tlsa_unknown(enum dane_status usual)
{
	return bug(DANE_FAILURE_IGNORED) ? usual : DANE_UNKNOWN;
}

bool
bug_demands(const struct dane *dane)
{
	return (bug(DANE_UNUSABLE_FAILS) && dane->status == DANE_UNUSABLE) ||
	       (bug(DANE_MANDATORY) && dane->status == DANE_NONE);
}

bool
bug_asks_insecure(void)
{
	return bug(DANE_ASKS_INSECURE) || bug(DANE_INSECURE_BELIEVED);
}

bool
bug_base_other(bool is_alias, struct dane *dane)
{
	if (bug(DANE_ALIAS_REFUSED) && is_alias)
		dane->status = DANE_UNKNOWN;
	return (bug(DANE_ALIAS_KEPT) || bug(DANE_ALIAS_REFUSED)) && is_alias;
}

static void
question(ldns_resolver *resolver, const char *basez)
{
	char name[DNS_NAME_SIZE + 16];
	struct dns_answer answer;

	(void)snprintf(name, sizeof(name), "_25._tcp.%s", basez);
	dns_ask(resolver, name, LDNS_RR_TYPE_TLSA, &answer);
	dns_answer_fini(&answer);
}

void
bug_ask_early(ldns_resolver *resolver, const char *hostz, const char *domainz)
{
	if (bug(DANE_ASKS_FIRST))
		question(resolver, hostz);
	if (bug(DANE_ASKS_DOMAIN))
		question(resolver, domainz);
}
#endif
