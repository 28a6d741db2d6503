/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of DANE that need more than a condition. */
#ifndef REFCLIENT_BUG_DANE_H
#define REFCLIENT_BUG_DANE_H

#include "dane.h"

/* Change the records that are of use. */
void bug_tlsa(struct tlsa *tlsa);
/* In the place of DANE_UNKNOWN; usual is what it was before. */
enum dane_status bug_tlsa_unknown(enum dane_status usual);
/* Do not go to a host that has no records, or none that is of use. */
bool bug_demands(const struct dane *dane);
/* Ask for the records of a host whose address nobody signed. */
bool bug_asks_insecure(void);
/* The name where aliases end is not the base. */
bool bug_base_other(bool is_alias, struct dane *dane);
/* Questions that come too early, or are about somebody else. */
void bug_ask_early(
	ldns_resolver *resolver, const char *hostz, const char *domainz);

#endif
