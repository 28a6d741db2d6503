/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy in JSON (draft-ietf-uta-mta-sts-01 section 3.1.2). The draft's
 * grammar contradicts its text and its example: two members at most, blanks
 * that must be there, a list that ends with [. So the shape is that of JSON, as
 * the text wants, and names and values are those of the grammar.
 */
#include "parse/chars.h"
#include "parse/json.h"
#include "parse/old_name.h"
#include "parse/out.h"

#define ID_SIZE 32
#define MAX_AGE_SIZE 10

enum member {
	VERSION,
	MODE,
	POLICY_ID,
	MX,
	MAX_AGE,
	MEMBER_COUNT
};

static const char *const member_names[] = {
	"version", "mode", "policy_id", "mx", "max_age"};
static const char *const modes[] = {"report", "enforce"};

static bool
has_escape(struct span text)
{
	return text.n > 0 && memchr(text.p, '\\', text.n) != NULL;
}

/* Whether a string is the word, whatever its letter case. */
static bool
is_word(struct span text, const char *word, bool *is_exact_r)
{
	int c;

	*is_exact_r = true;
	for (; *word != '\0'; word++) {
		c = json_char_next(&text);
		if (c < 0 || c > 0x7f ||
			upper_of((uint8_t)c) != upper_of((uint8_t)*word))
			return false;
		if (c != *word)
			*is_exact_r = false;
	}
	return text.n == 0;
}

/* Which of the words a string is; n if none. */
static size_t
word_find(struct span text, const char *const *words, size_t n,
	struct lk_result *r)
{
	bool is_exact;
	size_t i = 0;

	while (i < n && !is_word(text, words[i], &is_exact))
		i++;
	if (i < n && !is_exact)
		result_open(r, LK_READING_STS_JSON_CASE);
	if (i < n && has_escape(text))
		result_open(r, LK_READING_STS_JSON_ESCAPE);
	return i;
}

/* A string that is to be a value; where it begins is *start_r. */
static ssize_t
text_read(struct json *json, struct span *out_r, size_t *start_r,
	enum lk_reason reason)
{
	*start_r = json->at;
	if (json_peek(json) != '"')
		return json_unfit(json, reason);
	return json_string_read(json, out_r);
}

static ssize_t
version_read(struct json *json)
{
	struct span text = {NULL, 0};
	size_t start;
	bool is_exact;
	ssize_t code = text_read(json, &text, &start, LK_STS_JSON_VERSION);

	if (code < 0)
		return code;
	if (!is_word(text, "STSv1", &is_exact) || !is_exact)
		return result_stop(json->r, LK_BAD, LK_STS_JSON_VERSION, start);
	if (has_escape(text))
		result_open(json->r, LK_READING_STS_JSON_ESCAPE);
	return 0;
}

static ssize_t
mode_read(struct json *json)
{
	struct span text = {NULL, 0};
	size_t start, which;
	ssize_t code = text_read(json, &text, &start, LK_STS_JSON_MODE);

	if (code < 0)
		return code;
	which = word_find(text, modes, 2, json->r);
	if (which == 2)
		return result_stop(json->r, LK_BAD, LK_STS_JSON_MODE, start);
	json->r->sts_policy_json.is_enforced = which == 1;
	return 0;
}

static ssize_t
policy_id_read(struct json *json)
{
	struct span text = {NULL, 0}, rest;
	size_t start, n = 0;
	ssize_t code = text_read(json, &text, &start, LK_STS_JSON_ID);

	if (code < 0)
		return code;
	for (rest = text; rest.n > 0; n++)
		if (!is_alnum(json_char_next(&rest)))
			n = ID_SIZE;
	if (n == 0 || n > ID_SIZE)
		return result_stop(json->r, LK_BAD, LK_STS_JSON_ID, start);
	if (has_escape(text))
		result_open(json->r, LK_READING_STS_JSON_ESCAPE);
	json->r->sts_policy_json.policy_id = text;
	return 0;
}

static bool
is_name(struct span text, struct lk_result *r)
{
	struct old_name name = {0};
	struct span rest = text;

	while (rest.n > 0)
		if (!old_name_take(&name, json_char_next(&rest), true))
			return false;
	if (!old_name_end(&name, r))
		return false;
	if (has_escape(text))
		result_open(r, LK_READING_STS_JSON_ESCAPE);
	return true;
}

static ssize_t
mx_read(struct json *json)
{
	struct span text = {NULL, 0};
	size_t start, list;
	ssize_t code;

	if (json_peek(json) != '[')
		return json_unfit(json, LK_STS_JSON_MX);
	list = json->at + 1;
	do {
		json->at++;
		json_blanks_skip(json);
		code = text_read(json, &text, &start, LK_STS_JSON_MX);
		if (code < 0)
			return code;
		if (!is_name(text, json->r))
			return result_stop(
				json->r, LK_BAD, LK_STS_JSON_MX, start);
		json_blanks_skip(json);
	} while (json_peek(json) == ',');
	json->r->sts_policy_json.mx = span_cut(json->s, list, json->at);
	if (json_peek(json) != ']')
		return json_unfit(json, LK_STS_JSON_SYNTAX);
	json->at++;
	return 0;
}

static ssize_t
max_age_read(struct json *json)
{
	uint64_t *age = &json->r->sts_policy_json.max_age;
	size_t start = json->at;

	for (int c; is_digit(c = json_peek(json)); json->at++) {
		if (json->at - start == MAX_AGE_SIZE)
			return json_unfit(json, LK_STS_JSON_MAX_AGE);
		*age = *age * 10 + (uint64_t)(c - '0');
	}
	if (json->at == start)
		return json_unfit(json, LK_STS_JSON_MAX_AGE);
	if (json->s.p[start] == '0' && json->at - start > 1)
		result_open(json->r, LK_READING_STS_JSON_ZEROS);
	return 0;
}

/* Read a member; *seen_r are the bits of those that were there. */
static ssize_t
member_read(struct json *json, unsigned *seen_r)
{
	static ssize_t (*const readers[])(struct json *) = {
		version_read, mode_read, policy_id_read, mx_read, max_age_read};
	struct span name = {NULL, 0};
	ssize_t code = json_name_read(json, &name);
	size_t which;

	if (code < 0)
		return code;
	which = word_find(name, member_names, MEMBER_COUNT, json->r);
	if (which == MEMBER_COUNT) {
		result_open(json->r, LK_READING_STS_JSON_UNKNOWN);
		code = json_value_skip(json);
	} else if ((*seen_r >> which & 1) != 0) {
		result_open(json->r, LK_READING_STS_JSON_REPEATED);
		code = json_value_skip(json);
	} else {
		*seen_r |= 1u << which;
		code = readers[which](json);
	}
	json_blanks_skip(json);
	return code;
}

ssize_t
lk_sts_policy_json_parse(struct span input, struct lk_result *out_r)
{
	struct json json = {input, 0, out_r};
	unsigned seen = 0;
	ssize_t code;

	result_start(out_r);
	json_blanks_skip(&json);
	code = json_mark_read(&json, '{');
	if (code == 0 && json_peek(&json) != '}')
		code = member_read(&json, &seen);
	while (code == 0 && json_peek(&json) == ',') {
		code = json_mark_read(&json, ',');
		if (code == 0)
			code = member_read(&json, &seen);
	}
	if (code < 0)
		return code;
	if (json_peek(&json) == '}' && seen != (1u << MEMBER_COUNT) - 1)
		return json_unfit(&json, LK_STS_JSON_MISSING);
	code = json_mark_read(&json, '}');
	if (code == 0 && json_peek(&json) >= 0)
		code = json_unfit(&json, LK_STS_JSON_SYNTAX);
	return code < 0 ? code : result_done(out_r, input.n);
}

bool
lk_sts_policy_json_mx_next(struct span *rest, struct span *out_r)
{
	struct lk_result unused;
	struct json json = {*rest, 0, &unused};

	while (json_peek(&json) >= 0 && json_peek(&json) != '"')
		json.at++;
	if (json_string_read(&json, out_r) < 0)
		return false;
	*rest = span_cut(*rest, json.at, rest->n);
	return true;
}

/* A string without the escapes of the input: all of it is ASCII. */
static void
text_put(struct out *out, struct span text)
{
	out_open(out, '"');
	while (text.n > 0)
		out_byte(out, (uint8_t)json_char_next(&text));
	out_byte(out, '"');
}

static void
policy_put(struct out *out, const struct lk_sts_policy_json *policy)
{
	struct span rest = policy->mx, mx;

	out_name(out, "mode");
	out_string(out, span_z(modes[policy->is_enforced]));
	out_name(out, "policy_id");
	text_put(out, policy->policy_id);
	out_name(out, "mx");
	out_open(out, '[');
	while (lk_sts_policy_json_mx_next(&rest, &mx))
		text_put(out, mx);
	out_byte(out, ']');
	out_name(out, "max_age");
	out_integer(out, policy->max_age);
	out_byte(out, '}');
}

size_t
lk_sts_policy_json_print(
	const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "version");
	out_string(&out, span_z("STSv1"));
	policy_put(&out, &value->sts_policy_json);
	return out.n;
}

size_t
lk_sts_policy_json_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	policy_put(&out, &value->sts_policy_json);
	return out.n;
}
