/* SPDX-License-Identifier: Apache-2.0 */
/* The canary search. */
#include "core/needle.h"

static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

static int
needle_put(struct needles *set, const char *secretz, const char *formz,
	struct span bytes)
{
	struct needle *needle;

	if (set->n == NEEDLES_MAX || bytes.n > NEEDLE_MAX_BYTES)
		return -1;
	needle = &set->needle[set->n++];
	needle->secretz = secretz;
	needle->formz = formz;
	memcpy(needle->bytes, bytes.p, bytes.n);
	needle->n = bytes.n;
	return 0;
}

/*
 * The base64 letters that value is sure to produce when shift (0 to 2) bytes
 * stand before it in its group of three: those that no neighbour's bits touch.
 */
static size_t
base64_core(struct span value, unsigned shift, uint8_t *out)
{
	size_t first = (shift * 8 + 5) / 6, last = (shift + value.n) * 8 / 6;
	size_t n = 0;

	for (size_t letter = first; letter < last; letter++) {
		unsigned bits = 0;

		for (unsigned i = 0; i < 6; i++) {
			size_t bit = letter * 6 + i - shift * 8;

			bits = bits << 1 |
			       ((unsigned)value.p[bit / 8] >> (7 - bit % 8) &
				       1u);
		}
		out[n++] = (uint8_t)base64_letters[bits];
	}
	return n;
}

int
needles_add(struct needles *set, const char *secretz, const char *value)
{
	/* The beginning of a long one is looked for: no other text has it. */
	struct span plain = span_cut(span_z(value), 0, 100);
	uint8_t coded[NEEDLE_MAX_BYTES];

	if (plain.n < 6)
		return -1;
	if (needle_put(set, secretz, "clear", plain) != 0)
		return -1;
	for (unsigned shift = 0; shift < 3; shift++) {
		size_t n = base64_core(plain, shift, coded);

		if (needle_put(set, secretz, "base64", span_of(coded, n)) != 0)
			return -1;
	}
	return 0;
}

/* Places where needle ends behind the first old bytes of text. */
static unsigned
count_new(struct span text, size_t old, const struct needle *needle)
{
	struct span wanted = span_of(needle->bytes, needle->n);
	size_t from = old >= needle->n ? old - needle->n + 1 : 0;
	unsigned n = 0;

	for (;;) {
		size_t at = span_find(text, from, wanted);

		if (at == SIZE_MAX)
			return n;
		n++;
		from = at + 1; /* canaries may overlap themselves */
	}
}

static void
scan_piece(const struct needles *set, struct needle_scan *scan,
	struct span piece,
	void (*found)(void *self, const struct needle *needle), void *self)
{
	uint8_t joined[NEEDLE_MAX_BYTES + 1024];
	struct span text;
	size_t keep;

	memcpy(joined, scan->tail, scan->n);
	memcpy(joined + scan->n, piece.p, piece.n);
	text = span_of(joined, scan->n + piece.n);
	for (unsigned i = 0; i < set->n; i++)
		for (unsigned n = count_new(text, scan->n, &set->needle[i]);
			n > 0; n--)
			found(self, &set->needle[i]);
	keep = text.n < NEEDLE_MAX_BYTES ? text.n : NEEDLE_MAX_BYTES;
	memcpy(scan->tail, text.p + text.n - keep, keep);
	scan->n = keep;
}

void
needles_scan(const struct needles *set, struct needle_scan *scan,
	struct span bytes,
	void (*found)(void *self, const struct needle *needle), void *self)
{
	for (size_t at = 0; at < bytes.n; at += 1024)
		scan_piece(
			set, scan, span_cut(bytes, at, at + 1024), found, self);
}

bool
needles_within(const struct needles *set, const char *secretz, struct span text)
{
	for (unsigned i = 0; i < set->n; i++) {
		const struct needle *needle = &set->needle[i];

		if (strcmp(needle->secretz, secretz) == 0 &&
			span_find(text, 0, span_of(needle->bytes, needle->n)) !=
				SIZE_MAX)
			return true;
	}
	return false;
}
