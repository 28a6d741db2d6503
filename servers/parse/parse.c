/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of parse.h and reason.h as tables. */
#include "parse/parse.h"

#include "core/span.h"

static const struct lk_parser parsers[] = {
#define X(function, name, framed, title, source)                               \
	{name, title, source, framed, lk_##function##_parse,                   \
		lk_##function##_print, lk_##function##_json},
	LK_PARSERS(X)
#undef X
};

static const struct lk_reason_text reasons[] = {
#define X(constant, name, text, source) {name, text, source},
	LK_REASONS(X)
#undef X
};

static const struct lk_reading_text readings[] = {
#define X(constant, name, one, other, source) {name, one, other, source},
	LK_READINGS(X)
#undef X
};

_Static_assert((int)LK_READING_COUNT <= 64, "lk_result.ambiguous has 64 bits");

const struct lk_parser *
lk_parsers(size_t *n_r)
{
	*n_r = sizeof(parsers) / sizeof(*parsers);
	return parsers;
}

const struct lk_parser *
lk_parser_find(struct span name)
{
	for (size_t i = 0; i < sizeof(parsers) / sizeof(*parsers); i++)
		if (span_eq(name, span_z(parsers[i].name)))
			return &parsers[i];
	return NULL;
}

const struct lk_reason_text *
lk_reason_text(enum lk_reason reason)
{
	return (unsigned)reason < LK_REASON_COUNT ? &reasons[reason] : NULL;
}

const struct lk_reading_text *
lk_reading_text(enum lk_reading reading)
{
	return (unsigned)reading < LK_READING_COUNT ? &readings[reading] : NULL;
}
