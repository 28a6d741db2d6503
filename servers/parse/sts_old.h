/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MTA-STS before RFC 8461: the record that was the whole policy (March 2016),
 * and the policy in JSON (July 2016 to summer 2017). No client should take
 * them today; they show what each form of the same policy costs.
 */
#ifndef PARSE_STS_OLD_H
#define PARSE_STS_OLD_H

#include "core/bytes.h"

#define LK_STS_2016 "draft-margolis-smtp-sts-00"
#define LK_STS_JSON "draft-ietf-uta-mta-sts-01"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_STS_OLD_PARSERS(X)                                                  \
	X(sts_record_2016, "sts-record-2016", false,                           \
		"text of an _smtp_sts TXT record, its strings joined",         \
		LK_STS_2016 " section 3.1")                                    \
	X(sts_policy_json, "sts-policy-json", false,                           \
		"policy of MTA-STS in JSON", LK_STS_JSON " section 3.1.2")

/* X(CONSTANT, name, explanation, source) */
#define LK_STS_OLD_REASONS(X)                                                  \
	X(STS_2016_VERSION, "sts-2016-version",                                \
		"the record does not begin with v=STS1",                       \
		LK_STS_2016 " section 3.1")                                    \
	X(STS_2016_DELIMITER, "sts-2016-delimiter",                            \
		"fields are separated by one semicolon with optional blanks",  \
		LK_STS_2016 " section 3.1")                                    \
	X(STS_2016_TO, "sts-2016-to",                                          \
		"the second field is to, and is true or false",                \
		LK_STS_2016 " section 3.1")                                    \
	X(STS_2016_FIELD, "sts-2016-field",                                    \
		"a field is mx, a, c, e or rua, and an = follows",             \
		LK_STS_2016 " section 3.1")                                    \
	X(STS_2016_REPEATED, "sts-2016-repeated", "a field is there twice",    \
		LK_STS_2016 " section 3.1")                                    \
	X(STS_2016_MX, "sts-2016-mx",                                          \
		"mx is a list of names, perhaps with *. in front, with "       \
		"commas and no blanks between them",                           \
		LK_STS_2016 " section 3.1")                                    \
	X(STS_2016_A, "sts-2016-a", "a is dnssec or a URI",                    \
		LK_STS_2016 " section 3.1, RFC 3986 section 3")                \
	X(STS_2016_C, "sts-2016-c", "c is webpki or tlsa",                     \
		LK_STS_2016 " section 3.1")                                    \
	X(STS_2016_E, "sts-2016-e", "e is not 1 to 6 digits",                  \
		LK_STS_2016 " section 3.1")                                    \
	X(STS_2016_RUA, "sts-2016-rua",                                        \
		"rua is not a list of URIs with commas between them",          \
		LK_STS_2016 " section 3.1, RFC 3986 section 3")                \
	X(STS_2016_RUA_SIZE, "sts-2016-rua-size",                              \
		"a size is digits, below 2 to the 64th, and perhaps k, m, g "  \
		"or t",                                                        \
		LK_STS_2016 " section 3.1")                                    \
	X(STS_JSON_SYNTAX, "sts-json-syntax", "the text is no object of JSON", \
		LK_STS_JSON " section 3, RFC 4627 section 2")                  \
	X(STS_JSON_STRING, "sts-json-string",                                  \
		"a string has an octet or an escape that it may not",          \
		"RFC 4627 section 2.5")                                        \
	X(STS_JSON_NUMBER, "sts-json-number",                                  \
		"a number has an octet that it may not",                       \
		"RFC 4627 section 2.4")                                        \
	X(STS_JSON_DEPTH, "sts-json-depth",                                    \
		"a value is nested more than 32 deep",                         \
		"a limit of this library")                                     \
	X(STS_JSON_VERSION, "sts-json-version",                                \
		"the version is not the string STSv1",                         \
		LK_STS_JSON " section 3.1.2")                                  \
	X(STS_JSON_MODE, "sts-json-mode",                                      \
		"the mode is not the string enforce or report",                \
		LK_STS_JSON " section 3.1.2")                                  \
	X(STS_JSON_ID, "sts-json-id",                                          \
		"policy_id is not a string of 1 to 32 letters and digits",     \
		LK_STS_JSON " section 3.1.2")                                  \
	X(STS_JSON_MX, "sts-json-mx",                                          \
		"mx is not a list of names, each a string",                    \
		LK_STS_JSON " section 3.1.2")                                  \
	X(STS_JSON_MAX_AGE, "sts-json-max-age",                                \
		"max_age is not 1 to 10 digits", LK_STS_JSON " section 3.1.2") \
	X(STS_JSON_MISSING, "sts-json-missing",                                \
		"version, mode, policy_id, mx or max_age is missing",          \
		LK_STS_JSON " section 3")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_STS_OLD_READINGS(X)                                                 \
	X(STS_2016_ABSENT, "sts-2016-absent",                                  \
		"mx, a, c and e may be missing, as in the grammar and the "    \
		"example",                                                     \
		"they are required, as in the text",                           \
		LK_STS_2016 " sections 3 and 3.1")                             \
	X(STS_2016_SEMICOLON, "sts-2016-semicolon", "a semicolon ends a URI",  \
		"it is a part of the URI, and what follows may be, too",       \
		LK_STS_2016 " section 3.1, RFC 3986 section 2.2")              \
	X(STS_2016_SCHEME, "sts-2016-scheme",                                  \
		"any URI is well-formed, as in the grammar",                   \
		"a is webpki: and an https URI, rua has mailto, as in the "    \
		"text",                                                        \
		LK_STS_2016 " sections 3 and 3.1")                             \
	X(STS_2016_END_BLANK, "sts-2016-end-blank",                            \
		"blanks at the end do not count, as in the example",           \
		"blanks stand beside a semicolon only, as in the grammar",     \
		LK_STS_2016 " sections 3.1 and 9")                             \
	X(STS_OLD_MX, "sts-old-mx",                                            \
		"hyphens stand anywhere, and the grammar sets no length for "  \
		"names",                                                       \
		"hyphens stand inside of labels of up to 63 octets, names "    \
		"have up to 255",                                              \
		LK_STS_2016 " section 3.1, " LK_STS_JSON                       \
			    " section 3.1.2, RFC 1035 section 2.3.1")          \
	X(STS_JSON_UNKNOWN, "sts-json-unknown",                                \
		"unknown members are ignored, as in a lenient parser",         \
		"the grammar has no other members",                            \
		LK_STS_JSON " sections 3 and 3.1.2")                           \
	X(STS_JSON_REPEATED, "sts-json-repeated",                              \
		"the first member of a name counts",                           \
		"the last one counts, or the text is invalid",                 \
		"RFC 4627 section 2.2")                                        \
	X(STS_JSON_ESCAPE, "sts-json-escape",                                  \
		"an escape stands for its character, as in JSON",              \
		"names and values are literal, as in the grammar",             \
		LK_STS_JSON " section 3.1.2, RFC 4627 section 2.5")            \
	X(STS_JSON_CASE, "sts-json-case",                                      \
		"letter case of names and modes does not count, as in the "    \
		"grammar",                                                     \
		"it counts, as in JSON",                                       \
		LK_STS_JSON " section 3.1.2, RFC 5234 section 2.3")            \
	X(STS_JSON_STAR, "sts-json-star",                                      \
		"a * may stand anywhere in the first label, as in the "        \
		"grammar",                                                     \
		"a * is the whole of the first label of several",              \
		LK_STS_JSON " section 3.1.2, RFC 6125 section 6.4.3")          \
	X(STS_JSON_ZEROS, "sts-json-zeros",                                    \
		"max_age may begin with zeros, as in the grammar",             \
		"a number of JSON does not",                                   \
		LK_STS_JSON " section 3.1.2, RFC 4627 section 2.4")

/* sts-record-2016: p is NULL of what is not there. */
struct lk_sts_record_2016 {
	bool is_tls_only; /* to=true */
	bool is_dnssec;   /* a=dnssec */
	bool is_tlsa;     /* c=tlsa */
	struct span mx;   /* for lk_sts_record_2016_mx_next */
	struct span a, c, e;
	struct span rua; /* for lk_sts_record_2016_rua_next */
	uint32_t seconds;
};

/* Cut the next one off the list of an accepted record; false at the end. */
bool lk_sts_record_2016_mx_next(struct span *rest, struct span *out_r);
/* *size_r: its largest report, digits and a unit; p is NULL if none. */
bool lk_sts_record_2016_rua_next(
	struct span *rest, struct span *uri_r, struct span *size_r);

/* sts-policy-json: texts are as they stand, with their escapes. */
struct lk_sts_policy_json {
	bool is_enforced;
	uint64_t max_age; /* seconds, less than 10^10 */
	struct span policy_id;
	struct span mx; /* for lk_sts_policy_json_mx_next */
};

bool lk_sts_policy_json_mx_next(struct span *rest, struct span *out_r);

#endif
