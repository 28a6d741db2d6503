/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in. All of it happens inside TLS, with a server that is known. */
#include "sasl.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "bug.h"
#include "parse/base64.h"

#define MESSAGE_MAX 4096
#define DIGEST 32
/* RFC 7677 section 4 asks for 4096 at least; more than this is an attack. */
#define ROUNDS_MIN 4096
#define ROUNDS_MAX 1000000

static const char *const names[SASL_MECHANISMS + 1] = {
	[SASL_EXTERNAL] = "EXTERNAL",
	[SASL_SCRAM_SHA_256] = "SCRAM-SHA-256",
	[SASL_PLAIN] = "PLAIN",
	[SASL_CRAM_MD5] = "CRAM-MD5",
	[SASL_LOGIN] = "LOGIN",
	[SASL_OAUTHBEARER] = "OAUTHBEARER",
	[SASL_MECHANISMS] = "nothing",
};

const char *
sasl_name(enum sasl_mechanism mechanism)
{
	return names[mechanism];
}

bool
sasl_offered(const struct caps *caps, enum sasl_mechanism mechanism)
{
	char word[40];

	(void)snprintf(word, sizeof(word), "AUTH=%s", names[mechanism]);
	return caps_has(caps, word);
}

bool
sasl_choose(const struct caps *caps, const struct sasl_user *user,
	enum sasl_mechanism *out_r)
{
	/* Who has a certificate shows no password beside it. */
	*out_r = bug(PASSWORD_PREFERRED) ? SASL_PLAIN : SASL_EXTERNAL;
	if (user->certificatez != NULL && !bug(KNOWS_NO_EXTERNAL) &&
		(sasl_offered(caps, *out_r) || bug(PASSWORD_PREFERRED)))
		return true;
	/* A token is shown to who asks for one, never as a password. */
	*out_r = SASL_OAUTHBEARER;
	if (user->tokenz != NULL)
		return sasl_offered(caps, *out_r);
	for (int i = SASL_SCRAM_SHA_256;
		user->passwordz != NULL && i < SASL_OAUTHBEARER; i++) {
		if (bug(KNOWS_NO_PLAIN) && i == SASL_PLAIN)
			continue;
		*out_r = (enum sasl_mechanism)i;
		if (sasl_offered(caps, *out_r))
			return true;
	}
	return false;
}

void
sasl_init(struct sasl *x, enum sasl_mechanism mechanism,
	const struct sasl_user *user)
{
	*x = (struct sasl){.mechanism = mechanism, .user = *user};
	buf_init(&x->first, MESSAGE_MAX);
}

void
sasl_fini(struct sasl *x)
{
	buf_fini(&x->first);
}

/* --- SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding */

static void
hmac(const uint8_t key[DIGEST], struct span text, uint8_t out_r[DIGEST])
{
	(void)HMAC(EVP_sha256(), key, DIGEST, text.p, text.n, out_r, NULL);
}

/* "n,,n=USER,r=NONCE": "=" and "," of the name are written otherwise. */
static int
scram_first(struct sasl *x, struct buf *message)
{
	uint8_t nonce[18];
	size_t n;

	if (RAND_bytes(nonce, sizeof(nonce)) != 1 ||
		!base64_encode(span_of(nonce, sizeof(nonce)), x->nonce,
			sizeof(x->nonce) - 1, &n) ||
		buf_addz(&x->first, "n=") != 0)
		return -1;
	for (const char *p = x->user.namez; *p != '\0'; p++)
		if ((*p == '=' ? buf_addz(&x->first, "=3D")
			    : *p == ','
				    ? buf_addz(&x->first, "=2C")
				    : buf_add(&x->first, span_of(p, 1))) != 0)
			return -1;
	if (buf_addf(&x->first, ",r=%s", x->nonce) != 0 ||
		buf_addz(message, "n,,") != 0)
		return -1;
	return buf_add(message, buf_span(&x->first));
}

/* The value of the attribute "k=" that stands next in *rest. */
static bool
attribute_next(struct span *rest, uint8_t key, struct span *value_r)
{
	struct span word = span_word(rest, ',');

	*value_r = span_cut(word, 2, word.n);
	return word.n > 2 && word.p[0] == key && word.p[1] == '=';
}

/* Proof and expectation (RFC 5802 section 3). */
static int
scram_prove(
	struct sasl *x, struct span salt, int rounds, uint8_t proof_r[DIGEST])
{
	uint8_t salted[DIGEST], key[DIGEST], stored[DIGEST], sign[DIGEST];
	struct span text = buf_span(&x->first);

	if (PKCS5_PBKDF2_HMAC(x->user.passwordz, -1, salt.p, (int)salt.n,
		    rounds, EVP_sha256(), DIGEST, salted) != 1)
		return -1;
	hmac(salted, span_z("Client Key"), key);
	if (EVP_Digest(key, DIGEST, stored, NULL, EVP_sha256(), NULL) != 1)
		return -1;
	hmac(stored, text, sign);
	for (int i = 0; i < DIGEST; i++)
		proof_r[i] = key[i] ^ sign[i];
	hmac(salted, span_z("Server Key"), key);
	hmac(key, text, x->server);
	return 0;
}

static int
scram_final(struct sasl *x, struct span challenge, struct buf *message)
{
	struct span rest = challenge, nonce, salt64, rounds, own;
	uint8_t salt[MESSAGE_MAX], proof[DIGEST];
	char proof64[BASE64_SIZE(DIGEST)], roundsz[12] = "";
	size_t salts, n;
	long count;

	own = span_z(x->nonce);
	if (!attribute_next(&rest, 'r', &nonce) || nonce.n <= own.n ||
		!span_has_prefix(nonce, own) ||
		!attribute_next(&rest, 's', &salt64) ||
		!base64_decode(salt64, salt, sizeof(salt), &salts) ||
		!attribute_next(&rest, 'i', &rounds) ||
		rounds.n >= sizeof(roundsz))
		return -1;
	memcpy(roundsz, rounds.p, rounds.n);
	count = strtol(roundsz, NULL, 10);
	if (count < ROUNDS_MIN || count > ROUNDS_MAX)
		return -1;
	if (buf_addz(message, "c=biws,r=") != 0 ||
		buf_add(message, nonce) != 0 || buf_addz(&x->first, ",") != 0 ||
		buf_add(&x->first, challenge) != 0 ||
		buf_addz(&x->first, ",") != 0 ||
		buf_add(&x->first, buf_span(message)) != 0 ||
		scram_prove(x, span_of(salt, salts), (int)count, proof) != 0 ||
		!base64_encode(
			span_of(proof, DIGEST), proof64, sizeof(proof64), &n) ||
		buf_addz(message, ",p=") != 0)
		return -1;
	return buf_add(message, span_of(proof64, n));
}

/* The server knows the password, too. */
static int
scram_check(struct sasl *x, struct span challenge)
{
	struct span value;
	uint8_t signature[DIGEST + 2];
	size_t n;

	x->done = attribute_next(&challenge, 'v', &value) &&
		  base64_decode(value, signature, sizeof(signature), &n) &&
		  n == DIGEST && CRYPTO_memcmp(signature, x->server, n) == 0;
	return x->done ? 0 : -1;
}

static int
scram_step(struct sasl *x, struct span challenge, struct buf *message)
{
	switch (x->step) {
	case 0:
		return scram_first(x, message);
	case 1:
		return scram_final(x, challenge, message);
	case 2:
		return scram_check(x, challenge);
	default:
		return -1;
	}
}

/* --- the others */

/* Nobody is named: the server knows from the certificate whom it has. */
static int
external_step(struct sasl *x)
{
	x->done = true;
	return x->step == 0 ? 0 : -1;
}

static int
plain_step(struct sasl *x, struct buf *message)
{
	x->done = true;
	return x->step == 0 && buf_add(message, span_of("", 1)) == 0 &&
			       buf_addz(message, x->user.namez) == 0 &&
			       buf_add(message, span_of("", 1)) == 0
		       ? buf_addz(message, x->user.passwordz)
		       : -1;
}

static int
cram_step(struct sasl *x, struct span challenge, struct buf *message)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	x->done = true;
	if (x->step != 0 ||
		HMAC(EVP_md5(), x->user.passwordz,
			(int)strlen(x->user.passwordz), challenge.p,
			challenge.n, digest, &n) == NULL ||
		buf_addf(message, "%s ", x->user.namez) != 0)
		return -1;
	for (unsigned i = 0; i < n; i++)
		if (buf_addf(message, "%02x", digest[i]) != 0)
			return -1;
	return 0;
}

static int
login_step(struct sasl *x, struct buf *message)
{
	x->done = x->step == 1;
	if (x->step > 1)
		return -1;
	return buf_addz(
		message, x->step == 0 ? x->user.namez : x->user.passwordz);
}

/* RFC 7628 section 3.1; octet 1 alone is the answer to a failure (3.2.3). */
static int
bearer_step(struct sasl *x, struct buf *message)
{
	x->done = x->step == 0;
	if (x->step > 0)
		return buf_addz(message, "\1");
	return buf_addf(message, "n,a=%s,\1auth=Bearer %s\1\1", x->user.namez,
		x->user.tokenz);
}

static int
message_make(struct sasl *x, struct span challenge, struct buf *message)
{
	switch (x->mechanism) {
	case SASL_EXTERNAL:
		return external_step(x);
	case SASL_SCRAM_SHA_256:
		return scram_step(x, challenge, message);
	case SASL_PLAIN:
		return plain_step(x, message);
	case SASL_CRAM_MD5:
		return cram_step(x, challenge, message);
	case SASL_LOGIN:
		return login_step(x, message);
	case SASL_OAUTHBEARER:
		return bearer_step(x, message);
	case SASL_MECHANISMS:
		break;
	}
	return -1;
}

int
sasl_step(
	struct sasl *x, struct span challenge, struct buf *out, struct err *err)
{
	uint8_t room[MESSAGE_MAX];
	char text[BASE64_SIZE(MESSAGE_MAX)];
	struct buf message;
	size_t n = 0;
	int result = -1;

	buf_init(&message, MESSAGE_MAX);
	if (challenge.n <= BASE64_SIZE(MESSAGE_MAX) &&
		base64_decode(challenge, room, sizeof(room), &n) &&
		message_make(x, span_of(room, n), &message) == 0 &&
		base64_encode(buf_span(&message), text, sizeof(text), &n))
		result = buf_add(out, span_of(text, n));
	if (message.n > 0)
		OPENSSL_cleanse(message.p, message.n);
	buf_fini(&message);
	x->step++;
	if (result != 0 && bug(CHALLENGE_UNREAD))
		result = buf_addz(out, "AAAA");
	if (result != 0)
		return err_set(err, ERR_IO, "the login with %s broke off",
			names[x->mechanism]);
	return 0;
}

/* The client speaks first. */
static bool
is_first(const struct sasl *x)
{
	return x->mechanism == SASL_EXTERNAL || x->mechanism == SASL_PLAIN ||
	       x->mechanism == SASL_SCRAM_SHA_256 ||
	       x->mechanism == SASL_OAUTHBEARER;
}

int
sasl_begin(struct sasl *x, size_t limit, struct buf *out, struct err *err)
{
	size_t before = out->n;

	if (!is_first(x))
		return 0;
	if (buf_addz(out, " ") != 0)
		return err_set(err, ERR_IO, "too long a line");
	if (sasl_step(x, span_z(""), out, err) != 0)
		return -1;
	if (out->n == before + 1 && !bug(EMPTY_RESPONSE_UNSAID) &&
		buf_addz(out, "=") != 0)
		return err_set(err, ERR_IO, "too long a line");
	if (out->n + strlen("\r\n") > limit && !bug(AUTH_LINE_UNLIMITED)) {
		out->n = before;
		buf_clear(&x->first);
		if (!bug(LATE_RESPONSE_FORGOTTEN))
			x->step = 0;
		x->done = false;
	}
	return 0;
}
