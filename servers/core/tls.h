/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS over memory BIOs: bytes of the wire go in and come out as spans, so
 * that the world can record, hold back, cut and change every one of them.
 */
#ifndef CORE_TLS_H
#define CORE_TLS_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/buf.h"
#include "core/err.h"

#define TLS_ALPN_MAX 8
#define TLS_LIST_MAX 64

/* How a server speaks TLS. Texts are the caller's; NULL means the default. */
struct tls_options {
	int min_version, max_version; /* 0x0301 to 0x0304; 0: 1.2 to 1.3 */
	const char *ciphersz;         /* TLS 1.2 and older, OpenSSL's syntax */
	const char *suitesz;          /* TLS 1.3 */
	const char *groupsz;
	const char *signaturesz; /* that the server makes in the handshake */
	int dh_bits;    /* of its DHE group: 512, 768, 1024; 0: enough */
	bool downgrade; /* behave as if the client offered nothing above 1.2;
			 * the random then says so (RFC 8446 4.1.3) */
	bool no_renegotiation_info; /* answer as if the client had not spoken
				     * of it (RFC 5746 3.4) */
	const char *alpn[TLS_ALPN_MAX]; /* what the server knows; if the
					 * client offers none of these, no
					 * ALPN is answered */
	unsigned alpns;
	const char *alpn_selectz; /* selected whatever the client offers */
	bool alpn_refuse;         /* alert no_application_protocol */
	bool sni_refuse;          /* alert unrecognized_name */
	bool request_certificate; /* ask the client for one, take any */
	int hello_alert; /* answer every ClientHello with this alert (RFC 8446
			  * 6, description number), 0: do not */
};

/* What the ClientHello said; texts valid during the call. */
struct tls_hello {
	unsigned legacy_version;
	unsigned version[TLS_LIST_MAX]; /* supported_versions, or none */
	unsigned versions;
	uint16_t cipher[256];
	unsigned ciphers;
	uint16_t group[TLS_LIST_MAX];
	unsigned groups;
	uint16_t signature[TLS_LIST_MAX]; /* signature_algorithms */
	unsigned signatures;
	uint16_t chain[TLS_LIST_MAX]; /* signature_algorithms_cert */
	unsigned chains;
	uint16_t extension[TLS_LIST_MAX]; /* which there are */
	unsigned extensions;
	bool compression; /* it offers more than none */
	struct span sni;  /* empty: none */
	struct span alpn[TLS_ALPN_MAX];
	unsigned alpns;
};

/* What a TLS record that goes out carries (RFC 8446 4, RFC 5246 7.4). */
enum tls_message {
	TLS_OTHER,
	TLS_SERVER_HELLO, /* or the HelloRetryRequest in its place */
	TLS_CERTIFICATE,
	TLS_SIGNATURE, /* CertificateVerify; ServerKeyExchange before 1.3 */
	TLS_FINISHED,
	TLS_TICKET,
	TLS_APPLICATION
};

/* Whom a session tells what happens. */
struct tls_watch {
	void *self;
	/* A message was made into records and will be the next to be taken;
	 * first is the number of its first record, from 1. May be NULL. */
	void (*sent)(void *self, enum tls_message message, unsigned first);
	void (*hello)(void *self, const struct tls_hello *hello);
	void (*alert)(void *self, bool incoming, int level, int description);
	void (*key)(void *self, const char *line); /* key log, no newline */
};

struct tls_context; /* options and an identity, for many sessions */
struct tls_session; /* one connection */

/*
 * leaf, chain and key are borrowed until the context is freed; leaf may be
 * NULL for suites that authenticate nobody. NULL with *err on failure.
 */
struct tls_context *tls_context_new(const struct tls_options *options,
	X509 *leaf, STACK_OF(X509) * chain, EVP_PKEY *key, struct err *err);
void tls_context_free(struct tls_context *context);
/* Make in advance what the next few contexts begin with: OpenSSL takes long,
 * and it is the same for all of them. 0, or -1. */
int tls_context_stock(void);

struct tls_session *tls_session_new(struct tls_context *context,
	const struct tls_watch *watch, struct err *err);
void tls_session_free(struct tls_session *session);

enum tls_state {
	TLS_HANDSHAKING,
	TLS_UP,
	TLS_CLOSED, /* the peer sent close_notify */
	TLS_FAILED
};

/* Bytes from the wire; -1 if OpenSSL ran out of memory. */
int tls_feed(struct tls_session *session, struct span raw)
	__attribute__((warn_unused_result));
/*
 * Work with what was fed: shakes hands, then appends decrypted application
 * bytes to plain, as far as plain's cap goes. *err tells why on TLS_FAILED.
 */
enum tls_state tls_advance(
	struct tls_session *session, struct buf *plain, struct err *err);
/* Encrypts. -1 before the handshake or on failure. */
int tls_send(struct tls_session *session, struct span plain)
	__attribute__((warn_unused_result));
void tls_close_notify(struct tls_session *session);
/* Makes OpenSSL end an established session with the fatal alert
 * bad_record_mac, as if the peer had sent what nobody can decrypt. */
int tls_abort(struct tls_session *session) __attribute__((warn_unused_result));
/*
 * TLS 1.2 and older: HelloRequest (RFC 5246 7.4.1.1). A client that follows it
 * is shown the identity of context; NULL: the one that it knows. -1 if it
 * cannot be.
 */
int tls_renegotiate(struct tls_session *session, struct tls_context *context)
	__attribute__((warn_unused_result));
/* The client was asked for a handshake, and has not finished it. */
bool tls_renegotiates(const struct tls_session *session);
/* A handshake is going on: nothing can be sent. */
bool tls_shakes_hands(const struct tls_session *session);
/* Moves what is to go onto the wire to raw; -1 when raw is full. */
int tls_take(struct tls_session *session, struct buf *raw)
	__attribute__((warn_unused_result));

struct tls_facts {
	const char *versionz, *cipherz, *groupz; /* groupz may be NULL */
	unsigned version;                        /* as on the wire */
	unsigned key_bits;
	bool resumed;
	bool certificate; /* the client showed one, now or in the session that
			   * it resumes */
	bool anonymous;   /* the suite authenticates nobody, or does not encrypt
			   */
};
struct tls_facts tls_session_facts(const struct tls_session *session);
/* The client showed this certificate, as facts.certificate says, and proved
 * that it has the key. */
bool tls_session_shown(const struct tls_session *session, const X509 *leaf);

/* "TLSv1.3", "0x7f12"; into room. */
const char *tls_version_name(unsigned version, char room[16]);
/* IANA name of a suite number, or its hex digits. */
const char *tls_cipher_name(uint16_t number, char room[64]);
/* "bad_certificate", as RFC 8446 6 spells it. */
const char *tls_alert_name(int description);
const char *tls_group_name(uint16_t number, char room[32]);
/* "rsa_pkcs1_sha256", and "server_name", or hex digits. */
const char *tls_signature_name(uint16_t number, char room[32]);
const char *tls_extension_name(uint16_t number, char room[32]);

#endif
