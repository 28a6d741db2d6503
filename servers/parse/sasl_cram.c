/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name, a blank, and the digest in hexadecimal (RFC 2195 section 2). A
 * name may have blanks, so that the last one counts, and whatever is no
 * response may still become one.
 */
#include "parse/chars.h"
#include "parse/out.h"
#include "parse/stop.h"

#define DIGEST_SIZE 32

static bool
is_digest_part(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

ssize_t
lk_sasl_cram_parse(struct span input, struct lk_result *out_r)
{
	size_t at = input.n;

	result_start(out_r);
	while (at > 0 && is_digest_part(input.p[at - 1]) &&
		input.n - at < DIGEST_SIZE)
		at--;
	if (input.n - at < DIGEST_SIZE || span_at(input, at - 1) != ' ')
		return result_stop(out_r, LK_MORE, LK_SASL_CRAM_DIGEST, at);
	if (at == 1)
		return result_stop(out_r, LK_MORE, LK_SASL_CRAM_NAME, 0);
	out_r->sasl_cram.name = span_cut(input, 0, at - 1);
	out_r->sasl_cram.digest = span_cut(input, at, input.n);
	return result_done(out_r, input.n);
}

size_t
lk_sasl_cram_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_put(&out, value->sasl_cram.name);
	out_byte(&out, ' ');
	out_put(&out, value->sasl_cram.digest);
	return out.n;
}

size_t
lk_sasl_cram_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "name");
	out_string(&out, value->sasl_cram.name);
	out_name(&out, "digest");
	out_string(&out, value->sasl_cram.digest);
	out_byte(&out, '}');
	return out.n;
}
