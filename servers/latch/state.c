/* SPDX-License-Identifier: Apache-2.0 */
/* The stored state as JSON. */
#include "latch/promise.h"

#include "parse/deep_inner.h"
#include "parse/json.h"

#define NAME_SIZE 32

size_t
lk_latch_state_json(
	const struct lk_latch_state *state, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_open(&out, '{');
	out_name(&out, "latch");
	out_integer(&out, 1);
	out_name(&out, "promises");
	out_open(&out, '[');
	for (unsigned i = 0; i < LK_LATCH_PROMISE_COUNT; i++)
		if (state->promises >> i & 1)
			out_string(&out, span_z(lk_latch_promise_name(i)));
	out_byte(&out, ']');
	out_name(&out, "url");
	if (state->url_n > 0)
		out_string(&out, span_of(state->url, state->url_n));
	else
		out_null(&out);
	out_byte(&out, '}');
	return out.n;
}

/* A string of visible ASCII, up to size octets. */
static int
text_read(struct json *json, char *out_r, size_t size, size_t *n_r)
{
	struct span raw;
	size_t n = 0;
	int c;

	if (json_string_read(json, &raw) < 0)
		return -1;
	while ((c = json_char_next(&raw)) >= 0) {
		if (n == size || c <= 0x20 || c > 0x7e)
			return -1;
		out_r[n++] = (char)c;
	}
	*n_r = n;
	json_blanks_skip(json);
	return 0;
}

static int
promises_read(struct json *json, struct lk_latch_state *state)
{
	char name[NAME_SIZE];
	uint32_t promise;
	size_t n;

	if (json_mark_read(json, '[') < 0)
		return -1;
	while (json_peek(json) != ']') {
		if (text_read(json, name, sizeof(name), &n) < 0)
			return -1;
		promise = promise_find(span_of(name, n));
		if (promise == 0)
			return -1;
		state->promises |= promise;
		if (json_peek(json) != ']' && (json_mark_read(json, ',') < 0 ||
						      json_peek(json) != '"'))
			return -1;
	}
	return json_mark_read(json, ']') < 0 ? -1 : 0;
}

/* null, or an https URI. */
static int
url_read(struct json *json, struct lk_latch_state *state)
{
	struct lk_result unused;
	struct span url;

	if (json_peek(json) != '"') {
		for (const char *z = "null"; *z != '\0'; z++, json->at++)
			if (json_peek(json) != *z)
				return -1;
		json_blanks_skip(json);
		return 0;
	}
	if (text_read(json, state->url, sizeof(state->url), &state->url_n) < 0)
		return -1;
	url = span_of(state->url, state->url_n);
	result_start(&unused);
	return deep_url_read(url, 0, LK_DEEP_URL, "", &unused) == (ssize_t)url.n
		       ? 0
		       : -1;
}

static int
version_read(struct json *json)
{
	if (json_peek(json) != '1')
		return -1;
	json->at++;
	json_blanks_skip(json);
	return 0;
}

/* Each member once; which is a bit. */
static int
member_read(struct json *json, struct lk_latch_state *state, unsigned *seen)
{
	static const char *const names[] = {"latch", "promises", "url"};
	struct span name;
	unsigned i = 0;

	if (json_name_read(json, &name) < 0)
		return -1;
	while (i < 3 && !span_eq(name, span_z(names[i])))
		i++;
	if (i == 3 || *seen >> i & 1)
		return -1;
	*seen |= 1U << i;
	if (i == 0)
		return version_read(json);
	return i == 1 ? promises_read(json, state) : url_read(json, state);
}

static int
object_read(struct json *json, struct lk_latch_state *state)
{
	unsigned seen = 0;

	json_blanks_skip(json);
	if (json_mark_read(json, '{') < 0)
		return -1;
	do {
		if (member_read(json, state, &seen) < 0)
			return -1;
	} while (json_peek(json) == ',' && json_mark_read(json, ',') == 0);
	if (json_mark_read(json, '}') < 0 || seen != 7)
		return -1;
	return json->at == json->s.n ? 0 : -1;
}

int
lk_latch_state_parse(
	struct span text, struct lk_latch_state *out_r, size_t *offset_r)
{
	struct lk_result result;
	struct json json = {text, 0, &result};

	memset(out_r, 0, sizeof(*out_r));
	if (object_read(&json, out_r) == 0)
		return 0;
	memset(out_r, 0, sizeof(*out_r));
	*offset_r = json.at < text.n ? json.at : text.n;
	return -1;
}
