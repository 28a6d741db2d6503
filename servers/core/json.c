/* SPDX-License-Identifier: Apache-2.0 */
/* Strict reading of JSON objects. */
#include "core/json.h"

#include <stdio.h>
#include <stdlib.h>

static int
wrong(const struct json_place *place, const char *key, const char *what,
	struct err *err)
{
	return err_set(err, ERR_PLAN, "%s%s%s: %s", place->path,
		place->path[0] != '\0' ? "." : "", key, what);
}

/* The value under key; NULL when missing or null. *bad: missing but needed. */
static const json_t *
value_of(const struct json_place *place, const char *key, bool need, int *bad,
	struct err *err)
{
	const json_t *value = json_object_get(place->object, key);

	*bad = 0;
	if (json_is_null(value))
		value = NULL;
	if (value == NULL && need)
		*bad = wrong(place, key, "is missing", err);
	return value;
}

static void
place_name(
	struct json_place *out, const struct json_place *place, const char *key)
{
	(void)snprintf(out->path, sizeof(out->path), "%.60s%s%.30s",
		place->path, place->path[0] != '\0' ? "." : "", key);
}

int
json_place_at(const struct json_place *place, const char *key, bool need,
	struct json_place *out_r, struct err *err)
{
	int bad;
	const json_t *value = value_of(place, key, need, &bad, err);

	*out_r = (struct json_place){.object = value};
	place_name(out_r, place, key);
	if (bad != 0)
		return -1;
	if (value != NULL && !json_is_object(value))
		return wrong(place, key, "must be an object", err);
	return 0;
}

int
json_place_item(const struct json_place *array_place, const json_t *array,
	size_t i, struct json_place *out_r, struct err *err)
{
	out_r->object = json_array_get(array, i);
	(void)snprintf(out_r->path, sizeof(out_r->path), "%.80s[%zu]",
		array_place->path, i);
	if (!json_is_object(out_r->object))
		return err_set(
			err, ERR_PLAN, "%s: must be an object", out_r->path);
	return 0;
}

int
json_known(const struct json_place *place, const char *const *keys,
	struct err *err)
{
	union {
		const json_t *c;
		json_t *m;
	} object = {.c = place->object}; /* jansson's iterator takes no const */
	const char *key;
	json_t *value;

	json_object_foreach(object.m, key, value)
	{
		const char *const *known = keys;

		while (*known != NULL && strcmp(*known, key) != 0)
			known++;
		if (*known == NULL)
			return wrong(place, key, "unknown key", err);
	}
	return 0;
}

int
json_text(const struct json_place *place, const char *key, bool need,
	const char **out_r, struct err *err)
{
	int bad;
	const json_t *value = value_of(place, key, need, &bad, err);

	if (value == NULL)
		return bad;
	if (!json_is_string(value))
		return wrong(place, key, "must be a text", err);
	*out_r = json_string_value(value);
	if (strlen(*out_r) != json_string_length(value))
		return wrong(place, key, "must not hold a NUL", err);
	return 0;
}

int
json_whole(const struct json_place *place, const char *key, bool need, long min,
	long max, long *out_r, struct err *err)
{
	int bad;
	const json_t *value = value_of(place, key, need, &bad, err);
	char what[80];

	if (value == NULL)
		return bad;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
		json_integer_value(value) > max) {
		(void)snprintf(what, sizeof(what),
			"must be a whole number from %ld to %ld", min, max);
		return wrong(place, key, what, err);
	}
	*out_r = (long)json_integer_value(value);
	return 0;
}

int
json_decimal(const struct json_place *place, const char *key, bool need,
	double min, double max, double *out_r, struct err *err)
{
	int bad;
	const json_t *value = value_of(place, key, need, &bad, err);
	char what[80];

	if (value == NULL)
		return bad;
	if (!json_is_number(value) || json_number_value(value) < min ||
		json_number_value(value) > max) {
		(void)snprintf(what, sizeof(what),
			"must be a number from %g to %g", min, max);
		return wrong(place, key, what, err);
	}
	*out_r = json_number_value(value);
	return 0;
}

int
json_truth(const struct json_place *place, const char *key, bool *out_r,
	struct err *err)
{
	int bad;
	const json_t *value = value_of(place, key, false, &bad, err);

	if (value == NULL)
		return 0;
	if (!json_is_boolean(value))
		return wrong(place, key, "must be true or false", err);
	*out_r = json_is_true(value);
	return 0;
}

int
json_list(const struct json_place *place, const char *key, bool need,
	const json_t **out_r, struct err *err)
{
	int bad;

	*out_r = value_of(place, key, need, &bad, err);
	if (bad != 0)
		return -1;
	if (*out_r != NULL && !json_is_array(*out_r))
		return wrong(place, key, "must be a list", err);
	return 0;
}

int
json_texts(const struct json_place *place, const char *key, bool need,
	const char **out, unsigned max, unsigned *n_r, struct err *err)
{
	const json_t *list;

	if (json_list(place, key, need, &list, err) != 0)
		return -1;
	if (list == NULL)
		return 0;
	if (json_array_size(list) > max)
		return wrong(place, key, "has too many entries", err);
	for (*n_r = 0; *n_r < json_array_size(list); (*n_r)++) {
		out[*n_r] = json_string_value(json_array_get(list, *n_r));
		if (out[*n_r] == NULL)
			return wrong(
				place, key, "must be a list of texts", err);
	}
	return 0;
}

/* Code points up to U+00FF, in UTF-8, to bytes; -1 if one is larger. */
static ssize_t
narrow(const uint8_t *in, size_t n, uint8_t *out)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (in[i] < 0x80) {
			out[k++] = in[i];
			continue;
		}
		if ((in[i] & 0xfc) != 0xc0 || i + 1 >= n)
			return -1;
		out[k++] = (uint8_t)((in[i] & 3) << 6 | (in[i + 1] & 0x3f));
		i++;
	}
	return (ssize_t)k;
}

int
json_bytes(const struct json_place *place, const char *key, bool need,
	struct span *out_r, struct err *err)
{
	int bad;
	const json_t *value = value_of(place, key, need, &bad, err);
	uint8_t *p;
	ssize_t n;

	*out_r = span_of(NULL, 0);
	if (value == NULL)
		return bad;
	if (!json_is_string(value))
		return wrong(place, key, "must be a text of bytes", err);
	p = malloc(json_string_length(value) + 1);
	if (p == NULL)
		return err_set(err, ERR_LIMIT, "out of memory");
	n = narrow((const uint8_t *)json_string_value(value),
		json_string_length(value), p);
	if (n < 0) {
		free(p);
		return wrong(place, key,
			"holds a code point above U+00FF, so no byte", err);
	}
	p[n] = 0;
	*out_r = span_of(p, (size_t)n);
	return 0;
}

int
json_word(const struct json_place *place, const char *key, const char *z,
	const char *const *words, struct err *err)
{
	char what[160] = "must be one of";

	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], z) == 0)
			return i;
	for (int i = 0; words[i] != NULL; i++) {
		size_t n = strlen(what);

		(void)snprintf(what + n, sizeof(what) - n, "%s%s",
			i == 0 ? " " : ", ", words[i]);
	}
	return wrong(place, key, what, err);
}

int
json_choice(const struct json_place *place, const char *key, bool need,
	const char *const *words, int *out_r, struct err *err)
{
	const char *z = NULL;
	int i;

	if (json_text(place, key, need, &z, err) != 0)
		return -1;
	if (z == NULL)
		return 0;
	i = json_word(place, key, z, words, err);
	if (i < 0)
		return -1;
	*out_r = i;
	return 0;
}
