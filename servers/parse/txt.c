/* SPDX-License-Identifier: Apache-2.0 */
/* The shape that _mta-sts and _smtp._tls records share, and sets of them. */
#include "parse/txt.h"

#include "parse/chars.h"

ssize_t
txt_version_read(struct txt *t, const char *version,
	const struct txt_reasons *reasons, struct lk_result *r)
{
	for (; *version != '\0'; version++, txt_next(t))
		if (txt_peek(t) != *version)
			return txt_unfit(t, reasons->version, r);
	return 0;
}

static bool
is_name_part(int c)
{
	return is_alnum(c) || c == '_' || c == '-' || c == '.';
}

ssize_t
txt_name_read(struct txt *t, struct txt_field *out_r,
	const struct txt_reasons *reasons, struct lk_result *r)
{
	out_r->name_n = 0;
	if (!is_alnum(txt_peek(t)))
		return txt_unfit(t, reasons->name, r);
	while (out_r->name_n < TXT_NAME_SIZE && is_name_part(txt_peek(t))) {
		out_r->name[out_r->name_n++] = (uint8_t)txt_peek(t);
		txt_next(t);
	}
	if (txt_peek(t) != '=')
		return txt_unfit(t, reasons->name, r);
	txt_next(t);
	return 0;
}

static bool
is_value_part(int c)
{
	return is_vchar(c) && c != '=' && c != ';';
}

ssize_t
txt_value_read(struct txt *t, struct txt_field *out_r,
	const struct txt_reasons *reasons, struct lk_result *r)
{
	(void)txt_peek(t);
	out_r->value = *t;
	out_r->value_n = 0;
	while (is_value_part(txt_peek(t))) {
		out_r->value_n++;
		txt_next(t);
	}
	if (out_r->value_n == 0)
		return txt_unfit(t, reasons->value, r);
	return 0;
}

static bool
blanks_skip(struct txt *t)
{
	bool found = false;

	for (; is_wsp(txt_peek(t)); txt_next(t))
		found = true;
	return found;
}

ssize_t
txt_delimiter_read(struct txt *t, bool *is_end_r, bool *is_early_r,
	const struct txt_reasons *reasons, struct lk_result *r)
{
	bool is_early;

	*is_end_r = txt_peek(t) < 0;
	if (*is_end_r)
		return 0;
	is_early = blanks_skip(t);
	if (txt_peek(t) != ';')
		return txt_unfit(t, reasons->delimiter, r);
	txt_next(t);
	blanks_skip(t);
	*is_end_r = txt_peek(t) < 0;
	if (is_early_r != NULL)
		*is_early_r = is_early;
	return 0;
}

bool
txt_is_named(const struct txt_field *field, const char *name)
{
	return span_eq(span_of(field->name, field->name_n), span_z(name));
}

struct span
txt_value(const struct txt_field *field)
{
	return span_cut(field->value.s, field->value.at,
		field->value.at + field->value_n);
}

/* SIZE_MAX if the strings fill the RDATA, else where one does not fit. */
static size_t
strings_check(struct span rdata)
{
	size_t at = 0;

	do {
		if (at >= rdata.n || rdata.p[at] > rdata.n - at - 1)
			return at;
		at += 1 + (size_t)rdata.p[at];
	} while (at < rdata.n);
	return SIZE_MAX;
}

static bool
text_has_prefix(struct span rdata, const char *prefix)
{
	struct txt t = txt_rdata(rdata);

	for (; *prefix != '\0'; prefix++, txt_next(&t))
		if (txt_peek(&t) != *prefix)
			return false;
	return true;
}

/* Cut the RDATA at `at`; 0 or a code. */
static ssize_t
rdata_read(
	struct span input, size_t at, struct span *out_r, struct lk_result *r)
{
	size_t n, bad;

	if (input.n - at < 2)
		return result_stop(r, LK_MORE, LK_TXT_LENGTH, input.n);
	n = (size_t)input.p[at] << 8 | input.p[at + 1];
	if (input.n - at - 2 < n)
		return result_stop(r, LK_MORE, LK_TXT_LENGTH, input.n);
	*out_r = span_cut(input, at + 2, at + 2 + n);
	bad = strings_check(*out_r);
	if (bad != SIZE_MAX)
		return result_stop(r, LK_BAD, LK_TXT_STRING, at + 2 + bad);
	return 0;
}

ssize_t
txt_record_select(struct span input, const char *prefix, struct span *out_r,
	struct lk_result *r)
{
	struct span rdata;
	ssize_t code;

	*out_r = span_of(NULL, 0);
	for (size_t at = 0; at < input.n; at += 2 + rdata.n) {
		code = rdata_read(input, at, &rdata, r);
		if (code < 0)
			return code;
		if (!text_has_prefix(rdata, prefix))
			continue;
		if (out_r->p == NULL)
			*out_r = rdata;
		else if (span_eq(*out_r, rdata))
			result_open(r, LK_READING_TXT_TWICE);
		else
			return result_stop(r, LK_BAD, LK_TXT_SEVERAL, at);
	}
	if (out_r->p == NULL && input.n > 0 && input.n == 2 + rdata.n)
		*out_r = rdata;
	if (out_r->p == NULL)
		return result_stop(r, LK_MORE, LK_TXT_NONE, input.n);
	return 0;
}

ssize_t
txt_record_failed(struct lk_result *r, struct span input, struct span rdata,
	const char *prefix)
{
	if (!text_has_prefix(rdata, prefix))
		return result_stop(r, LK_MORE, LK_TXT_NONE, input.n);
	return result_stop(
		r, LK_BAD, r->reason, (size_t)(rdata.p - input.p) + r->offset);
}
