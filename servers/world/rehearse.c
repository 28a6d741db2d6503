/* SPDX-License-Identifier: Apache-2.0 */
/* A handshake that nobody sees, before the first world is born. */
#include <openssl/ssl.h>

#include "core/buf.h"
#include "core/tls.h"
#include "world/nest.h"

#define FLIGHTS 4
#define FLIGHT_MAX 16384

static void
hear_hello(void *self, const struct tls_hello *hello)
{
	(void)self;
	(void)hello;
}

static void
hear_alert(void *self, bool incoming, int level, int description)
{
	(void)self;
	(void)incoming;
	(void)level;
	(void)description;
}

static void
hear_key(void *self, const char *line)
{
	(void)self;
	(void)line;
}

/* One flight each way; 0 as long as nothing broke. */
static int
exchange(SSL *client, struct tls_session *server, struct buf *room,
	struct err *err)
{
	uint8_t flight[FLIGHT_MAX];
	int n;

	(void)SSL_do_handshake(client);
	n = BIO_read(SSL_get_wbio(client), flight, sizeof(flight));
	if (n > 0 && tls_feed(server, span_of(flight, (size_t)n)) != 0)
		return -1;
	buf_clear(room);
	if (tls_advance(server, room, err) == TLS_FAILED)
		return -1;
	buf_clear(room);
	if (tls_take(server, room) != 0)
		return -1;
	if (room->n > 0)
		(void)BIO_write(SSL_get_rbio(client), room->p, (int)room->n);
	return 0;
}

static int
shake_hands(struct tls_context *context, SSL_CTX *peers, struct err *err)
{
	const struct tls_watch watch = {
		.hello = hear_hello, .alert = hear_alert, .key = hear_key};
	struct tls_session *server = tls_session_new(context, &watch, err);
	SSL *client = SSL_new(peers);
	struct buf room;
	int bad = server == NULL || client == NULL;

	buf_init(&room, FLIGHT_MAX);
	if (!bad) {
		SSL_set_bio(client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
		SSL_set_connect_state(client);
	}
	for (int i = 0; i < FLIGHTS && !bad; i++)
		bad = exchange(client, server, &room, err);
	bad = bad || !SSL_is_init_finished(client);
	buf_fini(&room);
	SSL_free(client);
	tls_session_free(server);
	return bad ? -1 : 0;
}

struct pki_world *
nest_rehearse(struct err *err)
{
	const struct tls_options options = {0};
	struct pki_world *pki = pki_world_new(err);
	struct pki_identity identity = {0};
	struct tls_context *context = NULL;
	SSL_CTX *peers = SSL_CTX_new(TLS_client_method());
	json_t *recipe = json_object();
	char room[64];
	int bad = pki == NULL || peers == NULL || recipe == NULL ||
		  pki_identity_forge(
			  pki, recipe, "localhost", &identity, err) != 0 ||
		  pki_world_stock(pki, err) != 0;

	if (!bad)
		context = tls_context_new(&options, identity.leaf,
			identity.chain, identity.key, err);
	bad = context == NULL || shake_hands(context, peers, err) != 0 ||
	      tls_context_stock() != 0;
	/* The first name is looked up by a session that all others share. */
	(void)tls_cipher_name(0x1301, room);
	tls_context_free(context);
	SSL_CTX_free(peers);
	pki_identity_fini(&identity);
	json_decref(recipe);
	if (!bad)
		return pki;
	pki_world_free(pki);
	(void)err_set(err, ERR_IO, "no handshake in rehearsal");
	return NULL;
}
