/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunked-body = *chunk last-chunk trailer-section CRLF
 * chunk = chunk-size [chunk-ext] CRLF chunk-data CRLF
 * (RFC 9112 section 7.1)
 */
#include "parse/http_field.h"

#include "parse/chars.h"
#include "parse/stop.h"

static size_t
blanks_skip(struct span s, size_t at)
{
	while (is_wsp(http_octet(s, at)))
		at++;
	return at;
}

/* token / quoted-string at `at`: where it ends, or a code. */
static ssize_t
value_read(struct span s, size_t at, struct lk_result *r)
{
	size_t end = http_token_end(s, at);

	if (http_octet(s, at) == '"')
		return http_quoted_read(
			s, at, http_octet, LK_HTTP_CHUNK_EXTENSION, r);
	if (end == at)
		return result_unfit(
			r, http_octet(s, at), LK_HTTP_CHUNK_EXTENSION, at);
	return (ssize_t)end;
}

/* *(BWS ";" BWS name [BWS "=" BWS value]): where they end, or a code. */
static ssize_t
extensions_read(struct span s, size_t at, struct lk_result *r)
{
	size_t end;
	ssize_t n;

	while (http_octet(s, blanks_skip(s, at)) == ';') {
		at = blanks_skip(s, blanks_skip(s, at) + 1);
		end = http_token_end(s, at);
		if (end == at)
			return result_unfit(r, http_octet(s, at),
				LK_HTTP_CHUNK_EXTENSION, at);
		at = end;
		if (http_octet(s, blanks_skip(s, at)) != '=')
			continue;
		n = value_read(s, blanks_skip(s, blanks_skip(s, at) + 1), r);
		if (n < 0)
			return n;
		at = (size_t)n;
	}
	if (is_wsp(http_octet(s, at)))
		return result_unfit(r, http_octet(s, blanks_skip(s, at)),
			LK_HTTP_CHUNK_EXTENSION, blanks_skip(s, at));
	return (ssize_t)at;
}

/* chunk-size: where it ends, or a code. */
static ssize_t
size_read(struct span s, size_t at, uint64_t *size_r, struct lk_result *r)
{
	size_t start = at;

	for (*size_r = 0; hex_value(http_octet(s, at)) >= 0; at++) {
		if (*size_r > INT64_MAX / 16)
			return result_stop(
				r, LK_LIMIT, LK_HTTP_LENGTH_SIZE, at);
		*size_r = *size_r * 16 + (uint64_t)hex_value(s.p[at]);
	}
	if (at == start)
		return result_unfit(
			r, http_octet(s, at), LK_HTTP_CHUNK_SIZE, at);
	return (ssize_t)at;
}

/*
 * The line end of a chunk: where it ends, or a code. LF alone, which may end
 * the first line and fields, would let others see other chunks.
 */
static ssize_t
line_end_read(struct span s, size_t at, struct lk_result *r)
{
	if (http_octet(s, at) != '\r')
		return result_unfit(r, http_octet(s, at), LK_HTTP_LINE_END, at);
	return (ssize_t)(at + 2);
}

/* A chunk up to its octets: where they begin, or a code. */
static ssize_t
head_read(struct span s, size_t at, uint64_t *size_r, struct lk_result *r)
{
	const size_t start = at;
	ssize_t n = size_read(s, at, size_r, r);

	if (n >= 0)
		n = extensions_read(s, (size_t)n, r);
	if (n < 0)
		return n;
	at = (size_t)n;
	if (http_octet(s, at) != '\r' && http_octet(s, at) != '\n')
		return result_unfit(
			r, http_octet(s, at), LK_HTTP_CHUNK_EXTENSION, at);
	n = line_end_read(s, at, r);
	if (n >= 0)
		http_bare_cr_note(span_cut(s, start, (size_t)n), r);
	return n;
}

/* The octets of a chunk and their line end: where they end, or a code. */
static ssize_t
data_read(struct span s, size_t at, uint64_t size, struct lk_result *r)
{
	if (s.n - at <= size)
		return result_stop(r, LK_MORE, LK_HTTP_CHUNK_END, s.n);
	at += size;
	if (s.p[at] != '\r' && s.p[at] != '\n')
		return result_stop(r, LK_BAD, LK_HTTP_CHUNK_END, at);
	return line_end_read(s, at, r);
}

ssize_t
lk_http_chunked_parse(struct span input, struct lk_result *out_r)
{
	uint64_t size = 1;
	size_t at = 0;
	ssize_t n;

	result_start(out_r);
	while (size > 0) {
		n = head_read(input, at, &size, out_r);
		if (n >= 0 && size > 0)
			n = data_read(input, (size_t)n, size, out_r);
		if (n < 0)
			return n;
		at = (size_t)n;
	}
	out_r->http_chunked.chunks = span_cut(input, 0, at);
	n = http_fields_read(
		input, at, HTTP_TRAILER, &out_r->http_chunked.trailer, out_r);
	return n < 0 ? n : result_done(out_r, (size_t)n);
}

bool
lk_http_chunk_next(struct span *chunks, struct span *data_r)
{
	struct lk_result unused = {.reason = LK_NONE};
	uint64_t size;
	ssize_t n = head_read(*chunks, 0, &size, &unused);
	size_t at = (size_t)n;

	if (n < 0 || size == 0)
		return false;
	*data_r = span_cut(*chunks, at, at + size);
	n = data_read(*chunks, at, size, &unused);
	*chunks = span_cut(*chunks, n < 0 ? chunks->n : (size_t)n, chunks->n);
	return true;
}

static void
hexadecimal_put(struct out *out, size_t number)
{
	unsigned shift = 0;

	while (number >> shift > 15)
		shift += 4;
	for (;; shift -= 4) {
		out_byte(out,
			(uint8_t) "0123456789abcdef"[number >> shift & 15]);
		if (shift == 0)
			return;
	}
}

size_t
lk_http_chunked_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->http_chunked.chunks, data;

	while (lk_http_chunk_next(&rest, &data)) {
		hexadecimal_put(&out, data.n);
		out_z(&out, "\r\n");
		out_put(&out, data);
		out_z(&out, "\r\n");
	}
	out_z(&out, "0\r\n");
	http_fields_print(&out, &value->http_chunked.trailer);
	out_z(&out, "\r\n");
	return out.n;
}

size_t
lk_http_chunked_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->http_chunked.chunks, data;

	out_open(&out, '{');
	out_name(&out, "chunks");
	out_open(&out, '[');
	while (lk_http_chunk_next(&rest, &data))
		out_string(&out, data);
	out_byte(&out, ']');
	http_fields_json(&out, &value->http_chunked.trailer, HTTP_TRAILER);
	out_byte(&out, '}');
	return out.n;
}
