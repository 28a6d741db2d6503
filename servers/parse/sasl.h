/* SPDX-License-Identifier: Apache-2.0 */
/* First messages of SASL clients, decoded from base64: what their parsers give,
 * and why they refuse. */
#ifndef PARSE_SASL_H
#define PARSE_SASL_H

#include <sys/types.h>

#include "core/bytes.h"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_SASL_PARSERS(X)                                                     \
	X(sasl_plain, "sasl-plain", false, "message of PLAIN",                 \
		"RFC 4616 section 2")                                          \
	X(sasl_cram, "sasl-cram", false, "response of CRAM-MD5",               \
		"RFC 2195 section 2")                                          \
	X(sasl_scram, "sasl-scram", false, "client-first-message of SCRAM",    \
		"RFC 5802 section 7")                                          \
	X(sasl_bearer, "sasl-bearer", false, "message of OAUTHBEARER",         \
		"RFC 7628 section 3.1")                                        \
	X(sasl_xoauth2, "sasl-xoauth2", false, "message of XOAUTH2",           \
		"the forerunner of RFC 7628, in use without a standard")

/* X(CONSTANT, name, explanation, source) */
#define LK_SASL_REASONS(X)                                                     \
	X(SASL_PLAIN_NULS, "sasl-plain-nuls",                                  \
		"three parts stand around two NULs, and there is no other "    \
		"NUL",                                                         \
		"RFC 4616 section 2")                                          \
	X(SASL_PLAIN_EMPTY, "sasl-plain-empty",                                \
		"neither the name nor the password is empty",                  \
		"RFC 4616 section 2")                                          \
	X(SASL_UTF8, "sasl-utf8", "names and passwords are UTF-8",             \
		"RFC 4616 section 2, RFC 5802 section 5.1")                    \
	X(SASL_CRAM_DIGEST, "sasl-cram-digest",                                \
		"behind the last blank stand 32 hexadecimal digits in small "  \
		"letters",                                                     \
		"RFC 2195 section 2")                                          \
	X(SASL_CRAM_NAME, "sasl-cram-name", "the name is missing",             \
		"RFC 2195 section 2")                                          \
	X(SASL_GS2_FLAG, "sasl-gs2-flag",                                      \
		"the header begins with n, y, or p= and the name of a "        \
		"channel "                                                     \
		"binding, and a comma",                                        \
		"RFC 5801 section 4, RFC 5802 section 7")                      \
	X(SASL_GS2_AUTHZID, "sasl-gs2-authzid",                                \
		"the second part of the header is empty, or a= and a name, "   \
		"and a comma",                                                 \
		"RFC 5801 section 4")                                          \
	X(SASL_NAME, "sasl-name",                                              \
		"a name is not empty, has no NUL, and writes , as =2C and = "  \
		"as =3D",                                                      \
		"RFC 5802 section 5.1")                                        \
	X(SASL_SCRAM_EXTENSION, "sasl-scram-extension",                        \
		"a mandatory extension that nobody knows",                     \
		"RFC 5802 section 5.1")                                        \
	X(SASL_SCRAM_NAME, "sasl-scram-name",                                  \
		"the header is followed by n= and the name, and a comma",      \
		"RFC 5802 section 7")                                          \
	X(SASL_SCRAM_NONCE, "sasl-scram-nonce",                                \
		"the name is followed by r= and visible ASCII without commas", \
		"RFC 5802 section 7")                                          \
	X(SASL_SCRAM_ATTRIBUTE, "sasl-scram-attribute",                        \
		"what follows are letters, each with = and a value",           \
		"RFC 5802 section 7")                                          \
	X(SASL_BEARER_SEPARATOR, "sasl-bearer-separator",                      \
		"pairs stand between octets 1, and another one ends the "      \
		"message",                                                     \
		"RFC 7628 section 3.1")                                        \
	X(SASL_BEARER_KEY, "sasl-bearer-key",                                  \
		"a pair is letters, =, and a value", "RFC 7628 section 3.1")   \
	X(SASL_BEARER_VALUE, "sasl-bearer-value",                              \
		"a value is visible ASCII, blanks, tabs, CR and LF",           \
		"RFC 7628 section 3.1")                                        \
	X(SASL_BEARER_AUTH, "sasl-bearer-auth",                                \
		"there is a pair auth, with a scheme and what it asks for, "   \
		"or in OAUTHBEARER empty",                                     \
		"RFC 7628 sections 3.1 and 4.3, RFC 6750 section 2.1")         \
	X(SASL_XOAUTH2_USER, "sasl-xoauth2-user",                              \
		"the message begins with user= and a name",                    \
		"as OAUTHBEARER's forerunner is documented")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_SASL_READINGS(X)                                                    \
	X(SASL_CASE, "sasl-case",                                              \
		"letters of flags and escapes may be small or capital, as in " \
		"the grammar, and that of a= in OAUTHBEARER",                  \
		"they are as the text writes them: n, y and p, =2C and =3D",   \
		"RFC 5802 sections 5.1 and 7, RFC 5801 section 4, RFC 5234 "   \
		"section 2.3")                                                 \
	X(SASL_BEARER_TOKEN, "sasl-bearer-token",                              \
		"what Bearer asks for is any text, as in values of pairs",     \
		"it is letters, digits and -._~+/ with = behind them",         \
		"RFC 7628 section 3.1, RFC 6750 section 2.1")                  \
	X(SASL_BEARER_AUTH_TWICE, "sasl-bearer-auth-twice",                    \
		"the first pair auth counts",                                  \
		"a message with two of them is invalid",                       \
		"RFC 7628 section 3.1")

/* sasl-plain */
struct lk_sasl_plain {
	struct span authzid; /* empty: the name's own */
	struct span authcid;
	struct span password;
};

/* sasl-cram */
struct lk_sasl_cram {
	struct span name;
	struct span digest; /* 32 hexadecimal digits */
};

/* The header of GS2 (RFC 5801 section 4). */
struct lk_gs2 {
	struct span flag;    /* "n", "y" or "p=…" */
	struct span authzid; /* as it stands, with =2C and =3D; empty: none */
};

/* sasl-scram */
struct lk_sasl_scram {
	struct lk_gs2 gs2;
	struct span header; /* of GS2, as it stands: channel binding */
	struct span bare;   /* client-first-message-bare: to be signed */
	struct span name;   /* as it stands, with =2C and =3D */
	struct span nonce;
	struct span attributes; /* behind the nonce, with its commas */
};

/* sasl-bearer; an empty flag: the answer to a failure, octet 1 alone; an empty
 * scheme beside a flag: what asks the server how to go on */
struct lk_sasl_bearer {
	struct lk_gs2 gs2;
	struct span pairs; /* for lk_sasl_pair_next */
	struct span scheme, token;
};

/* sasl-xoauth2 */
struct lk_sasl_xoauth2 {
	struct span user;
	struct span scheme, token;
};

struct lk_sasl_pair {
	struct span key, value;
};

/* Cut the next pair off; false at the end. */
bool lk_sasl_pair_next(struct span *pairs, struct lk_sasl_pair *pair_r);

#endif
