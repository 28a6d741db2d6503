/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clause of a Received field that names the cipher suite:
 *	CFWS "tls" FWS tls-cipher		draft-ietf-uta-email-deep
 *	... [CFWS "group" FWS dh-group]		RFC 8314 section 4.3
 */
#include "parse/chars.h"
#include "parse/deep_inner.h"

#define HEX_DIGITS 4

ssize_t
deep_cipher_read(struct span s, size_t at, struct lk_result *r)
{
	size_t start = at;

	if (span_at(s, at) == '0') {
		at++;
		if ((span_at(s, at) | 0x20) != 'x')
			return result_unfit(
				r, span_at(s, at), LK_TLS_CIPHER, at);
		at++;
		for (; at - start < 2 + HEX_DIGITS; at++)
			if (hex_value(span_at(s, at)) < 0)
				return result_unfit(
					r, span_at(s, at), LK_TLS_CIPHER, at);
		return (ssize_t)at;
	}
	if (!is_alpha(span_at(s, at)))
		return result_unfit(r, span_at(s, at), LK_TLS_CIPHER, at);
	while (is_alnum(span_at(s, at)) || span_at(s, at) == '_')
		at++;
	return (ssize_t)at;
}

static ssize_t
group_read(struct span s, size_t at, struct lk_result *r)
{
	if (!is_alpha(span_at(s, at)))
		return result_unfit(r, span_at(s, at), LK_TLS_GROUP, at);
	while (is_alnum(span_at(s, at)) || span_at(s, at) == '_' ||
		span_at(s, at) == '-')
		at++;
	return (ssize_t)at;
}

/*
 * Read FWS (RFC 5322 section 3.2.2); where it ends, or a code. It has one fold,
 * in its obsolete form any number behind a blank (section 4.2).
 */
static ssize_t
blanks_read(struct span s, size_t at, struct lk_result *r)
{
	const bool is_folded_first = span_at(s, at) == '\r';
	unsigned folds = 0;

	for (;; at++) {
		if (is_wsp(span_at(s, at)))
			continue;
		if (span_at(s, at) != '\r')
			return (ssize_t)at;
		if (++folds > 1 && is_folded_first)
			return result_stop(r, LK_BAD, LK_RECEIVED_BLANK, at);
		if (folds > 1)
			result_open(r, LK_READING_RECEIVED_OBSOLETE);
		if (span_at(s, at + 1) != '\n')
			return result_unfit(r, span_at(s, at + 1),
				LK_RECEIVED_BLANK, at + 1);
		if (!is_wsp(span_at(s, at + 2)))
			return result_unfit(r, span_at(s, at + 2),
				LK_RECEIVED_BLANK, at + 2);
		at += 2;
	}
}

/* One octet of a comment, behind a backslash or not: 0, or a code. Control
 * characters are obsolete (section 4.1). */
static ssize_t
content_read(struct span s, size_t at, bool is_quoted, struct lk_result *r)
{
	const int c = span_at(s, at);

	if (is_vchar(c) || (is_quoted && is_wsp(c)))
		return 0;
	if (c < 0 || c >= 0x80 || (!is_quoted && (c == 0 || c == '\n')))
		return result_unfit(r, c, LK_RECEIVED_COMMENT, at);
	result_open(r, LK_READING_RECEIVED_OBSOLETE);
	return 0;
}

/* Read the comment at `at`, with those inside it. */
static ssize_t
comment_read(struct span s, size_t at, struct lk_result *r)
{
	size_t depth = 0;
	bool is_quoted;
	ssize_t n;

	do {
		n = blanks_read(s, at, r);
		if (n < 0)
			return n;
		at = (size_t)n;
		if (span_at(s, at) == '(')
			depth++;
		else if (span_at(s, at) == ')')
			depth--;
		is_quoted = span_at(s, at) == '\\';
		if (is_quoted)
			at++;
		n = content_read(s, at, is_quoted, r);
		if (n < 0)
			return n;
		at++;
	} while (depth > 0);
	return (ssize_t)at;
}

/* Read blanks, with has_comments also comments, of which one must be there. */
static ssize_t
gap_read(struct span s, size_t at, bool has_comments, struct lk_result *r)
{
	size_t start = at;
	ssize_t n;

	for (;;) {
		n = blanks_read(s, at, r);
		if (n < 0)
			return n;
		at = (size_t)n;
		if (!has_comments || span_at(s, at) != '(')
			break;
		n = comment_read(s, at, r);
		if (n < 0)
			return n;
		at = (size_t)n;
	}
	if (at == start)
		return result_unfit(r, span_at(s, at), LK_RECEIVED_BLANK, at);
	return (ssize_t)at;
}

/* CFWS word FWS; where it ends, or a code. */
static ssize_t
word_read(struct span s, size_t at, const char *word, struct lk_result *r)
{
	ssize_t n = gap_read(s, at, true, r);

	if (n < 0)
		return n;
	for (at = (size_t)n; *word != '\0'; word++, at++)
		if ((span_at(s, at) | 0x20) != *word || span_at(s, at) < 0)
			return result_unfit(
				r, span_at(s, at), LK_RECEIVED_WORD, at);
	return gap_read(s, at, false, r);
}

/* Read the clause; *cipher_r and *group_r, which is empty without one. */
static ssize_t
clause_read(struct span s, bool has_group, struct span *cipher_r,
	struct span *group_r, struct lk_result *r)
{
	ssize_t n = word_read(s, 0, "tls", r);
	size_t start = (size_t)n;

	if (n >= 0)
		n = deep_cipher_read(s, start, r);
	if (n < 0)
		return n;
	*cipher_r = span_cut(s, start, (size_t)n);
	*group_r = span_of(NULL, 0);
	if ((size_t)n == s.n)
		return result_done(r, s.n);
	if (!has_group)
		return result_stop(r, LK_BAD, LK_TLS_CIPHER, (size_t)n);
	n = word_read(s, (size_t)n, "group", r);
	start = (size_t)n;
	if (n >= 0)
		n = group_read(s, start, r);
	if (n < 0)
		return n;
	if ((size_t)n < s.n)
		return result_stop(r, LK_BAD, LK_TLS_GROUP, (size_t)n);
	*group_r = span_cut(s, start, s.n);
	return result_done(r, s.n);
}

static void
clause_print(struct out *out, struct span cipher, struct span group)
{
	out_z(out, " tls ");
	out_put(out, cipher);
	if (group.n > 0)
		out_z(out, " group ");
	out_put(out, group);
}

static void
clause_json(struct out *out, struct span cipher)
{
	out_open(out, '{');
	out_name(out, "cipher");
	out_string(out, cipher);
}

ssize_t
lk_received_tls_parse(struct span input, struct lk_result *out_r)
{
	result_start(out_r);
	return clause_read(input, true, &out_r->received_tls.cipher,
		&out_r->received_tls.group, out_r);
}

size_t
lk_received_tls_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	clause_print(
		&out, value->received_tls.cipher, value->received_tls.group);
	return out.n;
}

size_t
lk_received_tls_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	clause_json(&out, value->received_tls.cipher);
	out_name(&out, "group");
	if (value->received_tls.group.n > 0)
		out_string(&out, value->received_tls.group);
	else
		out_null(&out);
	out_byte(&out, '}');
	return out.n;
}

ssize_t
lk_received_tls_deep_parse(struct span input, struct lk_result *out_r)
{
	struct span unused;

	result_start(out_r);
	return clause_read(
		input, false, &out_r->received_tls_deep.cipher, &unused, out_r);
}

size_t
lk_received_tls_deep_print(
	const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	clause_print(&out, value->received_tls_deep.cipher, span_of(NULL, 0));
	return out.n;
}

size_t
lk_received_tls_deep_json(
	const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	clause_json(&out, value->received_tls_deep.cipher);
	out_byte(&out, '}');
	return out.n;
}
