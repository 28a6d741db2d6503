/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of MX hosts in the drafts of 2016: labels of letters, digits and
 * hyphens. In a pattern of the record *. may stand in front; in one of the
 * JSON policy the first label may have a * anywhere.
 */
#ifndef PARSE_OLD_NAME_H
#define PARSE_OLD_NAME_H

#include "parse/stop.h"

struct old_name {
	size_t size, label; /* octets of all, and of the last label */
	int last;
	bool has_dot, has_star;
	bool is_odd;      /* no name by RFC 1035: hyphens, lengths */
	bool is_star_odd; /* the * is not the whole of the first label */
};

/* Take the next octet, unless it does not fit: then false. */
bool old_name_take(struct old_name *name, int c, bool has_stars_anywhere);
/* Whether what was taken is a name; says so if it is an odd one. */
bool old_name_end(struct old_name *name, struct lk_result *r);

#endif
