/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a dictionary: lines of [NAME=]"text" with \\, \" and \xNN. */
#include <stdio.h>
#include <stdlib.h>

#include "mutators/lines.h"

#define LINE_SIZE 1024

static int
digit_of(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c | 0x20) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* Unescape up to the closing quote, in place; size, or 0. */
static size_t
text_read(char *text)
{
	size_t n = 0;

	for (const char *p = text; *p != '\0' && *p != '"'; p++) {
		if (*p != '\\') {
			text[n++] = *p;
		} else if (p[1] == 'x' && digit_of(p[2]) >= 0 &&
			   digit_of(p[3]) >= 0) {
			text[n++] =
				(char)(digit_of(p[2]) * 16 + digit_of(p[3]));
			p += 3;
		} else if (p[1] != '\0') {
			text[n++] = *++p;
		}
	}
	return n;
}

void
lines_words_load(struct lines_words *words, const char *path)
{
	FILE *file = path != NULL ? fopen(path, "r") : NULL;
	char line[LINE_SIZE], *quote;
	uint8_t *copy;
	size_t n;

	if (file == NULL)
		return;
	while (words->n < LINES_WORDS_MAX &&
		fgets(line, sizeof(line), file) != NULL) {
		quote = line[0] != '#' ? strchr(line, '"') : NULL;
		n = quote != NULL ? text_read(quote + 1) : 0;
		copy = n > 0 ? malloc(n) : NULL;
		if (copy == NULL)
			continue;
		memcpy(copy, quote + 1, n);
		words->word[words->n++] = span_of(copy, n);
	}
	(void)fclose(file);
}
