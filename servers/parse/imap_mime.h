/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of a message (RFC 5322, RFC 2045, RFC 2046) as far as IMAP shows
 * it: header and body, fields, media types, the parts of a multipart. Nothing
 * is allocated and nothing is refused: what makes no sense is plain text.
 */
#ifndef PARSE_IMAP_MIME_H
#define PARSE_IMAP_MIME_H

#include "parse/imap_command.h"

#define IMAP_PATH_MAX 16

/* A message or a part of one. */
struct imap_entity {
	struct span header; /* the empty line behind it included */
	struct span body;
};

struct imap_entity imap_entity_of(struct span text);

struct imap_field {
	struct span whole; /* line end included */
	struct span name;
	struct span value; /* blanks around it removed; may be folded */
};

/* Cut the next field off *rest; false at the end of the header. */
bool imap_field_next(struct span *rest, struct imap_field *field_r);
/* The value of the first field of this name. */
bool imap_field_find(
	struct span header, const char *namez, struct span *value_r);

/* A Content-Type; Content-Disposition is written alike, without subtype. */
struct imap_media {
	struct span type, subtype;
	struct span params; /* for imap_param_next */
};

/* What the entity is; text/plain where it does not say. */
struct imap_media imap_media_of(const struct imap_entity *entity);
bool imap_media_is(
	const struct imap_media *media, const char *typez, const char *subz);
/* Read "TOKEN[/TOKEN] *(; param)"; false if there is no token. */
bool imap_media_parse(struct span value, struct imap_media *media_r);
bool imap_param_next(
	struct span *params, struct span *name_r, struct imap_string *value_r);

/* Going through the parts of a multipart. */
struct imap_walk {
	struct span rest;
	struct imap_string boundary;
};

/* False if the entity is no multipart with a boundary. */
bool imap_walk_start(
	const struct imap_entity *entity, struct imap_walk *walk_r);
bool imap_walk_next(struct imap_walk *walk, struct imap_entity *part_r);

/* The part that a section's numbers lead to (RFC 3501 section 6.4.5). */
bool imap_part_find(struct span message, const uint32_t *path, unsigned n,
	struct imap_entity *part_r);

#endif
