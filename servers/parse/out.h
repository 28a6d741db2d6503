/* SPDX-License-Identifier: Apache-2.0 */
/* What printers write with: a caller's buffer, filled as far as it goes. */
#ifndef PARSE_OUT_H
#define PARSE_OUT_H

#include "core/span.h"

struct out {
	char *p;
	size_t size;
	size_t n;     /* of the whole text, also of what did not fit */
	uint8_t last; /* byte that was written, whether it fitted or not */
};

static inline struct out
out_to(char *p, size_t size)
{
	return (struct out){p, size, 0, 0};
}

void out_byte(struct out *out, uint8_t byte);
void out_put(struct out *out, struct span bytes);
/* ASCII letters as capitals: the canonical form of a keyword. */
void out_upper(struct out *out, struct span bytes);
void out_z(struct out *out, const char *text);
void out_number(struct out *out, uint64_t number);

/*
 * JSON. Commas come by themselves: these write one unless an object, a list or
 * a member was just opened.
 */
void out_open(struct out *out, char bracket);
void out_name(struct out *out, const char *name);
/* A string: each octet is the code point of that number. */
void out_string(struct out *out, struct span bytes);
/* The same of the inside of a quoted string: a backslash is left out, and what
 * follows it stands for itself. */
void out_string_quoted(struct out *out, struct span bytes);
void out_string_upper(struct out *out, struct span bytes);
/* One octet inside of a string, which out_open(out, '"') begins. */
void out_quoted(struct out *out, uint8_t byte);
void out_integer(struct out *out, uint64_t number);
void out_bool(struct out *out, bool value);
void out_null(struct out *out);
/* A list of two: a name, and its value, or null where value.p is NULL. */
void out_pair(struct out *out, struct span name, struct span value);

#endif
