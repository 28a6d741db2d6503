/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lkparse: the parsers of liblatchkey behind the line protocol of the vectors
 * (docs/vectors.md). Reads lines "PARSER HEX", answers each with one line of
 * JSON. So does the latch engine, under the name latch. `--list` lists the
 * parsers and `--reasons` the reasons and readings as JSON, `--tables` all of
 * them as Markdown.
 */
#include "latch/step.h"
#include "parse/chars.h"
#include "parse/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The texts of the lists need no escapes; a unit test looks at that. */
static void
parsers_list(void)
{
	size_t n;
	const struct lk_parser *parser = lk_parsers(&n);

	for (size_t i = 0; i < n; i++)
		printf("{\"parser\":\"%s\",\"title\":\"%s\",\"source\":\"%s\","
		       "\"framed\":%s}\n",
			parser[i].name, parser[i].title, parser[i].source,
			parser[i].framed ? "true" : "false");
}

static void
reasons_list(void)
{
	const struct lk_reason_text *reason;
	const struct lk_reading_text *reading;

	for (unsigned i = 1; (reason = lk_reason_text(i)) != NULL; i++)
		printf("{\"reason\":\"%s\",\"text\":\"%s\",\"source\":\"%s\"}"
		       "\n",
			reason->name, reason->text, reason->source);
	for (unsigned i = 0; (reading = lk_reading_text(i)) != NULL; i++)
		printf("{\"reading\":\"%s\",\"one\":\"%s\",\"other\":\"%s\","
		       "\"source\":\"%s\"}\n",
			reading->name, reading->one, reading->other,
			reading->source);
}

/* The second half of docs/parsers.md. */
static void
tables_print(void)
{
	const struct lk_reason_text *reason;
	const struct lk_reading_text *reading;
	const struct lk_parser *parser;
	size_t n;

	puts("\n## The parsers\n\n| parser | input | source | says where it "
	     "ends |\n| --- | --- | --- | --- |");
	parser = lk_parsers(&n);
	for (size_t i = 0; i < n; i++)
		printf("| `%s` | %s | %s | %s |\n", parser[i].name,
			parser[i].title, parser[i].source,
			parser[i].framed ? "yes" : "no");
	puts("\n## Reasons\n\n| reason | explanation | source |\n"
	     "| --- | --- | --- |");
	for (unsigned i = 1; (reason = lk_reason_text(i)) != NULL; i++)
		printf("| `%s` | %s | %s |\n", reason->name, reason->text,
			reason->source);
	puts("\n## Readings\n\nWhere a specification contradicts itself or is "
	     "silent.\n\n| reading | taken | other | source |\n"
	     "| --- | --- | --- | --- |");
	for (unsigned i = 0; (reading = lk_reading_text(i)) != NULL; i++)
		printf("| `%s` | %s | %s | %s |\n", reading->name, reading->one,
			reading->other, reading->source);
}

/* Hex to bytes in place; false when it is none. */
static bool
hex_decode(char *text, size_t n, size_t *n_r)
{
	if (n % 2 != 0)
		return false;
	for (size_t i = 0; i < n; i += 2) {
		int high = hex_value((uint8_t)text[i]);
		int low = hex_value((uint8_t)text[i + 1]);

		if (high < 0 || low < 0)
			return false;
		text[i / 2] = (char)(high << 4 | low);
	}
	*n_r = n / 2;
	return true;
}

/* Print with the printer or the JSON writer, whatever the size. */
static void
value_write(size_t (*write)(const struct lk_result *, char *, size_t),
	const struct lk_result *result, bool as_hex)
{
	size_t n = write(result, NULL, 0);
	char *text = malloc(n + 1);

	if (text == NULL)
		abort();
	write(result, text, n);
	for (size_t i = 0; i < n; i++)
		printf(as_hex ? "%02x" : "%c", (uint8_t)text[i]);
	free(text);
}

static void
readings_write(const struct lk_result *result)
{
	const char *comma = "";

	printf(",\"readings\":[");
	for (unsigned i = 0; i < LK_READING_COUNT; i++)
		if (lk_rests_on(result, i)) {
			printf("%s\"%s\"", comma, lk_reading_text(i)->name);
			comma = ",";
		}
	putchar(']');
}

static void
accepted_write(const struct lk_parser *parser, const struct lk_result *result)
{
	printf("{\"result\":\"%s\",\"consumed\":%zu",
		lk_is_ambiguous(result) ? "ambiguous" : "valid",
		result->offset);
	if (lk_is_ambiguous(result))
		readings_write(result);
	printf(",\"value\":");
	value_write(parser->json, result, false);
	printf(",\"printed\":\"");
	value_write(parser->print, result, true);
	puts("\"}");
}

static void
set_write(const char *namez, uint32_t set, const char *(*name)(unsigned number))
{
	const char *comma = "";

	printf("\"%s\":[", namez);
	for (unsigned i = 0; name(i) != NULL; i++)
		if (set >> i & 1) {
			printf("%s\"%s\"", comma, name(i));
			comma = ",";
		}
	printf("],");
}

/* What the client says to the server: printable ASCII and CR LF. */
static void
report_write(const char *namez, enum lk_latch_carrier carrier,
	const struct lk_latch_step *step,
	const struct lk_latch_outcome *outcome)
{
	const struct lk_latch_report report = {
		.dialect = step->session.dialect, .carrier = carrier};
	char text[4096];
	size_t n = 0;

	if (step->session.version != 0)
		n = lk_latch_report(
			&step->state, outcome, &report, text, sizeof(text));
	printf(",\"%s\":\"", namez);
	for (size_t i = 0; i < n && i < sizeof(text); i++)
		if (text[i] < ' ')
			printf("\\u%04x", (unsigned)text[i]);
		else
			printf(text[i] == '"' || text[i] == '\\' ? "\\%c"
								 : "%c",
				text[i]);
	putchar('"');
}

/* The latch engine: no grammar, but a function of what stands in the line. */
static void
latch_answer(struct span text)
{
	static const char *const verdicts[] = {"proceed", "warn", "refuse"};
	struct lk_latch_step step;
	struct lk_latch_outcome outcome;
	char state[4096];
	size_t n;
	const char *wrong = lk_latch_step_parse(text, &step, &n);

	if (wrong != NULL) {
		printf("{\"result\":\"invalid\",\"reason\":\"%s\","
		       "\"offset\":%zu}\n",
			wrong, n);
		return;
	}
	lk_latch_session(&step.state, &step.session, &step.state, &outcome);
	n = lk_latch_state_json(&step.state, state, sizeof(state));
	printf("{\"result\":\"%s\",\"consumed\":%zu,",
		outcome.readings != 0 ? "ambiguous" : "valid", text.n);
	set_write("readings", outcome.readings, lk_latch_reading_name);
	printf("\"value\":{\"verdict\":\"%s\",\"state\":%.*s,",
		verdicts[outcome.verdict], (int)n, state);
	set_write("unmet", outcome.unmet, lk_latch_promise_name);
	set_write("added", outcome.added, lk_latch_promise_name);
	set_write("flaws", outcome.flaws, lk_latch_flaw_name);
	printf("\"malformed\":%s", outcome.is_malformed ? "true" : "false");
	report_write("id", LK_CARRIER_IMAP, &step, &outcome);
	report_write("client", LK_CARRIER_SMTP, &step, &outcome);
	puts("}}");
}

static void
line_answer(char *line, size_t n)
{
	char *hex = memchr(line, ' ', n);
	size_t name_n = hex != NULL ? (size_t)(hex - line) : n;
	const struct lk_parser *parser = lk_parser_find(span_of(line, name_n));
	const bool is_latch = name_n == 5 && memcmp(line, "latch", 5) == 0;
	struct lk_result result;
	size_t size = 0;
	ssize_t code;

	if (parser == NULL && !is_latch) {
		puts("{\"result\":\"unsupported\"}");
		return;
	}
	if (hex != NULL && !hex_decode(hex + 1, n - name_n - 1, &size)) {
		puts("{\"error\":\"the input is not hexadecimal\"}");
		return;
	}
	if (is_latch) {
		latch_answer(span_of(hex != NULL ? hex + 1 : line, size));
		return;
	}
	code = parser->parse(
		span_of(hex != NULL ? hex + 1 : line, size), &result);
	if (code >= 0) {
		accepted_write(parser, &result);
		return;
	}
	printf("{\"result\":\"%s\",\"reason\":\"%s\",\"offset\":%zu}\n",
		code == LK_MORE && parser->framed ? "more" : "invalid",
		lk_reason_text(result.reason)->name, result.offset);
}

int
main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		parsers_list();
	} else if (argc == 2 && strcmp(argv[1], "--reasons") == 0) {
		reasons_list();
	} else if (argc == 2 && strcmp(argv[1], "--tables") == 0) {
		tables_print();
	} else if (argc > 1) {
		fputs("usage: lkparse [--list | --reasons | --tables]\n",
			stderr);
		return 2;
	} else {
		while ((n = getline(&line, &size, stdin)) >= 0) {
			if (n > 0 && line[n - 1] == '\n')
				n--;
			line_answer(line, (size_t)n);
			fflush(stdout);
		}
		free(line);
	}
	return ferror(stdout) ? 1 : 0;
}
