/* SPDX-License-Identifier: Apache-2.0 */
/* A report on TLS as a mail (RFC 8460 section 5.3), signed (RFC 6376). */
#ifndef REFCLIENT_TLSRPT_MAIL_H
#define REFCLIENT_TLSRPT_MAIL_H

#include "sender.h"

struct tlsrpt_mail {
	const char *fromz, *toz; /* addresses */
	const char *domainz;     /* that is reported on */
	const char *idz;
	long long since, until;
	struct span report; /* compressed */
};

/*
 * Hand it to the mail hosts of whom it is for. 0, or -1 with *err. The key is
 * in the sender's memory, made when it is not there.
 */
int tlsrpt_mail(
	struct sender *sender, const struct tlsrpt_mail *mail, struct err *err);

#endif
