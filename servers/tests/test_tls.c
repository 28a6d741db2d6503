/* SPDX-License-Identifier: Apache-2.0 */
/* TLS over memory BIOs, against OpenSSL's own client. */
#include "tests/tls_pair.h"

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
	assert_int_equal(hello->chains, 0); /* OpenSSL never has it */
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
		assert_int_equal(tls_session_shown(pair.server, rsa.leaf),
			asked && has_one);
		assert_false(tls_session_shown(pair.server, ec.leaf));
		pair_close(&pair);
	}
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
		cmocka_unit_test(a_hello_is_read),
		cmocka_unit_test(a_certificate_of_the_client_is_noticed),
	};

	return cmocka_run_group_tests(tests, up, down);
}
