/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A spot in a recipe: what an error message must say about where it is, and
 * what a text there may speak of.
 */
#ifndef PKI_SPOT_H
#define PKI_SPOT_H

#include <jansson.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/span.h"

struct spot {
	const char *hostz;
	struct err *err;
	char path[96]; /* "leaf.san[0]" */
};

struct spot spot_key(const struct spot *at, const char *key);
struct spot spot_item(const struct spot *at, size_t index);

/* ERR_PLAN with the path in front. Returns -1. */
int spot_fail(const struct spot *at, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What a key may hold; or them together. */
enum field_type {
	FIELD_TEXT = 1,
	FIELD_LIST = 2,
	FIELD_TABLE = 4,
	FIELD_FLAG = 8,   /* true or false */
	FIELD_FALSE = 16, /* false alone */
	FIELD_NUMBER = 32
};

struct field {
	const char *key;
	unsigned types;
	const char *right; /* what would be right, for the message */
};

/* Every key of object is in fields and has one of its types, or -1. */
int spot_check(const struct spot *at, const json_t *object,
	const struct field *fields, size_t n);

/* A JSON text without NUL as it stands, or -1. */
int spot_text(const struct spot *at, const json_t *value, const char **out_r);
/* The index of the text in words (n of them), or -1. */
int spot_choice(const struct spot *at, const json_t *value,
	const char *const *words, size_t n);

/*
 * Append the text to out with its braces replaced: {host}, {upper-host},
 * {label}, {domain}, {parent}, {initial}, {final}, {hex:…}. 0 or -1.
 */
int spot_expand(const struct spot *at, struct span text, struct buf *out);

#endif
