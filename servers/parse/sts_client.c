/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a parameter of the SMTP command CLIENT is in MUA-STS
 * (draft-ietf-uta-email-deep-05 section 9.3):
 *	"CLIENT" 1*(SP name SP value) CRLF
 * A value is an atom or a quoted string (RFC 5321 section 4.1.2); those of
 * name and version may be any run of visible characters without =.
 */
#include "parse/chars.h"
#include "parse/deep_inner.h"

static bool
is_atom_part(int c)
{
	return is_alnum(c) ||
	       (c > 0 && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static size_t
atom_skip(struct span s, size_t at)
{
	while (is_atom_part(span_at(s, at)))
		at++;
	return at;
}

/* Read a quoted string; where it ends, or a code. */
static ssize_t
quoted_read(struct span s, size_t at, struct lk_result *r)
{
	for (at++; span_at(s, at) != '"'; at++) {
		if (span_at(s, at) == '\\')
			at++;
		if (!is_vchar(span_at(s, at)) && span_at(s, at) != ' ')
			return result_unfit(
				r, span_at(s, at), LK_DEEP_CLIENT_VALUE, at);
	}
	return (ssize_t)at + 1;
}

/* The run of an esmtp-value. */
static size_t
run_skip(struct span s, size_t at)
{
	while (is_vchar(span_at(s, at)) && span_at(s, at) != '=')
		at++;
	return at;
}

static bool
is_free(struct span name)
{
	return span_eq_nocase(name, span_z("name")) ||
	       span_eq_nocase(name, span_z("version"));
}

/* Read the value of a parameter; where it ends, or a code. */
static ssize_t
value_read(struct span s, size_t at, struct span name, bool is_whole,
	struct lk_result *r)
{
	size_t end;
	ssize_t n;

	if (span_at(s, at) == '"') {
		n = quoted_read(s, at, r);
		if (n >= 0 && ((size_t)n == s.n || s.p[n] == ' '))
			return n;
		if ((n == LK_MORE && !is_whole) || !is_free(name))
			return n < 0 ? n
				     : result_stop(r, LK_BAD,
					       LK_DEEP_CLIENT_BLANK, (size_t)n);
	}
	end = is_free(name) ? run_skip(s, at) : at;
	if (atom_skip(s, at) > end)
		end = atom_skip(s, at);
	if (end == at)
		return result_unfit(
			r, span_at(s, at), LK_DEEP_CLIENT_VALUE, at);
	return (ssize_t)end;
}

static ssize_t
param_read(struct span s, size_t at, bool is_whole, struct lk_field *out_r,
	struct lk_result *r)
{
	size_t end = atom_skip(s, at);
	ssize_t n;

	if (end == at)
		return result_unfit(r, span_at(s, at), LK_DEEP_CLIENT_NAME, at);
	if (span_at(s, end) != ' ')
		return result_unfit(
			r, span_at(s, end), LK_DEEP_CLIENT_NAME, end);
	out_r->name = span_cut(s, at, end);
	n = value_read(s, end + 1, out_r->name, is_whole, r);
	if (n >= 0)
		out_r->value = span_cut(s, end + 1, (size_t)n);
	return n;
}

/*
 * Whether the value is what the rule of a known name asks for: of name and
 * version a run, of the lists directives inside of quotes.
 */
static bool
is_fit(const struct lk_field *param, struct lk_result *r)
{
	static const char *const lists[] = {
		"policy-fail", "directives", "saved"};
	bool is_list;

	if (deep_is_known(param->name, lists, 3, &is_list) || is_list)
		return param->value.p[0] == '"' &&
		       deep_directives_read(
			       span_cut(param->value, 1, param->value.n - 1),
			       r) == 0;
	if (span_eq_nocase(param->name, span_z("tls")))
		return deep_cipher_read(param->value, 0, r) ==
		       (ssize_t)param->value.n;
	return !is_free(param->name) ||
	       run_skip(param->value, 0) == param->value.n;
}

static const struct deep_client dialect = {param_read, is_fit};

ssize_t
lk_sts_client_parse(struct span input, struct lk_result *out_r)
{
	result_start(out_r);
	return deep_client_parse(
		&dialect, input, &out_r->sts_client.params, out_r);
}

bool
lk_sts_client_next(struct span *rest, struct lk_field *out_r)
{
	return deep_client_next(&dialect, rest, out_r);
}

size_t
lk_sts_client_print(const struct lk_result *value, char *out_r, size_t size)
{
	return deep_client_print(
		lk_sts_client_next, ' ', value->sts_client.params, out_r, size);
}

size_t
lk_sts_client_json(const struct lk_result *value, char *out_r, size_t size)
{
	return deep_client_json(
		lk_sts_client_next, value->sts_client.params, out_r, size);
}
