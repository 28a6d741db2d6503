/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which values the data of the base protocol have (RFC 9051 section 9, RFC 3501
 * section 9 for what is only there; STATUS as RFC 4466 section 3 has it, ID as
 * RFC 2971 section 4).
 */
#include "parse/imap_value.h"

#include "parse/stop.h"
#include "parse/utf8.h"

#include "core/span.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/*
 * Letters stand for values: A an atom, S an atom or string, G a string, V a
 * string or NIL, Q a quoted character or NIL, D a number, W one of 63 bits, n
 * one that is not 0, M such a number or a list that ends the data, P the name
 * of a part of a message, L a list; a list of flags F, of the attributes of a
 * mailbox B, of namespaces or NIL O; pairs of fields or NIL I, of counts T, of
 * parts R. In a shape, * repeats the last one, also not at all; what is in
 * small letters may be missing; . is the rest, whatever it is. C: a list of
 * capabilities.
 */
static const struct imap_shape shapes[] = {
	{"CAPABILITY", "C", IMAP_NUMBER_NONE},
	{"ENABLED", "A*", IMAP_NUMBER_NONE},
	{"EXISTS", "", IMAP_NUMBER_ANY},
	{"EXPUNGE", "", IMAP_NUMBER_NOT_ZERO},
	{"FETCH", "R", IMAP_NUMBER_NOT_ZERO},
	{"FLAGS", "F", IMAP_NUMBER_NONE},
	{"ID", "I", IMAP_NUMBER_NONE},
	{"LIST", "BQSl", IMAP_NUMBER_NONE},
	{"LSUB", "BQSl", IMAP_NUMBER_NONE},
	{"NAMESPACE", "OOO", IMAP_NUMBER_NONE},
	{"RECENT", "", IMAP_NUMBER_ANY},
	{"SEARCH", "nM*", IMAP_NUMBER_NONE},
	{"STATUS", "ST", IMAP_NUMBER_NONE},
};

/* What the second value of a pair is by the first one, of which a name with a
 * section counts up to its [. Pairs that are not here are of extensions. */
struct pair {
	const char *name;
	char value;
};

static const struct pair counts[] = {
	{"DELETED", 'D'},
	{"MESSAGES", 'D'},
	{"RECENT", 'D'},
	{"SIZE", 'W'},
	{"UIDNEXT", 'n'},
	{"UIDVALIDITY", 'n'},
	{"UNSEEN", 'D'},
};

static const struct pair parts[] = {
	{"BINARY.SIZE[", 'D'},
	{"BODY", 'L'},
	{"BODY[", 'V'},
	{"BODYSTRUCTURE", 'L'},
	{"ENVELOPE", 'L'},
	{"FLAGS", 'F'},
	{"RFC822", 'V'},
	{"RFC822.HEADER", 'V'},
	{"RFC822.SIZE", 'W'},
	{"RFC822.TEXT", 'V'},
	{"UID", 'n'},
};

const struct imap_shape *
imap_shape_find(struct span word)
{
	for (size_t i = 0; i < COUNT(shapes); i++)
		if (span_eq_nocase(word, span_z(shapes[i].word)))
			return &shapes[i];
	return NULL;
}

static bool
is_nil(struct span value)
{
	return span_eq_nocase(value, span_z("NIL"));
}

static bool
is_string(struct span value)
{
	return value.p[0] == '"' || value.p[0] == '{';
}

/* 1*DIGIT of at most `max` */
static bool
is_number(struct span value, uint64_t max)
{
	uint64_t number = 0, digit;

	for (size_t i = 0; i < value.n; i++) {
		if (!is_digit(value.p[i]))
			return false;
		digit = (uint64_t)(value.p[i] - '0');
		if (number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	return true;
}

/* nz-number */
static bool
is_counted(struct span value)
{
	return is_number(value, UINT32_MAX) && value.p[0] != '0';
}

/* astring = 1*ASTRING-CHAR / string */
static bool
is_astring(struct span value)
{
	size_t at = 0;

	if (is_string(value))
		return true;
	while (is_atom_char(span_at(value, at)) || span_at(value, at) == ']')
		at++;
	return at == value.n;
}

/* A quoted string of one character, or NIL: what stands between the levels of
 * the names of mailboxes. */
static bool
is_delimiter(struct span value)
{
	if (value.p[0] != '"')
		return is_nil(value);
	if (value.p[1] == '\\')
		return value.n == 4;
	return value.n > 2 && utf8_size(value, 1) == (ssize_t)value.n - 2;
}

/* The name of a part up to its section, or all of it. */
static struct span
part_head(struct span name)
{
	size_t at = span_find(name, 0, span_z("["));

	return at == SIZE_MAX ? name : span_cut(name, 0, at + 1);
}

/* An atom, perhaps with a section behind it. */
static bool
is_part(struct span value)
{
	struct span head = part_head(value);

	return imap_atom_end(head, 0) == head.n;
}

/* Flags: atoms, perhaps with a backslash in front of them. Attributes of a
 * mailbox have it always. \* is neither. */
static bool
are_flags(struct span list, bool are_attributes)
{
	size_t at = 0, start;

	if (list.p[0] != '(')
		return false;
	if (list.n == 2)
		return true;
	do {
		start = at + 1;
		if (list.p[start] == '\\')
			start++;
		else if (are_attributes)
			return false;
		at = imap_atom_end(list, start);
		if (at == start)
			return false;
	} while (list.p[at] == ' ');
	return at == list.n - 1;
}

/* Is the value what the letter stands for, as far as that is no list with
 * other things in it than flags? */
static bool
value_fits(char letter, struct span value)
{
	switch (letter) {
	case 'A':
		return imap_atom_end(value, 0) == value.n;
	case 'S':
		return is_astring(value);
	case 'G':
		return is_string(value);
	case 'V':
		return is_string(value) || is_nil(value);
	case 'Q':
		return is_delimiter(value);
	case 'D':
		return is_number(value, UINT32_MAX);
	case 'W':
		return is_number(value, INT64_MAX);
	case 'n':
		return is_counted(value);
	case 'M':
		return value.p[0] == '(' || is_counted(value);
	case 'P':
		return is_part(value);
	case 'L':
	case 'l':
		return value.p[0] == '(';
	case 'F':
	case 'B':
		return are_flags(value, letter == 'B');
	default:
		return true;
	}
}

/* What the second value of a pair is; . if anything. */
static char
pair_value(const struct pair *pairs, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq_nocase(part_head(name), span_z(pairs[i].name)))
			return pairs[i].value;
	return '.';
}

/* What the value at `index` of a list is; `before` is the one in front. */
static char
item_letter(char list, size_t index, struct span before)
{
	bool is_name = index % 2 == 0;

	switch (list) {
	case 'O':
		return 'L';
	case 'I':
		return is_name ? 'G' : 'V';
	case 'T':
		return is_name ? 'A'
			       : pair_value(counts, COUNT(counts), before);
	default:
		return is_name ? 'P' : pair_value(parts, COUNT(parts), before);
	}
}

/* A list, which is whole, of namespaces, fields, counts or parts. */
static bool
list_fits(char letter, struct span list, struct lk_result *r)
{
	struct span item = span_of(NULL, 0);
	size_t n = 0, at = 1, end;

	for (; list.p[at] != ')'; at = end, n++) {
		if (list.p[at] == ' ')
			at++;
		end = (size_t)imap_value_read(list, at, r);
		if (!value_fits(item_letter(letter, n, item),
			    span_cut(list, at, end)))
			return false;
		item = span_cut(list, at, end);
	}
	if (letter == 'O')
		return n > 0;
	return n % 2 == 0 && (letter != 'R' || n > 0);
}

static bool
shape_fits(char letter, struct span value, struct lk_result *r)
{
	switch (letter) {
	case 'O':
	case 'I':
		if (is_nil(value))
			return true;
		/* fallthrough */
	case 'T':
	case 'R':
		return value.p[0] == '(' && list_fits(letter, value, r);
	default:
		return value_fits(letter, value);
	}
}

/* What the next value has to be; behind the last one NUL. */
static const char *
letter_next(const char *letter, bool is_list)
{
	if (letter[0] == 'M' && is_list)
		return "";
	if (letter[0] == '.' || letter[1] == '*')
		return letter;
	return letter + 1;
}

/* May the values end where this one is the next? */
static bool
is_enough(const char *letter)
{
	return *letter == '\0' || *letter == '.' || !is_upper(*letter) ||
	       letter[1] == '*';
}

ssize_t
imap_values_read(struct span s, size_t at, const struct imap_shape *shape,
	struct lk_result *r)
{
	const char *letter = shape != NULL ? shape->values : ".";
	size_t start;
	ssize_t n;

	while (span_at(s, at) == ' ') {
		start = at + 1;
		n = imap_value_read(s, start, r);
		if (n < 0)
			return n;
		at = (size_t)n;
		/* More may belong to it. */
		if (at == s.n)
			break;
		if (*letter == '\0' ||
			!shape_fits(*letter, span_cut(s, start, at), r))
			return result_stop(r, LK_BAD, LK_IMAP_SHAPE, start);
		letter = letter_next(letter, s.p[start] == '(');
	}
	if (span_at(s, at) != '\r')
		return result_unfit(r, span_at(s, at), LK_IMAP_VALUE, at);
	if (!is_enough(letter))
		return result_stop(r, LK_BAD, LK_IMAP_SHAPE, at);
	return (ssize_t)at;
}
