/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP, client's side (RFC 3501, RFC 9051): what its parsers give, and why they
 * refuse. */
#ifndef PARSE_IMAP_H
#define PARSE_IMAP_H

#include <sys/types.h>

#include "core/bytes.h"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_IMAP_PARSERS(X)                                                     \
	X(imap_response, "imap-response", true,                                \
		"IMAP response with its literals", "RFC 9051 section 9")       \
	X(imap_capability, "imap-capability", false,                           \
		"IMAP list of capabilities", "RFC 9051 sections 7.2.2 and 9")

/* X(CONSTANT, name, explanation, source) */
#define LK_IMAP_REASONS(X)                                                     \
	X(IMAP_START, "imap-start",                                            \
		"a response begins with *, + or a tag, and a blank",           \
		"RFC 9051 sections 2.2.2 and 9")                               \
	X(IMAP_STATUS, "imap-status",                                          \
		"a tag is followed by OK, NO or BAD, and a blank",             \
		"RFC 9051 sections 7.1 and 9")                                 \
	X(IMAP_WORD, "imap-word",                                              \
		"untagged data begin with an atom that begins with a letter, " \
		"perhaps with a number in front",                              \
		"RFC 9051 sections 6.5 and 9")                                 \
	X(IMAP_NUMBER, "imap-number",                                          \
		"EXISTS, RECENT, EXPUNGE and FETCH have a number in front, "   \
		"the last two not 0; other data of the base protocol have "    \
		"none",                                                        \
		"RFC 9051 sections 7.4, 7.5 and 9")                            \
	X(IMAP_NUMBER_SIZE, "imap-number-size",                                \
		"a number is below 2 to the 32nd", "RFC 9051 section 9")       \
	X(IMAP_TEXT, "imap-text", "text has no NUL and is UTF-8",              \
		"RFC 9051 section 9")                                          \
	X(IMAP_LINE_END, "imap-line-end",                                      \
		"a line ends with CR and LF, and has neither elsewhere",       \
		"RFC 9051 sections 2.2 and 9")                                 \
	X(IMAP_VALUE, "imap-value",                                            \
		"values are atoms, strings and lists with one blank between "  \
		"two of them",                                                 \
		"RFC 9051 section 9")                                          \
	X(IMAP_SHAPE, "imap-shape",                                            \
		"data of this name have other values, or another number of "   \
		"them",                                                        \
		"RFC 9051 sections 7.2 to 7.5 and 9, RFC 2971 section 4, "     \
		"RFC 3516 section 7, RFC 4314 sections 3.7 and 7, RFC 4466 "   \
		"section 3, RFC 5256 section 5, RFC 5464 section 5, RFC 7162 " \
		"section 7, RFC 7377 section 4, RFC 8474 section 7, RFC 8970 " \
		"section 6, RFC 9208 section 7")                               \
	X(IMAP_ATTRIBUTE, "imap-attribute",                                    \
		"a mailbox has one attribute that says whether it can be "     \
		"selected, one that says whether it has children, and none "   \
		"twice",                                                       \
		"RFC 9051 section 9, RFC 3501 section 9, RFC 5258 section 6")  \
	X(IMAP_ATTRIBUTES, "imap-attributes",                                  \
		"a mailbox has more than 256 attributes",                      \
		"a limit of this library")                                     \
	X(IMAP_ID, "imap-id",                                                  \
		"ID has 30 fields at most, names of 30 octets, values of "     \
		"1024, and no field twice",                                    \
		"RFC 2971 section 3.3")                                        \
	X(IMAP_QUOTED, "imap-quoted",                                          \
		"a quoted string has no NUL, CR or LF, and a backslash only "  \
		"in front of another or a quotation mark",                     \
		"RFC 9051 sections 4.3 and 9")                                 \
	X(IMAP_LITERAL, "imap-literal",                                        \
		"a literal begins with its size between braces and a line "    \
		"end",                                                         \
		"RFC 9051 sections 4.3 and 9")                                 \
	X(IMAP_LITERAL_SIZE, "imap-literal-size",                              \
		"a literal of 2 to the 32nd octets or more",                   \
		"RFC 3501 section 9, a limit of this library")                 \
	X(IMAP_LITERAL_NUL, "imap-literal-nul",                                \
		"a literal has no NUL unless ~ stands in front of it",         \
		"RFC 9051 section 9")                                          \
	X(IMAP_DEPTH, "imap-depth", "lists are nested more than 32 deep",      \
		"a limit of this library")                                     \
	X(IMAP_CAPABILITY_ATOM, "imap-capability-atom",                        \
		"the word CAPABILITY and atoms stand with one blank between "  \
		"two of them",                                                 \
		"RFC 9051 section 9")                                          \
	X(IMAP_CAPABILITY_VERSION, "imap-capability-version",                  \
		"neither IMAP4rev1 nor IMAP4rev2 is in the list",              \
		"RFC 9051 sections 7.2.2 and 9")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_IMAP_READINGS(X)                                                    \
	X(IMAP_TEXT_UTF8, "imap-text-utf8", "text may be UTF-8, as in rev2",   \
		"text is ASCII, as in rev1",                                   \
		"RFC 9051 section 9, RFC 3501 section 9")                      \
	X(IMAP_EMPTY_TEXT, "imap-empty-text",                                  \
		"the text of a status may be empty, as in rev2",               \
		"it has at least one character, as in rev1",                   \
		"RFC 9051 section 9, RFC 3501 section 9")                      \
	X(IMAP_BROKEN_CODE, "imap-broken-code",                                \
		"what begins with [ and is no response code with a blank "     \
		"behind it is text",                                           \
		"it is a response code, or an error",                          \
		"RFC 9051 sections 7.1 and 9")                                 \
	X(IMAP_CODE_ARGUMENTS, "imap-code-arguments",                          \
		"a known response code with something else behind it is of "   \
		"the general form",                                            \
		"its own rule decides, and it is an error",                    \
		"RFC 9051 sections 7.1 and 9")                                 \
	X(IMAP_BODY_FORM, "imap-body-form",                                    \
		"a text without its lines is of the general form, and so is "  \
		"MESSAGE/GLOBAL without an envelope; TEXT and MESSAGE may be " \
		"literals",                                                    \
		"a text has the number of its lines, MESSAGE/GLOBAL has an "   \
		"envelope and a body, as in rev2; TEXT and MESSAGE stand in "  \
		"quotation marks, as in the grammar",                          \
		"RFC 9051 sections 7.5.2 and 9, RFC 3501 section 9")           \
	X(IMAP_BINARY_ORIGIN, "imap-binary-origin",                            \
		"the name of a binary part may say from which octet on it "    \
		"is, as in the text",                                          \
		"it does not say so, as in the grammar",                       \
		"RFC 9051 sections 7.5.2 and 9, RFC 3516 sections 4.3 and 7")  \
	X(IMAP_FLAG_RECENT, "imap-flag-recent",                                \
		"the flag Recent may be among those of a mailbox, as it is "   \
		"one of the system",                                           \
		"it may not, as in the comment of the grammar",                \
		"RFC 3501 sections 2.3.2, 7.2.6 and 9, RFC 9051 section 9")    \
	X(IMAP_NUMBER64, "imap-number64",                                      \
		"the size of a message, the lines of a text, numbers of "      \
		"extensions and of quotas are below 2 to the 63rd, as in "     \
		"rev2",                                                        \
		"they are below 2 to the 32nd, as in rev1",                    \
		"RFC 9051 section 9, RFC 3501 section 9, RFC 4466 section 3, " \
		"RFC 9208 section 7, RFC 2087 section 6")                      \
	X(IMAP_NO_QUOTA, "imap-no-quota",                                      \
		"a quota root may have no limits, as in RFC 2087",             \
		"it has at least one, as in RFC 9208",                         \
		"RFC 2087 section 6, RFC 9208 section 7")                      \
	X(IMAP_CAPABILITY_FIRST, "imap-capability-first",                      \
		"IMAP4 is a capability that may stand anywhere, as in the "    \
		"grammar",                                                     \
		"it is the first one, as in the comment of the grammar",       \
		"RFC 9051 section 9, RFC 3501 section 9")

enum lk_imap_kind {
	LK_IMAP_UNTAGGED,
	LK_IMAP_TAGGED,
	LK_IMAP_CONTINUE,
};

/*
 * imap-response. A status (OK, NO, BAD, BYE, PREAUTH) and a continuation have
 * a code and a text, other responses have values.
 */
struct lk_imap_response {
	enum lk_imap_kind kind;
	bool is_status;
	bool has_number;
	uint32_t number;       /* of a message, or how many there are */
	struct span tag;       /* of LK_IMAP_TAGGED */
	struct span word;      /* status, or what the values are, in any case */
	struct span code;      /* name of the response code; empty: none */
	struct span code_text; /* behind that name */
	struct span text;
	struct span values; /* for lk_imap_value_next */
};

enum lk_imap_type {
	LK_IMAP_TYPE_ATOM,    /* also numbers, flags, NIL and names of parts */
	LK_IMAP_TYPE_QUOTED,  /* backslashes included */
	LK_IMAP_TYPE_LITERAL, /* octets */
	LK_IMAP_TYPE_OPEN,    /* a list begins */
	LK_IMAP_TYPE_CLOSE,   /* it ends */
};

struct lk_imap_value {
	enum lk_imap_type type;
	struct span content; /* without quotation marks or size */
};

/* Cut the next value, or end of a list, off the values; false at the end. */
bool lk_imap_value_next(struct span *values, struct lk_imap_value *value_r);

/* imap-capability: "CAPABILITY" and the list, as in data and response codes. */
struct lk_imap_capability {
	struct span words; /* one blank between two of them */
	bool rev1, rev2;
};

#endif
