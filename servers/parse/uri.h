/* SPDX-License-Identifier: Apache-2.0 */
/* URIs (RFC 3986 section 3). */
#ifndef PARSE_URI_H
#define PARSE_URI_H

#include "parse/txt.h"

#define URI_SCHEME_SIZE 7

struct uri {
	char scheme[URI_SCHEME_SIZE +
		    1]; /* small letters; longer ones are cut */
	bool has_host;  /* an authority with a host */
	bool has_port;  /* that is not empty */
};

/*
 * Read the longest URI at t that has none of the octets of `without`. 0; or
 * LK_BAD or LK_MORE when there is none, with t at the octet that does not fit.
 */
ssize_t uri_read(struct txt *t, const char *without, struct uri *out_r);

/* As uri_read: host [: port] alone, and what may stand behind an authority. */
ssize_t uri_host_read(struct txt *t, const char *without, struct uri *out_r);
ssize_t uri_tail_read(struct txt *t, const char *without);

static inline bool
uri_is_https(const struct uri *uri)
{
	return strcmp(uri->scheme, "https") == 0 && uri->has_host;
}

#endif
