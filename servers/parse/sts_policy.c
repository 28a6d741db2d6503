/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy file (RFC 8461 section 3.2): lines of name ":" *WSP value *WSP,
 * ended by LF or CRLF. A known name with a value that does not fit still is a
 * well-formed extension; so it is remembered, and decides at the end.
 */
#include "parse/chars.h"
#include "parse/domain.h"
#include "parse/sts_policy_field.h"
#include "parse/utf8.h"

#define BODY_SIZE 65536
#define NAME_SIZE 32
#define MAX_AGE 31557600

/* Where a field with a value that does not fit stands first. */
struct state {
	size_t bad_version, bad_mode, bad_max_age, bad_mx;
	bool has_version, has_max_age;
};

/* No name and colon begin at `at`: why. */
static ssize_t
name_unfit(struct span s, size_t at, size_t end, struct lk_result *r)
{
	const int first = span_at(s, at);

	if (first == '\r' || first == '\n')
		return result_stop(r, LK_BAD, LK_STS_POLICY_BLANK_LINE, at);
	if (!is_alnum(first))
		return result_unfit(r, first, LK_STS_POLICY_NAME, at);
	return result_unfit(r, span_at(s, end), LK_STS_POLICY_NAME, end);
}

/* Read name and colon; where they end, or a code. */
static ssize_t
name_read(struct span s, size_t at, struct lk_field *out_r, struct lk_result *r)
{
	const size_t end =
		chars_skip(span_cut(s, 0, at + NAME_SIZE), at, CHARS_NAME);

	if (end == s.n || s.p[end] != ':' || !chars_is(s.p[at], CHARS_ALNUM))
		return name_unfit(s, at, end, r);
	out_r->name = span_of(s.p + at, end - at);
	return (ssize_t)end + 1;
}

/*
 * Go on with a value behind its visible ASCII and spaces: where the blanks
 * behind it end, or a code; *end: where the value itself ends. Blanks inside
 * it are spaces only, so a tab must be behind its end.
 */
static ssize_t
rest_read(struct span s, size_t at, size_t *end, struct lk_result *r)
{
	size_t tab = SIZE_MAX;
	ssize_t n;

	for (; at < s.n && s.p[at] != '\r' && s.p[at] != '\n';
		at += (size_t)n) {
		n = 1;
		if (is_wsp(s.p[at])) {
			if (s.p[at] == '\t' && tab == SIZE_MAX)
				tab = at;
			continue;
		}
		if (!is_vchar(s.p[at]))
			n = s.p[at] < 0x80 ? 0 : utf8_size(s, at);
		if (n < 0)
			return result_stop(
				r, LK_MORE, LK_STS_POLICY_VALUE, s.n);
		if (n == 0)
			return result_stop(r, LK_BAD, LK_STS_POLICY_VALUE, at);
		if (tab != SIZE_MAX)
			return result_stop(r, LK_BAD, LK_STS_POLICY_VALUE, tab);
		*end = at + (size_t)n;
	}
	return (ssize_t)at;
}

/* Read a value and the blanks around it; where they end, or a code. */
static ssize_t
value_read(
	struct span s, size_t at, struct lk_field *out_r, struct lk_result *r)
{
	const size_t start = chars_skip(s, at, CHARS_WSP);
	ssize_t n = (ssize_t)chars_skip(s, start, CHARS_TEXT);
	size_t end = (size_t)n;

	while (end > start && s.p[end - 1] == ' ')
		end--;
	if ((size_t)n < s.n && s.p[n] != '\n')
		n = rest_read(s, (size_t)n, &end, r);
	if (n >= 0 && end == start)
		return result_unfit(r, span_at(s, (size_t)n),
			LK_STS_POLICY_VALUE, (size_t)n);
	out_r->value = span_of(s.p + start, end - start);
	return n;
}

/* Read a line end, or the end of the text; where the next line begins. */
static ssize_t
line_end_read(struct span s, size_t at, struct lk_result *r)
{
	if (at == s.n)
		return (ssize_t)at;
	at += s.p[at] == '\r';
	if (at < s.n && s.p[at] == '\n')
		return (ssize_t)at + 1;
	return result_unfit(r, span_at(s, at), LK_STS_POLICY_LINE_END, at);
}

static ssize_t
line_read(struct span s, size_t at, struct lk_field *out_r, struct lk_result *r)
{
	ssize_t n = name_read(s, at, out_r, r);

	if (n >= 0)
		n = value_read(s, (size_t)n, out_r, r);
	return n < 0 ? n : line_end_read(s, (size_t)n, r);
}

/* 1*10DIGIT */
static bool
max_age_read(struct span value, uint64_t *out_r)
{
	*out_r = 0;
	if (value.n > 10 || chars_skip(value, 0, CHARS_DIGIT) < value.n)
		return false;
	for (size_t i = 0; i < value.n; i++)
		*out_r = *out_r * 10 + (uint64_t)(value.p[i] - '0');
	return true;
}

static const char *const mode_names[] = {NULL, "none", "testing", "enforce"};

const char *
lk_sts_mode_name(enum lk_sts_mode mode)
{
	return (unsigned)mode <= LK_STS_MODE_ENFORCE ? mode_names[mode] : NULL;
}

static enum lk_sts_mode
mode_of(struct span value)
{
	if (value.n == 4 && memcmp(value.p, "none", 4) == 0)
		return LK_STS_MODE_NONE;
	if (value.n != 7)
		return LK_STS_MODE_MISSING;
	if (memcmp(value.p, "enforce", 7) == 0)
		return LK_STS_MODE_ENFORCE;
	return memcmp(value.p, "testing", 7) == 0 ? LK_STS_MODE_TESTING
						  : LK_STS_MODE_MISSING;
}

/*
 * Take a field that may be there once: its value fits or not, one that fits
 * was there or not, one that did not fit stood at *bad. True: it counts. What
 * stands behind the first that fits is ignored, whatever its value.
 */
static bool
once_take(
	bool fits, bool was_there, size_t *bad, size_t at, struct lk_result *r)
{
	if (!fits && !was_there && *bad == SIZE_MAX)
		*bad = at;
	else if (fits && !was_there && *bad != SIZE_MAX)
		result_open(r, LK_READING_STS_POLICY_BAD_FIRST);
	return fits && !was_there;
}

static void
max_age_take(struct state *state, uint64_t age, struct lk_result *r)
{
	r->sts_policy.max_age = age;
	state->has_max_age = true;
	if (age > MAX_AGE)
		result_open(r, LK_READING_STS_POLICY_MAX_AGE);
}

static void
mx_take(struct state *state, struct span value, size_t at, struct lk_result *r)
{
	bool is_whole;

	domain_scan(value, true, &is_whole);
	if (is_whole) {
		r->sts_policy.mx_count++;
		if (!domain_has_length(value))
			result_open(r, LK_READING_STS_POLICY_MX_LENGTH);
	} else if (state->bad_mx == SIZE_MAX) {
		state->bad_mx = at;
	}
}

static void
field_take(struct state *state, const struct lk_field *field, size_t at,
	struct lk_result *r)
{
	struct lk_sts_policy *policy = &r->sts_policy;
	enum lk_sts_mode mode;
	uint64_t age;

	switch (sts_policy_field_of(field->name)) {
	case STS_POLICY_VERSION:
		if (once_take(span_eq(field->value, span_z("STSv1")),
			    state->has_version, &state->bad_version, at, r))
			state->has_version = true;
		break;
	case STS_POLICY_MODE:
		mode = mode_of(field->value);
		if (once_take(mode != LK_STS_MODE_MISSING,
			    policy->mode != LK_STS_MODE_MISSING,
			    &state->bad_mode, at, r))
			policy->mode = mode;
		break;
	case STS_POLICY_MAX_AGE:
		if (once_take(max_age_read(field->value, &age),
			    state->has_max_age, &state->bad_max_age, at, r))
			max_age_take(state, age, r);
		break;
	case STS_POLICY_MX:
		mx_take(state, field->value, at, r);
		break;
	case STS_POLICY_OTHER:
		break;
	}
}

/* LK_MORE because a field is missing, or stands at `bad` and does not fit. */
static ssize_t
missing(struct lk_result *r, size_t bad, enum lk_reason unfit,
	enum lk_reason absent, size_t end)
{
	if (bad != SIZE_MAX)
		return result_stop(r, LK_MORE, unfit, bad);
	return result_stop(r, LK_MORE, absent, end);
}

static ssize_t
policy_end(const struct state *state, struct lk_result *r, size_t end)
{
	struct lk_sts_policy *policy = &r->sts_policy;

	if (!state->has_version)
		return missing(r, state->bad_version, LK_STS_POLICY_VERSION,
			LK_STS_POLICY_VERSION_MISSING, end);
	if (policy->mode == LK_STS_MODE_MISSING)
		return missing(r, state->bad_mode, LK_STS_POLICY_MODE,
			LK_STS_POLICY_MODE_MISSING, end);
	if (!state->has_max_age)
		return missing(r, state->bad_max_age, LK_STS_POLICY_MAX_AGE,
			LK_STS_POLICY_MAX_AGE_MISSING, end);
	if (policy->mx_count == 0 && policy->mode != LK_STS_MODE_NONE)
		return missing(r, state->bad_mx, LK_STS_POLICY_MX,
			LK_STS_POLICY_MX_MISSING, end);
	if (state->bad_mx != SIZE_MAX)
		result_open(r, LK_READING_STS_POLICY_BAD_MX);
	return result_done(r, end);
}

ssize_t
lk_sts_policy_parse(struct span input, struct lk_result *out_r)
{
	struct state state = {
		SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, false, false};
	struct lk_field field;
	size_t at = 0;
	ssize_t n;

	result_start(out_r);
	if (input.n > BODY_SIZE)
		return result_stop(
			out_r, LK_LIMIT, LK_STS_POLICY_SIZE, BODY_SIZE);
	do {
		n = line_read(input, at, &field, out_r);
		if (n < 0)
			return n;
		field_take(&state, &field, at, out_r);
		at = (size_t)n;
	} while (at < input.n);
	out_r->sts_policy.body = input;
	return policy_end(&state, out_r, at);
}

bool
lk_sts_policy_next(struct span *rest, struct lk_field *out_r)
{
	struct lk_result unused;
	ssize_t n = -1;

	*out_r = (struct lk_field){.value.p = NULL};
	if (rest->n > 0)
		n = line_read(*rest, 0, out_r, &unused);
	if (n < 0)
		return false;
	*rest = span_cut(*rest, (size_t)n, rest->n);
	return true;
}

bool
lk_sts_policy_mx_next(struct span *rest, struct span *out_r)
{
	struct lk_field field;
	bool is_whole;

	while (lk_sts_policy_next(rest, &field)) {
		domain_scan(field.value, true, &is_whole);
		*out_r = field.value;
		if (is_whole &&
			sts_policy_field_of(field.name) == STS_POLICY_MX)
			return true;
	}
	return false;
}
