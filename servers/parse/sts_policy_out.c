/* SPDX-License-Identifier: Apache-2.0 */
/* What an accepted policy file says, as text and as JSON. */
#include "parse/out.h"
#include "parse/parse.h"
#include "parse/sts_policy_field.h"

static void
line_put(struct out *out, struct span name, struct span value)
{
	out_byte(out, '\n');
	out_put(out, name);
	out_byte(out, ':');
	out_put(out, value);
}

/* The shortest form: it fits where the input did. */
size_t
lk_sts_policy_print(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_sts_policy *policy = &value->sts_policy;
	struct out out = out_to(out_r, size);
	struct span rest = policy->body, mx;
	struct lk_field field;

	out_z(&out, "version:STSv1\nmode:");
	out_z(&out, lk_sts_mode_name(policy->mode));
	while (lk_sts_policy_mx_next(&rest, &mx))
		line_put(&out, span_z("mx"), mx);
	out_z(&out, "\nmax_age:");
	out_number(&out, policy->max_age);
	rest = policy->body;
	while (lk_sts_policy_next(&rest, &field))
		if (sts_policy_field_of(field.name) == STS_POLICY_OTHER)
			line_put(&out, field.name, field.value);
	return out.n;
}

size_t
lk_sts_policy_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_sts_policy *policy = &value->sts_policy;
	struct out out = out_to(out_r, size);
	struct span rest = policy->body, mx;
	struct lk_field field;

	out_open(&out, '{');
	out_name(&out, "mode");
	out_string(&out, span_z(lk_sts_mode_name(policy->mode)));
	out_name(&out, "max_age");
	out_integer(&out, policy->max_age);
	out_name(&out, "mx");
	out_open(&out, '[');
	while (lk_sts_policy_mx_next(&rest, &mx))
		out_string(&out, mx);
	out_byte(&out, ']');
	out_name(&out, "extensions");
	out_open(&out, '[');
	rest = policy->body;
	while (lk_sts_policy_next(&rest, &field))
		if (sts_policy_field_of(field.name) == STS_POLICY_OTHER)
			out_pair(&out, field.name, field.value);
	out_z(&out, "]}");
	return out.n;
}
