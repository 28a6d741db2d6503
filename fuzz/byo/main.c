/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The differential target of fuzz-byo. Inputs on which a specification can be
 * read in two ways are left out, unless LATCHKEY_STRICT is set.
 */
#include "byo/byo.h"

#include "harness/parser.h"

#ifndef BYO_GRAMMAR
#define BYO_GRAMMAR "sts-record"
#endif
#define VALUE_SIZE (1u << 16)

static void
bytes_say(const char *what, struct span text)
{
	(void)fprintf(stderr, "  %s: ", what);
	for (size_t i = 0; i < text.n; i++)
		(void)fprintf(stderr,
			text.p[i] < ' ' || text.p[i] > '~' ? "\\x%02x" : "%c",
			text.p[i]);
	(void)fputc('\n', stderr);
}

static void
difference(const char *what, struct span input, const struct lk_result *r,
	const char *one, struct span other)
{
	(void)fprintf(stderr, "difference: %s\n", what);
	bytes_say("input", input);
	(void)fprintf(stderr, "  reference: %s (%s, byte %zu)\n", one,
		lk_reason_text(r->reason)->text, r->offset);
	bytes_say("yours", other);
	abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lk_parser *reference;
	static char value[VALUE_SIZE], own[VALUE_SIZE];
	const struct span input = span_of(data, size);
	struct lk_result r;
	size_t n, own_n = 0;
	bool good, own_good;

	if (reference == NULL)
		reference = lk_parser_find(span_z(BYO_GRAMMAR));
	if (reference == NULL) {
		(void)fprintf(stderr, "there is no grammar " BYO_GRAMMAR "\n");
		exit(2);
	}
	good = reference->parse(input, &r) == (ssize_t)size;
	if (lk_is_ambiguous(&r) && getenv("LATCHKEY_STRICT") == NULL)
		return 0;
	own_good = byo_parse((const char *)data, size, own, sizeof(own),
			   &own_n) != 0;
	if (good != own_good)
		difference(good ? "you refuse what is valid"
				: "you accept what is invalid",
			input, &r, good ? "valid" : "invalid",
			span_z(own_good ? "valid" : "invalid"));
	if (!good || own_n == 0)
		return 0;
	n = reference->json(&r, value, sizeof(value));
	oracle(n < sizeof(value) && own_n <= sizeof(own), "values fit");
	value[n] = '\0';
	if (n != own_n || memcmp(value, own, n) != 0)
		difference(
			"another value", input, &r, value, span_of(own, own_n));
	return 0;
}
