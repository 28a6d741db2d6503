/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens: OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2. */
#include "parse/base64.h"
#include "proto/sasl_mechanism.h"

#define SEPARATOR 0x01

/* A wrong token is told in JSON first; the client has to answer once more
 * before the exchange may fail (RFC 7628 section 3.2.3). */
static enum sasl_result
oauth_refuse(struct sasl *sasl, const char *jsonz)
{
	sasl->refused = true;
	return sasl_ask(sasl, span_z(jsonz));
}

/* Is one of the key-value pairs "auth=Bearer TOKEN", with our token? */
static bool
pairs_have_token(const struct sasl *sasl, struct span pairs)
{
	const struct span key = span_z("auth="), scheme = span_z("Bearer");
	struct span pair;

	while (pairs.n > 0) {
		pair = span_word(&pairs, SEPARATOR);
		if (!span_has_prefix(pair, key))
			continue;
		pair = span_cut(pair, key.n, pair.n);
		return span_eq_nocase(span_word(&pair, ' '), scheme) &&
		       sasl_is_text(sasl->config->tokenz, pair);
	}
	return false;
}

/* "user=" NAME ^A "auth=Bearer " TOKEN ^A ^A */
enum sasl_result
sasl_xoauth2_step(struct sasl *sasl, struct span response)
{
	const struct span key = span_z("user=");
	struct span rest = response, user;

	if (sasl->refused)
		return SASL_FAILED;
	user = span_word(&rest, SEPARATOR);
	if (!span_has_prefix(user, key))
		return sasl_reject(sasl, "XOAUTH2 message without user");
	user = span_cut(user, key.n, user.n);
	if (sasl_is_text(sasl->config->userz, user) &&
		pairs_have_token(sasl, rest))
		return SASL_OK;
	return oauth_refuse(sasl, "{\"status\":\"401\",\"schemes\":\"bearer\","
				  "\"scope\":\"mail\"}");
}

/*
 * client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep, where gs2-header =
 * ("n" / "y") "," [authzid] "," (RFC 7628 section 3.1)
 */
enum sasl_result
sasl_oauthbearer_step(struct sasl *sasl, struct span response)
{
	const uint8_t separator = SEPARATOR;
	struct span rest = response, header, flag;
	size_t comma;

	if (sasl->refused)
		return SASL_FAILED;
	if (rest.n == 0 || rest.p[rest.n - 1] != separator)
		return sasl_reject(sasl, "OAUTHBEARER message without end");
	comma = span_find(rest, 0, span_of(&separator, 1));
	header = span_cut(rest, 0, comma);
	rest = span_cut(rest, comma, rest.n);
	comma = span_find(header, 0, span_z(","));
	if (comma == SIZE_MAX || header.p[header.n - 1] != ',' ||
		comma == header.n - 1)
		return sasl_reject(sasl, "OAUTHBEARER message without header");
	flag = span_cut(header, 0, comma);
	if (!span_eq(flag, span_z("n")) && !span_eq(flag, span_z("y")))
		return sasl_reject(sasl, "OAUTHBEARER with channel binding");
	header = span_cut(header, comma + 1, header.n - 1);
	if (sasl_is_authzid(sasl, header) && pairs_have_token(sasl, rest))
		return SASL_OK;
	return oauth_refuse(sasl,
		"{\"status\":\"invalid_token\",\"schemes\":\"bearer\","
		"\"scope\":\"mail\"}");
}
