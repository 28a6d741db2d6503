/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the connection that need more than a condition. */
#ifndef REFCLIENT_BUG_WIRE_H
#define REFCLIENT_BUG_WIRE_H

#include "account.h"
#include "wire.h"

/* Of which service what is read on any wire is. */
extern enum service_kind bug_kind;

/* What was read in clear stays where TLS begins. */
bool bug_keeps_clear_text(const struct wire *w);
/* What the verification said does not count (yet). */
bool bug_ignores_result(void);
/* Move what stands before the first TLS record into the buffer of the
 * session; the rest. */
struct span bug_clear_take(struct wire *w, struct span bytes);
/* Ask for TLS with a ClientHello of long ago, and hang up. */
void bug_antique_hello(struct wire *w, const char *hostz);

#endif
