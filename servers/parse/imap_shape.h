/* SPDX-License-Identifier: Apache-2.0 */
/* Which values IMAP data have, as letters (imap_shape.c), and who knows what
 * the letters mean. */
#ifndef PARSE_IMAP_SHAPE_H
#define PARSE_IMAP_SHAPE_H

#include "parse/imap_value.h"

/* What is in a list, or may stand for it. */
struct imap_list {
	char letter;
	char scalar; /* J: NIL; 0: nothing */
	const char *items;
};

/* The list that the letter stands for; NULL if it stands for none. */
const struct imap_list *imap_list_find(char letter);

/* The rule that the list, which fits the letter, breaks; LK_NONE if none. */
enum lk_reason imap_list_rule(
	char letter, struct span list, struct lk_result *r);

/* The letter of the list that the body at the start of s is; its first octets
 * are of a whole list. */
char imap_body_form(struct span s, struct lk_result *r);

/* What the value is that belongs to the name, which the letter stands for. */
char imap_pair_value(char letter, struct span name);

/* The shape of what stands behind the response code of this name; NULL if it
 * may be anything. */
const struct imap_shape *imap_code_find(struct span name);

/* Is the atom, number or string what the letter stands for? */
bool imap_scalar_fits(char letter, struct span value);

/* The same of all values of data, which fit the shape. */
enum lk_reason imap_data_rule(
	const struct imap_shape *shape, struct span values);

/* The astring at `at`, of a text that is whole: where it ends; `at` if there is
 * none. */
size_t imap_astring_end(struct span s, size_t at);

/* The name of a part up to its section, [ included, or all of it. */
struct span imap_part_head(struct span name);

/* Is it the name of a part, perhaps with a section, which has to be one that it
 * may have? Of names that extensions have only the beginning is known. */
bool imap_part_fits(struct span name);

#endif
