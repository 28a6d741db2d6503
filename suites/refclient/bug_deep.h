/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of what is remembered of servers, and of what is said of it. */
#ifndef REFCLIENT_BUG_DEEP_H
#define REFCLIENT_BUG_DEEP_H

#include "session.h"

/* Note what was stored before this session. */
void bug_before_latch(const struct lk_latch_state *state);
/* Behind the engine: another state, another outcome; -1 to leave. */
int bug_latch(struct session *s, const struct lk_latch_session *facts,
	struct lk_latch_outcome *outcome);

/* What the user is told of. */
const struct lk_latch_state *bug_told(const struct lk_latch_state *state);
/* What the server is told: of what is stored, of what failed, in bytes. */
const struct lk_latch_state *bug_said(const struct session *s);
const struct lk_latch_outcome *bug_failed(
	const struct session *s, const struct lk_latch_outcome *outcome);
size_t bug_report(char *text, size_t n);

#endif
