/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of a domain: discovery, fetching, remembering (RFC 8461). */
#include "sts.h"

#include <stdio.h>

#include "bug.h"
#include "bug_sts.h"
#include "fetch.h"

#define RECORDS_MAX (256 * 1024)
#define AGE_MAX 31557600 /* seconds: a year, section 3.2 */
#define RETRY_AFTER 300  /* seconds, section 3.3 */
#define ID_SIZE 33

/*
 * Section 3.1: the TXT records of _mta-sts and the domain, aliases followed,
 * the strings of each joined; of those that begin with v=STSv1; there has to
 * be one, and it has to be right. false: no policy is announced, be it
 * because nobody knows: that is no reason to hold mail back.
 */
static bool
record_find(struct sender *sender, const char *domainz, char id[ID_SIZE])
{
	char name[DNS_NAME_SIZE + 16];
	struct dns_answer answer;
	struct lk_result r;
	struct buf records;
	bool found;

	buggy(bug_parent_ask(sender, domainz), (void)0);
	(void)snprintf(name, sizeof(name), "_mta-sts.%s", domainz);
	dns_ask(sender->resolver, name, LDNS_RR_TYPE_TXT, &answer);
	buggy(bug_asked(&answer), (void)0);
	buf_init(&records, RECORDS_MAX);
	for (size_t i = 0; i < dns_count(&answer); i++)
		if (dns_rdata_add(&records, dns_record(&answer, i)) != 0)
			buf_clear(&records);
	found = records.n > 0 && lk_sts_records_parse(buf_span(&records), &r) ==
					 (ssize_t)records.n;
	if (found)
		(void)snprintf(id, ID_SIZE, "%.*s", (int)r.sts_records.id_n,
			r.sts_records.id);
	found = buggy(bug_record(buf_span(&records), found, id), found);
	buf_fini(&records);
	dns_answer_fini(&answer);
	return found;
}

/* Readings of a policy that others may not share: an exact sender takes none
 * that rests on them. */
static bool
is_doubtful(const struct lk_result *policy)
{
	return lk_rests_on(policy, LK_READING_STS_POLICY_BAD_FIRST) ||
	       lk_rests_on(policy, LK_READING_STS_POLICY_BAD_MX);
}

/* Take over the text of a policy; -1: it is none (section 3.2). */
static int
policy_read(struct sts *sts, struct span text)
{
	ssize_t n;

	buf_clear(&sts->text);
	if (buggy(bug_policy(text, &sts->text), buf_add(&sts->text, text)) != 0)
		return -1;
	n = lk_sts_policy_parse(buf_span(&sts->text), &sts->policy);
	if (n < 0 || (size_t)n != sts->text.n)
		(void)snprintf(sts->why, sizeof(sts->why), "%s",
			lk_reason_text(sts->policy.reason)->text);
	else if (is_doubtful(&sts->policy))
		(void)snprintf(sts->why, sizeof(sts->why),
			"a field has a value that does not fit");
	else {
		sts->mode = sts->policy.sts_policy.mode;
		return 0;
	}
	return -1;
}

static long long
policy_age(const struct sts *sts)
{
	uint64_t age = sts->policy.sts_policy.max_age;

	return age < AGE_MAX ? (long long)age : AGE_MAX;
}

static void
policy_remember(struct sender *sender, const char *domainz, const char *idz,
	const struct sts *sts)
{
	json_t *entry = memory_of(&sender->memory, "policies", domainz);

	(void)json_object_set_new(entry, "id", json_string(idz));
	(void)json_object_set_new(entry, "until",
		json_integer((json_int_t)sender->now + policy_age(sts)));
	(void)json_object_set_new(entry, "policy",
		json_stringn((const char *)sts->text.p, sts->text.n));
	memory_drop(&sender->memory, "failures", domainz);
}

/* What is remembered, if it has not expired; true: and has this id. */
static bool
policy_recall(struct sender *sender, const char *domainz, const char *idz,
	struct sts *sts)
{
	const json_t *entry = memory_find(&sender->memory, "policies", domainz);

	if (entry == NULL || bug(CACHE_MISSING))
		return false;
	if ((memory_number(entry, "until") <= (long long)sender->now &&
		    !bug(CACHE_FOREVER)) ||
		policy_read(sts, span_z(memory_text(entry, "policy"))) != 0) {
		memory_drop(&sender->memory, "policies", domainz);
		sts->mode = LK_STS_MODE_MISSING;
		return false;
	}
	return strcmp(memory_text(entry, "id"), idz) == 0 ||
	       bug(CACHE_ID_IGNORED);
}

/* The same policy could not be had a moment ago: not again so soon, its host
 * may be in trouble (section 3.3). */
static bool
is_too_soon(const struct sender *sender, const char *domainz, const char *idz)
{
	const json_t *entry = memory_find(&sender->memory, "failures", domainz);
	long long since;

	if (entry == NULL || strcmp(memory_text(entry, "id"), idz) != 0 ||
		bug(FAILURE_FORGOTTEN))
		return false;
	since = (long long)sender->now - memory_number(entry, "when");
	return since >= 0 && since < RETRY_AFTER;
}

static void
failure_remember(struct sender *sender, const char *domainz, const char *idz)
{
	json_t *entry = memory_of(&sender->memory, "failures", domainz);

	(void)json_object_set_new(entry, "id", json_string(idz));
	(void)json_object_set_new(
		entry, "when", json_integer((json_int_t)sender->now));
}

/*
 * Fetch what is announced. Whatever goes wrong, a policy that is remembered
 * stays in force (section 3.3), and without one mail goes its usual way.
 */
static void
policy_renew(struct sender *sender, const char *domainz, const char *idz,
	struct sts *sts)
{
	struct fetched fetched;
	struct sts fresh = {.mode = LK_STS_MODE_MISSING};

	buf_init(&fresh.text, POLICY_MAX);
	fetch_policy(sender->resolver, domainz, sender->ways.trustz, &fetched);
	if (fetched.result != FETCH_DONE) {
		sts->trouble = fetched.result == FETCH_UNTRUSTED
				       ? STS_UNTRUSTED
				       : STS_NOT_FETCHED;
		(void)snprintf(sts->why, sizeof(sts->why), "%s", fetched.why);
	} else if (policy_read(&fresh, buf_span(&fetched.body)) != 0) {
		sts->trouble = STS_INVALID;
		(void)snprintf(sts->why, sizeof(sts->why), "%s", fresh.why);
	}
	if (sts->trouble == STS_FINE) {
		policy_remember(sender, domainz, idz, &fresh);
		sts_fini(sts);
		*sts = fresh;
	} else {
		failure_remember(sender, domainz, idz);
		buf_fini(&fresh.text);
		buggy(bug_unfetched(sender, domainz, sts), (void)0);
	}
	fetch_fini(&fetched);
}

void
sts_find(struct sender *sender, const char *domainz, struct sts *out_r)
{
	char id[ID_SIZE] = "";
	bool announced;

	*out_r = (struct sts){.mode = LK_STS_MODE_MISSING};
	buf_init(&out_r->text, POLICY_MAX);
	/* An implicit rule of section 3.4: the very domain of the mail, and
	 * never one above it. */
	announced = record_find(sender, domainz, id);
	if (!policy_recall(sender, domainz, id, out_r) && announced &&
		!is_too_soon(sender, domainz, id))
		policy_renew(sender, domainz, id, out_r);
	if (!announced)
		buggy(bug_unannounced(out_r), (void)0);
}

void
sts_fini(struct sts *sts)
{
	buf_fini(&sts->text);
}

bool
sts_lists(const struct sts *sts, const char *hostz)
{
	struct span rest = sts->policy.sts_policy.body, pattern;

	while (lk_sts_policy_mx_next(&rest, &pattern))
		if (buggy(bug_lists(pattern, span_z(hostz),
				  lk_sts_mx_match(pattern, span_z(hostz))),
			    lk_sts_mx_match(pattern, span_z(hostz))))
			return true;
	return false;
}
