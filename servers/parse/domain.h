/* SPDX-License-Identifier: Apache-2.0 */
/* Domains of mail (RFC 5321 section 4.1.2) and patterns of them. */
#ifndef PARSE_DOMAIN_H
#define PARSE_DOMAIN_H

#include "parse/stop.h"

/*
 * The length of the longest beginning of s that is the beginning of a Domain;
 * *is_whole_r: it is one. With is_pattern, "*." may stand in front (RFC 8461
 * section 3.2).
 */
size_t domain_scan(struct span s, bool is_pattern, bool *is_whole_r);
/* Labels of 63 octets (RFC 1035 section 2.3.4), 255 in all (RFC
 * 5321 4.5.3.1.2). */
bool domain_has_length(struct span s);

#endif
