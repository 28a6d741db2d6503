/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP SEARCH: what the keys select (imap_key.c). */
#ifndef PROTO_IMAP_SEARCH_H
#define PROTO_IMAP_SEARCH_H

#include "proto/imap.h"

/* Read 1*(search-key) and say which messages of the session match all. */
bool search_keys_read(
	struct imap *imap, struct imap_reader *args, uint64_t *mask_r);

#endif
