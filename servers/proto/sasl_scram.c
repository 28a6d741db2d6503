/* SPDX-License-Identifier: Apache-2.0 */
/* SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677). */
#include <stdio.h>

#include "core/digest.h"
#include "parse/base64.h"
#include "proto/sasl_mechanism.h"

#include "parse/chars.h"

/* Longest client-first-message. All later messages hold parts of it, so that
 * this bounds them too. */
#define FIRST_MAX 512

/* Append to the text that both sides sign (AuthMessage, RFC 5802 section 3). */
static bool
signed_add(struct sasl *sasl, struct span s)
{
	struct sasl_scram *scram = &sasl->scram;

	if (s.n > sizeof(scram->signed_text) - scram->signed_n)
		return false;
	if (s.n > 0)
		memcpy(scram->signed_text + scram->signed_n, s.p, s.n);
	scram->signed_n += s.n;
	return true;
}

/* Cut the attribute "k=..." off *rest, up to the comma or the end. */
static bool
attribute_take(struct span *rest, char key, struct span *value_r)
{
	size_t comma = span_find(*rest, 0, span_z(","));

	if (rest->n < 2 || rest->p[0] != (uint8_t)key || rest->p[1] != '=')
		return false;
	*value_r = span_cut(*rest, 2, comma);
	*rest = span_cut(
		*rest, comma == SIZE_MAX ? rest->n : comma + 1, rest->n);
	return true;
}

/* server-first-message = nonce "," salt "," iteration-count */
static enum sasl_result
server_first(struct sasl *sasl, struct span nonce)
{
	struct sasl_scram *scram = &sasl->scram;
	const char *serverz = sasl->config->noncez;
	char salt[BASE64_SIZE(SASL_SALT_SIZE)], message[SASL_CHALLENGE_MAX];
	size_t salt_n = 0;
	int n;

	(void)base64_encode(span_of(scram->salt, sizeof(scram->salt)), salt,
		sizeof(salt), &salt_n);
	n = snprintf(message, sizeof(message), "r=%.*s%s,s=%.*s,i=%d",
		(int)nonce.n, (const char *)nonce.p, serverz, (int)salt_n, salt,
		SASL_ITERATIONS);
	if (n < 0 || (size_t)n >= sizeof(message))
		return SASL_FAILED;
	scram->nonce_at = scram->signed_n + 1 + strlen("r=");
	scram->nonce_n = nonce.n + strlen(serverz);
	if (!signed_add(sasl, span_z(",")) ||
		!signed_add(sasl, span_of(message, (size_t)n)))
		return sasl_reject(sasl, "SASL message too long");
	return sasl_ask(sasl, span_of(message, (size_t)n));
}

static enum sasl_result
client_first(struct sasl *sasl, struct span message)
{
	struct sasl_scram *scram = &sasl->scram;
	struct lk_result result;
	const struct lk_sasl_scram *first = &result.sasl_scram;

	if (message.n > FIRST_MAX)
		return sasl_reject(sasl, "SASL message too long");
	if (lk_sasl_scram_parse(message, &result) < 0)
		return sasl_reject_unparsed(sasl, &result);
	/* "p=" asks for a channel binding, which only -PLUS mechanisms have. */
	if (upper_of(first->gs2.flag.p[0]) == 'P')
		return sasl_reject(sasl, "SCRAM with channel binding");
	sasl->user_right = sasl_is_authzid(sasl, first->gs2.authzid) &&
			   sasl_is_user(sasl, first->name);
	if (!base64_encode(first->header, scram->gs2, sizeof(scram->gs2),
		    &scram->gs2_n) ||
		!signed_add(sasl, first->bare))
		return sasl_reject(sasl, "SASL message too long");
	return server_first(sasl, first->nonce);
}

/*
 * RFC 5802 section 3: does the proof, XORed with the client signature, give
 * the key whose hash is stored? On success also the server's signature.
 */
static bool
proof_verify(const struct sasl *sasl, const uint8_t *proof, uint8_t *server_r)
{
	const struct sasl_scram *scram = &sasl->scram;
	const struct span text = span_of(scram->signed_text, scram->signed_n);
	uint8_t salted[DIGEST_SHA256_SIZE], key[DIGEST_SHA256_SIZE];
	uint8_t stored[DIGEST_SHA256_SIZE], sign[DIGEST_SHA256_SIZE];
	const struct span password = span_z(sasl->config->passwordz);
	const size_t size = DIGEST_SHA256_SIZE;

	if (digest_pbkdf2_sha256(password,
		    span_of(scram->salt, sizeof(scram->salt)), SASL_ITERATIONS,
		    salted) != 0 ||
		digest_hmac_sha256(span_of(salted, size), span_z("Client Key"),
			key) != 0 ||
		digest_sha256(span_of(key, size), stored) != 0 ||
		digest_hmac_sha256(span_of(stored, size), text, sign) != 0)
		return false;
	for (size_t i = 0; i < size; i++)
		if ((proof[i] ^ sign[i]) != key[i])
			return false;
	return digest_hmac_sha256(
		       span_of(salted, size), span_z("Server Key"), key) == 0 &&
	       digest_hmac_sha256(span_of(key, size), text, server_r) == 0;
}

/* server-final-message = "v=" signature; an empty answer has to follow. */
static enum sasl_result
server_final(struct sasl *sasl, const uint8_t *signature)
{
	char message[2 + BASE64_SIZE(DIGEST_SHA256_SIZE)] = "v=";
	size_t n = 0;

	(void)base64_encode(span_of(signature, DIGEST_SHA256_SIZE), message + 2,
		sizeof(message) - 2, &n);
	sasl->proof = "scram-sha-256";
	return sasl_ask(sasl, span_of(message, 2 + n));
}

/* client-final-message = "c=" header "," nonce ["," extensions] "," proof */
static enum sasl_result
client_final(struct sasl *sasl, struct span message)
{
	const struct sasl_scram *scram = &sasl->scram;
	struct span rest = message, header, nonce, value = span_z("");
	uint8_t proof[DIGEST_SHA256_SIZE], signature[DIGEST_SHA256_SIZE];
	size_t n = 0, bare;

	if (!attribute_take(&rest, 'c', &header) ||
		!attribute_take(&rest, 'r', &nonce))
		return sasl_reject(sasl, "bad SCRAM client-final-message");
	bare = span_find(message, 0, span_z(",p="));
	if (bare != SIZE_MAX)
		value = span_cut(message, bare + strlen(",p="), message.n);
	if (!base64_decode(value, proof, sizeof(proof), &n) ||
		n != sizeof(proof))
		return sasl_reject(sasl, "SCRAM message without proof");
	if (!span_eq(header, span_of(scram->gs2, scram->gs2_n)) ||
		!span_eq(nonce, span_of(scram->signed_text + scram->nonce_at,
					scram->nonce_n)))
		return sasl_reject(sasl, "SCRAM messages do not match");
	if (!signed_add(sasl, span_z(",")) ||
		!signed_add(sasl, span_cut(message, 0, bare)))
		return sasl_reject(sasl, "SASL message too long");
	if (!sasl->user_right || sasl->config->passwordz == NULL ||
		!proof_verify(sasl, proof, signature))
		return SASL_FAILED;
	return server_final(sasl, signature);
}

enum sasl_result
sasl_scram_step(struct sasl *sasl, struct span response)
{
	if (sasl->step == 0)
		return client_first(sasl, response);
	if (sasl->step == 1)
		return client_final(sasl, response);
	return response.n == 0 ? SASL_OK
			       : sasl_reject(sasl, "SCRAM goes on too long");
}
