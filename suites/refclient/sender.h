/* SPDX-License-Identifier: Apache-2.0 */
/* What all parts of the sender work with. */
#ifndef REFCLIENT_SENDER_H
#define REFCLIENT_SENDER_H

#include "dns.h"
#include "memory.h"

struct sender {
	ldns_resolver *resolver;
	struct memory memory;
	const char *trustz; /* bundle of roots; NULL: that of the system */
	time_t now;         /* when this mail came; one for all that is done */
};

#endif
