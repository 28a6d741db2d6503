/* SPDX-License-Identifier: Apache-2.0 */
/* A second handshake in a session, and what RFC 5746 says of it. */
#include "tests/tls_pair.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_handshake_shows_who_the_server_is),
		cmocka_unit_test(who_declines_a_new_handshake_ends_the_session),
		cmocka_unit_test(there_is_no_new_handshake_in_tls13),
		cmocka_unit_test(renegotiation_info_is_not_acknowledged),
		cmocka_unit_test(both_signals_of_a_hello_are_hidden),
	};

	return cmocka_run_group_tests(tests, up, down);
}
