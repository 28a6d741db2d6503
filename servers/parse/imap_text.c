/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resp-text = ["[" resp-text-code "]" SP] [text]
 * resp-text-code = … / atom [SP 1*(text but "]")]
 * (RFC 9051 section 9)
 */
#include "parse/imap_shape.h"

#include "parse/stop.h"
#include "parse/utf8.h"

/* Text up to its line end: where that stands, or a code. */
static ssize_t
line_read(struct span s, size_t at, struct lk_result *r)
{
	ssize_t n;
	int c;

	for (; (c = span_at(s, at)) != '\r'; at += (size_t)n) {
		n = utf8_size(s, at);
		if (c == '\n' || c < 0)
			return result_unfit(r, c, LK_IMAP_LINE_END, at);
		if (c == 0 || n == 0)
			return result_stop(r, LK_BAD, LK_IMAP_TEXT, at);
		if (n < 0)
			return result_stop(r, LK_MORE, LK_IMAP_TEXT, at);
		if (n > 1)
			result_open(r, LK_READING_IMAP_TEXT_UTF8);
	}
	return (ssize_t)at;
}

/*
 * Where the ] stands that ends the code whose name ends at `name`; SIZE_MAX if
 * there is none. It is the first one, but of charsets in a list that behind it,
 * as one in quotes may have a ].
 */
static size_t
code_end(struct span text, size_t name)
{
	bool is_quoted = false;
	size_t at = name + 1;

	if (!span_eq_nocase(span_cut(text, 1, name), span_z("BADCHARSET")) ||
		span_at(text, name) != ' ' || span_at(text, at) != '(')
		return span_find(text, name, span_z("]"));
	for (; at < text.n && (is_quoted || text.p[at] != ')'); at++) {
		if (text.p[at] == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && text.p[at] == '\\')
			at++;
	}
	return span_at(text, at + 1) == ']'
		       ? at + 1
		       : span_find(text, name, span_z("]"));
}

/* Has what stands from `name` to `end` the form that every code has? */
static bool
is_code(struct span text, size_t name, size_t end)
{
	if (name == 1 || end == SIZE_MAX || span_at(text, end + 1) != ' ')
		return false;
	return end == name || (text.p[name] == ' ' && end > name + 1);
}

static bool
is_ascii(struct span s)
{
	size_t at = 0;

	while (at < s.n && s.p[at] < 0x80)
		at++;
	return at == s.n;
}

/*
 * Find the response code that the text begins with, and what stands behind its
 * name, with its blank; false if it begins with none. One of the general form
 * is ASCII. On its own, as what is called next needs the stack.
 */
static __attribute__((noinline)) bool
code_find(struct lk_imap_response *response, bool is_general)
{
	struct span text = response->text;
	size_t name = 1, end;

	while (is_atom_char(span_at(text, name)))
		name++;
	end = is_general ? span_find(text, name, span_z("]"))
			 : code_end(text, name);
	is_general |= imap_code_find(span_cut(text, 1, name)) == NULL;
	if (!is_code(text, name, end) ||
		(is_general && !is_ascii(span_cut(text, name, end))))
		name = end = 1;
	response->code = span_cut(text, 1, name);
	response->code_text = span_cut(text, name, end);
	return name > 1;
}

/* Take the response code off the text; false if it begins with none. Every code
 * of the specification fits the general form, too. */
static bool
code_take(struct lk_imap_response *response, struct lk_result *r)
{
	if (!code_find(response, false) ||
		!imap_code_fits(response->code, response->code_text, r)) {
		r->reason = LK_NONE;
		result_shut(r, LK_READING_IMAP_FLAG_RECENT);
		if (!code_find(response, true))
			return false;
		result_open(r, LK_READING_IMAP_CODE_ARGUMENTS);
	}
	response->text = span_cut(response->text,
		1 + response->code.n + response->code_text.n + 2,
		response->text.n);
	response->code_text =
		span_cut(response->code_text, 1, response->code_text.n);
	return true;
}

ssize_t
imap_text_read(struct span s, size_t at, struct lk_imap_response *response,
	struct lk_result *r)
{
	ssize_t n = line_read(s, at, r);

	if (n < 0)
		return n;
	response->text = span_cut(s, at, (size_t)n);
	if (span_at(response->text, 0) == '[' && !code_take(response, r))
		result_open(r, LK_READING_IMAP_BROKEN_CODE);
	/* An empty continuation is empty base64, in rev1 as well. */
	if (response->text.n == 0 &&
		(response->kind != LK_IMAP_CONTINUE || response->code.n > 0))
		result_open(r, LK_READING_IMAP_EMPTY_TEXT);
	return n;
}
