/* SPDX-License-Identifier: Apache-2.0 */
/*
 * greeting = "+OK" [resp-code] *gchar [timestamp] *gchar CRLF, where a gchar
 * is no "<" (RFC 2449 section 3; that it has no blanks is an oversight, as the
 * examples of RFC 1939 have them), and the timestamp is a message id (RFC 1939
 * section 7), which has none.
 */
#include "parse/pop3_reply.h"

#include "parse/chars.h"
#include "parse/out.h"
#include "parse/stop.h"

/* What an atom has (RFC 822 section 3.3). */
static bool
is_atom_part(int c)
{
	return is_vchar(c) && strchr("()<>@,;:\\\".[]", c) == NULL;
}

/*
 * A quoted string or a domain in brackets, of visible ASCII: behind its last
 * octet, which is `close`; or where it stops being one (false).
 */
static bool
enclosed_read(struct span s, size_t start, char close, size_t *end_r)
{
	size_t at = start + 1;

	for (; span_at(s, at) != close; at++) {
		if (span_at(s, at) == '\\')
			at++;
		else if (span_at(s, at) == s.p[start])
			break;
		if (!is_vchar(span_at(s, at)))
			break;
	}
	*end_r = at;
	if (span_at(s, at) != close)
		return false;
	++*end_r;
	return true;
}

/*
 * Atoms, or what begins with `open` and ends with `close`, with dots between
 * them: as enclosed_read.
 */
static bool
words_read(struct span s, size_t at, char open, char close, size_t *end_r)
{
	size_t start;

	for (;; at++) {
		if (span_at(s, at) == open) {
			if (!enclosed_read(s, at, close, &at)) {
				*end_r = at;
				return false;
			}
		} else {
			for (start = at; is_atom_part(span_at(s, at));)
				at++;
			*end_r = at;
			if (at == start)
				return false;
		}
		*end_r = at;
		if (span_at(s, at) != '.')
			return true;
	}
}

/* Behind the message id at start; or where it stops being one (false). */
static bool
id_read(struct span s, size_t start, size_t *end_r)
{
	if (!words_read(s, start + 1, '"', '"', end_r) ||
		span_at(s, *end_r) != '@' ||
		!words_read(s, *end_r + 1, '[', ']', end_r) ||
		span_at(s, *end_r) != '>')
		return false;
	++*end_r;
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
	n = pop3_reply_read(input, true, &reply, out_r);
	if (n < 0)
		return n;
	if (reply.status != LK_POP3_OK)
		return result_stop(out_r, LK_BAD, LK_POP3_NEGATIVE, 0);
	/* Unlike other text a greeting may have a bracket anywhere. */
	result_shut(out_r, LK_READING_POP3_TEXT_BRACKET);
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
