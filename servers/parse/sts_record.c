/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of an _mta-sts record (RFC 8461 section 3.1):
 *	v=STSv1 1*(*WSP ; *WSP name=value) [*WSP ; *WSP]
 * An id that is no id still is a well-formed extension of that name.
 */
#include "parse/chars.h"
#include "parse/out.h"
#include "parse/stop.h"

#define NAME_SIZE 32
#define ID_SIZE 32

static const char version[] = "v=STSv1";

static bool
is_name_part(int c)
{
	return is_alnum(c) || c == '_' || c == '-' || c == '.';
}

static bool
is_value_part(int c)
{
	return is_vchar(c) && c != '=' && c != ';';
}

static size_t
wsp_skip(struct span s, size_t at)
{
	while (is_wsp(span_at(s, at)))
		at++;
	return at;
}

static bool
is_id(struct span value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!is_alnum(value.p[i]))
			return false;
	return value.n <= ID_SIZE;
}

/* Read name=value at `at`; where it ends, or a code. */
static ssize_t
field_read(
	struct span s, size_t at, struct lk_field *out_r, struct lk_result *r)
{
	size_t start = at;

	if (!is_alnum(span_at(s, at)))
		return result_unfit(r, span_at(s, at), LK_STS_RECORD_NAME, at);
	while (at - start < NAME_SIZE && is_name_part(span_at(s, at)))
		at++;
	if (span_at(s, at) != '=')
		return result_unfit(r, span_at(s, at), LK_STS_RECORD_NAME, at);
	out_r->name = span_cut(s, start, at);
	start = ++at;
	while (is_value_part(span_at(s, at)))
		at++;
	if (at == start)
		return result_unfit(r, span_at(s, at), LK_STS_RECORD_VALUE, at);
	out_r->value = span_cut(s, start, at);
	return (ssize_t)at;
}

/* What the fields seen so far make of the record, at its end. */
static ssize_t
record_end(struct lk_result *r, size_t bad_id, size_t end)
{
	if (r->sts_record.id.n == 0 && bad_id != SIZE_MAX)
		return result_stop(r, LK_MORE, LK_STS_RECORD_ID, bad_id);
	if (r->sts_record.id.n == 0)
		return result_stop(r, LK_MORE, LK_STS_RECORD_ID_MISSING, end);
	return result_done(r, end);
}

/* Take a field that is named id; *bad_id: where one that is none stood. */
static void
id_take(struct lk_result *r, struct span s, struct span value, size_t *bad_id)
{
	struct span *id = &r->sts_record.id;

	if (id->n != 0 || *bad_id != SIZE_MAX)
		result_open(r, LK_READING_STS_RECORD_ID_TWICE);
	if (!is_id(value)) {
		if (*bad_id == SIZE_MAX)
			*bad_id = (size_t)(value.p - s.p);
	} else if (id->n == 0) {
		*id = value;
	}
}

/* Where the version ends, or a code. */
static ssize_t
version_read(struct span s, struct lk_result *r)
{
	size_t at;

	for (at = 0; at < sizeof(version) - 1; at++)
		if (span_at(s, at) != version[at])
			return result_unfit(
				r, span_at(s, at), LK_STS_RECORD_VERSION, at);
	return (ssize_t)at;
}

ssize_t
lk_sts_record_parse(struct span input, struct lk_result *out_r)
{
	struct lk_field field;
	size_t at, next, bad_id = SIZE_MAX;
	ssize_t n;

	result_start(out_r);
	n = version_read(input, out_r);
	if (n < 0)
		return n;
	at = (size_t)n;
	out_r->sts_record.fields = span_cut(input, at, input.n);
	while (at < input.n) {
		next = wsp_skip(input, at);
		if (span_at(input, next) != ';')
			return result_unfit(out_r, span_at(input, next),
				LK_STS_RECORD_DELIMITER, next);
		if (next > at && at == sizeof(version) - 1)
			result_open(out_r, LK_READING_STS_RECORD_EARLY_BLANK);
		at = wsp_skip(input, next + 1);
		if (at == input.n)
			break;
		n = field_read(input, at, &field, out_r);
		if (n < 0)
			return n;
		at = (size_t)n;
		if (span_eq(field.name, span_z("id")))
			id_take(out_r, input, field.value, &bad_id);
	}
	return record_end(out_r, bad_id, at);
}

bool
lk_sts_record_next(struct span *rest, struct lk_field *out_r)
{
	size_t at = 0, start;

	while (is_wsp(span_at(*rest, at)) || span_at(*rest, at) == ';')
		at++;
	start = at;
	while (is_name_part(span_at(*rest, at)))
		at++;
	out_r->name = span_cut(*rest, start, at);
	start = ++at;
	while (is_value_part(span_at(*rest, at)))
		at++;
	out_r->value = span_cut(*rest, start, at);
	*rest = span_cut(*rest, at, rest->n);
	return out_r->name.n > 0;
}

/* The next field that is not the effective id. */
static bool
extension_next(const struct lk_sts_record *record, struct span *rest,
	struct lk_field *out_r)
{
	while (lk_sts_record_next(rest, out_r))
		if (out_r->value.p != record->id.p)
			return true;
	return false;
}

size_t
lk_sts_record_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->sts_record.fields;
	struct lk_field field;

	out_z(&out, "v=STSv1; id=");
	out_put(&out, value->sts_record.id);
	while (extension_next(&value->sts_record, &rest, &field)) {
		out_z(&out, "; ");
		out_put(&out, field.name);
		out_byte(&out, '=');
		out_put(&out, field.value);
	}
	out_byte(&out, ';');
	return out.n;
}

size_t
lk_sts_record_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->sts_record.fields;
	struct lk_field field;

	out_open(&out, '{');
	out_name(&out, "id");
	out_string(&out, value->sts_record.id);
	out_name(&out, "extensions");
	out_open(&out, '[');
	while (extension_next(&value->sts_record, &rest, &field)) {
		out_open(&out, '[');
		out_string(&out, field.name);
		out_string(&out, field.value);
		out_byte(&out, ']');
	}
	out_z(&out, "]}");
	return out.n;
}
