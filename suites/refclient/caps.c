/* SPDX-License-Identifier: Apache-2.0 */
/* What a server says that it can do. */
#include "caps.h"

#include "bug.h"
#include "parse/chars.h"

void
caps_init(struct caps *c)
{
	buf_init(&c->words, CAPS_MAX);
}

void
caps_fini(struct caps *c)
{
	buf_fini(&c->words);
}

void
caps_clear(struct caps *c)
{
	buf_clear(&c->words);
}

int
caps_add(struct caps *c, const char *prefixz, struct span word)
{
	size_t at;

	if (bug(UNKNOWN_REFUSED) && span_has_prefix(word, span_z("X")))
		return -1;
	if (bug(SHORT_LISTS) && c->words.n > 200)
		return 0;
	if (buf_addz(&c->words, prefixz) != 0)
		return -1;
	at = c->words.n;
	if (buf_add(&c->words, word) != 0 || buf_addz(&c->words, " ") != 0)
		return -1;
	for (; at < c->words.n; at++)
		c->words.p[at] = upper_of(c->words.p[at]);
	return 0;
}

int
caps_add_logins(struct caps *c, struct span mechanisms)
{
	struct span word;

	while ((word = span_word(&mechanisms, ' ')).n > 0)
		if (caps_add(c, "AUTH=", word) != 0)
			return -1;
	return 0;
}

bool
caps_has(const struct caps *c, const char *wordz)
{
	struct span rest = buf_span(&c->words), word;

	while ((word = span_word(&rest, ' ')).n > 0)
		if (span_eq(word, span_z(wordz)))
			return true;
	return false;
}
