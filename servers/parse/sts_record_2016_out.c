/* SPDX-License-Identifier: Apache-2.0 */
/* What an accepted _smtp_sts record says, as text and as JSON. */
#include "parse/chars.h"
#include "parse/out.h"
#include "parse/parse.h"

static const char *const booleans[] = {"false", "true"};
static const char *const constraints[] = {"webpki", "tlsa"};

bool
lk_sts_record_2016_mx_next(struct span *rest, struct span *out_r)
{
	size_t n = 0;

	if (rest->n == 0)
		return false;
	while (n < rest->n && rest->p[n] != ',')
		n++;
	*out_r = span_cut(*rest, 0, n);
	*rest = span_cut(*rest, n < rest->n ? n + 1 : n, rest->n);
	return true;
}

bool
lk_sts_record_2016_rua_next(
	struct span *rest, struct span *uri_r, struct span *size_r)
{
	size_t n = 0, end;

	if (!lk_sts_record_2016_mx_next(rest, uri_r))
		return false;
	while (rest->n > 0 && is_wsp(rest->p[0]))
		*rest = span_cut(*rest, 1, rest->n);
	end = uri_r->n;
	while (is_wsp(uri_r->p[end - 1]))
		end--;
	while (n < end && uri_r->p[n] != '!')
		n++;
	*size_r = n < end ? span_cut(*uri_r, n + 1, end) : span_of(NULL, 0);
	*uri_r = span_cut(*uri_r, 0, n);
	return true;
}

static void
rua_put(struct out *out, struct span rua)
{
	struct span uri, size;
	bool is_first = true;

	while (lk_sts_record_2016_rua_next(&rua, &uri, &size)) {
		out_z(out, is_first ? "; rua=" : ",");
		out_put(out, uri);
		if (size.p != NULL) {
			out_byte(out, '!');
			out_put(out, size);
		}
		is_first = false;
	}
}

size_t
lk_sts_record_2016_print(
	const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_sts_record_2016 *record = &value->sts_record_2016;
	struct out out = out_to(out_r, size);

	out_z(&out, "v=STS1; to=");
	out_z(&out, booleans[record->is_tls_only]);
	if (record->mx.p != NULL) {
		out_z(&out, "; mx=");
		out_put(&out, record->mx);
	}
	if (record->a.p != NULL) {
		out_z(&out, "; a=");
		out_put(&out, record->is_dnssec ? span_z("dnssec") : record->a);
	}
	if (record->c.p != NULL) {
		out_z(&out, "; c=");
		out_z(&out, constraints[record->is_tlsa]);
	}
	if (record->e.p != NULL) {
		out_z(&out, "; e=");
		out_number(&out, record->seconds);
	}
	rua_put(&out, record->rua);
	return out.n;
}

/* A member that is null where the field is missing; true if it is not. */
static bool
member_open(struct out *out, const char *name, struct span text)
{
	out_name(out, name);
	if (text.p == NULL)
		out_null(out);
	return text.p != NULL;
}

size_t
lk_sts_record_2016_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_sts_record_2016 *record = &value->sts_record_2016;
	struct out out = out_to(out_r, size);
	struct span rest = record->mx, one, limit;

	out_open(&out, '{');
	out_name(&out, "to");
	out_bool(&out, record->is_tls_only);
	out_name(&out, "mx");
	out_open(&out, '[');
	while (lk_sts_record_2016_mx_next(&rest, &one))
		out_string(&out, one);
	out_byte(&out, ']');
	if (member_open(&out, "a", record->a))
		out_string(
			&out, record->is_dnssec ? span_z("dnssec") : record->a);
	if (member_open(&out, "c", record->c))
		out_string(&out, span_z(constraints[record->is_tlsa]));
	if (member_open(&out, "e", record->e))
		out_integer(&out, record->seconds);
	out_name(&out, "rua");
	out_open(&out, '[');
	rest = record->rua;
	while (lk_sts_record_2016_rua_next(&rest, &one, &limit))
		out_pair(&out, one, limit.n > 0 ? limit : span_z(""));
	out_z(&out, "]}");
	return out.n;
}
