/* SPDX-License-Identifier: Apache-2.0 */
/*
 * greeting = "+OK" [resp-code] *gchar [timestamp] *gchar CRLF, where a gchar
 * is no "<" (RFC 2449 section 4), and the timestamp is a message id (RFC 1939
 * section 7).
 */
#include "parse/pop3_reply.h"

#include "parse/chars.h"
#include "parse/out.h"
#include "parse/stop.h"

static bool
is_id_part(int c)
{
	return is_vchar(c) && c != '<' && c != '>' && c != '@';
}

/* Behind the octets of one part of an id from `at` on. */
static size_t
part_end(struct span s, size_t at)
{
	while (is_id_part(span_at(s, at)))
		at++;
	return at;
}

/* Behind the message id at start; or where it stops being one (false). */
static bool
id_read(struct span s, size_t start, size_t *end_r)
{
	size_t at = part_end(s, start + 1), right;

	*end_r = at;
	if (at == start + 1 || span_at(s, at) != '@')
		return false;
	right = at + 1;
	*end_r = at = part_end(s, right);
	if (at == right || span_at(s, at) != '>')
		return false;
	*end_r = at + 1;
	return true;
}

/* The timestamp of the text, if there is one; a code if it is none. */
static ssize_t
timestamp_read(struct span input, struct lk_pop3_greeting *greeting,
	struct lk_result *r)
{
	struct span text = greeting->text, mark = span_z("<");
	size_t start = span_find(text, 0, mark), at;

	if (start == SIZE_MAX)
		return 0;
	if (id_read(text, start, &at)) {
		greeting->timestamp = span_cut(text, start, at);
		at = span_find(text, at, mark);
		if (at == SIZE_MAX)
			return 0;
	}
	return result_stop(
		r, LK_BAD, LK_POP3_TIMESTAMP, (size_t)(text.p - input.p) + at);
}

ssize_t
lk_pop3_greeting_parse(struct span input, struct lk_result *out_r)
{
	struct lk_pop3_reply reply = {.status = LK_POP3_OK};
	ssize_t n, code;

	result_start(out_r);
	n = pop3_reply_read(input, &reply, out_r);
	if (n < 0)
		return n;
	if (reply.status != LK_POP3_OK)
		return result_stop(out_r, LK_BAD, LK_POP3_NEGATIVE, 0);
	out_r->pop3_greeting.code = reply.code;
	out_r->pop3_greeting.text = reply.text;
	code = timestamp_read(input, &out_r->pop3_greeting, out_r);
	return code < 0 ? code : result_done(out_r, (size_t)n);
}

size_t
lk_pop3_greeting_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct lk_result line = {
		.pop3_reply = {LK_POP3_OK, value->pop3_greeting.code,
			value->pop3_greeting.text}};

	return lk_pop3_reply_print(&line, out_r, size);
}

size_t
lk_pop3_greeting_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_pop3_greeting *greeting = &value->pop3_greeting;
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "code");
	out_string(&out, greeting->code);
	out_name(&out, "text");
	out_string(&out, greeting->text);
	out_name(&out, "timestamp");
	out_string(&out, greeting->timestamp);
	out_byte(&out, '}');
	return out.n;
}
