/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "user=" name and an octet 1, then pairs as in OAUTHBEARER. There is no
 * standard; this is what large providers document and clients send.
 */
#include "parse/sasl_name.h"

#include "parse/stop.h"
#include "parse/utf8.h"

#define SEPARATOR 0x01

static const char key[] = "user=";

/* The name behind its key: where it ends, or a code. */
static ssize_t
user_read(struct span s, struct lk_result *r)
{
	size_t at, start;
	ssize_t n;

	for (at = 0; at < sizeof(key) - 1; at++)
		if (span_at(s, at) != key[at])
			return result_unfit(
				r, span_at(s, at), LK_SASL_XOAUTH2_USER, at);
	for (start = at; at < s.n && s.p[at] != SEPARATOR; at += (size_t)n) {
		if (s.p[at] == 0)
			return result_stop(r, LK_BAD, LK_SASL_XOAUTH2_USER, at);
		n = utf8_size(s, at);
		if (n <= 0)
			return result_stop(
				r, n < 0 ? LK_MORE : LK_BAD, LK_SASL_UTF8, at);
	}
	if (at == start || at == s.n)
		return result_unfit(
			r, span_at(s, at), LK_SASL_XOAUTH2_USER, at);
	r->sasl_xoauth2.user = span_cut(s, start, at);
	return (ssize_t)(at + 1);
}

ssize_t
lk_sasl_xoauth2_parse(struct span input, struct lk_result *out_r)
{
	ssize_t n;

	result_start(out_r);
	n = user_read(input, out_r);
	if (n >= 0)
		n = sasl_pairs_read(input, (size_t)n, false,
			&out_r->sasl_xoauth2.scheme, &out_r->sasl_xoauth2.token,
			out_r);
	return n < 0 ? n : result_done(out_r, (size_t)n);
}

size_t
lk_sasl_xoauth2_print(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_sasl_xoauth2 *xoauth2 = &value->sasl_xoauth2;
	struct out out = out_to(out_r, size);

	out_z(&out, key);
	out_put(&out, xoauth2->user);
	out_z(&out, "\x01"
		    "auth=");
	out_put(&out, xoauth2->scheme);
	out_byte(&out, ' ');
	out_put(&out, xoauth2->token);
	out_z(&out, "\x01\x01");
	return out.n;
}

size_t
lk_sasl_xoauth2_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_sasl_xoauth2 *xoauth2 = &value->sasl_xoauth2;
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "user");
	out_string(&out, xoauth2->user);
	out_name(&out, "scheme");
	out_string(&out, xoauth2->scheme);
	out_name(&out, "token");
	out_string(&out, xoauth2->token);
	out_byte(&out, '}');
	return out.n;
}
