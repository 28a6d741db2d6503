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
	if (span_at(s, at) != ' ')
		return result_unfit(r, span_at(s, at), LK_HTTP_STATUS, at);
	at++;
	for (size_t i = 0; i < DIGITS; i++, at++) {
		int c = span_at(s, at);

		if (!is_digit(c) || (i == 0 && (c < '1' || c > '5')))
			return result_unfit(r, c, LK_HTTP_STATUS, at);
		*status_r = *status_r * 10 + (unsigned)(c - '0');
	}
	return (ssize_t)at;
}

/* SP [reason-phrase]: where the line end stands, or a code. */
static ssize_t
phrase_read(
	struct span s, size_t at, struct span *phrase_r, struct lk_result *r)
{
	int c = span_at(s, at);
	ssize_t n;

	if (c == '\r' || c == '\n') {
		result_open(r, LK_READING_HTTP_NO_BLANK);
		return (ssize_t)at;
	}
	if (c != ' ')
		return result_unfit(r, c, LK_HTTP_STATUS, at);
	n = http_text_read(s, at + 1, LK_HTTP_REASON, r);
	if (n >= 0)
		*phrase_r = span_cut(s, at + 1, (size_t)n);
	return n;
}

ssize_t
lk_http_response_parse(struct span input, struct lk_result *out_r)
{
	struct lk_http_response *response = &out_r->http_response;
	ssize_t n;

	result_start(out_r);
	n = http_version_read(input, 0, &response->minor, out_r);
	if (n >= 0)
		n = status_read(input, (size_t)n, &response->status, out_r);
	if (n >= 0)
		n = phrase_read(input, (size_t)n, &response->phrase, out_r);
	if (n >= 0)
		n = http_end_read(input, (size_t)n, out_r);
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
	out_number(&out, response->status);
	out_byte(&out, ' ');
	out_put(&out, response->phrase);
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
	out_string(&out, response->phrase);
	http_fields_json(&out, &response->fields, HTTP_RESPONSE);
	out_byte(&out, '}');
	return out.n;
}
