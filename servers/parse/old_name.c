/* SPDX-License-Identifier: Apache-2.0 */
/* Names of MX hosts, octet by octet: some come out of escapes. */
#include "parse/old_name.h"

#include "parse/chars.h"

#define LABEL_SIZE 63
#define NAME_SIZE 255

static bool
fits(const struct old_name *name, int c, bool has_stars_anywhere)
{
	if (c == '.')
		return name->label > 0;
	if (c == '*')
		return !name->has_dot &&
		       (has_stars_anywhere || name->size == 0);
	if (!is_alnum(c) && c != '-')
		return false;
	return has_stars_anywhere || name->has_dot || !name->has_star;
}

static void
label_end(struct old_name *name)
{
	if (name->last == '-')
		name->is_odd = true;
	if (!name->has_dot && name->has_star && name->label > 1)
		name->is_star_odd = true;
}

bool
old_name_take(struct old_name *name, int c, bool has_stars_anywhere)
{
	if (!fits(name, c, has_stars_anywhere))
		return false;
	if (c == '.') {
		label_end(name);
		name->has_dot = true;
		name->label = 0;
	} else {
		if (c == '*')
			name->has_star = true;
		if (c == '-' && name->label == 0)
			name->is_odd = true;
		name->label++;
	}
	name->last = c;
	name->size++;
	if (name->label > LABEL_SIZE || name->size > NAME_SIZE)
		name->is_odd = true;
	return true;
}

bool
old_name_end(struct old_name *name, struct lk_result *r)
{
	if (name->label == 0)
		return false;
	label_end(name);
	if (name->is_odd)
		result_open(r, LK_READING_STS_OLD_MX);
	if (name->is_star_odd || (name->has_star && !name->has_dot))
		result_open(r, LK_READING_STS_JSON_STAR);
	return true;
}
