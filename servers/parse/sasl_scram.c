/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client-first-message = gs2-header client-first-message-bare
 * client-first-message-bare = [reserved-mext ","] username "," nonce
 *				["," extensions]
 * (RFC 5802 section 7; a nonce is a sequence of printable characters, as in
 * section 5.1 and the examples: that c-nonce is one is an oversight)
 */
#include "parse/sasl_name.h"

#include "parse/chars.h"
#include "parse/stop.h"
#include "parse/utf8.h"

/* "n=" saslname: where it ends, or a code. */
static ssize_t
name_read(struct span s, size_t at, struct lk_result *r)
{
	ssize_t n;

	/* m= stands where a server that does not know it has to give up. */
	if (span_at(s, at) == 'm')
		return result_stop(r, LK_BAD, LK_SASL_SCRAM_EXTENSION, at);
	if (span_at(s, at) != 'n')
		return result_unfit(r, span_at(s, at), LK_SASL_SCRAM_NAME, at);
	at++;
	if (span_at(s, at) != '=')
		return result_unfit(r, span_at(s, at), LK_SASL_SCRAM_NAME, at);
	n = sasl_name_read(s, at + 1, r);
	if (n < 0)
		return n;
	r->sasl_scram.name = span_cut(s, at + 1, (size_t)n);
	if (span_at(s, (size_t)n) != ',')
		return result_unfit(r, span_at(s, (size_t)n),
			LK_SASL_SCRAM_NAME, (size_t)n);
	return n + 1;
}

/* "r=" 1*(visible ASCII but ","): where it ends, or a code. */
static ssize_t
nonce_read(struct span s, size_t at, struct lk_result *r)
{
	size_t start = at + 2;

	for (size_t i = 0; i < 2; i++)
		if (span_at(s, at + i) != "r="[i])
			return result_unfit(r, span_at(s, at + i),
				LK_SASL_SCRAM_NONCE, at + i);
	for (at = start; is_vchar(span_at(s, at)) && s.p[at] != ',';)
		at++;
	if (at == start || (at < s.n && s.p[at] != ','))
		return result_unfit(r, span_at(s, at), LK_SASL_SCRAM_NONCE, at);
	r->sasl_scram.nonce = span_cut(s, start, at);
	return (ssize_t)at;
}

/* The value of an attribute, from `at`: where it ends, or a code. */
static ssize_t
value_read(struct span s, size_t at, struct lk_result *r)
{
	size_t start = at;
	ssize_t n;

	for (; at < s.n && s.p[at] != ','; at += (size_t)n) {
		if (s.p[at] == 0)
			return result_stop(
				r, LK_BAD, LK_SASL_SCRAM_ATTRIBUTE, at);
		n = utf8_size(s, at);
		if (n <= 0)
			return result_stop(
				r, n < 0 ? LK_MORE : LK_BAD, LK_SASL_UTF8, at);
	}
	if (at == start)
		return result_unfit(
			r, span_at(s, at), LK_SASL_SCRAM_ATTRIBUTE, at);
	return (ssize_t)at;
}

/* *("," ALPHA "=" value) to the end of s, or a code. */
static ssize_t
attributes_read(struct span s, size_t at, struct lk_result *r)
{
	ssize_t n;

	r->sasl_scram.attributes = span_cut(s, at, s.n);
	while (at < s.n) {
		at++;
		if (span_at(s, at) == 'm')
			return result_stop(
				r, LK_BAD, LK_SASL_SCRAM_EXTENSION, at);
		if (!is_alpha(span_at(s, at)))
			return result_unfit(
				r, span_at(s, at), LK_SASL_SCRAM_ATTRIBUTE, at);
		at++;
		if (span_at(s, at) != '=')
			return result_unfit(
				r, span_at(s, at), LK_SASL_SCRAM_ATTRIBUTE, at);
		n = value_read(s, at + 1, r);
		if (n < 0)
			return n;
		at = (size_t)n;
	}
	return (ssize_t)at;
}

ssize_t
lk_sasl_scram_parse(struct span input, struct lk_result *out_r)
{
	ssize_t n;

	result_start(out_r);
	n = gs2_read(input, 0, true, &out_r->sasl_scram.gs2, out_r);
	if (n < 0)
		return n;
	out_r->sasl_scram.header = span_cut(input, 0, (size_t)n);
	out_r->sasl_scram.bare = span_cut(input, (size_t)n, input.n);
	n = name_read(input, (size_t)n, out_r);
	if (n >= 0)
		n = nonce_read(input, (size_t)n, out_r);
	if (n >= 0)
		n = attributes_read(input, (size_t)n, out_r);
	return n < 0 ? n : result_done(out_r, (size_t)n);
}

size_t
lk_sasl_scram_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_put(&out, value->sasl_scram.header);
	out_put(&out, value->sasl_scram.bare);
	return out.n;
}

size_t
lk_sasl_scram_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_sasl_scram *scram = &value->sasl_scram;
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	gs2_json(&out, &scram->gs2);
	out_name(&out, "name");
	out_string(&out, scram->name);
	out_name(&out, "nonce");
	out_string(&out, scram->nonce);
	out_name(&out, "attributes");
	out_string(&out, scram->attributes);
	out_byte(&out, '}');
	return out.n;
}
