/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reasons and readings say. Apart from the list of parsers, so that a fuzz
 * target that links one parser does not get all others with it.
 */
#include "parse/parse.h"

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

_Static_assert((size_t)LK_READING_COUNT <=
		       8 * sizeof(((struct lk_result *)NULL)->ambiguous.word),
	"each reading has a bit");

bool
lk_rests_on(const struct lk_result *result, enum lk_reading reading)
{
	return (result->ambiguous.word[reading / 64] >> reading % 64 & 1) != 0;
}

bool
lk_is_ambiguous(const struct lk_result *result)
{
	return (result->ambiguous.word[0] | result->ambiguous.word[1]) != 0;
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
