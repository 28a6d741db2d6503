/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resp-text = ["[" resp-text-code "]" SP] [text]
 * resp-text-code = … / atom [SP 1*(text but "]")]
 * (RFC 9051 section 9)
 */
#include "parse/imap_value.h"

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

/* Take the response code off the text; false if it begins with none. Every code
 * of the specification fits the general form, too. */
static bool
code_take(struct lk_imap_response *response, struct lk_result *r)
{
	struct span text = response->text;
	size_t name = 1, end;

	while (is_atom_char(span_at(text, name)))
		name++;
	end = span_find(text, name, span_z("]"));
	if (name == 1 || end == SIZE_MAX || span_at(text, end + 1) != ' ')
		return false;
	if (end != name && (text.p[name] != ' ' || end == name + 1))
		return false;
	response->code = span_cut(text, 1, name);
	if (!imap_code_fits(response->code, span_cut(text, name, end), r)) {
		result_open(r, LK_READING_IMAP_CODE_ARGUMENTS);
		r->reason = LK_NONE;
	}
	response->code_text =
		end == name ? span_of(NULL, 0) : span_cut(text, name + 1, end);
	response->text = span_cut(text, end + 2, text.n);
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
	if (response->text.n == 0 && response->kind != LK_IMAP_CONTINUE)
		result_open(r, LK_READING_IMAP_EMPTY_TEXT);
	return n;
}
