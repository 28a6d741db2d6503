/* SPDX-License-Identifier: Apache-2.0 */
/* The RDATA of TLSA records, and whether an SMTP client can use it. */
#include "parse/chars.h"
#include "parse/out.h"
#include "parse/stop.h"

/* The length of the data for a matching type; 0 if any will do. */
static size_t
digest_size(uint8_t matching)
{
	return matching == 1 ? 32 : matching == 2 ? 64 : 0;
}

ssize_t
lk_tlsa_parse(struct span input, struct lk_result *out_r)
{
	static const struct {
		uint8_t max;
		enum lk_reason reason;
	} fields[] = {{3, LK_TLSA_USAGE}, {1, LK_TLSA_SELECTOR},
		{2, LK_TLSA_MATCHING}};
	size_t size;

	result_start(out_r);
	for (size_t i = 0; i < 3; i++) {
		if (i == input.n)
			return result_stop(out_r, LK_MORE, LK_TLSA_SHORT, i);
		if (input.p[i] > fields[i].max)
			return result_stop(out_r, LK_BAD, fields[i].reason, i);
	}
	size = digest_size(input.p[2]);
	if (input.n == 3)
		return result_stop(out_r, LK_MORE, LK_TLSA_SHORT, 3);
	if (size != 0 && input.n - 3 < size)
		return result_stop(out_r, LK_MORE, LK_TLSA_DIGEST, input.n);
	if (size != 0 && input.n - 3 > size)
		return result_stop(out_r, LK_BAD, LK_TLSA_DIGEST, 3 + size);
	if (input.p[0] < 2)
		result_open(out_r, LK_READING_TLSA_PKIX_USAGE);
	out_r->tlsa = (struct lk_tlsa){input.p[0], input.p[1], input.p[2],
		span_cut(input, 3, input.n)};
	return result_done(out_r, input.n);
}

size_t
lk_tlsa_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_byte(&out, value->tlsa.usage);
	out_byte(&out, value->tlsa.selector);
	out_byte(&out, value->tlsa.matching);
	out_put(&out, value->tlsa.data);
	return out.n;
}

static void
numbers_json(struct out *out, uint8_t usage, uint8_t selector, uint8_t matching)
{
	out_open(out, '{');
	out_name(out, "usage");
	out_integer(out, usage);
	out_name(out, "selector");
	out_integer(out, selector);
	out_name(out, "matching");
	out_integer(out, matching);
	out_name(out, "data");
	out_open(out, '"');
}

/* One hexadecimal digit, small. */
static void
digit_put(struct out *out, unsigned value)
{
	out_byte(out, (uint8_t) "0123456789abcdef"[value & 15]);
}

size_t
lk_tlsa_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	const struct lk_tlsa *tlsa = &value->tlsa;

	numbers_json(&out, tlsa->usage, tlsa->selector, tlsa->matching);
	for (size_t i = 0; i < tlsa->data.n; i++) {
		digit_put(&out, tlsa->data.p[i] >> 4);
		digit_put(&out, tlsa->data.p[i]);
	}
	out_z(&out, "\"}");
	return out.n;
}

/* The text of a zone file: what is in parentheses may go over lines. */
struct text {
	struct span s;
	size_t at;
	bool is_open;
	bool is_whole; /* nothing is missing; the line may end */
};

static bool
is_line_end(int c)
{
	return c == '\r' || c == '\n';
}

/* Skip the end of a line outside of parentheses, and of the text; or a code. */
static ssize_t
line_end_skip(struct text *t, struct lk_result *r)
{
	const size_t n = t->s.p[t->at] == '\r' ? 2 : 1;
	const struct span rest = span_cut(t->s, t->at, t->s.n);

	if (t->is_whole && rest.n < n)
		return result_stop(
			r, LK_MORE, LK_TLSA_TEXT_PARENTHESIS, t->s.n);
	if (!t->is_whole || rest.n > n || rest.p[n - 1] != '\n')
		return result_stop(r, LK_BAD, LK_TLSA_TEXT_PARENTHESIS, t->at);
	result_open(r, LK_READING_TLSA_TEXT_LINE);
	t->at = t->s.n;
	return 0;
}

/* Skip a comment, which ends in front of the line end; 0 or a code. */
static ssize_t
comment_skip(struct text *t, struct lk_result *r)
{
	if (!t->is_open && !t->is_whole)
		return result_stop(r, LK_BAD, LK_TLSA_TEXT_PARENTHESIS, t->at);
	result_open(r, LK_READING_TLSA_TEXT_LINE);
	while (t->at < t->s.n && !is_line_end(t->s.p[t->at]))
		t->at++;
	return 0;
}

static ssize_t
parenthesis_skip(struct text *t, struct lk_result *r)
{
	const bool opens = t->s.p[t->at] == '(';

	if (opens == t->is_open)
		return result_stop(r, LK_BAD, LK_TLSA_TEXT_PARENTHESIS, t->at);
	t->is_open = opens;
	t->at++;
	return 0;
}

/* Skip what may stand between words; 0 or a code. */
static ssize_t
blanks_skip(struct text *t, struct lk_result *r)
{
	ssize_t code = 0;
	int c;

	while (code == 0) {
		c = span_at(t->s, t->at);
		if (c == '(' || c == ')')
			code = parenthesis_skip(t, r);
		else if (c == ';')
			code = comment_skip(t, r);
		else if (is_line_end(c) && !t->is_open)
			code = line_end_skip(t, r);
		else if (is_wsp(c) || is_line_end(c))
			t->at++;
		else
			break;
	}
	return code;
}

struct acronym {
	const char *name;
	uint8_t value;
};

/* RFC 7218 section 2, for each of the fields; in any letter case. */
static const struct acronym acronyms[3][5] = {
	{{"PKIX-TA", 0}, {"PKIX-EE", 1}, {"DANE-TA", 2}, {"DANE-EE", 3},
		{"PrivCert", 255}},
	{{"Cert", 0}, {"SPKI", 1}, {"PrivSel", 255}},
	{{"Full", 0}, {"SHA2-256", 1}, {"SHA2-512", 2}, {"PrivMatch", 255}},
};

static bool
is_word_end(int c)
{
	return is_wsp(c) || is_line_end(c) || c == '(' || c == ')' || c == ';';
}

/* How much of the name s begins with, in any letter case. */
static size_t
prefix_size(struct span s, struct span name)
{
	size_t n = 0;

	while (n < name.n && n < s.n && upper_of(s.p[n]) == upper_of(name.p[n]))
		n++;
	return n;
}

/* Read an acronym; where it parts from all of them goes into *at_r. */
static ssize_t
acronym_read(struct text *t, const struct acronym *known, uint8_t *out_r,
	struct lk_result *r)
{
	struct span rest = span_cut(t->s, t->at, t->s.n);
	size_t best = 0, n, i;

	for (i = 0; i < 5 && known[i].name != NULL; i++) {
		struct span name = span_z(known[i].name);

		n = prefix_size(rest, name);
		if (n == name.n && is_word_end(span_at(rest, n))) {
			*out_r = known[i].value;
			t->at += n;
			result_open(r, LK_READING_TLSA_TEXT_ACRONYM);
			return 0;
		}
		if (n > best)
			best = n;
	}
	return result_unfit(
		r, span_at(rest, best), LK_TLSA_TEXT_NUMBER, t->at + best);
}

/* A number up to max, and the blanks behind it; 0 or a code. */
static ssize_t
number_read(struct text *t, size_t max, size_t *out_r, struct lk_result *r)
{
	*out_r = 0;
	if (!is_digit(span_at(t->s, t->at)))
		return result_unfit(
			r, span_at(t->s, t->at), LK_TLSA_TEXT_NUMBER, t->at);
	for (; is_digit(span_at(t->s, t->at)); t->at++) {
		*out_r = *out_r * 10 + (size_t)(t->s.p[t->at] - '0');
		if (*out_r > max)
			return result_stop(
				r, LK_BAD, LK_TLSA_TEXT_NUMBER, t->at);
	}
	if (!is_word_end(span_at(t->s, t->at)))
		return result_unfit(
			r, span_at(t->s, t->at), LK_TLSA_TEXT_NUMBER, t->at);
	return blanks_skip(t, r);
}

/* A number up to 255, or an acronym, and the blanks behind it. */
static ssize_t
field_read(struct text *t, const struct acronym *known, uint8_t *out_r,
	struct lk_result *r)
{
	size_t value = 0;
	ssize_t code;

	if (is_alpha(span_at(t->s, t->at))) {
		code = acronym_read(t, known, out_r, r);
		return code < 0 ? code : blanks_skip(t, r);
	}
	code = number_read(t, UINT8_MAX, &value, r);
	*out_r = (uint8_t)value;
	return code;
}

/* Read pairs of digits up to the end; 0 or a code. */
static ssize_t
hex_read(struct text *t, struct lk_result *r)
{
	size_t digits = 0;
	ssize_t code = 0;

	for (; code == 0 && t->at < t->s.n; code = blanks_skip(t, r)) {
		if (hex_value(t->s.p[t->at]) < 0)
			return result_stop(r, LK_BAD, LK_TLSA_TEXT_HEX, t->at);
		t->at++;
		digits++;
		t->is_whole = digits % 2 == 0;
	}
	if (code < 0)
		return code;
	if (t->is_open)
		return result_stop(r, LK_MORE, LK_TLSA_TEXT_PARENTHESIS, t->at);
	if (!t->is_whole)
		return result_stop(r, LK_MORE, LK_TLSA_TEXT_HEX, t->at);
	return 0;
}

/* The octet that two digits make, in one word. */
static ssize_t
octet_read(struct text *t, uint8_t *out_r, struct lk_result *r)
{
	*out_r = 0;
	for (size_t i = 0; i < 2; i++, t->at++) {
		const int digit = hex_value(span_at(t->s, t->at));

		if (digit < 0)
			return result_unfit(r, span_at(t->s, t->at),
				LK_TLSA_TEXT_HEX, t->at);
		*out_r = (uint8_t)(*out_r << 4 | digit);
	}
	return 0;
}

/*
 * The form for unknown types (RFC 3597 section 5): \# SIZE, and so many octets
 * in words of whole ones. Gives the first three; 0 or a code.
 */
static ssize_t
generic_read(
	struct text *t, uint8_t fields[3], size_t *hex_r, struct lk_result *r)
{
	size_t size = 0, octets = 0;
	uint8_t octet;
	ssize_t code;

	t->at++;
	if (span_at(t->s, t->at) != '#')
		return result_unfit(
			r, span_at(t->s, t->at), LK_TLSA_TEXT_NUMBER, t->at);
	t->at++;
	if (!is_word_end(span_at(t->s, t->at)))
		return result_unfit(
			r, span_at(t->s, t->at), LK_TLSA_TEXT_NUMBER, t->at);
	code = blanks_skip(t, r);
	if (code == 0)
		code = number_read(t, UINT16_MAX, &size, r);
	while (code == 0 && octets < size) {
		code = octet_read(t, octets < 3 ? &fields[octets] : &octet, r);
		octets++;
		t->is_whole = octets == size && size > 3;
		if (octets == 3)
			*hex_r = t->at;
		if (code == 0)
			code = blanks_skip(t, r);
	}
	if (code < 0)
		return code;
	if (t->at < t->s.n || size < 4)
		return result_stop(r, LK_BAD, LK_TLSA_TEXT_HEX, t->at);
	if (t->is_open)
		return result_stop(r, LK_MORE, LK_TLSA_TEXT_PARENTHESIS, t->at);
	result_open(r, LK_READING_TLSA_TEXT_GENERIC);
	return 0;
}

ssize_t
lk_tlsa_text_parse(struct span input, struct lk_result *out_r)
{
	struct text t = {.s = input};
	uint8_t fields[3] = {0};
	size_t start = 0;
	ssize_t code;

	result_start(out_r);
	code = blanks_skip(&t, out_r);
	if (code == 0 && span_at(input, t.at) == '\\') {
		code = generic_read(&t, fields, &start, out_r);
	} else {
		for (size_t i = 0; i < 3 && code == 0; i++)
			code = field_read(&t, acronyms[i], &fields[i], out_r);
		start = t.at;
		if (code == 0)
			code = hex_read(&t, out_r);
	}
	if (code < 0)
		return code;
	out_r->tlsa_text = (struct lk_tlsa_text){fields[0], fields[1],
		fields[2], span_cut(input, start, input.n)};
	return result_done(out_r, input.n);
}

/* The digits, and nothing of comments. */
static void
digits_put(struct out *out, struct span hex)
{
	bool is_comment = false;

	for (size_t i = 0; i < hex.n; i++) {
		is_comment = hex.p[i] == ';' ||
			     (is_comment && !is_line_end(hex.p[i]));
		if (!is_comment && hex_value(hex.p[i]) >= 0)
			digit_put(out, (unsigned)hex_value(hex.p[i]));
	}
}

size_t
lk_tlsa_text_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	const struct lk_tlsa_text *tlsa = &value->tlsa_text;

	out_number(&out, tlsa->usage);
	out_byte(&out, ' ');
	out_number(&out, tlsa->selector);
	out_byte(&out, ' ');
	out_number(&out, tlsa->matching);
	out_byte(&out, ' ');
	digits_put(&out, tlsa->hex);
	return out.n;
}

size_t
lk_tlsa_text_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	const struct lk_tlsa_text *tlsa = &value->tlsa_text;

	numbers_json(&out, tlsa->usage, tlsa->selector, tlsa->matching);
	digits_put(&out, tlsa->hex);
	out_z(&out, "\"}");
	return out.n;
}
