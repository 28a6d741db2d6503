/* SPDX-License-Identifier: Apache-2.0 */
/* JSON without recursion: bits say which brackets are open. */
#include "parse/json.h"

#include "parse/chars.h"
#include "parse/utf8.h"

struct nest {
	uint32_t objects; /* the innermost bracket is the lowest bit */
	unsigned depth;
};

void
json_blanks_skip(struct json *json)
{
	while (is_wsp(json_peek(json)) || json_peek(json) == '\n' ||
		json_peek(json) == '\r')
		json->at++;
}

ssize_t
json_mark_read(struct json *json, char mark)
{
	if (json_peek(json) != mark)
		return json_unfit(json, LK_STS_JSON_SYNTAX);
	json->at++;
	json_blanks_skip(json);
	return 0;
}

/* What follows a backslash. */
static ssize_t
escape_read(struct json *json)
{
	int c = json_peek(json);

	if (c <= 0 || strchr("\"\\/bfnrtu", c) == NULL)
		return json_unfit(json, LK_STS_JSON_STRING);
	json->at++;
	for (unsigned i = 0; c == 'u' && i < 4; i++, json->at++)
		if (hex_value(json_peek(json)) < 0)
			return json_unfit(json, LK_STS_JSON_STRING);
	return 0;
}

/* A character that is neither quote nor backslash. */
static ssize_t
plain_read(struct json *json)
{
	ssize_t n = json_peek(json) < 0x20 ? 0 : utf8_size(json->s, json->at);

	if (n < 0)
		return result_stop(
			json->r, LK_MORE, LK_STS_JSON_STRING, json->s.n);
	if (n == 0)
		return json_unfit(json, LK_STS_JSON_STRING);
	json->at += (size_t)n;
	return 0;
}

ssize_t
json_string_read(struct json *json, struct span *out_r)
{
	ssize_t code = 0;
	size_t start;

	if (json_peek(json) != '"')
		return json_unfit(json, LK_STS_JSON_SYNTAX);
	start = ++json->at;
	while (code == 0 && json_peek(json) != '"') {
		if (json_peek(json) == '\\') {
			json->at++;
			code = escape_read(json);
		} else {
			code = plain_read(json);
		}
	}
	if (code < 0)
		return code;
	*out_r = span_cut(json->s, start, json->at++);
	return 0;
}

ssize_t
json_name_read(struct json *json, struct span *out_r)
{
	ssize_t code = json_string_read(json, out_r);

	if (code < 0)
		return code;
	json_blanks_skip(json);
	return json_mark_read(json, ':');
}

static ssize_t
word_read(struct json *json, const char *word)
{
	for (; *word != '\0'; word++, json->at++)
		if (json_peek(json) != *word)
			return json_unfit(json, LK_STS_JSON_SYNTAX);
	return 0;
}

static ssize_t
digits_read(struct json *json)
{
	if (!is_digit(json_peek(json)))
		return json_unfit(json, LK_STS_JSON_NUMBER);
	while (is_digit(json_peek(json)))
		json->at++;
	return 0;
}

/* [-] int [. digits] [e digits]; no zeros in front. */
static ssize_t
number_read(struct json *json)
{
	ssize_t code = 0;

	if (json_peek(json) == '-')
		json->at++;
	if (json_peek(json) == '0')
		json->at++;
	else
		code = digits_read(json);
	if (code == 0 && json_peek(json) == '.') {
		json->at++;
		code = digits_read(json);
	}
	if (code == 0 && (json_peek(json) == 'e' || json_peek(json) == 'E')) {
		json->at++;
		if (json_peek(json) == '+' || json_peek(json) == '-')
			json->at++;
		code = digits_read(json);
	}
	return code;
}

static ssize_t
scalar_read(struct json *json)
{
	struct span unused;

	switch (json_peek(json)) {
	case '"':
		return json_string_read(json, &unused);
	case 't':
		return word_read(json, "true");
	case 'f':
		return word_read(json, "false");
	case 'n':
		return word_read(json, "null");
	default:
		if (json_peek(json) != '-' && !is_digit(json_peek(json)))
			return json_unfit(json, LK_STS_JSON_SYNTAX);
		return number_read(json);
	}
}

static char
closing_of(const struct nest *nest)
{
	return (nest->objects & 1) != 0 ? '}' : ']';
}

/* At what may be in front of a value of the innermost bracket. */
static ssize_t
member_begin(struct json *json, const struct nest *nest)
{
	struct span unused;

	return (nest->objects & 1) != 0 ? json_name_read(json, &unused) : 0;
}

/* Read a value, or open a bracket: *is_open_r, if another value follows. */
static ssize_t
value_begin(struct json *json, struct nest *nest, bool *is_open_r)
{
	int c = json_peek(json);

	*is_open_r = false;
	if (c != '{' && c != '[')
		return scalar_read(json);
	if (nest->depth == JSON_DEPTH)
		return result_stop(
			json->r, LK_LIMIT, LK_STS_JSON_DEPTH, json->at);
	nest->objects = nest->objects << 1 | (c == '{');
	nest->depth++;
	json->at++;
	json_blanks_skip(json);
	if (json_peek(json) == closing_of(nest))
		return 0;
	*is_open_r = true;
	return member_begin(json, nest);
}

/* Close what ends here; *is_open_r: behind a comma comes another value. */
static ssize_t
value_end(struct json *json, struct nest *nest, bool *is_open_r)
{
	ssize_t code;

	while (nest->depth > 0) {
		json_blanks_skip(json);
		*is_open_r = json_peek(json) == ',';
		if (*is_open_r) {
			code = json_mark_read(json, ',');
			return code < 0 ? code : member_begin(json, nest);
		}
		if (json_peek(json) != closing_of(nest))
			return json_unfit(json, LK_STS_JSON_SYNTAX);
		json->at++;
		nest->objects >>= 1;
		nest->depth--;
	}
	return 0;
}

ssize_t
json_value_skip(struct json *json)
{
	struct nest nest = {0, 0};
	bool is_open;
	ssize_t code;

	do {
		code = value_begin(json, &nest, &is_open);
		if (code == 0 && !is_open)
			code = value_end(json, &nest, &is_open);
	} while (code == 0 && is_open);
	return code;
}

int
json_char_next(struct span *rest)
{
	static const char names[] = "bfnrt", octets[] = "\b\f\n\r\t";
	int c = span_at(*rest, 0);
	unsigned value = 0;
	const char *name;

	if (c != '\\') {
		*rest = span_cut(*rest, 1, rest->n);
		return c;
	}
	c = rest->p[1];
	if (c == 'u') {
		for (unsigned i = 2; i < 6; i++)
			value = value << 4 | (unsigned)hex_value(rest->p[i]);
		*rest = span_cut(*rest, 6, rest->n);
		return (int)value;
	}
	name = strchr(names, c);
	*rest = span_cut(*rest, 2, rest->n);
	return name != NULL ? octets[name - names] : c;
}
