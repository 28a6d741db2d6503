/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of an account: one JSON file, documented in docs/refclient.md and
 * suites/schemas/account.schema.json.
 */
#ifndef REFCLIENT_ACCOUNT_H
#define REFCLIENT_ACCOUNT_H

#include <jansson.h>
#include <stdbool.h>

#include "core/err.h"
#include "latch/latch.h"

enum service_kind {
	SERVICE_IMAP,
	SERVICE_POP3,
	SERVICE_SUBMISSION,
	SERVICES
};

/* One server of the account. Texts are the state's. */
struct service {
	const char *hostz; /* NULL: the account has no such server */
	unsigned port;
	bool implicit; /* TLS comes first; else STARTTLS. There is no third */
	const char *domainz; /* that announced it by SRV; NULL: the user did */
};

struct account {
	json_t *state; /* owned; what is not known here is kept */
	const char *pathz;
	const char *addressz; /* of the user's mail */
	const char *userz, *passwordz, *tokenz;
	const char *certificatez; /* file with a key and a certificate for
				   * who asks for one, and the login where
				   * EXTERNAL is offered; NULL: none is shown */
	const char *trustz;       /* bundle of roots; NULL: the system's */
	bool by_dane; /* TLSA records are looked for; what the resolver says
		       * with AD is believed */
	int dialect;  /* of DEEP, as latch/latch.h counts; -1: none */
	struct service service[SERVICES];
};

/* "imap", "pop3", "submission" */
const char *service_name(enum service_kind kind);
/* The port of the service with implicit TLS, or with STARTTLS. */
unsigned service_port(enum service_kind kind, bool implicit);

/* Its label in DNS (RFC 6186, RFC 8314 section 5.1): "_imaps", "_imap"... */
const char *service_label(enum service_kind kind, bool implicit);

/* Read the state; pathz is borrowed. -1 with *err: then nothing is held. */
int account_load(struct account *a, const char *pathz, struct err *err);
/* Take over a state that was just made. As account_load. */
int account_take(
	struct account *a, json_t *state, const char *pathz, struct err *err);
/* Write it, all or nothing. */
int account_save(const struct account *a, struct err *err);
void account_fini(struct account *a);

/* The object under a key of the state, made if it is not there. */
json_t *account_object(const struct account *a, const char *key);

#endif
