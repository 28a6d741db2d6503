/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of an _mta-sts record (RFC 8461 section 3.1):
 *	v=STSv1 1*(*WSP ; *WSP name=value) [*WSP ; *WSP]
 * An id that is no id still is a well-formed extension of that name.
 */
#include "parse/chars.h"
#include "parse/out.h"
#include "parse/txt.h"

#define ID_SIZE 32

static const struct txt_reasons reasons = {LK_STS_RECORD_VERSION,
	LK_STS_RECORD_DELIMITER, LK_STS_RECORD_NAME, LK_STS_RECORD_VALUE};

/* What was found so far: the first id, and where what is no id stood. */
struct state {
	struct txt_field id;
	bool has_id;
	size_t bad_id;
};

static bool
is_id(const struct txt_field *field)
{
	struct txt t = field->value;

	for (size_t i = 0; i < field->value_n; i++, txt_next(&t))
		if (!is_alnum(txt_peek(&t)))
			return false;
	return field->value_n <= ID_SIZE;
}

/* What stands behind the first id that fits is ignored, whatever its value. */
static void
id_take(struct state *state, const struct txt_field *field, struct lk_result *r)
{
	if (state->has_id)
		return;
	if (is_id(field)) {
		if (state->bad_id != SIZE_MAX)
			result_open(r, LK_READING_STS_RECORD_ID_TWICE);
		state->id = *field;
		state->has_id = true;
	} else if (state->bad_id == SIZE_MAX) {
		state->bad_id = field->value.at;
	}
}

/* Read a whole record; 0 or a code. */
static ssize_t
record_read(struct txt *t, struct txt_field *id_r, struct lk_result *r)
{
	struct state state = {.bad_id = SIZE_MAX};
	struct txt_field field;
	bool is_end = false, is_early = false, is_first = true;
	ssize_t code = txt_version_read(t, "v=STSv1", &reasons, r);

	while (code == 0) {
		code = txt_delimiter_read(t, &is_end, &is_early, &reasons, r);
		if (code == 0 && is_first && is_early)
			result_open(r, LK_READING_STS_RECORD_EARLY_BLANK);
		is_first = false;
		if (code < 0 || is_end)
			break;
		code = txt_name_read(t, &field, &reasons, r);
		if (code == 0)
			code = txt_value_read(t, &field, &reasons, r);
		if (code == 0 && txt_is_named(&field, "id"))
			id_take(&state, &field, r);
	}
	if (code < 0)
		return code;
	if (!state.has_id && state.bad_id != SIZE_MAX)
		return result_stop(r, LK_MORE, LK_STS_RECORD_ID, state.bad_id);
	if (!state.has_id)
		return result_stop(r, LK_MORE, LK_STS_RECORD_ID_MISSING, t->at);
	*id_r = state.id;
	return 0;
}

ssize_t
lk_sts_record_parse(struct span input, struct lk_result *out_r)
{
	struct txt t = txt_plain(input);
	struct txt_field id;
	ssize_t code;

	result_start(out_r);
	code = record_read(&t, &id, out_r);
	if (code < 0)
		return code;
	out_r->sts_record.id = txt_value(&id);
	out_r->sts_record.fields = span_cut(input, strlen("v=STSv1"), input.n);
	return result_done(out_r, input.n);
}

ssize_t
lk_sts_records_parse(struct span input, struct lk_result *out_r)
{
	struct span rdata;
	struct txt_field id;
	struct txt t;
	ssize_t code;
	size_t end;

	result_start(out_r);
	code = txt_record_select(input, "v=STSv1;", &rdata, out_r);
	if (code < 0 && (code != LK_MORE || rdata.p == NULL))
		return code;
	end = out_r->offset;
	t = txt_rdata(rdata);
	if (record_read(&t, &id, out_r) < 0)
		return txt_record_failed(out_r, input, rdata, "v=STSv1;");
	/* A good record, and the beginning of another one. */
	if (code < 0)
		return result_stop(out_r, LK_MORE, LK_TXT_LENGTH, end);
	out_r->sts_records.rdata = rdata;
	out_r->sts_records.id_n = id.value_n;
	for (size_t i = 0; i < id.value_n; i++, txt_next(&id.value))
		out_r->sts_records.id[i] = (char)txt_peek(&id.value);
	return result_done(out_r, input.n);
}

bool
lk_sts_record_next(struct span *rest, struct lk_field *out_r)
{
	struct txt t = txt_plain(*rest);
	struct txt_field field;
	struct lk_result unused;
	bool is_end = false;

	if (txt_delimiter_read(&t, &is_end, NULL, &reasons, &unused) < 0 ||
		is_end || txt_name_read(&t, &field, &reasons, &unused) < 0 ||
		txt_value_read(&t, &field, &reasons, &unused) < 0)
		return false;
	out_r->value = txt_value(&field);
	out_r->name = span_of(out_r->value.p - 1 - field.name_n, field.name_n);
	*rest = span_cut(*rest, t.at, rest->n);
	return true;
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
	while (extension_next(&value->sts_record, &rest, &field))
		out_pair(&out, field.name, field.value);
	out_z(&out, "]}");
	return out.n;
}

size_t
lk_sts_records_print(const struct lk_result *value, char *out_r, size_t size)
{
	static const char before[] = "v=STSv1; id=";
	struct out out = out_to(out_r, size);
	size_t n = sizeof(before) - 1 + value->sts_records.id_n;

	out_byte(&out, 0);
	out_byte(&out, (uint8_t)(n + 1));
	out_byte(&out, (uint8_t)n);
	out_z(&out, before);
	out_put(&out, span_of(value->sts_records.id, value->sts_records.id_n));
	return out.n;
}

size_t
lk_sts_records_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "id");
	out_string(
		&out, span_of(value->sts_records.id, value->sts_records.id_n));
	out_byte(&out, '}');
	return out.n;
}
