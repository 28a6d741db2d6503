/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liblatchkey: reference parsers for the formats of email TLS.
 *
 * A parser takes the bytes that are there and returns how many it consumed, or
 * why it did not. It allocates nothing, keeps nothing, and needs less than
 * 1 KiB of stack. What it found are spans into the input, valid as long as
 * the input is.
 *
 *	LK_MORE		what is there fits, and ends too early. Of a format
 *			whose end only the caller knows (`framed` is false) the
 *			text is invalid when nothing follows.
 *	LK_BAD		nothing that follows can mend the input
 *	LK_LIMIT	a limit of the specification or of this library
 *
 * So every beginning of an accepted text is either accepted or LK_MORE.
 *
 * A printer writes the canonical text of a value: print(parse(x)) parses to
 * the same value. It returns the size of the text and writes what fits into
 * size bytes of it, never a NUL.
 *
 * Where the specification leaves a case open the text is accepted by the first
 * reading of LK_READINGS, and the result says that there is another.
 *
 * A family of parsers has a header of its own with its lists and structs, named
 * LK_FAMILY_PARSERS, LK_FAMILY_REASONS, LK_FAMILY_READINGS.
 */
#ifndef PARSE_PARSE_H
#define PARSE_PARSE_H

#include <sys/types.h>

#include "core/bytes.h"
#include "parse/deep.h"
#include "parse/http.h"
#include "parse/imap.h"
#include "parse/pop3.h"
#include "parse/sasl.h"
#include "parse/smtp.h"
#include "parse/sts.h"
#include "parse/sts_old.h"
#include "parse/tlsa.h"
#include "parse/tlsrpt.h"

/*
 * X(function, name, framed, title, source): every parser. For each there is a
 * struct lk_FUNCTION, and there are lk_FUNCTION_parse, lk_FUNCTION_print and
 * lk_FUNCTION_json. The last writes the value as JSON: one object, ASCII only,
 * each octet of a text as the code point of the same number.
 * `framed`: the text itself says where it ends.
 */
#define LK_PARSERS(X)                                                          \
	LK_DEEP_PARSERS(X)                                                     \
	LK_HTTP_PARSERS(X)                                                     \
	LK_IMAP_PARSERS(X)                                                     \
	LK_POP3_PARSERS(X)                                                     \
	LK_SASL_PARSERS(X)                                                     \
	LK_SMTP_PARSERS(X)                                                     \
	LK_STS_PARSERS(X)                                                      \
	LK_STS_OLD_PARSERS(X)                                                  \
	LK_TLSA_PARSERS(X)                                                     \
	LK_TLSRPT_PARSERS(X)

/* X(CONSTANT, name, explanation, source): why a parser stops. */
#define LK_REASONS(X)                                                          \
	X(NONE, "none", "nothing is wrong", "")                                \
	LK_DEEP_REASONS(X)                                                     \
	LK_HTTP_REASONS(X)                                                     \
	LK_IMAP_REASONS(X)                                                     \
	LK_POP3_REASONS(X)                                                     \
	LK_SASL_REASONS(X)                                                     \
	LK_SMTP_REASONS(X)                                                     \
	LK_STS_REASONS(X)                                                      \
	LK_STS_OLD_REASONS(X)                                                  \
	LK_TLSA_REASONS(X)                                                     \
	LK_TLSRPT_REASONS(X)

/* X(CONSTANT, name, reading taken, other reading, source): what is open. */
#define LK_READINGS(X)                                                         \
	LK_DEEP_READINGS(X)                                                    \
	LK_HTTP_READINGS(X)                                                    \
	LK_IMAP_READINGS(X)                                                    \
	LK_POP3_READINGS(X)                                                    \
	LK_SASL_READINGS(X)                                                    \
	LK_SMTP_READINGS(X)                                                    \
	LK_STS_READINGS(X)                                                     \
	LK_STS_OLD_READINGS(X)                                                 \
	LK_TLSA_READINGS(X)                                                    \
	LK_TLSRPT_READINGS(X)

enum lk_code {
	LK_MORE = -1,
	LK_BAD = -2,
	LK_LIMIT = -3,
};

enum lk_reason {
#define X(constant, name, text, source) LK_##constant,
	LK_REASONS(X)
#undef X
	LK_REASON_COUNT
};

enum lk_reading {
#define X(constant, name, one, other, source) LK_READING_##constant,
	LK_READINGS(X)
#undef X
	LK_READING_COUNT
};

/* A set of readings. */
struct lk_readings {
	uint64_t word[2];
};

struct lk_result {
	/* LK_NONE when the text was accepted. */
	enum lk_reason reason;
	/* Of the byte that the reason is about; what was consumed if none. */
	size_t offset;
	/* The readings that acceptance rests on. */
	struct lk_readings ambiguous;
	/* Of what was accepted; each parser has its own member. */
	union {
#define X(function, name, framed, title, source) struct lk_##function function;
		LK_PARSERS(X)
#undef X
	};
};

#define X(function, name, framed, title, source)                               \
	ssize_t lk_##function##_parse(                                         \
		struct span input, struct lk_result *out_r);                   \
	size_t lk_##function##_print(                                          \
		const struct lk_result *value, char *out_r, size_t size);      \
	size_t lk_##function##_json(                                           \
		const struct lk_result *value, char *out_r, size_t size);
LK_PARSERS(X)
#undef X

struct lk_parser {
	const char *name, *title, *source;
	bool framed;
	ssize_t (*parse)(struct span input, struct lk_result *out_r);
	size_t (*print)(
		const struct lk_result *value, char *out_r, size_t size);
	size_t (*json)(const struct lk_result *value, char *out_r, size_t size);
};

struct lk_reason_text {
	const char *name, *text, *source;
};

struct lk_reading_text {
	const char *name, *one, *other, *source;
};

/* All parsers, and how many they are. */
const struct lk_parser *lk_parsers(size_t *n_r);
/* NULL when there is none of this name. */
const struct lk_parser *lk_parser_find(struct span name);

/* Does acceptance rest on this reading, or on any? */
bool lk_rests_on(const struct lk_result *result, enum lk_reading reading);
bool lk_is_ambiguous(const struct lk_result *result);

/* Static texts; NULL for a number that is not of the list. */
const struct lk_reason_text *lk_reason_text(enum lk_reason reason);
const struct lk_reading_text *lk_reading_text(enum lk_reading reading);

#endif
