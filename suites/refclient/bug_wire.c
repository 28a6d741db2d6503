/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the connection: clear text that gets into TLS. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <stdlib.h>

#include "bug_wire.h"

enum service_kind bug_kind;

bool
bug_keeps_clear_text(const struct wire *w)
{
	struct span rest = wire_span(w);
	bool whole = rest.n > 0 && rest.p[rest.n - 1] == '\n';

	if (bug(READS_THROUGH_HANDSHAKE) || bug(KEEPS_ANYTHING))
		return true;
	if (!whole)
		return bug(KEEPS_FRAGMENT) && rest.n > 0;
	return (bug(KEEPS_LINES_IMAP) && bug_kind == SERVICE_IMAP) ||
	       (bug(KEEPS_LINES_POP3) && bug_kind == SERVICE_POP3) ||
	       (bug(KEEPS_LINES_SMTP) && bug_kind == SERVICE_SUBMISSION) ||
	       ((bug(KEEPS_UNTAGGED) || bug(BELIEVES_EARLY_MAILBOX) ||
			bug(BELIEVES_EARLY_SEARCH) ||
			bug(BELIEVES_EARLY_EXISTS) ||
			bug(BELIEVES_EARLY_MAIL)) &&
		       span_has_prefix(rest, span_z("* ")));
}

bool
bug_ignores_result(void)
{
	return bug(RESULT_IGNORED) || bug(CHECKED_AFTER_LIST) ||
	       bug(CHECKED_AFTER_LOGIN) || bug(CHECKED_AFTER_WORK);
}

struct span
bug_clear_take(struct wire *w, struct span bytes)
{
	size_t at;

	/* Something of the handshake has come: what follows is TLS. */
	if (SSL_get_state(w->ssl) != TLS_ST_CW_CLNT_HELLO)
		return bytes;
	at = span_find(bytes, 0, span_z("\x16\x03"));
	if (at == SIZE_MAX)
		at = bytes.n;
	if (buf_add(&w->in, span_cut(bytes, 0, at)) != 0)
		abort();
	return span_cut(bytes, at, bytes.n);
}

/*
 * TLS 1.2 with deflate, 3DES and a curve of 160 bits, MD5 and SHA-1, and tags
 * of 80 bits; nothing that protects the handshake.
 */
void
bug_antique_hello(struct wire *w, const char *hostz)
{
	static const char extensions[] = "\0\x0a\0\4\0\2\0\x10"
					 "\0\x0d\0\6\0\4\1\1\2\1"
					 "\0\4\0\0";
	size_t name = strlen(hostz), sni = name + 9;
	size_t all = sni + sizeof(extensions) - 1,
	       body = 2 + 32 + 1 + 6 + 3 + 2 + all;
	struct err err;
	struct buf b;

	buf_init(&b, 1024);
	if (buf_add(&b, span_of("\x16\3\1", 3)) != 0 ||
		buf_addf(&b, "%c%c\1%c%c%c\3\3", (int)((body + 4) >> 8),
			(int)((body + 4) & 255), 0, (int)(body >> 8),
			(int)(body & 255)) != 0 ||
		buf_add(&b, span_of((const char[32]){0}, 32)) != 0 ||
		buf_add(&b, span_of("\0\0\4\xc0\x2b\0\x0a\2\1\0", 10)) != 0 ||
		buf_addf(&b, "%c%c%c%c%c%c%c%c%c%c%c%s", (int)(all >> 8),
			(int)(all & 255), 0, 0, (int)((sni - 4) >> 8),
			(int)((sni - 4) & 255), (int)((sni - 6) >> 8),
			(int)((sni - 6) & 255), 0, (int)(name >> 8),
			(int)(name & 255), hostz) != 0 ||
		buf_add(&b, span_of(extensions, sizeof(extensions) - 1)) != 0)
		return;
	if (wire_send(w, buf_span(&b), &err) == 0)
		(void)wire_more(w, &err);
	buf_fini(&b);
}
#endif
