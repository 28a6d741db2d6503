/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the parsers of policies and statuses against each other. Oracle: no
 * text that is not empty is accepted whole in two dialects with different
 * meaning, unless KNOWN says so.
 *
 * The meaning is the set of names and values in the JSON of the value, without
 * what a receiver has to ignore (the extensions of DEEP).
 *
 * Once: lk_parsers, lk_parser_find and the texts know what they list, and
 * nothing else.
 */
#include <jansson.h>
#include <regex.h>

#include "harness/oracle.h"
#include "parse/parse.h"

#define TEXT_SIZE 65536 /* longer meanings are left alone */

/* X(parser, the version that is no part of its value) */
#define DIALECTS(X)                                                            \
	X(deep_status, NULL)                                                   \
	X(deep_status_comma, NULL)                                             \
	X(sts_directives, NULL)                                                \
	X(sts_record, "v=STSv1")                                               \
	X(sts_policy, "version=STSv1")                                         \
	X(tlsrpt_record, "v=TLSRPTv1")                                         \
	X(deep_ehlo, NULL)                                                     \
	X(deep_capa, NULL)                                                     \
	X(deep_client, NULL)                                                   \
	X(sts_client, NULL)

enum dialect {
#define X(parser, version) parser,
	DIALECTS(X)
#undef X
	DIALECT_COUNT
};

static const struct {
	ssize_t (*parse)(struct span input, struct lk_result *out_r);
	size_t (*json)(const struct lk_result *value, char *out_r, size_t size);
	const char *version;
} dialects[] = {
#define X(parser, version) {lk_##parser##_parse, lk_##parser##_json, version},
	DIALECTS(X)
#undef X
};

/* Where specifications read one text in two ways; docs/fuzzing.md says why. */
static const struct {
	enum dialect one, other;
	const char *shape; /* POSIX extended regular expression */
} known[] = {
	{deep_status, deep_status_comma, "^[^A-Za-z<, ][^ ]*,"},
	{deep_status, sts_directives, "^[^A-Za-z<, ]"},
	{deep_status_comma, sts_directives, "^[^A-Za-z<, ]"},
	{deep_client, sts_client, "^[^ ]+( [^ =]+(=[^ ]+)? [^ ]+)+\r\n$"},
};

static bool
is_known(enum dialect one, enum dialect other, struct span text)
{
	char *z = strndup((const char *)text.p, text.n);
	bool is_found = false;
	regex_t shape;

	oracle(z != NULL, "there is memory");
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].one != one || known[i].other != other)
			continue;
		oracle(regcomp(&shape, known[i].shape,
			       REG_EXTENDED | REG_NOSUB) == 0,
			"a shape is a regular expression");
		is_found = is_found || regexec(&shape, z, 0, NULL, 0) == 0;
		regfree(&shape);
	}
	free(z);
	return is_found;
}

/* Put "name=value", or the name alone, into the set. */
static void
pair_put(json_t *set, const char *name, json_t *value)
{
	char key[TEXT_SIZE];

	if (json_is_string(value))
		(void)snprintf(key, sizeof(key), "%s=%s", name,
			json_string_value(value));
	else if (json_is_integer(value))
		(void)snprintf(key, sizeof(key), "%s=%lld", name,
			(long long)json_integer_value(value));
	else
		(void)snprintf(key, sizeof(key), "%s", name);
	(void)json_object_set_new(set, key, json_true());
}

/* One element of the list of this name: a pair, or a text. */
static void
element_put(json_t *set, const char *list, json_t *element)
{
	if (json_is_array(element))
		pair_put(set, json_string_value(json_array_get(element, 0)),
			json_array_get(element, 1));
	else if (strcmp(list, "tags") == 0)
		pair_put(set, json_string_value(element), NULL);
	else if (strcmp(list, "extensions") != 0)
		pair_put(set, list, element);
}

/* The set of names and values; NULL if it is too long. The caller frees it. */
static json_t *
meaning(enum dialect dialect, const struct lk_result *value)
{
	static char text[TEXT_SIZE];
	const size_t n = dialects[dialect].json(value, text, sizeof(text));
	json_t *all, *member, *element, *set;
	const char *name;
	size_t i;

	if (n > sizeof(text))
		return NULL;
	all = json_loadb(text, n, 0, NULL);
	set = json_object();
	oracle(all != NULL && set != NULL, "a value is JSON");
	json_object_foreach(all, name, member)
	{
		if (json_is_string(member) || json_is_integer(member))
			pair_put(set, name, member);
		json_array_foreach(member, i, element)
		{
			element_put(set, name, element);
		}
	}
	if (dialects[dialect].version != NULL)
		pair_put(set, dialects[dialect].version, NULL);
	json_decref(all);
	return set;
}

static void
list_check(void)
{
	size_t n;
	const struct lk_parser *list = lk_parsers(&n);

	for (size_t i = 0; i < n; i++)
		oracle(lk_parser_find(span_z(list[i].name)) == &list[i],
			"a parser is found by its name");
	oracle(lk_parser_find(span_z("")) == NULL &&
			lk_reason_text(LK_REASON_COUNT) == NULL &&
			lk_reading_text(LK_READING_COUNT) == NULL,
		"what is not in a list is not found");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_checked;
	const struct span text = span_of(data, size);
	struct lk_result value;
	json_t *set[DIALECT_COUNT] = {NULL};
	bool is_accepted[DIALECT_COUNT];
	unsigned n = 0;

	if (!is_checked)
		list_check();
	is_checked = true;
	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		is_accepted[i] =
			dialects[i].parse(text, &value) == (ssize_t)size;
		n += is_accepted[i];
	}
	for (unsigned i = 0; size > 0 && n > 1 && i < DIALECT_COUNT; i++)
		if (is_accepted[i] && dialects[i].parse(text, &value) >= 0)
			set[i] = meaning(i, &value);
	for (unsigned i = 0; i < DIALECT_COUNT; i++)
		for (unsigned j = i + 1; j < DIALECT_COUNT; j++)
			oracle(set[i] == NULL || set[j] == NULL ||
					json_equal(set[i], set[j]) ||
					is_known(i, j, text),
				"no text means two things in two dialects");
	for (unsigned i = 0; i < DIALECT_COUNT; i++)
		json_decref(set[i]);
	return 0;
}
