/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parser of liblatchkey over an input, by its name ("sts-record"). Aborts
 * unless what parse.h promises is true:
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

void fuzz_parser(const char *name, struct span input);

#endif
