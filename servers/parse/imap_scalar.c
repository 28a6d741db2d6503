/* SPDX-License-Identifier: Apache-2.0 */
/* The atoms, numbers and strings of IMAP data (RFC 9051 section 9, RFC 3501
 * section 9), each under the letter that imap_shape.c has for it. */
#include "parse/imap_shape.h"

#include "parse/imap_string.h"
#include "parse/stop.h"
#include "parse/utf8.h"

#include "core/span.h"

static bool
is_atom(struct span value)
{
	return imap_atom_end(value, 0) == value.n;
}

static bool
is_full_atom(struct span value)
{
	return value.n > 0 && is_atom(value);
}

static bool
is_nil(struct span value)
{
	return span_eq_nocase(value, span_z("NIL"));
}

static bool
is_string(struct span value)
{
	return value.p[0] == '"' || value.p[0] == '{';
}

/* 1*DIGIT from min to max */
static bool
is_number(struct span value, uint64_t min, uint64_t max)
{
	uint64_t number = 0, digit;

	for (size_t i = 0; i < value.n; i++) {
		if (!is_digit(value.p[i]))
			return false;
		digit = (uint64_t)(value.p[i] - '0');
		if (number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	return number >= min;
}

/* nz-number */
static bool
is_counted(struct span value)
{
	return value.p[0] != '0' && is_number(value, 1, UINT32_MAX);
}

/* astring = 1*ASTRING-CHAR / string; the value is not empty. */
static bool
is_astring(struct span value)
{
	size_t at = 0;

	if (is_string(value))
		return true;
	while (is_atom_char(span_at(value, at)) || span_at(value, at) == ']')
		at++;
	return at == value.n;
}

/* A quoted string of one character, or NIL: what stands between the levels of
 * the names of mailboxes. */
static bool
is_delimiter(struct span value)
{
	if (value.p[0] != '"')
		return is_nil(value);
	if (value.p[1] == '\\')
		return value.n == 4;
	return value.n > 2 && utf8_size(value, 1) == (ssize_t)value.n - 2;
}

/* A flag: an atom, with or without a backslash; attributes of a mailbox have
 * it always. */
static bool
is_flag(struct span value, bool is_attribute)
{
	size_t start = value.p[0] == '\\' ? 1 : 0;

	return (start == 1 || !is_attribute) && start < value.n &&
	       imap_atom_end(value, start) == value.n;
}

/* Numbers that are not 0, alone or two with a colon, with commas between them.
 * * is one of them if it `may` be; with `has_last` $ may stand at the end. */
static bool
is_set(struct span value, bool may, bool has_last)
{
	bool is_second = false;
	size_t at = 0, start;

	for (;; at++) {
		for (start = at; is_digit(span_at(value, at));)
			at++;
		if (at == start && may && span_at(value, at) == '*')
			at++;
		else if (at == start && has_last && span_at(value, at) == '$')
			return !is_second && at + 1 == value.n;
		else if (at == start || !is_counted(span_cut(value, start, at)))
			return false;
		if (at == value.n)
			return true;
		if (value.p[at] != ',' && (value.p[at] != ':' || is_second))
			return false;
		is_second = value.p[at] == ':';
	}
}

/* A month at `at`. */
static bool
is_month(struct span value, size_t at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; i < sizeof(months) - 1; i += 3)
		if (span_eq_nocase(span_cut(value, at, at + 3),
			    span_of(months + i, 3)))
			return true;
	return false;
}

/* date-time: 0 stands for a digit, 1 for one or a blank, x for a
 * letter of the month, + for a sign. */
static bool
is_date(struct span value)
{
	static const char form[] = "\"10-xxx-0000 00:00:00 +0000\"";

	if (value.n != sizeof(form) - 1 || !is_month(value, 4))
		return false;
	for (size_t i = 0; i < value.n; i++) {
		uint8_t c = value.p[i];
		bool fits = form[i] == 'x' || c == (uint8_t)form[i];

		if (form[i] == '0' || form[i] == '1')
			fits = is_digit(c) || (c == ' ' && form[i] == '1');
		else if (form[i] == '+')
			fits = c == '+' || c == '-';
		if (!fits)
			return false;
	}
	return true;
}

/* tagged-ext-label */
static bool
is_label(struct span value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!is_alpha(value.p[i]) &&
			strchr("-_.", value.p[i]) == NULL &&
			(i == 0 ||
				(!is_digit(value.p[i]) && value.p[i] != ':')))
			return false;
	return true;
}

/* mbox-list-extended-item-tag (RFC 9051 section 9): what an astring means is an
 * atom, or "vendor.", a name without . / % and *, - and an atom. */
static __attribute__((noinline)) bool
is_item_tag(struct span value)
{
	static const char vendor[] = "vendor.";
	const size_t start = sizeof(vendor) - 1;
	struct span tag;
	size_t atom;

	if (!is_astring(value))
		return false;
	tag = imap_string_of(value).raw;
	if (is_full_atom(tag))
		return true;
	if (!span_has_prefix_nocase(tag, span_z(vendor)))
		return false;
	/* From here on it could be an atom. */
	for (atom = tag.n; is_atom_char(span_at(tag, atom - 1)); atom--)
		;
	for (size_t at = start, n; at + 1 < tag.n; at += n) {
		if (at > start && tag.p[at] == '-' && at + 1 >= atom)
			return true;
		n = (size_t)utf8_size(tag, at);
		if (n == 0 || n > tag.n || strchr("./%*", tag.p[at]) != NULL)
			return false;
	}
	return false;
}

/* objectid (RFC 8474 section 7) */
static bool
is_object_id(struct span value)
{
	size_t at = 0;

	while (is_alnum(span_at(value, at)) || span_at(value, at) == '_' ||
		span_at(value, at) == '-')
		at++;
	return at == value.n && at <= 255;
}

/* rights (RFC 4314 section 7): an astring of small letters and digits */
static __attribute__((noinline)) bool
is_rights(struct span value)
{
	struct span rights = imap_string_of(value).raw;
	size_t at = 0;

	while (is_digit(span_at(rights, at)) ||
		(is_alpha(span_at(rights, at)) && !is_upper(rights.p[at])))
		at++;
	return is_astring(value) && at == rights.n;
}

/* The name of an annotation (RFC 5464 section 3.2): a path of two parts or more
 * in an astring, none of them empty. */
static __attribute__((noinline)) bool
is_entry(struct span value)
{
	struct span name = imap_string_of(value).raw;
	size_t slashes = 0;
	uint8_t last = '/', c;

	if (!is_astring(value) || span_at(name, 0) != '/')
		return false;
	for (size_t at = 1; at < name.n; at++, last = c) {
		c = name.p[at];
		if (c < 0x1a || c >= 0x80 || c == '*' || c == '%' ||
			(c == '/' && last == '/'))
			return false;
		slashes += c == '/';
	}
	return last != '/' && slashes > 0;
}

static bool
is_word(struct span value, const char *word)
{
	return span_eq_nocase(value, span_z(word));
}

/* Is it a string, or what may stand for one? */
static bool
string_fits(char letter, struct span value)
{
	switch (letter) {
	case 'G':
		return is_string(value);
	case 'H':
		return value.p[0] == '"' || is_atom(value);
	case 'I':
		return is_date(value);
	case '<':
		return is_item_tag(value);
	case '`':
		return is_rights(value);
	case '\'':
		return is_entry(value);
	case '@':
		return value.p[0] == '"';
	case 'Q':
		return is_delimiter(value);
	case 'S':
		return is_astring(value);
	case 'X':
		return is_string(value) || is_nil(value) ||
		       is_number(value, 0, INT64_MAX);
	case 'Z':
		return is_string(value) || is_nil(value) ||
		       span_has_prefix(value, span_z("~{"));
	default:
		return is_string(value) || is_nil(value);
	}
}

/* Is it a number, or what has numbers in it? */
static bool
number_fits(char letter, struct span value)
{
	switch (letter) {
	case 'D':
		return is_number(value, 0, UINT32_MAX);
	case 'E':
		return is_number(value, 0, INT64_MAX) ||
		       is_set(value, true, true);
	case 'N':
		return is_counted(value);
	case 'O':
		return is_number(value, 1, INT64_MAX);
	case 'R':
	case 'U':
		return is_set(value, letter == 'R', false);
	default:
		return is_number(value, 0, INT64_MAX);
	}
}

bool
imap_scalar_fits(char letter, struct span value)
{
	switch (letter) {
	case '.':
		return true;
	case 'A':
	case '|':
		return is_atom(value);
	case 'B':
	case 'F':
	case '_':
		return is_flag(value, letter == 'B');
	case 'J':
		return is_nil(value);
	case ']':
		return is_object_id(value);
	case 'K':
		return is_word(value, "\\*") || is_flag(value, false);
	case 'L':
		return is_label(value);
	case 'M':
		return is_word(value, "MODSEQ");
	case 'P':
		return imap_part_fits(value);
	case 'Y':
		return is_word(value, "UID");
	case '!':
		return is_word(value, "EARLIER");
	case 'G':
	case 'H':
	case 'I':
	case 'Q':
	case 'S':
	case 'V':
	case 'X':
	case 'Z':
	case '<':
	case '`':
	case '\'':
	case '@':
		return string_fits(letter, value);
	case '\0':
		return false;
	default:
		return number_fits(letter, value);
	}
}
