/* SPDX-License-Identifier: Apache-2.0 */
/* request-line = method SP request-target SP HTTP-version, fields, an empty
 * line (RFC 9112 section 3). */
#include "parse/http_field.h"

#include "core/span.h"
#include "parse/chars.h"
#include "parse/stop.h"
#include "parse/uri.h"

/* An absolute URI; of http and https one with a host. As uri_read. */
static ssize_t
absolute_read(struct txt *t)
{
	struct uri uri;
	ssize_t code = uri_read(t, "#", &uri);
	bool is_http = strcmp(uri.scheme, "http") == 0 ||
		       strcmp(uri.scheme, "https") == 0;

	if (code == 0 && is_http && !uri.has_host)
		return txt_peek(t) < 0 ? LK_MORE : LK_BAD;
	return code;
}

/* Does text end with the number of a port? */
static bool
has_port(struct span text)
{
	size_t start = text.n;
	unsigned port = 0;

	while (is_digit(span_at(text, start - 1)))
		start--;
	for (size_t i = start; i < text.n && port <= UINT16_MAX; i++)
		port = port * 10 + (unsigned)(text.p[i] - '0');
	return start < text.n && port <= UINT16_MAX;
}

/* host : port, with a port that there can be (RFC 9110 section 9.3.6). As
 * uri_read. */
static ssize_t
authority_read(struct txt *t)
{
	struct uri uri;
	ssize_t code = uri_host_read(t, "", &uri);

	if (code == 0 && !uri.has_port)
		return txt_peek(t) < 0 ? LK_MORE : LK_BAD;
	return code == 0 && !has_port(span_cut(t->s, 0, t->at)) ? LK_BAD : code;
}

/* request-target (RFC 9112 section 3.2) of the method. As uri_read. */
static ssize_t
target_skip(struct txt *t, struct span method)
{
	int c = txt_peek(t);

	if (span_eq(method, span_z("CONNECT")))
		return authority_read(t);
	if (c == '/')
		return uri_tail_read(t, "#");
	if (c == '*' && span_eq(method, span_z("OPTIONS"))) {
		txt_next(t);
		return 0;
	}
	return absolute_read(t);
}

/* Method and target from `at`: where the version begins, or a code. */
static ssize_t
target_read(struct span s, size_t at, struct lk_http_request *request,
	struct lk_result *r)
{
	size_t start = at;
	struct txt t;
	ssize_t code, n;

	at = http_token_end(s, start);
	if (at == start)
		return result_unfit(r, http_octet(s, at), LK_HTTP_METHOD, at);
	request->method = span_cut(s, start, at);
	n = http_gap_read(s, at, LK_HTTP_METHOD, r);
	if (n < 0)
		return n;
	start = (size_t)n;
	if (http_octet(s, start) < 0)
		return result_stop(r, LK_MORE, LK_HTTP_TARGET, start);
	t = (struct txt){s, start, s.n - start};
	code = target_skip(&t, request->method);
	if (code < 0)
		return result_stop(r, (enum lk_code)code, LK_HTTP_TARGET, t.at);
	request->target = span_cut(s, start, t.at);
	return http_gap_read(s, t.at, LK_HTTP_TARGET, r);
}

/* Empty lines in front of the request, and blanks: where they end. */
static size_t
start_skip(struct span s, struct lk_result *r)
{
	size_t at = 0;

	while (http_octet(s, at) == '\r' || http_octet(s, at) == '\n') {
		result_open(r, LK_READING_HTTP_EMPTY_LINE);
		at = (size_t)http_end_read(s, at, r);
	}
	return http_gap_skip(s, at, r);
}

/* Host = uri-host [":" port] */
static bool
is_host(struct span value)
{
	struct txt t = txt_plain(value);
	struct uri uri;

	return uri_host_read(&t, "", &uri) == 0 && t.at == value.n;
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
	if (count > 1 || (count == 0 && request->minor > 0) ||
		!is_host(request->host))
		return result_stop(r, LK_BAD, LK_HTTP_HOST, end);
	return 0;
}

ssize_t
lk_http_request_parse(struct span input, struct lk_result *out_r)
{
	struct lk_http_request *request = &out_r->http_request;
	ssize_t n, code;

	result_start(out_r);
	n = target_read(input, start_skip(input, out_r), request, out_r);
	if (n >= 0)
		n = http_version_read(input, (size_t)n, &request->minor, out_r);
	if (n >= 0)
		n = http_end_read(
			input, http_gap_skip(input, (size_t)n, out_r), out_r);
	if (n >= 0)
		http_bare_cr_note(span_cut(input, 0, (size_t)n), out_r);
	if (n >= 0)
		n = http_fields_read(input, (size_t)n, HTTP_REQUEST,
			&request->fields, out_r);
	if (n < 0)
		return n;
	http_version_note(request->minor, &request->fields, out_r);
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
