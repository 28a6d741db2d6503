/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of mails (RFC 6376) with Ed25519 (RFC 8463). */
#ifndef REFCLIENT_DKIM_H
#define REFCLIENT_DKIM_H

#include "core/buf.h"
#include "sender.h"

#define DKIM_SELECTOR "refsender" /* of its own key */

/* The selector of the key; not at its end, so printed with this precision. */
const char *dkim_selector(const struct sender *sender, int *n_r);
/*
 * Append the field DKIM-Signature of a domain over all fields of head (each on
 * one line) and body, both with CR LF. The key is what sender->ways.signz
 * names, else in the sender's memory, made when it is not there. -1: that
 * cannot be.
 */
int dkim_sign(struct buf *out, struct sender *sender, const char *domainz,
	struct span head, struct span body);
/* The text of the record at the selector, ._domainkey and the domain. */
int dkim_record(struct buf *out, struct sender *sender);

#endif
