/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL sessions whose wire is memory. */
#include "core/tls_context.h"
#include "core/tls_hello.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

struct tls_session {
	SSL *ssl;
	BIO *in, *out; /* owned by ssl */
	struct tls_context *context;
	struct tls_watch watch;
	unsigned records, told; /* made so far; those that were spoken of */
	struct tls_hidden hidden;
	bool failed;
};

static struct tls_session *
session_of(SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

static int
on_hello(SSL *ssl, int *alert, void *arg)
{
	struct tls_session *session = session_of(ssl);
	const struct tls_options *options = session->context->options;
	struct tls_hello hello;

	(void)arg;
	tls_hello_read(ssl, &hello);
	tls_hello_unhide(session->hidden, &hello);
	session->watch.hello(session->watch.self, &hello);
	if (options->hello_alert != 0) {
		*alert = options->hello_alert;
		return SSL_CLIENT_HELLO_ERROR;
	}
	if (options->sni_refuse) {
		*alert = SSL_AD_UNRECOGNIZED_NAME;
		return SSL_CLIENT_HELLO_ERROR;
	}
	if (options->downgrade)
		tls_hello_lower(ssl);
	return SSL_CLIENT_HELLO_SUCCESS;
}

static void
on_info(const SSL *ssl, int where, int value)
{
	struct tls_session *session = SSL_get_app_data(ssl);

	if ((where & SSL_CB_ALERT) == 0)
		return;
	session->watch.alert(session->watch.self, (where & SSL_CB_READ) != 0,
		value >> 8, value & 0xff);
}

static void
on_key(const SSL *ssl, const char *line)
{
	struct tls_session *session = SSL_get_app_data(ssl);

	session->watch.key(session->watch.self, line);
}

static void
sent(struct tls_session *session, enum tls_message message)
{
	if (session->watch.sent != NULL)
		session->watch.sent(
			session->watch.self, message, session->told + 1);
	session->told = session->records;
}

static enum tls_message
message_of(int content, const uint8_t *p, size_t n)
{
	if (content != SSL3_RT_HANDSHAKE || n == 0)
		return TLS_OTHER;
	switch (p[0]) {
	case SSL3_MT_SERVER_HELLO:
		return TLS_SERVER_HELLO;
	case SSL3_MT_CERTIFICATE:
		return TLS_CERTIFICATE;
	case SSL3_MT_CERTIFICATE_VERIFY:
	case SSL3_MT_SERVER_KEY_EXCHANGE:
		return TLS_SIGNATURE;
	case SSL3_MT_FINISHED:
		return TLS_FINISHED;
	case SSL3_MT_NEWSESSION_TICKET:
		return TLS_TICKET;
	default:
		return TLS_OTHER;
	}
}

/* Of what comes, only a ClientHello is looked at. */
static void
on_arrival(struct tls_session *session, int content, const void *data, size_t n)
{
	union {
		const void *read;
		uint8_t *write;
	} p = {.read = data};

	if (session->context->options->no_renegotiation_info &&
		content == SSL3_RT_HANDSHAKE && n > 0 &&
		p.write[0] == SSL3_MT_CLIENT_HELLO)
		session->hidden = tls_hello_hide(p.write, n);
}

/*
 * OpenSSL tells the head of each record when it is made, and a message when
 * all its records are. Application bytes are told by the records alone: by
 * the type in the head, since TLS 1.3 by the one inside.
 */
static void
on_message(int out, int version, int content, const void *data, size_t n,
	SSL *ssl, void *arg)
{
	struct tls_session *session = session_of(ssl);
	const uint8_t *p = data;
	int teller = SSL_version(ssl) == TLS1_3_VERSION
			     ? SSL3_RT_INNER_CONTENT_TYPE
			     : SSL3_RT_HEADER;

	(void)version;
	(void)arg;
	if (out == 0) {
		on_arrival(session, content, data, n);
		return;
	}
	if (content == SSL3_RT_HEADER)
		session->records++;
	if (content == teller && n > 0 && p[0] == SSL3_RT_APPLICATION_DATA)
		sent(session, TLS_APPLICATION);
	if (content != SSL3_RT_HEADER && content != SSL3_RT_INNER_CONTENT_TYPE)
		sent(session, message_of(content, p, n));
}

void
tls_callbacks(SSL_CTX *ctx)
{
	SSL_CTX_set_client_hello_cb(ctx, on_hello, NULL);
	SSL_CTX_set_info_callback(ctx, on_info);
	SSL_CTX_set_msg_callback(ctx, on_message);
	SSL_CTX_set_keylog_callback(ctx, on_key);
}

struct tls_session *
tls_session_new(struct tls_context *context, const struct tls_watch *watch,
	struct err *err)
{
	struct tls_session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->context = context;
	session->watch = *watch;
	session->hidden.suite = -1;
	session->ssl = SSL_new(context->ctx);
	session->in = BIO_new(BIO_s_mem());
	session->out = BIO_new(BIO_s_mem());
	if (session->ssl == NULL || session->in == NULL ||
		session->out == NULL) {
		(void)tls_error(err, "session");
		BIO_free(session->in);
		BIO_free(session->out);
		SSL_free(session->ssl);
		free(session);
		return NULL;
	}
	BIO_set_mem_eof_return(session->in, -1);
	SSL_set_bio(session->ssl, session->in, session->out);
	SSL_set_app_data(session->ssl, session);
	SSL_set_accept_state(session->ssl);
	return session;
}

void
tls_session_free(struct tls_session *session)
{
	if (session == NULL)
		return;
	SSL_free(session->ssl);
	free(session);
}

int
tls_feed(struct tls_session *session, struct span raw)
{
	if (raw.n == 0)
		return 0;
	return BIO_write(session->in, raw.p, (int)raw.n) == (int)raw.n ? 0 : -1;
}

static enum tls_state
session_failed(struct tls_session *session, struct err *err)
{
	session->failed = true;
	(void)tls_error(err, "TLS");
	return TLS_FAILED;
}

enum tls_state
tls_advance(struct tls_session *session, struct buf *plain, struct err *err)
{
	uint8_t room[4096];
	int n = 1;

	if (session->failed) {
		(void)err_set(err, ERR_TLS, "TLS: failed before");
		return TLS_FAILED;
	}
	ERR_clear_error();
	if (!SSL_is_init_finished(session->ssl)) {
		n = SSL_do_handshake(session->ssl);
		if (n != 1) {
			if (SSL_get_error(session->ssl, n) ==
				SSL_ERROR_WANT_READ)
				return TLS_HANDSHAKING;
			return session_failed(session, err);
		}
	}
	while (plain->cap - plain->n >= sizeof(room)) {
		n = SSL_read(session->ssl, room, (int)sizeof(room));
		if (n <= 0)
			break;
		if (buf_add(plain, span_of(room, (size_t)n)) != 0)
			return session_failed(session, err);
	}
	if ((SSL_get_shutdown(session->ssl) & SSL_RECEIVED_SHUTDOWN) != 0)
		return TLS_CLOSED;
	if (n <= 0 && SSL_get_error(session->ssl, n) != SSL_ERROR_WANT_READ)
		return session_failed(session, err);
	return TLS_UP;
}

int
tls_send(struct tls_session *session, struct span plain)
{
	if (session->failed || !SSL_is_init_finished(session->ssl))
		return -1;
	if (plain.n == 0)
		return 0;
	ERR_clear_error();
	return SSL_write(session->ssl, plain.p, (int)plain.n) == (int)plain.n
		       ? 0
		       : -1;
}

void
tls_close_notify(struct tls_session *session)
{
	if (!session->failed && SSL_is_init_finished(session->ssl))
		(void)SSL_shutdown(session->ssl);
}

int
tls_abort(struct tls_session *session)
{
	static const uint8_t nonsense[SSL3_RT_HEADER_LENGTH + 32] = {
		SSL3_RT_APPLICATION_DATA, 3, 3, 0, 32};
	uint8_t room[16];

	if (session->failed || !SSL_is_init_finished(session->ssl) ||
		tls_feed(session, span_of(nonsense, sizeof(nonsense))) != 0)
		return -1;
	ERR_clear_error();
	session->failed = SSL_read(session->ssl, room, sizeof(room)) <= 0;
	ERR_clear_error();
	return session->failed ? 0 : -1;
}

int
tls_renegotiate(struct tls_session *session, struct tls_context *context)
{
	SSL *ssl = session->ssl;

	if (session->failed || !SSL_is_init_finished(ssl) ||
		SSL_version(ssl) > TLS1_2_VERSION)
		return -1;
	if (context != NULL && SSL_set_SSL_CTX(ssl, context->ctx) == NULL)
		return -1;
	ERR_clear_error();
	return SSL_renegotiate(ssl) == 1 && SSL_do_handshake(ssl) == 1 ? 0 : -1;
}

bool
tls_renegotiates(const struct tls_session *session)
{
	return SSL_renegotiate_pending(session->ssl) != 0;
}

bool
tls_shakes_hands(const struct tls_session *session)
{
	return !session->failed && !SSL_is_init_finished(session->ssl);
}

int
tls_take(struct tls_session *session, struct buf *raw)
{
	char *p;
	long n = BIO_get_mem_data(session->out, &p);

	if (n <= 0)
		return 0;
	if (buf_add(raw, span_of(p, (size_t)n)) != 0)
		return -1;
	(void)BIO_reset(session->out);
	return 0;
}

bool
tls_session_shown(const struct tls_session *session, const X509 *leaf)
{
	const X509 *shown = SSL_get0_peer_certificate(session->ssl);

	return shown != NULL && X509_cmp(shown, leaf) == 0;
}

struct tls_facts
tls_session_facts(const struct tls_session *session)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(session->ssl);
	int nid = (int)SSL_get_negotiated_group(session->ssl);
	struct tls_facts facts = {
		.versionz = SSL_get_version(session->ssl),
		.version = (unsigned)SSL_version(session->ssl),
		.cipherz = cipher != NULL ? SSL_CIPHER_standard_name(cipher)
					  : "none",
		.groupz = nid != NID_undef ? OBJ_nid2sn(nid) : NULL,
		.resumed = SSL_session_reused(session->ssl) != 0,
		.certificate = SSL_get0_peer_certificate(session->ssl) != NULL,
	};

	if (cipher != NULL)
		facts.key_bits = (unsigned)SSL_CIPHER_get_bits(cipher, NULL);
	if (cipher != NULL)
		facts.anonymous =
			SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null ||
			SSL_CIPHER_get_bits(cipher, NULL) == 0;
	return facts;
}
