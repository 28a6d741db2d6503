/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of MTA-STS that need more than a condition. */
#ifndef REFCLIENT_BUG_STS_H
#define REFCLIENT_BUG_STS_H

#include "sts.h"

/* In the place of the domain whose policy is looked for; it has to last. */
const char *bug_domain(const char *domainz);
/* A certificate has one of the names that this policy lists. */
void bug_names_listed(const struct sts *sts);
/* Look for the policy of the domain above, too. */
void bug_parent_ask(struct sender *sender, const char *domainz);
/* Note whether the question for the record was answered. */
void bug_asked(const struct dns_answer *answer);
/* As for lk_sts_records_parse, of which found is the verdict; an id. */
bool bug_record(struct span records, bool found, char id[33]);
/* Write a policy as the parser is to see it; -1: it is refused. */
int bug_policy(struct span text, struct buf *out);
/* A pattern fits a host; usual is what is right. */
bool bug_lists(struct span pattern, struct span host, bool usual);

/* The record is gone; the policy could not be had. */
void bug_unannounced(struct sts *sts);
void bug_unfetched(struct sender *sender, const char *domainz, struct sts *sts);

/* The policy is enforced; mail waits for a policy. */
bool bug_enforced(const struct sts *sts);
bool bug_defers(const struct sts *sts);

#endif
