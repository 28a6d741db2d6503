/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, messages, type checks and the texts of a recipe. */
#include "pki/spot.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>

struct spot
spot_key(const struct spot *at, const char *key)
{
	struct spot sub = *at;
	size_t n = strlen(sub.path);

	/* A path that is too long is cut; it is for people. */
	(void)snprintf(sub.path + n, sizeof(sub.path) - n, "%s%.40s",
		n > 0 ? "." : "", key);
	return sub;
}

struct spot
spot_item(const struct spot *at, size_t index)
{
	struct spot sub = *at;
	size_t n = strlen(sub.path);

	(void)snprintf(sub.path + n, sizeof(sub.path) - n, "[%zu]", index);
	return sub;
}

int
spot_fail(const struct spot *at, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(at->err, ERR_PLAN, "certificate recipe: %s%s%s",
		at->path, at->path[0] != '\0' ? ": " : "", text);
}

static unsigned
type_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return FIELD_TEXT;
	case JSON_ARRAY:
		return FIELD_LIST;
	case JSON_OBJECT:
		return FIELD_TABLE;
	case JSON_INTEGER:
		return FIELD_NUMBER;
	case JSON_TRUE:
		return FIELD_FLAG;
	case JSON_FALSE:
		return FIELD_FLAG | FIELD_FALSE;
	case JSON_REAL:
	case JSON_NULL:
		break;
	}
	return 0;
}

static const struct field *
field_find(const struct field *fields, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].key, key) == 0)
			return &fields[i];
	return NULL;
}

static int
field_unknown(const struct spot *at, const struct field *fields, size_t n)
{
	char known[160] = "";
	size_t used = 0;

	for (size_t i = 0; i < n && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used,
			"%s%s", i > 0 ? " " : "", fields[i].key);
	return spot_fail(at, "no such key; known: %s", known);
}

int
spot_check(const struct spot *at, const json_t *object,
	const struct field *fields, size_t n)
{
	const struct field *field;
	struct spot sub;
	void *entry;

	if (!json_is_object(object))
		return spot_fail(at, "must be a table");
	/* jansson iterates over const objects, but its API lacks const. */
	entry = json_object_iter((json_t *)(uintptr_t)object);
	while (entry != NULL) {
		sub = spot_key(at, json_object_iter_key(entry));
		field = field_find(fields, n, json_object_iter_key(entry));
		if (field == NULL)
			return field_unknown(&sub, fields, n);
		if ((type_of(json_object_iter_value(entry)) & field->types) ==
			0)
			return spot_fail(&sub, "must be %s", field->right);
		entry = json_object_iter_next(
			(json_t *)(uintptr_t)object, entry);
	}
	return 0;
}

int
spot_text(const struct spot *at, const json_t *value, const char **out_r)
{
	if (!json_is_string(value))
		return spot_fail(at, "must be a text");
	*out_r = json_string_value(value);
	if (strlen(*out_r) != json_string_length(value))
		return spot_fail(at, "write a NUL as {hex:00}");
	return 0;
}

int
spot_choice(const struct spot *at, const json_t *value,
	const char *const *words, size_t n)
{
	char known[160] = "";
	const char *textz = NULL;
	size_t used = 0;

	if (spot_text(at, value, &textz) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], textz) == 0)
			return (int)i;
	for (size_t i = 0; i < n && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used,
			"%s%s", i > 0 ? " " : "", words[i]);
	return spot_fail(at, "must be one of: %s", known);
}

/* The host behind its first n dots, or NULL. */
static const char *
host_behind(const char *hostz, unsigned n)
{
	while (n-- > 0) {
		hostz = strchr(hostz, '.');
		if (hostz == NULL)
			return NULL;
		hostz++;
	}
	return hostz;
}

static int
upper_add(struct buf *out, struct span text)
{
	uint8_t c;

	for (size_t i = 0; i < text.n; i++) {
		c = text.p[i];
		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - ('a' - 'A'));
		if (buf_add(out, span_of(&c, 1)) != 0)
			return -1;
	}
	return 0;
}

static int
hex_add(const struct spot *at, struct buf *out, struct span digits)
{
	uint8_t octet;
	int high, low;

	for (size_t i = 0; i < digits.n; i += 2) {
		high = OPENSSL_hexchar2int(digits.p[i]);
		low = i + 1 < digits.n ? OPENSSL_hexchar2int(digits.p[i + 1])
				       : -1;
		if (high < 0 || low < 0)
			return spot_fail(at, "{hex:…} needs pairs of digits");
		octet = (uint8_t)(high << 4 | low);
		if (buf_add(out, span_of(&octet, 1)) != 0)
			return spot_fail(at, "too long");
	}
	return 0;
}

/* What stands for the word between the braces; p is NULL if nothing does. */
static struct span
word_value(const char *hostz, struct span word)
{
	struct span label = span_of(hostz, strcspn(hostz, "."));

	if (span_eq(word, span_z("host")))
		return span_z(hostz);
	if (span_eq(word, span_z("label")))
		return label;
	if (span_eq(word, span_z("initial")))
		return span_cut(label, 0, 1);
	if (span_eq(word, span_z("final")))
		return span_cut(label, label.n - 1, label.n);
	if (span_eq(word, span_z("domain")))
		return span_z(host_behind(hostz, 1));
	if (span_eq(word, span_z("parent")))
		return span_z(host_behind(hostz, 2));
	return span_of(NULL, 0);
}

static int
word_expand(const struct spot *at, struct span word, struct buf *out)
{
	struct span hex = span_z("hex:"), value;

	if (span_has_prefix(word, hex))
		return hex_add(at, out, span_cut(word, hex.n, word.n));
	if (span_eq(word, span_z("upper-host"))) {
		if (upper_add(out, span_z(at->hostz)) != 0)
			return spot_fail(at, "too long");
		return 0;
	}
	value = word_value(at->hostz, word);
	if (value.p == NULL)
		return spot_fail(at, "{%.*s} stands for nothing (host %.60s)",
			(int)(word.n < 40 ? word.n : 40), (const char *)word.p,
			at->hostz);
	if (buf_add(out, value) != 0)
		return spot_fail(at, "too long");
	return 0;
}

int
spot_expand(const struct spot *at, struct span text, struct buf *out)
{
	size_t from = 0, open, end;

	while (from < text.n) {
		open = span_find(text, from, span_z("{"));
		if (buf_add(out, span_cut(text, from, open)) != 0)
			return spot_fail(at, "too long");
		if (open == SIZE_MAX)
			return 0;
		end = span_find(text, open, span_z("}"));
		if (end == SIZE_MAX)
			return spot_fail(at, "a brace is not closed");
		if (word_expand(at, span_cut(text, open + 1, end), out) != 0)
			return -1;
		from = end + 1;
	}
	return 0;
}
