/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes smtp_path_parse, smtp_parameter_next and smtp_xtext_is_valid. Oracles:
 * results lie inside what was consumed; bytes behind a path do not matter; what
 * is printed parses to the same; parameters end. */
#include "core/buf.h"
#include "harness/oracle.h"
#include "parse/smtp_envelope.h"

static void
path_check(const struct smtp_path *path, struct span consumed)
{
	struct smtp_path same;
	struct buf text;

	oracle(consumed.n <= SMTP_PATH_MAX, "a path has a limit");
	oracle_inside(path->local, consumed);
	oracle_inside(path->domain, consumed);
	oracle(smtp_path_parse(consumed, &same) == (ssize_t)consumed.n &&
			same.eight_bit == path->eight_bit,
		"bytes behind a path do not matter");
	buf_init(&text, SMTP_PATH_MAX + 3);
	if (buf_addz(&text, "<") != 0 || buf_add(&text, path->local) != 0 ||
		(path->domain.n > 0 && buf_addz(&text, "@") != 0) ||
		buf_add(&text, path->domain) != 0 || buf_addz(&text, ">") != 0)
		abort();
	oracle(smtp_path_parse(buf_span(&text), &same) == (ssize_t)text.n &&
			span_eq(same.local, path->local) &&
			span_eq(same.domain, path->domain),
		"a path that is printed parses to the same");
	buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span input = span_of(data, size);
	struct span rest = input;
	struct smtp_path path;
	struct smtp_parameter parameter;
	ssize_t n = smtp_path_parse(input, &path);
	size_t left = size;

	oracle(n >= -1 && n <= (ssize_t)size, "a path ends in the input");
	if (n > 0) {
		path_check(&path, span_cut(input, 0, (size_t)n));
		rest = span_cut(input, (size_t)n, size);
	}
	while (smtp_parameter_next(&rest, &parameter) == 1) {
		oracle(left-- > 0, "parameters have an end");
		oracle(parameter.keyword.n > 0, "a parameter has a keyword");
		oracle_inside(parameter.keyword, input);
		oracle_inside(parameter.value, input);
		(void)smtp_xtext_is_valid(parameter.value);
	}
	return 0;
}
