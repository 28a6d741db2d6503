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
		if (http_octet(s, at) != name[i])
			return result_unfit(
				r, http_octet(s, at), LK_HTTP_VERSION, at);
	if (!is_digit(http_octet(s, at)))
		return result_unfit(r, http_octet(s, at), LK_HTTP_VERSION, at);
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

int
http_octet(struct span s, size_t at)
{
	int c = span_at(s, at), next = span_at(s, at + 1);

	if (c != '\r' || next == '\n')
		return c;
	return next < 0 ? -1 : ' ';
}

void
http_bare_cr_note(struct span lines, struct lk_result *r)
{
	for (size_t at = 0; at < lines.n; at++)
		if (lines.p[at] == '\r' && http_octet(lines, at) == ' ')
			result_open(r, LK_READING_HTTP_BARE_CR);
}

bool
http_is_blank(int c)
{
	return is_blank(c) || c == '\0';
}

ssize_t
http_quoted_read(struct span s, size_t at,
	int (*octet)(struct span s, size_t at), enum lk_reason reason,
	struct lk_result *r)
{
	int c;

	for (at++; (c = octet(s, at)) != '"'; at++) {
		if (c == '\\')
			c = octet(s, ++at);
		if (!is_vchar(c) && !is_wsp(c) && c < 0x80)
			return result_unfit(r, c, reason, at);
	}
	return (ssize_t)(at + 1);
}

/* Whitespace of first lines (RFC 9112 sections 3 and 4). */
static bool
is_space(int c)
{
	return is_wsp(c) || c == '\v' || c == '\f';
}

static size_t
space_end(struct span s, size_t at)
{
	while (is_space(http_octet(s, at)))
		at++;
	return at;
}

ssize_t
http_gap_read(
	struct span s, size_t at, enum lk_reason reason, struct lk_result *r)
{
	const size_t end = space_end(s, at);

	if (end == at)
		return result_unfit(r, http_octet(s, at), reason, at);
	if (end - at > 1 || http_octet(s, at) != ' ')
		result_open(r, LK_READING_HTTP_WORDS);
	return (ssize_t)end;
}

size_t
http_gap_skip(struct span s, size_t at, struct lk_result *r)
{
	const size_t end = space_end(s, at);

	if (end > at)
		result_open(r, LK_READING_HTTP_WORDS);
	return end;
}

ssize_t
http_end_read(struct span s, size_t at, struct lk_result *r)
{
	int c = http_octet(s, at);

	if (c == '\r')
		return (ssize_t)(at + 2);
	if (c != '\n')
		return result_unfit(r, c, LK_HTTP_LINE_END, at);
	result_open(r, LK_READING_HTTP_BARE_LF);
	return (ssize_t)(at + 1);
}

/* The octets of a value up to their line end: where the next line begins, or a
 * code. */
static ssize_t
value_line_read(struct span s, size_t at, struct lk_result *r)
{
	int c;

	while ((c = http_octet(s, at)) >= 0 && c != '\r' && c != '\n') {
		if (!is_vchar(c) && !is_wsp(c) && c < 0x80)
			result_open(r, LK_READING_HTTP_CONTROL);
		at++;
	}
	return http_end_read(s, at, r);
}

/* The value of a field, folds included: where the next line begins, or a
 * code. */
static ssize_t
value_read(struct span s, size_t at, enum http_kind kind, struct lk_result *r)
{
	ssize_t n = value_line_read(s, at, r);

	while (n >= 0 && is_wsp(http_octet(s, (size_t)n))) {
		/* User agents have no choice. */
		if (kind != HTTP_RESPONSE)
			result_open(r, LK_READING_HTTP_FOLDED);
		n = value_line_read(s, (size_t)n, r);
	}
	return n;
}

/* Lines that begin with a blank, whatever is in them: where they end, or a
 * code. */
static ssize_t
early_lines_skip(struct span s, size_t at, struct lk_result *r)
{
	size_t start;

	while (is_wsp(http_octet(s, at))) {
		result_open(r, LK_READING_HTTP_EARLY_LINE);
		start = at;
		at = span_find(s, start, span_z("\n"));
		if (at == SIZE_MAX)
			return result_stop(r, LK_MORE, LK_HTTP_LINE_END, s.n);
		if (s.p[at - 1] != '\r')
			result_open(r, LK_READING_HTTP_BARE_LF);
		at++;
	}
	return (ssize_t)at;
}

/* One field: where the next line begins, or a code. */
static ssize_t
field_read(struct span s, size_t at, enum http_kind kind, struct lk_result *r)
{
	size_t colon = http_token_end(s, at);

	if (colon == at || span_at(s, colon) != ':')
		return result_unfit(
			r, http_octet(s, colon), LK_HTTP_FIELD_NAME, colon);
	return value_read(s, colon + 1, kind, r);
}

static bool
is_line_end(int c)
{
	return c == '\r' || c == '\n';
}

ssize_t
http_fields_read(struct span s, size_t at, enum http_kind kind,
	struct lk_http_fields *fields_r, struct lk_result *r)
{
	const size_t early = at;
	size_t start;
	ssize_t n, code;

	n = kind == HTTP_TRAILER ? (ssize_t)at : early_lines_skip(s, at, r);
	if (n < 0)
		return n;
	start = (size_t)n;
	do {
		at = (size_t)n;
		n = is_line_end(http_octet(s, at)) ? http_end_read(s, at, r)
						   : field_read(s, at, kind, r);
		if (n < 0)
			return n;
	} while (!is_line_end(http_octet(s, at)));
	http_bare_cr_note(span_cut(s, early, (size_t)n), r);
	fields_r->lines = span_cut(s, start, at);
	code = kind == HTTP_TRAILER ? 0
				    : http_length_read(s, kind, fields_r, r);
	return code < 0 ? code : n;
}

static struct span
value_trim(struct span value)
{
	while (value.n > 0 && http_is_blank(value.p[0]))
		value = span_cut(value, 1, value.n);
	while (value.n > 0 && http_is_blank(value.p[value.n - 1]))
		value.n--;
	return value;
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
	while (end != 0 && is_wsp(http_octet(*lines, end)));
	end = end == 0 ? lines->n : end;
	*name_r = span_cut(*lines, 0, colon);
	*value_r = value_trim(span_cut(*lines, colon + 1, end));
	*lines = span_cut(*lines, end, lines->n);
	return true;
}

/* Each fold is one blank, with those around it (RFC 9112 section 5.2). */
static void
text_put(struct out *out, struct span text, void (*put)(struct out *, uint8_t))
{
	size_t at = 0, end, folds;

	while (at < text.n) {
		folds = 0;
		for (end = at; end < text.n && http_is_blank(text.p[end]);
			end++)
			folds += text.p[end] == '\n';
		for (; folds == 0 && at < end; at++)
			put(out, text.p[at] == '\t' ? '\t' : ' ');
		for (; folds > 0; folds--)
			put(out, ' ');
		at = end;
		if (at < text.n)
			put(out, text.p[at++]);
	}
}

void
http_text_print(struct out *out, struct span text)
{
	text_put(out, text, out_byte);
}

void
http_text_json(struct out *out, struct span text)
{
	out_open(out, '"');
	text_put(out, text, out_quoted);
	out_byte(out, '"');
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
		http_text_print(out, value);
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
	while (lk_http_field_next(&rest, &name, &value)) {
		out_open(out, '[');
		out_string(out, name);
		http_text_json(out, value);
		out_byte(out, ']');
	}
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
