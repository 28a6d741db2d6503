/* SPDX-License-Identifier: Apache-2.0 */
/* Do values fit the letters of their shape? What is nested goes onto a stack of
 * places, as deep as lists may be. */
#include "parse/imap_shape.h"

#include "parse/stop.h"

#include "core/span.h"

/* A value, and the name in front of it. */
struct item {
	struct span value; /* of a list its beginning */
	struct span name;
	bool is_apart; /* behind a blank, or the first of its list */
};

static bool
is_skipped(const char *next)
{
	return *next == '-' || next[1] == '*' || next[1] == '+';
}

/* May the values end where this is next? */
static bool
is_enough(const char *next)
{
	while (*next != '\0' && *next != '?' && !is_digit(*next)) {
		if (!is_skipped(next))
			return false;
		next += 2;
	}
	return true;
}

/* Bodies have one of several forms; those of % have no extensions. */
static bool
is_body(char letter)
{
	return letter == 'y' || letter == '%';
}

/* What a scalar is that stands for the letter. */
static char
scalar_of(char letter)
{
	const struct imap_list *list = imap_list_find(letter);

	return list != NULL ? list->scalar : letter;
}

static bool
letter_fits(char letter, const struct item *item)
{
	if (item->value.p[0] == '(')
		return is_body(letter) || imap_list_find(letter) != NULL;
	return !is_body(letter) &&
	       imap_scalar_fits(scalar_of(letter), item->value);
}

/* Is a blank in front of it, or none, as it has to be? */
static bool
blank_fits(char letter, char behind, const struct item *item)
{
	return letter == '.' ||
	       item->is_apart == (behind != '+' && behind != '&');
}

/* Note what a scalar that fits its letter rests on. */
static void
scalar_note(char letter, struct span value, struct lk_result *r)
{
	switch (letter) {
	case 'P':
		if (value.p[value.n - 1] == '>' &&
			span_has_prefix_nocase(value, span_z("BINARY[")))
			result_open(r, LK_READING_IMAP_BINARY_ORIGIN);
		return;
	case 'F':
	case 'K':
		if (span_eq_nocase(value, span_z("\\Recent")))
			result_open(r, LK_READING_IMAP_FLAG_RECENT);
		return;
	case 'E':
	case 'X':
	case '>':
		if (imap_scalar_fits('W', value) &&
			!imap_scalar_fits('D', value))
			result_open(r, LK_READING_IMAP_NUMBER64);
		return;
	default:
		return;
	}
}

/* The letter that the value fits, of those that are next; 0 if none. At the ?
 * of a plain list its values have to end. */
static char
letter_take(const char **next, bool is_plain, const struct item *item,
	struct lk_result *r)
{
	const char *at = *next;
	char letter;

	for (;; at += 2) {
		while ((*at == '?' && !is_plain) || is_digit(*at))
			at += *at == '?' ? 1 : '0' - *at;
		if (*at == '\0' || *at == '?')
			return 0;
		letter = *at == '-' ? at[1] : *at;
		if (letter == '=')
			letter = imap_pair_value(at[-1], item->name);
		if (blank_fits(letter, at[1], item) &&
			letter_fits(letter, item))
			break;
		if (!is_skipped(at))
			return 0;
	}
	if (item->value.p[0] != '(')
		scalar_note(scalar_of(letter), item->value, r);
	/* What may be there again stays next. */
	if (*at == '-' || at[1] == '&')
		*next = at + 2;
	else
		*next = is_skipped(at) ? at : at + 1;
	return letter;
}

/* How far a list was read: whose items it has, and which of them is next. */
struct place {
	char letter;
	uint8_t next;
};

static struct place
place_of(char letter, struct span list, struct lk_result *r)
{
	if (is_body(letter))
		letter = imap_body_form(list, r);
	else if (letter == '~' && list.p[1] == '(')
		letter = '^';
	return (struct place){letter, 0};
}

/* Is in the list, which is whole, what the letter says? */
static bool
list_fits(char letter, struct span list, struct lk_result *r)
{
	struct place place[IMAP_DEPTH_MAX];
	struct item item = {.is_apart = true};
	/* Lists are plain from this depth on: no body there has extensions. */
	size_t plain = IMAP_DEPTH_MAX;
	size_t depth = 0, at = 1, end;
	const char *items, *next;

	place[0] = place_of(letter, list, r);
	for (;; at = end) {
		items = imap_list_find(place[depth].letter)->items;
		next = items + place[depth].next;
		if (list.p[at] == ')') {
			if (!is_enough(next))
				return false;
			if (depth == plain)
				plain = IMAP_DEPTH_MAX;
			if (depth-- == 0)
				return true;
			item.is_apart = false;
			end = at + 1;
			continue;
		}
		if (list.p[at] == ' ') {
			item.is_apart = true;
			at++;
		}
		end = list.p[at] == '(' ? list.n
					: (size_t)imap_value_read(list, at, r);
		item.value = span_cut(list, at, end);
		letter = letter_take(&next, depth >= plain, &item, r);
		if (letter == 0)
			return false;
		place[depth].next = (uint8_t)(next - items);
		item.name = item.value;
		item.is_apart = list.p[at] == '(';
		if (item.is_apart) {
			place[++depth] = place_of(letter, item.value, r);
			if (letter == '%')
				plain = depth;
			end = at + 1;
		}
	}
}

/* The letter that the value, which is whole, fits; 0 if it is not what is next.
 */
static char
value_take(const char **next, struct span value, struct item *item,
	struct lk_result *r)
{
	char letter;

	item->value = value;
	letter = letter_take(next, false, item, r);
	item->name = value;
	/* Behind a list of annotations comes no other one's name. */
	if (letter == '}' && value.p[0] == '(')
		*next += strlen(*next);
	if (letter != 0 && value.p[0] == '(' && !list_fits(letter, value, r))
		return 0;
	return letter;
}

/* As value_take, and the rule that the value breaks; LK_NONE if none. */
static enum lk_reason
value_check(const char **next, struct span value, struct item *item,
	struct lk_result *r)
{
	const char letter = value_take(next, value, item, r);

	if (letter == 0)
		return LK_IMAP_SHAPE;
	return value.p[0] == '(' ? imap_list_rule(letter, value, r) : LK_NONE;
}

/* Does the value at `at` say itself where it ends? */
static bool
is_closed(struct span s, size_t at)
{
	const int c = span_at(s, at);

	return c == '(' || c == '"' || c == '{' ||
	       (c == '~' && span_at(s, at + 1) == '{');
}

ssize_t
imap_values_read(struct span s, size_t at, const struct imap_shape *shape,
	struct lk_result *r)
{
	const char *next = shape != NULL ? shape->values : ".*";
	struct item item = {.is_apart = true};
	enum lk_reason reason;
	const size_t first = at;
	bool was_list = false;
	size_t start;
	ssize_t n;

	/* Two lists may stand without a blank where they have to. */
	while (span_at(s, at) == ' ' ||
		(was_list && span_at(s, at) == '(' && *next != '\0' &&
			next[1] == '+')) {
		item.is_apart = span_at(s, at) == ' ';
		start = item.is_apart ? at + 1 : at;
		was_list = span_at(s, start) == '(';
		n = imap_value_read(s, start, r);
		if (n < 0)
			return n;
		at = (size_t)n;
		/* More may belong to one that does not say where it ends. */
		if (at == s.n && !is_closed(s, start))
			break;
		reason = value_check(&next, span_cut(s, start, at), &item, r);
		if (reason != LK_NONE)
			return result_stop(r,
				reason == LK_IMAP_ATTRIBUTES ? LK_LIMIT
							     : LK_BAD,
				reason, start);
	}
	if (span_at(s, at) != '\r')
		return result_unfit(r, span_at(s, at), LK_IMAP_VALUE, at);
	reason = is_enough(next) ? imap_data_rule(shape, span_cut(s, first, at))
				 : LK_IMAP_SHAPE;
	if (reason != LK_NONE)
		return result_stop(r, LK_BAD, reason, at);
	return (ssize_t)at;
}

/* Out of its caller's frame: most codes are no list of capabilities. */
static __attribute__((noinline)) bool
capabilities_fit(struct span code, struct lk_result *r)
{
	struct lk_imap_capability list = {.rev1 = false};

	return imap_capability_read(code, 0, &list, r) > 0;
}

bool
imap_code_fits(struct span name, struct span behind, struct lk_result *r)
{
	const struct imap_shape *shape = imap_code_find(name);
	struct item item = {.is_apart = true};
	const char *next;
	size_t at = 0, start;
	ssize_t n;

	if (shape == NULL)
		return true;
	if (shape->values[0] == 'C')
		return capabilities_fit(span_of(name.p, name.n + behind.n), r);
	for (next = shape->values; at < behind.n; at = (size_t)n) {
		start = at + 1;
		n = imap_value_read(behind, start, r);
		if (behind.p[at] != ' ' || n < 0 ||
			value_take(&next, span_cut(behind, start, (size_t)n),
				&item, r) == 0)
			return false;
	}
	return is_enough(next);
}
