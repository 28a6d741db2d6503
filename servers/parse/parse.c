/* SPDX-License-Identifier: Apache-2.0 */
/* The list of parsers as a table: it needs all of them. */
#include "parse/parse.h"

#include "core/span.h"

static const struct lk_parser parsers[] = {
#define X(function, name, framed, title, source)                               \
	{name, title, source, framed, lk_##function##_parse,                   \
		lk_##function##_print, lk_##function##_json},
	LK_PARSERS(X)
#undef X
};

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
