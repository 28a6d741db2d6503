/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON objects strictly: known keys only, right types, and one error
 * that names the place. Byte strings have one code point per byte.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include <jansson.h>

#include "core/err.h"
#include "core/span.h"

/* An object and where it stands ("fault.do"); borrowed, never owned. */
struct json_place {
	const json_t *object;
	char path[96];
};

/* The object under key of place. need: an error if it is missing; otherwise
 * out_r->object is NULL then (JSON null counts as missing). */
int json_place_at(const struct json_place *place, const char *key, bool need,
	struct json_place *out_r, struct err *err);
/* The same for entry i of an array. */
int json_place_item(const struct json_place *array_place, const json_t *array,
	size_t i, struct json_place *out_r, struct err *err);

/* -1 if the object has a key that is not in the NULL-terminated list. */
int json_known(const struct json_place *place, const char *const *keys,
	struct err *err);

/* Values; missing ones leave *out_r as it is unless need is set. */
int json_text(const struct json_place *place, const char *key, bool need,
	const char **out_r, struct err *err);
int json_whole(const struct json_place *place, const char *key, bool need,
	long min, long max, long *out_r, struct err *err);
int json_decimal(const struct json_place *place, const char *key, bool need,
	double min, double max, double *out_r, struct err *err);
int json_truth(const struct json_place *place, const char *key, bool *out_r,
	struct err *err);
/* The array under key; NULL in *out_r when missing and not needed. */
int json_list(const struct json_place *place, const char *key, bool need,
	const json_t **out_r, struct err *err);
/* Texts of a list, at most max; *n_r of them. */
int json_texts(const struct json_place *place, const char *key, bool need,
	const char **out, unsigned max, unsigned *n_r, struct err *err);
/*
 * Bytes: memory is malloc'ed (never NULL on success, one NUL behind the
 * bytes), the caller frees out_r->p. When missing and not needed p is NULL.
 */
int json_bytes(const struct json_place *place, const char *key, bool need,
	struct span *out_r, struct err *err);

/* Index of z in a NULL-terminated list of words; -1 with *err if absent. */
int json_word(const struct json_place *place, const char *key, const char *z,
	const char *const *words, struct err *err);
/* The same of a text under a key; *out_r stays when it is missing and not
 * needed. */
int json_choice(const struct json_place *place, const char *key, bool need,
	const char *const *words, int *out_r, struct err *err);

#endif
