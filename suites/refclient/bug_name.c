/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways in which names have been compared wrongly. They are asked only when
 * OpenSSL found no name of the certificate that is the host's.
 */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <openssl/x509v3.h>

#include "bug_tls.h"

static struct span
domain_of(struct span host)
{
	size_t at = span_find(host, 0, span_z("."));

	return at == SIZE_MAX ? span_z("") : span_cut(host, at + 1, host.n);
}

static bool
as_c_string(struct span name, struct span host)
{
	return span_eq(
		span_cut(name, 0, span_find(name, 0, span_of("", 1))), host);
}

static struct span
string_span(const ASN1_STRING *s)
{
	return span_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

/* One attribute of a subject, or (nid 0) any of them. */
static bool
subject_has(const X509_NAME *subject, int nid, struct span host, bool cut)
{
	for (int i = 0; i < X509_NAME_entry_count(subject); i++) {
		X509_NAME_ENTRY *e = X509_NAME_get_entry(subject, i);
		struct span value = string_span(X509_NAME_ENTRY_get_data(e));

		if (nid != 0 &&
			OBJ_obj2nid(X509_NAME_ENTRY_get_object(e)) != nid)
			continue;
		if (span_eq(value, host) || (cut && as_c_string(value, host)))
			return true;
	}
	return false;
}

/* SRVName (RFC 4985): "_imaps.example.test" */
static bool
srv_matches(const GENERAL_NAME *name, struct span host)
{
	struct span value, service;

	if (name->type != GEN_OTHERNAME)
		return false;
	value = string_span(name->d.otherName->value->value.ia5string);
	service = span_word(&value, '.');
	if (bug(SRV_ANY_DOMAIN))
		return span_has_prefix(service, span_z("_imap")) ||
		       span_has_prefix(service, span_z("_pop3")) ||
		       span_has_prefix(service, span_z("_submission"));
	return bug(SRV_ANY_SERVICE) && span_eq(value, domain_of(host));
}

static bool
general_matches(const GENERAL_NAME *name, struct span host)
{
	int kind;
	const void *value = GENERAL_NAME_get0_value(name, &kind);

	if (kind == GEN_DIRNAME)
		return bug(NAME_DIRECTORY) &&
		       subject_has(name->d.directoryName, 0, host, false);
	if (kind == GEN_OTHERNAME)
		return srv_matches(name, host);
	if (kind != GEN_DNS && kind != GEN_EMAIL && kind != GEN_URI &&
		kind != GEN_IPADD)
		return false;
	if (kind == GEN_DNS && bug_name_also != NULL)
		return bug_name_also(string_span(value));
	return bug_match(kind, string_span(value), host);
}

bool
bug_name_matches(X509 *cert, struct span host)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	X509_NAME *subject = X509_get_subject_name(cert);
	bool result = false, has_dns = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !result; i++) {
		GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		has_dns = has_dns || name->type == GEN_DNS;
		result = general_matches(name, host);
	}
	if (sk_GENERAL_NAME_num(names) == 0 && names != NULL)
		result = bug(NAME_NONE);
	if (bug(CN_ALWAYS) || (bug(CN_WITHOUT_DNS) && !has_dns))
		result = subject_has(subject, NID_commonName, host, false);
	if (bug(CN_NUL))
		result = subject_has(subject, NID_commonName, host, true);
	if (bug(NAME_ANYWHERE_IN_SUBJECT))
		result = subject_has(subject, 0, host, false);
	GENERAL_NAMES_free(names);
	return result;
}

bool
bug_name_refused(X509 *cert, struct span host)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	bool exact = false, wild = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type != GEN_DNS)
			continue;
		exact = exact || span_eq(string_span(name->d.dNSName), host);
		wild = wild || span_has_prefix(string_span(name->d.dNSName),
				       span_z("*"));
	}
	GENERAL_NAMES_free(names);
	if (bug(ONLY_P256))
		return EVP_PKEY_get_base_id(X509_get0_pubkey(cert)) ==
			       EVP_PKEY_EC &&
		       EVP_PKEY_get_bits(X509_get0_pubkey(cert)) != 256;
	return (bug(CASE_SENSITIVE) && !exact && !wild) ||
	       (bug(WILDCARD_REFUSED) && wild);
}
#endif
