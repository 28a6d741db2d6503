/* SPDX-License-Identifier: Apache-2.0 */
/* status-line = HTTP-version SP status-code SP [reason-phrase], fields, an
 * empty line (RFC 9112 section 4). */
#include "parse/http_field.h"

#include "parse/chars.h"
#include "parse/stop.h"

#define DIGITS 3

/* SP 3DIGIT: where it ends, or a code. */
static ssize_t
status_read(struct span s, size_t at, unsigned *status_r, struct lk_result *r)
{
	ssize_t n = http_gap_read(s, at, LK_HTTP_STATUS, r);

	if (n < 0)
		return n;
	at = (size_t)n;
	for (size_t i = 0; i < DIGITS; i++, at++) {
		int c = http_octet(s, at);

		if (!is_digit(c))
			return result_unfit(r, c, LK_HTTP_STATUS, at);
		*status_r = *status_r * 10 + (unsigned)(c - '0');
	}
	if (*status_r < 100 || *status_r > 599)
		result_open(r, LK_READING_HTTP_STATUS_CLASS);
	return (ssize_t)at;
}

static size_t
text_end(struct span s, size_t at)
{
	int c;

	while (is_vchar(c = http_octet(s, at)) || is_wsp(c) || c >= 0x80)
		at++;
	return at;
}

/* The line end that has to be at `at`, or a code. */
static ssize_t
phrase_end(struct span s, size_t at, struct lk_result *r)
{
	int c = http_octet(s, at);

	if (c == '\r' || c == '\n')
		return (ssize_t)at;
	return result_unfit(
		r, c, c < 0 ? LK_HTTP_LINE_END : LK_HTTP_REASON, at);
}

/*
 * SP [reason-phrase]: where the line end stands, or a code. In a line of words
 * the blanks around the phrase are none of it.
 */
static ssize_t
phrase_read(
	struct span s, size_t at, struct span *phrase_r, struct lk_result *r)
{
	const int c = http_octet(s, at);
	size_t end = text_end(s, at + 1);
	ssize_t n;

	if (c == '\r' || c == '\n') {
		result_open(r, LK_READING_HTTP_NO_BLANK);
		return (ssize_t)at;
	}
	if (c == ' ' && !lk_rests_on(r, LK_READING_HTTP_WORDS) &&
		http_gap_skip(s, end, r) == end) {
		*phrase_r = span_cut(s, at + 1, end);
		return phrase_end(s, end, r);
	}
	n = http_gap_read(s, at, LK_HTTP_STATUS, r);
	if (n < 0)
		return n;
	end = text_end(s, (size_t)n);
	at = http_gap_skip(s, end, r);
	while (end > (size_t)n && is_wsp(http_octet(s, end - 1)))
		end--;
	*phrase_r = span_cut(s, (size_t)n, end);
	return phrase_end(s, at, r);
}

ssize_t
lk_http_response_parse(struct span input, struct lk_result *out_r)
{
	struct lk_http_response *response = &out_r->http_response;
	ssize_t n;

	result_start(out_r);
	n = http_version_read(
		input, http_gap_skip(input, 0, out_r), &response->minor, out_r);
	if (n >= 0)
		n = status_read(input, (size_t)n, &response->status, out_r);
	if (n >= 0)
		n = phrase_read(input, (size_t)n, &response->phrase, out_r);
	if (n >= 0)
		n = http_end_read(input, (size_t)n, out_r);
	if (n >= 0)
		http_bare_cr_note(span_cut(input, 0, (size_t)n), out_r);
	if (n >= 0)
		n = http_fields_read(input, (size_t)n, HTTP_RESPONSE,
			&response->fields, out_r);
	if (n < 0)
		return n;
	http_version_note(response->minor, &response->fields, out_r);
	return result_done(out_r, (size_t)n);
}

size_t
lk_http_response_print(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_http_response *response = &value->http_response;
	struct out out = out_to(out_r, size);

	out_z(&out, "HTTP/1.");
	out_number(&out, response->minor);
	out_byte(&out, ' ');
	for (unsigned unit = 100; unit > 0; unit /= 10)
		out_number(&out, response->status / unit % 10);
	out_byte(&out, ' ');
	http_text_print(&out, response->phrase);
	out_z(&out, "\r\n");
	http_fields_print(&out, &response->fields);
	out_z(&out, "\r\n");
	return out.n;
}

size_t
lk_http_response_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_http_response *response = &value->http_response;
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "minor");
	out_integer(&out, response->minor);
	out_name(&out, "status");
	out_integer(&out, response->status);
	out_name(&out, "phrase");
	http_text_json(&out, response->phrase);
	http_fields_json(&out, &response->fields, HTTP_RESPONSE);
	out_byte(&out, '}');
	return out.n;
}
