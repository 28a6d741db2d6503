/* SPDX-License-Identifier: Apache-2.0 */
/* SMTP, client's side (RFC 5321): what its parsers give, why they refuse. */
#ifndef PARSE_SMTP_H
#define PARSE_SMTP_H

#include <sys/types.h>

#include "core/bytes.h"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_SMTP_PARSERS(X)                                                     \
	X(smtp_reply, "smtp-reply", true, "SMTP reply of one or more lines",   \
		"RFC 5321 section 4.2")                                        \
	X(smtp_ehlo, "smtp-ehlo", true, "positive SMTP reply to EHLO",         \
		"RFC 5321 section 4.1.1.1")

/* X(CONSTANT, name, explanation, source) */
#define LK_SMTP_REASONS(X)                                                     \
	X(SMTP_REPLY_CODE, "smtp-reply-code",                                  \
		"a line begins with three digits, the first of them 2 to 5, "  \
		"the second 0 to 5",                                           \
		"RFC 5321 section 4.2")                                        \
	X(SMTP_REPLY_CODE_CHANGES, "smtp-reply-code-changes",                  \
		"all lines of a reply have the same code",                     \
		"RFC 5321 section 4.2.1")                                      \
	X(SMTP_REPLY_SEPARATOR, "smtp-reply-separator",                        \
		"behind the code comes a hyphen, a blank, or the line end",    \
		"RFC 5321 section 4.2")                                        \
	X(SMTP_REPLY_TEXT, "smtp-reply-text",                                  \
		"text is printable ASCII, blanks and tabs, or UTF-8 where a "  \
		"mailbox may be named",                                        \
		"RFC 5321 section 4.2, RFC 6531 section 3.7.4")                \
	X(SMTP_REPLY_LINE_END, "smtp-reply-line-end",                          \
		"a line ends with CR and LF, and has neither elsewhere",       \
		"RFC 5321 section 2.3.8")                                      \
	X(SMTP_REPLY_LINE_SIZE, "smtp-reply-line-size",                        \
		"a line has more than 512 octets, its end included",           \
		"RFC 5321 section 4.5.3.1.5")                                  \
	X(SMTP_EHLO_CODE, "smtp-ehlo-code",                                    \
		"the positive reply to EHLO has the code 250",                 \
		"RFC 5321 section 4.1.1.1")                                    \
	X(SMTP_EHLO_DOMAIN, "smtp-ehlo-domain",                                \
		"the first line names the server: a domain or an address "     \
		"in brackets",                                                 \
		"RFC 5321 section 4.1.1.1")                                    \
	X(SMTP_EHLO_KEYWORD, "smtp-ehlo-keyword",                              \
		"a keyword is a letter or digit, and more of them or hyphens", \
		"RFC 5321 section 4.1.1.1")                                    \
	X(SMTP_EHLO_PARAMETER, "smtp-ehlo-parameter",                          \
		"a parameter is one or more visible ASCII characters behind "  \
		"one blank",                                                   \
		"RFC 5321 section 4.1.1.1")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_SMTP_READINGS(X)                                                    \
	X(SMTP_REPLY_EMPTY_TEXT, "smtp-reply-empty-text",                      \
		"a blank behind the code may have no text behind it",          \
		"a blank is followed by at least one character",               \
		"RFC 5321 section 4.2")                                        \
	X(SMTP_REPLY_UTF8, "smtp-reply-utf8",                                  \
		"text may be UTF-8, as after SMTPUTF8",                        \
		"text is ASCII, as before SMTPUTF8", "RFC 6531 section 3.7.4") \
	X(SMTP_EHLO_GREET_CONTROL, "smtp-ehlo-greet-control",                  \
		"the greeting may have any character but CR and LF",           \
		"the greeting is text as in every other reply",                \
		"RFC 5321 sections 4.1.1.1 and 4.2")                           \
	X(SMTP_EHLO_LITERAL, "smtp-ehlo-literal",                              \
		"an address in brackets may stand for the domain",             \
		"the server names itself with a domain, as in the grammar",    \
		"RFC 5321 sections 4.1.1.1 and 4.1.3")

/* smtp-reply: code 200 to 559. */
struct lk_smtp_reply {
	unsigned code;
	struct span enhanced; /* RFC 2034; empty: none */
	struct span lines;    /* all of them; for lk_smtp_reply_next */
};

/* Cut the text of the next line off the lines; false at the end. */
bool lk_smtp_reply_next(struct span *lines, struct span *text_r);

/* smtp-ehlo */
struct lk_smtp_ehlo {
	struct span domain;
	struct span greet;
	struct span lines; /* of the keywords; for lk_smtp_ehlo_next */
};

/*
 * Cut the next keyword off the lines; false at the end. Its parameters stand
 * in *parameters_r with one blank between two of them.
 */
bool lk_smtp_ehlo_next(
	struct span *lines, struct span *keyword_r, struct span *parameters_r);

#endif
