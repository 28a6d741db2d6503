/* SPDX-License-Identifier: Apache-2.0 */
/* Inside sasl*.c only: what a mechanism is and what mechanisms share. */
#ifndef PROTO_SASL_MECHANISM_H
#define PROTO_SASL_MECHANISM_H

#include "parse/parse.h"
#include "proto/sasl.h"

struct sasl_mechanism {
	const char *name;
	/* The first challenge; NULL where the client speaks first. */
	enum sasl_result (*begin)(struct sasl *sasl);
	enum sasl_result (*step)(struct sasl *sasl, struct span response);
	/* Server first, but an initial response is the first answer. */
	bool takes_initial;
};

enum sasl_result sasl_scram_step(struct sasl *sasl, struct span response);
enum sasl_result sasl_xoauth2_step(struct sasl *sasl, struct span response);
enum sasl_result sasl_oauthbearer_step(struct sasl *sasl, struct span response);

/* SASL_MALFORMED, because of problem. */
enum sasl_result sasl_reject(struct sasl *sasl, const char *problem);
/* The same, because of what a parser says. */
enum sasl_result sasl_reject_unparsed(
	struct sasl *sasl, const struct lk_result *result);
/* SASL_CHALLENGE with these bytes; SASL_MALFORMED if they are too many. */
enum sasl_result sasl_ask(struct sasl *sasl, struct span challenge);

/* Is given the configured text? Never, if there is none. */
bool sasl_is_text(const char *configuredz, struct span given);
/* Is the "saslname" of RFC 5801 and 5802 ("=2C" and "=3D" stand for comma and
 * equals sign) our user? */
bool sasl_is_user(const struct sasl *sasl, struct span saslname);
/* An authorization identity of a GS2 header: none, or our user. */
bool sasl_is_authzid(const struct sasl *sasl, struct span authzid);

#endif
