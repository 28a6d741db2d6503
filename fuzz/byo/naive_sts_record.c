/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An example for fuzz-byo: a parser of MTA-STS records as one writes it in a
 * hurry, with mistakes that real ones have made. The version is compared
 * without looking at what follows it, case is folded, the id may be of any
 * length and hold anything, blanks are allowed wherever one thinks of them, and
 * fields that nobody knows are not looked at.
 */
#include <string.h>
#include <strings.h>

#include "byo/byo.h"

int
byo_parse(const char *text, size_t n, char *value, size_t size, size_t *value_n)
{
	char copy[1024], *field, *state = NULL;
	int has_id = 0;

	(void)value;
	(void)size;
	(void)value_n;
	if (n >= sizeof(copy))
		return 0;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (strncasecmp(copy, "v=STSv1", 7) != 0)
		return 0;
	for (field = strtok_r(copy + 7, ";", &state); field != NULL;
		field = strtok_r(NULL, ";", &state)) {
		field += strspn(field, " \t");
		if (strncasecmp(field, "id=", 3) == 0 && field[3] != '\0')
			has_id = 1;
	}
	return has_id;
}
