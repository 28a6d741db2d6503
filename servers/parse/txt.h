/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the text of a TXT record: one string, or the strings of an RDATA,
 * which are joined without anything between them (RFC 8461 section 3.1).
 */
#ifndef PARSE_TXT_H
#define PARSE_TXT_H

#include "parse/stop.h"

#define TXT_NAME_SIZE 32

struct txt {
	struct span s;
	size_t at;   /* in s, of the next octet */
	size_t left; /* octets of the string that it is in */
};

/* A field: its name, and where its value begins. */
struct txt_field {
	uint8_t name[TXT_NAME_SIZE];
	size_t name_n;
	struct txt value;
	size_t value_n;
};

/* The reasons for which a record of this shape is refused. */
struct txt_reasons {
	enum lk_reason version, delimiter, name, value;
};

static inline struct txt
txt_plain(struct span s)
{
	return (struct txt){s, 0, s.n};
}

static inline struct txt
txt_rdata(struct span s)
{
	return (struct txt){s, 0, 0};
}

/* The next octet, -1 at the end. */
static inline int
txt_peek(struct txt *t)
{
	while (t->left == 0 && t->at < t->s.n)
		t->left = t->s.p[t->at++];
	return t->left > 0 ? t->s.p[t->at] : -1;
}

static inline void
txt_next(struct txt *t)
{
	t->at++;
	t->left--;
}

/* Stop at the next octet: LK_MORE at the end, else LK_BAD. */
static inline ssize_t
txt_unfit(struct txt *t, enum lk_reason reason, struct lk_result *r)
{
	int c = txt_peek(t);

	return result_unfit(r, c, reason, t->at);
}

/* These return 0, or a code. */
ssize_t txt_version_read(struct txt *t, const char *version,
	const struct txt_reasons *reasons, struct lk_result *r);
ssize_t txt_name_read(struct txt *t, struct txt_field *out_r,
	const struct txt_reasons *reasons, struct lk_result *r);
ssize_t txt_value_read(struct txt *t, struct txt_field *out_r,
	const struct txt_reasons *reasons, struct lk_result *r);
/*
 * The delimiter in front of a field. *is_end_r: the text ends here, with or
 * without one. *is_early_r, unless NULL: blanks stood before the semicolon.
 */
ssize_t txt_delimiter_read(struct txt *t, bool *is_end_r, bool *is_early_r,
	const struct txt_reasons *reasons, struct lk_result *r);

bool txt_is_named(const struct txt_field *field, const char *name);
/* The value, of a text in one string. */
struct span txt_value(const struct txt_field *field);

/*
 * Of records, each two octets of length and an RDATA, find the only one whose
 * text begins with prefix; the same one again does not count. 0 or a code;
 * *out_r: its RDATA. A record that is alone is given whatever its text: others
 * are dropped only of several.
 */
ssize_t txt_record_select(struct span input, const char *prefix,
	struct span *out_r, struct lk_result *r);
/* The code and offset of a record that was read out of a set and does not fit.
 */
ssize_t txt_record_failed(struct lk_result *r, struct span input,
	struct span rdata, const char *prefix);

#endif
