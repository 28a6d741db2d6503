/* SPDX-License-Identifier: Apache-2.0 */
/* TLS reporting (RFC 8460), and sets of TXT records. */
#ifndef PARSE_TLSRPT_H
#define PARSE_TLSRPT_H

#include "core/bytes.h"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_TLSRPT_PARSERS(X)                                                   \
	X(tlsrpt_record, "tlsrpt-record", false,                               \
		"text of an _smtp._tls TXT record, its strings joined",        \
		"RFC 8460 section 3")                                          \
	X(tlsrpt_records, "tlsrpt-records", false,                             \
		"all TXT records of an _smtp._tls name: for each two octets "  \
		"of length and its RDATA",                                     \
		"RFC 8460 section 3")

/* X(CONSTANT, name, explanation, source) */
#define LK_TLSRPT_REASONS(X)                                                   \
	X(TLSRPT_VERSION, "tlsrpt-version",                                    \
		"the record does not begin with v=TLSRPTv1",                   \
		"RFC 8460 section 3")                                          \
	X(TLSRPT_DELIMITER, "tlsrpt-delimiter",                                \
		"fields are separated by one semicolon with optional blanks",  \
		"RFC 8460 section 3")                                          \
	X(TLSRPT_NAME, "tlsrpt-name",                                          \
		"a field name is a letter or digit and up to 31 letters, "     \
		"digits, _, - and .; an = follows at once",                    \
		"RFC 8460 section 3")                                          \
	X(TLSRPT_VALUE, "tlsrpt-value",                                        \
		"a field value is one or more visible ASCII characters "       \
		"without = and ;",                                             \
		"RFC 8460 section 3")                                          \
	X(TLSRPT_RUA, "tlsrpt-rua",                                            \
		"rua is not a list of URIs with commas between them",          \
		"RFC 8460 section 3, RFC 3986 section 3")                      \
	X(TLSRPT_RUA_MISSING, "tlsrpt-rua-missing",                            \
		"the required rua is missing", "RFC 8460 section 3")           \
	X(TXT_LENGTH, "txt-length",                                            \
		"a record is shorter than its length says",                    \
		"RFC 1035 section 4.1.3")                                      \
	X(TXT_STRING, "txt-string", "the strings of a record do not fill it",  \
		"RFC 1035 section 3.3.14")                                     \
	X(TXT_NONE, "txt-none",                                                \
		"no record begins with the version and a semicolon",           \
		"RFC 8461 section 3.1, RFC 8460 section 3")                    \
	X(TXT_SEVERAL, "txt-several",                                          \
		"more than one record begins with the version and a "          \
		"semicolon",                                                   \
		"RFC 8461 section 3.1, RFC 8460 section 3")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_TLSRPT_READINGS(X)                                                  \
	X(TLSRPT_EARLY_BLANK, "tlsrpt-early-blank",                            \
		"blanks before the first semicolon belong to the delimiter",   \
		"a record that does not begin with v=TLSRPTv1; is dropped",    \
		"RFC 8460 section 3")                                          \
	X(TLSRPT_RUA_TWICE, "tlsrpt-rua-twice",                                \
		"the first well-formed rua counts",                            \
		"all of them count, or the record is invalid",                 \
		"RFC 8460 section 3")                                          \
	X(TLSRPT_SCHEME, "tlsrpt-scheme",                                      \
		"any URI is well-formed, whether it can be used or not",       \
		"only mailto and https are defined", "RFC 8460 section 3")     \
	X(TXT_TWICE, "txt-twice",                                              \
		"the same record twice is one, as a set has no duplicates",    \
		"they are two, and more than one counts",                      \
		"RFC 2181 section 5, RFC 8461 section 3.1")

/* tlsrpt-record */
struct lk_tlsrpt_record {
	struct span rua; /* for lk_tlsrpt_rua_next */
};

/* Cut the next URI off the rua of an accepted record; false at the end. */
bool lk_tlsrpt_rua_next(struct span *rest, struct span *out_r);

/* tlsrpt-records: the only one that is left. */
struct lk_tlsrpt_records {
	struct span rdata;
	size_t rua_at, rua_left; /* in rdata; what its string has from there */
};

#endif
