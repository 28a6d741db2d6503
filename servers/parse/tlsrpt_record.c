/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of an _smtp._tls record (RFC 8460 section 3): the shape of an
 * _mta-sts record, with a list of URIs in place of the id. A rua that is no
 * list of URIs may still be a well-formed extension of that name.
 */
#include "parse/chars.h"
#include "parse/out.h"
#include "parse/uri.h"

static const struct txt_reasons reasons = {LK_TLSRPT_VERSION,
	LK_TLSRPT_DELIMITER, LK_TLSRPT_NAME, LK_TLSRPT_VALUE};

struct state {
	struct txt_field rua;
	bool has_rua;
	size_t bad_rua;
};

/* Skip the blanks and the comma in front of a further URI; false if none. */
static bool
comma_skip(struct txt *t)
{
	struct txt ahead = *t;

	while (is_wsp(txt_peek(&ahead)))
		txt_next(&ahead);
	if (txt_peek(&ahead) != ',')
		return false;
	txt_next(&ahead);
	while (is_wsp(txt_peek(&ahead)))
		txt_next(&ahead);
	*t = ahead;
	return true;
}

static bool
is_supported(const struct uri *uri)
{
	return strcmp(uri->scheme, "mailto") == 0 ||
	       strcmp(uri->scheme, "https") == 0;
}

/* 0 and the list in *out_r, or a code with t where it does not fit. */
static ssize_t
rua_read(struct txt *t, struct txt_field *out_r, struct lk_result *r)
{
	struct uri uri;
	ssize_t code;
	bool all_supported = true;

	(void)txt_peek(t);
	out_r->value = *t;
	do {
		code = uri_read(t, "!,;", &uri);
		if (code < 0)
			return code;
		all_supported = all_supported && is_supported(&uri);
	} while (comma_skip(t));
	out_r->value_n = t->at - out_r->value.at;
	if (txt_peek(t) >= 0 && txt_peek(t) != ';' && !is_wsp(txt_peek(t)))
		return LK_BAD;
	if (!all_supported)
		result_open(r, LK_READING_TLSRPT_SCHEME);
	return 0;
}

/* Is what is left the value of an extension? */
static bool
is_extension(struct txt t, struct txt_field *unused_r, struct lk_result *r)
{
	return txt_value_read(&t, unused_r, &reasons, r) == 0 &&
	       txt_peek(&t) < 0;
}

/*
 * Read the value of a field named rua. When it is no list of URIs it must be
 * the value of an extension, and its place goes into the state.
 */
static ssize_t
rua_take(struct txt *t, struct state *state, struct lk_result *r)
{
	struct txt start = *t;
	struct txt_field field;
	struct lk_readings open = r->ambiguous;
	ssize_t code = rua_read(t, &field, r);
	bool is_begun;

	if (code == 0) {
		if (state->has_rua)
			r->ambiguous = open;
		else
			state->rua = field;
		if (state->has_rua || state->bad_rua != SIZE_MAX)
			result_open(r, LK_READING_TLSRPT_RUA_TWICE);
		state->has_rua = true;
		return 0;
	}
	/* The beginning of a list, unless it may be an extension to its end. */
	is_begun = code == LK_MORE &&
		   !(state->has_rua && is_extension(start, &field, r));
	(void)txt_peek(t);
	result_stop(r, (enum lk_code)code, LK_TLSRPT_RUA, t->at);
	if (is_begun)
		return LK_MORE;
	if (state->bad_rua == SIZE_MAX && !state->has_rua)
		state->bad_rua = t->at;
	else
		result_open(r, LK_READING_TLSRPT_RUA_TWICE);
	code = txt_value_read(&start, &field, &reasons, r);
	if (code == 0 && txt_peek(&start) >= 0 && txt_peek(&start) != ';' &&
		!is_wsp(txt_peek(&start)))
		code = LK_BAD;
	if (code < 0)
		return result_stop(r, LK_BAD, LK_TLSRPT_RUA, t->at);
	*t = start;
	return 0;
}

static ssize_t
field_take(struct txt *t, struct state *state, struct lk_result *r)
{
	struct txt_field field;
	ssize_t code = txt_name_read(t, &field, &reasons, r);

	if (code < 0)
		return code;
	if (txt_is_named(&field, "rua"))
		return rua_take(t, state, r);
	return txt_value_read(t, &field, &reasons, r);
}

static ssize_t
record_read(struct txt *t, struct txt_field *rua_r, struct lk_result *r)
{
	struct state state = {.bad_rua = SIZE_MAX};
	bool is_end = false, is_early = false, is_first = true;
	ssize_t code = txt_version_read(t, "v=TLSRPTv1", &reasons, r);

	while (code == 0) {
		code = txt_delimiter_read(t, &is_end, &is_early, &reasons, r);
		if (code == 0 && is_first && is_early)
			result_open(r, LK_READING_TLSRPT_EARLY_BLANK);
		is_first = false;
		if (code < 0 || is_end)
			break;
		code = field_take(t, &state, r);
	}
	if (code < 0)
		return code;
	if (!state.has_rua && state.bad_rua != SIZE_MAX)
		return result_stop(r, LK_MORE, LK_TLSRPT_RUA, state.bad_rua);
	if (!state.has_rua)
		return result_stop(r, LK_MORE, LK_TLSRPT_RUA_MISSING, t->at);
	r->reason = LK_NONE;
	*rua_r = state.rua;
	return 0;
}

ssize_t
lk_tlsrpt_record_parse(struct span input, struct lk_result *out_r)
{
	struct txt t = txt_plain(input);
	struct txt_field rua;
	ssize_t code;

	result_start(out_r);
	code = record_read(&t, &rua, out_r);
	if (code < 0)
		return code;
	out_r->tlsrpt_record.rua = txt_value(&rua);
	return result_done(out_r, input.n);
}

ssize_t
lk_tlsrpt_records_parse(struct span input, struct lk_result *out_r)
{
	struct span rdata;
	struct txt_field rua;
	struct txt t;
	ssize_t code;
	size_t end;

	result_start(out_r);
	code = txt_record_select(input, "v=TLSRPTv1;", &rdata, out_r);
	if (code < 0 && (code != LK_MORE || rdata.p == NULL))
		return code;
	end = out_r->offset;
	t = txt_rdata(rdata);
	if (record_read(&t, &rua, out_r) < 0)
		return txt_record_failed(out_r, input, rdata, "v=TLSRPTv1;");
	/* A good record, and the beginning of another one. */
	if (code < 0)
		return result_stop(out_r, LK_MORE, LK_TXT_LENGTH, end);
	out_r->tlsrpt_records =
		(struct lk_tlsrpt_records){rdata, rua.value.at, rua.value.left};
	return result_done(out_r, input.n);
}

bool
lk_tlsrpt_rua_next(struct span *rest, struct span *out_r)
{
	struct txt t = txt_plain(*rest);
	struct uri uri;

	if (rest->n == 0 || uri_read(&t, "!,;", &uri) < 0)
		return false;
	*out_r = span_cut(*rest, 0, t.at);
	comma_skip(&t);
	*rest = span_cut(*rest, t.at, rest->n);
	return true;
}

size_t
lk_tlsrpt_record_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->tlsrpt_record.rua, uri;

	out_z(&out, "v=TLSRPTv1; rua=");
	while (lk_tlsrpt_rua_next(&rest, &uri)) {
		out_put(&out, uri);
		out_byte(&out, rest.n > 0 ? ',' : ';');
	}
	return out.n;
}

size_t
lk_tlsrpt_record_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rest = value->tlsrpt_record.rua, uri;

	out_open(&out, '{');
	out_name(&out, "rua");
	out_open(&out, '[');
	while (lk_tlsrpt_rua_next(&rest, &uri))
		out_string(&out, uri);
	out_z(&out, "]}");
	return out.n;
}

size_t
lk_tlsrpt_records_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct span rdata = value->tlsrpt_records.rdata;

	out_byte(&out, (uint8_t)(rdata.n >> 8));
	out_byte(&out, (uint8_t)rdata.n);
	out_put(&out, rdata);
	return out.n;
}

size_t
lk_tlsrpt_records_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_tlsrpt_records *records = &value->tlsrpt_records;
	struct out out = out_to(out_r, size);
	struct txt t = {records->rdata, records->rua_at, records->rua_left};
	struct txt from;
	struct uri unused;

	out_open(&out, '{');
	out_name(&out, "rua");
	out_open(&out, '[');
	do {
		from = t;
		uri_read(&t, "!,;", &unused);
		out_open(&out, '"');
		while ((void)txt_peek(&from), from.at < t.at) {
			out_byte(&out, (uint8_t)txt_peek(&from));
			txt_next(&from);
		}
		out_byte(&out, '"');
	} while (comma_skip(&t));
	out_z(&out, "]}");
	return out.n;
}
