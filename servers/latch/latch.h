/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latch engine: what a client of DEEP (draft-ietf-uta-email-deep-01 to -04)
 * or MUA-STS (-05, -06) remembers of a server, and what follows from that. It
 * is a function: stored state, facts of a session, what the server advertises
 * in it -> new state, verdict, and what to tell the server and the user.
 *
 * Part of liblatchkey: no allocation, no I/O; texts are written as the parsers
 * write them (parse/parse.h). docs/latch.md has the rules and their sources.
 *
 * A state belongs to one account and one host. Nothing that a server sends
 * makes it smaller, and there is no expiry.
 */
#ifndef LATCH_LATCH_H
#define LATCH_LATCH_H

#include "core/bytes.h"

/* Of a value in IMAP ID, RFC 2971 section 3.3. */
#define LK_LATCH_URL_SIZE 1024
/* The least that tls10, tls11 and tls12 mean. */
#define LK_LATCH_KEY_BITS 128

/* X(CONSTANT, name): revisions; "comma" is -04 with commas in the status. */
#define LK_LATCH_DIALECTS(X)                                                   \
	X(01, "01")                                                            \
	X(02, "02")                                                            \
	X(03, "03")                                                            \
	X(04, "04")                                                            \
	X(COMMA, "comma")                                                      \
	X(05, "05")                                                            \
	X(06, "06")

/*
 * X(CONSTANT, name): what can be stored. The first five are security tags. The
 * others are directives: a greater value of one stands beside those that it
 * includes, so that more is always a larger set.
 */
#define LK_LATCH_PROMISES(X)                                                   \
	X(TLS10, "tls10")                                                      \
	X(TLS11, "tls11")                                                      \
	X(TLS12, "tls12")                                                      \
	X(TLS_CERT, "tls-cert")                                                \
	X(TLS_DANE, "tls-dane-tlsa")                                           \
	X(VERSION_11, "tls-version=1.1")                                       \
	X(VERSION_12, "tls-version=1.2")                                       \
	X(CERT_ANY, "tls-cert=any")                                            \
	X(CERT_PKIX, "tls-cert=pkix")                                          \
	X(CERT_DANE, "tls-cert=dane")

/* X(CONSTANT, name, words for the user): why a session is not confidential. */
#define LK_LATCH_FLAWS(X)                                                      \
	X(CLEAR, "clear", "the connection is not encrypted")                   \
	X(OLD, "old", "the version of TLS is too old")                         \
	X(UNVERIFIED, "unverified", "the certificate could not be verified")

/* X(CONSTANT, name, the reading that the engine takes, another, source) */
#define LK_LATCH_READINGS(X)                                                   \
	X(TAG_CASE, "latch-tag-case",                                          \
		"a tag in other letter case is another tag, and unknown",      \
		"it is the same", "draft-ietf-uta-email-deep-04 section 5.1")  \
	X(EARLY_TLS11, "latch-early-tls11",                                    \
		"tls11 is stored by a session that meets it",                  \
		"it is stored from TLS 1.0 on, as its registration says",      \
		"draft-ietf-uta-email-deep-04 section 11.2")                   \
	X(UNVERIFIED, "latch-unverified",                                      \
		"a version tag is stored without knowing the server",          \
		"it may be left alone",                                        \
		"draft-ietf-uta-email-deep-01 section 5.1")                    \
	X(CERT_VALUES, "latch-cert-values",                                    \
		"of pkix and dane the one that comes later is stored beside "  \
		"the other",                                                   \
		"it takes the other's place, or is left alone",                \
		"draft-ietf-uta-email-deep-05 section 7")                      \
	X(URLS, "latch-urls", "of several URLs the first is stored",           \
		"another one is", "draft-ietf-uta-email-deep-04 section 5.3")

enum lk_latch_dialect {
#define X(constant, name) LK_LATCH_##constant,
	LK_LATCH_DIALECTS(X)
#undef X
	LK_LATCH_DIALECT_COUNT
};

enum lk_latch_promise {
#define X(constant, name) LK_PROMISE_##constant,
	LK_LATCH_PROMISES(X)
#undef X
	LK_LATCH_PROMISE_COUNT
};

enum lk_latch_flaw {
#define X(constant, name, text) LK_FLAW_##constant,
	LK_LATCH_FLAWS(X)
#undef X
	LK_LATCH_FLAW_COUNT
};

enum lk_latch_reading {
#define X(constant, name, one, other, source) LK_LATCH_READING_##constant,
	LK_LATCH_READINGS(X)
#undef X
	LK_LATCH_READING_COUNT
};

/* -04 section 3: high, or none; -06 calls them minimum level 1 and 0. */
enum lk_latch_level {
	LK_LEVEL_NONE,
	LK_LEVEL_HIGH
};

enum lk_latch_verdict {
	LK_LATCH_PROCEED,
	LK_LATCH_WARN,  /* go on; show that nothing is assured */
	LK_LATCH_REFUSE /* no login, no mail, no question to the user */
};

/* What is stored for an account and a host; all zero: nothing. */
struct lk_latch_state {
	uint32_t promises; /* set of 1 << LK_PROMISE_… */
	size_t url_n;
	char url[LK_LATCH_URL_SIZE]; /* https, no NUL behind it */
};

/* What a session is, before anything is sent that must stay secret. */
struct lk_latch_session {
	enum lk_latch_dialect dialect;
	enum lk_latch_level level; /* that the account asks for */
	unsigned version;  /* of TLS as on the wire, 0x0303 is 1.2; 0: no TLS */
	unsigned key_bits; /* of the symmetric key */
	bool pkix;         /* path and identity of the certificate are right */
	bool dane; /* a secure TLSA record matches, and the identity is right */
	bool bound; /* SASL with channel binding has proved the server */
	/*
	 * Of the advertisement that came inside TLS: the value of the ID
	 * field, the parameters of EHLO, the arguments of CAPA. Empty if there
	 * is none, or no TLS.
	 */
	struct span status;
};

struct lk_latch_outcome {
	enum lk_latch_verdict verdict;
	uint32_t unmet;    /* promises that are stored and not kept */
	uint32_t added;    /* promises that are stored now */
	uint32_t flaws;    /* set of 1 << LK_FLAW_…; 0: this is "high" */
	uint32_t readings; /* set of 1 << LK_LATCH_READING_… this rests on */
	bool is_malformed; /* the status was not read, hence ignored */
};

/*
 * One session. *out_r may be *state. A session without status only checks what
 * is stored; to call again when the status is known does no harm.
 */
void lk_latch_session(const struct lk_latch_state *state,
	const struct lk_latch_session *session, struct lk_latch_state *new_r,
	struct lk_latch_outcome *out_r);

/* Which words of a list this dialect has; the set of their promises. */
uint32_t lk_latch_supported(enum lk_latch_dialect dialect);

enum lk_latch_carrier {
	LK_CARRIER_IMAP, /* the argument of ID, from ( to ) */
	LK_CARRIER_POP3, /* has no way to report */
	LK_CARRIER_SMTP  /* the command CLIENT, with its CR LF */
};

struct lk_latch_report {
	enum lk_latch_dialect dialect;
	enum lk_latch_carrier carrier;
	bool as_in_examples; /* ID: latch-failure, not latch-fail; so for STS */
	/* Up to 30 letters, digits, dots, _ and -; else they are left out. */
	const char *name, *version;
};

/*
 * Write what the client says to the server: what it could not have (`unmet`),
 * and then leaves; or else what is stored, and what it supports beyond that.
 * 0: there is nothing to say, or no way to say it. Only for a session with TLS.
 */
size_t lk_latch_report(const struct lk_latch_state *state,
	const struct lk_latch_outcome *outcome,
	const struct lk_latch_report *report, char *out_r, size_t size);

/* Sentences for the user, with the stored URL if the session is refused. */
size_t lk_latch_message(const struct lk_latch_state *state,
	const struct lk_latch_outcome *outcome, char *out_r, size_t size);

/*
 * {"latch": 1, "promises": ["tls-cert", …], "url": "https://…" or null}
 * The order of promises does not matter; suites/schemas/latch.schema.json.
 */
size_t lk_latch_state_json(
	const struct lk_latch_state *state, char *out_r, size_t size);
/* 0; or -1 and in *offset_r where the text is no state. */
int lk_latch_state_parse(
	struct span text, struct lk_latch_state *out_r, size_t *offset_r);

/* Static texts; NULL for a number that is not of the list. */
const char *lk_latch_dialect_name(unsigned dialect);
const char *lk_latch_promise_name(unsigned promise);
const char *lk_latch_flaw_name(unsigned flaw);
const char *lk_latch_flaw_text(unsigned flaw);
const char *lk_latch_reading_name(unsigned reading);

#endif
