/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every protocol engine is: a correct server without sockets, clock or
 * TLS library. The world tells it what happened (event in) and it says what
 * to do (actions out). Misbehaving is not its business: `fault` rewrites the
 * actions, or the configuration, before anything reaches the wire.
 */
#ifndef PROTO_ENGINE_H
#define PROTO_ENGINE_H

#include "core/buf.h"
#include "core/span.h"
#include "latch/latch.h"
#include "parse/http.h"

enum engine_event {
	ENGINE_OPENED,  /* a client connected (on an implicit-TLS port: and the
			 * handshake is done); the engine greets. bytes: the
			 * user whom the certificate of the client names;
			 * empty: nobody */
	ENGINE_BYTES,   /* application bytes arrived, cut anywhere; behind
			 * START_TLS: no handshake comes, the session goes on in
			 * clear, first with what is unread (they may be empty)
			 */
	ENGINE_SECURED, /* the handshake that START_TLS asked for is done; all
			 * unread clear-text input is dropped here. bytes: as
			 * with OPENED */
	ENGINE_EOF      /* the client will send no more */
};

enum action_kind {
	ACTION_SEND,      /* put bytes on the wire */
	ACTION_START_TLS, /* what was sent so far goes out in clear, then the
			   * handshake follows; no input is read until SECURED
			   */
	ACTION_CLOSE,     /* end the connection once all was sent */
	ACTION_NOTE       /* nothing for the wire: a fact for the transcript */
};

/*
 * One thing to do. All spans are valid during the call only.
 *
 * SEND   name    which reply this is (reply.h lists the names)
 *        bytes   the whole reply, line ends included
 *        word    IMAP: the tag of the command that is answered
 *        refused the command is refused by the configuration, see
 *                struct engine_refusal, or its capability is not offered
 * NOTE   name = "command"  word: verb in capitals, as the client sent it
 *                          ("UID FETCH", "STARTTLS"); bytes: its tag (IMAP);
 *                          it is noted before anything is done about it
 *        name = "auth"     word: "LOGIN", "PLAIN", "CRAM-MD5", "APOP",
 *                          "USER"..., ok: credentials were right
 *        name = "proof"    a secret reached the server in a form that can be
 *                          attacked offline: word: "cram-md5",
 *                          "scram-sha-256", "apop"; noted where the proof fits
 *        name = "message"  word: "fetched", "submitted" or "stored";
 *                          number: of the message, from 1; bytes: its text;
 *                          "fetched" stands right behind the SEND with it
 *        name = "request"  HTTP: request: what is asked for; bytes: the whole
 *                          head; noted before it is answered
 *        name = "status"   of DEEP or MUA-STS, in the reply before: bytes
 *        name = "report"   word: the command, "ID" or "CLIENT"; bytes: its
 *                          whole argument, or line; ok: it is well-formed
 *        name = "protocol-error"  bytes: what the client did wrong, for people
 */
struct action {
	enum action_kind kind;
	const char *name;
	struct span bytes;
	struct span word;
	unsigned number;
	const struct lk_http_request *request; /* NULL: none */
	bool refused;
	bool ok;
};

struct engine_sink {
	void (*act)(void *self, const struct action *action);
	void *self;
};

/* The states in which a server offers different capabilities. */
enum engine_phase {
	PHASE_GREETING, /* IMAP: in the greeting's CAPABILITY code */
	PHASE_CLEAR,    /* asked before TLS */
	PHASE_TLS,      /* asked inside TLS, before login */
	PHASE_LOGIN,    /* asked after login (on whatever channel) */
	PHASES
};

/* DEEP or MUA-STS as a server speaks it (latch/latch.h, parse/deep.h). */
struct engine_deep {
	enum lk_latch_dialect dialect;
	/* Names of the drafts' examples where their text has others. */
	bool as_in_examples;
	/* What is advertised, perhaps an empty list; NULL: not spoken. */
	const char *statusz[PHASES];
};

#define ENGINE_CAPABILITIES_MAX 64
#define ENGINE_REFUSALS_MAX 16
#define ENGINE_HEADERS_MAX 32
#define ENGINE_BODY_MAX (4u << 20) /* bytes of an HTTP body */
#define ENGINE_MESSAGES_MAX 64

/* One capability list, each entry a whole item: "AUTH=PLAIN" (IMAP), "SASL
 * PLAIN LOGIN" (POP3), "SIZE 1000000" (SMTP). Without the words that a
 * protocol always has (IMAP4rev1 is an entry like any other). */
struct engine_capabilities {
	const char *item[ENGINE_CAPABILITIES_MAX];
	unsigned n;
};

enum engine_where {
	ENGINE_EVERYWHERE,
	ENGINE_IN_CLEAR,
	ENGINE_IN_TLS
};

/* A command that this server does not carry out: instead of its reply the
 * text is sent (a leading "{tag}" stands for the IMAP tag) and no state
 * changes. */
struct engine_refusal {
	const char *reply; /* name of the reply that it replaces */
	struct span text;
	enum engine_where where;
};

enum engine_greeting {
	GREETING_OK,
	GREETING_PREAUTH, /* IMAP only: the session starts logged in */
	GREETING_BYE      /* greeted and closed (IMAP BYE, POP3 -ERR, SMTP
			   * 554): text must be given */
};

/* One message of the mailbox that the world serves. Shared by all
 * connections of one service; flags live as long as the world. */
struct engine_message {
	struct span text; /* RFC 5322, CRLF line ends */
	bool seen;
	bool deleted;
	bool gone; /* expunged */
};

struct engine_mailbox {
	struct engine_message message[ENGINE_MESSAGES_MAX];
	unsigned n;
	unsigned uid_validity; /* not zero */
};

/* How the end of an HTTP body is told (RFC 9112 section 6). */
enum engine_framing {
	FRAMING_LENGTH,
	FRAMING_CHUNKED,
	FRAMING_CLOSE /* by the end of the connection */
};

/* What a GET of the policy is answered with. */
struct engine_response {
	const char *statusz; /* "200 OK" */
	/* Whole lines without their ends, beside those about framing. */
	const char *header[ENGINE_HEADERS_MAX];
	unsigned headers;
	struct span body;
	size_t size; /* the body is made this long by fields that say nothing;
		      * up to ENGINE_BODY_MAX; 0: it stays as it is */
	enum engine_framing framing;
};

/*
 * All that an engine needs to know. Owned by the caller; must outlive the
 * engine. NUL-terminated texts end in z.
 */
struct engine_config {
	const char *hostz; /* the name that the server calls itself */
	bool implicit_tls; /* TLS is up before OPENED */
	struct engine_capabilities capabilities[PHASES];
	enum engine_greeting greeting;
	struct span
		greeting_text; /* the whole greeting; empty: the usual one */
	struct engine_refusal refusal[ENGINE_REFUSALS_MAX];
	unsigned refusals;
	const char *userz, *passwordz, *tokenz;
	struct engine_mailbox *mailbox; /* imap, pop3 */
	const char *noncez; /* unguessable text for challenges and APOP */
	struct engine_deep deep;
	bool silent; /* speak only when spoken to: no greeting */
	struct engine_response response; /* https */
	const char *const *names; /* https: names of the host beside hostz */
	unsigned n_names;
	bool sink; /* https: the response is what a POST is answered with */
};

struct engine;

struct engine_class {
	const char *name; /* "imap", "pop3", "smtp", "https" */
	/* NULL when memory ran out. */
	struct engine *(*new)(const struct engine_config *config);
	/*
	 * Handle one event; bytes as the event says. Calls out->act for each
	 * action, in order, before it returns. An engine never fails: what a
	 * client sends wrongly is answered as the protocol says, and what
	 * passes a cap ends in a refusal and ACTION_CLOSE.
	 */
	void (*step)(struct engine *engine, enum engine_event event,
		struct span bytes, const struct engine_sink *out);
	void (*free)(struct engine *engine); /* accepts NULL */
};

extern const struct engine_class imap_engine;
extern const struct engine_class pop3_engine;
extern const struct engine_class smtp_engine;
extern const struct engine_class https_engine;

/* What engines share (engine.c). */

/* Is this capability offered in this phase? Compares the first word of each
 * item, case-insensitively; "AUTH=PLAIN" is one word, and in POP3 and SMTP
 * lists engine_mechanism_offered looks behind SASL and AUTH. */
bool engine_offers(const struct engine_config *config, enum engine_phase phase,
	const char *wordz);
bool engine_mechanism_offered(const struct engine_config *config,
	enum engine_phase phase, struct span mechanism);
/* The item that announces DEEP or MUA-STS in this phase, in parts: the word of
 * the protocol and the list behind it; false if they are not spoken. */
bool engine_deep_item(const struct engine_config *config,
	enum engine_phase phase, const char *const words[3],
	const char **word_r, const char **status_r);
extern const char *const engine_deep_imap[3],
	*const engine_deep_pop3[3], *const engine_deep_smtp[3];
/* The field of the server's ID. */
const char *engine_deep_field(const struct engine_deep *deep);
/* The refusal for this reply name that holds here, or NULL. */
const struct engine_refusal *engine_refusal_of(
	const struct engine_config *config, const char *reply, bool in_tls);
void engine_send(const struct engine_sink *out, const char *reply,
	struct span tag, struct span bytes);
void engine_note(const struct engine_sink *out, const char *name,
	struct span word, struct span bytes);

#endif
