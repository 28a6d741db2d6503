/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens: OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2. */
#include "proto/sasl_mechanism.h"

#include "parse/chars.h"

/* A wrong token is told in JSON first; the client has to answer once more
 * before the exchange may fail (RFC 7628 section 3.2.3). */
static enum sasl_result
oauth_refuse(struct sasl *sasl, const char *jsonz)
{
	sasl->refused = true;
	return sasl_ask(sasl, span_z(jsonz));
}

static bool
is_token(const struct sasl *sasl, struct span scheme, struct span token)
{
	return span_eq_nocase(scheme, span_z("Bearer")) &&
	       sasl_is_text(sasl->config->tokenz, token);
}

enum sasl_result
sasl_xoauth2_step(struct sasl *sasl, struct span response)
{
	struct lk_result result;
	const struct lk_sasl_xoauth2 *message = &result.sasl_xoauth2;

	if (sasl->refused)
		return SASL_FAILED;
	if (lk_sasl_xoauth2_parse(response, &result) < 0)
		return sasl_reject_unparsed(sasl, &result);
	if (sasl_is_text(sasl->config->userz, message->user) &&
		is_token(sasl, message->scheme, message->token))
		return SASL_OK;
	return oauth_refuse(sasl, "{\"status\":\"401\",\"schemes\":\"bearer\","
				  "\"scope\":\"mail\"}");
}

enum sasl_result
sasl_oauthbearer_step(struct sasl *sasl, struct span response)
{
	struct lk_result result;
	const struct lk_sasl_bearer *message = &result.sasl_bearer;

	if (sasl->refused)
		return SASL_FAILED;
	if (lk_sasl_bearer_parse(response, &result) < 0)
		return sasl_reject_unparsed(sasl, &result);
	if (message->gs2.flag.n == 0)
		return sasl_reject(sasl, "nothing was refused yet");
	if (upper_of(message->gs2.flag.p[0]) == 'P')
		return sasl_reject(sasl, "OAUTHBEARER with channel binding");
	if (sasl_is_authzid(sasl, message->gs2.authzid) &&
		is_token(sasl, message->scheme, message->token))
		return SASL_OK;
	return oauth_refuse(sasl,
		"{\"status\":\"invalid_token\",\"schemes\":\"bearer\","
		"\"scope\":\"mail\"}");
}
