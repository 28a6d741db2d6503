/* SPDX-License-Identifier: Apache-2.0 */
/* Which replies of an engine a fault is about; for a connection with a fault.
 */
#ifndef FAULT_MATCH_H
#define FAULT_MATCH_H

#include "fault/fault.h"

/* Is this one of the replies that the fault changes? Counts them. */
bool fault_conn_hits(struct fault_conn *conn, const struct action *action);

/* Does a configuration that the fault has changed show in this reply? */
bool fault_conn_shows(
	const struct fault_conn *conn, const struct action *action);

/* Where it shows: are the bytes of this reply the fault's, and not the ones
 * that the server says anyway? */
bool fault_conn_gives(
	const struct fault_conn *conn, const struct action *action);

#endif
