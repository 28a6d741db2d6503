/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMTP command CLIENT of both drafts, and what a parameter is in DEEP
 * (draft-ietf-uta-email-deep-04 section 7.3):
 *	"CLIENT" 1*(SP keyword ["=" value]) CRLF
 * A known keyword with a value that does not fit still is a parameter of the
 * general form.
 */
#include "parse/chars.h"
#include "parse/deep_inner.h"

#define COMMAND_SIZE 512

static bool
is_value_part(int c)
{
	return is_vchar(c) && c != '=';
}

/* Read keyword ["=" value]; where it ends, or a code. */
static ssize_t
param_read(struct span s, size_t at, bool is_whole, struct lk_field *out_r,
	struct lk_result *r)
{
	size_t start = at;

	(void)is_whole;
	if (!is_alnum(span_at(s, at)))
		return result_unfit(r, span_at(s, at), LK_DEEP_CLIENT_NAME, at);
	while (is_alnum(span_at(s, at)) || span_at(s, at) == '-')
		at++;
	out_r->name = span_cut(s, start, at);
	out_r->value = span_of(NULL, 0);
	if (span_at(s, at) != '=')
		return (ssize_t)at;
	start = ++at;
	while (is_value_part(span_at(s, at)))
		at++;
	if (at == start)
		return result_unfit(
			r, span_at(s, at), LK_DEEP_CLIENT_VALUE, at);
	out_r->value = span_cut(s, start, at);
	return (ssize_t)at;
}

/* One or more tags with commas between them. */
static bool
is_tag_list(struct span s, struct lk_result *r)
{
	size_t at = 0;
	ssize_t n;

	for (;; at++) {
		n = deep_tag_read(s, at, r);
		if (n < 0)
			return false;
		at = (size_t)n;
		if (at == s.n || s.p[at] != ',')
			return at == s.n;
	}
}

/* A known keyword with what its own rule asks for, or an unknown one. */
static bool
is_fit(const struct lk_field *param, struct lk_result *r)
{
	static const char *const lists[] = {
		"latch", "latch-fail", "security-tags"};
	bool is_list;

	if (deep_is_known(param->name, lists, 3, &is_list) || is_list)
		return is_tag_list(param->value, r);
	if (span_eq_nocase(param->name, span_z("tls")))
		return deep_cipher_read(param->value, 0, r) ==
		       (ssize_t)param->value.n;
	return param->value.p != NULL ||
	       (!span_eq_nocase(param->name, span_z("name")) &&
		       !span_eq_nocase(param->name, span_z("version")));
}

static void
param_take(const struct deep_client *dialect, const struct lk_field *param,
	struct lk_result *r)
{
	struct lk_result tried;

	result_start(&tried);
	if (!dialect->is_fit(param, &tried))
		result_open(r, LK_READING_DEEP_CLIENT_UNFIT);
	else
		result_join(r, &tried);
}

/* Match CLIENT; where it ends, or a code. */
static ssize_t
verb_read(struct span line, struct lk_result *r)
{
	static const char verb[] = "client";
	size_t at;

	for (at = 0; verb[at] != '\0'; at++) {
		int c = span_at(line, at);

		if ((is_alpha(c) ? c | 0x20 : c) != verb[at])
			return result_unfit(r, c, LK_DEEP_CLIENT_VERB, at);
	}
	return (ssize_t)at;
}

static ssize_t
params_read(const struct deep_client *dialect, struct span line, size_t at,
	bool is_whole, struct lk_result *r)
{
	struct lk_field param;
	ssize_t n;

	do {
		if (span_at(line, at) != ' ')
			return result_unfit(
				r, span_at(line, at), LK_DEEP_CLIENT_BLANK, at);
		n = dialect->read(line, at + 1, is_whole, &param, r);
		if (n < 0)
			return n;
		param_take(dialect, &param, r);
		at = (size_t)n;
	} while (at < line.n);
	r->reason = LK_NONE;
	return 0;
}

ssize_t
deep_client_parse(const struct deep_client *dialect, struct span input,
	struct span *params_r, struct lk_result *r)
{
	struct span line;
	bool is_whole;
	ssize_t code = deep_line_cut(input, COMMAND_SIZE, &line, &is_whole, r);

	if (code == 0)
		code = verb_read(line, r);
	if (code > 0) {
		*params_r = span_cut(line, (size_t)code, line.n);
		code = params_read(dialect, line, (size_t)code, is_whole, r);
	}
	return deep_line_end(code, line, is_whole, r);
}

bool
deep_client_next(const struct deep_client *dialect, struct span *rest,
	struct lk_field *out_r)
{
	struct lk_result unused;
	ssize_t n = rest->n > 0 ? dialect->read(*rest, 1, true, out_r, &unused)
				: -1;

	if (n < 0)
		return false;
	*rest = span_cut(*rest, (size_t)n, rest->n);
	return true;
}

size_t
deep_client_print(bool (*next)(struct span *, struct lk_field *), uint8_t joint,
	struct span params, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct lk_field param;

	out_z(&out, "CLIENT");
	while (next(&params, &param)) {
		out_byte(&out, ' ');
		out_put(&out, param.name);
		if (param.value.p != NULL)
			out_byte(&out, joint);
		out_put(&out, param.value);
	}
	out_z(&out, "\r\n");
	return out.n;
}

size_t
deep_client_json(bool (*next)(struct span *, struct lk_field *),
	struct span params, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct lk_field param;

	out_open(&out, '{');
	out_name(&out, "params");
	out_open(&out, '[');
	while (next(&params, &param))
		out_pair(&out, param.name, param.value);
	out_z(&out, "]}");
	return out.n;
}

static const struct deep_client dialect = {param_read, is_fit};

ssize_t
lk_deep_client_parse(struct span input, struct lk_result *out_r)
{
	result_start(out_r);
	return deep_client_parse(
		&dialect, input, &out_r->deep_client.params, out_r);
}

bool
lk_deep_client_next(struct span *rest, struct lk_field *out_r)
{
	return deep_client_next(&dialect, rest, out_r);
}

size_t
lk_deep_client_print(const struct lk_result *value, char *out_r, size_t size)
{
	return deep_client_print(lk_deep_client_next, '=',
		value->deep_client.params, out_r, size);
}

size_t
lk_deep_client_json(const struct lk_result *value, char *out_r, size_t size)
{
	return deep_client_json(
		lk_deep_client_next, value->deep_client.params, out_r, size);
}
