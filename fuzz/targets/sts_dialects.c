/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds a text to every dialect of a policy. Aborts if it asks for something in
 * two of them and does not mean the same: unless one of them ignores a part of
 * the text, and the two are in the list of those that are known to collide.
 */
#include "harness/oracle.h"
#include "parse/parse.h"

#define TEXT_SIZE 4096

/* What a text says in a dialect. */
struct sense {
	bool asks;    /* for something that the dialect knows */
	bool ignores; /* something that it does not know */
};

struct dialect {
	const char *name;
	struct sense (*sense)(const struct lk_result *value);
};

static bool
is_registered(struct span tag)
{
	struct lk_result value;
	char text[256];
	size_t n;

	if (lk_deep_tag_parse(tag, &value) < 0)
		return false;
	n = lk_deep_tag_json(&value, text, sizeof(text) - 1);
	oracle(n < sizeof(text), "a tag is short");
	text[n] = '\0';
	return strstr(text, "\"registered\":true") != NULL;
}

static struct sense
items_sense(struct span rest, int separator)
{
	struct sense sense = {false, false};
	struct span item;

	while (lk_deep_item_next(&rest, separator, &item))
		if (item.p[0] == '<' || is_registered(item))
			sense.asks = true;
		else
			sense.ignores = true;
	return sense;
}

static struct sense
status_sense(const struct lk_result *value)
{
	return items_sense(value->deep_status.text, ' ');
}

static struct sense
comma_sense(const struct lk_result *value)
{
	return items_sense(value->deep_status_comma.text, ',');
}

/* A known directive without its value says nothing. */
static struct sense
directives_sense(const struct lk_result *value)
{
	struct sense sense = {false, false};
	struct span rest = value->sts_directives.text;
	struct lk_field field;

	while (lk_sts_directive_next(&rest, &field))
		if (field.value.p != NULL &&
			(span_eq(field.name, span_z("tls-version")) ||
				span_eq(field.name, span_z("tls-cert")) ||
				span_eq(field.name, span_z("sts-url"))))
			sense.asks = true;
		else
			sense.ignores = true;
	return sense;
}

static struct sense
whole_sense(const struct lk_result *value)
{
	(void)value;
	return (struct sense){true, false};
}

enum {
	STATUS,
	COMMA,
	DIRECTIVES,
	RECORD
};

static const struct dialect dialects[] = {
	[STATUS] = {"deep-status", status_sense},
	[COMMA] = {"deep-status-comma", comma_sense},
	[DIRECTIVES] = {"sts-directives", directives_sense},
	[RECORD] = {"sts-record", whole_sense},
	{"sts-record-2016", whole_sense},
	{"sts-policy", whole_sense},
	{"sts-policy-json", whole_sense},
	{"tlsrpt-record", whole_sense},
};

#define DIALECTS (sizeof(dialects) / sizeof(*dialects))

/*
 * Whether two dialects are known to collide where one ignores something: an
 * extension of a status may hold what is a list elsewhere, and a record and a
 * list of directives each ignore the fields of the other.
 */
static bool
is_known(size_t a, size_t b)
{
	return (a == STATUS && b == COMMA) ||
	       (a == STATUS && b == DIRECTIVES) ||
	       (a == COMMA && b == DIRECTIVES) ||
	       (a == DIRECTIVES && b == RECORD);
}

/* What a text is in a dialect, and its meaning as JSON. */
struct found {
	struct sense sense;
	size_t n;
	char text[TEXT_SIZE];
};

static void
look(const struct dialect *dialect, struct span input, struct found *found_r)
{
	const struct lk_parser *parser = lk_parser_find(span_z(dialect->name));
	struct lk_result value;

	oracle(parser != NULL, "the parser is in the list");
	found_r->sense = (struct sense){false, false};
	if (parser->parse(input, &value) < 0)
		return;
	found_r->sense = dialect->sense(&value);
	found_r->n = parser->json(&value, found_r->text, TEXT_SIZE);
	oracle(found_r->n <= TEXT_SIZE, "a short text has a short meaning");
}

static void
pair_check(const struct found *found, size_t a, size_t b)
{
	const struct found *one = &found[a], *other = &found[b];

	if (!one->sense.asks || !other->sense.asks)
		return;
	if ((one->sense.ignores || other->sense.ignores) && is_known(a, b))
		return;
	oracle(span_eq(span_of(one->text, one->n),
		       span_of(other->text, other->n)),
		"a policy of two dialects means the same in both");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct found found[DIALECTS];

	if (size > TEXT_SIZE / 16)
		return 0;
	for (size_t i = 0; i < DIALECTS; i++) {
		look(&dialects[i], span_of(data, size), &found[i]);
		for (size_t j = 0; j < i; j++)
			pair_check(found, j, i);
	}
	return 0;
}
