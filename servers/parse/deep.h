/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DEEP (draft-ietf-uta-email-deep-01 to -04) and MUA-STS (-05, -06), which
 * became RFC 8314 without them: security tags, directives, and where they are
 * written. Comma lists of tags were only talked about, at IETF 95.
 */
#ifndef PARSE_DEEP_H
#define PARSE_DEEP_H

#include "core/bytes.h"
#include "parse/field.h"

#define LK_DEEP_04 "draft-ietf-uta-email-deep-04"
#define LK_DEEP_05 "draft-ietf-uta-email-deep-05"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_DEEP_PARSERS(X)                                                     \
	X(deep_tag, "deep-tag", false, "security tag of DEEP",                 \
		LK_DEEP_04 " section 5.1")                                     \
	X(deep_status, "deep-status", false,                                   \
		"DEEP status: tags and URLs with spaces between them",         \
		LK_DEEP_04 " section 5.3")                                     \
	X(deep_status_comma, "deep-status-comma", false,                       \
		"DEEP status with commas, as talked about at IETF 95",         \
		LK_DEEP_04 " section 5.3")                                     \
	X(deep_ehlo, "deep-ehlo", true,                                        \
		"line of the reply to EHLO that announces DEEP or MSTS",       \
		LK_DEEP_04 " section 7.3, " LK_DEEP_05 " section 9.3")         \
	X(deep_capa, "deep-capa", true,                                        \
		"line of the answer to CAPA that announces DEEP or STS",       \
		LK_DEEP_04 " section 7.2, " LK_DEEP_05 " section 9.2")         \
	X(deep_client, "deep-client", true, "SMTP command CLIENT of DEEP",     \
		LK_DEEP_04 " section 7.3")                                     \
	X(deep_id, "deep-id", true,                                            \
		"parameters of IMAP ID with the fields of DEEP and MUA-STS",   \
		"RFC 2971 section 3, " LK_DEEP_04 " section 7.1, " LK_DEEP_05  \
		" section 9.1")                                                \
	X(sts_directives, "sts-directives", false, "directives of MUA-STS",    \
		LK_DEEP_05 " sections 5 and 6")                                \
	X(sts_client, "sts-client", true, "SMTP command CLIENT of MUA-STS",    \
		LK_DEEP_05 " section 9.3")                                     \
	X(received_tls, "received-tls", false,                                 \
		"tls clause of a Received field", "RFC 8314 section 4.3")      \
	X(received_tls_deep, "received-tls-deep", false,                       \
		"tls clause of a Received field without a group",              \
		LK_DEEP_04 " section 6")

/* X(CONSTANT, name, explanation, source) */
#define LK_DEEP_REASONS(X)                                                     \
	X(DEEP_TAG, "deep-tag",                                                \
		"a tag is a letter and up to 63 letters, digits, - and _",     \
		LK_DEEP_04 " section 5.1")                                     \
	X(DEEP_URL, "deep-url", "a URL is an https URI in angle brackets",     \
		LK_DEEP_04 " section 5.3, RFC 3986 section 3")                 \
	X(DEEP_ITEM, "deep-item",                                              \
		"an octet that no tag, URL or extension may have",             \
		LK_DEEP_04 " section 5.3")                                     \
	X(DEEP_BLANK, "deep-blank",                                            \
		"a space is too many, and cannot begin an extension",          \
		LK_DEEP_04 " section 5.3")                                     \
	X(DEEP_REPLY, "deep-reply", "the line is no 250 reply",                \
		"RFC 5321 section 4.2.1")                                      \
	X(DEEP_KEYWORD, "deep-keyword",                                        \
		"the line announces neither DEEP nor MUA-STS",                 \
		LK_DEEP_04 " section 7, " LK_DEEP_05 " section 9")             \
	X(DEEP_LINE_BLANK, "deep-line-blank",                                  \
		"parameters have one space between them, and none behind",     \
		"RFC 5321 section 4.1.1.1, RFC 2449 section 3")                \
	X(DEEP_LINE_SIZE, "deep-line-size",                                    \
		"the line has more than 512 octets",                           \
		"RFC 5321 sections 4.5.3.1.4 and 4.5.3.1.5, "                  \
		"RFC 2449 section 4")                                          \
	X(DEEP_LINE_END, "deep-line-end", "the line does not end with CR LF",  \
		"RFC 5321 section 2.3.8")                                      \
	X(DEEP_CLIENT_VERB, "deep-client-verb", "the command is not CLIENT",   \
		LK_DEEP_04 " section 7.3")                                     \
	X(DEEP_CLIENT_BLANK, "deep-client-blank",                              \
		"one space stands in front of each parameter",                 \
		LK_DEEP_04 " section 7.3")                                     \
	X(DEEP_CLIENT_NAME, "deep-client-name",                                \
		"the name of a parameter is a keyword, of MUA-STS an atom",    \
		"RFC 5321 section 4.1.2")                                      \
	X(DEEP_CLIENT_VALUE, "deep-client-value",                              \
		"the value of a parameter has octets that it may not, or "     \
		"none",                                                        \
		"RFC 5321 section 4.1.2")                                      \
	X(DEEP_ID_STRING, "deep-id-string",                                    \
		"a quoted string, a literal or NIL is needed",                 \
		"RFC 2971 section 4, RFC 3501 section 4.3")                    \
	X(DEEP_ID_LIST, "deep-id-list",                                        \
		"names and values have one space between them, and a "         \
		"parenthesis behind",                                          \
		"RFC 2971 section 4")                                          \
	X(DEEP_ID_SIZE, "deep-id-size",                                        \
		"more than 30 fields, 30 octets of a name or 1024 of a value", \
		"RFC 2971 section 3.3")                                        \
	X(DEEP_ID_TWICE, "deep-id-twice", "a field is there twice",            \
		"RFC 2971 section 3.3")                                        \
	X(DEEP_ID_VALUE, "deep-id-value",                                      \
		"the value of a field of DEEP or MUA-STS is empty, or has an " \
		"escape",                                                      \
		LK_DEEP_04 " section 7.1, " LK_DEEP_05 " section 9.1")         \
	X(DIRECTIVE_NAME, "directive-name",                                    \
		"the name of a directive is a token",                          \
		LK_DEEP_05 " section 5, RFC 7230 section 3.2.6")               \
	X(DIRECTIVE_VALUE, "directive-value",                                  \
		"the value of a directive is a token, of sts-url an https "    \
		"URI",                                                         \
		LK_DEEP_05 " section 5, RFC 7230 section 3.2.6")               \
	X(DIRECTIVE_DELIMITER, "directive-delimiter",                          \
		"directives have a semicolon and at most one space between "   \
		"them",                                                        \
		LK_DEEP_05 " section 6")                                       \
	X(TLS_CIPHER, "tls-cipher",                                            \
		"a cipher suite is a letter and letters, digits and _; or 0x " \
		"and four hexadecimal digits",                                 \
		"RFC 8314 section 4.3")                                        \
	X(TLS_GROUP, "tls-group",                                              \
		"a group is a letter and letters, digits, - and _",            \
		"RFC 8314 section 4.3")                                        \
	X(RECEIVED_BLANK, "received-blank",                                    \
		"blanks are needed, on folded lines behind CR LF",             \
		"RFC 5322 section 3.2.2")                                      \
	X(RECEIVED_COMMENT, "received-comment",                                \
		"a comment is not closed, or has an octet that it may not",    \
		"RFC 5322 section 3.2.2")                                      \
	X(RECEIVED_WORD, "received-word",                                      \
		"tls is needed, or group behind the cipher suite",             \
		"RFC 8314 section 4.3")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_DEEP_READINGS(X)                                                    \
	X(DEEP_TAG_CASE, "deep-tag-case",                                      \
		"a registered tag in other letter case is another tag",        \
		"it is the same", LK_DEEP_04 " section 5.1")                   \
	X(DEEP_BLANKS, "deep-blanks", "a space too many separates nothing",    \
		"it begins an extension, which goes on behind it",             \
		LK_DEEP_04 " section 5.3")                                     \
	X(DEEP_SWALLOWED, "deep-swallowed",                                    \
		"a tag behind an extension is a tag, and a word that is no "   \
		"item goes on with the extension",                             \
		"all of it may be the extension, which may have spaces; or "   \
		"a word that is no item spoils the status",                    \
		LK_DEEP_04 " section 5.3")                                     \
	X(DEEP_BACKSLASH, "deep-backslash",                                    \
		"the range of octets has the backslash",                       \
		"the comment beside it excludes the backslash",                \
		LK_DEEP_04 " section 5.3")                                     \
	X(DEEP_TWO_URLS, "deep-two-urls", "the status may have several URLs",  \
		"one of them counts, and nothing says which",                  \
		LK_DEEP_04 " section 5.3")                                     \
	X(RECEIVED_OBSOLETE, "received-obsolete",                              \
		"what RFC 5322 calls obsolete counts, as for who reads: "      \
		"several folds in a row behind a blank, control characters "   \
		"in comments",                                                 \
		"it is an error, as for who writes",                           \
		"RFC 5322 sections 4, 4.1 and 4.2")                            \
	X(DEEP_CLIENT_UNFIT, "deep-client-unfit",                              \
		"a known parameter with another value is of the general form", \
		"its own rule decides, and the command is 501",                \
		LK_DEEP_04 " section 7.3, " LK_DEEP_05 " section 9.3")         \
	X(DEEP_ID_SPELLING, "deep-id-spelling",                                \
		"the field has the name of the text, or of the examples",      \
		"only the other name counts",                                  \
		LK_DEEP_04 " section 7.1, " LK_DEEP_05 " section 9.1")         \
	X(DIRECTIVE_CASE, "directive-case",                                    \
		"a registered directive in other letter case is another one",  \
		"it is the same, as in HSTS", LK_DEEP_05 " section 5")         \
	X(DIRECTIVE_URL, "directive-url",                                      \
		"sts-url has a URI, as in the examples", "a URI is no token",  \
		LK_DEEP_05 " sections 5, 6 and 9")

/* deep-tag */
struct lk_deep_tag {
	struct span tag;
};

/* deep-status; for lk_deep_item_next with a space */
struct lk_deep_status {
	struct span text;
};

/* deep-status-comma; for lk_deep_item_next with a comma */
struct lk_deep_status_comma {
	struct span text;
};

/* An item of a status; a URL has its angle brackets. */
enum lk_deep_kind {
	LK_DEEP_KIND_TAG,
	LK_DEEP_KIND_URL,
	LK_DEEP_KIND_EXTENSION, /* or a word of one: to be ignored */
};

/* Cut the next item off a status that was accepted; false at the end. */
bool lk_deep_item_next(struct span *rest, int separator, struct span *out_r);
/* What an item is that lk_deep_item_next gave. */
enum lk_deep_kind lk_deep_item_kind(struct span item);

/* sts-directives */
struct lk_sts_directives {
	struct span text;
};

/* Cut the next directive off a list that was accepted; false at the end. */
bool lk_sts_directive_next(struct span *rest, struct lk_field *out_r);

/* deep-ehlo and deep-capa: a list of directives if is_sts, else a status. */
struct lk_deep_ehlo {
	bool is_last; /* "250 ", not "250-" */
	bool is_sts;
	struct span text;
};

struct lk_deep_capa {
	bool is_sts;
	struct span text;
};

/* deep-client */
struct lk_deep_client {
	struct span params;
};

bool lk_deep_client_next(struct span *rest, struct lk_field *out_r);

/* sts-client; values keep their quotes */
struct lk_sts_client {
	struct span params;
};

bool lk_sts_client_next(struct span *rest, struct lk_field *out_r);

/* deep-id: the list with its parentheses, or NIL */
struct lk_deep_id {
	struct span list;
};

/* received-tls; the group is empty if there is none */
struct lk_received_tls {
	struct span cipher, group;
};

/* received-tls-deep */
struct lk_received_tls_deep {
	struct span cipher;
};

#endif
