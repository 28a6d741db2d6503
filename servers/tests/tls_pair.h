/* SPDX-License-Identifier: Apache-2.0 */
/* A client and a server of TLS, back to back, for tests. */
#ifndef TESTS_TLS_PAIR_H
#define TESTS_TLS_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "core/tls.h"
#include "core/tls_hello.h"
#include "pki/forge.h"

#define HOST "mail.example.test"
#define MESSAGES_MAX 32
#define RAW_MAX 65536u

static struct pki_world *world;
static struct pki_identity ec, rsa;

/* Both ends of one connection, and what was told of it. */
struct pair {
	struct tls_options options;
	struct tls_context *context;
	struct tls_session *server;
	SSL_CTX *client_context;
	SSL *client;
	struct tls_hello hello;
	struct {
		enum tls_message message;
		unsigned first;
	} sent[MESSAGES_MAX];
	unsigned n_sent;
	uint8_t types[MESSAGES_MAX]; /* of the records that came, from 1 */
	unsigned records;
	int alert_in, alert_out;
};

static inline void
on_sent(void *self, enum tls_message message, unsigned first)
{
	struct pair *pair = self;

	if (pair->n_sent < MESSAGES_MAX) {
		pair->sent[pair->n_sent].message = message;
		pair->sent[pair->n_sent++].first = first;
	}
}

static inline void
on_hello(void *self, const struct tls_hello *hello)
{
	((struct pair *)self)->hello = *hello;
}

static inline void
on_alert(void *self, bool incoming, int level, int description)
{
	(void)level;
	struct pair *pair = self;

	*(incoming ? &pair->alert_in : &pair->alert_out) = description;
}

static inline void
on_key(void *self, const char *line)
{
	(void)self;
	(void)line;
}

static const struct pki_identity *
identity_of(const char *kind)
{
	return kind[0] == 'r' ? &rsa : &ec;
}

static inline int
allow_all(const SSL *ssl, const SSL_CTX *ctx, int op, int bits, int nid,
	void *other, void *arg)
{
	(void)ssl;
	(void)ctx;
	(void)op;
	(void)bits;
	(void)nid;
	(void)other;
	(void)arg;
	return 1;
}

static inline void
pair_open(struct pair *pair, const struct tls_options *options,
	const char *kind, int client_max)
{
	const struct tls_watch watch = {
		pair, on_sent, on_hello, on_alert, on_key};
	const struct pki_identity *identity = identity_of(kind);
	struct err err = {0};

	*pair = (struct pair){
		.options = *options, .alert_in = -1, .alert_out = -1};
	pair->context = tls_context_new(&pair->options, identity->leaf,
		identity->chain, identity->key, &err);
	if (pair->context == NULL)
		fail_msg("%s", err.text);
	pair->server = tls_session_new(pair->context, &watch, &err);
	assert_non_null(pair->server);
	pair->client_context = SSL_CTX_new(TLS_client_method());
	assert_non_null(pair->client_context);
	SSL_CTX_set_security_callback(pair->client_context, allow_all);
	(void)SSL_CTX_set_cipher_list(pair->client_context, "ALL:@SECLEVEL=0");
	(void)SSL_CTX_set_max_proto_version(pair->client_context, client_max);
	pair->client = SSL_new(pair->client_context);
	SSL_set_bio(pair->client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(pair->client);
}

static inline void
pair_close(struct pair *pair)
{
	SSL_free(pair->client);
	SSL_CTX_free(pair->client_context);
	tls_session_free(pair->server);
	tls_context_free(pair->context);
}

/* The types of the records in what the server sent. */
static inline void
note_records(struct pair *pair, struct span raw)
{
	while (raw.n >= 5 && pair->records + 1 < MESSAGES_MAX) {
		pair->types[++pair->records] = raw.p[0];
		raw = span_cut(
			raw, 5 + ((size_t)raw.p[3] << 8 | raw.p[4]), raw.n);
	}
}

/* What either side has to say goes to the other one. */
static inline enum tls_state
carry(struct pair *pair)
{
	uint8_t room[16384];
	struct buf raw, plain;
	struct err err;
	enum tls_state state;
	int n;

	buf_init(&raw, RAW_MAX);
	buf_init(&plain, RAW_MAX);
	while ((n = BIO_read(SSL_get_wbio(pair->client), room, sizeof(room))) >
		0)
		assert_int_equal(
			tls_feed(pair->server, span_of(room, (size_t)n)), 0);
	state = tls_advance(pair->server, &plain, &err);
	assert_int_equal(tls_take(pair->server, &raw), 0);
	note_records(pair, buf_span(&raw));
	if (raw.n > 0)
		(void)BIO_write(SSL_get_rbio(pair->client), raw.p, (int)raw.n);
	buf_fini(&raw);
	buf_fini(&plain);
	return state;
}

/* Shakes hands; true when both sides are content. */
static inline bool
shake(struct pair *pair)
{
	enum tls_state state = TLS_HANDSHAKING;
	int done = 0;

	for (int round = 0; round < 5; round++) {
		done = SSL_do_handshake(pair->client);
		state = carry(pair);
	}
	return done == 1 && state == TLS_UP;
}

static inline unsigned
first_of(const struct pair *pair, enum tls_message message)
{
	for (unsigned i = 0; i < pair->n_sent; i++)
		if (pair->sent[i].message == message)
			return pair->sent[i].first;
	return 0;
}

static inline int
forge(const char *textz, struct pki_identity *identity)
{
	json_t *recipe = json_loads(textz, 0, NULL);
	int result = pki_identity_forge(world, recipe, HOST, identity, NULL);

	json_decref(recipe);
	return result;
}

static inline int
up(void **state)
{
	(void)state;
	world = pki_world_new(NULL);
	return world == NULL || forge("{\"verdict\": \"accept\"}", &ec) != 0 ||
	       forge("{\"verdict\": \"accept\", \"leaf\": {\"key\": "
		     "\"rsa-2048\", \"key_usage\": [\"digital-signature\", "
		     "\"key-encipherment\"]}}",
		       &rsa) != 0;
}

static inline int
down(void **state)
{
	(void)state;
	pki_identity_fini(&ec);
	pki_identity_fini(&rsa);
	pki_world_free(world);
	return 0;
}

static inline bool
has(const uint16_t *list, unsigned n, uint16_t number)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i] == number)
			return true;
	return false;
}

#endif
