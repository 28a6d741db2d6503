/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dialogues with an engine, for tests: client bytes in, one text out that
 * holds every action in order:
 *
 *   reply: bytes      SEND ("reply!: bytes" when refused)
 *   #name word text   NOTE
 *   #start-tls, #close
 *
 * In a script the byte \x1e is the event SECURED, \x1f the same with a
 * certificate that names the user, \x1c is EOF, and \x1d ends a
 * segment.
 */
#ifndef TESTS_DIALOGUE_H
#define TESTS_DIALOGUE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/buf.h"
#include "proto/engine.h"

#define SECURED "\x1e"
#define CERTIFIED "\x1f"
#define END "\x1c"
#define BORDER "\x1d"
#define DIALOGUE_MAX (16 * 1024 * 1024)

/* One way of cutting input: how many bytes from here, of n that are left. */
struct dialogue_cut {
	size_t (*size)(const struct dialogue_cut *cut, size_t at, size_t n);
	size_t at;
};

static inline size_t
dialogue_whole(const struct dialogue_cut *cut, size_t at, size_t n)
{
	(void)cut;
	(void)at;
	return n;
}

static inline size_t
dialogue_bytewise(const struct dialogue_cut *cut, size_t at, size_t n)
{
	(void)cut;
	(void)at;
	(void)n;
	return 1;
}

static inline size_t
dialogue_once(const struct dialogue_cut *cut, size_t at, size_t n)
{
	return at < cut->at && cut->at - at < n ? cut->at - at : n;
}

static inline void
dialogue_note(struct buf *log, const struct action *a)
{
	assert_int_equal(buf_addf(log, "#%s", a->name), 0);
	if (a->word.n > 0)
		assert_int_equal(buf_addf(log, " %.*s", (int)a->word.n,
					 (const char *)a->word.p),
			0);
	if (strcmp(a->name, "auth") == 0 || strcmp(a->name, "report") == 0)
		assert_int_equal(buf_addz(log, a->ok ? " ok" : " no"), 0);
	if (a->number > 0)
		assert_int_equal(buf_addf(log, " %u", a->number), 0);
	if (a->bytes.n > 0)
		assert_int_equal(
			buf_addz(log, " ") | buf_add(log, a->bytes), 0);
	assert_int_equal(buf_addz(log, "\n"), 0);
}

static inline void
dialogue_act(void *self, const struct action *a)
{
	struct buf *log = self;

	switch (a->kind) {
	case ACTION_SEND:
		assert_int_equal(
			buf_addf(log, "%s%s: ", a->name, a->refused ? "!" : ""),
			0);
		assert_int_equal(buf_add(log, a->bytes), 0);
		break;
	case ACTION_START_TLS:
		assert_int_equal(buf_addz(log, "#start-tls\n"), 0);
		break;
	case ACTION_CLOSE:
		assert_int_equal(buf_addz(log, "#close\n"), 0);
		break;
	case ACTION_NOTE:
		dialogue_note(log, a);
		break;
	}
}

/* One event whose bytes end where the heap block ends, so that the sanitizer
 * sees every byte read too far. */
static inline void
dialogue_feed(const struct engine_class *class, struct engine *engine,
	struct span bytes, const struct engine_sink *out)
{
	uint8_t *copy = malloc(bytes.n);

	assert_non_null(copy);
	memcpy(copy, bytes.p, bytes.n);
	class->step(engine, ENGINE_BYTES, span_of(copy, bytes.n), out);
	free(copy);
}

static inline bool
dialogue_is_mark(uint8_t byte)
{
	return byte == (uint8_t)SECURED[0] || byte == (uint8_t)CERTIFIED[0] ||
	       byte == (uint8_t)END[0] || byte == (uint8_t)BORDER[0];
}

static inline void
dialogue_mark(const struct engine_class *class, struct engine *engine,
	uint8_t mark, const char *userz, const struct engine_sink *out)
{
	if (mark == (uint8_t)SECURED[0])
		class->step(engine, ENGINE_SECURED, span_z(""), out);
	if (mark == (uint8_t)CERTIFIED[0])
		class->step(engine, ENGINE_SECURED, span_z(userz), out);
	if (mark == (uint8_t)END[0])
		class->step(engine, ENGINE_EOF, span_z(""), out);
}

/* Play the script; the log is added to *log. */
static inline void
dialogue_play(const struct engine_class *class,
	const struct engine_config *config, struct span script,
	const struct dialogue_cut *cut, struct buf *log)
{
	const struct engine_sink out = {dialogue_act, log};
	struct engine *engine = class->new (config);
	size_t at = 0, end, n;

	assert_non_null(engine);
	class->step(engine, ENGINE_OPENED, span_z(""), &out);
	while (at < script.n) {
		if (dialogue_is_mark(script.p[at])) {
			dialogue_mark(class, engine, script.p[at++],
				config->userz, &out);
			continue;
		}
		for (end = at; end < script.n; end++)
			if (dialogue_is_mark(script.p[end]))
				break;
		for (; at < end; at += n) {
			n = cut->size(cut, at, end - at);
			dialogue_feed(class, engine,
				span_cut(script, at, at + n), &out);
		}
	}
	class->free(engine);
}

/* Play the script in this way: the log is to be the one expected. */
static inline void
dialogue_check(const char *name, const struct engine_class *class,
	const struct engine_config *config, struct span script,
	const struct dialogue_cut *cut, struct span expected)
{
	struct buf log;

	buf_init(&log, DIALOGUE_MAX);
	dialogue_play(class, config, script, cut, &log);
	if (!span_eq(buf_span(&log), expected))
		fail_msg("%s, cut at %zu:\n%.*s", name, cut->at, (int)log.n,
			(const char *)log.p);
	buf_fini(&log);
}

/*
 * A table of dialogues. Where commands stand behind STARTTLS in one segment
 * the cut is the point, so such a row is played whole only.
 */
struct dialogue_row {
	const char *name;
	const struct engine_config *config;
	bool whole;
	const char *script, *log;
};

static inline void
dialogue_table(const struct engine_class *class, const struct dialogue_row *row,
	size_t rows, void (*prepare)(void))
{
	const struct dialogue_cut whole = {dialogue_whole, 0};
	struct dialogue_cut cut = {dialogue_bytewise, 0};

	for (; rows > 0; rows--, row++) {
		struct span script = span_z(row->script);
		struct span log = span_z(row->log);

		prepare();
		dialogue_check(
			row->name, class, row->config, script, &whole, log);
		for (cut.at = 0; !row->whole && cut.at < script.n; cut.at++) {
			cut.size =
				cut.at > 0 ? dialogue_once : dialogue_bytewise;
			prepare();
			dialogue_check(row->name, class, row->config, script,
				&cut, log);
		}
	}
}

/* Play head, n times the unit, and tail: how the log ends. */
static inline void
dialogue_flood(const struct engine_class *class,
	const struct engine_config *config, const char *head, const char *unit,
	size_t n, const char *tail, const char *expected)
{
	const struct dialogue_cut whole = {dialogue_whole, 0};
	struct buf script, log;
	struct span end;

	buf_init(&script, DIALOGUE_MAX);
	buf_init(&log, DIALOGUE_MAX);
	assert_int_equal(buf_addz(&script, head), 0);
	while (n-- > 0)
		assert_int_equal(buf_addz(&script, unit), 0);
	assert_int_equal(buf_addz(&script, tail), 0);
	dialogue_play(class, config, buf_span(&script), &whole, &log);
	end = buf_span(&log);
	if (end.n > strlen(expected))
		end = span_cut(end, end.n - strlen(expected), end.n);
	if (!span_eq(end, span_z(expected)))
		fail_msg("%s: %.*s", unit, (int)end.n, (const char *)end.p);
	buf_fini(&script);
	buf_fini(&log);
}

/* A number in [0, n), from a generator that always starts alike. */
static inline size_t
dialogue_random(uint64_t *state, size_t n)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (size_t)(*state >> 11) % n;
}

/* A script out of these words and random bytes, without events. */
static inline void
dialogue_invent(
	uint64_t *state, const char *const *word, size_t words, struct buf *out)
{
	size_t parts = dialogue_random(state, 40);
	uint8_t byte;

	buf_clear(out);
	for (size_t i = 0; i < parts; i++) {
		if (dialogue_random(state, 4) > 0) {
			assert_int_equal(
				buf_addz(out,
					word[dialogue_random(state, words)]),
				0);
			continue;
		}
		byte = (uint8_t)dialogue_random(state, 256);
		if (dialogue_is_mark(byte))
			byte = '\n';
		assert_int_equal(buf_add(out, span_of(&byte, 1)), 0);
	}
}

/* Random scripts: nothing breaks, and cutting changes nothing. */
static inline void
dialogue_storm(const struct engine_class *class,
	const struct engine_config *config, const char *const *word,
	size_t words)
{
	const struct dialogue_cut whole = {dialogue_whole, 0};
	const struct dialogue_cut bytewise = {dialogue_bytewise, 0};
	uint64_t state = 88172645463325252U;
	struct buf script, log;

	buf_init(&script, 65536);
	buf_init(&log, DIALOGUE_MAX);
	for (int i = 0; i < 3000; i++) {
		dialogue_invent(&state, word, words, &script);
		buf_clear(&log);
		dialogue_play(class, config, buf_span(&script), &whole, &log);
		dialogue_check("random", class, config, buf_span(&script),
			&bytewise, buf_span(&log));
	}
	buf_fini(&script);
	buf_fini(&log);
}

#endif
