/* SPDX-License-Identifier: Apache-2.0 */
/* Framing of IMAP commands, and reading their words. */
#include "parse/imap_command.h"

#include "parse/chars.h"

/* The content of a line without its CRLF or bare LF. */
static struct span
line_strip(struct span line)
{
	if (line.n > 0 && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* literal = "{" number ["+"] "}" CRLF: does the line end in one? */
static bool
literal_parse(struct span line, struct imap_literal *literal_r)
{
	size_t at, end;

	line = line_strip(line);
	if (line.n < 3 || line.p[line.n - 1] != '}')
		return false;
	end = line.n - 1;
	literal_r->waits = line.p[end - 1] != '+';
	if (!literal_r->waits)
		end--;
	for (at = end; at > 0 && is_digit(line.p[at - 1]); at--)
		;
	if (at == end || at == 0 || line.p[at - 1] != '{')
		return false;
	literal_r->size = 0;
	if (end - at > 10)
		literal_r->size = SIZE_MAX;
	else
		for (; at < end; at++)
			literal_r->size = literal_r->size * 10 +
					  (size_t)(line.p[at] - '0');
	return true;
}

enum imap_frame_result
imap_frame_step(struct imap_frame *frame, struct span input, bool literals,
	struct imap_literal *literal_r)
{
	size_t end;

	if (input.n < frame->line)
		return IMAP_FRAME_MORE;
	end = span_find(input, frame->seen, span_of("\n", 1));
	if (end == SIZE_MAX) {
		frame->seen = input.n;
		return IMAP_FRAME_MORE;
	}
	frame->end = end + 1;
	if (literals &&
		literal_parse(span_cut(input, frame->line, end + 1), literal_r))
		return IMAP_FRAME_LITERAL;
	return IMAP_FRAME_COMMAND;
}

void
imap_frame_accept(struct imap_frame *frame, const struct imap_literal *literal)
{
	frame->literals += literal->size;
	frame->line = frame->end + literal->size;
	frame->seen = frame->line;
}

static bool
is_ctl(int c)
{
	return c < 0x20 || c == 0x7f;
}

/* ATOM-CHAR: no 8-bit byte, and none of atom-specials. */
static bool
is_atom(int c)
{
	return !is_ctl(c) && c < 0x80 && strchr("(){ %*\"\\]", c) == NULL;
}

static bool
is_astring(int c)
{
	return is_atom(c) || c == ']';
}

static bool
is_tag(int c)
{
	return is_astring(c) && c != '+';
}

static bool
is_pattern(int c)
{
	return is_astring(c) || c == '%' || c == '*';
}

static bool
is_word(int c)
{
	return is_alnum(c) || c == '.' || c == '-';
}

static bool
is_set(int c)
{
	return is_digit(c) || c == '*' || c == ':' || c == ',';
}

static bool
read_run(struct imap_reader *r, bool (*is)(int), struct span *run_r)
{
	size_t at = r->at;

	while (at < r->in.n && is(r->in.p[at]))
		at++;
	if (at == r->at)
		return false;
	*run_r = span_cut(r->in, r->at, at);
	r->at = at;
	return true;
}

bool
imap_read_peek(const struct imap_reader *r, char c)
{
	return r->at < r->in.n && r->in.p[r->at] == (uint8_t)c;
}

bool
imap_read_char(struct imap_reader *r, char c)
{
	if (!imap_read_peek(r, c))
		return false;
	r->at++;
	return true;
}

bool
imap_read_end(const struct imap_reader *r)
{
	return line_strip(span_cut(r->in, r->at, r->in.n)).n == 0;
}

bool
imap_read_tag(struct imap_reader *r, struct span *tag_r)
{
	return read_run(r, is_tag, tag_r);
}

bool
imap_read_atom(struct imap_reader *r, struct span *atom_r)
{
	return read_run(r, is_atom, atom_r);
}

bool
imap_read_word(struct imap_reader *r, struct span *word_r)
{
	return read_run(r, is_word, word_r);
}

bool
imap_read_keyword(struct imap_reader *r, const char *wordz)
{
	const size_t start = r->at;
	struct span word;

	if (imap_read_atom(r, &word) && span_eq_nocase(word, span_z(wordz)))
		return true;
	r->at = start;
	return false;
}

bool
imap_read_flag(struct imap_reader *r, struct span *flag_r)
{
	const size_t start = r->at;

	(void)imap_read_char(r, '\\');
	if (!imap_read_atom(r, flag_r)) {
		r->at = start;
		return false;
	}
	*flag_r = span_cut(r->in, start, r->at);
	return true;
}

/* quoted = DQUOTE *QUOTED-CHAR DQUOTE; 8-bit bytes are let through, as a user
 * name or password may have them whatever the grammar says. */
static bool
read_quoted(struct imap_reader *r, struct imap_string *string_r)
{
	size_t at = r->at + 1;
	uint8_t c;

	for (; at < r->in.n; at++) {
		c = r->in.p[at];
		if (c == '"')
			break;
		if (c == '\0' || c == '\r' || c == '\n')
			return false;
		if (c != '\\')
			continue;
		at++;
		if (at >= r->in.n ||
			(r->in.p[at] != '"' && r->in.p[at] != '\\'))
			return false;
	}
	if (at >= r->in.n)
		return false;
	string_r->raw = span_cut(r->in, r->at + 1, at);
	string_r->quoted = true;
	r->at = at + 1;
	return true;
}

static bool
read_literal(struct imap_reader *r, struct imap_string *string_r)
{
	struct imap_literal literal;
	size_t end = span_find(r->in, r->at, span_of("\n", 1));

	if (end == SIZE_MAX ||
		span_find(span_cut(r->in, 0, end), r->at, span_of(" ", 1)) !=
			SIZE_MAX ||
		!literal_parse(span_cut(r->in, r->at, end + 1), &literal) ||
		literal.size > r->in.n - (end + 1))
		return false;
	string_r->raw = span_cut(r->in, end + 1, end + 1 + literal.size);
	string_r->quoted = false;
	r->at = end + 1 + literal.size;
	return true;
}

bool
imap_read_string(struct imap_reader *r, struct imap_string *string_r)
{
	if (imap_read_peek(r, '"'))
		return read_quoted(r, string_r);
	return imap_read_peek(r, '{') && read_literal(r, string_r);
}

bool
imap_read_astring(struct imap_reader *r, struct imap_string *string_r)
{
	if (imap_read_string(r, string_r))
		return true;
	string_r->quoted = false;
	return read_run(r, is_astring, &string_r->raw);
}

bool
imap_read_pattern(struct imap_reader *r, struct imap_string *string_r)
{
	if (imap_read_string(r, string_r))
		return true;
	string_r->quoted = false;
	return read_run(r, is_pattern, &string_r->raw);
}

/* number, of 32 bits (RFC 3501 section 9). */
static bool
number_parse(struct span digits, uint32_t *number_r)
{
	uint64_t value = 0;

	if (digits.n == 0 || digits.n > 10)
		return false;
	for (size_t i = 0; i < digits.n; i++)
		value = value * 10 + (uint64_t)(digits.p[i] - '0');
	*number_r = (uint32_t)value;
	return value <= UINT32_MAX;
}

bool
imap_read_number(struct imap_reader *r, uint32_t *number_r)
{
	const size_t start = r->at;
	struct span digits;

	if (read_run(r, is_digit, &digits) && number_parse(digits, number_r))
		return true;
	r->at = start;
	return false;
}

/* seq-number = nz-number / "*"; the "*" is 0. */
static bool
position_read(struct imap_reader *r, uint32_t *number_r)
{
	if (imap_read_char(r, '*')) {
		*number_r = 0;
		return true;
	}
	return imap_read_number(r, number_r) && *number_r > 0;
}

static bool
range_read(struct imap_reader *r, struct imap_range *range_r)
{
	if (!position_read(r, &range_r->from))
		return false;
	range_r->to = range_r->from;
	return !imap_read_char(r, ':') || position_read(r, &range_r->to);
}

bool
imap_range_next(struct span *set, struct imap_range *range_r)
{
	struct imap_reader r = {*set, 0};

	if (!range_read(&r, range_r))
		return false;
	(void)imap_read_char(&r, ',');
	*set = span_cut(*set, r.at, set->n);
	return true;
}

/* sequence-set = (seq-number / seq-range) *("," sequence-set) */
bool
imap_read_set(struct imap_reader *r, struct span *set_r)
{
	const size_t start = r->at;
	struct imap_range range;
	struct imap_reader inner;

	if (imap_read_char(r, '$')) {
		*set_r = span_cut(r->in, start, r->at);
		return true;
	}
	if (!read_run(r, is_set, set_r))
		return false;
	inner = (struct imap_reader){*set_r, 0};
	while (range_read(&inner, &range)) {
		if (inner.at == inner.in.n)
			return true;
		if (!imap_read_char(&inner, ','))
			break;
	}
	r->at = start;
	return false;
}

size_t
imap_string_copy(struct imap_string string, void *to, size_t size)
{
	uint8_t *bytes = to;
	size_t n = 0;
	int c;

	for (size_t at = 0; (c = imap_string_next(string, &at)) >= 0;) {
		if (n == size)
			return SIZE_MAX;
		bytes[n++] = (uint8_t)c;
	}
	return n;
}

bool
imap_string_is(struct imap_string string, struct span bytes)
{
	size_t n = 0;
	int c;

	for (size_t at = 0; (c = imap_string_next(string, &at)) >= 0; n++)
		if (n == bytes.n || bytes.p[n] != c)
			return false;
	return n == bytes.n;
}
