/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 (RFC 9112), as policies and reports travel in it: what its parsers
 * give, and why they refuse. */
#ifndef PARSE_HTTP_H
#define PARSE_HTTP_H

#include <sys/types.h>

#include "core/bytes.h"

/* X(function, name, framed, title, source); see LK_PARSERS in parse.h. */
#define LK_HTTP_PARSERS(X)                                                     \
	X(http_request, "http-request", true, "head of an HTTP/1.1 request",   \
		"RFC 9112 sections 2 to 6")                                    \
	X(http_response, "http-response", true,                                \
		"head of an HTTP/1.1 response, to a user agent",               \
		"RFC 9112 sections 2 to 6")                                    \
	X(http_chunked, "http-chunked", true, "chunked HTTP/1.1 body",         \
		"RFC 9112 section 7.1")

/* X(CONSTANT, name, explanation, source) */
#define LK_HTTP_REASONS(X)                                                     \
	X(HTTP_METHOD, "http-method",                                          \
		"a request begins with a token and a blank",                   \
		"RFC 9112 section 3")                                          \
	X(HTTP_TARGET, "http-target",                                          \
		"what is asked for is a path, a URI without fragment, of "     \
		"OPTIONS also *, of CONNECT a host and a port, with a blank "  \
		"behind it",                                                   \
		"RFC 9112 section 3.2")                                        \
	X(HTTP_VERSION, "http-version", "the version is HTTP/1. and a digit",  \
		"RFC 9112 section 2.3")                                        \
	X(HTTP_STATUS, "http-status",                                          \
		"the status has three digits and blanks around it",            \
		"RFC 9112 section 4")                                          \
	X(HTTP_REASON, "http-reason",                                          \
		"a reason phrase has no control characters but tabs",          \
		"RFC 9112 section 4")                                          \
	X(HTTP_FIELD_NAME, "http-field-name",                                  \
		"a field begins with a token, and a colon follows at once",    \
		"RFC 9112 section 5.1")                                        \
	X(HTTP_LINE_END, "http-line-end", "a line ends with CR and LF",        \
		"RFC 9112 section 2.2")                                        \
	X(HTTP_HOST, "http-host",                                              \
		"a request has one field Host, which is empty or a host, "     \
		"perhaps with a port",                                         \
		"RFC 9112 section 3.2, RFC 9110 section 7.2")                  \
	X(HTTP_LENGTH, "http-length",                                          \
		"Content-Length is one number; where it is given more than "   \
		"once it is the same",                                         \
		"RFC 9112 section 6.3, RFC 9110 section 8.6")                  \
	X(HTTP_LENGTH_SIZE, "http-length-size",                                \
		"a length of 2 to the 63rd octets or more",                    \
		"a limit of this library")                                     \
	X(HTTP_CODING, "http-coding",                                          \
		"codings are tokens, perhaps with parameters; chunked stands " \
		"once and has none, and is the last one of a request",         \
		"RFC 9112 sections 6.1 and 6.3, RFC 9110 section 10.1.4")      \
	X(HTTP_CHUNK_SIZE, "http-chunk-size",                                  \
		"a chunk begins with its size in hexadecimal",                 \
		"RFC 9112 section 7.1")                                        \
	X(HTTP_CHUNK_EXTENSION, "http-chunk-extension",                        \
		"behind the size come a semicolon and names, perhaps with "    \
		"values, or the line end",                                     \
		"RFC 9112 section 7.1.1")                                      \
	X(HTTP_CHUNK_END, "http-chunk-end",                                    \
		"a chunk of this size is not followed by a line end",          \
		"RFC 9112 section 7.1")

/* X(CONSTANT, name, the reading that the parser takes, another, source) */
#define LK_HTTP_READINGS(X)                                                    \
	X(HTTP_BARE_LF, "http-bare-lf", "LF alone ends a line, too",           \
		"only CR and LF end a line", "RFC 9112 section 2.2")           \
	X(HTTP_NO_BLANK, "http-no-blank",                                      \
		"the blank in front of an empty reason phrase may be missing", \
		"it is a part of the status line", "RFC 9112 section 4")       \
	X(HTTP_WORDS, "http-words",                                            \
		"words of the first line have any blanks between and around "  \
		"them, also VT and FF",                                        \
		"one space stands between two of them, and nothing around",    \
		"RFC 9112 sections 3 and 4")                                   \
	X(HTTP_BARE_CR, "http-bare-cr", "a CR without LF counts as a blank",   \
		"it is an error", "RFC 9112 section 2.2")                      \
	X(HTTP_CONTROL, "http-control",                                        \
		"in a value NUL counts as a blank, and other control "         \
		"characters as themselves",                                    \
		"they are errors", "RFC 9110 section 5.5")                     \
	X(HTTP_EARLY_LINE, "http-early-line",                                  \
		"lines with a blank in front do not count before the first "   \
		"field",                                                       \
		"they are errors", "RFC 9112 section 2.2")                     \
	X(HTTP_FOLDED, "http-folded",                                          \
		"a field of a request or a trailer may go on in the next "     \
		"line, with a blank for the fold",                             \
		"a folded field is an error", "RFC 9112 section 5.2")          \
	X(HTTP_STATUS_CLASS, "http-status-class",                              \
		"a status below 100 or above 599 counts as one of a server's " \
		"errors",                                                      \
		"it is an error", "RFC 9110 section 15")                       \
	X(HTTP_LENGTH_REPEATED, "http-length-repeated",                        \
		"a list of the same length, or with empty members, is that "   \
		"length",                                                      \
		"Content-Length is one number",                                \
		"RFC 9112 section 6.3, RFC 9110 sections 5.6.1.2 and 8.6")     \
	X(HTTP_BOTH_LENGTHS, "http-both-lengths",                              \
		"Transfer-Encoding goes before Content-Length, whatever that " \
		"says",                                                        \
		"both of them are an error", "RFC 9112 sections 6.1 and 6.3")  \
	X(HTTP_OLD_CODING, "http-old-coding",                                  \
		"Transfer-Encoding counts in HTTP/1.0, too",                   \
		"HTTP/1.0 has no codings, and where the message ends is open", \
		"RFC 9112 section 6.1")                                        \
	X(HTTP_EMPTY_LINE, "http-empty-line",                                  \
		"empty lines in front of a request do not count",              \
		"a request begins with its method", "RFC 9112 section 2.2")

struct lk_http_fields {
	struct span lines; /* for lk_http_field_next */
	bool has_length;   /* Content-Length, and it counts */
	bool chunked;      /* the last transfer coding is chunked */
	bool coded;        /* there is a transfer coding */
	uint64_t length;
};

/* http-request */
struct lk_http_request {
	struct span method;
	struct span target;
	struct span host;
	unsigned minor; /* of the version */
	struct lk_http_fields fields;
};

/* http-response */
struct lk_http_response {
	unsigned minor;
	unsigned status;    /* up to 999 */
	struct span phrase; /* a CR in it stands for a blank */
	struct lk_http_fields fields;
};

/* http-chunked */
struct lk_http_chunked {
	struct span chunks; /* for lk_http_chunk_next */
	struct lk_http_fields trailer;
};

/*
 * Cut the next field off the lines; false at the end. The value has no blanks
 * around it. CR, LF and NUL stand for blanks in it; a line end with the blanks
 * around it is one.
 */
bool lk_http_field_next(
	struct span *lines, struct span *name_r, struct span *value_r);

/* Cut the octets of the next chunk off; false behind the last one. */
bool lk_http_chunk_next(struct span *chunks, struct span *data_r);

#endif
