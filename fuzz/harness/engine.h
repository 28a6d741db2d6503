/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dialogue with an engine as a fuzz input. The first byte chooses the
 * server (FUZZ_* below, or them), the rest is what the client sends. Bytes
 * that mean something else, so that seeds can be read:
 *
 *   0x1d  a segment ends          0x1e  the handshake is done
 *   0x1c  the client is done
 *
 * A handshake is done only if the engine asked for one; what the client sends
 * between is what an attacker puts behind STARTTLS.
 */
#ifndef FUZZ_HARNESS_ENGINE_H
#define FUZZ_HARNESS_ENGINE_H

#include "harness/oracle.h"
#include "proto/engine.h"

/* Bits of the first byte, laid over '@', so that it is a letter mostly. */
#define FUZZ_IMPLICIT 1u /* TLS is up from the start */
#define FUZZ_POOR 2u     /* hardly any capability */
#define FUZZ_PREAUTH 4u  /* IMAP: logged in by the greeting */
#define FUZZ_REFUSING 8u /* refuses what a fault would make it refuse */
#define FUZZ_NO_TLS 16u  /* the handshake never comes: what is sent behind */
			 /* STARTTLS goes on in clear, as under a fault */
#define FUZZ_SILENT 32u  /* no greeting */

struct fuzz_protocol {
	const struct engine_class *class;
	struct engine_capabilities rich[PHASES], poor[PHASES];
	struct engine_deep deep; /* of the rich lists */
	struct engine_refusal refusal[ENGINE_REFUSALS_MAX];
	unsigned refusals;
	struct engine_response response; /* https */
	/* Can a server of this protocol say this? Line ends are looked at. */
	bool (*is_reply)(struct span reply, struct span tag);
};

#define FUZZ_SPAN(z)                                                           \
	{                                                                      \
		(const uint8_t *)(z), sizeof(z) - 1                            \
	}

/*
 * Plays the input as it is, and cut at some places that depend on it (by the
 * plain runner into single bytes, too), and aborts unless
 *
 * - all give the same actions (unless FUZZ_NO_TLS: there the cut decides),
 * - behind the handshake all is as on a fresh connection inside TLS,
 * - nothing follows a close, and TLS starts once, and never inside TLS,
 * - each reply is a reply, whole lines, and not above the engine's cap,
 * - no login is right if the input does not hold the password or token.
 */
void fuzz_engine(const struct fuzz_protocol *protocol, struct span input);

#endif
