/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the dialogue: ways around TLS, and answers that are believed. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "bug_session.h"
#include "bug_tls.h"
#include "bug_wire.h"
#include "deep.h"
#include "parse/base64.h"

/* Where a visit failed, and what comes behind it all the same. */
static const struct {
	enum bug bug;
	unsigned stages;
} retries[] = {
	{BUG_CLEAR_AFTER_CONNECT, 1u << STAGE_CONNECT},
	{BUG_CLEAR_AFTER_GREETING, 1u << STAGE_GREETING},
	{BUG_CLEAR_AFTER_LIST, 1u << STAGE_LIST},
	{BUG_CLEAR_AFTER_STARTTLS, 1u << STAGE_STARTTLS},
	{BUG_CLEAR_AFTER_HANDSHAKE, 1u << STAGE_HANDSHAKE},
	{BUG_CLEAR_AFTER_LOGIN, 1u << STAGE_CAPABILITIES | 1u << STAGE_LOGIN},
	{BUG_CLEAR_AFTER_WORK, 1u << STAGE_WORK},
	{BUG_OLDER_AFTER_HANDSHAKE, 1u << STAGE_HANDSHAKE},
	{BUG_TRUSTING_AFTER_HANDSHAKE, 1u << STAGE_HANDSHAKE},
	{BUG_AUTODETECTS, ~0u},
	{BUG_AUTODETECTS_UNCHECKED, ~0u},
	{BUG_CLEAR_AFTER_WARNING, 1u << STAGE_HANDSHAKE},
	{BUG_OLDER_AFTER_WARNING, 1u << STAGE_HANDSHAKE},
	{BUG_BLIND_BY_DEFAULT, 1u << STAGE_CONNECT},
	{BUG_BLURTS_IN_CLEAR, ~0u},
};

/* Nobody said whether there has to be TLS. */
static bool
was_told(const struct session *s)
{
	const json_t *service =
		json_object_get(json_object_get(s->account->state, "services"),
			service_name(s->kind));

	return json_object_get(service, "tls") != NULL;
}

static struct service *
service_of(struct session *s)
{
	return &s->account->service[s->kind];
}

static void
clear_go(struct session *s)
{
	bug_past.clear = true;
	service_of(s)->implicit = false;
	service_of(s)->port = service_port(s->kind, false);
}

/* A connection of its own that leads to nothing. */
static void
probe(struct session *s)
{
	struct wire w;
	struct err err;

	wire_init(&w);
	if (wire_open(&w, service_of(s)->hostz, service_of(s)->port, &err) ==
			0 &&
		service_of(s)->implicit)
		bug_antique_hello(&w, service_of(s)->hostz);
	wire_fini(&w);
}

/* One connection on which there has to be TLS; the next need not. */
static void
demand_once(struct session *s, int (*try)(struct session *s))
{
	bug_past.probing = true;
	(void)try(s);
	bug_past.probing = false;
	bug_past.relaxed = true;
	wire_fini(&s->wire);
	caps_clear(&s->caps);
}

int
bug_before(struct session *s, int (*try)(struct session *s))
{
	const json_t *last =
		json_object_get(json_object_get(s->account->state, "sessions"),
			service_name(s->kind));

	bug_kind = s->kind;
	bug_past.known = json_is_true(json_object_get(last, "done"));
	bug_past.trusting = bug(FIRST_UNCHECKED_KEPT) && !was_told(s);
	if (bug_past.kept)
		return 1;
	if (bug(ANTIQUE_HELLO))
		probe(s);
	if (bug(DEMANDED_ONCE))
		demand_once(s, try);
	if (bug(SRV_CLEAR) &&
		service_of(s)->port == service_port(s->kind, false))
		clear_go(s);
	if (was_told(s))
		return 0;
	if (bug(CLEAR_BY_DEFAULT) || bug(BLIND_BY_DEFAULT) ||
		bug(FIRST_CLEAR_KEPT))
		clear_go(s);
	if (bug(AUTODETECTS) || bug(AUTODETECTS_UNCHECKED)) {
		service_of(s)->implicit = true;
		service_of(s)->port = service_port(s->kind, true);
		bug_past.trusting = bug(AUTODETECTS_UNCHECKED);
	}
	return 0;
}

/* Everything once more, in clear, without listening much. */
static int
blurt(struct session *s, bool at_tls_port)
{
	char plain[BASE64_SIZE(512)];
	uint8_t room[512];
	const struct account *a = s->account;
	int n = snprintf((char *)room, sizeof(room), "%c%s%c%s", 0, a->userz, 0,
		a->passwordz);
	size_t size = 0;
	struct buf b;

	(void)base64_encode(
		span_of(room, (size_t)n), plain, sizeof(plain), &size);
	buf_init(&b, CAPS_MAX);
	(void)(s->kind == SERVICE_IMAP
			? buf_addf(&b,
				  "a LOGIN %s %s\r\nb EXAMINE INBOX\r\n"
				  "c FETCH 1 BODY.PEEK[]\r\nd LOGOUT\r\n",
				  a->userz, a->passwordz)
		: s->kind == SERVICE_POP3
			? buf_addf(&b, "USER %s\r\nPASS %s\r\nRETR 1\r\n",
				  a->userz, a->passwordz)
			: buf_addf(&b,
				  "HELO client.example.test\r\n"
				  "AUTH PLAIN %.*s\r\nMAIL FROM:<%s>\r\n"
				  "RCPT TO:<%s>\r\nDATA\r\n%.*s.\r\nQUIT\r\n",
				  (int)size, plain, s->mail->fromz,
				  s->mail->recipients[0], (int)s->mail->text.n,
				  (const char *)s->mail->text.p));
	if (wire_open(&s->wire, service_of(s)->hostz,
		    service_port(s->kind, at_tls_port), s->err) == 0 &&
		wire_send(&s->wire, buf_span(&b), s->err) == 0)
		while (wire_more(&s->wire, s->err) == 0)
			;
	buf_fini(&b);
	return 0;
}

static int
referral_follow(struct session *s, int (*try)(struct session *s))
{
	static char host[256];

	if (s->early.n == 0 || s->early.n >= sizeof(host))
		return -1;
	memcpy(host, s->early.p, s->early.n);
	wire_fini(&s->wire);
	service_of(s)->hostz = host;
	if (bug(REFERRAL_VISITED)) {
		(void)wire_open(&s->wire, host, service_of(s)->port, s->err);
		return -1;
	}
	if (bug(REFERRAL_IN_CLEAR))
		clear_go(s);
	bug_past.trusting = true;
	s->is_preauth = false;
	return try(s);
}

int
bug_again(struct session *s, int (*try)(struct session *s))
{
	bool matched = false;

	if (bug_past.kept)
		return 0;
	if (bug(REFERRAL_FOLLOWED) || bug(REFERRAL_VISITED) ||
		bug(REFERRAL_IN_CLEAR))
		return referral_follow(s, try);
	for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++)
		matched =
			matched || (retries[i].bug == bug_active &&
					   (retries[i].stages >> s->stage & 1));
	if ((bug(AUTODETECTS) || bug(AUTODETECTS_UNCHECKED)) && was_told(s))
		return -1;
	if (!matched)
		return -1;
	wire_fini(&s->wire);
	if (bug(BLURTS_IN_CLEAR))
		return blurt(s, false);
	if (bug(BLIND_BY_DEFAULT))
		return blurt(s, true);
	s->is_preauth = false;
	bug_past.older = bug(OLDER_AFTER_HANDSHAKE) || bug(OLDER_AFTER_WARNING);
	bug_past.warned = false;
	bug_past.trusting = bug(TRUSTING_AFTER_HANDSHAKE);
	if (!bug_past.older && !bug_past.trusting)
		clear_go(s);
	return try(s);
}

/* The certificate of the last visit, and no other. */
static int
pin_check(struct session *s)
{
	static const char pathz[] = "pinned-certificate";
	uint8_t now[EVP_MAX_MD_SIZE] = {0}, then[EVP_MAX_MD_SIZE] = {0};
	X509 *cert = SSL_get1_peer_certificate(s->wire.ssl);
	FILE *file = fopen(pathz, "rb");
	unsigned n = 0;

	(void)X509_digest(cert, EVP_sha256(), now, &n);
	X509_free(cert);
	if (file != NULL) {
		(void)!fread(then, 1, n, file);
		(void)fclose(file);
		return memcmp(now, then, n) == 0 ? 0 : -1;
	}
	file = fopen(pathz, "wb");
	if (file != NULL) {
		(void)fwrite(now, 1, n, file);
		(void)fclose(file);
	}
	return 0;
}

int
bug_after(struct session *s)
{
	bool bad = s->wire.ssl != NULL &&
		   SSL_get_verify_result(s->wire.ssl) != X509_V_OK;

	if (bug_past.probing && s->stage >= STAGE_CAPABILITIES)
		return -1;
	if (bug_past.warned && s->wire.secure &&
		s->stage < STAGE_CAPABILITIES) {
		s->stage = STAGE_HANDSHAKE;
		return session_fail(s, "TLS warned");
	}
	if (bug(STARTTLS_TWICE) && s->stage == STAGE_CAPABILITIES &&
		caps_has(&s->caps, "STARTTLS"))
		return s->protocol->starttls(s);
	if (bug(LATCH_LATE) && s->stage == STAGE_LOGIN)
		return deep_check(s);
	if (bug(CERTIFICATE_PINNED) && s->stage == STAGE_LOGIN &&
		s->wire.ssl != NULL)
		return pin_check(s);
	if ((bug(FIRST_CLEAR_KEPT) || bug(FIRST_UNCHECKED_KEPT)) &&
		s->stage == STAGE_WORK && !bug_past.kept && !was_told(s)) {
		bug_past.kept = true;
		return s->protocol->work(s);
	}
	if (bad &&
		((bug(CHECKED_AFTER_LIST) && s->stage == STAGE_CAPABILITIES) ||
			(bug(CHECKED_AFTER_LOGIN) && s->stage == STAGE_LOGIN) ||
			(bug(CHECKED_AFTER_WORK) && s->stage == STAGE_WORK)))
		return session_fail(s, "the certificate was wrong");
	return 0;
}

bool
bug_passes(const struct session *s)
{
	return bug(LOGIN_OPTIONAL) && s->stage == STAGE_LOGIN && !s->wire.ended;
}

int
bug_exit(int code)
{
	if (code == 0)
		return 0;
	if (bug(CRASHES))
		abort();
	if (bug(HANGS))
		(void)pause();
	return bug(ALWAYS_SUCCESS) ? 0 : code;
}

const char *
bug_certificate(const struct account *a)
{
	static char first[256];

	if (!bug(CERTIFICATE_SHARED))
		return a->certificatez;
	if (a->certificatez != NULL)
		(void)snprintf(first, sizeof(first), "%s", a->certificatez);
	return first[0] != '\0' ? first : NULL;
}

bool
bug_is_excusing(const struct mail *mail)
{
	return span_find(mail->text, 0, span_z("TLS-Required: No")) != SIZE_MAX;
}

/* What the mail asks for is said of other people's demands. */
static bool
is_excused(const struct session *s)
{
	return bug(MAIL_EXCUSES_TLS) && s->mail != NULL &&
	       bug_is_excusing(s->mail);
}

bool
bug_clear_now(const struct session *s)
{
	return bug_past.clear || bug_past.misled || is_excused(s);
}

bool
bug_goes_clear(const struct session *s)
{
	return bug_past.clear || bug_past.misled || bug_past.relaxed ||
	       is_excused(s) || s->is_preauth || bug(LIST_REFUSED_ACCEPTED) ||
	       bug(HELO_INSTEAD) || bug(STRIPPED_ACCEPTED) ||
	       bug(STRIPPED_IMAP_ACCEPTED) || bug(STRIPPED_POP3_ACCEPTED) ||
	       bug(STRIPPED_SMTP_ACCEPTED) || bug(REFUSAL_ACCEPTED) ||
	       bug(REFUSAL_IMAP_ACCEPTED) || bug(REFUSAL_POP3_ACCEPTED) ||
	       bug(REFUSAL_SMTP_ACCEPTED) || bug(COUNTS_TAGS);
}

bool
bug_takes_preauth(void)
{
	return bug(PREAUTH_ACCEPTED) || bug(REFERRAL_FOLLOWED) ||
	       bug(REFERRAL_VISITED) || bug(REFERRAL_IN_CLEAR);
}

bool
bug_takes_stripped(const struct session *s)
{
	return bug(STRIPPED_ACCEPTED) || bug(HELO_INSTEAD) ||
	       bug(LIST_REFUSED_ACCEPTED) || bug_past.relaxed ||
	       (bug(STRIPPED_IMAP_ACCEPTED) && s->kind == SERVICE_IMAP) ||
	       (bug(STRIPPED_POP3_ACCEPTED) && s->kind == SERVICE_POP3) ||
	       (bug(STRIPPED_SMTP_ACCEPTED) && s->kind == SERVICE_SUBMISSION);
}

bool
bug_takes_refusal(const struct session *s)
{
	return bug(REFUSAL_ACCEPTED) || bug_past.relaxed ||
	       (bug(REFUSAL_IMAP_ACCEPTED) && s->kind == SERVICE_IMAP) ||
	       (bug(REFUSAL_POP3_ACCEPTED) && s->kind == SERVICE_POP3) ||
	       (bug(REFUSAL_SMTP_ACCEPTED) && s->kind == SERVICE_SUBMISSION);
}

/* In clear where nothing is known, or nothing is asked. */
static bool
is_blind(const struct session *s)
{
	return bug_past.misled || (bug(BLIND_BY_DEFAULT) && bug_past.clear) ||
	       ((bug(LIST_REFUSED_ACCEPTED) || bug(HELO_INSTEAD)) &&
		       !s->wire.secure);
}

/* SMTP needs the question; the answer is thrown away. */
static void
list_skip(struct session *s)
{
	struct caps kept = s->caps;

	caps_init(&s->caps);
	(void)s->protocol->capabilities(s);
	caps_fini(&s->caps);
	s->caps = kept;
}

bool
bug_asks_no_list(struct session *s)
{
	if (bug(KEEPS_LIST_SMTP) && s->kind == SERVICE_SUBMISSION)
		list_skip(s);
	return s->is_preauth || is_blind(s) || bug_keeps_capabilities(s);
}

bool
bug_plain_login(const struct session *s)
{
	return is_blind(s) ||
	       (bug(LOGINDISABLED_IGNORED) && s->kind == SERVICE_IMAP) ||
	       (bug(KEEPS_LINES_POP3) && s->kind == SERVICE_POP3);
}

bool
bug_takes_answers_ahead(struct session *s)
{
	if (bug_past.misled || bug(LIST_REFUSED_ACCEPTED) ||
		bug(BLIND_BY_DEFAULT)) {
		/* What made no sense is left out. */
		wire_use(&s->wire, wire_span(&s->wire).n);
		return true;
	}
	return bug(READS_THROUGH_HANDSHAKE) || bug(KEEPS_ANYTHING) ||
	       bug(KEEPS_LINES_POP3) || bug(KEEPS_LINES_SMTP) ||
	       bug(KEEPS_FRAGMENT) || bug(BELIEVES_EARLY_COUNT) ||
	       bug(BELIEVES_EARLY_NAMES);
}

bool
bug_keeps_capabilities(const struct session *s)
{
	return (bug(KEEPS_LIST_IMAP) && s->kind == SERVICE_IMAP) ||
	       ((bug(BELIEVES_ANY_LIST) || bug(BELIEVES_GREETING_LIST)) &&
		       s->kind == SERVICE_IMAP) ||
	       (bug(KEEPS_LIST_POP3) && s->kind == SERVICE_POP3) ||
	       (bug(KEEPS_LIST_SMTP) && s->kind == SERVICE_SUBMISSION);
}
#endif
