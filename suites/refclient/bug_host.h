/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the delivery that need more than a condition. */
#ifndef REFCLIENT_BUG_HOST_H
#define REFCLIENT_BUG_HOST_H

#include "deliver.h"
#include "route.h"
#include "session.h"
#include "bug_sts.h"

/* Look for a host that is named in what the server said last. */
void bug_named_visit(const struct session *s);
/* Behind the host of this number there is no other. */
bool bug_stops(const struct route *route, size_t i);
/* In the place of DECISION_LATER. */
enum decision bug_later(const struct sts *sts);

#endif
