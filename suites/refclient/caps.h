/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server says that it can do, in one form for all protocols: words in
 * capital letters; logins are AUTH=MECHANISM, the way to TLS is STARTTLS.
 */
#ifndef REFCLIENT_CAPS_H
#define REFCLIENT_CAPS_H

#include "core/buf.h"

#define CAPS_MAX (64 * 1024)

struct caps {
	struct buf words; /* a blank behind each */
};

void caps_init(struct caps *c);
void caps_fini(struct caps *c);
void caps_clear(struct caps *c);
/* Add the word, with a prefix ("" or "AUTH="). -1: the list is too long. */
int caps_add(struct caps *c, const char *prefixz, struct span word);
/* The same for each of the mechanisms of a list, with AUTH=. */
int caps_add_logins(struct caps *c, struct span mechanisms);
bool caps_has(const struct caps *c, const char *wordz);

#endif
