/* SPDX-License-Identifier: Apache-2.0 */
/* Names and the GS2 header of SASL messages (RFC 5801, RFC 5802). */
#include "parse/sasl_name.h"

#include "parse/chars.h"
#include "parse/stop.h"
#include "parse/utf8.h"

#define SMALL 0x20 /* what makes a capital letter small */

/* "=2C" or "=3D": its size, or a code. */
static ssize_t
escape_read(struct span s, size_t at, struct lk_result *r)
{
	int first = span_at(s, at + 1), second = span_at(s, at + 2);
	int wanted = first == '2' ? 'C' : 'D';

	if (first != '2' && first != '3')
		return result_unfit(r, first, LK_SASL_NAME, at + 1);
	if (second != wanted && second != (wanted | SMALL))
		return result_unfit(r, second, LK_SASL_NAME, at + 2);
	if (second != wanted)
		result_open(r, LK_READING_SASL_CASE);
	return 3;
}

static ssize_t
char_read(struct span s, size_t at, struct lk_result *r)
{
	ssize_t n;

	if (s.p[at] == '=')
		return escape_read(s, at, r);
	if (s.p[at] == 0)
		return result_stop(r, LK_BAD, LK_SASL_NAME, at);
	n = utf8_size(s, at);
	return n > 0 ? n
		     : result_stop(
			       r, n < 0 ? LK_MORE : LK_BAD, LK_SASL_UTF8, at);
}

ssize_t
sasl_name_read(struct span s, size_t at, struct lk_result *r)
{
	size_t start = at;
	ssize_t n;

	while (at < s.n && s.p[at] != ',') {
		n = char_read(s, at, r);
		if (n < 0)
			return n;
		at += (size_t)n;
	}
	if (at == start)
		return result_unfit(r, span_at(s, at), LK_SASL_NAME, at);
	return (ssize_t)at;
}

/* gs2-cb-flag at `at`: where it ends, or a code. */
static ssize_t
flag_read(struct span s, size_t at, struct lk_result *r)
{
	int c = span_at(s, at);
	size_t start;

	if (is_upper(c)) {
		result_open(r, LK_READING_SASL_CASE);
		c |= SMALL;
	}
	if (c == 'n' || c == 'y')
		return (ssize_t)(at + 1);
	if (c != 'p')
		return result_unfit(r, c, LK_SASL_GS2_FLAG, at);
	at++;
	if (span_at(s, at) != '=')
		return result_unfit(r, span_at(s, at), LK_SASL_GS2_FLAG, at);
	for (start = ++at;
		is_alnum(c = span_at(s, at)) || c == '.' || c == '-';)
		at++;
	if (at == start)
		return result_unfit(r, c, LK_SASL_GS2_FLAG, at);
	return (ssize_t)at;
}

ssize_t
gs2_read(struct span s, size_t at, bool has_case, struct lk_gs2 *gs2_r,
	struct lk_result *r)
{
	ssize_t n = flag_read(s, at, r);
	size_t start = at;

	if (n < 0)
		return n;
	at = (size_t)n;
	if (span_at(s, at) != ',')
		return result_unfit(r, span_at(s, at), LK_SASL_GS2_FLAG, at);
	gs2_r->flag = span_cut(s, start, at++);
	if (span_at(s, at) == 'A' && !has_case)
		result_open(r, LK_READING_SASL_CASE);
	if (span_at(s, at) == 'a' || (span_at(s, at) == 'A' && !has_case)) {
		if (span_at(s, at + 1) != '=')
			return result_unfit(r, span_at(s, at + 1),
				LK_SASL_GS2_AUTHZID, at + 1);
		start = at + 2;
		n = sasl_name_read(s, start, r);
		if (n < 0)
			return n;
		at = (size_t)n;
		gs2_r->authzid = span_cut(s, start, at);
	}
	if (span_at(s, at) != ',')
		return result_unfit(r, span_at(s, at), LK_SASL_GS2_AUTHZID, at);
	return (ssize_t)(at + 1);
}

void
gs2_json(struct out *out, const struct lk_gs2 *gs2)
{
	out_name(out, "flag");
	out_string(out, gs2->flag);
	out_name(out, "authzid");
	out_string(out, gs2->authzid);
}
