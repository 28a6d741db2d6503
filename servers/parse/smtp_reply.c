/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reply-line = *(Reply-code "-" [textstring] CRLF)
 *		Reply-code [SP textstring] CRLF
 * (RFC 5321 section 4.2). No code means anything here.
 */
#include "parse/smtp_reply.h"

#include "parse/chars.h"
#include "parse/out.h"
#include "parse/stop.h"
#include "parse/utf8.h"

#define LINE_SIZE 512
#define CODE_SIZE 3
/* A challenge may be empty, and its line has no limit (RFC 4954 sections 4 and
 * 8). */
#define CHALLENGE 334

static const char highest[] = "559";

/* The code at `at` into *code_r: where it ends, or a code of ours. */
static ssize_t
code_read(struct span s, size_t at, unsigned *code_r, struct lk_result *r)
{
	*code_r = 0;
	for (size_t i = 0; i < CODE_SIZE; i++) {
		int c = span_at(s, at + i);

		if (!is_digit(c) || c > highest[i] || (i == 0 && c < '2'))
			return result_unfit(r, c, LK_SMTP_REPLY_CODE, at + i);
		*code_r = *code_r * 10 + (unsigned)(c - '0');
	}
	return (ssize_t)(at + CODE_SIZE);
}

/*
 * May there be text in UTF-8 beside this code? Only commands that look up a
 * mailbox allow it (RFC 6531 section 3.7.4), whose replies are about syntax or
 * the mail system (RFC 5321 section 4.2.1).
 */
static bool
may_be_wide(unsigned code)
{
	const unsigned category = code / 10 % 10;

	return code / 100 != 3 && (category == 0 || category == 5);
}

/* One character of text, more than ASCII; its size, or a code. */
static ssize_t
wide_read(struct span s, size_t at, struct lk_result *r)
{
	ssize_t n = utf8_size(s, at);

	if (n == 0)
		return result_stop(r, LK_BAD, LK_SMTP_REPLY_TEXT, at);
	if (n < 0)
		return result_stop(r, LK_MORE, LK_SMTP_REPLY_TEXT, at);
	result_open(r, LK_READING_SMTP_REPLY_UTF8);
	return n;
}

/* Text from `at` up to the CR: where that stands, or a code. */
static ssize_t
text_read(struct span s, size_t at, bool greets, bool is_wide,
	struct lk_result *r)
{
	ssize_t n;
	int c;

	for (; (c = span_at(s, at)) != '\r'; at += (size_t)n) {
		n = 1;
		if (c == '\n')
			return result_stop(
				r, LK_BAD, LK_SMTP_REPLY_LINE_END, at);
		if (c < 0)
			return result_stop(
				r, LK_MORE, LK_SMTP_REPLY_LINE_END, at);
		if (c >= 0x80 && is_wide)
			n = wide_read(s, at, r);
		else if (c >= 0x80 || (!is_vchar(c) && !is_wsp(c) && !greets))
			return result_stop(r, LK_BAD, LK_SMTP_REPLY_TEXT, at);
		else if (!is_vchar(c) && !is_wsp(c))
			result_open(r, LK_READING_SMTP_EHLO_GREET_CONTROL);
		if (n < 0)
			return n;
	}
	return (ssize_t)at;
}

/* The line end at `at`, of a line that began at start. */
static ssize_t
end_read(struct span s, size_t start, size_t at, bool is_long,
	struct lk_result *r)
{
	if (at + 2 - start > LINE_SIZE && is_long)
		return result_stop(r, LK_LIMIT, LK_SMTP_REPLY_LINE_SIZE,
			start + LINE_SIZE);
	if (span_at(s, at + 1) != '\n')
		return result_unfit(
			r, span_at(s, at + 1), LK_SMTP_REPLY_LINE_END, at + 1);
	return (ssize_t)(at + 2);
}

/* The line at start, whose code is read, perhaps of a reply to EHLO: where it
 * ends, or a code of ours. */
static ssize_t
line_read(struct span s, size_t start, bool is_ehlo,
	struct lk_smtp_reply *reply, bool *is_last_r, struct lk_result *r)
{
	/* Nothing behind the longest line can make it shorter. */
	bool is_long = reply->code != CHALLENGE && s.n - start > LINE_SIZE;
	size_t at = start + CODE_SIZE;
	int separator = span_at(s, at);
	ssize_t n;

	*is_last_r = separator != '-';
	if (separator != '-' && separator != ' ' && separator != '\r')
		return result_unfit(r, separator, LK_SMTP_REPLY_SEPARATOR, at);
	if (separator != '\r')
		at++;
	if (separator == ' ' && span_at(s, at) == '\r' &&
		reply->code != CHALLENGE)
		result_open(r, LK_READING_SMTP_REPLY_EMPTY_TEXT);
	n = text_read(s, at, is_ehlo && start == 0,
		!is_ehlo && may_be_wide(reply->code), r);
	if (n == LK_MORE && is_long)
		return result_stop(r, LK_LIMIT, LK_SMTP_REPLY_LINE_SIZE,
			start + LINE_SIZE);
	return n < 0 ? n : end_read(s, start, (size_t)n, is_long, r);
}

/*
 * The enhanced code that text begins with, if it begins with one of this class
 * (RFC 2034 section 4, RFC 3463 section 2); else nothing.
 */
static struct span
enhanced_find(struct span text, unsigned code)
{
	size_t at = 1, start;

	if (span_at(text, 0) != '0' + (int)(code / 100) || code / 100 == 3)
		return span_of(NULL, 0);
	for (int i = 0; i < 2; i++) {
		if (span_at(text, at++) != '.')
			return span_of(NULL, 0);
		start = at;
		while (is_digit(span_at(text, at)))
			at++;
		if (at == start || at - start > 3 ||
			(at - start > 1 && text.p[start] == '0'))
			return span_of(NULL, 0);
	}
	if (at < text.n && text.p[at] != ' ')
		return span_of(NULL, 0);
	return span_cut(text, 0, at);
}

ssize_t
smtp_reply_read(struct span input, bool is_ehlo, struct lk_smtp_reply *reply_r,
	struct lk_result *r)
{
	size_t at = 0;
	bool is_last = false;
	struct span rest, text = span_of(NULL, 0);
	unsigned code;
	ssize_t n;

	while (!is_last) {
		n = code_read(input, at, &code, r);
		if (n < 0)
			return n;
		if (at > 0 && code != reply_r->code)
			return result_stop(
				r, LK_BAD, LK_SMTP_REPLY_CODE_CHANGES, at);
		reply_r->code = code;
		n = line_read(input, at, is_ehlo, reply_r, &is_last, r);
		if (n < 0)
			return n;
		at = (size_t)n;
	}
	reply_r->lines = rest = span_cut(input, 0, at);
	lk_smtp_reply_next(&rest, &text);
	reply_r->enhanced = enhanced_find(text, code);
	return result_done(r, at);
}

ssize_t
lk_smtp_reply_parse(struct span input, struct lk_result *out_r)
{
	result_start(out_r);
	return smtp_reply_read(input, false, &out_r->smtp_reply, out_r);
}

bool
lk_smtp_reply_next(struct span *lines, struct span *text_r)
{
	size_t end = span_find(*lines, 0, span_z("\r\n"));

	if (end == SIZE_MAX)
		return false;
	*text_r = span_cut(*lines, CODE_SIZE + 1, end);
	*lines = span_cut(*lines, end + 2, lines->n);
	return true;
}

/* A line of the canonical form; a blank without text is left out. */
static void
line_print(struct out *out, unsigned code, bool is_last, struct span text)
{
	out_number(out, code);
	if (!is_last)
		out_byte(out, '-');
	else if (text.n > 0)
		out_byte(out, ' ');
	out_put(out, text);
	out_z(out, "\r\n");
}

size_t
lk_smtp_reply_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->smtp_reply.lines, text;

	while (lk_smtp_reply_next(&rest, &text))
		line_print(&out, value->smtp_reply.code, rest.n == 0, text);
	return out.n;
}

size_t
lk_smtp_reply_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->smtp_reply.lines, text;

	out_open(&out, '{');
	out_name(&out, "code");
	out_integer(&out, value->smtp_reply.code);
	out_name(&out, "enhanced");
	out_string(&out, value->smtp_reply.enhanced);
	out_name(&out, "lines");
	out_open(&out, '[');
	while (lk_smtp_reply_next(&rest, &text))
		out_string(&out, text);
	out_z(&out, "]}");
	return out.n;
}
