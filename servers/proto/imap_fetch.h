/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP FETCH: what a client asks for (imap_item.c) and the parts of messages
 * that it may ask for (imap_section.c). */
#ifndef PROTO_IMAP_FETCH_H
#define PROTO_IMAP_FETCH_H

#include "proto/imap.h"

#define FETCH_ITEMS_MAX 64

enum fetch_kind {
	FETCH_FLAGS,
	FETCH_UID,
	FETCH_INTERNALDATE,
	FETCH_SIZE,
	FETCH_ENVELOPE,
	FETCH_BODY,
	FETCH_BODYSTRUCTURE,
	FETCH_SECTION
};

enum fetch_section {
	SECTION_ALL,
	SECTION_HEADER,
	SECTION_FIELDS,
	SECTION_FIELDS_NOT,
	SECTION_TEXT,
	SECTION_MIME
};

struct fetch_item {
	enum fetch_kind kind;
	/* The rest is for sections. */
	const char *labelz; /* "RFC822...", or NULL: BODY[...] */
	bool peek;          /* does not set \Seen */
	enum fetch_section section;
	uint32_t path[IMAP_PATH_MAX];
	unsigned depth;     /* numbers in path */
	struct span fields; /* the list behind HEADER.FIELDS */
	bool partial;
	uint32_t from, count;
};

struct fetch_items {
	struct fetch_item item[FETCH_ITEMS_MAX];
	unsigned n;
};

/* Read one item or a list in parentheses up to the command's end. */
bool fetch_items_read(struct imap_reader *args, struct fetch_items *items);
/* Append "BODY[...] text"; true if a part of a body was in it. */
bool fetch_section_put(
	struct imap *imap, const struct fetch_item *item, struct span message);

#endif
