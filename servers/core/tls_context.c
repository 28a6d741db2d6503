/* SPDX-License-Identifier: Apache-2.0 */
/* What a server is prepared to do in TLS, and as whom, for OpenSSL. */
#include "core/tls_context.h"
#include "core/tls_hello.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdlib.h>

#define STOCK 4 /* contexts: as many as most worlds need */

/* Of an extension that it does not know OpenSSL 3.0 tells nobody: these are
 * truncated_hmac (RFC 6066 7) and server_certificate_type (RFC 7250 3). */
static const unsigned unknown[] = {4, 20};

int
tls_error(struct err *err, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);

	ERR_clear_error();
	return err_set(err, ERR_TLS, "%s: %s", what,
		reason != NULL ? reason : "no reason given");
}

static int
on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_n,
	const unsigned char *in, unsigned in_n, void *arg)
{
	const struct tls_options *options = arg;
	struct span rest = span_of(in, in_n);

	(void)ssl;
	if (options->alpn_refuse)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	if (options->alpn_selectz != NULL) {
		*out = (const unsigned char *)options->alpn_selectz;
		*out_n = (unsigned char)strlen(options->alpn_selectz);
		return SSL_TLSEXT_ERR_OK;
	}
	while (rest.n > 1) {
		struct span name = span_cut(rest, 1, 1 + (size_t)rest.p[0]);

		for (unsigned i = 0; i < options->alpns; i++) {
			if (!span_eq(name, span_z(options->alpn[i])))
				continue;
			*out = name.p;
			*out_n = (unsigned char)name.n;
			return SSL_TLSEXT_ERR_OK;
		}
		rest = span_cut(rest, 1 + name.n, rest.n);
	}
	return SSL_TLSEXT_ERR_NOACK;
}

/* Even level 0 has a few things that OpenSSL will not do, like DHE with 512
 * bits: the world must be able to be as weak as asked. */
static int
on_security(const SSL *ssl, const SSL_CTX *ctx, int op, int bits, int nid,
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

static int
on_client_certificate(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1; /* whatever a client shows is taken: it is not on trial */
}

/* OpenSSL's macros want a text that they may write to. */
static int
context_list(struct tls_context *context, int command, const char *listz)
{
	char *list = strdup(listz);
	long ok =
		list != NULL ? SSL_CTX_ctrl(context->ctx, command, 0, list) : 0;

	free(list);
	return ok == 1 ? 0 : -1;
}

static int
context_suites(struct tls_context *context, struct err *err)
{
	const struct tls_options *o = context->options;

	/* Security level 0: the world must be able to be as weak as asked. */
	if (SSL_CTX_set_cipher_list(context->ctx,
		    o->ciphersz != NULL ? o->ciphersz
					: "DEFAULT:@SECLEVEL=0") != 1)
		return tls_error(err, "ciphers");
	if (o->suitesz != NULL &&
		SSL_CTX_set_ciphersuites(context->ctx, o->suitesz) != 1)
		return tls_error(err, "suites");
	if (o->signaturesz != NULL &&
		context_list(context, SSL_CTRL_SET_SIGALGS_LIST,
			o->signaturesz) != 0)
		return tls_error(err, "signatures");
	if (o->groupsz != NULL &&
		context_list(context, SSL_CTRL_SET_GROUPS_LIST, o->groupsz) !=
			0)
		return tls_error(err, "groups");
	return 0;
}

static int
context_versions(struct tls_context *context, struct err *err)
{
	const struct tls_options *o = context->options;
	int min = o->min_version != 0 ? o->min_version : TLS1_2_VERSION;
	int max = o->max_version != 0 ? o->max_version : TLS1_3_VERSION;

	if (SSL_CTX_set_min_proto_version(context->ctx, min) != 1 ||
		SSL_CTX_set_max_proto_version(context->ctx, max) != 1)
		return tls_error(err, "versions");
	return 0;
}

static int
context_identity(struct tls_context *context, X509 *leaf,
	STACK_OF(X509) * chain, EVP_PKEY *key, struct err *err)
{
	if (leaf == NULL)
		return 0;
	if (SSL_CTX_use_certificate(context->ctx, leaf) != 1 ||
		SSL_CTX_use_PrivateKey(context->ctx, key) != 1)
		return tls_error(err, "certificate");
	if (chain != NULL && SSL_CTX_set1_chain(context->ctx, chain) != 1)
		return tls_error(err, "chain");
	return 0;
}

/*
 * Tickets are good wherever this identity is shown, whatever else the fault
 * changes there, and nowhere else: an impostor resumes nobody's session.
 */
static int
context_tickets(struct tls_context *context, const X509 *leaf, struct err *err)
{
	static uint8_t seed[64 + 32]; /* ours, then the leaf's digest */
	static bool seeded;
	uint8_t keys[16 + 64]; /* a name; for HMAC, and for AES */

	if (leaf == NULL)
		return 0;
	if (!seeded && RAND_bytes(seed, 64) != 1)
		return tls_error(err, "tickets");
	seeded = true;
	if (X509_digest(leaf, EVP_sha256(), seed + 64, NULL) != 1 ||
		EVP_Digest(seed, sizeof(seed), keys + 16, NULL, EVP_sha512(),
			NULL) != 1)
		return tls_error(err, "tickets");
	memcpy(keys, seed + 64, 16);
	return SSL_CTX_set_tlsext_ticket_keys(
		       context->ctx, keys, sizeof(keys)) == 1
		       ? 0
		       : tls_error(err, "tickets");
}

static int
context_dh(struct tls_context *context, struct err *err)
{
	EVP_PKEY *group;

	if (context->options->dh_bits == 0) {
		(void)SSL_CTX_set_dh_auto(context->ctx, 1);
		return 0;
	}
	group = tls_small_dh(context->options->dh_bits);
	if (group == NULL ||
		SSL_CTX_set0_tmp_dh_pkey(context->ctx, group) != 1) {
		EVP_PKEY_free(group);
		return tls_error(err, "DH group");
	}
	return 0;
}

static void
context_callbacks(struct tls_context *context)
{
	SSL_CTX *ctx = context->ctx;
	union {
		const struct tls_options *options;
		void *arg;
	} u = {.options = context->options};

	tls_callbacks(ctx);
	if (context->options->alpns > 0 || context->options->alpn_refuse ||
		context->options->alpn_selectz != NULL)
		SSL_CTX_set_alpn_select_cb(ctx, on_alpn, u.arg);
	if (context->options->request_certificate)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, on_client_certificate);
	SSL_CTX_set_mode(ctx, SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
	/* Tickets off the table of two would only add noise to a trial; one
	 * lets a client resume. */
	SSL_CTX_set_num_tickets(ctx, 1);
	/* A new handshake is to show who the server is. */
	SSL_CTX_set_options(ctx, SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
	SSL_CTX_set_session_id_context(ctx, (const uint8_t *)"latchkey", 8);
}

static SSL_CTX *stock[STOCK];
static unsigned in_stock;

int
tls_context_stock(void)
{
	while (in_stock < STOCK) {
		stock[in_stock] = SSL_CTX_new(TLS_server_method());
		if (stock[in_stock] == NULL)
			return -1;
		in_stock++;
	}
	return 0;
}

struct tls_context *
tls_context_new(const struct tls_options *options, X509 *leaf,
	STACK_OF(X509) * chain, EVP_PKEY *key, struct err *err)
{
	struct tls_context *context = calloc(1, sizeof(*context));

	if (context == NULL)
		return NULL;
	context->options = options;
	context->ctx = in_stock > 0 ? stock[--in_stock]
				    : SSL_CTX_new(TLS_server_method());
	if (context->ctx == NULL) {
		(void)tls_error(err, "context");
		goto fail;
	}
	SSL_CTX_set_security_level(context->ctx, 0);
	SSL_CTX_set_security_callback(context->ctx, on_security);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		(void)SSL_CTX_add_custom_ext(context->ctx, unknown[i],
			SSL_EXT_CLIENT_HELLO, NULL, NULL, NULL, NULL, NULL);
	if (context_versions(context, err) != 0 ||
		context_suites(context, err) != 0 ||
		context_dh(context, err) != 0 ||
		context_identity(context, leaf, chain, key, err) != 0 ||
		context_tickets(context, leaf, err) != 0)
		goto fail;
	context_callbacks(context);
	return context;
fail:
	tls_context_free(context);
	return NULL;
}

void
tls_context_free(struct tls_context *context)
{
	if (context == NULL)
		return;
	SSL_CTX_free(context->ctx);
	free(context);
}
