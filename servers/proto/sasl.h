/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's side of one SASL exchange (RFC 4422), without I/O: PLAIN,
 * LOGIN, EXTERNAL, CRAM-MD5, SCRAM-SHA-256, XOAUTH2, OAUTHBEARER. IMAP, POP3
 * and SMTP frame the messages alike (base64, "*" to cancel, "=" for an empty
 * initial response), so that framing is here too. Nothing is allocated.
 *
 * Use: sasl_line_start with the command's arguments; while the result is
 * SASL_CHALLENGE send "+ " or "334 ", sasl_challenge() and CRLF, and give the
 * client's next line to sasl_line_step. Call sasl_note behind every one of
 * these calls and before the reply. Whether a mechanism is offered is the
 * caller's question (engine_mechanism_offered).
 */
#ifndef PROTO_SASL_H
#define PROTO_SASL_H

#include "core/span.h"
#include "proto/engine.h"

enum sasl_result {
	SASL_CHALLENGE, /* send the challenge, then feed the answer */
	SASL_OK,        /* logged in */
	SASL_FAILED,    /* the credentials are wrong */
	SASL_CANCELLED, /* the client sent "*" */
	SASL_MALFORMED  /* no base64, or no message of this mechanism; SMTP
			 * answers it 501, IMAP BAD */
};

#define SASL_CHALLENGE_MAX 1536 /* bytes, before base64 */
#define SASL_TEXT_MAX (SASL_CHALLENGE_MAX / 3 * 4)
#define SASL_RESPONSE_MAX 12288 /* bytes, after base64: a line of 16 KiB */
#define SASL_SALT_SIZE 16
#define SASL_ITERATIONS 4096

struct sasl_mechanism;

/* One exchange; embed it. All zero: none runs. For reading: name, proof and
 * problem; external is for whoever embeds it; the rest belongs to sasl*.c. */
struct sasl {
	bool external; /* TLS has shown that the client is our user; stays as
			* it is from one exchange to the next */
	const struct engine_config *config;
	const struct sasl_mechanism *mechanism; /* NULL: none runs */
	unsigned step;                          /* responses consumed */
	bool refused;                           /* a failure challenge is out */
	const char *name;    /* "PLAIN", ...; of the last exchange */
	const char *proof;   /* form of the secret that the last step
			      * proved ("cram-md5"), or NULL */
	const char *problem; /* with SASL_MALFORMED: what is wrong */
	size_t challenge_n;
	uint8_t challenge[SASL_CHALLENGE_MAX];
	char text[SASL_TEXT_MAX]; /* the challenge in base64 */
	bool user_right;          /* LOGIN, SCRAM: the name was ours */
	struct sasl_scram {
		uint8_t salt[SASL_SALT_SIZE];
		size_t gs2_n;
		char gs2[SASL_CHALLENGE_MAX]; /* base64 of the header */
		size_t nonce_at, nonce_n;     /* in signed_text */
		size_t signed_n;
		uint8_t signed_text[SASL_CHALLENGE_MAX * 2];
	} scram;
};

/* Is this the name of our user? To set external by, from what ENGINE_OPENED
 * and ENGINE_SECURED say. */
bool sasl_names(const struct engine_config *config, struct span user);

/* Is this a mechanism of this file? Case is ignored. */
bool sasl_is_known(struct span mechanism);

/*
 * Begin. initial is the decoded initial response, NULL if there was none (an
 * empty one is something else). The mechanism must be known. config must
 * outlive the exchange.
 */
enum sasl_result sasl_start(struct sasl *sasl,
	const struct engine_config *config, struct span mechanism,
	const struct span *initial);
/* The client's next message, decoded. */
enum sasl_result sasl_step(struct sasl *sasl, struct span response);

/* The same with base64 framing: initial is the word behind the mechanism
 * ("=" is the empty response), line the client's line without CRLF. */
enum sasl_result sasl_line_start(struct sasl *sasl,
	const struct engine_config *config, struct span mechanism,
	const struct span *initial);
enum sasl_result sasl_line_step(struct sasl *sasl, struct span line);

/* What to send behind SASL_CHALLENGE, in base64, perhaps empty; valid until
 * the next call. */
struct span sasl_challenge(struct sasl *sasl);

/* An exchange is going on: the next line is for sasl_line_step. */
bool sasl_is_running(const struct sasl *sasl);

/* Give the exchange up: the server will not go on with it. */
void sasl_stop(struct sasl *sasl);

/* Write the notes of the last call: "proof", "auth" (SASL_OK, SASL_FAILED),
 * "protocol-error" (SASL_MALFORMED). */
void sasl_note(const struct sasl *sasl, enum sasl_result result,
	const struct engine_sink *out);

#endif
