/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of mails. */
#include "dkim.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "bug.h"
#include "parse/base64.h"

#define KEY_SIZE 32
#define SIGNATURE_SIZE 64
#define DIGEST_SIZE 32

const char *
dkim_selector(const struct sender *sender, int *n_r)
{
	const char *signz = sender->ways.signz;

	*n_r = signz != NULL ? (int)strcspn(signz, ":")
			     : (int)strlen(DKIM_SELECTOR);
	return signz != NULL ? signz : DKIM_SELECTOR;
}

/* The key in a file; NULL: it cannot be read, or is none of Ed25519. */
static EVP_PKEY *
key_read(const char *pathz)
{
	FILE *file = fopen(pathz, "r");
	EVP_PKEY *key = NULL;

	if (file == NULL)
		return NULL;
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	(void)fclose(file);
	if (key != NULL && EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* The secret of the sender, in a file or in base64 in its memory; NULL: cannot
 * be. */
static EVP_PKEY *
key_find(struct sender *sender)
{
	const char *z = memory_text(sender->memory.state, "key");
	uint8_t secret[KEY_SIZE + 3];
	char text[BASE64_SIZE(KEY_SIZE)];
	size_t n = 0;
	EVP_PKEY *key;

	if (bug(RPT_SIGNED_OTHER))
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (sender->ways.signz != NULL)
		return key_read(strchr(sender->ways.signz, ':') + 1);
	if (base64_decode(span_z(z), secret, sizeof(secret), &n) &&
		n == KEY_SIZE)
		return EVP_PKEY_new_raw_private_key(
			EVP_PKEY_ED25519, NULL, secret, n);
	key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	n = KEY_SIZE;
	if (key != NULL && EVP_PKEY_get_raw_private_key(key, secret, &n) == 1 &&
		base64_encode(span_of(secret, n), text, sizeof(text), &n))
		(void)json_object_set_new(
			sender->memory.state, "key", json_stringn(text, n));
	return key;
}

/* Relaxed (RFC 6376 section 3.4.2): the name in small letters, one blank less;
 * our fields have no other blanks to lose. */
static int
field_relaxed(struct buf *out, struct span line)
{
	bool in_name = true;

	for (size_t i = 0; i < line.n; i++) {
		uint8_t c = line.p[i];

		if (in_name)
			c = (uint8_t)tolower(c);
		if (buf_add(out, span_of(&c, 1)) != 0)
			return -1;
		if (in_name && c == ':') {
			in_name = false;
			i += i + 1 < line.n && line.p[i + 1] == ' ';
		}
	}
	return 0;
}

/* The names of the fields, with colons between; and what is signed of them. */
static int
fields_read(struct span head, struct buf *names, struct buf *relaxed)
{
	while (head.n > 0) {
		size_t at = span_find(head, 0, span_z("\r\n"));
		struct span line = span_cut(head, 0, at);
		struct span name =
			span_cut(line, 0, span_find(line, 0, span_z(":")));

		head = span_cut(head, line.n + 2, head.n);
		if (bug(RPT_SIGNED_FEW) && !span_eq(name, span_z("From")))
			continue;
		if ((names->n > 0 && buf_addz(names, ":") != 0) ||
			buf_add(names, name) != 0 ||
			field_relaxed(relaxed, line) != 0 ||
			buf_addz(relaxed, "\r\n") != 0)
			return -1;
	}
	return 0;
}

/* RFC 8463 section 3: what is signed is the digest. */
static int
signature_make(EVP_PKEY *key, struct span text, char *out, size_t size)
{
	uint8_t digest[DIGEST_SIZE], signature[SIGNATURE_SIZE];
	size_t n = sizeof(signature), encoded;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int result = -1;

	if (context != NULL &&
		EVP_Digest(text.p, text.n, digest, NULL, EVP_sha256(), NULL) ==
			1 &&
		EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		EVP_DigestSign(
			context, signature, &n, digest, sizeof(digest)) == 1 &&
		base64_encode(span_of(signature, n), out, size - 1, &encoded)) {
		out[encoded] = '\0';
		result = 0;
	}
	EVP_MD_CTX_free(context);
	return result;
}

int
dkim_sign(struct buf *out, struct sender *sender, const char *domainz,
	struct span head, struct span body)
{
	uint8_t digest[DIGEST_SIZE];
	char hash[BASE64_SIZE(DIGEST_SIZE) + 1] = "", length[32] = "";
	char signature[BASE64_SIZE(SIGNATURE_SIZE) + 1] = "";
	EVP_PKEY *key = key_find(sender);
	struct buf names, signed_text, field;
	size_t n = 0;
	int result = -1, selector_size;
	const char *selector = dkim_selector(sender, &selector_size);

	buf_init(&names, 4096);
	buf_init(&signed_text, 64 * 1024);
	buf_init(&field, 64 * 1024);
	if (bug(RPT_SIGNED_PART))
		(void)snprintf(length, sizeof(length), " l=%zu;", body.n);
	if (key != NULL &&
		EVP_Digest(body.p, body.n, digest, NULL, EVP_sha256(), NULL) ==
			1 &&
		base64_encode(span_of(digest, sizeof(digest)), hash,
			sizeof(hash) - 1, &n) &&
		fields_read(head, &names, &signed_text) == 0 &&
		buf_addf(&field,
			"DKIM-Signature: v=1; a=ed25519-sha256; "
			"c=relaxed/simple; d=%s%s; s=%.*s; "
			"t=%lld;%s h=%.*s; bh=%s; b=",
			bug(RPT_SIGNED_HOST) ? "client." : "", domainz,
			selector_size, selector, (long long)sender->now, length,
			(int)names.n, (const char *)names.p, hash) == 0 &&
		field_relaxed(&signed_text, buf_span(&field)) == 0 &&
		signature_make(key, buf_span(&signed_text), signature,
			sizeof(signature)) == 0 &&
		buf_add(out, buf_span(&field)) == 0 &&
		buf_addf(out, "%s\r\n", signature) == 0)
		result = 0;
	EVP_PKEY_free(key);
	buf_fini(&names);
	buf_fini(&signed_text);
	buf_fini(&field);
	return result;
}

int
dkim_record(struct buf *out, struct sender *sender)
{
	uint8_t public[KEY_SIZE];
	char text[BASE64_SIZE(KEY_SIZE)];
	EVP_PKEY *key = key_find(sender);
	size_t n = sizeof(public);
	int result = -1;

	if (key != NULL && EVP_PKEY_get_raw_public_key(key, public, &n) == 1 &&
		base64_encode(span_of(public, n), text, sizeof(text), &n))
		result = buf_addf(
			out, "v=DKIM1; k=ed25519; p=%.*s", (int)n, text);
	EVP_PKEY_free(key);
	return result;
}
