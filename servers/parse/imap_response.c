/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One response of a server (RFC 9051 sections 7 and 9): a continuation, a
 * status with or without a tag, or data. Of data that the base protocol knows
 * the values must be those that it has; of others they must be values.
 */
#include "parse/imap_value.h"

#include "parse/out.h"
#include "parse/stop.h"
#include "parse/utf8.h"

#include "core/span.h"

static const char *const statuses[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
#define TAGGED_STATUSES 3

/*
 * Data of the base protocol. Letters stand for values: L a list, S an atom or
 * string, Q a quoted character or NIL, O a list or NIL, n a number that is not
 * 0, M such a number or a list that ends the data, A an atom; * repeats the
 * last one, also not at all; what is in small letters may be missing; . is the
 * rest, whatever it is. C: a list of capabilities.
 */
enum number {
	NO_NUMBER,
	NUMBER,
	NOT_ZERO
};
static const struct shape {
	const char *word, *values;
	enum number number;
} shapes[] = {
	{"CAPABILITY", "C", NO_NUMBER},
	{"ENABLED", "A*", NO_NUMBER},
	{"EXISTS", "", NUMBER},
	{"EXPUNGE", "", NOT_ZERO},
	{"FETCH", "L", NOT_ZERO},
	{"FLAGS", "L", NO_NUMBER},
	{"ID", "O", NO_NUMBER},
	{"LIST", "LQSl", NO_NUMBER},
	{"LSUB", "LQSl", NO_NUMBER},
	{"NAMESPACE", "OOO", NO_NUMBER},
	{"RECENT", "", NUMBER},
	{"SEARCH", "nM*", NO_NUMBER},
	{"STATUS", "SL", NO_NUMBER},
};

static const struct shape *
shape_find(struct span word)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		if (span_eq_nocase(word, span_z(shapes[i].word)))
			return &shapes[i];
	return NULL;
}

/* Is it one of the first n statuses? */
static bool
is_status(struct span word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq_nocase(word, span_z(statuses[i])))
			return true;
	return false;
}

static size_t
atom_end(struct span s, size_t at)
{
	while (is_atom_char(span_at(s, at)))
		at++;
	return at;
}

static bool
is_nil(struct span value)
{
	return span_eq_nocase(value, span_z("NIL"));
}

/* nz-number (RFC 9051 section 9) */
static bool
is_number(struct span value)
{
	uint64_t number = 0;

	for (size_t i = 0; i < value.n; i++) {
		number = number * 10 + (uint64_t)(value.p[i] - '0');
		if (!is_digit(value.p[i]) || number > UINT32_MAX)
			return false;
	}
	return value.p[0] != '0';
}

/* astring = 1*ASTRING-CHAR / string */
static bool
is_astring(struct span value)
{
	size_t at = 0;

	if (value.p[0] == '"' || value.p[0] == '{')
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

/* Is the value what the letter of a shape stands for? */
static bool
value_fits(char letter, struct span value)
{
	bool is_list = value.p[0] == '(';

	switch (letter) {
	case 'L':
	case 'l':
		return is_list;
	case 'O':
		return is_list || is_nil(value);
	case 'n':
		return is_number(value);
	case 'M':
		return is_list || is_number(value);
	case 'Q':
		return is_delimiter(value);
	case 'A':
		return atom_end(value, 0) == value.n;
	case 'S':
		return is_astring(value);
	default:
		return true;
	}
}

/* What the next value has to be; behind the last one NUL. */
static const char *
letter_next(const char *letter, bool is_list)
{
	if (letter[0] == 'M' && is_list)
		return "";
	if (letter[0] == '.' || letter[1] == '*')
		return letter;
	return letter + 1;
}

/* May the values end where this one is the next? */
static bool
is_enough(const char *letter)
{
	return *letter == '\0' || *letter == '.' || !is_upper(*letter) ||
	       letter[1] == '*';
}

/* Values from `at` to the line end: where that stands, or a code. */
static ssize_t
values_read(struct span s, size_t at, const char *letter, struct lk_result *r)
{
	size_t start;
	ssize_t n;

	while (span_at(s, at) == ' ') {
		start = at + 1;
		n = imap_value_read(s, start, r);
		if (n < 0)
			return n;
		at = (size_t)n;
		/* More may belong to it. */
		if (at == s.n)
			break;
		if (!value_fits(*letter, span_cut(s, start, at)) ||
			*letter == '\0')
			return result_stop(r, LK_BAD, LK_IMAP_SHAPE, start);
		letter = letter_next(letter, s.p[start] == '(');
	}
	if (span_at(s, at) != '\r')
		return result_unfit(r, span_at(s, at), LK_IMAP_VALUE, at);
	if (!is_enough(letter))
		return result_stop(r, LK_BAD, LK_IMAP_SHAPE, at);
	return (ssize_t)at;
}

/* The number in front of the word, if any: where the word begins, or a code. */
static ssize_t
number_read(struct span s, size_t at, struct lk_result *r)
{
	struct lk_imap_response *response = &r->imap_response;
	uint64_t number = 0;

	if (!is_digit(span_at(s, at)))
		return (ssize_t)at;
	for (; is_digit(span_at(s, at)); at++) {
		number = number * 10 + (uint64_t)(s.p[at] - '0');
		if (number > UINT32_MAX)
			return result_stop(r, LK_BAD, LK_IMAP_NUMBER_SIZE, at);
	}
	if (span_at(s, at) != ' ')
		return result_unfit(r, span_at(s, at), LK_IMAP_WORD, at);
	response->has_number = true;
	response->number = (uint32_t)number;
	return (ssize_t)(at + 1);
}

/* Has the data's word the number that it has to have? `first`: its digit. */
static bool
number_fits(const struct lk_imap_response *response, const struct shape *shape,
	int first)
{
	if (response->is_status)
		return !response->has_number;
	if (shape == NULL)
		return true;
	if (shape->number == NO_NUMBER)
		return !response->has_number;
	return response->has_number &&
	       (shape->number == NUMBER || first != '0');
}

/* Data behind their word: as values_read. */
static ssize_t
data_read(struct span s, size_t word, size_t at, const struct shape *shape,
	struct lk_result *r)
{
	struct lk_imap_capability list = {.rev1 = false};
	ssize_t n;

	if (shape != NULL && shape->values[0] == 'C')
		n = imap_capability_read(s, word, &list, r);
	else
		n = values_read(s, at, shape != NULL ? shape->values : ".", r);
	if (n >= 0)
		r->imap_response.values = span_cut(s, at, (size_t)n);
	return n;
}

/* Behind "* ": where the line end stands, or a code. */
static ssize_t
untagged_read(struct span s, size_t start, struct lk_result *r)
{
	struct lk_imap_response *response = &r->imap_response;
	ssize_t n = number_read(s, start, r);
	const struct shape *shape;
	size_t word = (size_t)n, at;

	if (n < 0)
		return n;
	at = atom_end(s, word);
	if (at == word || at == s.n || (s.p[at] != ' ' && s.p[at] != '\r'))
		return result_unfit(r, span_at(s, at), LK_IMAP_WORD, at);
	response->word = span_cut(s, word, at);
	response->is_status =
		is_status(response->word, sizeof(statuses) / sizeof(*statuses));
	shape = shape_find(response->word);
	if (!number_fits(response, shape, s.p[start]))
		return result_stop(r, LK_BAD, LK_IMAP_NUMBER, start);
	if (!response->is_status)
		return data_read(s, word, at, shape, r);
	if (s.p[at] != ' ')
		return result_stop(r, LK_BAD, LK_IMAP_STATUS, at);
	return imap_text_read(s, at + 1, response, r);
}

/* tag = 1*<ASTRING-CHAR but "+"> */
static size_t
tag_end(struct span s)
{
	size_t at = 0;

	while ((is_atom_char(span_at(s, at)) || span_at(s, at) == ']') &&
		s.p[at] != '+')
		at++;
	return at;
}

/* Behind the tag and its blank: where the line end stands, or a code. */
static ssize_t
tagged_read(struct span s, size_t start, struct lk_result *r)
{
	struct lk_imap_response *response = &r->imap_response;
	size_t at = atom_end(s, start);

	response->kind = LK_IMAP_TAGGED;
	response->is_status = true;
	response->word = span_cut(s, start, at);
	if (at == s.n)
		return result_stop(r, LK_MORE, LK_IMAP_STATUS, at);
	if (s.p[at] != ' ' || !is_status(response->word, TAGGED_STATUSES))
		return result_stop(r, LK_BAD, LK_IMAP_STATUS, start);
	return imap_text_read(s, at + 1, response, r);
}

/* What kind of response it is; behind its blank, or a code. */
static ssize_t
start_read(struct span s, struct lk_result *r)
{
	struct lk_imap_response *response = &r->imap_response;
	int c = span_at(s, 0);
	size_t at = c == '*' || c == '+' ? 1 : tag_end(s);

	if (at == 0 || span_at(s, at) != ' ')
		return result_unfit(r, span_at(s, at), LK_IMAP_START, at);
	if (c == '+')
		response->kind = LK_IMAP_CONTINUE;
	else if (c != '*')
		response->tag = span_cut(s, 0, at);
	return (ssize_t)(at + 1);
}

ssize_t
lk_imap_response_parse(struct span input, struct lk_result *out_r)
{
	struct lk_imap_response *response = &out_r->imap_response;
	ssize_t n;
	size_t at;

	result_start(out_r);
	n = start_read(input, out_r);
	if (n < 0)
		return n;
	if (response->kind == LK_IMAP_CONTINUE)
		n = imap_text_read(input, (size_t)n, response, out_r);
	else if (response->tag.n > 0)
		n = tagged_read(input, (size_t)n, out_r);
	else
		n = untagged_read(input, (size_t)n, out_r);
	if (n < 0)
		return n;
	/* Values end in front of CR; a list of capabilities may be all. */
	if ((size_t)n == input.n)
		return result_stop(out_r, LK_MORE, LK_IMAP_LINE_END, input.n);
	at = (size_t)n + 1;
	if (span_at(input, at) != '\n')
		return result_unfit(
			out_r, span_at(input, at), LK_IMAP_LINE_END, at);
	return result_done(out_r, at + 1);
}

static void
code_print(struct out *out, const struct lk_imap_response *response)
{
	if (response->code.n == 0)
		return;
	out_byte(out, '[');
	out_upper(out, response->code);
	if (response->code_text.n > 0)
		out_byte(out, ' ');
	out_put(out, response->code_text);
	out_z(out, "] ");
}

size_t
lk_imap_response_print(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_imap_response *response = &value->imap_response;
	struct out out = out_to(out_r, size);

	if (response->kind == LK_IMAP_TAGGED)
		out_put(&out, response->tag);
	else
		out_byte(&out, response->kind == LK_IMAP_CONTINUE ? '+' : '*');
	if (response->has_number) {
		out_byte(&out, ' ');
		out_number(&out, response->number);
	}
	if (response->word.n > 0)
		out_byte(&out, ' ');
	out_upper(&out, response->word);
	if (response->is_status || response->kind == LK_IMAP_CONTINUE)
		out_byte(&out, ' ');
	code_print(&out, response);
	out_put(&out, response->text);
	out_put(&out, response->values);
	out_z(&out, "\r\n");
	return out.n;
}

/* Atoms are objects, strings are strings, lists are lists. */
static void
value_json(struct out *out, const struct lk_imap_value *value)
{
	switch (value->type) {
	case LK_IMAP_TYPE_ATOM:
		out_open(out, '{');
		out_name(out, "atom");
		out_string(out, value->content);
		out_byte(out, '}');
		return;
	case LK_IMAP_TYPE_QUOTED:
		out_string_quoted(out, value->content);
		return;
	case LK_IMAP_TYPE_LITERAL:
		out_string(out, value->content);
		return;
	case LK_IMAP_TYPE_OPEN:
		out_open(out, '[');
		return;
	case LK_IMAP_TYPE_CLOSE:
		out_byte(out, ']');
		return;
	}
}

size_t
lk_imap_response_json(const struct lk_result *value, char *out_r, size_t size)
{
	static const char *const kinds[] = {"untagged", "tagged", "continue"};
	const struct lk_imap_response *response = &value->imap_response;
	struct out out = out_to(out_r, size);
	struct span rest = response->values;
	struct lk_imap_value item;

	out_open(&out, '{');
	out_name(&out, "kind");
	out_string(&out, span_z(kinds[response->kind]));
	out_name(&out, "tag");
	out_string(&out, response->tag);
	if (response->has_number) {
		out_name(&out, "number");
		out_integer(&out, response->number);
	}
	out_name(&out, "word");
	out_string_upper(&out, response->word);
	out_name(&out, "code");
	out_string_upper(&out, response->code);
	out_name(&out, "code_text");
	out_string(&out, response->code_text);
	out_name(&out, "text");
	out_string(&out, response->text);
	out_name(&out, "values");
	out_open(&out, '[');
	while (lk_imap_value_next(&rest, &item))
		value_json(&out, &item);
	out_z(&out, "]}");
	return out.n;
}
