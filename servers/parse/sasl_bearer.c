/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep
 * kvpair = key "=" value kvsep
 * (RFC 7628 section 3.1), and the pairs of XOAUTH2, which are alike.
 */
#include "parse/sasl_name.h"

#include "core/span.h"
#include "parse/chars.h"
#include "parse/stop.h"

#define SEPARATOR 0x01

static bool
is_value_part(int c)
{
	return is_vchar(c) || is_wsp(c) || c == '\r' || c == '\n';
}

/* kvpair at `at`, into *pair_r: where it ends, or a code. */
static ssize_t
pair_read(struct span s, size_t at, struct lk_sasl_pair *pair_r,
	struct lk_result *r)
{
	size_t start = at;

	while (is_alpha(span_at(s, at)))
		at++;
	if (at == start || span_at(s, at) != '=')
		return result_unfit(r, span_at(s, at), LK_SASL_BEARER_KEY, at);
	pair_r->key = span_cut(s, start, at);
	for (start = ++at; is_value_part(span_at(s, at));)
		at++;
	if (span_at(s, at) != SEPARATOR)
		return result_unfit(
			r, span_at(s, at), LK_SASL_BEARER_VALUE, at);
	pair_r->value = span_cut(s, start, at);
	return (ssize_t)(at + 1);
}

/* auth-scheme 1*SP what it asks for (RFC 6750 section 2.1). */
static bool
auth_split(struct span value, struct span *scheme_r, struct span *token_r)
{
	size_t at = 0, end;

	while (is_vchar(span_at(value, at)))
		at++;
	for (end = at; span_at(value, at) == ' ';)
		at++;
	*scheme_r = span_cut(value, 0, end);
	*token_r = span_cut(value, at, value.n);
	return end > 0 && at > end && token_r->n > 0;
}

/* b64token (RFC 6750 section 2.1) */
static bool
is_token(struct span text)
{
	size_t at = 0;
	int c;

	while (is_alnum(c = span_at(text, at)) ||
		(c > 0 && strchr("-._~+/", c) != NULL))
		at++;
	if (at == 0)
		return false;
	while (span_at(text, at) == '=')
		at++;
	return at == text.n;
}

ssize_t
sasl_pairs_read(struct span s, size_t at, bool may_be_empty,
	struct span *scheme_r, struct span *token_r, struct lk_result *r)
{
	struct lk_sasl_pair pair;
	ssize_t n;

	while (span_at(s, at) != SEPARATOR) {
		n = pair_read(s, at, &pair, r);
		if (n < 0)
			return n;
		if (!span_eq(pair.key, span_z("auth"))) {
			at = (size_t)n;
			continue;
		}
		if (scheme_r->p != NULL)
			result_open(r, LK_READING_SASL_BEARER_AUTH_TWICE);
		else if (!auth_split(pair.value, scheme_r, token_r) &&
			 (pair.value.n > 0 || !may_be_empty))
			return result_stop(r, LK_BAD, LK_SASL_BEARER_AUTH,
				(size_t)(pair.value.p - s.p));
		at = (size_t)n;
	}
	if (scheme_r->p == NULL)
		return result_stop(r, LK_BAD, LK_SASL_BEARER_AUTH, at);
	if (at + 1 < s.n)
		return result_stop(r, LK_BAD, LK_SASL_BEARER_SEPARATOR, at + 1);
	return (ssize_t)(at + 1);
}

/*
 * gs2-nonstd-flag "," in front of the header, which says nothing here: where
 * it ends, or a code; 0 if there is none. It is no part of the channel binding,
 * and is not kept.
 */
static ssize_t
nonstandard_skip(struct span s, struct lk_result *r)
{
	int c = span_at(s, 0);

	if (c != 'F' && c != 'f')
		return 0;
	if (c == 'f')
		result_open(r, LK_READING_SASL_CASE);
	if (span_at(s, 1) != ',')
		return result_unfit(r, span_at(s, 1), LK_SASL_GS2_FLAG, 1);
	return 2;
}

ssize_t
lk_sasl_bearer_parse(struct span input, struct lk_result *out_r)
{
	struct lk_sasl_bearer *bearer = &out_r->sasl_bearer;
	size_t at;
	ssize_t n;

	result_start(out_r);
	if (input.n == 1 && input.p[0] == SEPARATOR)
		return result_done(out_r, 1);
	n = nonstandard_skip(input, out_r);
	if (n >= 0)
		n = gs2_read(input, (size_t)n, false, &bearer->gs2, out_r);
	if (n < 0)
		return n;
	at = (size_t)n;
	if (span_at(input, at) != SEPARATOR)
		return result_unfit(out_r, span_at(input, at),
			LK_SASL_BEARER_SEPARATOR, at);
	n = sasl_pairs_read(
		input, at + 1, true, &bearer->scheme, &bearer->token, out_r);
	if (n < 0)
		return n;
	bearer->pairs = span_cut(input, at + 1, input.n - 1);
	if (span_eq_nocase(bearer->scheme, span_z("Bearer")) &&
		!is_token(bearer->token))
		result_open(out_r, LK_READING_SASL_BEARER_TOKEN);
	return result_done(out_r, (size_t)n);
}

bool
lk_sasl_pair_next(struct span *pairs, struct lk_sasl_pair *pair_r)
{
	size_t equals = span_find(*pairs, 0, span_z("="));
	size_t end = span_find(*pairs, 0, span_z("\x01"));

	if (end == SIZE_MAX || equals > end)
		return false;
	pair_r->key = span_cut(*pairs, 0, equals);
	pair_r->value = span_cut(*pairs, equals + 1, end);
	*pairs = span_cut(*pairs, end + 1, pairs->n);
	return true;
}

size_t
lk_sasl_bearer_print(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_sasl_bearer *bearer = &value->sasl_bearer;
	struct out out = out_to(out_r, size);

	if (bearer->gs2.flag.n > 0) {
		out_put(&out, bearer->gs2.flag);
		out_byte(&out, ',');
		if (bearer->gs2.authzid.n > 0)
			out_z(&out, "a=");
		out_put(&out, bearer->gs2.authzid);
		out_byte(&out, ',');
		out_byte(&out, SEPARATOR);
		out_put(&out, bearer->pairs);
	}
	out_byte(&out, SEPARATOR);
	return out.n;
}

size_t
lk_sasl_bearer_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_sasl_bearer *bearer = &value->sasl_bearer;
	struct out out = out_to(out_r, size);
	struct span rest = bearer->pairs;
	struct lk_sasl_pair pair;

	out_open(&out, '{');
	gs2_json(&out, &bearer->gs2);
	out_name(&out, "scheme");
	out_string(&out, bearer->scheme);
	out_name(&out, "token");
	out_string(&out, bearer->token);
	out_name(&out, "pairs");
	out_open(&out, '[');
	while (lk_sasl_pair_next(&rest, &pair))
		out_pair(&out, pair.key, pair.value);
	out_z(&out, "]}");
	return out.n;
}
