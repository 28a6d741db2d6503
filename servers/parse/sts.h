/* SPDX-License-Identifier: Apache-2.0 */
/* MTA-STS (RFC 8461): what its parsers give, and why they refuse. */
#ifndef PARSE_STS_H
#define PARSE_STS_H

#include "core/bytes.h"
#include "parse/field.h"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_STS_PARSERS(X)                                                      \
	X(sts_record, "sts-record", false,                                     \
		"text of an _mta-sts TXT record, its strings joined",          \
		"RFC 8461 section 3.1")                                        \
	X(sts_records, "sts-records", false,                                   \
		"all TXT records of an _mta-sts name: for each two octets of " \
		"length and its RDATA",                                        \
		"RFC 8461 section 3.1")                                        \
	X(sts_policy, "sts-policy", false, "policy file of MTA-STS",           \
		"RFC 8461 section 3.2")                                        \
	X(sts_mx, "sts-mx", false,                                             \
		"an mx pattern, a space, and the name of an MX that fits it",  \
		"RFC 8461 section 4.1")

/* X(CONSTANT, name, explanation, source) */
#define LK_STS_REASONS(X)                                                      \
	X(STS_RECORD_VERSION, "sts-record-version",                            \
		"the record does not begin with v=STSv1",                      \
		"RFC 8461 section 3.1")                                        \
	X(STS_RECORD_DELIMITER, "sts-record-delimiter",                        \
		"fields are separated by one semicolon with optional blanks",  \
		"RFC 8461 section 3.1")                                        \
	X(STS_RECORD_NAME, "sts-record-name",                                  \
		"a field name is a letter or digit and up to 31 letters, "     \
		"digits, _, - and .; an = follows at once",                    \
		"RFC 8461 section 3.1")                                        \
	X(STS_RECORD_VALUE, "sts-record-value",                                \
		"a field value is one or more visible ASCII characters "       \
		"without = and ;",                                             \
		"RFC 8461 section 3.1")                                        \
	X(STS_RECORD_ID, "sts-record-id",                                      \
		"the id is not 1 to 32 letters and digits",                    \
		"RFC 8461 section 3.1")                                        \
	X(STS_RECORD_ID_MISSING, "sts-record-id-missing",                      \
		"the required id is missing", "RFC 8461 section 3.1")          \
	X(STS_POLICY_SIZE, "sts-policy-size",                                  \
		"the policy is larger than 65536 octets",                      \
		"RFC 8461 section 3.3")                                        \
	X(STS_POLICY_NAME, "sts-policy-name",                                  \
		"a field name is a letter or digit and up to 31 letters, "     \
		"digits, _, - and .; a colon follows at once",                 \
		"RFC 8461 section 3.2")                                        \
	X(STS_POLICY_BLANK_LINE, "sts-policy-blank-line",                      \
		"lines are not empty", "RFC 8461 section 3.2")                 \
	X(STS_POLICY_VALUE, "sts-policy-value",                                \
		"a value is visible characters in UTF-8, with spaces only "    \
		"between them",                                                \
		"RFC 8461 section 3.2")                                        \
	X(STS_POLICY_LINE_END, "sts-policy-line-end",                          \
		"a line ends with LF or CR LF", "RFC 8461 section 3.2")        \
	X(STS_POLICY_VERSION, "sts-policy-version",                            \
		"the version is not STSv1", "RFC 8461 section 3.2")            \
	X(STS_POLICY_VERSION_MISSING, "sts-policy-version-missing",            \
		"the required version is missing", "RFC 8461 section 3.2")     \
	X(STS_POLICY_MODE, "sts-policy-mode",                                  \
		"the mode is not enforce, testing or none",                    \
		"RFC 8461 section 3.2")                                        \
	X(STS_POLICY_MODE_MISSING, "sts-policy-mode-missing",                  \
		"the required mode is missing", "RFC 8461 section 3.2")        \
	X(STS_POLICY_MAX_AGE, "sts-policy-max-age",                            \
		"max_age is not 1 to 10 digits", "RFC 8461 section 3.2")       \
	X(STS_POLICY_MAX_AGE_MISSING, "sts-policy-max-age-missing",            \
		"the required max_age is missing", "RFC 8461 section 3.2")     \
	X(STS_POLICY_MX, "sts-policy-mx",                                      \
		"no mx is a domain, or *. and a domain",                       \
		"RFC 8461 section 3.2, RFC 5321 section 4.1.2")                \
	X(STS_POLICY_MX_MISSING, "sts-policy-mx-missing",                      \
		"an mx is required unless the mode is none",                   \
		"RFC 8461 section 3.2")                                        \
	X(STS_MX_PATTERN, "sts-mx-pattern",                                    \
		"the pattern is not a domain, or *. and a domain",             \
		"RFC 8461 section 3.2")                                        \
	X(STS_MX_DIFFERS, "sts-mx-differs",                                    \
		"the name does not fit the pattern", "RFC 8461 section 4.1")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_STS_READINGS(X)                                                     \
	X(STS_RECORD_EARLY_BLANK, "sts-record-early-blank",                    \
		"blanks before the first semicolon belong to the delimiter",   \
		"a record that does not begin with v=STSv1; is dropped",       \
		"RFC 8461 section 3.1, erratum 6285")                          \
	X(STS_RECORD_ID_TWICE, "sts-record-id-twice",                          \
		"the first well-formed id counts, others are extensions",      \
		"the first id counts, well-formed or not",                     \
		"RFC 8461 sections 3.1 and 3.2")                               \
	X(STS_POLICY_BAD_FIRST, "sts-policy-bad-first",                        \
		"a field with a value that does not fit is an extension, the " \
		"first one that fits counts",                                  \
		"the first field of a name counts, and spoils the file",       \
		"RFC 8461 section 3.2")                                        \
	X(STS_POLICY_BAD_MX, "sts-policy-bad-mx",                              \
		"an mx that is none is an extension, others count",            \
		"an mx that is none spoils the file", "RFC 8461 section 3.2")  \
	X(STS_POLICY_MAX_AGE, "sts-policy-max-age-large",                      \
		"a max_age above 31557600 is taken as it is",                  \
		"it spoils the file, or is taken as 31557600",                 \
		"RFC 8461 section 3.2, erratum 7282")                          \
	X(STS_POLICY_MX_LENGTH, "sts-policy-mx-length",                        \
		"the grammar sets no length for names",                        \
		"labels have up to 63 octets, names up to 255",                \
		"RFC 1035 section 2.3.4, RFC 5321 section 4.5.3.1.2")          \
	X(STS_MX_STAR, "sts-mx-star",                                          \
		"a * in the name of an MX is a label like others",             \
		"a name with a * is no host name and fits nothing",            \
		"RFC 8461 section 4.1")                                        \
	X(STS_MX_DOT, "sts-mx-dot",                                            \
		"a dot at the end of the name of an MX does not count",        \
		"it makes another name of it", "RFC 8461 section 4.1")

enum lk_sts_mode {
	LK_STS_MODE_MISSING,
	LK_STS_MODE_NONE,
	LK_STS_MODE_TESTING,
	LK_STS_MODE_ENFORCE,
};

/* sts-record */
struct lk_sts_record {
	struct span id;
	struct span fields; /* all of them; for lk_sts_record_next */
};

/* Cut the next field off the fields of an accepted record; false at the end. */
bool lk_sts_record_next(struct span *rest, struct lk_field *out_r);

/* sts-records: the only one that is left, and its id, copied from strings. */
struct lk_sts_records {
	struct span rdata;
	size_t id_n;
	char id[32];
};

/* sts-policy */
struct lk_sts_policy {
	enum lk_sts_mode mode;
	uint64_t max_age; /* seconds, less than 10^10 */
	size_t mx_count;
	struct span body; /* for the two below */
};

/* Cut the next line off the body of an accepted policy; false at the end. */
bool lk_sts_policy_next(struct span *rest, struct lk_field *out_r);
/* Cut lines off up to the next mx that is a pattern. */
bool lk_sts_policy_mx_next(struct span *rest, struct span *out_r);
/* "none", "testing", "enforce"; NULL for LK_STS_MODE_MISSING. */
const char *lk_sts_mode_name(enum lk_sts_mode mode);

/* sts-mx */
struct lk_sts_mx {
	struct span pattern, host;
};

/* Whether a name fits a pattern; letter case and a final dot do not count. */
bool lk_sts_mx_match(struct span pattern, struct span host);

#endif
