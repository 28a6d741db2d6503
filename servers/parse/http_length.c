/* SPDX-License-Identifier: Apache-2.0 */
/* Content-Length and Transfer-Encoding (RFC 9112 sections 6.1 to 6.3): where
 * two readers of one message disagree about its end, requests are smuggled. */
#include "parse/http_length.h"

#include "core/span.h"
#include "parse/chars.h"
#include "parse/stop.h"

/* The octets of a value, which is whole: blanks, and those that stand for one.
 */
static int
value_octet(struct span s, size_t at)
{
	int c = span_at(s, at);

	return http_is_blank(c) ? ' ' : c;
}

static size_t
blanks_skip(struct span s, size_t at)
{
	while (value_octet(s, at) == ' ')
		at++;
	return at;
}

static size_t
place(struct span s, struct span part)
{
	return (size_t)(part.p - s.p);
}

/* 1*DIGIT at `at`: where it ends, or a code. */
static ssize_t
number_read(struct span s, struct span value, size_t at, uint64_t *number_r,
	struct lk_result *r)
{
	const size_t start = at;
	uint64_t digit;

	for (*number_r = 0; is_digit(span_at(value, at)); at++) {
		digit = (uint64_t)(value.p[at] - '0');
		if (*number_r > (INT64_MAX - digit) / 10)
			return result_stop(r, LK_LIMIT, LK_HTTP_LENGTH_SIZE,
				place(s, value) + at);
		*number_r = *number_r * 10 + digit;
	}
	return at > start ? (ssize_t)at
			  : result_stop(r, LK_BAD, LK_HTTP_LENGTH,
				    place(s, value) + at);
}

/* One number of Content-Length, which all others are, too: where it ends, or a
 * code. */
static ssize_t
length_read(struct span s, struct span value, size_t at,
	struct lk_http_fields *fields, struct lk_result *r)
{
	uint64_t number;
	ssize_t n = number_read(s, value, at, &number, r);

	if (n < 0)
		return n;
	if (fields->has_length && number != fields->length)
		return result_stop(
			r, LK_BAD, LK_HTTP_LENGTH, place(s, value) + at);
	if (fields->has_length)
		result_open(r, LK_READING_HTTP_LENGTH_REPEATED);
	fields->has_length = true;
	fields->length = number;
	return n;
}

/* The value of one Content-Length: [number] *("," [number]). A code. */
static ssize_t
lengths_read(struct span s, struct span value, struct lk_http_fields *fields,
	struct lk_result *r)
{
	size_t at = 0;
	ssize_t n;

	for (;; at++) {
		at = blanks_skip(value, at);
		if (at < value.n && value.p[at] != ',') {
			n = length_read(s, value, at, fields, r);
			if (n < 0)
				return n;
			at = blanks_skip(value, (size_t)n);
		} else {
			result_open(r, LK_READING_HTTP_LENGTH_REPEATED);
		}
		if (at == value.n)
			return 0;
		if (value.p[at] != ',')
			return result_stop(r, LK_BAD, LK_HTTP_LENGTH,
				place(s, value) + at);
	}
}

static bool
is_chunked(struct span name)
{
	return span_eq_nocase(name, span_z("chunked"));
}

/* *(OWS ";" OWS token BWS "=" BWS (token / quoted-string)) at `at` (RFC 9110
 * section 10.1.4): where they end, or a code. */
static ssize_t
parameters_read(struct span value, size_t at, struct lk_result *r)
{
	size_t start;
	ssize_t n;

	while (span_at(value, blanks_skip(value, at)) == ';') {
		start = blanks_skip(value, blanks_skip(value, at) + 1);
		at = blanks_skip(value, http_token_end(value, start));
		if (at == start || span_at(value, at) != '=')
			return result_stop(r, LK_BAD, LK_HTTP_CODING, at);
		start = blanks_skip(value, at + 1);
		n = span_at(value, start) != '"'
			    ? (ssize_t)http_token_end(value, start)
			    : http_quoted_read(value, start, value_octet,
				      LK_HTTP_CODING, r);
		if (n <= (ssize_t)start)
			return result_stop(r, LK_BAD, LK_HTTP_CODING, start);
		at = (size_t)n;
	}
	return (ssize_t)at;
}

/*
 * One coding at `at`: where it ends, or a code. *once: chunked was there, which
 * has no parameters (RFC 9112 section 7.1).
 */
static ssize_t
coding_read(struct span value, size_t at, bool *once,
	struct lk_http_fields *fields, struct lk_result *r)
{
	const size_t end = http_token_end(value, at);
	ssize_t n = parameters_read(value, end, r);

	fields->chunked = is_chunked(span_cut(value, at, end));
	if (n >= 0 &&
		(end == at || (fields->chunked && (*once || (size_t)n > end))))
		n = result_stop(r, LK_BAD, LK_HTTP_CODING, at);
	*once = *once || fields->chunked;
	return n;
}

/*
 * The value of one Transfer-Encoding: [coding] *("," [coding]). Behind another
 * coding than chunked goes a response's end. A code.
 */
static ssize_t
codings_read(struct span s, struct span value, bool *once,
	struct lk_http_fields *fields, struct lk_result *r)
{
	size_t at = 0;
	ssize_t n;

	for (;; at++) {
		at = blanks_skip(value, at);
		if (at < value.n && value.p[at] != ',') {
			n = coding_read(value, at, once, fields, r);
			if (n < 0)
				return result_stop(r, LK_BAD, LK_HTTP_CODING,
					place(s, value) + r->offset);
			at = blanks_skip(value, (size_t)n);
		}
		if (at == value.n)
			return 0;
		if (value.p[at] != ',')
			return result_stop(r, LK_BAD, LK_HTTP_CODING,
				place(s, value) + at);
	}
}

/* All fields Transfer-Encoding. A code. */
static ssize_t
encoding_take(struct span s, struct lk_http_fields *fields, struct lk_result *r)
{
	struct span rest = fields->lines, name, value;
	bool once = false;
	ssize_t code = 0;

	while (code == 0 && lk_http_field_next(&rest, &name, &value))
		if (span_eq_nocase(name, span_z("Transfer-Encoding"))) {
			fields->coded = true;
			code = codings_read(s, value, &once, fields, r);
		}
	return code;
}

/* All fields Content-Length, which do not count beside the other. A code. */
static ssize_t
length_take(struct span s, struct lk_http_fields *fields, struct lk_result *r)
{
	struct span rest = fields->lines, name, value, last = {NULL, 0};
	ssize_t code = 0;

	while (code == 0 && lk_http_field_next(&rest, &name, &value))
		if (span_eq_nocase(name, span_z("Content-Length"))) {
			last = value;
			if (!fields->coded)
				code = lengths_read(s, value, fields, r);
		}
	if (code < 0 || last.p == NULL)
		return code;
	if (fields->coded)
		result_open(r, LK_READING_HTTP_BOTH_LENGTHS);
	else if (!fields->has_length)
		return result_stop(r, LK_BAD, LK_HTTP_LENGTH, place(s, last));
	return 0;
}

ssize_t
http_length_read(struct span s, enum http_kind kind,
	struct lk_http_fields *fields, struct lk_result *r)
{
	ssize_t code = encoding_take(s, fields, r);

	if (code == 0 && kind == HTTP_REQUEST && fields->coded &&
		!fields->chunked)
		return result_stop(r, LK_BAD, LK_HTTP_CODING,
			place(s, fields->lines) + fields->lines.n);
	return code < 0 ? code : length_take(s, fields, r);
}
