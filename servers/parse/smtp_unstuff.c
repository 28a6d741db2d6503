/* SPDX-License-Identifier: Apache-2.0 */
/* Taking stuffed dots away and finding the final one. */
#include "parse/smtp_unstuff.h"

/* A byte of text that no dot precedes: the state behind it. */
static void
text_pass(struct smtp_unstuff *unstuff, uint8_t c)
{
	bool behind_cr = unstuff->state == UNSTUFF_CR;

	if (behind_cr != (c == '\n'))
		unstuff->bare = true;
	if (c == '\r')
		unstuff->state = UNSTUFF_CR;
	else
		unstuff->state =
			behind_cr && c == '\n' ? UNSTUFF_LINE : UNSTUFF_TEXT;
}

size_t
smtp_unstuff(struct smtp_unstuff *unstuff, struct span input, uint8_t *out_r,
	size_t *n_r)
{
	size_t at = 0, n = 0;
	uint8_t c;

	while (at < input.n && unstuff->state != UNSTUFF_END) {
		c = input.p[at++];
		if (unstuff->state == UNSTUFF_LINE && c == '.') {
			unstuff->state = UNSTUFF_DOT;
			continue;
		}
		if (unstuff->state == UNSTUFF_DOT && c == '\r') {
			unstuff->state = UNSTUFF_DOTCR;
			continue;
		}
		if (unstuff->state == UNSTUFF_DOTCR) {
			if (c == '\n') {
				unstuff->state = UNSTUFF_END;
				continue;
			}
			/* The dot was a stuffed one, the CR is text. */
			out_r[n++] = '\r';
			unstuff->state = UNSTUFF_CR;
		}
		text_pass(unstuff, c);
		out_r[n++] = c;
	}
	*n_r = n;
	return at;
}
