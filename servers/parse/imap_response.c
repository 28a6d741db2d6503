/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One response of a server (RFC 9051 sections 7 and 9): a continuation, a
 * status with or without a tag, or data. Of data that the base protocol knows
 * the values must be those that it has (imap_shape.c); of others, which the
 * formal syntax leaves to extensions (section 6.5), they must be values.
 */
#include "parse/imap_value.h"

#include "parse/out.h"
#include "parse/stop.h"

#include "core/span.h"

static const char *const statuses[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
#define TAGGED_STATUSES 3

/* Is it one of the first n statuses? */
static bool
is_status(struct span word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq_nocase(word, span_z(statuses[i])))
			return true;
	return false;
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
number_fits(const struct lk_imap_response *response,
	const struct imap_shape *shape, int first)
{
	if (response->is_status)
		return !response->has_number;
	if (shape == NULL)
		return true;
	if (shape->number == IMAP_NUMBER_NONE)
		return !response->has_number;
	return response->has_number &&
	       (shape->number == IMAP_NUMBER_ANY || first != '0');
}

/* Is what stands behind the word, which nobody knows, the name of data with a
 * number in front? Then the word stands where the number has to. */
static bool
is_for_number(struct span s, size_t at)
{
	const size_t start = at + 1, end = imap_atom_end(s, start);
	const struct imap_shape *shape =
		imap_shape_find(span_cut(s, start, end));

	return shape != NULL && shape->number != IMAP_NUMBER_NONE &&
	       (span_at(s, end) == ' ' || span_at(s, end) == '\r');
}

/* Data behind their word: as imap_values_read. */
static ssize_t
data_read(struct span s, size_t word, size_t at, const struct imap_shape *shape,
	struct lk_result *r)
{
	struct lk_imap_capability list = {.rev1 = false};
	ssize_t n;

	if (shape != NULL && shape->values[0] == 'C')
		n = imap_capability_read(s, word, &list, r);
	else
		n = imap_values_read(s, at, shape, r);
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
	const struct imap_shape *shape;
	size_t word = (size_t)n, at;

	if (n < 0)
		return n;
	if (!is_alpha(span_at(s, word)))
		return result_unfit(r, span_at(s, word), LK_IMAP_WORD, word);
	at = imap_atom_end(s, word);
	if (at == s.n || (s.p[at] != ' ' && s.p[at] != '\r'))
		return result_unfit(r, span_at(s, at), LK_IMAP_WORD, at);
	response->word = span_cut(s, word, at);
	response->is_status =
		is_status(response->word, sizeof(statuses) / sizeof(*statuses));
	shape = imap_shape_find(response->word);
	if (!number_fits(response, shape, s.p[start]) ||
		(shape == NULL && !response->is_status && is_for_number(s, at)))
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
	size_t at = imap_atom_end(s, start);

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
