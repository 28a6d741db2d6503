/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines that announce DEEP status or MUA-STS directives: a line of the
 * reply to EHLO (RFC 5321 section 4.1.1.1), a line of CAPA (RFC 2449 section
 * 3).
 */
#include "parse/chars.h"
#include "parse/deep_inner.h"

#define EHLO_SIZE 512
#define CAPA_SIZE 512

ssize_t
deep_line_cut(struct span input, size_t limit, struct span *line_r,
	bool *is_whole_r, struct lk_result *r)
{
	size_t n = 0;

	while (n < input.n && n <= limit &&
		!(input.p[n] == '\r' &&
			(n + 1 == input.n || input.p[n + 1] == '\n')))
		n++;
	*line_r = span_cut(input, 0, n);
	*is_whole_r = n + 1 < input.n;
	if (n + 2 > limit)
		return result_stop(r, LK_LIMIT, LK_DEEP_LINE_SIZE,
			limit < input.n ? limit : input.n);
	return 0;
}

ssize_t
deep_line_end(
	ssize_t code, struct span line, bool is_whole, struct lk_result *r)
{
	if (code == LK_MORE && is_whole)
		return result_stop(r, LK_BAD, r->reason, r->offset);
	if (code < 0)
		return code;
	if (!is_whole)
		return result_stop(r, LK_MORE, LK_DEEP_LINE_END, line.n);
	return result_done(r, line.n + 2);
}

/* Match a word without its case; where it ends, or a code. */
static ssize_t
word_read(struct span line, size_t at, const char *word, struct lk_result *r)
{
	for (; *word != '\0'; word++, at++) {
		int c = span_at(line, at);

		if ((is_alpha(c) ? c | 0x20 : c) != *word)
			return result_unfit(r, c, LK_DEEP_KEYWORD, at);
	}
	return (ssize_t)at;
}

/* Read the keyword and its arguments, without a blank too many; 0 or a code. */
static ssize_t
announcement_read(struct span line, size_t at, const char *sts_word,
	bool *is_sts_r, struct span *text_r, struct lk_result *r)
{
	bool is_cut; /* ends with a blank that something has to follow */
	ssize_t n;

	*is_sts_r = span_at(line, at) >= 0 &&
		    (span_at(line, at) | 0x20) == *sts_word;
	n = word_read(line, at, *is_sts_r ? sts_word : "deep", r);
	if (n < 0)
		return n;
	at = (size_t)n;
	*text_r = span_of(NULL, 0);
	if (at == line.n)
		return 0;
	do {
		if (line.p[at] == ' ' && span_at(line, at + 1) == ' ')
			return result_stop(
				r, LK_BAD, LK_DEEP_LINE_BLANK, at + 1);
		if (line.p[at] != ' ' && at == (size_t)n)
			return result_stop(r, LK_BAD, LK_DEEP_KEYWORD, at);
	} while (++at < line.n);
	is_cut = line.p[line.n - 1] == ' ';
	*text_r = span_cut(line, (size_t)n + 1, line.n - is_cut);
	n = *is_sts_r ? deep_directives_read(*text_r, r)
		      : deep_status_read(*text_r, ' ', r);
	if (n < 0)
		r->offset += (size_t)(text_r->p - line.p);
	if (is_cut && n != LK_BAD)
		return result_stop(r, LK_MORE, LK_DEEP_LINE_BLANK, line.n);
	return n;
}

static void
announcement_print(
	struct out *out, bool is_sts, const char *sts_word, struct span text)
{
	out_z(out, is_sts ? sts_word : "DEEP");
	if (text.n > 0)
		out_byte(out, ' ');
	if (is_sts)
		deep_directives_print(out, text);
	else
		deep_status_print(out, text, ' ');
	out_z(out, "\r\n");
}

static void
announcement_json(
	struct out *out, bool is_sts, const char *sts_word, struct span text)
{
	out_name(out, "keyword");
	out_string(out, span_z(is_sts ? sts_word : "DEEP"));
	if (is_sts)
		deep_directives_json(out, text);
	else
		deep_status_json(out, text, ' ');
}

/* 250 and a hyphen or a space; where they end, or a code. */
static ssize_t
reply_read(struct span line, bool *is_last_r, struct lk_result *r)
{
	size_t at;

	for (at = 0; at < 3; at++)
		if (span_at(line, at) != "250"[at])
			return result_unfit(
				r, span_at(line, at), LK_DEEP_REPLY, at);
	*is_last_r = span_at(line, at) == ' ';
	if (span_at(line, at) != '-' && !*is_last_r)
		return result_unfit(r, span_at(line, at), LK_DEEP_REPLY, at);
	return 4;
}

ssize_t
lk_deep_ehlo_parse(struct span input, struct lk_result *out_r)
{
	struct lk_deep_ehlo *ehlo = &out_r->deep_ehlo;
	struct span line;
	bool is_whole;
	ssize_t code;

	result_start(out_r);
	code = deep_line_cut(input, EHLO_SIZE, &line, &is_whole, out_r);
	if (code == 0)
		code = reply_read(line, &ehlo->is_last, out_r);
	if (code > 0)
		code = announcement_read(line, (size_t)code, "msts",
			&ehlo->is_sts, &ehlo->text, out_r);
	return deep_line_end(code, line, is_whole, out_r);
}

size_t
lk_deep_ehlo_print(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_deep_ehlo *ehlo = &value->deep_ehlo;
	struct out out = out_to(out_r, size);

	out_z(&out, ehlo->is_last ? "250 " : "250-");
	announcement_print(&out, ehlo->is_sts, "MSTS", ehlo->text);
	return out.n;
}

size_t
lk_deep_ehlo_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_deep_ehlo *ehlo = &value->deep_ehlo;
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "last");
	out_bool(&out, ehlo->is_last);
	announcement_json(&out, ehlo->is_sts, "MSTS", ehlo->text);
	out_byte(&out, '}');
	return out.n;
}

ssize_t
lk_deep_capa_parse(struct span input, struct lk_result *out_r)
{
	struct lk_deep_capa *capa = &out_r->deep_capa;
	struct span line;
	bool is_whole;
	ssize_t code;

	result_start(out_r);
	code = deep_line_cut(input, CAPA_SIZE, &line, &is_whole, out_r);
	if (code == 0)
		code = announcement_read(
			line, 0, "sts", &capa->is_sts, &capa->text, out_r);
	return deep_line_end(code, line, is_whole, out_r);
}

size_t
lk_deep_capa_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	announcement_print(
		&out, value->deep_capa.is_sts, "STS", value->deep_capa.text);
	return out.n;
}

size_t
lk_deep_capa_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	announcement_json(
		&out, value->deep_capa.is_sts, "STS", value->deep_capa.text);
	out_byte(&out, '}');
	return out.n;
}
