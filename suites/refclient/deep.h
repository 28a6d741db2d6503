/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What servers promise, and what follows from it: DEEP (draft-ietf-uta-email-
 * deep-01 to -04) and MUA-STS (-05, -06), by the engine of latch/latch.h. Only
 * for accounts whose state has "deep" with a "dialect": neither draft became a
 * standard. Section numbers are those of -04.
 */
#ifndef REFCLIENT_DEEP_H
#define REFCLIENT_DEEP_H

#include "session.h"

/* Read what is stored of this host. -1: it cannot be read. */
int deep_load(struct session *s);
/* By this word of EHLO, CAPA or CAPABILITY a server says that it makes
 * promises; by this field of ID it says which. */
bool deep_is_word(const struct session *s, struct span word);
bool deep_is_field(const struct session *s, struct span name);
/* Keep what it says; of clear text nothing is kept. -1: it is too long. */
int deep_status_set(struct session *s, struct span status);

/*
 * Inside TLS with a server that is known, in front of the login: what is
 * stored has to hold, and what is promised is stored. -1: it does not hold.
 */
int deep_check(struct session *s);
/* Behind a visit that did not come so far: was something else promised? */
void deep_failed(struct session *s);

#endif
