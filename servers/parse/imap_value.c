/* SPDX-License-Identifier: Apache-2.0 */
/* Values of IMAP data: atoms, strings, lists (RFC 9051 sections 4 and 9). */
#include "parse/imap_value.h"

#include "core/span.h"
#include "parse/stop.h"
#include "parse/utf8.h"

/*
 * What stands for itself: an atom, a number, a flag; or the name of a part of a
 * message, which has blanks, lists and strings in its section.
 */
static bool
is_bare(int c)
{
	return is_vchar(c) && c != '(' && c != ')' && c != '{' && c != '"';
}

/* A quoted string at `at`: where it ends, or a code. */
static ssize_t
quoted_read(struct span s, size_t at, struct lk_result *r)
{
	ssize_t n;
	int c;

	for (at++; (c = span_at(s, at)) != '"'; at += (size_t)n) {
		n = 1;
		if (c == '\\') {
			c = span_at(s, ++at);
			if (c != '"' && c != '\\')
				c = c < 0 ? c : 0;
		} else if (c >= 0x80) {
			n = utf8_size(s, at);
			if (n > 0)
				result_open(r, LK_READING_IMAP_TEXT_UTF8);
			else
				c = n < 0 ? -1 : 0;
		}
		if (c <= 0 || c == '\r' || c == '\n')
			return result_unfit(r, c, LK_IMAP_QUOTED, at);
	}
	return (ssize_t)(at + 1);
}

static ssize_t literal_read(struct span s, size_t at, struct lk_result *r);

/* The names that have a section behind them (RFC 9051 section 9, RFC 3516). */
static bool
has_section(struct span name)
{
	static const char *const names[] = {"BODY", "BINARY", "BINARY.SIZE"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq_nocase(name, span_z(names[i])))
			return true;
	return false;
}

/* A section from its [ on: where it ends, or a code. The names of fields, which
 * stand in parentheses, may have a ]. */
static ssize_t
section_read(struct span s, size_t at, struct lk_result *r)
{
	bool is_open = false;
	ssize_t n;
	int c;

	for (at++; (c = span_at(s, at)) != ']' || is_open; at += (size_t)n) {
		n = 1;
		if (c == '(' || c == ')') {
			is_open = c == '(';
		} else if (c == '"' || c == '{') {
			n = c == '{' ? literal_read(s, at, r)
				     : quoted_read(s, at, r);
			if (n < 0)
				return n;
			n -= (ssize_t)at;
		} else if (!is_vchar(c) && c != ' ') {
			return result_unfit(r, c, LK_IMAP_VALUE, at);
		}
	}
	return (ssize_t)(at + 1);
}

static ssize_t
bare_read(struct span s, size_t at, struct lk_result *r)
{
	size_t start = at;
	ssize_t n;

	while (is_bare(span_at(s, at))) {
		if (s.p[at] != '[' || !has_section(span_cut(s, start, at))) {
			at++;
			continue;
		}
		n = section_read(s, at, r);
		if (n < 0)
			return n;
		at = (size_t)n;
	}
	if (at == start)
		return result_unfit(r, span_at(s, at), LK_IMAP_VALUE, at);
	return (ssize_t)at;
}

/* "{" number "}" CRLF at `at`: where the octets begin, or a code. */
static ssize_t
size_read(struct span s, size_t at, uint64_t *size_r, struct lk_result *r)
{
	static const char end[] = "}\r\n";
	size_t start = ++at;

	for (*size_r = 0; is_digit(span_at(s, at)); at++) {
		*size_r = *size_r * 10 + (uint64_t)(s.p[at] - '0');
		if (*size_r > UINT32_MAX)
			return result_stop(
				r, LK_LIMIT, LK_IMAP_LITERAL_SIZE, at);
	}
	if (at == start)
		return result_unfit(r, span_at(s, at), LK_IMAP_LITERAL, at);
	for (size_t i = 0; i < sizeof(end) - 1; i++, at++)
		if (span_at(s, at) != end[i])
			return result_unfit(
				r, span_at(s, at), LK_IMAP_LITERAL, at);
	return (ssize_t)at;
}

/* A literal at `at`, perhaps with its ~: where it ends, or a code. */
static ssize_t
literal_read(struct span s, size_t at, struct lk_result *r)
{
	bool binary = s.p[at] == '~';
	uint64_t size;
	ssize_t n = size_read(s, at + binary, &size, r);
	size_t start = (size_t)n;
	const uint8_t *nul;

	if (n < 0)
		return n;
	nul = memchr(s.p + start, '\0',
		size < s.n - start ? (size_t)size : s.n - start);
	if (!binary && nul != NULL)
		return result_stop(
			r, LK_BAD, LK_IMAP_LITERAL_NUL, (size_t)(nul - s.p));
	if (s.n - start < size)
		return result_stop(r, LK_MORE, LK_IMAP_LITERAL, s.n);
	return (ssize_t)(start + size);
}

/* A value that is no list: where it ends, or a code. */
static ssize_t
scalar_read(struct span s, size_t at, struct lk_result *r)
{
	int c = span_at(s, at);

	if (c == '"')
		return quoted_read(s, at, r);
	if (c == '{' || (c == '~' && span_at(s, at + 1) == '{'))
		return literal_read(s, at, r);
	return bare_read(s, at, r);
}

/*
 * A list: where it ends, or a code. Between two lists the blank may be left
 * out, as the bodies of a multipart and the addresses of an envelope do.
 */
static ssize_t
list_read(struct span s, size_t at, struct lk_result *r)
{
	enum {
		OPENED,
		BLANK,
		VALUE,
		CLOSED
	} last = BLANK;
	unsigned depth = 0;
	ssize_t n;
	int c;

	do {
		c = span_at(s, at);
		n = (ssize_t)at + 1;
		if (c == '(' && last != VALUE) {
			if (++depth > IMAP_DEPTH_MAX)
				return result_stop(
					r, LK_LIMIT, LK_IMAP_DEPTH, at);
			last = OPENED;
		} else if (c == ')' && last != BLANK) {
			depth--;
			last = CLOSED;
		} else if (c == ' ' && (last == VALUE || last == CLOSED)) {
			last = BLANK;
		} else if (last == OPENED || last == BLANK) {
			n = scalar_read(s, at, r);
			if (n < 0)
				return n;
			last = VALUE;
		} else {
			return result_unfit(r, c, LK_IMAP_VALUE, at);
		}
		at = (size_t)n;
	} while (depth > 0);
	return (ssize_t)at;
}

ssize_t
imap_value_read(struct span s, size_t at, struct lk_result *r)
{
	return span_at(s, at) == '(' ? list_read(s, at, r)
				     : scalar_read(s, at, r);
}

/* Where the first blank of s stands, or its end. */
static size_t
word_end(struct span s)
{
	size_t at = 0;

	while (at < s.n && s.p[at] != ' ')
		at++;
	return at;
}

/* The scalar at the start of s, which is whole, as a value. */
static struct lk_imap_value
scalar_of(struct span s, size_t end)
{
	size_t size;

	if (s.p[0] == '"')
		return (struct lk_imap_value){
			LK_IMAP_TYPE_QUOTED, span_cut(s, 1, end - 1)};
	if (s.p[0] == '{' || (s.p[0] == '~' && span_at(s, 1) == '{')) {
		size = span_find(s, 0, span_z("\n")) + 1;
		return (struct lk_imap_value){
			LK_IMAP_TYPE_LITERAL, span_cut(s, size, end)};
	}
	return (struct lk_imap_value){LK_IMAP_TYPE_ATOM, span_cut(s, 0, end)};
}

bool
lk_imap_value_next(struct span *values, struct lk_imap_value *value_r)
{
	struct lk_result unused = {.reason = LK_NONE};
	struct span rest = *values;
	ssize_t n = 1;

	while (span_at(rest, 0) == ' ')
		rest = span_cut(rest, 1, rest.n);
	if (rest.n == 0)
		return false;
	if (rest.p[0] == '(' || rest.p[0] == ')') {
		value_r->type = rest.p[0] == '(' ? LK_IMAP_TYPE_OPEN
						 : LK_IMAP_TYPE_CLOSE;
		value_r->content = span_cut(rest, 0, 1);
	} else {
		n = scalar_read(rest, 0, &unused);
		/* A capability may look like the beginning of a section. */
		if (n < 0)
			n = (ssize_t)word_end(rest);
		*value_r = scalar_of(rest, (size_t)n);
	}
	*values = span_cut(rest, (size_t)n, rest.n);
	return true;
}
