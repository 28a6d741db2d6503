/* SPDX-License-Identifier: Apache-2.0 */
/* Address lists of mail headers (RFC 5322 section 3.4), as ENVELOPE needs. */
#ifndef PARSE_IMAP_ADDRESS_H
#define PARSE_IMAP_ADDRESS_H

#include "parse/imap_command.h"

enum imap_address_kind {
	IMAP_ADDRESS,
	IMAP_GROUP, /* mailbox is the name of the group that begins */
	IMAP_GROUP_END
};

struct imap_address {
	enum imap_address_kind kind;
	struct imap_string name; /* empty if there is none */
	struct imap_string mailbox;
	struct span host;
};

/* Cut the next address off *list; false when none is left. */
bool imap_address_next(struct span *list, struct imap_address *address_r);

#endif
