/* SPDX-License-Identifier: Apache-2.0 */
/* message = [authzid] NUL authcid NUL passwd (RFC 4616 section 2) */
#include "parse/out.h"
#include "parse/stop.h"
#include "parse/utf8.h"

#include "core/span.h"

/* Where the input stops being UTF-8: a code; 0 if it does not. */
static ssize_t
encoding_check(struct span s, struct lk_result *r)
{
	ssize_t n;

	for (size_t at = 0; at < s.n; at += (size_t)n) {
		n = utf8_size(s, at);
		if (n <= 0)
			return result_stop(
				r, n < 0 ? LK_MORE : LK_BAD, LK_SASL_UTF8, at);
	}
	return 0;
}

ssize_t
lk_sasl_plain_parse(struct span input, struct lk_result *out_r)
{
	const struct span nul = span_of("", 1);
	size_t first, second, third, cut;
	ssize_t code;

	result_start(out_r);
	code = encoding_check(input, out_r);
	if (code == LK_BAD)
		return code;
	cut = out_r->offset; /* within a character, if code is LK_MORE */
	first = span_find(input, 0, nul);
	second =
		first == SIZE_MAX ? SIZE_MAX : span_find(input, first + 1, nul);
	if (second != SIZE_MAX && second == first + 1)
		return result_stop(out_r, LK_BAD, LK_SASL_PLAIN_EMPTY, second);
	third = second == SIZE_MAX ? SIZE_MAX
				   : span_find(input, second + 1, nul);
	if (third != SIZE_MAX)
		return result_stop(out_r, LK_BAD, LK_SASL_PLAIN_NULS, third);
	if (code == LK_MORE)
		return result_stop(out_r, LK_MORE, LK_SASL_UTF8, cut);
	if (second == SIZE_MAX)
		return result_stop(out_r, LK_MORE, LK_SASL_PLAIN_NULS, input.n);
	if (second + 1 == input.n)
		return result_stop(
			out_r, LK_MORE, LK_SASL_PLAIN_EMPTY, input.n);
	out_r->sasl_plain.authzid = span_cut(input, 0, first);
	out_r->sasl_plain.authcid = span_cut(input, first + 1, second);
	out_r->sasl_plain.password = span_cut(input, second + 1, input.n);
	return result_done(out_r, input.n);
}

size_t
lk_sasl_plain_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_put(&out, value->sasl_plain.authzid);
	out_byte(&out, 0);
	out_put(&out, value->sasl_plain.authcid);
	out_byte(&out, 0);
	out_put(&out, value->sasl_plain.password);
	return out.n;
}

size_t
lk_sasl_plain_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "authzid");
	out_string(&out, value->sasl_plain.authzid);
	out_name(&out, "authcid");
	out_string(&out, value->sasl_plain.authcid);
	out_name(&out, "password");
	out_string(&out, value->sasl_plain.password);
	out_byte(&out, '}');
	return out.n;
}
