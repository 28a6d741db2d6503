/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forgecert [--key] [--repeat N] HOST < recipe.json
 *
 * Prints what a server with this recipe would show, as PEM, and in front of
 * it what OpenSSL's strict verifier thinks and whether it can be served.
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pki/forge.h"

#define ERRORS_MAX 16
#define REPEAT_MAX 100000
#define LEVEL 2 /* what Debian demands: 112 bits, no SHA-1 */

struct options {
	const char *hostz;
	bool key;
	long repeat;
};

/* Each thing that the verifier minded, once, in its order. */
struct complaints {
	int code[ERRORS_MAX];
	size_t n;
};

static int
complaint_note(int ok, X509_STORE_CTX *context)
{
	struct complaints *seen = X509_STORE_CTX_get_app_data(context);
	int code = X509_STORE_CTX_get_error(context);

	if (ok)
		return 1;
	for (size_t i = 0; i < seen->n; i++)
		if (seen->code[i] == code)
			return 1;
	if (seen->n < ERRORS_MAX)
		seen->code[seen->n++] = code;
	return 1; /* go on: a recipe must be wrong in one way only */
}

static void
complaints_print(const struct complaints *seen)
{
	printf("verify: ");
	for (size_t i = 0; i < seen->n; i++)
		printf("%s%s", i > 0 ? "; " : "",
			X509_verify_cert_error_string(seen->code[i]));
	printf("%s\n", seen->n == 0 ? "ok" : "");
}

static int
identity_verify(const struct pki_world *world,
	const struct pki_identity *identity, const char *hostz)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	struct complaints seen = {.n = 0};
	X509_VERIFY_PARAM *param;
	int result = -1;

	if (store == NULL || context == NULL ||
		X509_STORE_add_cert(store, pki_world_root(world)) != 1 ||
		X509_STORE_CTX_init(
			context, store, identity->leaf, identity->chain) != 1)
		goto out;
	X509_STORE_CTX_set_app_data(context, &seen);
	X509_STORE_CTX_set_verify_cb(context, complaint_note);
	param = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
	X509_VERIFY_PARAM_set_auth_level(param, LEVEL);
	X509_VERIFY_PARAM_set_hostflags(
		param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, hostz) != 1 &&
		X509_VERIFY_PARAM_set1_host(param, hostz, 0) != 1)
		goto out;
	if (X509_verify_cert(context) < 0 && seen.n == 0)
		goto out;
	complaints_print(&seen);
	result = 0;
out:
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	return result;
}

static SSL *
side_make(const struct pki_identity *identity, BIO *bio)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	SSL *ssl = NULL;

	if (context == NULL)
		return NULL;
	SSL_CTX_set_security_level(context, 0);
	if (identity == NULL ||
		(SSL_CTX_use_certificate(context, identity->leaf) == 1 &&
			SSL_CTX_use_PrivateKey(context, identity->key) == 1 &&
			SSL_CTX_set1_chain(context, identity->chain) == 1))
		ssl = SSL_new(context);
	SSL_CTX_free(context);
	if (ssl == NULL)
		return NULL;
	if (BIO_up_ref(bio) != 1)
		abort();
	SSL_set_bio(ssl, bio, bio);
	return ssl;
}

/* Can a server show it, and does all of it arrive? */
static bool
identity_serve(const struct pki_identity *identity)
{
	SSL *client = NULL, *server = NULL;
	BIO *here = NULL, *there = NULL;
	bool arrived = false;
	X509 *got = NULL;

	if (BIO_new_bio_pair(&here, 0, &there, 0) == 1) {
		client = side_make(NULL, here);
		server = side_make(identity, there);
	}
	if (client != NULL && server != NULL) {
		SSL_set_connect_state(client);
		SSL_set_accept_state(server);
		for (int i = 0; i < 64 && !SSL_is_init_finished(client); i++) {
			(void)SSL_do_handshake(client);
			(void)SSL_do_handshake(server);
		}
		got = SSL_get0_peer_certificate(client);
		arrived = got != NULL && X509_cmp(got, identity->leaf) == 0 &&
			  sk_X509_num(SSL_get_peer_cert_chain(client)) ==
				  1 + sk_X509_num(identity->chain);
	}
	SSL_free(client);
	SSL_free(server);
	BIO_free(here);
	BIO_free(there);
	return arrived;
}

static void
identity_print(const struct pki_world *world,
	const struct pki_identity *identity, bool key)
{
	printf("# leaf\n");
	PEM_write_X509(stdout, identity->leaf);
	for (int i = 0; i < sk_X509_num(identity->chain); i++) {
		printf("# sent behind it: %d\n", i + 1);
		PEM_write_X509(stdout, sk_X509_value(identity->chain, i));
	}
	printf("# trusted root, not sent unless above\n");
	PEM_write_X509(stdout, pki_world_root(world));
	if (key)
		PEM_write_PrivateKey(
			stdout, identity->key, NULL, NULL, 0, NULL, NULL);
}

/* Milliseconds for one identity, the mean of n. */
static int
forge_measure(struct pki_world *world, const json_t *recipe,
	const struct options *options, struct err *err)
{
	struct pki_identity identity;
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (long i = 0; i < options->repeat; i++) {
		if (pki_identity_forge(
			    world, recipe, options->hostz, &identity, err) != 0)
			return -1;
		pki_identity_fini(&identity);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("milliseconds: %.3f\n",
		((double)(to.tv_sec - from.tv_sec) * 1e3 +
			(double)(to.tv_nsec - from.tv_nsec) / 1e6) /
			(double)options->repeat);
	return 0;
}

static int
recipe_run(struct pki_world *world, const json_t *recipe,
	const struct options *options, struct err *err)
{
	struct pki_identity identity;
	int result;

	if (options->repeat > 0 &&
		forge_measure(world, recipe, options, err) != 0)
		return -1;
	if (pki_identity_forge(world, recipe, options->hostz, &identity, err) !=
		0)
		return -1;
	printf("acceptable: %s\n", identity.acceptable ? "yes" : "no");
	result = identity_verify(world, &identity, options->hostz);
	if (result != 0)
		(void)err_set(err, ERR_TLS, "OpenSSL cannot verify");
	printf("served: %s\n", identity_serve(&identity) ? "yes" : "no");
	identity_print(world, &identity, options->key);
	pki_identity_fini(&identity);
	return result;
}

static int
options_read(char **argv, struct options *options_r)
{
	char *end;

	*options_r = (struct options){.hostz = NULL};
	for (argv++; *argv != NULL; argv++) {
		if (strcmp(*argv, "--key") == 0) {
			options_r->key = true;
		} else if (strcmp(*argv, "--repeat") == 0 && argv[1] != NULL) {
			options_r->repeat = strtol(*++argv, &end, 10);
			if (*end != '\0' || options_r->repeat < 1 ||
				options_r->repeat > REPEAT_MAX)
				return -1;
		} else if (options_r->hostz == NULL && **argv != '-') {
			options_r->hostz = *argv;
		} else {
			return -1;
		}
	}
	return options_r->hostz != NULL ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct err err = {.class = ERR_NONE};
	struct options options;
	json_error_t where;
	struct pki_world *world;
	json_t *recipe;
	int result = -1;

	(void)argc;
	if (options_read(argv, &options) != 0) {
		fprintf(stderr, "usage: forgecert [--key] [--repeat N] HOST "
				"< recipe.json\n");
		return 2;
	}
	recipe = json_loadf(stdin, JSON_REJECT_DUPLICATES, &where);
	if (recipe == NULL) {
		fprintf(stderr, "forgecert: line %d: %s\n", where.line,
			where.text);
		return 2;
	}
	world = pki_world_new(&err);
	if (world != NULL)
		result = recipe_run(world, recipe, &options, &err);
	if (result != 0)
		fprintf(stderr, "forgecert: %s\n", err.text);
	pki_world_free(world);
	json_decref(recipe);
	if (result == 0)
		return 0;
	return err.class == ERR_PLAN ? 2 : 3;
}
