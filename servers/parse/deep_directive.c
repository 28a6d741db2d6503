/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MUA-STS directives (draft-ietf-uta-email-deep-05 sections 5 and 6):
 *	[directive *(";" [SP] directive)], directive = token ["=" token]
 * The sts-url of the draft's own examples is no token; it is taken all the
 * same, bare or in angle brackets.
 */
#include "parse/chars.h"
#include "parse/deep_inner.h"

static const char *const known_names[] = {"tls-version", "tls-cert", "sts-url"};

/* tchar, RFC 7230 section 3.2.6. */
static bool
is_token_part(int c)
{
	return is_alnum(c) || (c > 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static size_t
token_skip(struct span s, size_t at)
{
	while (is_token_part(span_at(s, at)))
		at++;
	return at;
}

/* The value of sts-url that is no token; where it ends, or a code. */
static ssize_t
url_read(struct span s, size_t at, struct lk_result *r)
{
	bool is_bracketed = span_at(s, at) == '<';
	ssize_t n =
		deep_url_read(s, at + is_bracketed, LK_DIRECTIVE_VALUE, ";", r);

	if (n < 0)
		return n;
	result_open(r, LK_READING_DIRECTIVE_URL);
	if (!is_bracketed)
		return n;
	if (span_at(s, (size_t)n) != '>')
		return result_unfit(r, span_at(s, (size_t)n),
			LK_DIRECTIVE_VALUE, (size_t)n);
	return n + 1;
}

/* Read name ["=" value]; where it ends, or a code. */
static ssize_t
directive_read(
	struct span s, size_t at, struct lk_field *out_r, struct lk_result *r)
{
	size_t end = token_skip(s, at);
	bool is_other_case;
	ssize_t n;

	if (end == at)
		return result_unfit(r, span_at(s, at), LK_DIRECTIVE_NAME, at);
	out_r->name = span_cut(s, at, end);
	out_r->value = span_of(NULL, 0);
	deep_is_known(out_r->name, known_names,
		sizeof(known_names) / sizeof(*known_names), &is_other_case);
	if (is_other_case)
		result_open(r, LK_READING_DIRECTIVE_CASE);
	if (span_at(s, end) != '=')
		return (ssize_t)end;
	at = end + 1;
	end = token_skip(s, at);
	if (span_eq_nocase(out_r->name, span_z("sts-url")) && end < s.n &&
		s.p[end] != ';') {
		n = url_read(s, at, r);
		if (n < 0)
			return n;
		end = (size_t)n;
	}
	if (end == at)
		return result_unfit(r, span_at(s, at), LK_DIRECTIVE_VALUE, at);
	out_r->value = span_cut(s, at, end);
	return (ssize_t)end;
}

/* Step over the delimiter at `at`; where the next directive begins. */
static size_t
delimiter_skip(struct span s, size_t at)
{
	at++;
	return span_at(s, at) == ' ' ? at + 1 : at;
}

ssize_t
deep_directives_read(struct span s, struct lk_result *r)
{
	struct lk_field field;
	size_t at = 0;
	ssize_t n;

	while (s.n > 0) {
		n = directive_read(s, at, &field, r);
		if (n < 0)
			return n;
		at = (size_t)n;
		if (at == s.n)
			break;
		if (s.p[at] != ';')
			return result_stop(
				r, LK_BAD, LK_DIRECTIVE_DELIMITER, at);
		at = delimiter_skip(s, at);
	}
	return 0;
}

bool
lk_sts_directive_next(struct span *rest, struct lk_field *out_r)
{
	struct lk_result unused;
	ssize_t n;

	if (rest->n == 0)
		return false;
	result_start(&unused);
	n = directive_read(*rest, 0, out_r, &unused);
	*rest = span_cut(*rest, delimiter_skip(*rest, (size_t)n), rest->n);
	return n >= 0;
}

void
deep_directives_json(struct out *out, struct span text)
{
	struct lk_field field;

	out_name(out, "directives");
	out_open(out, '[');
	while (lk_sts_directive_next(&text, &field))
		out_pair(out, field.name, field.value);
	out_byte(out, ']');
}

void
deep_directives_print(struct out *out, struct span text)
{
	struct lk_field field;
	bool is_first = true;

	while (lk_sts_directive_next(&text, &field)) {
		/* No blank: what is printed keeps to the size of a line. */
		if (!is_first)
			out_byte(out, ';');
		is_first = false;
		out_put(out, field.name);
		if (field.value.p == NULL)
			continue;
		out_byte(out, '=');
		out_put(out, field.value);
	}
}
