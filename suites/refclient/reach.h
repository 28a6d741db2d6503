/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a server is, and whom it has to prove to be, by a resolver that
 * validates: DANE for clients (RFC 7673; RFC 7671).
 */
#ifndef REFCLIENT_REACH_H
#define REFCLIENT_REACH_H

#include "account.h"
#include "dane.h"

struct reach {
	struct addresses addresses;
	struct dane dane;
};

/*
 * -1 with *err: nobody knows, so that the server is none to go to. Whatever it
 * says, reach_fini frees it. Borrows the texts of the service.
 */
int reach_find(const struct service *to, struct reach *out_r, struct err *err);
void reach_fini(struct reach *reach);

#endif
