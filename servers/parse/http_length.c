/* SPDX-License-Identifier: Apache-2.0 */
/* Content-Length and Transfer-Encoding (RFC 9112 sections 6.1 to 6.3): where
 * two readers of one message disagree about its end, requests are smuggled. */
#include "parse/http_length.h"

#include "core/span.h"
#include "parse/chars.h"
#include "parse/stop.h"

/*
 * Cut the next member off a list (RFC 9110 section 5.6.1), without blanks and
 * the line ends of a folded field around it; false at the end. It may be empty.
 */
static bool
member_next(struct span *list, struct span *member_r)
{
	size_t end = 0;

	if (list->p == NULL)
		return false;
	while (end < list->n && list->p[end] != ',')
		end++;
	*member_r = blanks_trim(span_cut(*list, 0, end));
	*list = end < list->n ? span_cut(*list, end + 1, list->n)
			      : span_of(NULL, 0);
	return true;
}

static size_t
place(struct span s, struct span part)
{
	return (size_t)(part.p - s.p);
}

/* 1*DIGIT; a code. */
static ssize_t
number_read(struct span s, struct span text, uint64_t *number_r,
	struct lk_result *r)
{
	uint64_t digit;

	*number_r = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (!is_digit(text.p[i]))
			return result_stop(
				r, LK_BAD, LK_HTTP_LENGTH, place(s, text) + i);
		digit = (uint64_t)(text.p[i] - '0');
		if (*number_r > (INT64_MAX - digit) / 10)
			return result_stop(r, LK_LIMIT, LK_HTTP_LENGTH_SIZE,
				place(s, text) + i);
		*number_r = *number_r * 10 + digit;
	}
	return text.n > 0
		       ? 0
		       : result_stop(r, LK_BAD, LK_HTTP_LENGTH, place(s, text));
}

/* The value of one Content-Length. */
static ssize_t
length_take(struct span s, struct span value, struct lk_http_fields *fields,
	struct lk_result *r)
{
	struct span member;
	uint64_t number;
	ssize_t code;

	while (member_next(&value, &member)) {
		code = number_read(s, member, &number, r);
		if (code < 0)
			return code;
		if (fields->has_length && number != fields->length)
			return result_stop(
				r, LK_BAD, LK_HTTP_LENGTH, place(s, member));
		if (fields->has_length)
			result_open(r, LK_READING_HTTP_LENGTH_REPEATED);
		fields->has_length = true;
		fields->length = number;
	}
	return 0;
}

static bool
is_chunked(struct span name)
{
	return span_eq_nocase(name, span_z("chunked"));
}

/* Is it a token, perhaps with parameters, which chunked does not have (RFC 9112
 * section 7.1)? */
static bool
is_coding(struct span member)
{
	size_t end = http_token_end(member, 0), at = end;

	if (end == 0)
		return false;
	while (is_blank(span_at(member, at)))
		at++;
	return at == member.n ||
	       (member.p[at] == ';' && !is_chunked(span_cut(member, 0, end)));
}

/*
 * The value of one Transfer-Encoding. Empty members do not count; *once:
 * chunked was there. Behind another coding of a response goes its end.
 */
static ssize_t
coding_take(struct span s, struct span value, bool *once,
	struct lk_http_fields *fields, struct lk_result *r)
{
	struct span member;

	fields->coded = true;
	while (member_next(&value, &member)) {
		if (member.n == 0)
			continue;
		fields->chunked = is_chunked(member);
		if (!is_coding(member) || (*once && fields->chunked))
			return result_stop(
				r, LK_BAD, LK_HTTP_CODING, place(s, member));
		*once = *once || fields->chunked;
	}
	return 0;
}

ssize_t
http_length_read(struct span s, enum http_kind kind,
	struct lk_http_fields *fields, struct lk_result *r)
{
	struct span rest = fields->lines, name, value;
	size_t end = place(s, fields->lines) + fields->lines.n;
	bool once = false;
	ssize_t code = 0;

	while (code == 0 && lk_http_field_next(&rest, &name, &value)) {
		if (span_eq_nocase(name, span_z("Content-Length")))
			code = length_take(s, value, fields, r);
		else if (span_eq_nocase(name, span_z("Transfer-Encoding")))
			code = coding_take(s, value, &once, fields, r);
	}
	if (code < 0)
		return code;
	if (kind == HTTP_REQUEST && fields->coded && !fields->chunked)
		return result_stop(r, LK_BAD, LK_HTTP_CODING, end);
	if (fields->coded && fields->has_length) {
		result_open(r, LK_READING_HTTP_BOTH_LENGTHS);
		fields->has_length = false;
	}
	return 0;
}
