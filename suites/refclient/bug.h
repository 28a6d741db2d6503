/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bugs on demand. Built with -DREFCLIENT_BUGS the client has all bugs of
 * bugs.h, at most one of them switched on: a mutant, which shows that the
 * suite notices. In the plain build bug() is false, and the compiler drops
 * what stands behind it: read past it to see what a correct client does.
 * Where a bug needs more than a condition, buggy(call, usual) is what a
 * function of bug_*.c says; in the plain build it is the usual.
 */
#ifndef REFCLIENT_BUG_H
#define REFCLIENT_BUG_H

#include <stdbool.h>

#include "bugs.h"

enum bug {
#define X(constant, name, class, text, model) BUG_##constant,
	REFCLIENT_BUGS_ALL(X)
#undef X
	BUG_COUNT
};

#ifdef REFCLIENT_BUGS
extern enum bug bug_active; /* BUG_NONE: a correct client */
#define bug(constant) (bug_active == BUG_##constant)
#define buggy(call, usual) (call)
#define bug_any() (bug_active != BUG_NONE)
#else
#define bug(constant) false
#define buggy(call, usual) (false ? (call) : (usual))
#define bug_any() false
#endif

/* Switch on the bug of this name; -1 if there is none. */
int bug_choose(const char *namez);
/* All bugs as JSON, for whoever runs the mutants. */
void bug_list(void);

#endif
