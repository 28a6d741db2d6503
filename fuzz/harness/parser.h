/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parser of liblatchkey over an input. Aborts unless what parse.h promises is
 * true:
 *
 * - a refusal has a reason and an offset; an acceptance says what it consumed,
 *   and bytes behind that do not matter,
 * - every beginning of an accepted text is accepted or LK_MORE, and what is
 *   refused for good stays so whatever follows (the reason may be another):
 *   engines look at a few beginnings that depend on the input, the plain
 *   runner at all,
 * - what is printed parses to the same value and prints to the same text,
 * - printers say how much they need and keep to their room.
 */
#ifndef FUZZ_HARNESS_PARSER_H
#define FUZZ_HARNESS_PARSER_H

#include "harness/oracle.h"
#include "parse/parse.h"

void fuzz_parser(const struct lk_parser *parser, struct span input);

enum {
#define X(function, name, framed, title, source)                               \
	FUZZ_FRAMED_##function = (framed),
	LK_PARSERS(X)
#undef X
};

/*
 * The parser whose functions have this name. It is not looked up in the list,
 * which would bring all parsers into each target: libFuzzer clears and reads
 * the counters of every edge in a program, for each input.
 */
#define FUZZ_PARSER(function)                                                  \
	{                                                                      \
		.framed = FUZZ_FRAMED_##function,                              \
		.parse = lk_##function##_parse,                                \
		.print = lk_##function##_print, .json = lk_##function##_json,  \
	}

#endif
