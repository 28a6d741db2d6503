/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sender remembers from mail to mail: one JSON file, documented in
 * docs/refsender.md and suites/schemas/sender.schema.json.
 */
#ifndef REFCLIENT_MEMORY_H
#define REFCLIENT_MEMORY_H

#include <jansson.h>
#include <time.h>

#include "core/err.h"

struct memory {
	json_t *state; /* owned */
	const char *pathz;
};

/* Read it; a file that is not there is an empty memory. pathz is borrowed. */
int memory_load(struct memory *m, const char *pathz, struct err *err);
/* Write it, all or nothing. */
int memory_save(const struct memory *m, struct err *err);
void memory_fini(struct memory *m);

/* The object of a domain below a key, made if it is not there; its letters
 * in lower case are the key of the domain. */
json_t *memory_of(struct memory *m, const char *key, const char *domainz);
/* The same if it is there, else NULL. */
const json_t *memory_find(
	const struct memory *m, const char *key, const char *domainz);
/* Forget it. */
void memory_drop(struct memory *m, const char *key, const char *domainz);

/* A text ("" if there is none), a number (0). */
const char *memory_text(const json_t *object, const char *key);
long long memory_number(const json_t *object, const char *key);

#endif
