/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ehlo-ok-rsp = 250 Domain [SP ehlo-greet], then lines of
 * ehlo-keyword *(SP ehlo-param) (RFC 5321 section 4.1.1.1).
 */
#include "parse/smtp_reply.h"

#include "parse/chars.h"
#include "parse/out.h"
#include "parse/stop.h"

/* Offset in the input of what the text of a line has at `at`. */
static size_t
place(struct span input, struct span text, size_t at)
{
	return (size_t)(text.p - input.p) + at;
}

/* Let-dig [Ldh-str], at least one octet: where it ends; `at` if none is. */
static size_t
label_end(struct span s, size_t at)
{
	size_t end = at;

	if (!is_alnum(span_at(s, at)))
		return at;
	while (is_alnum(span_at(s, end)) || span_at(s, end) == '-')
		end++;
	while (span_at(s, end - 1) == '-')
		end--;
	return end;
}

/* Ldh-str, which may begin with a hyphen: where it ends; `at` if there is
 * none. */
static size_t
tag_end(struct span s, size_t at)
{
	size_t end = at;

	while (is_alnum(span_at(s, end)) || span_at(s, end) == '-')
		end++;
	return end > at && s.p[end - 1] != '-' ? end : at;
}

/* Snum 3("." Snum) at `at`: where it ends; `at` if it is none. */
static size_t
ipv4_end(struct span s, size_t at)
{
	size_t next = at, start;
	unsigned number;

	for (int i = 0; i < 4; i++) {
		if (i > 0 && span_at(s, next++) != '.')
			return at;
		number = 0;
		for (start = next; is_digit(span_at(s, next)); next++) {
			number = number * 10 + (unsigned)(s.p[next] - '0');
			if (number > 255 || next - start == 3)
				return at;
		}
		if (next == start)
			return at;
	}
	return next;
}

/*
 * "[" an IPv4 address, or a tag, ":" and 1*dcontent "]" (RFC 5321 section
 * 4.1.3): where it ends; 0 if it is none.
 */
static size_t
literal_end(struct span s)
{
	size_t at = ipv4_end(s, 1), start;

	if (at == 1) {
		start = tag_end(s, 1);
		if (start == 1 || span_at(s, start) != ':')
			return 0;
		at = ++start;
		while (is_vchar(span_at(s, at)) && s.p[at] != '[' &&
			s.p[at] != ']' && s.p[at] != '\\')
			at++;
		if (at == start)
			return 0;
	}
	return span_at(s, at) == ']' ? at + 1 : 0;
}

static size_t
domain_end(struct span s)
{
	size_t at = label_end(s, 0), next;

	if (span_at(s, 0) == '[')
		return literal_end(s);
	while (at > 0 && span_at(s, at) == '.') {
		next = label_end(s, at + 1);
		if (next == at + 1)
			break;
		at = next;
	}
	return at;
}

static ssize_t
greeting_read(struct span input, struct span text, struct lk_result *r)
{
	size_t end = domain_end(text);

	if (end == 0 || (end < text.n && text.p[end] != ' ') ||
		end + 1 == text.n)
		return result_stop(r, LK_BAD, LK_SMTP_EHLO_DOMAIN,
			place(input, text, end));
	if (text.p[0] == '[')
		result_open(r, LK_READING_SMTP_EHLO_LITERAL);
	r->smtp_ehlo.domain = span_cut(text, 0, end);
	r->smtp_ehlo.greet = span_cut(text, end + 1, text.n);
	return 0;
}

static size_t
keyword_end(struct span text)
{
	size_t at = 0;

	while (is_alnum(span_at(text, at)) ||
		(at > 0 && span_at(text, at) == '-'))
		at++;
	return at;
}

static ssize_t
keyword_read(struct span input, struct span text, struct lk_result *r)
{
	size_t at = keyword_end(text), start;

	if (at == 0 || (at < text.n && text.p[at] != ' '))
		return result_stop(r, LK_BAD, LK_SMTP_EHLO_KEYWORD,
			place(input, text, at));
	while (at < text.n) {
		if (text.p[at] != ' ')
			break;
		for (start = ++at; is_vchar(span_at(text, at));)
			at++;
		if (at == start)
			break;
	}
	if (at < text.n || text.p[at - 1] == ' ')
		return result_stop(r, LK_BAD, LK_SMTP_EHLO_PARAMETER,
			place(input, text, at));
	return 0;
}

ssize_t
lk_smtp_ehlo_parse(struct span input, struct lk_result *out_r)
{
	struct lk_smtp_reply reply;
	struct span rest, text;
	ssize_t n, code;

	result_start(out_r);
	n = smtp_reply_read(input, true, &reply, out_r);
	if (n < 0)
		return n;
	if (reply.code != 250)
		return result_stop(out_r, LK_BAD, LK_SMTP_EHLO_CODE, 0);
	rest = reply.lines;
	lk_smtp_reply_next(&rest, &text);
	code = greeting_read(input, text, out_r);
	out_r->smtp_ehlo.lines = rest;
	while (code == 0 && lk_smtp_reply_next(&rest, &text))
		code = keyword_read(input, text, out_r);
	return code < 0 ? code : result_done(out_r, (size_t)n);
}

bool
lk_smtp_ehlo_next(
	struct span *lines, struct span *keyword_r, struct span *parameters_r)
{
	struct span text;
	size_t end;

	if (!lk_smtp_reply_next(lines, &text))
		return false;
	end = keyword_end(text);
	*keyword_r = span_cut(text, 0, end);
	*parameters_r = span_cut(text, end + 1, text.n);
	return true;
}

static void
line_print(struct out *out, bool is_last, struct span text)
{
	out_z(out, is_last ? "250 " : "250-");
	out_put(out, text);
}

size_t
lk_smtp_ehlo_print(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_smtp_ehlo *ehlo = &value->smtp_ehlo;
	struct out out = out_to(out_r, size);
	struct span rest = ehlo->lines, keyword, parameters;

	line_print(&out, rest.n == 0, ehlo->domain);
	if (ehlo->greet.n > 0)
		out_byte(&out, ' ');
	out_put(&out, ehlo->greet);
	out_z(&out, "\r\n");
	while (lk_smtp_ehlo_next(&rest, &keyword, &parameters)) {
		line_print(&out, rest.n == 0, span_of(NULL, 0));
		out_upper(&out, keyword);
		if (parameters.n > 0)
			out_byte(&out, ' ');
		out_put(&out, parameters);
		out_z(&out, "\r\n");
	}
	return out.n;
}

/* A keyword and its parameters as a list. */
static void
keyword_json(struct out *out, struct span keyword, struct span parameters)
{
	out_open(out, '[');
	out_string_upper(out, keyword);
	while (parameters.n > 0)
		out_string(out, span_word(&parameters, ' '));
	out_byte(out, ']');
}

size_t
lk_smtp_ehlo_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_smtp_ehlo *ehlo = &value->smtp_ehlo;
	struct out out = out_to(out_r, size);
	struct span rest = ehlo->lines, keyword, parameters;

	out_open(&out, '{');
	out_name(&out, "domain");
	out_string(&out, ehlo->domain);
	out_name(&out, "greet");
	out_string(&out, ehlo->greet);
	out_name(&out, "keywords");
	out_open(&out, '[');
	while (lk_smtp_ehlo_next(&rest, &keyword, &parameters))
		keyword_json(&out, keyword, parameters);
	out_z(&out, "]}");
	return out.n;
}
