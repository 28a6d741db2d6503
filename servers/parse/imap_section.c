/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of parts of messages that have a section (RFC 9051 section 9, RFC
 * 3516 section 7):
 *	BODY [ part . text ] <number>, BINARY [ part ] <number>, BINARY.SIZE
 */
#include "parse/imap_shape.h"

#include "core/span.h"
#include "parse/stop.h"

struct span
imap_part_head(struct span name)
{
	size_t at = span_find(name, 0, span_z("["));

	return at == SIZE_MAX ? name : span_cut(name, 0, at + 1);
}

/* 1*DIGIT below 2 to the 32nd: where it ends; `at` if there is none. */
static size_t
number_end(struct span s, size_t at)
{
	uint64_t number = 0;
	size_t end = at;

	while (is_digit(span_at(s, end)) && number <= UINT32_MAX)
		number = number * 10 + (uint64_t)(s.p[end++] - '0');
	return number > UINT32_MAX ? at : end;
}

/* section-part at `at`: where it ends; `at` if there is none. */
static size_t
part_end(struct span s, size_t at)
{
	size_t end;

	while (span_at(s, at) != '0' && (end = number_end(s, at)) != at) {
		if (span_at(s, end) != '.' || !is_digit(span_at(s, end + 1)))
			return end;
		at = end + 1;
	}
	return at;
}

/* The literal at `at`, which is whole: where it ends. */
static size_t
literal_end(struct span s, size_t at)
{
	size_t size = 0;

	while (is_digit(s.p[++at]))
		size = size * 10 + (size_t)(s.p[at] - '0');
	return at + sizeof("}\r\n") - 1 + size;
}

size_t
imap_astring_end(struct span s, size_t at)
{
	size_t end = at;

	if (span_at(s, at) == '"') {
		while (s.p[++end] != '"')
			end += s.p[end] == '\\';
		return end + 1;
	}
	if (span_at(s, at) == '{')
		return literal_end(s, at);
	while (is_atom_char(span_at(s, end)) || span_at(s, end) == ']')
		end++;
	return end;
}

/* Names of fields in parentheses behind a blank: where they end, or `at`. */
static size_t
fields_end(struct span s, size_t at)
{
	size_t end = at + 1, start;

	if (span_at(s, at) != ' ' || span_at(s, end) != '(')
		return at;
	do {
		start = end + 1;
		end = imap_astring_end(s, start);
		if (end == start)
			return at;
	} while (span_at(s, end) == ' ');
	return span_at(s, end) == ')' ? end + 1 : at;
}

/* section-msgtext, of a part also MIME: where it ends, or `at`. */
static size_t
text_end(struct span s, size_t at, bool is_of_part)
{
	static const char *const words[] = {
		"HEADER.FIELDS.NOT", "HEADER.FIELDS", "HEADER", "TEXT", "MIME"};
	const size_t n = is_of_part ? 5 : 4;
	size_t end, fields;

	for (size_t i = 0; i < n; i++) {
		if (!span_has_prefix_nocase(
			    span_cut(s, at, s.n), span_z(words[i])))
			continue;
		end = at + strlen(words[i]);
		if (i >= 2)
			return end;
		fields = fields_end(s, end);
		return fields == end ? at : fields;
	}
	return at;
}

/* The section behind its [: behind its ], or 0. */
static size_t
section_end(struct span s, size_t at, bool is_body)
{
	size_t part = part_end(s, at), text = part;

	if (is_body && part == at) {
		text = text_end(s, part, false);
	} else if (is_body && span_at(s, part) == '.') {
		text = text_end(s, part + 1, true);
		if (text == part + 1)
			return 0;
	}
	return span_at(s, text) == ']' ? text + 1 : 0;
}

/* "<" number ">" at `at`: where it ends; `at` if there is none. */
static size_t
origin_end(struct span s, size_t at)
{
	size_t end = number_end(s, at + 1);

	return span_at(s, at) == '<' && end > at + 1 && span_at(s, end) == '>'
		       ? end + 1
		       : at;
}

bool
imap_part_fits(struct span name)
{
	struct span head = imap_part_head(name);
	bool is_body = span_eq_nocase(head, span_z("BODY["));
	bool is_size = span_eq_nocase(head, span_z("BINARY.SIZE["));
	size_t end;

	if (!is_body && !is_size && !span_eq_nocase(head, span_z("BINARY[")))
		return imap_atom_end(head, 0) == head.n;
	end = section_end(name, head.n, is_body);
	if (end > 0 && !is_size)
		end = origin_end(name, end);
	return end == name.n;
}
