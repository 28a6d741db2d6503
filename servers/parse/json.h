/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON (RFC 4627) in UTF-8, as far as the old policy needs it. */
#ifndef PARSE_JSON_H
#define PARSE_JSON_H

#include "parse/stop.h"

#define JSON_DEPTH 32

struct json {
	struct span s;
	size_t at; /* of the next octet */
	struct lk_result *r;
};

static inline int
json_peek(const struct json *json)
{
	return span_at(json->s, json->at);
}

/* Stop at the next octet: LK_MORE at the end, else LK_BAD. */
static inline ssize_t
json_unfit(struct json *json, enum lk_reason reason)
{
	return result_unfit(json->r, json_peek(json), reason, json->at);
}

void json_blanks_skip(struct json *json);

/* These return 0, or a code. */
/* One octet, and blanks behind it. */
ssize_t json_mark_read(struct json *json, char mark);
/* A string; *out_r: what is between the quotes, with its escapes. */
ssize_t json_string_read(struct json *json, struct span *out_r);
/* The same, and the colon of a member with the blanks around it. */
ssize_t json_name_read(struct json *json, struct span *out_r);
/* A value of any kind, nested up to JSON_DEPTH. */
ssize_t json_value_skip(struct json *json);

/*
 * Cut the next character off a string that was read; -1 at its end. An octet
 * of UTF-8 above 0x7f is one by itself; so only ASCII compares well.
 */
int json_char_next(struct span *rest);

#endif
