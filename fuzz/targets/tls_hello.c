/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the reading of ClientHellos, and the world's TLS up to there. Oracles:
 * lists keep their limits; the same is read wherever the input is cut; nothing
 * is decrypted before the handshake. */
#include "core/tls.h"
#include "harness/oracle.h"

static void
number_put(struct buf *text, unsigned number)
{
	if (buf_addf(text, "%x,", number) != 0)
		abort();
}

static void
on_hello(void *self, const struct tls_hello *hello)
{
	struct buf *text = self;

	oracle(hello->versions <= TLS_LIST_MAX && hello->ciphers <= 256 &&
			hello->groups <= TLS_LIST_MAX &&
			hello->alpns <= TLS_ALPN_MAX,
		"lists keep their limits");
	number_put(text, hello->legacy_version);
	for (unsigned i = 0; i < hello->versions; i++)
		number_put(text, hello->version[i]);
	for (unsigned i = 0; i < hello->ciphers; i++)
		number_put(text, hello->cipher[i]);
	for (unsigned i = 0; i < hello->groups; i++)
		number_put(text, hello->group[i]);
	if (buf_add(text, hello->sni) != 0)
		abort();
	for (unsigned i = 0; i < hello->alpns; i++)
		if (buf_add(text, hello->alpn[i]) != 0)
			abort();
}

static void
on_alert(void *self, bool incoming, int level, int description)
{
	(void)self;
	(void)incoming;
	(void)level;
	oracle(tls_alert_name(description) != NULL, "an alert has a name");
}

static void
on_key(void *self, const char *line)
{
	(void)self;
	(void)line;
}

static void
hello_read(struct span input, size_t step, struct buf *text)
{
	static const struct tls_options options = {.min_version = 0x0301};
	static struct tls_context *context;
	const struct tls_watch watch = {.self = text,
		.hello = on_hello,
		.alert = on_alert,
		.key = on_key};
	struct tls_session *session;
	struct buf plain;

	if (context == NULL)
		context = tls_context_new(&options, NULL, NULL, NULL, NULL);
	session =
		context != NULL ? tls_session_new(context, &watch, NULL) : NULL;
	if (session == NULL)
		abort();
	buf_init(&plain, 1 << 20);
	for (; input.n > 0; input = span_cut(input, step, input.n)) {
		if (tls_feed(session, span_cut(input, 0, step)) != 0)
			abort();
		if (tls_advance(session, &plain, NULL) != TLS_HANDSHAKING)
			break;
	}
	oracle(plain.n == 0, "nothing is decrypted before the handshake");
	buf_fini(&plain);
	tls_session_free(session);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span input = span_of(data, size);
	struct buf whole, cut;

	buf_init(&whole, 1 << 20);
	buf_init(&cut, 1 << 20);
	hello_read(input, size + 1, &whole);
	hello_read(input, size < 1024 ? 1 : 64, &cut);
	oracle(span_eq(buf_span(&whole), buf_span(&cut)),
		"it does not matter where a ClientHello is cut");
	buf_fini(&whole);
	buf_fini(&cut);
	return 0;
}
