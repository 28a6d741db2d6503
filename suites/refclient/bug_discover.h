/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of who looks for his servers. */
#ifndef REFCLIENT_BUG_DISCOVER_H
#define REFCLIENT_BUG_DISCOVER_H

#include "account.h"

/* As service_find: a name that many have, in the place of a record. */
int bug_guess(enum service_kind kind, const char *domainz, json_t *services);
/* Asks again on each visit. */
void bug_find_again(struct account *a, enum service_kind kind);
/* The other protocol, behind a failure of this one. */
void bug_switch(struct account *a);

#endif
