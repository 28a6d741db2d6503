/* SPDX-License-Identifier: Apache-2.0 */
/* Does the name of an MX fit a pattern of the policy? RFC 8461 section 4.1. */
#include "parse/domain.h"
#include "parse/out.h"

static int
lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/*
 * Compare the host with the rest of a pattern: *at_r is where they part.
 * 0; LK_MORE if the host ends too early, LK_BAD if it cannot fit.
 */
static ssize_t
rest_compare(struct span pattern, struct span host, size_t *at_r)
{
	size_t i;

	for (i = 0; i < pattern.n; i++, (*at_r)++)
		if (lower(span_at(host, *at_r)) != lower(pattern.p[i]))
			return span_at(host, *at_r) < 0 ? LK_MORE : LK_BAD;
	return 0;
}

/* As rest_compare, for a whole pattern; ambiguities go into *r. */
static ssize_t
host_compare(struct span pattern, struct span host, size_t *at_r,
	struct lk_result *r)
{
	ssize_t code;

	*at_r = 0;
	if (span_at(pattern, 0) == '*') {
		while (*at_r < host.n && host.p[*at_r] != '.')
			(*at_r)++;
		if (*at_r == 0)
			return host.n == 0 ? LK_MORE : LK_BAD;
		if (*at_r == 1 && host.p[0] == '*')
			result_open(r, LK_READING_STS_MX_STAR);
		pattern = span_cut(pattern, 1, pattern.n);
	}
	code = rest_compare(pattern, host, at_r);
	if (code == 0 && span_at(host, *at_r) == '.') {
		result_open(r, LK_READING_STS_MX_DOT);
		(*at_r)++;
	}
	return code == 0 && *at_r < host.n ? LK_BAD : code;
}

bool
lk_sts_mx_match(struct span pattern, struct span host)
{
	struct lk_result unused;
	bool is_whole;
	size_t at;

	result_start(&unused);
	domain_scan(pattern, true, &is_whole);
	return is_whole && host_compare(pattern, host, &at, &unused) == 0;
}

ssize_t
lk_sts_mx_parse(struct span input, struct lk_result *out_r)
{
	struct lk_sts_mx *mx = &out_r->sts_mx;
	size_t n = 0, at;
	bool is_whole;
	ssize_t code;

	result_start(out_r);
	while (n < input.n && input.p[n] != ' ')
		n++;
	at = domain_scan(span_cut(input, 0, n), true, &is_whole);
	if (!is_whole || n == input.n)
		return result_unfit(
			out_r, span_at(input, at), LK_STS_MX_PATTERN, at);
	mx->pattern = span_cut(input, 0, n);
	mx->host = span_cut(input, n + 1, input.n);
	code = host_compare(mx->pattern, mx->host, &at, out_r);
	if (code < 0)
		return result_stop(out_r, (enum lk_code)code, LK_STS_MX_DIFFERS,
			n + 1 + at);
	return result_done(out_r, input.n);
}

size_t
lk_sts_mx_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_put(&out, value->sts_mx.pattern);
	out_byte(&out, ' ');
	out_put(&out, value->sts_mx.host);
	return out.n;
}

size_t
lk_sts_mx_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "pattern");
	out_string(&out, value->sts_mx.pattern);
	out_name(&out, "host");
	out_string(&out, value->sts_mx.host);
	out_byte(&out, '}');
	return out.n;
}
