/* SPDX-License-Identifier: Apache-2.0 */
/* Playing a dialogue with an engine, and what must be true of it. */
#include "harness/engine.h"

#include "core/buf.h"
#include "core/needle.h"

#define REPLY_MAX (16u << 20)
#define LOG_MAX (32u << 20)
#define CUTS 3u /* an engine's, for each input */
/* Longer inputs are cut into pieces of some bytes. */
#define BYTEWISE_MAX 2048
/* Errors are counted over the handshake, and the last one hangs up: only
 * before that can a session be like a fresh one. */
#define FRESH_MAX 50

#define MARK_END 0x1c
#define MARK_BORDER 0x1d
#define MARK_SECURED 0x1e

struct play {
	const struct fuzz_protocol *protocol;
	struct engine_config config;
	struct engine_mailbox mailbox;
	struct engine *engine;
	struct span script;
	struct buf log;
	bool no_tls;
	/* Where reads end: after so many bytes, and at places of the script. */
	size_t piece, cut[CUTS];
	bool closed, waiting;
	struct needle_scan scan;
	bool told; /* the client said password or token */
	unsigned sent;
	/* What it was like when TLS came up. */
	size_t tls_at, tls_log;
	struct engine_mailbox tls_mailbox;
};

static const struct engine_mailbox full_mailbox = {
	.message = {{.text = FUZZ_SPAN(
			     "From: \"A, \\\"B\\\"\" <a@b.test>\r\n"
			     "To: Pals: c@d.test, <@r.test:e@f.test>;\r\n"
			     "Subject: the\r\n one\r\n"
			     "Date: Fri, 2 Jan 2026 03:04:05 +0100\r\n\r\n"
			     "hello\r\n.\r\n..\r\n")},
		{.text = FUZZ_SPAN(
			 "Content-Type: multipart/mixed; boundary=\"=\"\r\n\r\n"
			 "--=\r\n\r\npart\r\n--=\r\n"
			 "Content-Type: application/pdf; name=\"a b\"\r\n"
			 "\r\nAAAA\r\n--=--\r\n")},
		{.text = FUZZ_SPAN("Subject: gone\r\n\r\n"), .gone = true},
		{.text = FUZZ_SPAN("Subject: four\r\n\r\nno line end")}},
	.n = 4,
	.uid_validity = 7,
};

static void
log_put(struct play *play, struct span bytes)
{
	oracle(buf_add(&play->log, bytes) == 0, "output is bounded");
}

static const struct needles *
secrets_of(const struct engine_config *config)
{
	static struct needles secrets;

	if (secrets.n == 0)
		oracle(needles_add(&secrets, "password", config->passwordz) ==
					0 &&
				needles_add(
					&secrets, "token", config->tokenz) == 0,
			"secrets of the harness are right");
	return &secrets;
}

static void
secret_found(void *self, const struct needle *needle)
{
	struct play *play = self;

	(void)needle;
	play->told = true;
}

/* Mechanisms that prove a password without saying it are left alone. */
static void
login_check(const struct play *play, const struct action *a)
{
	oracle(!a->ok || play->told || span_eq(a->word, span_z("CRAM-MD5")) ||
			span_eq(a->word, span_z("APOP")) ||
			span_has_prefix(a->word, span_z("SCRAM")),
		"a login is right only with the password");
}

static void
reply_check(struct play *play, const struct action *a)
{
	oracle(a->name != NULL && a->bytes.n <= REPLY_MAX,
		"a reply has a name and a cap");
	if (a->refused && a->bytes.n == 0)
		return;
	oracle(a->bytes.n > 2 &&
			memcmp(a->bytes.p + a->bytes.n - 2, "\r\n", 2) == 0,
		"a reply is whole lines");
	oracle(play->protocol->is_reply(a->bytes, a->word),
		"a reply is one that the protocol knows");
}

static void
play_act(void *self, const struct action *a)
{
	struct play *play = self;
	const uint8_t kind[] = {
		0xff, (uint8_t)a->kind, a->refused, a->ok, (uint8_t)a->number};

	oracle(!play->closed, "nothing follows a close");
	log_put(play, span_of(kind, sizeof(kind)));
	log_put(play, span_z(a->name));
	log_put(play, a->word);
	log_put(play, a->bytes);
	switch (a->kind) {
	case ACTION_SEND:
		play->sent++;
		reply_check(play, a);
		break;
	case ACTION_START_TLS:
		oracle(!play->waiting && !play->config.implicit_tls &&
				play->tls_at == 0,
			"TLS starts once");
		play->waiting = true;
		break;
	case ACTION_CLOSE:
		play->closed = true;
		break;
	case ACTION_NOTE:
		if (strcmp(a->name, "auth") == 0)
			login_check(play, a);
		break;
	}
}

static void
play_step(struct play *play, enum engine_event event, struct span bytes)
{
	const struct engine_sink out = {play_act, play};

	play->protocol->class->step(play->engine, event, bytes, &out);
}

static void
play_secured(struct play *play, size_t at)
{
	if (!play->waiting || play->no_tls || play->closed)
		return;
	play->waiting = false;
	play->tls_at = at;
	play->tls_log = play->log.n;
	play->tls_mailbox = play->mailbox;
	play_step(play, ENGINE_SECURED, span_z(""));
}

/* How much of these bytes of the script comes in one read. */
static size_t
piece_size(const struct play *play, struct span bytes)
{
	const size_t at = (size_t)(bytes.p - play->script.p);
	size_t n = bytes.n < play->piece ? bytes.n : play->piece;

	for (unsigned i = 0; i < CUTS; i++)
		if (play->cut[i] > at && play->cut[i] - at < n)
			n = play->cut[i] - at;
	return n;
}

/* A piece within which no mark stands. The world reads nothing between
 * START_TLS and the handshake but what came in the same read. */
static void
play_bytes(struct play *play, struct span bytes)
{
	size_t n;

	for (; bytes.n > 0; bytes = span_cut(bytes, n, bytes.n)) {
		if (play->waiting && play->no_tls)
			play->waiting = false;
		if (play->waiting)
			return;
		n = piece_size(play, bytes);
		needles_scan(secrets_of(&play->config), &play->scan,
			span_cut(bytes, 0, n), secret_found, play);
		play_step(play, ENGINE_BYTES, span_cut(bytes, 0, n));
	}
}

static void
play_run(struct play *play, size_t at)
{
	const struct span script = play->script;
	size_t end;

	for (; at < script.n; at = end + 1) {
		for (end = at; end < script.n; end++)
			if (script.p[end] >= MARK_END &&
				script.p[end] <= MARK_SECURED)
				break;
		if (end > at)
			play_bytes(play, span_cut(script, at, end));
		if (end < script.n && script.p[end] == MARK_SECURED)
			play_secured(play, end + 1);
		if (end < script.n && script.p[end] == MARK_END)
			play_step(play, ENGINE_EOF, span_z(""));
	}
}

static void
play_init(struct play *play, const struct fuzz_protocol *protocol,
	unsigned choice, struct span script)
{
	const struct engine_capabilities *list =
		(choice & FUZZ_POOR) != 0 ? protocol->poor : protocol->rich;

	*play = (struct play){.protocol = protocol,
		.config = {.hostz = "mx.example.test",
			.userz = "mrose",
			.passwordz = "tanstaaf",
			.tokenz = "ya29.token",
			.noncez = "1896.697170952",
			.response = protocol->response,
			.implicit_tls = (choice & FUZZ_IMPLICIT) != 0,
			.silent = (choice & FUZZ_SILENT) != 0,
			.greeting = (choice & FUZZ_PREAUTH) != 0
					    ? GREETING_PREAUTH
					    : GREETING_OK},
		.no_tls = (choice & FUZZ_NO_TLS) != 0,
		.script = script,
		.piece = SIZE_MAX,
		.mailbox = full_mailbox};
	memcpy(play->config.capabilities, list,
		sizeof(play->config.capabilities));
	if ((choice & FUZZ_POOR) == 0)
		play->config.deep = protocol->deep;
	if ((choice & FUZZ_REFUSING) != 0) {
		memcpy(play->config.refusal, protocol->refusal,
			sizeof(play->config.refusal));
		play->config.refusals = protocol->refusals;
	}
	buf_init(&play->log, LOG_MAX);
}

/* From this place of the script to its end. */
static void
play_from(struct play *play, size_t at)
{
	play->config.mailbox = &play->mailbox;
	play->engine = play->protocol->class->new (&play->config);
	if (play->engine == NULL)
		abort();
	play_step(play, ENGINE_OPENED, span_z(""));
	play_run(play, at);
	play->protocol->class->free(play->engine);
}

/* Behind the handshake: is it like a connection that begins with TLS? */
static void
fresh_check(const struct play *play, unsigned choice)
{
	const unsigned clean = FUZZ_PREAUTH | FUZZ_NO_TLS;
	struct play fresh;

	if (play->tls_at == 0 || play->sent > FRESH_MAX)
		return;
	play_init(&fresh, play->protocol,
		(choice & ~clean) | FUZZ_IMPLICIT | FUZZ_SILENT, play->script);
	fresh.mailbox = play->tls_mailbox;
	fresh.told = play->told;
	play_from(&fresh, play->tls_at);
	oracle(span_eq(buf_span(&fresh.log),
		       span_cut(buf_span(&play->log), play->tls_log,
			       play->log.n)),
		"nothing from before TLS counts inside it");
	buf_fini(&fresh.log);
}

/* Cut at some places, or into single bytes, all is as it was whole. */
static void
cut_check(const struct play *whole, unsigned choice, bool bytewise)
{
	const struct span script = whole->script;
	struct play cut;

	play_init(&cut, whole->protocol, choice, script);
	if (bytewise)
		cut.piece = script.n <= BYTEWISE_MAX ? 1 : 1 + script.n / 512;
	else
		for (unsigned i = 0; i < CUTS; i++)
			cut.cut[i] = fuzz_cut(script, i);
	play_from(&cut, 0);
	oracle(span_eq(buf_span(&whole->log), buf_span(&cut.log)),
		"it does not matter where the input is cut");
	buf_fini(&cut.log);
}

void
fuzz_engine(const struct fuzz_protocol *protocol, struct span input)
{
	const unsigned choice = input.n > 0 ? input.p[0] ^ '@' : 0;
	struct play whole;

	play_init(&whole, protocol, choice, span_cut(input, 1, input.n));
	play_from(&whole, 0);
	fresh_check(&whole, choice);
	if (!whole.no_tls) {
		cut_check(&whole, choice, false);
		if (fuzz_thorough)
			cut_check(&whole, choice, true);
	}
	buf_fini(&whole.log);
}
