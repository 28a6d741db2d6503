/* SPDX-License-Identifier: Apache-2.0 */
/* A file of JSON that a program keeps: for its owner alone. */
#ifndef REFCLIENT_STATE_H
#define REFCLIENT_STATE_H

#include <jansson.h>

#include "core/err.h"

/* Write it, all or nothing. */
int state_save(const json_t *state, const char *pathz, struct err *err);

#endif
