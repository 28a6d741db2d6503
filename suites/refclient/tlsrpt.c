/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting of sessions for reports on TLS. What is remembered of a domain is
 * "since" and "policies", the latter as a report has them (RFC 8460 section
 * 4.4): sessions under the same policy are counted together (section 4.2).
 */
#include "tlsrpt.h"

#include <stdio.h>

#include "bug.h"

#define DETAILS_MAX 100 /* kinds of failures under one policy */

/* "3 1 1 0123…" */
static json_t *
tlsa_text(const struct lk_tlsa *record)
{
	struct buf text;
	json_t *result;
	int full;

	buf_init(&text, 256 * 1024);
	full = buf_addf(&text, "%u %u %u ", record->usage, record->selector,
		record->matching);
	for (size_t i = 0; i < record->data.n && full == 0; i++)
		full = buf_addf(&text, "%02x", record->data.p[i]);
	result = json_stringn((const char *)text.p, text.n);
	buf_fini(&text);
	return result;
}

static json_t *
tlsa_policy(const char *domainz, const char *hostz, const struct dane *dane)
{
	json_t *strings = json_array();

	for (size_t i = 0; i < dane->tlsa.n; i++)
		(void)json_array_append_new(
			strings, tlsa_text(&dane->tlsa.records[i]));
	return json_pack("{s:s, s:o, s:s, s:[s]}", "policy-type", "tlsa",
		"policy-string", strings, "policy-domain", domainz, "mx-host",
		hostz);
}

/* Records that are of no use, or that nobody has seen, are not told. */
static json_t *
tlsa_policy_unseen(const char *domainz, const char *hostz)
{
	return json_pack("{s:s, s:s, s:[s]}", "policy-type", "tlsa",
		"policy-domain", domainz, "mx-host", hostz);
}

static json_t *
sts_policy(const char *domainz, const struct sts *sts)
{
	struct span rest = buf_span(&sts->text), line, pattern;
	json_t *strings = json_array(), *hosts = json_array();

	while (rest.n > 0) {
		size_t at = span_find(rest, 0, span_z("\n"));

		line = span_cut(rest, 0, at);
		rest = at == SIZE_MAX ? span_z("")
				      : span_cut(rest, at + 1, rest.n);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		(void)json_array_append_new(
			strings, json_stringn((const char *)line.p, line.n));
	}
	rest = sts->policy.sts_policy.body;
	while (lk_sts_policy_mx_next(&rest, &pattern))
		(void)json_array_append_new(hosts,
			json_stringn((const char *)pattern.p, pattern.n));
	return json_pack("{s:s, s:o, s:s, s:o}", "policy-type", "sts",
		"policy-string", strings, "policy-domain", domainz, "mx-host",
		hosts);
}

/* The entry of a policy, with its counts; borrowed. Takes the policy. */
static json_t *
entry_of(struct sender *sender, const char *domainz, json_t *policy)
{
	json_t *domain = memory_of(&sender->memory, "reports", domainz);
	json_t *policies = json_object_get(domain, "policies"), *entry;
	size_t i;

	if (!json_is_array(policies)) {
		policies = json_array();
		(void)json_object_set_new(
			domain, "since", json_integer((json_int_t)sender->now));
		(void)json_object_set_new(domain, "policies", policies);
	}
	json_array_foreach(policies, i,
		entry) if (json_equal(json_object_get(entry, "policy"), policy))
	{
		json_decref(policy);
		return entry;
	}
	entry = json_pack("{s:o, s:{s:i, s:i}, s:[]}", "policy", policy,
		"summary", "total-successful-session-count", 0,
		"total-failure-session-count", 0, "failure-details");
	(void)json_array_append_new(policies, entry);
	return entry;
}

static void
number_add(json_t *object, const char *key)
{
	(void)json_object_set_new(object, key,
		json_integer(
			json_integer_value(json_object_get(object, key)) + 1));
}

/* Failures that differ in nothing are counted together. Takes the detail. */
static void
failure_add(json_t *entry, json_t *detail)
{
	static const char count[] = "failed-session-count";
	json_t *details = json_object_get(entry, "failure-details"), *one;
	size_t i;

	number_add(json_object_get(entry, "summary"),
		"total-failure-session-count");
	json_array_foreach(details, i, one)
	{
		(void)json_object_set(
			detail, count, json_object_get(one, count));
		if (json_equal(one, detail)) {
			number_add(one, count);
			json_decref(detail);
			return;
		}
	}
	(void)json_object_set_new(detail, count, json_integer(1));
	if (json_array_size(details) < DETAILS_MAX)
		(void)json_array_append_new(details, detail);
	else
		json_decref(detail);
}

/* What OpenSSL says of a certificate, in the words of section 4.3.1. */
static const char *
certificate_result(long verified)
{
	switch (verified) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
		return "certificate-host-mismatch";
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return "certificate-expired";
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return "certificate-not-trusted";
	case X509_V_ERR_DANE_NO_MATCH:
		return bug(RPT_DANE_UNTOLD) ? "validation-failure"
					    : "tlsa-invalid";
	default:
		return "validation-failure";
	}
}

/* NULL: nothing failed. Without a policy nobody has to prove who he is. */
static const char *
visit_result(const struct host_visit *visit, bool has_policy)
{
	if (bug(RPT_FAILURES_UNCOUNTED))
		return NULL;
	if (bug(RPT_RESULT_VAGUE) &&
		(visit->tls != HOST_TLS_UP || visit->verified != X509_V_OK))
		return "dane-required";
	if (visit->tls == HOST_TLS_MISSING)
		return "starttls-not-supported";
	if (has_policy && visit->verified != X509_V_OK)
		return certificate_result(visit->verified);
	return visit->tls == HOST_TLS_FAILED ? "validation-failure" : NULL;
}

void
tlsrpt_visit(struct sender *sender, const char *domainz,
	const struct host_wish *wish, const struct dane *dane,
	const struct sts *sts, const struct host_visit *visit)
{
	bool by_dane = dane->status == DANE_USABLE;
	bool invalid = dane->status == DANE_UNUSABLE && !bug(RPT_DANE_UNTOLD);
	bool by_sts = sts->mode == LK_STS_MODE_ENFORCE ||
		      sts->mode == LK_STS_MODE_TESTING;
	const char *resultz = visit_result(visit, by_dane || by_sts);
	json_t *policy, *entry;

	if (!sender->ways.counts || visit->tls == HOST_TLS_UNTRIED)
		return;
	if (by_dane)
		policy = tlsa_policy(domainz, wish->hostz, dane);
	else if (invalid)
		policy = tlsa_policy_unseen(domainz, wish->hostz);
	else if (bug(RPT_POLICY_LEFT_OUT))
		policy = json_pack("{s:s, s:s}", "policy-type", "sts",
			"policy-domain", domainz);
	else if (by_sts)
		policy = sts_policy(domainz, sts);
	else
		policy = json_pack("{s:s, s:s}", "policy-type",
			"no-policy-found", "policy-domain", domainz);
	/* Section 4.3.2.1, and tried only, and not listed (RFC 8461 section
	 * 4.1). */
	if (resultz == NULL && invalid)
		resultz = "tlsa-invalid";
	else if (resultz == NULL && by_sts && !by_dane &&
		 !sts_lists(sts, wish->hostz))
		resultz = "validation-failure";
	entry = entry_of(sender, domainz, policy);
	if (resultz == NULL && bug(RPT_SUCCESS_UNCOUNTED))
		return;
	if (resultz == NULL)
		number_add(json_object_get(entry, "summary"),
			"total-successful-session-count");
	else
		failure_add(
			entry, json_pack("{s:s, s:s, s:s, s:s}", "result-type",
				       resultz, "sending-mta-ip", visit->from,
				       "receiving-mx-hostname", wish->hostz,
				       "receiving-ip", wish->addressz));
}

void
tlsrpt_unfit(struct sender *sender, const char *domainz, const char *hostz,
	const struct dane *dane)
{
	bool unknown = dane->status == DANE_UNKNOWN;

	if (sender->ways.counts && (unknown || sender->ways.needs_dane) &&
		!bug(RPT_DANE_UNTOLD))
		failure_add(entry_of(sender, domainz,
				    tlsa_policy_unseen(domainz, hostz)),
			json_pack("{s:s, s:s}", "result-type",
				unknown ? "dnssec-invalid" : "dane-required",
				"receiving-mx-hostname", hostz));
}

void
tlsrpt_policy(struct sender *sender, const char *domainz, const struct sts *sts)
{
	static const char *const results[] = {
		[STS_NOT_FETCHED] = "sts-policy-fetch-error",
		[STS_UNTRUSTED] = "sts-webpki-invalid",
		[STS_INVALID] = "sts-policy-invalid"};

	if (sender->ways.counts && sts->trouble != STS_FINE &&
		!bug(RPT_POLICY_UNTOLD))
		failure_add(entry_of(sender, domainz,
				    json_pack("{s:s, s:s}", "policy-type",
					    "sts", "policy-domain", domainz)),
			json_pack("{s:s, s:s}", "result-type",
				results[sts->trouble], "additional-information",
				sts->why));
}
