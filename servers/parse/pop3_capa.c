/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capa-resp = single-line *capability "." CRLF
 * capability = capa-tag *(SP param) CRLF
 * (RFC 2449 sections 3 and 5). No tag begins with a dot, so none is stuffed.
 */
#include "parse/pop3_reply.h"

#include "parse/chars.h"
#include "parse/out.h"
#include "parse/stop.h"

static bool
is_tag_part(int c)
{
	return (is_vchar(c) || c == 0x7f) && c != '.';
}

/* capa-tag, whose grammar has DEL and whose comment has not. */
static size_t
tag_end(struct span s, size_t at)
{
	while (is_tag_part(span_at(s, at)))
		at++;
	return at;
}

/* A line of one capability: where the next begins, or a code. */
static ssize_t
capability_read(struct span s, size_t start, struct lk_result *r)
{
	size_t at = tag_end(s, start), word;
	int c = span_at(s, at);

	if (at == start || (c != ' ' && c != '\r' && c >= 0))
		return result_unfit(r, c, LK_POP3_CAPA_TAG, at);
	if (memchr(s.p + start, 0x7f, at - start) != NULL)
		result_open(r, LK_READING_POP3_TEXT_CONTROL);
	while (span_at(s, at) == ' ') {
		for (word = ++at; is_vchar(span_at(s, at));)
			at++;
		if (at == word && at < s.n)
			return result_stop(
				r, LK_BAD, LK_POP3_CAPA_PARAMETER, at);
		if (at == word && at - start < POP3_LINE_SIZE)
			return result_stop(
				r, LK_MORE, LK_POP3_CAPA_PARAMETER, at);
	}
	c = span_at(s, at);
	if (c >= 0 && c != '\r' && c != '\n')
		return result_stop(r, LK_BAD, LK_POP3_CAPA_PARAMETER, at);
	return pop3_end_read(s, start, at, r);
}

ssize_t
lk_pop3_capa_parse(struct span input, struct lk_result *out_r)
{
	struct lk_pop3_reply reply = {.status = LK_POP3_OK};
	size_t start, at;
	ssize_t n;

	result_start(out_r);
	n = pop3_reply_read(input, false, &reply, out_r);
	if (n < 0)
		return n;
	if (reply.status != LK_POP3_OK)
		return result_stop(out_r, LK_BAD, LK_POP3_NEGATIVE, 0);
	for (start = at = (size_t)n; span_at(input, at) != '.';
		at = (size_t)n) {
		n = capability_read(input, at, out_r);
		if (n < 0)
			return n;
	}
	out_r->pop3_capa.lines = span_cut(input, start, at);
	n = pop3_end_read(input, at, at + 1, out_r);
	return n < 0 ? n : result_done(out_r, (size_t)n);
}

bool
lk_pop3_capa_next(
	struct span *lines, struct span *tag_r, struct span *parameters_r)
{
	size_t end = span_find(*lines, 0, span_z("\r\n")), at;

	if (end == SIZE_MAX)
		return false;
	at = tag_end(*lines, 0);
	*tag_r = span_cut(*lines, 0, at);
	*parameters_r = span_cut(*lines, at + 1, end);
	*lines = span_cut(*lines, end + 2, lines->n);
	return true;
}

size_t
lk_pop3_capa_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->pop3_capa.lines, tag, parameters;

	out_z(&out, "+OK\r\n");
	while (lk_pop3_capa_next(&rest, &tag, &parameters)) {
		out_upper(&out, tag);
		if (parameters.n > 0)
			out_byte(&out, ' ');
		out_put(&out, parameters);
		out_z(&out, "\r\n");
	}
	out_z(&out, ".\r\n");
	return out.n;
}

size_t
lk_pop3_capa_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->pop3_capa.lines, tag, parameters;

	out_open(&out, '{');
	out_name(&out, "capabilities");
	out_open(&out, '[');
	while (lk_pop3_capa_next(&rest, &tag, &parameters)) {
		out_open(&out, '[');
		out_string_upper(&out, tag);
		while (parameters.n > 0)
			out_string(&out, span_word(&parameters, ' '));
		out_byte(&out, ']');
	}
	out_z(&out, "]}");
	return out.n;
}
