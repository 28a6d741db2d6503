/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bring your own parser: write byo_parse for one grammar of liblatchkey, and
 *
 *	make fuzz-byo PARSER=my.c GRAMMAR=sts-record ENGINE=libfuzzer
 *
 * compares it with the reference parser on everything that an engine thinks
 * of (docs/fuzzing.md). `.build/dev/lkparse --list` lists the grammars.
 */
#ifndef FUZZ_BYO_BYO_H
#define FUZZ_BYO_BYO_H

#include <stddef.h>

/*
 * Is the whole of text (n bytes, no NUL behind them) valid? If so, and if
 * value is to be compared too, write the JSON of it that the reference writes
 * (lkparse shows it), up to size bytes, and its size to *value_n; it is 0
 * before. 1: valid, 0: not.
 */
int byo_parse(
	const char *text, size_t n, char *value, size_t size, size_t *value_n);

#endif
