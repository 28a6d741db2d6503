/* SPDX-License-Identifier: Apache-2.0 */
/* TLSA records (RFC 6698), as a sending MTA uses them (RFC 7672). */
#ifndef PARSE_TLSA_H
#define PARSE_TLSA_H

#include "core/bytes.h"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_TLSA_PARSERS(X)                                                     \
	X(tlsa, "tlsa", false, "RDATA of a TLSA record that SMTP can use",     \
		"RFC 6698 section 2.1, RFC 7672 section 3.1")                  \
	X(tlsa_text, "tlsa-text", false,                                       \
		"TLSA record in a zone file, behind its type",                 \
		"RFC 6698 section 2.2")

/* X(CONSTANT, name, explanation, source) */
#define LK_TLSA_REASONS(X)                                                     \
	X(TLSA_SHORT, "tlsa-short",                                            \
		"three octets and the data of the association are needed",     \
		"RFC 6698 section 2.1")                                        \
	X(TLSA_USAGE, "tlsa-usage", "the certificate usage is not assigned",   \
		"RFC 6698 section 2.1.1")                                      \
	X(TLSA_SELECTOR, "tlsa-selector", "the selector is not assigned",      \
		"RFC 6698 section 2.1.2")                                      \
	X(TLSA_MATCHING, "tlsa-matching", "the matching type is not assigned", \
		"RFC 6698 section 2.1.3")                                      \
	X(TLSA_DIGEST, "tlsa-digest",                                          \
		"the data does not have the length of the digest",             \
		"RFC 6698 section 2.1.4")                                      \
	X(TLSA_TEXT_NUMBER, "tlsa-text-number",                                \
		"a field is not a decimal number up to 255",                   \
		"RFC 6698 section 2.2")                                        \
	X(TLSA_TEXT_HEX, "tlsa-text-hex",                                      \
		"the data is not pairs of hexadecimal digits",                 \
		"RFC 6698 section 2.2")                                        \
	X(TLSA_TEXT_PARENTHESIS, "tlsa-text-parenthesis",                      \
		"parentheses do not match, or a line ends outside of them",    \
		"RFC 1035 section 5.1")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_TLSA_READINGS(X)                                                    \
	X(TLSA_PKIX_USAGE, "tlsa-pkix-usage",                                  \
		"the usages 0 and 1 are well-formed",                          \
		"SMTP clients treat the usages 0 and 1 as unusable",           \
		"RFC 7672 section 3.1.3")                                      \
	X(TLSA_TEXT_ACRONYM, "tlsa-text-acronym",                              \
		"acronyms stand for their numbers, in any letter case",        \
		"the fields are numbers; acronyms are for people",             \
		"RFC 7218 section 2, RFC 6698 section 2.2")                    \
	X(TLSA_TEXT_LINE, "tlsa-text-line",                                    \
		"comments, and the end of the line, are as in a zone file",    \
		"they are of the zone file, the text of RDATA has none",       \
		"RFC 1035 section 5.1, RFC 6698 section 2.2")                  \
	X(TLSA_TEXT_GENERIC, "tlsa-text-generic",                              \
		"the form for unknown types stands for the same octets",       \
		"a TLSA record is three numbers and its data",                 \
		"RFC 3597 section 5, RFC 6698 section 2.2")

/* tlsa: the octets behind the length of the RDATA. */
struct lk_tlsa {
	uint8_t usage, selector, matching;
	struct span data;
};

/* tlsa-text: any numbers are well-formed here. */
struct lk_tlsa_text {
	uint8_t usage, selector, matching;
	struct span hex; /* with what stands between digits */
};

#endif
