/* SPDX-License-Identifier: Apache-2.0 */
/* request-line = method SP request-target SP HTTP-version, fields, an empty
 * line (RFC 9112 section 3). */
#include "parse/http_field.h"

#include "core/span.h"
#include "parse/chars.h"
#include "parse/stop.h"

/* Up to the version: where that begins, or a code. */
static ssize_t
target_read(struct span s, struct lk_http_request *request, struct lk_result *r)
{
	size_t at = http_token_end(s, 0), start;

	if (at == 0 || span_at(s, at) != ' ')
		return result_unfit(r, span_at(s, at), LK_HTTP_METHOD, at);
	request->method = span_cut(s, 0, at);
	for (start = ++at; is_vchar(span_at(s, at));)
		at++;
	if (at == start || span_at(s, at) != ' ')
		return result_unfit(r, span_at(s, at), LK_HTTP_TARGET, at);
	request->target = span_cut(s, start, at);
	return (ssize_t)(at + 1);
}

/* The one Host of the fields, which end at `end`: 0, or a code. */
static ssize_t
host_find(struct lk_http_request *request, size_t end, struct lk_result *r)
{
	struct span rest = request->fields.lines, name, value;
	unsigned count = 0;

	while (lk_http_field_next(&rest, &name, &value))
		if (span_eq_nocase(name, span_z("Host"))) {
			request->host = value;
			count++;
		}
	/* Before version 1.1 there was none. */
	if (count > 1 || (count == 0 && request->minor > 0))
		return result_stop(r, LK_BAD, LK_HTTP_HOST, end);
	return 0;
}

ssize_t
lk_http_request_parse(struct span input, struct lk_result *out_r)
{
	struct lk_http_request *request = &out_r->http_request;
	ssize_t n, code;

	result_start(out_r);
	n = target_read(input, request, out_r);
	if (n >= 0)
		n = http_version_read(input, (size_t)n, &request->minor, out_r);
	if (n >= 0)
		n = http_end_read(input, (size_t)n, out_r);
	if (n >= 0)
		n = http_fields_read(input, (size_t)n, HTTP_REQUEST,
			&request->fields, out_r);
	if (n < 0)
		return n;
	code = host_find(request, (size_t)n, out_r);
	return code < 0 ? code : result_done(out_r, (size_t)n);
}

size_t
lk_http_request_print(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_http_request *request = &value->http_request;
	struct out out = out_to(out_r, size);

	out_put(&out, request->method);
	out_byte(&out, ' ');
	out_put(&out, request->target);
	out_z(&out, " HTTP/1.");
	out_number(&out, request->minor);
	out_z(&out, "\r\n");
	http_fields_print(&out, &request->fields);
	out_z(&out, "\r\n");
	return out.n;
}

size_t
lk_http_request_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_http_request *request = &value->http_request;
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "method");
	out_string(&out, request->method);
	out_name(&out, "target");
	out_string(&out, request->target);
	out_name(&out, "minor");
	out_integer(&out, request->minor);
	out_name(&out, "host");
	out_string(&out, request->host);
	http_fields_json(&out, &request->fields, HTTP_REQUEST);
	out_byte(&out, '}');
	return out.n;
}
