/* SPDX-License-Identifier: Apache-2.0 */
/* The forge: what it makes, what it refuses, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pki/der.h"
#include "pki/forge.h"
#include "tests/pki_rows.h"

#define HOST "mail.example.test"
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct pki_world *world;

static int
world_up(void **state)
{
	(void)state;
	world = pki_world_new(NULL);
	return world != NULL ? 0 : -1;
}

static int
world_down(void **state)
{
	(void)state;
	pki_world_free(world);
	return 0;
}

static int
forge(const char *textz, const char *host, struct pki_identity *identity,
	struct err *err)
{
	json_t *recipe = json_loads(textz, 0, NULL);
	int result;

	if (recipe == NULL)
		fail_msg("the test's own JSON is wrong: %s", textz);
	result = pki_identity_forge(world, recipe, host, identity, err);
	json_decref(recipe);
	return result;
}

/* Make it or stop the test. */
static struct pki_identity
forged(const char *textz)
{
	struct err err = {.class = ERR_NONE};
	struct pki_identity identity;

	if (forge(textz, HOST, &identity, &err) != 0)
		fail_msg("%s: %s", textz, err.text);
	return identity;
}

/* Does the DER of the leaf hold these bytes? */
static bool
leaf_holds(const struct pki_identity *identity, struct span bytes)
{
	unsigned char *der = NULL;
	int n = i2d_X509(identity->leaf, &der);
	bool holds;

	assert_true(n > 0);
	holds = span_find(span_of(der, (size_t)n), 0, bytes) != SIZE_MAX;
	OPENSSL_free(der);
	return holds;
}

static void
good_identity_is_what_the_defaults_say(void **state)
{
	struct pki_identity identity = forged("{}");
	X509 *issuer = sk_X509_value(identity.chain, 0);
	int day = 0, second = 0;

	(void)state;
	assert_true(identity.acceptable);
	assert_int_equal(sk_X509_num(identity.chain), 1);
	assert_int_equal(X509_check_host(identity.leaf, HOST, 0, 0, NULL), 1);
	assert_int_equal(
		X509_check_private_key(identity.leaf, identity.key), 1);
	assert_int_equal(X509_get_version(identity.leaf), X509_VERSION_3);
	assert_int_equal(
		X509_get_signature_nid(identity.leaf), NID_ecdsa_with_SHA256);
	assert_int_equal(X509_check_issued(issuer, identity.leaf), X509_V_OK);
	assert_int_equal(
		X509_check_issued(pki_world_root(world), issuer), X509_V_OK);
	assert_int_equal(
		X509_get_key_usage(identity.leaf), X509v3_KU_DIGITAL_SIGNATURE);
	assert_int_equal(
		X509_get_extended_key_usage(identity.leaf), XKU_SSL_SERVER);
	assert_int_equal(X509_get_pathlen(issuer), 0);
	assert_int_equal(ASN1_TIME_diff(&day, &second, NULL,
				 X509_get0_notAfter(identity.leaf)),
		1);
	assert_true(day == 30 || (day == 29 && second > 86000));
	assert_int_equal(ASN1_TIME_diff(&day, &second,
				 X509_get0_notBefore(identity.leaf), NULL),
		1);
	assert_true(day == 1 && second < 400);
	pki_identity_fini(&identity);
}

static void
two_forgings_share_nothing(void **state)
{
	struct pki_identity a = forged("{}"), b = forged("{}");

	(void)state;
	assert_int_not_equal(EVP_PKEY_eq(a.key, b.key), 1);
	assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(a.leaf),
				     X509_get0_serialNumber(b.leaf)),
		0);
	pki_identity_fini(&a);
	pki_identity_fini(&b);
	pki_identity_fini(&a); /* empty by now */
}

static void
verdict_decides_what_is_acceptable(void **state)
{
	static const struct {
		const char *textz;
		bool acceptable;
	} rows[] = {
		{"{\"verdict\": \"accept\"}", true},
		{"{\"verdict\": \"either\"}", true},
		{"{\"verdict\": \"refuse\"}", false},
	};
	struct pki_identity identity;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		identity = forged(rows[i].textz);
		assert_int_equal(identity.acceptable, rows[i].acceptable);
		pki_identity_fini(&identity);
	}
}

static void
every_key_and_digest_signs(void **state)
{
	static const struct {
		const char *textz;
		int nid;
		int bits; /* of the leaf's key */
	} rows[] = {
		{"{\"leaf\": {\"key\": \"ec-p384\"}}", NID_ecdsa_with_SHA256,
			384},
		{"{\"leaf\": {\"key\": \"ec-p521\"}}", NID_ecdsa_with_SHA256,
			521},
		{"{\"leaf\": {\"key\": \"ec-p192\"}}", NID_ecdsa_with_SHA256,
			192},
		{"{\"leaf\": {\"key\": \"rsa-1024\"}}", NID_ecdsa_with_SHA256,
			1024},
		{"{\"leaf\": {\"key\": \"ed25519\"}}", NID_ecdsa_with_SHA256,
			256},
		{"{\"leaf\": {\"digest\": \"sha1\"}}", NID_ecdsa_with_SHA1,
			256},
		{"{\"leaf\": {\"digest\": \"sha512\"}}", NID_ecdsa_with_SHA512,
			256},
		{"{\"intermediate\": [{\"key\": \"rsa-1024\"}],"
		 " \"leaf\": {\"digest\": \"md5\"}}",
			NID_md5WithRSAEncryption, 256},
		{"{\"intermediate\": [{\"key\": \"rsa-1024\"}],"
		 " \"leaf\": {\"digest\": \"sha1\"}}",
			NID_sha1WithRSAEncryption, 256},
		{"{\"intermediate\": [{\"key\": \"ed25519\"}]}", NID_ED25519,
			256},
	};
	struct pki_identity identity;
	X509 *issuer;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		identity = forged(rows[i].textz);
		issuer = sk_X509_value(identity.chain, 0);
		if (X509_get_signature_nid(identity.leaf) != rows[i].nid ||
			EVP_PKEY_get_bits(identity.key) != rows[i].bits ||
			X509_verify(identity.leaf, X509_get0_pubkey(issuer)) !=
				1)
			fail_msg("%s", rows[i].textz);
		pki_identity_fini(&identity);
	}
}

static void
signatures_are_wrong_on_demand(void **state)
{
	static const char *const rows[] = {
		"{\"leaf\": {\"signature\": \"flipped\"}}",
		"{\"leaf\": {\"signature\": \"stranger\"}}",
		"{\"leaf\": {\"signature\": \"empty\"}}",
		"{\"leaf\": {\"inside_digest\": \"sha512\"}}",
		"{\"leaf\": {\"outside_digest\": \"sha512\"}}",
		("{\"intermediate\": [{\"key\": \"rsa-1024\"}],"
		 " \"leaf\": {\"signature\": \"stranger\"}}"),
	};
	struct pki_identity identity;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		identity = forged(rows[i]);
		if (X509_verify(identity.leaf,
			    X509_get0_pubkey(
				    sk_X509_value(identity.chain, 0))) == 1)
			fail_msg("%s", rows[i]);
		pki_identity_fini(&identity);
	}
}

/* Each text must come out as these bytes inside the leaf. */
static void
texts_become_bytes(void **state)
{
	struct pki_identity identity;

	(void)state;
	for (size_t i = 0; i < COUNT(pki_encodings); i++) {
		identity = forged(pki_encodings[i].textz);
		if (!leaf_holds(&identity, pki_encodings[i].bytes))
			fail_msg("%s", pki_encodings[i].textz);
		pki_identity_fini(&identity);
	}
}

static void
a_literal_host_becomes_an_address(void **state)
{
	struct pki_identity identity;

	(void)state;
	assert_int_equal(forge("{}", "127.0.0.1", &identity, NULL), 0);
	assert_int_equal(X509_check_ip_asc(identity.leaf, "127.0.0.1", 0), 1);
	assert_int_not_equal(X509_check_host(identity.leaf, "127.0.0.1", 0,
				     X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL),
		1);
	pki_identity_fini(&identity);
	assert_int_equal(forge("{}", "::1", &identity, NULL), 0);
	assert_int_equal(X509_check_ip_asc(identity.leaf, "::1", 0), 1);
	pki_identity_fini(&identity);
}

/* Wrong in one place: the message names the place and what is right. */
static void
wrong_recipes_are_named(void **state)
{
	struct pki_identity identity;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(pki_mistakes); i++) {
		err = (struct err){.class = ERR_NONE};
		if (forge(pki_mistakes[i].textz, HOST, &identity, &err) != -1 ||
			err.class != ERR_PLAN ||
			strstr(err.text, pki_mistakes[i].where) == NULL ||
			strstr(err.text, pki_mistakes[i].right) == NULL)
			fail_msg("%s: class %d, %s", pki_mistakes[i].textz,
				err.class, err.text);
		assert_null(identity.leaf);
		pki_identity_fini(&identity);
	}
}

static void
hosts_that_are_none_are_refused(void **state)
{
	struct pki_identity identity;
	char longz[300];
	struct err err;

	(void)state;
	memset(longz, 'a', sizeof(longz) - 1);
	longz[sizeof(longz) - 1] = '\0';
	assert_int_equal(forge("{}", "", &identity, &err), -1);
	assert_int_equal(err.class, ERR_PLAN);
	assert_int_equal(forge("{}", longz, &identity, &err), -1);
	assert_int_equal(forge("{}", ".a", &identity, &err), -1);
	assert_int_equal(forge("{\"leaf\": {\"san\": [\"dns:{domain}\"]}}",
				 "localhost", &identity, &err),
		-1);
	assert_non_null(strstr(err.text, "localhost"));
}

/* Any value in any place gives an identity or an error, never a crash. */
static void
every_type_in_every_place_is_survived(void **state)
{
	static const char *const keys[] = {"subject", "issuer", "san",
		"not_before", "not_after", "key", "digest", "inside_digest",
		"outside_digest", "signature", "serial", "version",
		"basic_constraints", "key_usage", "eku", "name_constraints",
		"policies", "subject_key_id", "authority_key_id", "critical",
		"extra", "repeat", "patch"};
	static const char *const values[] = {"null", "true", "false", "0", "-1",
		"4611686018427387904", "1.5", "\"\"", "\"{\"", "\"}\"", "\"a\"",
		"\":=\"", "[]", "[\"\"]", "[\":\"]", "[\"=\"]", "[null]",
		"[{}]", "[[]]", "{}", "{\"\": 1}"};
	struct pki_identity identity;
	char textz[200];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		for (size_t j = 0; j < COUNT(values); j++) {
			(void)snprintf(textz, sizeof(textz),
				"{\"leaf\": {\"%s\": %s}}", keys[i], values[j]);
			err = (struct err){.class = ERR_NONE};
			if (forge(textz, HOST, &identity, &err) != 0 &&
				(err.class != ERR_PLAN ||
					strstr(err.text, "leaf") == NULL))
				fail_msg("%s: %s", textz, err.text);
			pki_identity_fini(&identity);
		}
}

static void
a_huge_name_reaches_the_cap(void **state)
{
	json_t *recipe = json_object(), *san = json_array();
	char *name = malloc(DER_CAP + 16);
	struct pki_identity identity;
	struct err err = {.class = ERR_NONE};

	(void)state;
	assert_non_null(name);
	memset(name, 'a', DER_CAP + 15);
	memcpy(name, "dns:", 4);
	name[DER_CAP + 15] = '\0';
	json_array_append_new(san, json_string(name));
	json_object_set_new(recipe, "leaf", json_pack("{s:o}", "san", san));
	assert_int_equal(
		pki_identity_forge(world, recipe, HOST, &identity, &err), -1);
	json_array_clear(san);
	name[DER_CAP - 100] = '\0'; /* fits a text, not a certificate */
	json_array_append_new(san, json_string(name));
	assert_int_equal(
		pki_identity_forge(world, recipe, HOST, &identity, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	json_decref(recipe);
	free(name);
}

static void
der_lengths_are_minimal(void **state)
{
	static const struct {
		size_t n;
		struct span head;
	} rows[] = {
		{0, {(const uint8_t *)"\x04\x00", 2}},
		{127, {(const uint8_t *)"\x04\x7f", 2}},
		{128, {(const uint8_t *)"\x04\x81\x80", 3}},
		{255, {(const uint8_t *)"\x04\x81\xff", 3}},
		{256, {(const uint8_t *)"\x04\x82\x01\x00", 4}},
		{65536, {(const uint8_t *)"\x04\x83\x01\x00\x00", 5}},
	};
	uint8_t *content = calloc(1, 65536);
	struct der d;

	(void)state;
	assert_non_null(content);
	content[0] = 0xaa;
	for (size_t i = 0; i < COUNT(rows); i++) {
		der_init(&d);
		der_put(&d, DER_OCTETS, span_of(content, rows[i].n));
		assert_false(d.failed);
		assert_int_equal(d.buf.n, rows[i].head.n + rows[i].n);
		assert_true(span_has_prefix(der_span(&d), rows[i].head));
		assert_true(rows[i].n == 0 || d.buf.p[rows[i].head.n] == 0xaa);
		der_fini(&d);
	}
	free(content);
}

static void
the_root_is_installed_under_both_names(void **state)
{
	char folder[] = P_tmpdir "/test_pki.XXXXXX", bundle[64], hashed[96];
	struct err err;
	FILE *file;
	X509 *x509;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(bundle, sizeof(bundle), "%s/bundle.pem", folder);
	(void)snprintf(hashed, sizeof(hashed), "%s/%08lx.0", folder,
		X509_subject_name_hash(pki_world_root(world)));
	assert_int_equal(pki_world_install(world, bundle, folder, &err), 0);
	for (int i = 0; i < 2; i++) {
		file = fopen(i == 0 ? bundle : hashed, "re");
		assert_non_null(file);
		x509 = PEM_read_X509(file, NULL, NULL, NULL);
		fclose(file);
		assert_int_equal(X509_cmp(x509, pki_world_root(world)), 0);
		X509_free(x509);
	}
	assert_int_equal(unlink(hashed), 0);
	assert_int_equal(unlink(bundle), 0);
	assert_int_equal(pki_world_install(world, bundle, NULL, &err), 0);
	assert_int_equal(access(hashed, F_OK), -1);
	assert_int_equal(unlink(bundle), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(pki_world_install(world, bundle, NULL, &err), -1);
	assert_int_equal(err.class, ERR_IO);
}

static void
what_a_machine_trusts_is_never_overwritten(void **state)
{
	char bundle[] = P_tmpdir "/test_pki.XXXXXX", c;
	int fd = mkstemp(bundle);
	struct err err;

	(void)state;
	assert_int_equal(write(fd, "!", 1), 1);
	assert_int_equal(pki_world_install(world, bundle, NULL, &err), -1);
	assert_int_equal(err.class, ERR_IO);
	assert_non_null(strstr(err.text, "it is there"));
	assert_int_equal(pread(fd, &c, 1, 0), 1);
	assert_int_equal(c, '!');
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(bundle), 0);
}

static void
a_root_is_kept_from_world_to_world(void **state)
{
	char path[] = P_tmpdir "/test_pki.XXXXXX";
	struct pki_world *one = pki_world_new(NULL), *two = pki_world_new(NULL);
	int fd = mkstemp(path);
	struct err err;
	X509 *before;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pki_world_keep(one, path, &err), 0);
	assert_int_not_equal(
		X509_cmp(pki_world_root(one), pki_world_root(two)), 0);
	assert_int_equal(pki_world_keep(two, path, &err), 0);
	assert_int_equal(X509_cmp(pki_world_root(one), pki_world_root(two)), 0);
	before = pki_world_root(two);
	assert_int_equal(ftruncate(fd, 300), 0);
	assert_int_equal(pki_world_keep(two, path, &err), -1);
	assert_int_equal(err.class, ERR_IO);
	assert_ptr_equal(pki_world_root(two), before);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(pki_world_keep(two, P_tmpdir, &err), -1);
	pki_world_free(one);
	pki_world_free(two);
}

/* The first leaf takes it, if it is of its kind; nothing else does. */
static void
a_spare_key_serves_one_rsa_leaf(void **state)
{
	/* Another kind, another size, the one, and then there is no more. */
	static const char *const textz[] = {"{}",
		"{\"leaf\": {\"key\": \"rsa-2048\"}}",
		"{\"leaf\": {\"key\": \"rsa-1024\"}}",
		"{\"leaf\": {\"key\": \"rsa-1024\"}}"};
	char path[] = P_tmpdir "/test_pki.XXXXXX";
	struct pki_identity identity;
	EVP_PKEY *key = EVP_RSA_gen(1024);
	FILE *file = fdopen(mkstemp(path), "w");
	struct err err;

	(void)state;
	assert_non_null(file);
	assert_int_equal(pki_world_spare(world, path, &err), -1);
	assert_int_equal(err.class, ERR_IO);
	assert_int_equal(
		PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(pki_world_spare(world, path, &err), 0);
	for (int i = 0; i < 4; i++) {
		identity = forged(textz[i]);
		assert_int_equal(EVP_PKEY_eq(identity.key, key) == 1, i == 2);
		pki_identity_fini(&identity);
	}
	assert_int_equal(pki_world_spare(world, path, &err), 0);
	EVP_PKEY_free(key);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(pki_world_spare(world, path, &err), -1);
}

/* The root's name and key under another signature, and its end. */
static void
a_root_is_cross_signed(void **state)
{
	static const struct {
		const char *textz;
		int over; /* in a minute from now: -1 expired, 1 not */
	} rows[] = {
		{"{\"send\": [\"intermediates\", \"cross\"]}", 1},
		{"{\"send\": [\"intermediates\", \"cross-expired\"]}", -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pki_identity identity = forged(rows[i].textz);
		X509 *root = pki_world_root(world), *cross;

		assert_int_equal(sk_X509_num(identity.chain), 2);
		cross = sk_X509_value(identity.chain, 1);
		assert_int_equal(X509_NAME_cmp(X509_get_subject_name(cross),
					 X509_get_subject_name(root)),
			0);
		assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(cross),
					 X509_get0_pubkey(root)),
			1);
		assert_int_not_equal(X509_check_issued(root, cross), X509_V_OK);
		assert_int_equal(
			X509_cmp_current_time(X509_get0_notAfter(cross)),
			rows[i].over);
		pki_identity_fini(&identity);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_identity_is_what_the_defaults_say),
		cmocka_unit_test(two_forgings_share_nothing),
		cmocka_unit_test(verdict_decides_what_is_acceptable),
		cmocka_unit_test(every_key_and_digest_signs),
		cmocka_unit_test(signatures_are_wrong_on_demand),
		cmocka_unit_test(texts_become_bytes),
		cmocka_unit_test(a_literal_host_becomes_an_address),
		cmocka_unit_test(wrong_recipes_are_named),
		cmocka_unit_test(hosts_that_are_none_are_refused),
		cmocka_unit_test(every_type_in_every_place_is_survived),
		cmocka_unit_test(a_huge_name_reaches_the_cap),
		cmocka_unit_test(der_lengths_are_minimal),
		cmocka_unit_test(the_root_is_installed_under_both_names),
		cmocka_unit_test(what_a_machine_trusts_is_never_overwritten),
		cmocka_unit_test(a_root_is_kept_from_world_to_world),
		cmocka_unit_test(a_spare_key_serves_one_rsa_leaf),
		cmocka_unit_test(a_root_is_cross_signed),
	};

	return cmocka_run_group_tests(tests, world_up, world_down);
}
