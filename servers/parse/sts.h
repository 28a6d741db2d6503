/* SPDX-License-Identifier: Apache-2.0 */
/* MTA-STS (RFC 8461): what its parsers give, and why they refuse. */
#ifndef PARSE_STS_H
#define PARSE_STS_H

#include "core/bytes.h"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_STS_PARSERS(X)                                                      \
	X(sts_record, "sts-record", false, "TXT record of MTA-STS",            \
		"RFC 8461 section 3.1")

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
		"the required id is missing", "RFC 8461 section 3.1")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_STS_READINGS(X)                                                     \
	X(STS_RECORD_EARLY_BLANK, "sts-record-early-blank",                    \
		"blanks before the first semicolon belong to the delimiter",   \
		"a record that does not begin with v=STSv1; is dropped",       \
		"RFC 8461 section 3.1, erratum 6285")                          \
	X(STS_RECORD_ID_TWICE, "sts-record-id-twice",                          \
		"the first well-formed id counts, others are extensions",      \
		"the first id counts, well-formed or not",                     \
		"RFC 8461 sections 3.1 and 3.2")

/* A field of a list: its name and its value. */
struct lk_field {
	struct span name, value;
};

/* sts-record: the text of an _mta-sts record, its strings joined. */
struct lk_sts_record {
	struct span id;
	struct span fields; /* all of them; for lk_sts_record_next */
};

/* Cut the next field off the fields of an accepted record; false at the end. */
bool lk_sts_record_next(struct span *rest, struct lk_field *out_r);

#endif
