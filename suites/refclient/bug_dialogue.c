/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the protocols: what is said too early, and what is believed. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#include "bug_session.h"
#include "bug_tls.h"
#include "parse/base64.h"

static void
early_set(struct session *s, struct span text)
{
	buf_clear(&s->early);
	if (buf_add(&s->early, text) != 0)
		abort();
}

/* AUTH PLAIN's message. */
static struct span
plain_make(const struct session *s, char *out, size_t size)
{
	uint8_t room[512];
	size_t n = 0;
	int length = snprintf((char *)room, sizeof(room), "%c%s%c%s", 0,
		s->account->userz, 0,
		s->account->tokenz != NULL ? s->account->tokenz
					   : s->account->passwordz);

	(void)base64_encode(span_of(room, (size_t)length), out, size, &n);
	return span_of(out, n);
}

const char *
bug_starttls_line(struct session *s, const char *textz)
{
	static char line[1024];
	char room[BASE64_SIZE(512)];
	struct span plain = plain_make(s, room, sizeof(room));

	if (bug(PLAIN_WITH_STARTTLS))
		(void)snprintf(line, sizeof(line), "%s\r\n%s %.*s", textz,
			s->kind == SERVICE_IMAP ? "z AUTHENTICATE PLAIN"
						: "AUTH PLAIN",
			(int)plain.n, (const char *)plain.p);
	else if (bug(LOGIN_WITH_STARTTLS) && s->kind == SERVICE_IMAP)
		(void)snprintf(line, sizeof(line), "%s\r\nz LOGIN %s %s", textz,
			s->account->userz, s->account->passwordz);
	else if (bug(LOGIN_WITH_STARTTLS) && s->kind == SERVICE_POP3)
		(void)snprintf(line, sizeof(line), "%s\r\nUSER %s\r\nPASS %s",
			textz, s->account->userz, s->account->passwordz);
	else
		return textz;
	return line;
}

/* The last word of values, if it is an atom: the name of a mailbox. */
static void
mailbox_take(struct session *s, struct span values)
{
	struct lk_imap_value value;

	while (lk_imap_value_next(&values, &value))
		if (value.type == LK_IMAP_TYPE_ATOM)
			early_set(s, value.content);
}

void
bug_imap_early(struct session *s, const struct lk_imap_response *response)
{
	struct span word = response->word, code = response->code;

	if (s->stage >= STAGE_LOGIN)
		return;
	if (bug(CRASHES) && !s->wire.secure &&
		span_eq_nocase(code, span_z("ALERT")))
		abort();
	if (bug(BELIEVES_GREETING_LIST) &&
		span_eq_nocase(code, span_z("CAPABILITY"))) {
		struct span rest = response->code_text, next;

		caps_clear(&s->caps);
		while ((next = span_word(&rest, ' ')).n > 0)
			(void)caps_add(&s->caps, "", next);
	}
	if ((bug(BELIEVES_EARLY_MAILBOX) &&
		    span_eq_nocase(word, span_z("LIST"))) ||
		(bug(BELIEVES_EARLY_LSUB) &&
			span_eq_nocase(word, span_z("LSUB"))))
		mailbox_take(s, response->values);
	if (bug(BELIEVES_EARLY_SEARCH) &&
		span_eq_nocase(word, span_z("SEARCH")))
		mailbox_take(s, response->values);
	if (bug(BELIEVES_EARLY_EXISTS) &&
		span_eq_nocase(word, span_z("EXISTS"))) {
		char number[16];

		early_set(s,
			span_of(number, (size_t)snprintf(number, sizeof(number),
						"%u", response->number)));
	}
	if (!span_eq_nocase(word, span_z("EXPUNGE")) &&
		!span_eq_nocase(word, span_z("FETCH")))
		return;
	if (bug(CRASHES_ON_EXPUNGE))
		abort();
	if (bug(HANGS))
		(void)pause();
}

/* "imap://user@HOST/" in the code REFERRAL: the host is kept. */
void
bug_referral(struct session *s, const struct lk_imap_response *response)
{
	struct span rest = response->code_text;
	size_t at;

	if (!span_eq_nocase(response->code, span_z("REFERRAL")))
		return;
	at = span_find(rest, 0, span_z("@"));
	if (at == SIZE_MAX)
		at = span_find(rest, 0, span_z("imap:/")) + 6;
	rest = span_cut(rest, at + 1, rest.n);
	early_set(s, span_cut(rest, 0, span_find(rest, 0, span_z("/"))));
}

/* Was a tag of ours answered before it was used? */
bool
bug_imap_answered(struct session *s)
{
	char want[32];
	struct span rest = wire_span(&s->wire);
	size_t at;

	(void)snprintf(want, sizeof(want), "%s OK", s->tag);
	at = span_find(rest, 0, span_z(want));
	if (s->wire.secure || at == SIZE_MAX)
		return false;
	wire_use(&s->wire, rest.n);
	bug_past.clear = true;
	return true;
}

bool
bug_imap_done_early(const struct session *s)
{
	return bug(BELIEVES_EARLY_MAIL) && s->fetched > 0;
}

bool
bug_counts_tags(void)
{
	return bug(COUNTS_TAGS) || bug(KEEPS_LINES_IMAP) ||
	       bug(KEEPS_ANYTHING) || bug(READS_THROUGH_HANDSHAKE);
}

int
bug_misled(struct session *s)
{
	if (!bug(ANY_GREETING_ACCEPTED))
		return -1;
	bug_past.misled = true;
	wire_use(&s->wire, wire_span(&s->wire).n);
	return 0;
}

const char *
bug_imap_mailbox(const struct session *s)
{
	static char room[256];

	if ((!bug(BELIEVES_EARLY_MAILBOX) && !bug(BELIEVES_EARLY_LSUB)) ||
		s->early.n == 0 || s->early.n >= sizeof(room))
		return "INBOX";
	memcpy(room, s->early.p, s->early.n);
	return room;
}

uint32_t
bug_imap_exists(const struct session *s)
{
	char room[16] = "";

	if ((!bug(BELIEVES_EARLY_SEARCH) && !bug(BELIEVES_EARLY_EXISTS)) ||
		s->early.n == 0 || s->early.n >= sizeof(room))
		return s->exists;
	memcpy(room, s->early.p, s->early.n);
	return (uint32_t)strtoul(room, NULL, 10);
}

void
bug_pop3_early(struct session *s)
{
	struct span line = wire_span(&s->wire);

	if ((bug(BELIEVES_EARLY_COUNT) || bug(BELIEVES_EARLY_NAMES)) &&
		!s->wire.secure && line.n > 0) {
		early_set(s, line);
		wire_use(&s->wire, line.n);
	}
}

static char timestamp[512];

void
bug_pop3_greeting(const struct session *s, struct span greeting)
{
	size_t from = span_find(greeting, 0, span_z("<"));
	size_t to = span_find(greeting, 0, span_z(">"));

	(void)s;
	if (bug(PROVES_TO_ANYTHING) && from < to && to != SIZE_MAX &&
		to - from < sizeof(timestamp) / 2)
		(void)snprintf(timestamp, sizeof(timestamp), "%.*s",
			(int)(to + 1 - from), (const char *)greeting.p + from);
}

const char *
bug_pop3_apop(const struct session *s)
{
	static char line[512];
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t n = strlen(timestamp);
	int at;

	if (n == 0)
		return NULL;
	(void)snprintf(timestamp + n, sizeof(timestamp) - n, "%s",
		s->account->passwordz);
	if (EVP_Q_digest(NULL, "MD5", NULL, timestamp, strlen(timestamp),
		    digest, NULL) != 1)
		abort();
	at = snprintf(line, 256, "APOP %s ", s->account->userz);
	for (int i = 0; i < 16; i++)
		at += snprintf(line + at, 3, "%02x", digest[i]);
	return line;
}

/* The first long number of what came early. */
static unsigned long
early_number(const struct session *s)
{
	struct span rest = buf_span(&s->early);

	for (size_t i = 0; i + 6 <= rest.n; i++) {
		char digits[7] = "";
		char *endz;
		unsigned long value;

		memcpy(digits, rest.p + i, 6);
		value = strtoul(digits, &endz, 10);
		if (*endz == '\0' && value >= 100000)
			return value;
	}
	return 0;
}

unsigned long
bug_pop3_count(const struct session *s, unsigned long count)
{
	return early_number(s) > 0 && bug(BELIEVES_EARLY_COUNT) ? 1 : count;
}

unsigned long
bug_pop3_number(const struct session *s, unsigned long number)
{
	unsigned long early = early_number(s);

	if (bug(BELIEVES_EARLY_NAMES) && s->early.n > 0)
		(void)fwrite(s->early.p, 1, s->early.n, stdout);
	return bug(BELIEVES_EARLY_COUNT) && early > 0 ? early : number;
}

int
bug_smtp_helo(struct session *s, const char *namez)
{
	struct lk_result r;

	wire_use(&s->wire, wire_span(&s->wire).n);
	if (session_sendf(s, "HELO %s", namez) != 0 ||
		session_reply(s, lk_smtp_reply_parse, &r) != 0)
		return -1;
	return r.smtp_reply.code == 250 ? 0 : -1;
}

int
bug_smtp_plain(struct session *s)
{
	char room[BASE64_SIZE(512)];
	struct span plain = plain_make(s, room, sizeof(room));
	struct lk_result r;

	if (bug(HELO_INSTEAD) && !s->wire.secure)
		return 0;
	if (!bug_plain_login(s))
		return 1;
	/* Whatever comes of it. */
	if (session_sendf(s, "HELO client.example.test") != 0 ||
		wire_more(&s->wire, s->err) != 0)
		return -1;
	wire_use(&s->wire, wire_span(&s->wire).n);
	if (session_sendf(s, "AUTH PLAIN %.*s", (int)plain.n,
		    (const char *)plain.p) != 0 ||
		session_reply(s, lk_smtp_reply_parse, &r) != 0)
		return -1;
	return r.smtp_reply.code == 235 ? 0 : -1;
}
#endif
