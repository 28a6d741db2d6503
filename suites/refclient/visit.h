/* SPDX-License-Identifier: Apache-2.0 */
/* A visit to a server of an account, and what stays of it in the state. */
#ifndef REFCLIENT_VISIT_H
#define REFCLIENT_VISIT_H

#include "session.h"

/* 0: done. Says on standard error what went wrong, and saves the state. */
int visit(struct account *a, enum service_kind kind, const struct mail *mail);

#endif
