/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lists keep besides what their letters say: attributes of a mailbox (RFC
 * 9051 section 9), fields of ID (RFC 2971 section 3.3), what an answer to a
 * search belongs to (RFC 7377 section 4), resources (RFC 2087, RFC 9208); and
 * rights that can be given (RFC 4314 section 3.7).
 */
#include "parse/imap_shape.h"

#include "core/span.h"
#include "parse/imap_string.h"
#include "parse/stop.h"

/* The rules do not share a frame, as their caller needs the stack. */
#define FRAME_OF_ITS_OWN __attribute__((noinline))

/* More would take long to compare; the registry has some twenty. */
#define ATTRIBUTES_MAX 256

#define FIELDS_MAX 30
#define NAME_SIZE 30
#define VALUE_SIZE 1024

static struct span
inside_of(struct span list)
{
	return span_cut(list, 1, list.n - 1);
}

/* Attributes of which a mailbox has one: those of a kind exclude each other. */
static unsigned
kind_of(struct span attribute)
{
	static const struct {
		const char *name;
		unsigned kind;
	} known[] = {
		{"\\NonExistent", 1},
		{"\\Noselect", 1},
		{"\\Marked", 1},
		{"\\Unmarked", 1},
		{"\\HasChildren", 2},
		{"\\HasNoChildren", 2},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (span_eq_nocase(attribute, span_z(known[i].name)))
			return known[i].kind;
	return 0;
}

/* Is the word one of those in front of it? */
static bool
is_repeated(struct span words, struct span word)
{
	struct span earlier = span_word(&words, ' ');

	while (earlier.p != word.p && !span_eq_nocase(earlier, word))
		earlier = span_word(&words, ' ');
	return earlier.p != word.p;
}

static FRAME_OF_ITS_OWN enum lk_reason
attributes_check(struct span attributes)
{
	struct span rest = attributes, attribute;
	unsigned kinds = 0, kind;

	for (size_t n = 0; rest.n > 0; n++) {
		attribute = span_word(&rest, ' ');
		kind = kind_of(attribute);
		if (n == ATTRIBUTES_MAX)
			return LK_IMAP_ATTRIBUTES;
		if ((kinds & kind) != 0 || is_repeated(attributes, attribute))
			return LK_IMAP_ATTRIBUTE;
		kinds |= kind;
	}
	return LK_NONE;
}

/* Cut the next astring off the values. */
static struct imap_string
string_cut(struct span *values)
{
	const size_t end = imap_astring_end(*values, 0);
	const struct span value = span_cut(*values, 0, end);

	*values = span_cut(*values, end + 1, values->n);
	return imap_string_of(value);
}

/* Is a pair of this name among those in front of its own? */
static bool
is_paired(struct span pairs, struct imap_string name)
{
	struct imap_string other = string_cut(&pairs);

	while (other.raw.p != name.raw.p && !imap_string_same(other, name)) {
		(void)string_cut(&pairs);
		other = string_cut(&pairs);
	}
	return other.raw.p != name.raw.p;
}

static FRAME_OF_ITS_OWN bool
fields_fit(struct span fields)
{
	struct span rest = fields;
	struct imap_string name;

	for (size_t n = 0; rest.n > 0; n++) {
		name = string_cut(&rest);
		if (n == FIELDS_MAX || imap_string_size(name) > NAME_SIZE ||
			imap_string_size(string_cut(&rest)) > VALUE_SIZE ||
			is_paired(fields, name))
			return false;
	}
	return true;
}

/* The tag alone, or with the mailbox and its UIDVALIDITY. */
static FRAME_OF_ITS_OWN bool
correlators_fit(struct span correlators)
{
	struct span rest = correlators;
	struct imap_string name;
	bool has_tag = false;
	size_t n = 0;

	for (; rest.n > 0; n++) {
		name = string_cut(&rest);
		(void)string_cut(&rest);
		if (is_paired(correlators, name))
			return false;
		has_tag |= span_eq_nocase(name.raw, span_z("TAG"));
	}
	return has_tag && n != 2;
}

/* None of the small letters and digits in these strings is there twice. */
static bool
rights_fit(struct span sets)
{
	uint64_t seen = 0, bit;
	struct imap_string set;
	int c;

	while (sets.n > 0) {
		set = string_cut(&sets);
		for (size_t at = 0; (c = imap_string_next(set, &at)) >= 0;) {
			bit = UINT64_C(1)
			      << (is_digit(c) ? c - '0' : c - 'a' + 10);
			if ((seen & bit) != 0)
				return false;
			seen |= bit;
		}
	}
	return true;
}

enum lk_reason
imap_data_rule(const struct imap_shape *shape, struct span values)
{
	if (shape == NULL || strcmp(shape->word, "LISTRIGHTS") != 0)
		return LK_NONE;
	values = span_cut(values, 1, values.n);
	(void)string_cut(&values);
	(void)string_cut(&values);
	return rights_fit(values) ? LK_NONE : LK_IMAP_SHAPE;
}

enum lk_reason
imap_list_rule(char letter, struct span list, struct lk_result *r)
{
	switch (letter) {
	case 'b':
		return attributes_check(inside_of(list));
	case 'i':
		return fields_fit(inside_of(list)) ? LK_NONE : LK_IMAP_ID;
	case 't':
		return correlators_fit(inside_of(list)) ? LK_NONE
							: LK_IMAP_SHAPE;
	case '{':
		if (inside_of(list).n == 0)
			result_open(r, LK_READING_IMAP_NO_QUOTA);
		return LK_NONE;
	default:
		return LK_NONE;
	}
}
