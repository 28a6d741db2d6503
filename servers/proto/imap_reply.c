/* SPDX-License-Identifier: Apache-2.0 */
/* Making IMAP answers: strings, tagged lines, refusals, the end. */
#include "proto/imap.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void
imap_put_span(struct imap *imap, struct span bytes)
{
	if (!imap->overflow && buf_add(&imap->reply, bytes) != 0)
		imap->overflow = true;
}

/* For texts of ours, which are short. */
void
imap_put(struct imap *imap, const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	assert(n >= 0 && (size_t)n < sizeof(text));
	imap_put_span(imap, span_of(text, (size_t)n));
}

/* Can it stand between quotes (RFC 3501: TEXT-CHAR, 7 bit)? */
static bool
is_quotable(struct span bytes)
{
	if (bytes.n > 1000)
		return false;
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] < ' ' || bytes.p[i] >= 0x7f)
			return false;
	return true;
}

void
imap_put_string(struct imap *imap, struct span bytes)
{
	size_t from = 0;

	if (!is_quotable(bytes)) {
		imap_put(imap, "{%zu}\r\n", bytes.n);
		imap_put_span(imap, bytes);
		return;
	}
	imap_put(imap, "\"");
	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] != '"' && bytes.p[i] != '\\')
			continue;
		imap_put_span(imap, span_cut(bytes, from, i));
		imap_put(imap, "\\");
		from = i;
	}
	imap_put_span(imap, span_cut(bytes, from, bytes.n));
	imap_put(imap, "\"");
}

void
imap_put_nstring(struct imap *imap, struct span bytes)
{
	if (bytes.n == 0)
		imap_put(imap, "NIL");
	else
		imap_put_string(imap, bytes);
}

void
imap_put_unquoted(struct imap *imap, struct imap_string string)
{
	uint8_t text[512];
	const size_t n = imap_string_copy(string, text, sizeof(text));

	/* So long a name in a header is shown with its backslashes. */
	imap_put_nstring(imap, n == SIZE_MAX ? string.raw : span_of(text, n));
}

void
imap_put_astring(struct imap *imap, struct span bytes)
{
	struct imap_reader r = {bytes, 0};
	struct span atom;

	if (imap_read_atom(&r, &atom) && atom.n == bytes.n &&
		!span_eq_nocase(bytes, span_z("NIL")))
		imap_put_span(imap, bytes);
	else
		imap_put_string(imap, bytes);
}

void
imap_put_capabilities(struct imap *imap, enum engine_phase phase)
{
	const struct engine_capabilities *list =
		&imap->config->capabilities[phase];
	const char *word, *status;

	for (unsigned i = 0; i < list->n; i++) {
		imap_put(imap, " ");
		imap_put_span(imap, span_z(list->item[i]));
	}
	/* It implies ID (-04 section 7.1). */
	if (engine_deep_item(
		    imap->config, phase, engine_deep_imap, &word, &status))
		imap_put(imap, "%s %s",
			engine_offers(imap->config, phase, "ID") ? "" : " ID",
			word);
}

void
imap_put_capability_code(struct imap *imap, enum engine_phase phase)
{
	if (imap->config->capabilities[phase].n == 0)
		return;
	imap_put(imap, "[CAPABILITY");
	imap_put_capabilities(imap, phase);
	imap_put(imap, "] ");
}

struct span
imap_tag(const struct imap *imap)
{
	return span_of(imap->tag, imap->tag_n);
}

static void
reply_send(struct imap *imap, const char *reply, bool refused)
{
	const struct action action = {.kind = ACTION_SEND,
		.name = reply,
		.bytes = buf_span(&imap->reply),
		.word = imap_tag(imap),
		.refused = refused};

	imap->out->act(imap->out->self, &action);
	buf_clear(&imap->reply);
}

static void
reply_clear(struct imap *imap)
{
	buf_clear(&imap->reply);
	imap->overflow = false;
}

/* One more command that went wrong; too many end the connection. */
static void
error_count(struct imap *imap)
{
	if (++imap->errors >= IMAP_ERRORS_MAX)
		imap_hang_up(imap, "Too many errors");
}

void
imap_put_tag(struct imap *imap)
{
	imap_put_span(imap, imap->tag_n > 0 ? imap_tag(imap) : span_z("*"));
	imap_put(imap, " ");
}

void
imap_send(struct imap *imap)
{
	if (imap->overflow) {
		reply_clear(imap);
		imap_put_tag(imap);
		imap_put(imap, "NO [LIMIT] The answer is too large\r\n");
	}
	reply_send(imap, imap->command->reply, false);
}

void
imap_finish(struct imap *imap, const char *textz)
{
	imap_put_tag(imap);
	imap_put(imap, "%s\r\n", textz);
	imap_send(imap);
	if (strncmp(textz, "OK", 2) != 0)
		error_count(imap);
}

void
imap_bad(struct imap *imap, const char *textz)
{
	engine_note(
		imap->out, "protocol-error", span_of(NULL, 0), span_z(textz));
	reply_clear(imap);
	imap_put_tag(imap);
	imap_put(imap, "BAD %s\r\n", textz);
	reply_send(imap, REPLY_ERROR, false);
	error_count(imap);
}

void
imap_refuse(struct imap *imap, const char *reply, const char *textz)
{
	reply_clear(imap);
	imap_put_tag(imap);
	imap_put(imap, "%s\r\n", textz);
	reply_send(imap, reply, true);
	error_count(imap);
}

bool
imap_refused(struct imap *imap, const char *reply)
{
	const struct engine_refusal *refusal =
		engine_refusal_of(imap->config, reply, imap->tls);
	const struct span mark = span_z("{tag}");
	size_t from = 0, at;

	if (refusal == NULL)
		return false;
	reply_clear(imap);
	while ((at = span_find(refusal->text, from, mark)) != SIZE_MAX) {
		imap_put_span(imap, span_cut(refusal->text, from, at));
		imap_put_span(imap, imap_tag(imap));
		from = at + mark.n;
	}
	imap_put_span(imap, span_cut(refusal->text, from, refusal->text.n));
	reply_send(imap, reply, true);
	error_count(imap);
	return true;
}

void
imap_prompt(struct imap *imap, const char *reply, struct span text)
{
	reply_clear(imap);
	imap_put(imap, "+ ");
	imap_put_span(imap, text);
	imap_put(imap, "\r\n");
	reply_send(imap, reply, false);
}

void
imap_close(struct imap *imap)
{
	const struct action action = {.kind = ACTION_CLOSE};

	if (imap->mode == IMAP_CLOSED)
		return;
	imap->mode = IMAP_CLOSED;
	imap->out->act(imap->out->self, &action);
}

void
imap_hang_up(struct imap *imap, const char *textz)
{
	reply_clear(imap);
	imap_put(imap, "* BYE %s\r\n", textz);
	reply_send(imap, REPLY_ERROR, false);
	imap_close(imap);
}
