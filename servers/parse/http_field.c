/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field-line = field-name ":" OWS field-value OWS
 * (RFC 9112 section 5), as they stand in requests, responses and trailers.
 */
#include "parse/http_field.h"

#include "core/span.h"
#include "parse/chars.h"
#include "parse/http_length.h"
#include "parse/stop.h"

size_t
http_token_end(struct span s, size_t at)
{
	static const char signs[] = "!#$%&'*+-.^_`|~";
	int c;

	while ((c = span_at(s, at)) > 0 &&
		(is_alnum(c) || strchr(signs, c) != NULL))
		at++;
	return at;
}

ssize_t
http_version_read(
	struct span s, size_t at, unsigned *minor_r, struct lk_result *r)
{
	static const char name[] = "HTTP/1.";

	for (size_t i = 0; i < sizeof(name) - 1; i++, at++)
		if (span_at(s, at) != name[i])
			return result_unfit(
				r, span_at(s, at), LK_HTTP_VERSION, at);
	if (!is_digit(span_at(s, at)))
		return result_unfit(r, span_at(s, at), LK_HTTP_VERSION, at);
	*minor_r = (unsigned)(s.p[at] - '0');
	return (ssize_t)(at + 1);
}

void
http_version_note(unsigned minor, const struct lk_http_fields *fields,
	struct lk_result *r)
{
	if (minor == 0 && fields->coded)
		result_open(r, LK_READING_HTTP_OLD_CODING);
}

ssize_t
http_end_read(struct span s, size_t at, struct lk_result *r)
{
	if (span_at(s, at) == '\n')
		result_open(r, LK_READING_HTTP_BARE_LF);
	else if (span_at(s, at) == '\r')
		at++;
	if (span_at(s, at) != '\n')
		return result_unfit(r, span_at(s, at), LK_HTTP_LINE_END, at);
	return (ssize_t)(at + 1);
}

ssize_t
http_text_read(
	struct span s, size_t at, enum lk_reason reason, struct lk_result *r)
{
	int c;

	while (is_vchar(c = span_at(s, at)) || is_wsp(c) || c >= 0x80)
		at++;
	if (c < 0)
		return result_stop(r, LK_MORE, LK_HTTP_LINE_END, at);
	if (c != '\r' && c != '\n')
		return result_stop(r, LK_BAD, reason, at);
	return (ssize_t)at;
}

/* The value of a field, folds included: where the next line begins, or a
 * code. */
static ssize_t
value_read(struct span s, size_t at, enum http_kind kind, struct lk_result *r)
{
	ssize_t n;

	do {
		n = http_text_read(s, at, LK_HTTP_FIELD_VALUE, r);
		if (n >= 0)
			n = http_end_read(s, (size_t)n, r);
		if (n < 0)
			return n;
		at = (size_t)n;
		if (is_wsp(span_at(s, at)) && kind == HTTP_REQUEST)
			return result_stop(r, LK_BAD, LK_HTTP_FOLD, at);
		if (is_wsp(span_at(s, at)))
			result_open(r, LK_READING_HTTP_FOLDED);
	} while (is_wsp(span_at(s, at)));
	return n;
}

/* One field: where the next line begins, or a code. */
static ssize_t
field_read(struct span s, size_t at, enum http_kind kind, struct lk_result *r)
{
	size_t colon = http_token_end(s, at);

	if (colon == at || span_at(s, colon) != ':')
		return result_unfit(
			r, span_at(s, colon), LK_HTTP_FIELD_NAME, colon);
	return value_read(s, colon + 1, kind, r);
}

ssize_t
http_fields_read(struct span s, size_t at, enum http_kind kind,
	struct lk_http_fields *fields_r, struct lk_result *r)
{
	size_t start = at;
	ssize_t n, code;

	while (span_at(s, at) != '\r' && span_at(s, at) != '\n') {
		n = field_read(s, at, kind, r);
		if (n < 0)
			return n;
		at = (size_t)n;
	}
	n = http_end_read(s, at, r);
	if (n < 0)
		return n;
	fields_r->lines = span_cut(s, start, at);
	code = kind == HTTP_TRAILER ? 0
				    : http_length_read(s, kind, fields_r, r);
	return code < 0 ? code : n;
}

bool
lk_http_field_next(
	struct span *lines, struct span *name_r, struct span *value_r)
{
	size_t colon = http_token_end(*lines, 0), end = colon;

	if (colon == 0)
		return false;
	do
		end = span_find(*lines, end, span_z("\n")) + 1;
	while (end != 0 && is_wsp(span_at(*lines, end)));
	end = end == 0 ? lines->n : end;
	*name_r = span_cut(*lines, 0, colon);
	*value_r = blanks_trim(span_cut(*lines, colon + 1, end));
	*lines = span_cut(*lines, end, lines->n);
	return true;
}

void
http_fields_print(struct out *out, const struct lk_http_fields *fields)
{
	struct span rest = fields->lines, name, value;

	while (lk_http_field_next(&rest, &name, &value)) {
		out_put(out, name);
		out_byte(out, ':');
		if (value.n > 0)
			out_byte(out, ' ');
		out_put(out, value);
		out_z(out, "\r\n");
	}
}

void
http_fields_json(struct out *out, const struct lk_http_fields *fields,
	enum http_kind kind)
{
	struct span rest = fields->lines, name, value;

	out_name(out, kind == HTTP_TRAILER ? "trailer" : "fields");
	out_open(out, '[');
	while (lk_http_field_next(&rest, &name, &value))
		out_pair(out, name, value);
	out_byte(out, ']');
	if (kind == HTTP_TRAILER)
		return;
	if (fields->has_length) {
		out_name(out, "length");
		out_integer(out, fields->length);
	}
	out_name(out, "chunked");
	out_bool(out, fields->chunked);
}
