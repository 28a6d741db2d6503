/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of HTTP share. */
#ifndef PARSE_HTTP_FIELD_H
#define PARSE_HTTP_FIELD_H

#include "parse/out.h"
#include "parse/parse.h"

/* Whose fields they are: who may do what differs. */
enum http_kind {
	HTTP_REQUEST,
	HTTP_RESPONSE,
	HTTP_TRAILER
};

/* token (RFC 9110 section 5.6.2) at `at`: where it ends; `at` if there is
 * none. */
size_t http_token_end(struct span s, size_t at);

/*
 * The octet of s at `at`: a CR without LF is a blank (RFC 9112 section 2.2). -1
 * behind the end, and for a CR there, of which nobody knows yet.
 */
int http_octet(struct span s, size_t at);
/* Is there such a CR in lines that are whole? It rests on a reading. */
void http_bare_cr_note(struct span lines, struct lk_result *r);

/*
 * Octets that stand for a blank in a value that is whole: its line ends are
 * folds (RFC 9112 section 5.2, RFC 9110 section 5.5).
 */
bool http_is_blank(int c);

/*
 * quoted-string (RFC 9110 section 5.6.4) at `at` of octets that are read by
 * `octet`: where it ends, or a code.
 */
ssize_t http_quoted_read(struct span s, size_t at,
	int (*octet)(struct span s, size_t at), enum lk_reason reason,
	struct lk_result *r);

/*
 * Blanks between the words of a first line; or around them, where there may be
 * none. Where they end, or a code.
 */
ssize_t http_gap_read(
	struct span s, size_t at, enum lk_reason reason, struct lk_result *r);
size_t http_gap_skip(struct span s, size_t at, struct lk_result *r);

/* "HTTP/1." DIGIT at `at`: where it ends, or a code. */
ssize_t http_version_read(
	struct span s, size_t at, unsigned *minor_r, struct lk_result *r);

/* What an old version means for the codings: perhaps an open reading. */
void http_version_note(unsigned minor, const struct lk_http_fields *fields,
	struct lk_result *r);

/* A line end at `at`: where the next line begins, or a code. */
ssize_t http_end_read(struct span s, size_t at, struct lk_result *r);

/* The fields from `at` and the empty line: where they end, or a code. */
ssize_t http_fields_read(struct span s, size_t at, enum http_kind kind,
	struct lk_http_fields *fields_r, struct lk_result *r);

/* Text of a value or a phrase: as it is, or as a string of JSON. */
void http_text_print(struct out *out, struct span text);
void http_text_json(struct out *out, struct span text);
/* The lines of the fields, each with CR and LF. */
void http_fields_print(struct out *out, const struct lk_http_fields *fields);
/* "fields" and, unless it is a trailer, what they say of the body. */
void http_fields_json(struct out *out, const struct lk_http_fields *fields,
	enum http_kind kind);

#endif
