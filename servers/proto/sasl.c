/* SPDX-License-Identifier: Apache-2.0 */
/* SASL: the exchange, its base64 framing, and the simple mechanisms. */
#include "proto/sasl.h"

#include <stdio.h>

#include "core/digest.h"
#include "parse/base64.h"
#include "parse/parse.h"
#include "parse/utf8.h"
#include "proto/sasl_mechanism.h"

enum sasl_result
sasl_reject(struct sasl *sasl, const char *problem)
{
	sasl->problem = problem;
	return SASL_MALFORMED;
}

enum sasl_result
sasl_ask(struct sasl *sasl, struct span challenge)
{
	if (challenge.n > sizeof(sasl->challenge))
		return sasl_reject(sasl, "SASL message too long");
	if (challenge.n > 0)
		memcpy(sasl->challenge, challenge.p, challenge.n);
	sasl->challenge_n = challenge.n;
	return SASL_CHALLENGE;
}

bool
sasl_is_text(const char *configuredz, struct span given)
{
	return configuredz != NULL && span_eq(span_z(configuredz), given);
}

bool
sasl_names(const struct engine_config *config, struct span user)
{
	return sasl_is_text(config->userz, user);
}

bool
sasl_is_user(const struct sasl *sasl, struct span saslname)
{
	const struct span comma = span_z("=2C"), equals = span_z("=3D");
	uint8_t name[256];
	size_t n = 0, at = 0;

	while (at < saslname.n && n < sizeof(name)) {
		struct span rest = span_cut(saslname, at, saslname.n);

		if (saslname.p[at] != '=') {
			name[n++] = saslname.p[at++];
		} else if (span_has_prefix_nocase(rest, comma)) {
			name[n++] = ',';
			at += comma.n;
		} else if (span_has_prefix_nocase(rest, equals)) {
			name[n++] = '=';
			at += equals.n;
		} else {
			return false;
		}
	}
	return at == saslname.n &&
	       sasl_is_text(sasl->config->userz, span_of(name, n));
}

bool
sasl_is_authzid(const struct sasl *sasl, struct span authzid)
{
	return authzid.n == 0 || sasl_is_user(sasl, authzid);
}

enum sasl_result
sasl_reject_unparsed(struct sasl *sasl, const struct lk_result *result)
{
	return sasl_reject(sasl, lk_reason_text(result->reason)->text);
}

static enum sasl_result
plain_step(struct sasl *sasl, struct span response)
{
	const struct engine_config *config = sasl->config;
	struct lk_result result;
	const struct lk_sasl_plain *plain = &result.sasl_plain;

	if (lk_sasl_plain_parse(response, &result) < 0)
		return sasl_reject_unparsed(sasl, &result);
	if (plain->authzid.n > 0 && !span_eq(plain->authzid, plain->authcid))
		return SASL_FAILED;
	return sasl_is_text(config->userz, plain->authcid) &&
			       sasl_is_text(config->passwordz, plain->password)
		       ? SASL_OK
		       : SASL_FAILED;
}

static enum sasl_result
login_begin(struct sasl *sasl)
{
	return sasl_ask(sasl, span_z("Username:"));
}

static enum sasl_result
login_step(struct sasl *sasl, struct span response)
{
	const struct engine_config *config = sasl->config;

	if (sasl->step == 0) {
		sasl->user_right = sasl_is_text(config->userz, response);
		return sasl_ask(sasl, span_z("Password:"));
	}
	return sasl->user_right && sasl_is_text(config->passwordz, response)
		       ? SASL_OK
		       : SASL_FAILED;
}

/* The challenge looks like a Message-ID (RFC 2195 section 2). */
static enum sasl_result
cram_begin(struct sasl *sasl)
{
	const struct engine_config *config = sasl->config;
	char text[SASL_CHALLENGE_MAX];
	int n = snprintf(
		text, sizeof(text), "<%s@%s>", config->noncez, config->hostz);

	if (n < 0 || (size_t)n >= sizeof(text))
		return SASL_FAILED;
	return sasl_ask(sasl, span_of(text, (size_t)n));
}

static enum sasl_result
cram_step(struct sasl *sasl, struct span response)
{
	const struct engine_config *config = sasl->config;
	uint8_t mac[DIGEST_MD5_SIZE];
	char hex[2 * DIGEST_MD5_SIZE + 1];
	struct lk_result result;

	if (lk_sasl_cram_parse(response, &result) < 0)
		return sasl_reject_unparsed(sasl, &result);
	if (!sasl_is_text(config->userz, result.sasl_cram.name) ||
		config->passwordz == NULL ||
		digest_hmac_md5(span_z(config->passwordz),
			span_of(sasl->challenge, sasl->challenge_n), mac) != 0)
		return SASL_FAILED;
	for (size_t i = 0; i < sizeof(mac); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	if (!span_eq_nocase(span_z(hex), result.sasl_cram.digest))
		return SASL_FAILED;
	sasl->proof = "cram-md5";
	return SASL_OK;
}

/* RFC 4422 appendix A: the message is the authorization identity, in UTF-8
 * without NUL, or empty: who the client is was shown elsewhere. */
static enum sasl_result
external_step(struct sasl *sasl, struct span response)
{
	ssize_t n;

	for (size_t at = 0; at < response.n; at += (size_t)n) {
		n = response.p[at] != '\0' ? utf8_size(response, at) : 0;
		if (n <= 0)
			return sasl_reject(sasl, "no authorization identity");
	}
	return sasl->external && (response.n == 0 ||
					 sasl_is_text(
						 sasl->config->userz, response))
		       ? SASL_OK
		       : SASL_FAILED;
}

static const struct sasl_mechanism mechanisms[] = {
	{"PLAIN", NULL, plain_step, false},
	{"LOGIN", login_begin, login_step, true},
	{"EXTERNAL", NULL, external_step, false},
	{"CRAM-MD5", cram_begin, cram_step, false},
	{"SCRAM-SHA-256", NULL, sasl_scram_step, false},
	{"XOAUTH2", NULL, sasl_xoauth2_step, false},
	{"OAUTHBEARER", NULL, sasl_oauthbearer_step, false},
};

static const struct sasl_mechanism *
mechanism_find(struct span name)
{
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(*mechanisms); i++)
		if (span_eq_nocase(name, span_z(mechanisms[i].name)))
			return &mechanisms[i];
	return NULL;
}

bool
sasl_is_known(struct span mechanism)
{
	return mechanism_find(mechanism) != NULL;
}

bool
sasl_is_running(const struct sasl *sasl)
{
	return sasl->mechanism != NULL;
}

void
sasl_stop(struct sasl *sasl)
{
	sasl->mechanism = NULL;
}

/* The exchange is over unless a challenge goes out. */
static enum sasl_result
sasl_end(struct sasl *sasl, enum sasl_result result)
{
	if (result != SASL_CHALLENGE)
		sasl_stop(sasl);
	return result;
}

/* The salt has to be the same each time for one user, or clients that cache
 * the salted password would miss; it need not be secret. */
static void
salt_make(struct sasl *sasl)
{
	uint8_t hash[DIGEST_SHA256_SIZE] = {0};

	if (digest_sha256(span_z(sasl->config->hostz), hash) == 0)
		memcpy(sasl->scram.salt, hash, sizeof(sasl->scram.salt));
}

enum sasl_result
sasl_start(struct sasl *sasl, const struct engine_config *config,
	struct span mechanism, const struct span *initial)
{
	const struct sasl_mechanism *found = mechanism_find(mechanism);

	*sasl = (struct sasl){.external = sasl->external,
		.config = config,
		.mechanism = found};
	if (found == NULL)
		return sasl_reject(sasl, "unknown SASL mechanism");
	sasl->name = found->name;
	salt_make(sasl);
	if (initial == NULL)
		return found->begin != NULL ? sasl_end(sasl, found->begin(sasl))
					    : sasl_ask(sasl, span_z(""));
	/* RFC 4422 section 4.1: no initial response where the server is
	 * first. */
	if (found->begin != NULL && !found->takes_initial)
		return sasl_end(sasl,
			sasl_reject(sasl, "initial response not allowed"));
	return sasl_step(sasl, *initial);
}

enum sasl_result
sasl_step(struct sasl *sasl, struct span response)
{
	enum sasl_result result;

	sasl->proof = NULL;
	sasl->problem = NULL;
	if (!sasl_is_running(sasl))
		return sasl_reject(sasl, "no SASL exchange");
	result = sasl->mechanism->step(sasl, response);
	sasl->step++;
	return sasl_end(sasl, result);
}

enum sasl_result
sasl_line_start(struct sasl *sasl, const struct engine_config *config,
	struct span mechanism, const struct span *initial)
{
	uint8_t bytes[SASL_RESPONSE_MAX];
	struct span decoded = span_of(bytes, 0);
	enum sasl_result result;

	if (initial == NULL)
		return sasl_start(sasl, config, mechanism, NULL);
	if (!span_eq(*initial, span_z("=")) &&
		(initial->n == 0 || !base64_decode(*initial, bytes,
					    sizeof(bytes), &decoded.n))) {
		result = sasl_start(sasl, config, mechanism, NULL);
		if (result == SASL_CHALLENGE)
			result = sasl_reject(
				sasl, "initial response is not base64");
		return sasl_end(sasl, result);
	}
	return sasl_start(sasl, config, mechanism, &decoded);
}

enum sasl_result
sasl_line_step(struct sasl *sasl, struct span line)
{
	uint8_t bytes[SASL_RESPONSE_MAX];
	struct span decoded = span_of(bytes, 0);

	sasl->proof = NULL;
	sasl->problem = NULL;
	if (span_eq(line, span_z("*")))
		return sasl_end(sasl, SASL_CANCELLED);
	if (!base64_decode(line, bytes, sizeof(bytes), &decoded.n))
		return sasl_end(
			sasl, sasl_reject(sasl, "response is not base64"));
	return sasl_step(sasl, decoded);
}

struct span
sasl_challenge(struct sasl *sasl)
{
	size_t n = 0;

	(void)base64_encode(span_of(sasl->challenge, sasl->challenge_n),
		sasl->text, sizeof(sasl->text), &n);
	return span_of(sasl->text, n);
}

void
sasl_note(const struct sasl *sasl, enum sasl_result result,
	const struct engine_sink *out)
{
	const struct action auth = {.kind = ACTION_NOTE,
		.name = "auth",
		.word = span_z(sasl->name),
		.ok = result == SASL_OK};

	if (sasl->proof != NULL)
		engine_note(out, "proof", span_z(sasl->proof), span_z(""));
	if (result == SASL_MALFORMED)
		engine_note(out, "protocol-error", span_z(""),
			span_z(sasl->problem));
	else if (result == SASL_OK || result == SASL_FAILED)
		out->act(out->self, &auth);
}
