/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parameters of the IMAP command and response ID (RFC 2971 section 3):
 *	"(" [string SP nstring *(SP string SP nstring)] ")" / "NIL"
 * with the fields of DEEP (draft-ietf-uta-email-deep-04 section 7.1) and
 * MUA-STS (-05 section 9.1) in the spellings of their texts and examples. NIL
 * is a string whose p is NULL.
 */
#include "parse/chars.h"
#include "parse/deep_inner.h"
#include "parse/imap_string.h"

#define PAIRS_MAX 30
#define NAME_SIZE 30
#define VALUE_SIZE 1024

enum kind {
	STATUS,
	TAGS,
	DIRECTIVES,
	CIPHER
};

static const struct {
	const char *name;
	enum kind kind;
	bool is_spelled_twice, is_not_empty;
} known[] = {
	{"deep", STATUS, true, false},
	{"deep-status", STATUS, true, false},
	{"latch", TAGS, false, false},
	{"latch-fail", TAGS, true, true},
	{"latch-failure", TAGS, true, true},
	{"security-tags", TAGS, false, false},
	{"sts", DIRECTIVES, true, false},
	{"sts-policy", DIRECTIVES, true, false},
	{"saved", DIRECTIVES, false, false},
	{"policy-fail", DIRECTIVES, true, true},
	{"policy-failure", DIRECTIVES, true, true},
	{"directives", DIRECTIVES, false, false},
	{"tls", CIPHER, false, true},
};

static ssize_t
quoted_read(struct span s, size_t at, size_t limit, struct imap_string *out_r,
	struct lk_result *r)
{
	size_t start = ++at, n = 0;
	int c;

	for (; (c = span_at(s, at)) != '"'; at++, n++) {
		if (n == limit && c >= 0)
			return result_stop(r, LK_LIMIT, LK_DEEP_ID_SIZE, at);
		if (c == '\\') {
			c = span_at(s, ++at);
			if (c >= 0 && c != '"' && c != '\\')
				c = 0;
		}
		if (c <= 0 || c > 0x7f || c == '\r' || c == '\n')
			return result_unfit(r, c, LK_DEEP_ID_STRING, at);
	}
	*out_r = (struct imap_string){span_cut(s, start, at), true};
	return (ssize_t)at + 1;
}

static ssize_t
literal_read(struct span s, size_t at, size_t limit, struct imap_string *out_r,
	struct lk_result *r)
{
	size_t n = 0, start = ++at;

	for (; is_digit(span_at(s, at)); at++) {
		n = n * 10 + (size_t)(s.p[at] - '0');
		if (n > limit)
			return result_stop(r, LK_LIMIT, LK_DEEP_ID_SIZE, at);
	}
	if (at == start)
		return result_unfit(r, span_at(s, at), LK_DEEP_ID_STRING, at);
	for (size_t i = 0; i < 3; i++, at++)
		if (span_at(s, at) != "}\r\n"[i])
			return result_unfit(
				r, span_at(s, at), LK_DEEP_ID_STRING, at);
	*out_r = (struct imap_string){span_cut(s, at, at + n), false};
	for (size_t end = at + n; at < end; at++)
		if (span_at(s, at) <= 0)
			return result_unfit(
				r, span_at(s, at), LK_DEEP_ID_STRING, at);
	return (ssize_t)at;
}

static ssize_t
nil_read(struct span s, size_t at, struct lk_result *r)
{
	for (size_t i = 0; i < 3; i++, at++) {
		int c = span_at(s, at);

		if ((is_alpha(c) ? c | 0x20 : c) != "nil"[i])
			return result_unfit(r, c, LK_DEEP_ID_STRING, at);
	}
	return (ssize_t)at;
}

static ssize_t
string_read(struct span s, size_t at, size_t limit, struct imap_string *out_r,
	struct lk_result *r)
{
	if (span_at(s, at) == '"')
		return quoted_read(s, at, limit, out_r, r);
	if (span_at(s, at) == '{')
		return literal_read(s, at, limit, out_r, r);
	return result_unfit(r, span_at(s, at), LK_DEEP_ID_STRING, at);
}

/* string SP nstring; where they end, or a code. */
static ssize_t
pair_read(struct span s, size_t at, struct imap_string *name_r,
	struct imap_string *value_r, struct lk_result *r)
{
	ssize_t n = string_read(s, at, NAME_SIZE, name_r, r);

	if (n < 0)
		return n;
	at = (size_t)n;
	if (span_at(s, at) != ' ')
		return result_unfit(r, span_at(s, at), LK_DEEP_ID_LIST, at);
	at++;
	if (span_at(s, at) != '"' && span_at(s, at) != '{') {
		*value_r = (struct imap_string){span_of(NULL, 0), false};
		return nil_read(s, at, r);
	}
	return string_read(s, at, VALUE_SIZE, value_r, r);
}

/* Is a field of this name among those in front of `end`? Apart, so that what it
 * needs of the stack is free again when a value is read. */
__attribute__((noinline)) static bool
is_repeated(struct span s, size_t end, const struct imap_string *name,
	struct lk_result *r)
{
	struct imap_string other = {span_of(NULL, 0), false}, value;

	for (size_t at = 1; at < end; at++) {
		at = (size_t)pair_read(s, at, &other, &value, r);
		if (imap_string_same(other, *name))
			return true;
	}
	return false;
}

static ssize_t
tags_read(struct span s, struct lk_result *r)
{
	size_t at = 0;
	ssize_t n;

	while (s.n > 0) {
		n = deep_tag_read(s, at, r);
		if (n < 0)
			return n;
		at = (size_t)n;
		if (at == s.n)
			break;
		if (s.p[at++] != ' ')
			return result_stop(r, LK_BAD, LK_DEEP_TAG, at - 1);
	}
	return 0;
}

static ssize_t
value_read(enum kind kind, struct span text, struct lk_result *r)
{
	ssize_t n;

	switch (kind) {
	case STATUS:
		return deep_status_read(text, ' ', r);
	case TAGS:
		return tags_read(text, r);
	case DIRECTIVES:
		return deep_directives_read(text, r);
	default:
		n = deep_cipher_read(text, 0, r);
		if (n >= 0 && (size_t)n < text.n)
			return result_stop(r, LK_BAD, LK_TLS_CIPHER, (size_t)n);
		return n < 0 ? n : 0;
	}
}

/* Look at the value of a field of DEEP or MUA-STS; 0 or LK_BAD. */
static ssize_t
pair_take(struct span s, const struct imap_string *name,
	const struct imap_string *value, struct lk_result *r)
{
	size_t i = 0, at;

	while (i < sizeof(known) / sizeof(*known) &&
		!span_eq_nocase(name->raw, span_z(known[i].name)))
		i++;
	if (i == sizeof(known) / sizeof(*known) || value->raw.p == NULL)
		return 0;
	at = (size_t)(value->raw.p - s.p);
	if (known[i].is_not_empty && value->raw.n == 0)
		return result_stop(r, LK_BAD, LK_DEEP_ID_VALUE, at);
	if (value->quoted && value->raw.n > 0 &&
		memchr(value->raw.p, '\\', value->raw.n) != NULL)
		return result_stop(r, LK_BAD, LK_DEEP_ID_VALUE, at);
	if (value_read(known[i].kind, value->raw, r) < 0)
		return result_stop(r, LK_BAD, r->reason, at + r->offset);
	if (known[i].is_spelled_twice)
		result_open(r, LK_READING_DEEP_ID_SPELLING);
	return 0;
}

/* Read the list from its parenthesis on. */
static ssize_t
list_read(struct span s, struct lk_result *r)
{
	struct imap_string name = {span_of(NULL, 0), false}, value = name;
	size_t at = 1, pairs = 0;
	ssize_t n;

	if (span_at(s, at) == ')')
		return 2;
	for (;; at++) {
		n = pair_read(s, at, &name, &value, r);
		if (n < 0)
			return n;
		if (++pairs > PAIRS_MAX)
			return result_stop(r, LK_LIMIT, LK_DEEP_ID_SIZE, at);
		if (is_repeated(s, at, &name, r))
			return result_stop(r, LK_BAD, LK_DEEP_ID_TWICE, at);
		if (pair_take(s, &name, &value, r) < 0)
			return LK_BAD;
		at = (size_t)n;
		if (span_at(s, at) == ')')
			return n + 1;
		if (span_at(s, at) != ' ')
			return result_unfit(
				r, span_at(s, at), LK_DEEP_ID_LIST, at);
	}
}

ssize_t
lk_deep_id_parse(struct span input, struct lk_result *out_r)
{
	ssize_t n;

	result_start(out_r);
	if (span_at(input, 0) == '(')
		n = list_read(input, out_r);
	else
		n = nil_read(input, 0, out_r);
	if (n < 0)
		return n;
	out_r->deep_id.list = span_cut(input, 0, (size_t)n);
	return result_done(out_r, (size_t)n);
}

/* The pair at *at of an accepted list; *at goes to the next. */
static bool
pair_next(struct span list, size_t *at, struct imap_string *name_r,
	struct imap_string *value_r)
{
	struct lk_result unused;
	ssize_t n = *at < list.n && list.p[0] == '('
			    ? pair_read(list, *at, name_r, value_r, &unused)
			    : -1;

	*at = n < 0 ? *at : (size_t)n + 1;
	return n >= 0;
}

static void
string_json(struct out *out, const struct imap_string *string)
{
	if (string->raw.p == NULL)
		out_null(out);
	else if (string->quoted)
		out_string_quoted(out, string->raw);
	else
		out_string(out, string->raw);
}

static void
string_print(struct out *out, const struct imap_string *string)
{
	if (string->raw.p == NULL) {
		out_z(out, "NIL");
	} else if (string->quoted) {
		out_byte(out, '"');
		out_put(out, string->raw);
		out_byte(out, '"');
	} else {
		out_byte(out, '{');
		out_number(out, string->raw.n);
		out_z(out, "}\r\n");
		out_put(out, string->raw);
	}
}

size_t
lk_deep_id_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct imap_string name = {span_of(NULL, 0), false}, content = name;
	size_t at = 1;

	if (value->deep_id.list.p[0] != '(') {
		out_z(&out, "NIL");
		return out.n;
	}
	out_byte(&out, '(');
	while (pair_next(value->deep_id.list, &at, &name, &content)) {
		if (out.n > 1)
			out_byte(&out, ' ');
		string_print(&out, &name);
		out_byte(&out, ' ');
		string_print(&out, &content);
	}
	out_byte(&out, ')');
	return out.n;
}

size_t
lk_deep_id_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct imap_string name = {span_of(NULL, 0), false}, content = name;
	size_t at = 1;

	out_open(&out, '{');
	out_name(&out, "fields");
	if (value->deep_id.list.p[0] != '(') {
		out_null(&out);
	} else {
		out_open(&out, '[');
		while (pair_next(value->deep_id.list, &at, &name, &content)) {
			out_open(&out, '[');
			string_json(&out, &name);
			string_json(&out, &content);
			out_byte(&out, ']');
		}
		out_byte(&out, ']');
	}
	out_byte(&out, '}');
	return out.n;
}
