/* SPDX-License-Identifier: Apache-2.0 */
/* The IMAP engine: a session, and what happens to it. */
#include "proto/imap.h"

#include <stdlib.h>

#define CHUNK_MAX (64 * 1024) /* of input, taken at once */

/* What IMAP4rev2 contains (RFC 9051 appendix E). */
static const char *const rev2_contains[] = {"NAMESPACE", "UNSELECT", "UIDPLUS",
	"ESEARCH", "SEARCHRES", "ENABLE", "IDLE", "SASL-IR", "LIST-EXTENDED",
	"LIST-STATUS", "MOVE", "LITERAL-", "STATUS=SIZE", "SPECIAL-USE"};

enum engine_phase
imap_phase(const struct imap *imap)
{
	if (imap->state != IMAP_GREETED)
		return PHASE_LOGIN;
	return imap->tls ? PHASE_TLS : PHASE_CLEAR;
}

bool
imap_offers(const struct imap *imap, const char *capabilityz)
{
	const enum engine_phase phase = imap_phase(imap);

	if (engine_offers(imap->config, phase, capabilityz))
		return true;
	/* DEEP and MUA-STS imply ID. */
	if (imap->config->deep.statusz[phase] != NULL &&
		strcmp(capabilityz, "ID") == 0)
		return true;
	if (!engine_offers(imap->config, phase, "IMAP4rev2"))
		return false;
	for (size_t i = 0; i < sizeof(rev2_contains) / sizeof(*rev2_contains);
		i++)
		if (strcmp(rev2_contains[i], capabilityz) == 0)
			return true;
	return false;
}

void
imap_session_reset(struct imap *imap)
{
	buf_clear(&imap->in);
	imap->frame = (struct imap_frame){0};
	imap->mode = IMAP_COMMANDS;
	imap->state = IMAP_GREETED;
	imap->rev2 = false;
	imap->tag_n = 0;
	imap->command = NULL;
	imap->sasl = (struct sasl){0};
	imap->selected = NULL;
	imap->view = imap->saved = 0;
	imap->answered = imap->flagged = imap->draft = 0;
	imap_folders_init(imap);
}

void
imap_log_in(struct imap *imap)
{
	imap->state = IMAP_LOGGED_IN;
	imap->rev2 = imap->rev2 || (imap_offers(imap, "IMAP4rev2") &&
					   !imap_offers(imap, "IMAP4rev1"));
}

/*
 * Whose list the greeting shows, if it shows any: inside TLS that which holds
 * there, for STARTTLS is not to be offered again (RFC 9051 section 6.2.1).
 */
static enum engine_phase
greeting_phase(const struct imap *imap)
{
	bool lists = imap->config->capabilities[PHASE_GREETING].n > 0;

	return lists && imap->tls ? PHASE_TLS : PHASE_GREETING;
}

static void
greet(struct imap *imap)
{
	static const char *const word[] = {[GREETING_OK] = "OK",
		[GREETING_PREAUTH] = "PREAUTH",
		[GREETING_BYE] = "BYE"};
	const struct engine_config *config = imap->config;

	if (config->greeting == GREETING_PREAUTH)
		imap_log_in(imap);
	if (config->silent)
		return;
	if (config->greeting_text.n > 0) {
		imap_put_span(imap, config->greeting_text);
	} else {
		imap_put(imap, "* %s ", word[config->greeting]);
		if (config->greeting != GREETING_BYE)
			imap_put_capability_code(imap, greeting_phase(imap));
		imap_put_span(imap, span_z(config->hostz));
		imap_put(imap, "%s\r\n",
			config->greeting == GREETING_BYE ? " is closed"
							 : " is ready");
	}
	engine_send(imap->out, REPLY_GREETING, span_of(NULL, 0),
		buf_span(&imap->reply));
	buf_clear(&imap->reply);
	if (config->greeting == GREETING_BYE)
		imap_close(imap);
}

static struct span
line_strip(struct span line)
{
	while (line.n > 0 &&
		(line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	return line;
}

/* A line that is no command: an answer to a challenge, or the end of IDLE. */
static void
line_run(struct imap *imap)
{
	const size_t end = imap->frame.end;
	const struct span line =
		line_strip(span_cut(buf_span(&imap->in), 0, end));

	if (imap->mode == IMAP_SASL)
		imap_sasl_line(imap, line);
	else
		imap_idle_line(imap, line);
	imap_frame_drop(imap, end);
}

/* Handle what is complete in the input. False: more bytes are needed, or no
 * more are wanted. */
static bool
input_step(struct imap *imap)
{
	struct imap_literal literal;
	enum imap_frame_result result;
	size_t n;

	if (imap->mode == IMAP_HANDSHAKE || imap->mode == IMAP_CLOSED)
		return false;
	result = imap_frame_step(&imap->frame, buf_span(&imap->in),
		imap->mode == IMAP_COMMANDS, &literal);
	n = result == IMAP_FRAME_MORE ? imap->in.n : imap->frame.end;
	if (n > IMAP_LINE_MAX + imap->frame.literals) {
		imap_hang_up(imap, "The line is too long");
		return false;
	}
	if (result == IMAP_FRAME_MORE)
		return false;
	if (imap->mode != IMAP_COMMANDS)
		line_run(imap);
	else if (result == IMAP_FRAME_COMMAND)
		imap_command_run(imap);
	else if (imap_literal_admit(imap, &literal))
		imap_frame_accept(&imap->frame, &literal);
	else
		imap_frame_drop(imap, imap->frame.end);
	return true;
}

static void
bytes_take(struct imap *imap, struct span bytes)
{
	struct span chunk;

	/* The handshake did not happen: the session goes on in clear. */
	if (imap->mode == IMAP_HANDSHAKE)
		imap->mode = IMAP_COMMANDS;
	while (input_step(imap))
		;
	while (bytes.n > 0 && imap->mode != IMAP_CLOSED) {
		chunk = span_cut(bytes, 0, CHUNK_MAX);
		bytes = span_cut(bytes, chunk.n, bytes.n);
		if (buf_add(&imap->in, chunk) != 0) {
			/* Behind STARTTLS this is dropped anyway. */
			if (imap->mode != IMAP_HANDSHAKE)
				imap_hang_up(imap, "Too much input");
			return;
		}
		while (input_step(imap))
			;
	}
}

static void
imap_step(struct engine *engine, enum engine_event event, struct span bytes,
	const struct engine_sink *out)
{
	struct imap *imap = (struct imap *)engine;

	if (imap->mode == IMAP_CLOSED)
		return;
	imap->out = out;
	switch (event) {
	case ENGINE_OPENED:
		imap->sasl.external = sasl_names(imap->config, bytes);
		greet(imap);
		break;
	case ENGINE_BYTES:
		bytes_take(imap, bytes);
		break;
	case ENGINE_SECURED:
		/* Nothing from before TLS may count inside it: neither what
		 * was read nor what was said (RFC 3501 section 6.2.1, RFC
		 * 9051 section 6.2.1: back to the state behind the greeting,
		 * all knowledge about the client forgotten). */
		imap_session_reset(imap);
		imap->sasl.external = sasl_names(imap->config, bytes);
		imap->tls = true;
		break;
	case ENGINE_EOF:
		imap_close(imap);
		break;
	}
	imap->out = NULL;
}

static struct engine *
imap_new(const struct engine_config *config)
{
	struct imap *imap = calloc(1, sizeof(*imap));

	if (imap == NULL)
		return NULL;
	imap->config = config;
	imap->tls = config->implicit_tls;
	buf_init(&imap->in, IMAP_LINE_MAX + IMAP_APPEND_MAX + CHUNK_MAX + 1);
	buf_init(&imap->reply, IMAP_REPLY_MAX);
	imap_session_reset(imap);
	return (struct engine *)imap;
}

static void
imap_free(struct engine *engine)
{
	struct imap *imap = (struct imap *)engine;

	if (imap == NULL)
		return;
	buf_fini(&imap->in);
	buf_fini(&imap->reply);
	free(imap);
}

const struct engine_class imap_engine = {
	"imap", imap_new, imap_step, imap_free};
