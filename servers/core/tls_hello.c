/* SPDX-License-Identifier: Apache-2.0 */
/* What a ClientHello says (RFC 8446 4.1.2, RFC 5246 7.4.1.2). */
#include "core/tls_hello.h"

/* The ALPN extension's protocol names (RFC 7301 3.1). */
static void
hello_alpn(SSL *ssl, struct tls_hello *hello)
{
	const unsigned char *p;
	size_t n;
	struct span rest;

	if (SSL_client_hello_get0_ext(ssl,
		    TLSEXT_TYPE_application_layer_protocol_negotiation, &p,
		    &n) != 1)
		return;
	rest = span_cut(span_of(p, n), 2, n);
	while (rest.n > 1 && hello->alpns < TLS_ALPN_MAX) {
		size_t length = rest.p[0];

		hello->alpn[hello->alpns++] = span_cut(rest, 1, 1 + length);
		rest = span_cut(rest, 1 + length, rest.n);
	}
}

/* The host name of the SNI extension (RFC 6066 3). */
static struct span
hello_sni(SSL *ssl)
{
	const unsigned char *p;
	size_t n, length;

	if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &p, &n) !=
			1 ||
		n < 5 || p[2] != TLSEXT_NAMETYPE_host_name)
		return span_of(NULL, 0);
	length = (size_t)p[3] << 8 | p[4];
	return span_cut(span_of(p, n), 5, 5 + length);
}

/* 16-bit numbers behind skip bytes of an extension. */
static unsigned
hello_numbers(SSL *ssl, unsigned type, size_t skip, uint16_t *out)
{
	const unsigned char *p;
	size_t n;
	unsigned count = 0;

	if (SSL_client_hello_get0_ext(ssl, type, &p, &n) != 1)
		return 0;
	for (size_t i = skip; i + 1 < n && count < TLS_LIST_MAX; i += 2)
		out[count++] = (uint16_t)(p[i] << 8 | p[i + 1]);
	return count;
}

static void
hello_extensions(SSL *ssl, struct tls_hello *hello)
{
	int *types;
	size_t n;

	if (SSL_client_hello_get1_extensions_present(ssl, &types, &n) != 1)
		return;
	for (size_t i = 0; i < n && hello->extensions < TLS_LIST_MAX; i++)
		hello->extension[hello->extensions++] = (uint16_t)types[i];
	OPENSSL_free(types);
}

void
tls_hello_read(SSL *ssl, struct tls_hello *hello)
{
	const unsigned char *p;
	uint16_t versions[TLS_LIST_MAX];
	size_t n = SSL_client_hello_get0_ciphers(ssl, &p);

	*hello = (struct tls_hello){
		.legacy_version = SSL_client_hello_get0_legacy_version(ssl),
		.sni = hello_sni(ssl),
	};
	for (size_t i = 0; i + 1 < n && hello->ciphers < 256; i += 2)
		hello->cipher[hello->ciphers++] =
			(uint16_t)(p[i] << 8 | p[i + 1]);
	hello->versions =
		hello_numbers(ssl, TLSEXT_TYPE_supported_versions, 1, versions);
	for (unsigned i = 0; i < hello->versions; i++)
		hello->version[i] = versions[i];
	hello->groups = hello_numbers(
		ssl, TLSEXT_TYPE_supported_groups, 2, hello->group);
	hello->signatures = hello_numbers(
		ssl, TLSEXT_TYPE_signature_algorithms, 2, hello->signature);
	hello->chains = hello_numbers(
		ssl, TLSEXT_TYPE_signature_algorithms_cert, 2, hello->chain);
	hello->compression =
		SSL_client_hello_get0_compression_methods(ssl, &p) > 1;
	hello_extensions(ssl, hello);
	hello_alpn(ssl, hello);
}

/* A number that means nothing to anybody (RFC 8701). */
#define RESERVED 0x7a

static bool
is_number(const uint8_t *p, unsigned number)
{
	return p[0] == number >> 8 && p[1] == (number & 0xff);
}

/* What stands at at, behind a length of so many bytes; empty at the end. */
static struct span
part_of(struct span hello, size_t at, size_t size)
{
	size_t n = 0;

	if (at + size > hello.n)
		return span_of(NULL, 0);
	for (size_t i = 0; i < size; i++)
		n = n << 8 | hello.p[at + i];
	return span_cut(hello, at + size, at + size + n);
}

struct tls_hidden
tls_hello_hide(uint8_t *p, size_t n)
{
	struct tls_hidden hidden = {.suite = -1};
	struct span hello = span_of(p, n), part;
	size_t at = 4 + 2 + 32; /* type and length, version, random */

	at += 1 + part_of(hello, at, 1).n; /* session id */
	part = part_of(hello, at, 2);
	for (size_t i = 0; i + 1 < part.n; i += 2)
		if (is_number(part.p + i, SSL3_CK_SCSV & 0xffff)) {
			hidden.suite = (int)(i / 2);
			memset(p + at + 2 + i, RESERVED, 2);
		}
	at += 2 + part.n;
	at += 1 + part_of(hello, at, 1).n; /* compression */
	for (at += 2; at + 4 <= n; at += 4 + part_of(hello, at + 2, 2).n)
		if (is_number(p + at, TLSEXT_TYPE_renegotiate)) {
			hidden.extension = true;
			memset(p + at, RESERVED, 2);
		}
	return hidden;
}

void
tls_hello_unhide(struct tls_hidden hidden, struct tls_hello *hello)
{
	if (hidden.suite >= 0 && (unsigned)hidden.suite < hello->ciphers)
		hello->cipher[hidden.suite] = SSL3_CK_SCSV & 0xffff;
	if (hidden.extension && hello->extensions < TLS_LIST_MAX)
		hello->extension[hello->extensions++] = TLSEXT_TYPE_renegotiate;
}

void
tls_hello_lower(SSL *ssl)
{
	union {
		const unsigned char *read;
		unsigned char *write;
	} p;
	size_t n;

	if (SSL_client_hello_get0_ext(
		    ssl, TLSEXT_TYPE_supported_versions, &p.read, &n) != 1)
		return;
	/* A length, then numbers. */
	for (size_t i = 1; i + 1 < n; i += 2)
		if (p.read[i] == 3 && p.read[i + 1] > 3)
			p.write[i] = p.write[i + 1] = RESERVED;
}
