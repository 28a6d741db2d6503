/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of DEEP and MUA-STS as texts of their own. */
#include "parse/deep_inner.h"

static ssize_t
whole(ssize_t code, struct span input, struct span *text_r, struct lk_result *r)
{
	if (code < 0)
		return code;
	*text_r = input;
	return result_done(r, input.n);
}

/* The dialects of the status differ in what separates its items. */
static size_t
status_print(struct span text, int separator, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	deep_status_print(&out, text, separator);
	return out.n;
}

static size_t
status_json(struct span text, int separator, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	deep_status_json(&out, text, separator);
	out_byte(&out, '}');
	return out.n;
}

ssize_t
lk_deep_status_parse(struct span input, struct lk_result *out_r)
{
	result_start(out_r);
	return whole(deep_status_read(input, ' ', out_r), input,
		&out_r->deep_status.text, out_r);
}

size_t
lk_deep_status_print(const struct lk_result *value, char *out_r, size_t size)
{
	return status_print(value->deep_status.text, ' ', out_r, size);
}

size_t
lk_deep_status_json(const struct lk_result *value, char *out_r, size_t size)
{
	return status_json(value->deep_status.text, ' ', out_r, size);
}

ssize_t
lk_deep_status_comma_parse(struct span input, struct lk_result *out_r)
{
	result_start(out_r);
	return whole(deep_status_read(input, ',', out_r), input,
		&out_r->deep_status_comma.text, out_r);
}

size_t
lk_deep_status_comma_print(
	const struct lk_result *value, char *out_r, size_t size)
{
	return status_print(value->deep_status_comma.text, ',', out_r, size);
}

size_t
lk_deep_status_comma_json(
	const struct lk_result *value, char *out_r, size_t size)
{
	return status_json(value->deep_status_comma.text, ',', out_r, size);
}

ssize_t
lk_sts_directives_parse(struct span input, struct lk_result *out_r)
{
	result_start(out_r);
	return whole(deep_directives_read(input, out_r), input,
		&out_r->sts_directives.text, out_r);
}

size_t
lk_sts_directives_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	deep_directives_print(&out, value->sts_directives.text);
	return out.n;
}

size_t
lk_sts_directives_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	deep_directives_json(&out, value->sts_directives.text);
	out_byte(&out, '}');
	return out.n;
}
