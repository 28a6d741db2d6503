/* SPDX-License-Identifier: Apache-2.0 */
/*
 * single-line = status [SP text] CRLF
 * text = *schar / resp-code *CHAR
 * (RFC 2449 section 3; the blank is missing in its schar by oversight: the
 * examples of RFC 1939 have it), and the challenge of RFC 5034 section 4.
 */
#include "parse/pop3_reply.h"

#include "parse/chars.h"
#include "parse/out.h"
#include "parse/stop.h"
#include "parse/utf8.h"

static const char *const statuses[] = {
	[LK_POP3_OK] = "+OK",
	[LK_POP3_ERR] = "-ERR",
	[LK_POP3_CHALLENGE] = "+",
};

ssize_t
pop3_end_read(struct span s, size_t start, size_t at, struct lk_result *r)
{
	int c = span_at(s, at);

	if (c == '\r') {
		at++;
		c = span_at(s, at);
	}
	/* Nothing behind the longest line can make it shorter. */
	if (s.n - start > POP3_LINE_SIZE && at >= start + POP3_LINE_SIZE)
		return result_stop(
			r, LK_LIMIT, LK_POP3_LINE_SIZE, start + POP3_LINE_SIZE);
	if (c != '\n' || s.p[at - 1] != '\r')
		return result_unfit(r, c, LK_POP3_LINE_END, at);
	return (ssize_t)(at + 1);
}

/* The status word; where it ends, or a code. */
static ssize_t
status_read(struct span s, enum lk_pop3_status *status_r, struct lk_result *r)
{
	const char *word;
	size_t at = 0;

	*status_r = span_at(s, 0) == '-'   ? LK_POP3_ERR
		    : span_at(s, 1) == ' ' ? LK_POP3_CHALLENGE
					   : LK_POP3_OK;
	for (word = statuses[*status_r]; word[at] != '\0'; at++)
		if (span_at(s, at) != word[at])
			return result_unfit(
				r, span_at(s, at), LK_POP3_STATUS, at);
	return (ssize_t)at;
}

/* base64 of a challenge: where it ends, or a code. */
static ssize_t
challenge_read(struct span s, size_t at, struct lk_result *r)
{
	size_t start = at, pads = 0;
	int c;

	for (; (c = span_at(s, at)) >= 0 && c != '\r' && c != '\n'; at++) {
		if (c == '=')
			pads++;
		else if (pads > 0 || (!is_alnum(c) && c != '+' && c != '/'))
			break;
		if (pads > 2 || (c == '=' && (at - start) % 4 < 2))
			break;
	}
	if (c < 0)
		return result_stop(r, LK_MORE, LK_POP3_LINE_END, at);
	if (c != '\r' || (at - start) % 4 != 0)
		return result_stop(r, LK_BAD, LK_POP3_BASE64, at);
	return (ssize_t)at;
}

/* "[" resp-level *("/" resp-level) "]": where it ends, or a code. */
static ssize_t
code_read(struct span s, size_t at, struct lk_result *r)
{
	int c, last = '/';

	for (at++; (c = span_at(s, at)) != ']'; at++) {
		if (c == 0x7f)
			result_open(r, LK_READING_POP3_TEXT_CONTROL);
		else if (!is_vchar(c) || (c == '/' && last == '/'))
			return result_unfit(r, c, LK_POP3_CODE, at);
		last = c;
	}
	if (last == '/')
		return result_stop(r, LK_BAD, LK_POP3_CODE, at);
	return (ssize_t)(at + 1);
}

/* One character of text; its size, or a code. */
static ssize_t
char_read(struct span s, size_t at, bool is_greeting, bool has_code,
	struct lk_result *r)
{
	int c = span_at(s, at);
	ssize_t n = 1;

	/* Before a greeting nobody can have asked for a language (RFC 6856
	 * section 3.2). */
	if (c >= 0x80 && !is_greeting) {
		n = utf8_size(s, at);
		if (n < 0)
			return result_stop(r, LK_MORE, LK_POP3_TEXT, at);
		if (n > 0)
			result_open(r, LK_READING_POP3_TEXT_UTF8);
	} else if (c == 0x7f || (has_code && c > 0 && c < ' ')) {
		result_open(r, LK_READING_POP3_TEXT_CONTROL);
	} else if (c == '[' && !has_code) {
		result_open(r, LK_READING_POP3_TEXT_BRACKET);
	} else if (!is_vchar(c) && c != ' ') {
		n = 0;
	}
	if (n == 0)
		return result_stop(r, LK_BAD, LK_POP3_TEXT, at);
	return n;
}

/* Text up to what ends it: where that stands, or a code. */
static ssize_t
text_read(struct span s, size_t at, bool is_greeting, bool has_code,
	struct lk_result *r)
{
	ssize_t n;
	int c;

	for (; (c = span_at(s, at)) >= 0 && c != '\r' && c != '\n';
		at += (size_t)n) {
		n = char_read(s, at, is_greeting, has_code, r);
		if (n < 0)
			return n;
	}
	return (ssize_t)at;
}

/* What stands behind the status and its blank: where it ends, or a code. */
static ssize_t
content_read(struct span s, size_t at, bool is_greeting,
	struct lk_pop3_reply *reply_r, struct lk_result *r)
{
	size_t start = at;
	ssize_t n;

	if (reply_r->status == LK_POP3_CHALLENGE) {
		n = challenge_read(s, at, r);
	} else {
		if (span_at(s, at) == '[') {
			n = code_read(s, at, r);
			if (n < 0 && !(n == LK_BAD && is_greeting))
				return n;
			/* What is no code is text of a greeting. */
			r->reason = LK_NONE;
			if (n >= 0) {
				start = (size_t)n;
				reply_r->code = span_cut(s, at + 1, start - 1);
			}
		}
		n = text_read(s, start, is_greeting,
			!is_greeting && reply_r->code.n > 0, r);
	}
	if (n >= 0)
		reply_r->text = span_cut(s, start, (size_t)n);
	return n;
}

/* The blank behind the status, if there is one: where it ends, or a code. */
static ssize_t
blank_read(struct span s, size_t at, bool is_greeting, struct lk_result *r)
{
	int c = span_at(s, at);

	if (c == ' ')
		return (ssize_t)(at + 1);
	if (c < 0 || (c != '\r' && !is_greeting))
		return result_unfit(r, c, LK_POP3_TEXT, at);
	if (c != '\r')
		result_open(r, LK_READING_POP3_GREETING_BLANK);
	return (ssize_t)at;
}

ssize_t
pop3_reply_read(struct span input, bool is_greeting,
	struct lk_pop3_reply *reply_r, struct lk_result *r)
{
	ssize_t n = status_read(input, &reply_r->status, r);
	size_t at;

	if (n >= 0)
		n = blank_read(input, (size_t)n, is_greeting, r);
	if (n >= 0)
		n = content_read(input, (size_t)n, is_greeting, reply_r, r);
	if (n == LK_MORE && input.n > POP3_LINE_SIZE &&
		reply_r->status != LK_POP3_CHALLENGE)
		return result_stop(
			r, LK_LIMIT, LK_POP3_LINE_SIZE, POP3_LINE_SIZE);
	if (n < 0)
		return n;
	at = (size_t)n;
	/* The line of a challenge has no limit (RFC 5034 section 4). */
	return pop3_end_read(
		input, reply_r->status == LK_POP3_CHALLENGE ? at : 0, at, r);
}

ssize_t
lk_pop3_reply_parse(struct span input, struct lk_result *out_r)
{
	ssize_t n;

	result_start(out_r);
	n = pop3_reply_read(input, false, &out_r->pop3_reply, out_r);
	return n < 0 ? n : result_done(out_r, (size_t)n);
}

size_t
lk_pop3_reply_print(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_pop3_reply *reply = &value->pop3_reply;
	struct out out = out_to(out_r, size);
	const size_t n =
		reply->text.n + (reply->code.n > 0 ? reply->code.n + 2 : 0);

	out_z(&out, statuses[reply->status]);
	/* In the longest greetings there is no room for it. */
	if (reply->status == LK_POP3_CHALLENGE ||
		(n > 0 && n <= POP3_LINE_SIZE - sizeof("+OK \r\n") + 1))
		out_byte(&out, ' ');
	if (reply->code.n > 0) {
		out_byte(&out, '[');
		out_put(&out, reply->code);
		out_byte(&out, ']');
	}
	out_put(&out, reply->text);
	out_z(&out, "\r\n");
	return out.n;
}

size_t
lk_pop3_reply_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_pop3_reply *reply = &value->pop3_reply;
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "status");
	out_string(&out, span_z(statuses[reply->status]));
	out_name(&out, "code");
	out_string(&out, reply->code);
	out_name(&out, "text");
	out_string(&out, reply->text);
	out_byte(&out, '}');
	return out.n;
}
