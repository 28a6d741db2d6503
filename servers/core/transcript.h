/* SPDX-License-Identifier: Apache-2.0 */
/* The ordered record of a trial: JSON Lines, see docs/transcript.md. */
#ifndef CORE_TRANSCRIPT_H
#define CORE_TRANSCRIPT_H

#include <stdio.h>

#include "core/buf.h"

/*
 * One event is begun, filled with fields and ended; events do not nest. Keys
 * and event names are plain ASCII words of ours. A line that would pass the
 * cap of 4 MiB is cut to its common fields plus "cut": true.
 */
struct transcript {
	FILE *file;      /* owned by the caller */
	FILE *live;      /* NULL, or who reads along: flushed at each event */
	double start;    /* monotonic seconds when the world began */
	unsigned seq;    /* of the last event */
	double last;     /* time of the last event, seconds since start */
	struct buf line; /* the event that is being written */
	size_t common;   /* how much of line must survive a cut */
	bool cut;
	bool first_in_list;
};

void transcript_init(struct transcript *t, FILE *file);
void transcript_fini(struct transcript *t);

/* Seconds of the monotonic clock. */
double transcript_clock(void);

void transcript_begin(struct transcript *t, const char *event);
/* Writes the line; gives its seq. */
unsigned transcript_end(struct transcript *t);

void transcript_text(struct transcript *t, const char *key, const char *z);
/* Bytes as a string with one code point per byte. */
void transcript_bytes(struct transcript *t, const char *key, struct span bytes);
void transcript_number(struct transcript *t, const char *key, long number);
void transcript_seconds(struct transcript *t, const char *key, double seconds);
void transcript_bool(struct transcript *t, const char *key, bool value);
void transcript_null(struct transcript *t, const char *key);
/* A list of texts: begin, items, end. */
void transcript_list(struct transcript *t, const char *key);
void transcript_item(struct transcript *t, const char *z);
void transcript_list_end(struct transcript *t);

#endif
