/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes lk_latch_session and what is written of it. The input: a letter for
 * each fact of the session, three for what is stored, and the status.
 *
 * Oracles: a server can add to what is stored, never take away; nothing is
 * stored without TLS, by a session that is refused, or (from -02 on) of a
 * server that nobody knows; only words of the dialect that stand in the status
 * whole; the same status again changes nothing; state, printed and read, is the
 * same; what is written fits its size.
 */
#include "harness/oracle.h"
#include "latch/latch.h"
#include "parse/parse.h"

#define HEAD 9
#define TEXT_SIZE 4096

static uint8_t
letter(const uint8_t *data, size_t i, unsigned n)
{
	return (uint8_t)((data[i] - '0') & 0xff) % (uint8_t)n;
}

static struct lk_latch_session
session_read(const uint8_t *data, size_t size)
{
	static const unsigned versions[] = {
		0, 0x300, 0x301, 0x302, 0x303, 0x304};
	const unsigned how = letter(data, 3, 8);

	return (struct lk_latch_session){
		.dialect = (enum lk_latch_dialect)letter(
			data, 0, LK_LATCH_DIALECT_COUNT),
		.level = (enum lk_latch_level)letter(data, 1, 2),
		.version = versions[letter(data, 2, 6)],
		.key_bits = letter(data, 4, 2) ? 112 : 256,
		.pkix = how & 1,
		.dane = how & 2,
		.bound = how & 4,
		.status = span_of(data + HEAD, size - HEAD),
	};
}

/* What the letters stand for is written and read, to be a state at all. */
static void
state_read(const uint8_t *data, struct lk_latch_state *out_r)
{
	struct lk_latch_state raw = {.promises = 0};
	char text[TEXT_SIZE];
	size_t n, offset;

	raw.promises =
		(uint32_t)(letter(data, 5, 16) | letter(data, 6, 16) << 4 |
			   letter(data, 7, 4) << 8);
	if (letter(data, 8, 2)) {
		memcpy(raw.url, "https://old/", 12);
		raw.url_n = 12;
	}
	n = lk_latch_state_json(&raw, text, sizeof(text));
	oracle(n <= sizeof(text) && lk_latch_state_parse(span_of(text, n),
					    out_r, &offset) == 0,
		"a state that is written can be read");
	oracle((out_r->promises & raw.promises) == raw.promises,
		"nothing is lost when a state is read");
}

static void
oracle_word(struct span status, unsigned promise)
{
	const char *name = lk_latch_promise_name(promise);
	struct span word = span_z(name);
	size_t at = 0, end = 0;
	bool is_there = false;

	/* A value is stored because of a greater one, or by default. */
	if (memchr(name, '=', word.n) != NULL)
		word.n = (size_t)((const uint8_t *)memchr(name, '=', word.n) -
				  word.p);
	for (; !is_there && (at = span_find(status, at, word)) != SIZE_MAX;
		at++) {
		end = at + word.n;
		is_there = (at == 0 || strchr(" ,;", status.p[at - 1])) &&
			   (end == status.n || strchr(" ,;=", status.p[end]));
	}
	oracle(is_there, "what is stored stands in the status, whole");
}

static void
oracle_texts(const struct lk_latch_state *state,
	const struct lk_latch_outcome *out, enum lk_latch_dialect dialect)
{
	char text[TEXT_SIZE];
	struct lk_latch_report report = {
		dialect, LK_CARRIER_IMAP, false, "probe", "1"};
	struct lk_latch_state again;
	struct lk_result result;
	size_t n, offset;

	n = lk_latch_report(state, out, &report, text, sizeof(text));
	oracle(n <= sizeof(text), "a report fits a line");
	oracle(n == 0 || lk_deep_id_parse(span_of(text, n), &result) ==
				 (ssize_t)n,
		"a report is well-formed");
	n = lk_latch_message(state, out, text, sizeof(text));
	oracle(n <= sizeof(text) &&
			(n == 0) == (out->verdict == LK_LATCH_PROCEED),
		"the user is told when something is wrong, and only then");
	n = lk_latch_state_json(state, text, sizeof(text));
	oracle(n <= sizeof(text) &&
			lk_latch_state_parse(
				span_of(text, n), &again, &offset) == 0 &&
			again.promises == state->promises &&
			span_eq(span_of(again.url, again.url_n),
				span_of(state->url, state->url_n)),
		"a state survives");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lk_latch_session session;
	struct lk_latch_state before = {.promises = 0}, now, again;
	struct lk_latch_outcome out, out_again;
	uint32_t added;

	if (size < HEAD || size > TEXT_SIZE - HEAD)
		return 0;
	session = session_read(data, size);
	state_read(data, &before);
	lk_latch_session(&before, &session, &now, &out);
	added = now.promises & ~before.promises;
	oracle((now.promises & before.promises) == before.promises &&
			now.url_n >= (before.url_n > 0),
		"a server takes nothing away");
	oracle(added == out.added, "what is added is said");
	oracle(added == 0 || (session.version != 0 &&
				     out.verdict != LK_LATCH_REFUSE &&
				     (session.pkix || session.dane ||
					     session.bound ||
					     session.dialect == LK_LATCH_01)),
		"nothing is stored but of a good session");
	oracle((added & ~lk_latch_supported(session.dialect)) == 0,
		"only the words of the dialect are stored");
	for (unsigned i = 0; i < LK_LATCH_PROMISE_COUNT; i++)
		if (added >> i & 1)
			oracle_word(session.status, i);
	oracle((out.verdict == LK_LATCH_REFUSE) ==
			(out.unmet != 0 ||
				(out.flaws != 0 &&
					session.level == LK_LEVEL_HIGH)),
		"refused is what breaks a promise or the level");
	lk_latch_session(&now, &session, &again, &out_again);
	oracle(again.promises == now.promises &&
			out_again.verdict == out.verdict,
		"the same session again changes nothing");
	oracle_texts(&now, &out, session.dialect);
	return 0;
}
