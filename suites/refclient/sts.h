/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of a domain: MTA-STS (RFC 8461). */
#ifndef REFCLIENT_STS_H
#define REFCLIENT_STS_H

#include "core/buf.h"
#include "parse/parse.h"
#include "sender.h"

struct sts {
	enum lk_sts_mode mode; /* LK_STS_MODE_MISSING: there is no policy */
	struct buf text;       /* the policy; what `policy` looks into */
	struct lk_result policy;
	/* Why a policy that is announced is not known, or not anew. */
	enum sts_trouble {
		STS_FINE,
		STS_NOT_FETCHED,
		STS_UNTRUSTED, /* the certificate of its host does not hold */
		STS_INVALID
	} trouble;
	char why[160]; /* the same for a person; "": nothing is wrong */
};

/*
 * The policy that is in force for mail to a domain: the one that is announced
 * now, or else the one that is remembered and has not expired. Remembers what
 * it learns. sts_fini frees it.
 */
void sts_find(struct sender *sender, const char *domainz, struct sts *out_r);
void sts_fini(struct sts *sts);

/* The policy lists this MX host (section 4.1). */
bool sts_lists(const struct sts *sts, const char *hostz);

#endif
