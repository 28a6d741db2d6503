/* SPDX-License-Identifier: Apache-2.0 */
/* Paths and parameters of the SMTP envelope. */
#include "parse/smtp_envelope.h"

#include "parse/chars.h"

#define LOCAL_MAX 64 /* RFC 5321 section 4.5.3.1.1 */

static bool
is_atom(int c)
{
	return is_alnum(c) || c >= 0x80 ||
	       (c != 0 && strchr(".!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_domain(int c)
{
	return is_alnum(c) || c >= 0x80 || c == '-' || c == '.' || c == '_';
}

static bool
is_literal(int c)
{
	return is_alnum(c) || c == ':' || c == '.' || c == '-';
}

/* End of the run of such bytes that starts at from. */
static size_t
run_measure(struct span s, size_t from, bool (*is)(int))
{
	while (from < s.n && is(s.p[from]))
		from++;
	return from;
}

/* Quoted-string: end behind the closing quote, or from if there is none. */
static size_t
quoted_measure(struct span s, size_t from)
{
	for (size_t at = from + 1; at < s.n; at++) {
		if (s.p[at] == '"')
			return at + 1;
		if (s.p[at] == '\\')
			at++;
		if (at == s.n || s.p[at] < 0x20 || s.p[at] == 0x7f)
			return from;
	}
	return from;
}

static size_t
local_measure(struct span s, size_t from)
{
	if (from < s.n && s.p[from] == '"')
		return quoted_measure(s, from);
	return run_measure(s, from, is_atom);
}

/* Domain or address literal: its end, or from if there is none. */
static size_t
domain_measure(struct span s, size_t from)
{
	size_t end;

	if (from >= s.n || s.p[from] != '[')
		return run_measure(s, from, is_domain);
	end = run_measure(s, from + 1, is_literal);
	return end > from + 1 && end < s.n && s.p[end] == ']' ? end + 1 : from;
}

/* A-d-l = At-domain *("," At-domain) ":"; its size, 0 if there is none. */
static size_t
route_measure(struct span s, size_t from)
{
	size_t at = from, end;

	while (at < s.n && s.p[at] == '@') {
		end = domain_measure(s, at + 1);
		if (end == at + 1 || end == s.n)
			return 0;
		if (s.p[end] == ':')
			return end + 1 - from;
		if (s.p[end] != ',')
			return 0;
		at = end + 1;
	}
	return 0;
}

ssize_t
smtp_path_parse(struct span input, struct smtp_path *out_r)
{
	const struct span path = span_cut(input, 0, SMTP_PATH_MAX);
	size_t start, end;

	*out_r = (struct smtp_path){.eight_bit = false};
	if (path.n < 2 || path.p[0] != '<')
		return -1;
	if (path.p[1] == '>')
		return 2;
	start = 1 + route_measure(path, 1);
	end = local_measure(path, start);
	if (end == start || end - start > LOCAL_MAX)
		return -1;
	out_r->local = span_cut(path, start, end);
	if (end < path.n && path.p[end] == '@') {
		start = end + 1;
		end = domain_measure(path, start);
		if (end == start)
			return -1;
		out_r->domain = span_cut(path, start, end);
	}
	if (end == path.n || path.p[end] != '>')
		return -1;
	for (size_t i = 0; i < end; i++)
		if (path.p[i] >= 0x80)
			out_r->eight_bit = true;
	return (ssize_t)end + 1;
}

static bool
is_keyword(int c)
{
	return is_alnum(c) || c == '-';
}

static bool
is_value(int c)
{
	return c > 0x20 && c != '=' && c != 0x7f;
}

int
smtp_parameter_next(struct span *rest, struct smtp_parameter *out_r)
{
	struct span s = *rest, word;
	size_t end;

	*out_r = (struct smtp_parameter){.has_value = false};
	word = span_word(&s, ' ');
	if (word.n == 0) {
		*rest = s;
		return 0;
	}
	end = run_measure(word, 0, is_keyword);
	out_r->keyword = span_cut(word, 0, end);
	if (rest->p[0] != ' ' || end == 0 || word.p[0] == '-')
		return -1;
	if (end < word.n) {
		out_r->has_value = true;
		out_r->value = span_cut(word, end + 1, word.n);
		if (word.p[end] != '=' || out_r->value.n == 0 ||
			run_measure(word, end + 1, is_value) != word.n)
			return -1;
	}
	/* The space in front of the next parameter stays. */
	*rest = span_cut(*rest, (size_t)(word.p - rest->p) + word.n, rest->n);
	return 1;
}

static bool
is_hex(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

bool
smtp_xtext_is_valid(struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < 0x21 || text.p[i] > 0x7e || text.p[i] == '=')
			return false;
		if (text.p[i] != '+')
			continue;
		if (text.n - i < 3 || !is_hex(text.p[i + 1]) ||
			!is_hex(text.p[i + 2]))
			return false;
		i += 2;
	}
	return text.n > 0;
}
