/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The _smtp_sts record (draft-margolis-smtp-sts-00 section 3.1): the policy
 * itself, v=STS1; to=true; mx=...; a=...; c=...; e=...; rua=... The first two
 * fields have their places; words are in any letter case, but for STS1.
 */
#include "parse/chars.h"
#include "parse/old_name.h"
#include "parse/uri.h"

#define E_SIZE 6

enum field {
	MX,
	A,
	C,
	E,
	RUA,
	TO,
	FIELD_COUNT
};

static const char *const field_names[] = {"mx", "a", "c", "e", "rua", "to"};
static const char *const booleans[] = {"false", "true"};
static const char *const constraints[] = {"webpki", "tlsa"};

struct reader {
	struct span s;
	size_t at;
	struct lk_result *r;
};

static ssize_t
unfit(struct reader *reader, size_t at, enum lk_reason reason)
{
	reader->at = at;
	return result_unfit(reader->r, span_at(reader->s, at), reason, at);
}

static void
blanks_skip(struct reader *reader)
{
	while (is_wsp(span_at(reader->s, reader->at)))
		reader->at++;
}

/* Octets of the word that stand at `at`, in any letter case. */
static size_t
word_fits(struct span s, size_t at, const char *word)
{
	size_t n = 0;

	while (word[n] != '\0' && span_at(s, at + n) >= 0 &&
		upper_of(s.p[at + n]) == upper_of((uint8_t)word[n]))
		n++;
	return n;
}

/* Read one of the words, none the beginning of another: which, or a code. */
static ssize_t
word_read(struct reader *reader, const char *const *words, size_t words_n,
	enum lk_reason reason)
{
	size_t best = 0, n;

	for (size_t i = 0; i < words_n; i++) {
		n = word_fits(reader->s, reader->at, words[i]);
		if (words[i][n] == '\0') {
			reader->at += n;
			return (ssize_t)i;
		}
		best = n > best ? n : best;
	}
	return unfit(reader, reader->at + best, reason);
}

static ssize_t
equals_read(struct reader *reader, enum lk_reason reason)
{
	blanks_skip(reader);
	if (span_at(reader->s, reader->at) != '=')
		return unfit(reader, reader->at, reason);
	reader->at++;
	blanks_skip(reader);
	return 0;
}

static ssize_t
version_read(struct reader *reader)
{
	static const char *const names[] = {"v"};
	ssize_t code = word_read(reader, names, 1, LK_STS_2016_VERSION);

	if (code == 0)
		code = equals_read(reader, LK_STS_2016_VERSION);
	for (const char *p = "STS1"; code == 0 && *p != '\0'; p++) {
		if (span_at(reader->s, reader->at) != *p)
			return unfit(reader, reader->at, LK_STS_2016_VERSION);
		reader->at++;
	}
	return code;
}

static ssize_t
mx_read(struct reader *reader)
{
	for (;; reader->at++) {
		struct old_name name = {0};

		while (old_name_take(
			&name, span_at(reader->s, reader->at), false))
			reader->at++;
		if ((name.has_star && !name.has_dot) ||
			!old_name_end(&name, reader->r))
			return unfit(reader, reader->at, LK_STS_2016_MX);
		if (span_at(reader->s, reader->at) != ',')
			return 0;
	}
}

/* Read a URI; a semicolon right behind it might be a part of it. */
static ssize_t
a_uri_read(struct reader *reader, const char *without, enum lk_reason reason,
	struct uri *out_r)
{
	struct txt t = txt_plain(reader->s);
	ssize_t code;

	t.at = reader->at;
	t.left = reader->s.n - t.at;
	code = uri_read(&t, without, out_r);
	reader->at = t.at;
	if (code < 0)
		return result_stop(reader->r, (enum lk_code)code, reason, t.at);
	if (span_at(reader->s, t.at) == ';' &&
		!is_wsp(span_at(reader->s, t.at + 1)))
		result_open(reader->r, LK_READING_STS_2016_SEMICOLON);
	return 0;
}

/* webpki: and an https URI. */
static bool
is_webpki(struct span a, const struct uri *uri)
{
	struct txt t = txt_plain(a);
	struct uri inner;

	if (strcmp(uri->scheme, "webpki") != 0)
		return false;
	t.at = strlen("webpki:");
	t.left = a.n - t.at;
	return uri_read(&t, ";", &inner) == 0 && uri_is_https(&inner);
}

static ssize_t
a_read(struct reader *reader)
{
	struct uri uri;
	size_t start = reader->at;
	ssize_t code = a_uri_read(reader, ";", LK_STS_2016_A, &uri);

	if (code < 0 && reader->at - start == strlen("dnssec") &&
		word_fits(reader->s, start, "dnssec") == strlen("dnssec")) {
		reader->r->reason = LK_NONE;
		reader->r->sts_record_2016.is_dnssec = true;
		return 0;
	}
	if (code == 0 &&
		!is_webpki(span_cut(reader->s, start, reader->at), &uri))
		result_open(reader->r, LK_READING_STS_2016_SCHEME);
	return code;
}

static ssize_t
c_read(struct reader *reader)
{
	ssize_t which = word_read(reader, constraints, 2, LK_STS_2016_C);

	reader->r->sts_record_2016.is_tlsa = which == 1;
	return which < 0 ? which : 0;
}

static ssize_t
e_read(struct reader *reader)
{
	uint32_t *seconds = &reader->r->sts_record_2016.seconds;
	size_t start = reader->at;

	for (int c; is_digit(c = span_at(reader->s, reader->at));
		reader->at++) {
		if (reader->at - start == E_SIZE)
			return unfit(reader, reader->at, LK_STS_2016_E);
		*seconds = *seconds * 10 + (uint32_t)(c - '0');
	}
	if (reader->at == start)
		return unfit(reader, reader->at, LK_STS_2016_E);
	return 0;
}

/* Read ["!" 1*DIGIT [unit]]; units are in any letter case. */
static ssize_t
size_read(struct reader *reader)
{
	uint64_t size = 0;
	size_t start;
	int c = span_at(reader->s, reader->at);

	if (c != '!')
		return 0;
	start = ++reader->at;
	for (; is_digit(c = span_at(reader->s, reader->at)); reader->at++) {
		uint64_t digit = (uint64_t)(c - '0');

		if (size > (UINT64_MAX - digit) / 10)
			return unfit(reader, reader->at, LK_STS_2016_RUA_SIZE);
		size = size * 10 + digit;
	}
	if (reader->at == start)
		return unfit(reader, reader->at, LK_STS_2016_RUA_SIZE);
	if (c > 0 && strchr("kmgtKMGT", c) != NULL)
		reader->at++;
	return 0;
}

/* Skip a comma and the blanks around it; false, and nothing, if none. */
static bool
comma_skip(struct reader *reader)
{
	struct reader ahead = *reader;

	blanks_skip(&ahead);
	if (span_at(ahead.s, ahead.at) != ',')
		return false;
	ahead.at++;
	blanks_skip(&ahead);
	*reader = ahead;
	return true;
}

static ssize_t
rua_read(struct reader *reader)
{
	struct uri uri;
	ssize_t code;

	do {
		code = a_uri_read(reader, "!,;", LK_STS_2016_RUA, &uri);
		if (code < 0)
			return code;
		if (strcmp(uri.scheme, "mailto") != 0)
			result_open(reader->r, LK_READING_STS_2016_SCHEME);
		code = size_read(reader);
		if (code < 0)
			return code;
	} while (comma_skip(reader));
	return 0;
}

static struct span *
place_of(struct lk_sts_record_2016 *record, enum field field)
{
	switch (field) {
	case MX:
		return &record->mx;
	case A:
		return &record->a;
	case C:
		return &record->c;
	case E:
		return &record->e;
	default:
		return &record->rua;
	}
}

/* Read one of the fields behind the second; 0 or a code. */
static ssize_t
field_read(struct reader *reader)
{
	static ssize_t (*const readers[])(struct reader *) = {
		mx_read, a_read, c_read, e_read, rua_read};
	size_t start = reader->at;
	ssize_t code, which = word_read(reader, field_names, FIELD_COUNT,
			      LK_STS_2016_FIELD);
	struct span *place;

	if (which < 0)
		return which;
	place = place_of(&reader->r->sts_record_2016, (enum field)which);
	if (which == TO || place->p != NULL)
		return result_stop(
			reader->r, LK_BAD, LK_STS_2016_REPEATED, start);
	code = equals_read(reader, LK_STS_2016_FIELD);
	if (code < 0)
		return code;
	start = reader->at;
	code = readers[which](reader);
	*place = span_cut(reader->s, start, reader->at);
	return code;
}

/* Read to=true or to=false, which stands second. */
static ssize_t
to_read(struct reader *reader)
{
	static const char *const names[] = {"to"};
	ssize_t code = word_read(reader, names, 1, LK_STS_2016_TO);

	if (code == 0)
		code = equals_read(reader, LK_STS_2016_TO);
	if (code == 0)
		code = word_read(reader, booleans, 2, LK_STS_2016_TO);
	reader->r->sts_record_2016.is_tls_only = code == 1;
	return code < 0 ? code : 0;
}

/* Read the delimiter in front of a field; *is_end_r: here it ends. */
static ssize_t
delimiter_read(struct reader *reader, bool *is_end_r)
{
	size_t start = reader->at;

	blanks_skip(reader);
	*is_end_r = reader->at == reader->s.n;
	if (*is_end_r) {
		if (reader->at > start)
			result_open(reader->r, LK_READING_STS_2016_END_BLANK);
		return 0;
	}
	if (span_at(reader->s, reader->at) != ';')
		return unfit(reader, reader->at, LK_STS_2016_DELIMITER);
	reader->at++;
	blanks_skip(reader);
	*is_end_r = reader->at == reader->s.n;
	return 0;
}

ssize_t
lk_sts_record_2016_parse(struct span input, struct lk_result *out_r)
{
	struct reader reader = {input, 0, out_r};
	struct lk_sts_record_2016 *record = &out_r->sts_record_2016;
	bool is_end = false;
	ssize_t code;

	result_start(out_r);
	code = version_read(&reader);
	if (code == 0)
		code = delimiter_read(&reader, &is_end);
	if (code == 0)
		code = to_read(&reader);
	while (code == 0) {
		code = delimiter_read(&reader, &is_end);
		if (code < 0 || is_end)
			break;
		code = field_read(&reader);
	}
	if (code < 0)
		return code;
	if (record->mx.p == NULL || record->a.p == NULL ||
		record->c.p == NULL || record->e.p == NULL)
		result_open(out_r, LK_READING_STS_2016_ABSENT);
	return result_done(out_r, input.n);
}
