/* SPDX-License-Identifier: Apache-2.0 */
/* POP3, client's side (RFC 1939, 2449): what its parsers give, and why they
 * refuse. */
#ifndef PARSE_POP3_H
#define PARSE_POP3_H

#include <sys/types.h>

#include "core/bytes.h"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_POP3_PARSERS(X)                                                     \
	X(pop3_reply, "pop3-reply", true, "first line of a POP3 reply",        \
		"RFC 1939 section 3, RFC 2449 sections 3, 4 and 8")            \
	X(pop3_greeting, "pop3-greeting", true,                                \
		"POP3 greeting, perhaps with the timestamp of APOP",           \
		"RFC 1939 section 7, RFC 2449 sections 3 and 4")               \
	X(pop3_capa, "pop3-capa", true, "positive POP3 reply to CAPA",         \
		"RFC 2449 sections 3 and 5")

/* X(CONSTANT, name, explanation, source) */
#define LK_POP3_REASONS(X)                                                     \
	X(POP3_STATUS, "pop3-status",                                          \
		"a reply begins with +OK, -ERR, or + and a blank",             \
		"RFC 1939 section 3, RFC 5034 section 4")                      \
	X(POP3_TEXT, "pop3-text",                                              \
		"behind the status comes one blank and printable ASCII, or "   \
		"UTF-8",                                                       \
		"RFC 2449 section 3, RFC 6856 section 2.1")                    \
	X(POP3_BASE64, "pop3-base64",                                          \
		"a challenge is base64 in groups of four",                     \
		"RFC 5034 section 4, RFC 4648 section 4")                      \
	X(POP3_CODE, "pop3-code",                                              \
		"text that begins with a bracket begins with a response "      \
		"code: levels of printable ASCII between slashes",             \
		"RFC 2449 sections 3 and 8")                                   \
	X(POP3_LINE_END, "pop3-line-end",                                      \
		"a line ends with CR and LF, and has neither elsewhere",       \
		"RFC 1939 section 3")                                          \
	X(POP3_LINE_SIZE, "pop3-line-size",                                    \
		"a line has more than 512 octets, its end included",           \
		"RFC 1939 section 3, RFC 2449 section 4")                      \
	X(POP3_TIMESTAMP, "pop3-timestamp",                                    \
		"the timestamp is no message id: words with dots between "     \
		"them, @ and a domain between < and >",                        \
		"RFC 1939 section 7, RFC 2449 section 3, RFC 822 section 6.1") \
	X(POP3_NEGATIVE, "pop3-negative",                                      \
		"the server says no, or something else than yes",              \
		"RFC 1939 section 4, RFC 2449 section 5")                      \
	X(POP3_CAPA_TAG, "pop3-capa-tag",                                      \
		"a capability begins with visible ASCII that has no dot",      \
		"RFC 2449 section 3")                                          \
	X(POP3_CAPA_PARAMETER, "pop3-capa-parameter",                          \
		"a parameter is one or more visible ASCII characters behind "  \
		"one blank",                                                   \
		"RFC 2449 section 3")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_POP3_READINGS(X)                                                    \
	X(POP3_TEXT_CONTROL, "pop3-text-control",                              \
		"octets that the grammar allows and its comment does not "     \
		"(DEL, controls behind a response code) count",                \
		"only printable ASCII counts", "RFC 2449 section 3")           \
	X(POP3_TEXT_BRACKET, "pop3-text-bracket",                              \
		"only the first character of text may be no [",                \
		"no character of text may be [", "RFC 2449 section 3")         \
	X(POP3_GREETING_BLANK, "pop3-greeting-blank",                          \
		"a greeting's text may stand at once behind +OK, as in the "   \
		"grammar",                                                     \
		"a blank stands between them, as in the examples",             \
		"RFC 2449 section 3, RFC 1939 sections 4 and 7")               \
	X(POP3_TEXT_UTF8, "pop3-text-utf8",                                    \
		"text may be UTF-8, as with the capability UTF8 or LANG",      \
		"text is ASCII", "RFC 6856 sections 2.1 and 3.1")

enum lk_pop3_status {
	LK_POP3_OK,
	LK_POP3_ERR,
	LK_POP3_CHALLENGE, /* RFC 5034 section 4 */
};

/* pop3-reply: of a reply of several lines only the first. */
struct lk_pop3_reply {
	enum lk_pop3_status status;
	struct span code; /* between the brackets; empty: none */
	struct span text; /* behind the code; of a challenge its base64 */
};

/* pop3-greeting */
struct lk_pop3_greeting {
	struct span code;
	struct span text;      /* timestamp included */
	struct span timestamp; /* with < and >; empty: the server has no APOP */
};

/* pop3-capa */
struct lk_pop3_capa {
	struct span lines; /* of the capabilities; for lk_pop3_capa_next */
};

/*
 * Cut the next capability off the lines; false at the end. Its parameters
 * stand in *parameters_r with one blank between two of them.
 */
bool lk_pop3_capa_next(
	struct span *lines, struct span *tag_r, struct span *parameters_r);

#endif
