/* SPDX-License-Identifier: Apache-2.0 */
/* TLS over memory BIOs, against OpenSSL's own client. */
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

static void
on_sent(void *self, enum tls_message message, unsigned first)
{
	struct pair *pair = self;

	if (pair->n_sent < MESSAGES_MAX) {
		pair->sent[pair->n_sent].message = message;
		pair->sent[pair->n_sent++].first = first;
	}
}

static void
on_hello(void *self, const struct tls_hello *hello)
{
	((struct pair *)self)->hello = *hello;
}

static void
on_alert(void *self, bool incoming, int level, int description)
{
	(void)level;
	struct pair *pair = self;

	*(incoming ? &pair->alert_in : &pair->alert_out) = description;
}

static void
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

static int
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

static void
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

static void
pair_close(struct pair *pair)
{
	SSL_free(pair->client);
	SSL_CTX_free(pair->client_context);
	tls_session_free(pair->server);
	tls_context_free(pair->context);
}

/* The types of the records in what the server sent. */
static void
note_records(struct pair *pair, struct span raw)
{
	while (raw.n >= 5 && pair->records + 1 < MESSAGES_MAX) {
		pair->types[++pair->records] = raw.p[0];
		raw = span_cut(
			raw, 5 + ((size_t)raw.p[3] << 8 | raw.p[4]), raw.n);
	}
}

/* What either side has to say goes to the other one. */
static enum tls_state
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
static bool
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

static unsigned
first_of(const struct pair *pair, enum tls_message message)
{
	for (unsigned i = 0; i < pair->n_sent; i++)
		if (pair->sent[i].message == message)
			return pair->sent[i].first;
	return 0;
}

/*
 * Which record carries what differs with the version, and with what the client
 * makes the server do: that is why faults name messages.
 */
static void
messages_are_told_with_their_records(void **state)
{
	static const struct {
		const char *name;
		struct tls_options options;
		int client_max;
		unsigned first[TLS_APPLICATION + 1];
	} rows[] = {
		{"TLS 1.3", {0}, 0, {0, 1, 4, 5, 6, 7, 8}},
		{"TLS 1.3 after a retry", {.groupsz = "P-521"}, 0,
			{0, 1, 5, 6, 7, 8, 9}},
		{"TLS 1.3, asking for a certificate",
			{.request_certificate = true}, 0,
			{0, 1, 5, 6, 7, 8, 9}},
		{"TLS 1.2", {0}, TLS1_2_VERSION, {0, 1, 2, 3, 7, 5, 8}},
		{"TLS 1.2, without signature", {.ciphersz = "kRSA"},
			TLS1_2_VERSION, {0, 1, 2, 0, 6, 4, 7}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair pair = {.alert_in = -1};

		pair_open(&pair, &rows[i].options, "rsa", rows[i].client_max);
		if (rows[i].options.groupsz != NULL)
			assert_int_equal(SSL_set1_groups_list(
						 pair.client, "P-256:P-521"),
				1);
		if (!shake(&pair))
			fail_msg("%s: no handshake", rows[i].name);
		assert_int_equal(tls_send(pair.server, span_z("hello")), 0);
		(void)carry(&pair);
		for (int m = TLS_SERVER_HELLO; m <= TLS_APPLICATION; m++) {
			unsigned first = first_of(&pair, (enum tls_message)m);

			if (first != rows[i].first[m])
				fail_msg("%s: message %d is in record %u",
					rows[i].name, m, first);
			assert_true(first <= pair.records);
		}
		pair_close(&pair);
	}
}

/* RFC 8446 4.1.3: the last eight bytes of the server's random. */
static void
a_downgrade_is_marked_and_goes_through(void **state)
{
	struct tls_options options = {.downgrade = true};
	uint8_t random[SSL3_RANDOM_SIZE];
	struct pair pair = {.alert_in = -1};

	(void)state;
	/* OpenSSL's client looks: it must not go on. */
	pair_open(&pair, &options, "ec", 0);
	assert_false(shake(&pair));
	assert_int_equal(pair.alert_in, SSL_AD_ILLEGAL_PARAMETER);
	pair_close(&pair);
	/* Nothing but the mark stops it: one that does not look ends well. */
	pair_open(&pair, &options, "ec", 0);
	(void)SSL_do_handshake(pair.client);
	assert_int_equal(
		SSL_set_max_proto_version(pair.client, TLS1_2_VERSION), 1);
	assert_true(shake(&pair));
	pair_close(&pair);
	/* One that could not do better is not warned, and ends well. */
	pair_open(&pair, &options, "ec", TLS1_2_VERSION);
	assert_true(shake(&pair));
	assert_int_equal(
		SSL_get_server_random(pair.client, random, sizeof(random)),
		sizeof(random));
	assert_memory_equal(random + 24, "DOWNGRD\x01", 8);
	pair_close(&pair);
}

static void
small_groups_are_used(void **state)
{
	static const int bits[] = {512, 768, 1024};

	(void)state;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		struct tls_options options = {.max_version = TLS1_2_VERSION,
			.ciphersz = "kDHE:!aNULL:@SECLEVEL=0",
			.dh_bits = bits[i]};
		EVP_PKEY *key = NULL;
		struct pair pair = {.alert_in = -1};

		pair_open(&pair, &options, "rsa", 0);
		assert_true(shake(&pair));
		assert_int_equal(SSL_get_peer_tmp_key(pair.client, &key), 1);
		assert_int_equal(EVP_PKEY_get_bits(key), bits[i]);
		EVP_PKEY_free(key);
		pair_close(&pair);
	}
}

static void
a_signature_of_the_handshake_can_be_weak(void **state)
{
	struct tls_options options = {
		.max_version = TLS1_2_VERSION, .signaturesz = "ECDSA+SHA1"};
	int nid = 0;
	struct pair pair = {.alert_in = -1};

	(void)state;
	pair_open(&pair, &options, "ec", 0);
	assert_true(shake(&pair));
	assert_int_equal(SSL_get_peer_signature_nid(pair.client, &nid), 1);
	assert_int_equal(nid, NID_sha1);
	pair_close(&pair);
}

static void
an_established_session_ends_with_an_alert(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct tls_options options = {0};
		char room[16];
		struct pair pair = {.alert_in = -1};

		pair_open(&pair, &options, "ec", versions[i]);
		assert_int_equal(tls_abort(pair.server), -1);
		assert_true(shake(&pair));
		assert_int_equal(tls_abort(pair.server), 0);
		assert_int_equal(pair.alert_out, SSL_AD_BAD_RECORD_MAC);
		assert_int_equal(carry(&pair), TLS_FAILED);
		/* It is encrypted, or the client would find another fault. */
		assert_true(SSL_read(pair.client, room, sizeof(room)) <= 0);
		assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()),
			SSL_AD_REASON_OFFSET + SSL_AD_BAD_RECORD_MAC);
		ERR_clear_error();
		assert_int_equal(tls_abort(pair.server), -1);
		pair_close(&pair);
	}
}

/* The client's view of who the server is. */
static bool
shown(const struct pair *pair, const struct pki_identity *identity)
{
	X509 *leaf = SSL_get1_peer_certificate(pair->client);
	bool same = leaf != NULL && X509_cmp(leaf, identity->leaf) == 0;

	X509_free(leaf);
	return same;
}

/* A client that follows is shown the other identity, and resumes nothing. */
static void
a_new_handshake_shows_who_the_server_is(void **state)
{
	const struct tls_options options = {.max_version = TLS1_2_VERSION};
	struct tls_context *other;
	struct pair pair = {.alert_in = -1};
	struct err err;
	char room[16];

	(void)state;
	pair_open(&pair, &options, "ec", 0);
	other = tls_context_new(
		&pair.options, rsa.leaf, rsa.chain, rsa.key, &err);
	assert_non_null(other);
	assert_true(shake(&pair));
	assert_true(shown(&pair, &ec));
	assert_false(tls_renegotiates(pair.server));
	assert_int_equal(tls_renegotiate(pair.server, other), 0);
	assert_true(tls_renegotiates(pair.server));
	assert_false(tls_shakes_hands(pair.server));
	/* What it was about to hear comes before. */
	assert_int_equal(tls_send(pair.server, span_z("hello")), 0);
	(void)carry(&pair);
	assert_int_equal(SSL_read(pair.client, room, sizeof(room)), 5);
	(void)carry(&pair);
	assert_true(tls_shakes_hands(pair.server));
	assert_int_equal(tls_send(pair.server, span_z("not now")), -1);
	for (int round = 0; round < 3; round++) {
		(void)SSL_read(pair.client, room, sizeof(room));
		(void)carry(&pair);
	}
	assert_false(tls_renegotiates(pair.server));
	assert_true(shown(&pair, &rsa));
	tls_context_free(other);
	pair_close(&pair);
}

static void
who_declines_a_new_handshake_ends_the_session(void **state)
{
	const struct tls_options options = {.max_version = TLS1_2_VERSION};
	struct pair pair = {.alert_in = -1};
	char room[16];

	(void)state;
	pair_open(&pair, &options, "ec", 0);
	SSL_set_options(pair.client, SSL_OP_NO_RENEGOTIATION);
	assert_true(shake(&pair));
	assert_int_equal(tls_renegotiate(pair.server, NULL), 0);
	(void)carry(&pair);
	(void)SSL_read(pair.client, room, sizeof(room));
	assert_int_equal(carry(&pair), TLS_FAILED);
	assert_int_equal(pair.alert_in, SSL_AD_NO_RENEGOTIATION);
	assert_false(tls_shakes_hands(pair.server));
	pair_close(&pair);
}

/* TLS 1.3 has no such thing. */
static void
there_is_no_new_handshake_in_tls13(void **state)
{
	const struct tls_options options = {0};
	struct pair pair = {.alert_in = -1};

	(void)state;
	pair_open(&pair, &options, "ec", 0);
	assert_int_equal(tls_renegotiate(pair.server, NULL), -1);
	assert_true(shake(&pair));
	assert_int_equal(tls_renegotiate(pair.server, NULL), -1);
	pair_close(&pair);
}

static bool
has(const uint16_t *list, unsigned n, uint16_t number)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i] == number)
			return true;
	return false;
}

static void
a_hello_is_read(void **state)
{
	struct tls_options options = {0};
	const struct tls_hello *hello;
	struct pair pair = {.alert_in = -1};
	char room[32];

	(void)state;
	pair_open(&pair, &options, "ec", 0);
	assert_int_equal(SSL_set_tlsext_host_name(pair.client, HOST), 1);
	assert_int_equal(
		SSL_set1_sigalgs_list(pair.client, "ECDSA+SHA256:RSA+SHA1"), 1);
	assert_int_equal(SSL_set1_groups_list(pair.client, "P-256:P-192"), 1);
	(void)shake(&pair);
	hello = &pair.hello;
	assert_int_equal(hello->signatures, 2);
	assert_string_equal(tls_signature_name(hello->signature[1], room),
		"rsa_pkcs1_sha1");
	assert_true(has(hello->group, hello->groups, 0x0013));
	assert_string_equal(tls_group_name(0x0013, room), "secp192r1");
	assert_true(has(hello->extension, hello->extensions, 0));
	assert_true(has(hello->extension, hello->extensions, 23));
	assert_string_equal(
		tls_extension_name(23, room), "extended_master_secret");
	assert_string_equal(tls_extension_name(0xfefe, room), "0xfefe");
	assert_false(hello->compression);
	pair_close(&pair);
}

/* Asked or not, with a certificate and without, in both kinds of TLS. */
static void
a_certificate_of_the_client_is_noticed(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		const bool asked = (i & 1) != 0, has_one = (i & 2) != 0;
		const struct tls_options options = {
			.request_certificate = asked};
		struct pair pair = {.alert_in = -1};

		pair_open(&pair, &options, "ec",
			(i & 4) != 0 ? TLS1_2_VERSION : 0);
		if (has_one) {
			assert_int_equal(
				SSL_use_certificate(pair.client, rsa.leaf), 1);
			assert_int_equal(
				SSL_use_PrivateKey(pair.client, rsa.key), 1);
		}
		assert_true(shake(&pair));
		assert_int_equal(tls_session_facts(pair.server).certificate,
			asked && has_one);
		pair_close(&pair);
	}
}

/* A client that goes on without renegotiation_info ends well, and the record
 * of what it said is the truth. */
static void
renegotiation_info_is_not_acknowledged(void **state)
{
	struct tls_options options = {
		.no_renegotiation_info = true, .max_version = TLS1_2_VERSION};
	struct pair pair = {.alert_in = -1};

	(void)state;
	pair_open(&pair, &options, "ec", 0);
	assert_false(shake(&pair));
	assert_int_equal(pair.alert_in, SSL_AD_HANDSHAKE_FAILURE);
	pair_close(&pair);
	pair_open(&pair, &options, "ec", 0);
	SSL_set_options(pair.client, SSL_OP_LEGACY_SERVER_CONNECT);
	assert_true(shake(&pair));
	assert_int_equal(SSL_get_secure_renegotiation_support(pair.client), 0);
	assert_true(has(pair.hello.cipher, pair.hello.ciphers, 0x00ff));
	assert_false(has(pair.hello.cipher, pair.hello.ciphers, 0x7a7a));
	pair_close(&pair);
	options.no_renegotiation_info = false;
	pair_open(&pair, &options, "ec", 0);
	assert_true(shake(&pair));
	assert_int_equal(SSL_get_secure_renegotiation_support(pair.client), 1);
	pair_close(&pair);
}

/* The shortest ClientHello that says it both ways, and one that it is not in,
 * though these bytes are. */
static void
both_signals_of_a_hello_are_hidden(void **state)
{
	static const uint8_t begin[38] = {1, 0, 0, 63, 3, 3, 0x00, 0xff};
	static const uint8_t rest[] = {2, 0x00, 0xff,     /* session id */
		0, 6, 0xc0, 0x2b, 0x00, 0xff, 0xff, 0x01, /* suites */
		1, 0,                                     /* compression */
		0, 10, 0xff, 0x01, 0, 1, 0, 0, 23, 0, 0}; /* extensions */
	struct tls_hello hello = {
		.cipher = {0xc02b, 0x7a7a, 0xff01}, .ciphers = 3};
	uint8_t message[sizeof(begin) + sizeof(rest)], left[sizeof(message)];
	struct tls_hidden hidden;

	(void)state;
	memcpy(message, begin, sizeof(begin));
	memcpy(message + sizeof(begin), rest, sizeof(rest));
	memcpy(left, message, sizeof(message));
	hidden = tls_hello_hide(left, sizeof(left));
	assert_int_equal(hidden.suite, 1);
	assert_true(hidden.extension);
	memset(message + 38 + 7, 0x7a, 2);
	memset(message + 38 + 15, 0x7a, 2);
	assert_memory_equal(left, message, sizeof(message));
	tls_hello_unhide(hidden, &hello);
	assert_int_equal(hello.cipher[1], 0x00ff);
	assert_int_equal(hello.extension[0], 0xff01);
	hidden = tls_hello_hide(left, sizeof(left));
	assert_int_equal(hidden.suite, -1);
	assert_false(hidden.extension);
	/* Whatever it lacks, nothing behind its end is touched. */
	for (size_t n = 0; n < sizeof(message); n++) {
		uint8_t *part = malloc(n + 1);

		assert_non_null(part);
		memcpy(part, begin, n < sizeof(begin) ? n : sizeof(begin));
		if (n > sizeof(begin))
			memcpy(part + sizeof(begin), rest, n - sizeof(begin));
		part[n] = 0xff;
		(void)tls_hello_hide(part, n);
		assert_int_equal(part[n], 0xff);
		free(part);
	}
}

static int
forge(const char *textz, struct pki_identity *identity)
{
	json_t *recipe = json_loads(textz, 0, NULL);
	int result = pki_identity_forge(world, recipe, HOST, identity, NULL);

	json_decref(recipe);
	return result;
}

static int
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

static int
down(void **state)
{
	(void)state;
	pki_identity_fini(&ec);
	pki_identity_fini(&rsa);
	pki_world_free(world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_told_with_their_records),
		cmocka_unit_test(a_downgrade_is_marked_and_goes_through),
		cmocka_unit_test(small_groups_are_used),
		cmocka_unit_test(a_signature_of_the_handshake_can_be_weak),
		cmocka_unit_test(an_established_session_ends_with_an_alert),
		cmocka_unit_test(a_new_handshake_shows_who_the_server_is),
		cmocka_unit_test(who_declines_a_new_handshake_ends_the_session),
		cmocka_unit_test(there_is_no_new_handshake_in_tls13),
		cmocka_unit_test(a_hello_is_read),
		cmocka_unit_test(a_certificate_of_the_client_is_noticed),
		cmocka_unit_test(renegotiation_info_is_not_acknowledged),
		cmocka_unit_test(both_signals_of_a_hello_are_hidden),
	};

	return cmocka_run_group_tests(tests, up, down);
}
