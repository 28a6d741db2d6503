/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds a parser of liblatchkey to its contract, table by table. Inputs lie at
 * the end of a heap block of their size, so that ASan sees who reads too far.
 */
#ifndef TESTS_PARSE_CHECK_H
#define TESTS_PARSE_CHECK_H

#include "parse/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct parse_row {
	const char *name;
	const char *input;
	size_t input_n;
	ssize_t code; /* what the parser returns */
	enum lk_reason reason;
	size_t offset;
	struct lk_readings ambiguous;
	const char *json;
};

#define CHECK_LENGTH(text) (sizeof(text) - 1)
#define READING_SET(reading)                                                   \
	{                                                                      \
		{                                                              \
			(reading) < 64 ? UINT64_C(1) << (reading) % 64 : 0,    \
				(reading) < 64 ? 0                             \
					       : UINT64_C(1) << (reading) % 64 \
		}                                                              \
	}
/* A row whose whole text is accepted, by one reading or by every one. */
#define ROW_GOOD(name, text, json)                                             \
	{                                                                      \
		name, text, CHECK_LENGTH(text), CHECK_LENGTH(text), LK_NONE,   \
			CHECK_LENGTH(text), {{0, 0}}, json                     \
	}
#define ROW_OPEN(name, text, reading, json)                                    \
	{                                                                      \
		name, text, CHECK_LENGTH(text), CHECK_LENGTH(text), LK_NONE,   \
			CHECK_LENGTH(text), READING_SET(LK_READING_##reading), \
			json                                                   \
	}
/* A row that is refused with LK_CODE and LK_REASON at offset. */
#define ROW_STOP(name, text, code, reason, offset)                             \
	{                                                                      \
		name, text, CHECK_LENGTH(text), LK_##code, LK_##reason,        \
			offset, {{0, 0}}, NULL                                 \
	}

static char *
check_copy(const char *text, size_t n)
{
	char *copy = malloc(n > 0 ? n : 1);

	assert_non_null(copy);
	if (n > 0)
		memcpy(copy, text, n);
	return copy;
}

/* What a printer or JSON writer gives, as a C string to be freed. */
static char *
check_write(size_t (*write)(const struct lk_result *, char *, size_t),
	const struct lk_result *result)
{
	size_t n = write(result, NULL, 0);
	char *text = malloc(n + 1);

	assert_non_null(text);
	memset(text, '#', n + 1);
	assert_int_equal(write(result, text, n / 2), n);
	assert_int_equal(text[n / 2], '#');
	assert_int_equal(write(result, text, n), n);
	text[n] = '\0';
	return text;
}

/* Every beginning of an accepted text is accepted, or may become it. */
static void
check_cuts(const struct lk_parser *parser, const char *text, size_t n)
{
	struct lk_result result;

	for (size_t cut = 0; cut < n; cut++) {
		char *copy = check_copy(text, cut);
		ssize_t code = parser->parse(span_of(copy, cut), &result);

		if (code < 0 && code != LK_MORE)
			fail_msg(
				"%s: cut at %zu: %zd", parser->name, cut, code);
		if (code >= 0 && parser->framed)
			fail_msg("%s: cut at %zu: accepted", parser->name, cut);
		assert_true(code <= (ssize_t)cut);
		free(copy);
	}
}

/* The printed text parses to the same value and prints as itself. */
static void
check_print(const struct lk_parser *parser, const struct lk_result *result)
{
	char *json = check_write(parser->json, result);
	char *text = check_write(parser->print, result);
	size_t n = parser->print(result, NULL, 0);
	char *copy = check_copy(text, n), *json_again, *text_again;
	struct lk_result again;

	if (parser->parse(span_of(copy, n), &again) != (ssize_t)n)
		fail_msg("%s: \"%s\" does not parse: %s at %zu", parser->name,
			text, lk_reason_text(again.reason)->name, again.offset);
	json_again = check_write(parser->json, &again);
	text_again = check_write(parser->print, &again);
	assert_string_equal(json, json_again);
	assert_string_equal(text, text_again);
	free(json);
	free(text);
	free(copy);
	free(json_again);
	free(text_again);
}

static void
check_row(const struct lk_parser *parser, const struct parse_row *row)
{
	char *copy = check_copy(row->input, row->input_n);
	struct lk_result result;
	ssize_t code;
	char *json;

	memset(&result, 0x5a, sizeof(result));
	code = parser->parse(span_of(copy, row->input_n), &result);
	if (code != row->code || result.reason != row->reason ||
		result.offset != row->offset)
		fail_msg("%s: %s: %zd, %s at %zu", parser->name, row->name,
			code, lk_reason_text(result.reason)->name,
			result.offset);
	if (code >= 0) {
		if (memcmp(&result.ambiguous, &row->ambiguous,
			    sizeof(result.ambiguous)) != 0)
			fail_msg("%s: %s: other readings", parser->name,
				row->name);
		json = check_write(parser->json, &result);
		if (strcmp(json, row->json) != 0)
			fail_msg("%s: %s: %s", parser->name, row->name, json);
		free(json);
		check_print(parser, &result);
		check_cuts(parser, row->input, (size_t)code);
	}
	free(copy);
}

static void
check_rows(const char *name, const struct parse_row *rows, size_t n)
{
	const struct lk_parser *parser = lk_parser_find(span_z(name));

	assert_non_null(parser);
	for (size_t i = 0; i < n; i++)
		check_row(parser, &rows[i]);
}

#endif
