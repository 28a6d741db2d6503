/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the reference client (suites/refclient): a whole visit, in which the
 * input is all that the server says. The connection and the handshake are
 * replaced by what stands here. The input: a letter for the service, one for
 * the port, one for the dialect of DEEP, one for the login, then the replies;
 * RS (0x1e) ends what one read brings.
 *
 * Oracles: before TLS nothing but the way to it is said, and no secret ever;
 * a byte that came before TLS is not taken for one inside; who did not log in
 * has not done its work; a failure has a reason; state that is kept can be
 * read.
 */
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../suites/refclient/deep.h"
#include "../../suites/refclient/session.h"
#include "../../suites/refclient/tls.h"
#include "core/span.h"
#include "harness/oracle.h"

#define HEAD 4
#define RS 0x1e
#define READ_MAX ((size_t)1024 * 1024)
#define PASSWORD "tr0ub4dor"
#define PASSWORD64 "dHIwdWI0ZG9y" /* at the alignment that PLAIN has here */
#define TOKEN "ya29token"

static struct {
	struct span rest; /* of what the server says */
	bool had_tls, sent_login;
} feed;

/* Where this target speaks, while what the user is told goes nowhere. */
static FILE *errors;

static void
check(bool holds, const char *rule)
{
	if (!holds)
		stderr = errors;
	oracle(holds, rule);
}

/* --- what the client links instead of wire.c and tls.c */

void
wire_init(struct wire *w)
{
	*w = (struct wire){.fd = -1};
	buf_init(&w->in, READ_MAX);
}

void
wire_fini(struct wire *w)
{
	SSL_free(w->ssl);
	buf_fini(&w->in);
	wire_init(w);
}

void
wire_close(struct wire *w)
{
	wire_fini(w);
}

int
wire_open(struct wire *w, const char *hostz, unsigned port, struct err *err)
{
	(void)w;
	(void)err;
	check(strcmp(hostz, "mail.test") == 0 && port > 0,
		"only the configured host is visited");
	return 0;
}

int
wire_secure(struct wire *w, SSL *ssl, struct err *err)
{
	wire_use(w, 0);
	if (w->in.n > 0) {
		SSL_free(ssl);
		return err_set(err, ERR_IO, "bytes in clear");
	}
	w->ssl = ssl;
	w->secure = feed.had_tls = true;
	return 0;
}

static bool
has(struct span bytes, const char *textz)
{
	return span_find(bytes, 0, span_z(textz)) != SIZE_MAX;
}

static bool
leads_to_tls(struct span line)
{
	static const char *const words[] = {"CAPABILITY\r\n", "STARTTLS\r\n",
		"CAPA\r\n", "STLS\r\n", "LOGOUT\r\n", "QUIT\r\n"};
	size_t n;

	if (span_has_prefix(line, span_z("EHLO ")))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i]);
		if (line.n >= n &&
			memcmp(line.p + line.n - n, words[i], n) == 0)
			return true;
	}
	return false;
}

int
wire_send(struct wire *w, struct span bytes, struct err *err)
{
	(void)err;
	if (!w->secure) {
		check(leads_to_tls(bytes),
			"before TLS nothing but the way to it");
		check(!has(bytes, PASSWORD) && !has(bytes, PASSWORD64) &&
				!has(bytes, TOKEN),
			"no secret before TLS");
	}
	if (has(bytes, "AUTH") || has(bytes, "LOGIN") || has(bytes, "PASS "))
		feed.sent_login = true;
	return 0;
}

struct span
wire_span(const struct wire *w)
{
	return span_cut(buf_span(&w->in), w->used, w->in.n);
}

void
wire_use(struct wire *w, size_t n)
{
	buf_take(&w->in, w->used);
	check(n <= w->in.n, "no more is used than there is");
	w->used = n;
}

int
wire_more(struct wire *w, struct err *err)
{
	const uint8_t *end;
	struct span part;

	wire_use(w, 0);
	while (feed.rest.n > 0) {
		end = memchr(feed.rest.p, RS, feed.rest.n);
		part = feed.rest;
		if (end != NULL)
			part.n = (size_t)(end - part.p);
		feed.rest = span_cut(
			feed.rest, part.n + (end != NULL), feed.rest.n);
		if (part.n > 0)
			return buf_add(&w->in, part) == 0
				       ? 0
				       : err_set(err, ERR_LIMIT, "too long");
	}
	w->ended = true;
	return err_set(err, ERR_IO, "the server hung up");
}

bool
wire_has(struct wire *w)
{
	(void)w;
	return false;
}

/* The same input has to give the same result. */
int
RAND_bytes(unsigned char *room, int n)
{
	memset(room, 0, (size_t)n);
	return 1;
}

static X509 *
certificate_new(EVP_PKEY *key)
{
	X509 *cert = X509_new();

	(void)X509_gmtime_adj(X509_getm_notBefore(cert), 0);
	(void)X509_gmtime_adj(X509_getm_notAfter(cert), 1000);
	(void)X509_set_pubkey(cert, key);
	(void)X509_sign(cert, key, EVP_sha256());
	return cert;
}

/* One session for all runs, over which nothing is ever sent: it is there to be
 * asked for its version and its cipher. */
static SSL *
session_shake(void)
{
	SSL_CTX *ours = SSL_CTX_new(TLS_client_method());
	SSL_CTX *theirs = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = certificate_new(key);
	BIO *near, *far;
	SSL *client, *server;

	(void)SSL_CTX_use_certificate(theirs, cert);
	(void)SSL_CTX_use_PrivateKey(theirs, key);
	client = SSL_new(ours);
	server = SSL_new(theirs);
	(void)BIO_new_bio_pair(&near, 0, &far, 0);
	SSL_set_bio(client, near, near);
	SSL_set_bio(server, far, far);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	for (int i = 0; i < 9 && !SSL_is_init_finished(client); i++) {
		(void)SSL_do_handshake(client);
		(void)SSL_do_handshake(server);
	}
	check(SSL_is_init_finished(client), "there is a session");
	SSL_set_quiet_shutdown(client, 1);
	SSL_free(server);
	X509_free(cert);
	EVP_PKEY_free(key);
	SSL_CTX_free(ours);
	SSL_CTX_free(theirs);
	return client;
}

SSL *
tls_new(const struct tls_wish *wish, struct err *err)
{
	static SSL *shared;

	(void)err;
	check(strcmp(wish->hostz, "mail.test") == 0,
		"the certificate is that of the configured host");
	if (shared == NULL)
		shared = session_shake();
	(void)SSL_up_ref(shared);
	return shared;
}

/* --- one visit */

static unsigned
letter(const uint8_t *data, size_t i, unsigned n)
{
	return (unsigned)((data[i] - '0') & 0xff) % n;
}

static json_t *
state_new(const uint8_t *data)
{
	static const char *const services[] = {"imap", "pop3", "submission"};
	static const char *const dialects[] = {
		"", "01", "02", "03", "04", "comma", "05", "06"};
	const char *secretz = letter(data, 3, 2) ? "token" : "password";

	return json_pack("{s:i, s:s, s:s, s:s, s:{s:s, s:{s:o}}, s:{s:o}}",
		"account", 1, "address", "bob@mail.test", "user", "bob",
		secretz, letter(data, 3, 2) ? TOKEN : PASSWORD, "deep",
		"dialect", dialects[letter(data, 2, 8)], "hosts", "mail.test",
		json_pack("{s:i, s:[s], s:s}", "latch", 1, "promises",
			letter(data, 2, 8) > 5 ? "tls-version=1.2" : "tls12",
			"url", "https://mail.test/"),
		"services", services[letter(data, 0, 3)],
		json_pack("{s:s, s:s}", "host", "mail.test", "tls",
			letter(data, 1, 2) ? "starttls" : "implicit"));
}

static void
visit_make(struct account *account, enum service_kind kind, FILE *nowhere)
{
	static const struct protocol *const protocols[] = {
		&protocol_imap, &protocol_pop3, &protocol_smtp};
	static const char *const to[] = {"alice@mail.test", NULL};
	const struct mail mail = {"bob@mail.test", to, span_z("a\n.\nb")};
	struct err err = {.class = ERR_NONE};
	struct session s = {.account = account,
		.kind = kind,
		.protocol = protocols[kind],
		.mail = &mail,
		.out = nowhere,
		.err = &err};
	struct session again = {.account = account, .kind = kind, .err = &err};
	int result = session_run(&s);

	check(result == 0 || result == -1, "done, or not done");
	check(result != 0 || (feed.had_tls && feed.sent_login),
		"who is done had TLS, and logged in");
	check(result != 0 || s.stage == STAGE_DONE, "who is done did all");
	check(result == 0 || err.text[0] != '\0', "a failure has a reason");
	check(deep_load(&again) == 0, "what is kept can be read");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct account account;
	struct err err;

	errors = stderr;
	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	if (size < HEAD || nowhere == NULL)
		return 0;
	memset(&feed, 0, sizeof(feed));
	feed.rest = span_of(data + HEAD, size - HEAD);
	check(account_take(&account, state_new(data), "account", &err) == 0,
		"the account is right");
	stderr = nowhere; /* what the user is told */
	visit_make(&account, (enum service_kind)letter(data, 0, 3), nowhere);
	stderr = errors;
	account_fini(&account);
	return 0;
}
