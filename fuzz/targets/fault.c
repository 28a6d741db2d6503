/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes fault_load and fault_conn_act: a fault as JSON, a line end, and what a
 * client sends to an SMTP server under it. Oracles: a wrong fault is said to be
 * wrong; a fault that has not taken effect changes nothing on the wire. */
#include "fault/fault.h"
#include "harness/oracle.h"

#define OUT_MAX (16u << 20)

struct play {
	struct fault_conn conn;
	struct buf said, sent;
	bool delivered;
};

static void
wire_put(void *self, const struct wire *wire)
{
	struct play *play = self;

	oracle(wire->kind <= WIRE_MESSAGE && wire->how <= CLOSE_RESET,
		"the wire knows what to do");
	if (wire->kind == WIRE_DELIVERED)
		play->delivered = true;
	if (wire->kind == WIRE_SEND && buf_add(&play->sent, wire->bytes) != 0)
		oracle(false, "output is bounded");
}

static void
engine_act(void *self, const struct action *action)
{
	struct play *play = self;
	const struct wire_sink out = {wire_put, play};

	if (action->kind == ACTION_SEND &&
		buf_add(&play->said, action->bytes) != 0)
		oracle(false, "output is bounded");
	fault_conn_act(&play->conn, action, &out);
	if (action->kind != ACTION_START_TLS)
		return;
	fault_conn_secured(&play->conn);
}

static void
fault_play(const struct fault *fault, struct span script)
{
	struct engine_config config = {.hostz = "mx.test",
		.userz = "mrose",
		.passwordz = "tanstaaf",
		.tokenz = "token",
		.noncez = "nonce",
		.capabilities = {
			[PHASE_CLEAR] = {
				{"STARTTLS", "PIPELINING", "AUTH PLAIN"}, 3}}};
	struct play play = {.delivered = false};
	const struct wire_sink out = {wire_put, &play};
	const struct engine_sink sink = {engine_act, &play};
	struct engine *engine;

	buf_init(&play.said, OUT_MAX);
	buf_init(&play.sent, OUT_MAX);
	fault_configure(fault, &config);
	fault_conn_init(&play.conn, fault, false);
	fault_conn_accepted(&play.conn, &out);
	engine = smtp_engine.new(&config);
	if (engine == NULL)
		abort();
	smtp_engine.step(engine, ENGINE_OPENED, span_z(""), &sink);
	smtp_engine.step(engine, ENGINE_BYTES, script, &sink);
	oracle(play.delivered ||
			span_eq(buf_span(&play.said), buf_span(&play.sent)),
		"a fault without effect changes nothing");
	smtp_engine.free(engine);
	buf_fini(&play.said);
	buf_fini(&play.sent);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span input = span_of(data, size);
	const size_t line = span_find(input, 0, span_z("\n"));
	struct err err = {.class = ERR_NONE};
	char detail[FAULT_DETAIL];
	struct fault fault;
	json_t *json =
		json_loadb((const char *)data, line == SIZE_MAX ? size : line,
			JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

	if (json == NULL)
		return 0;
	if (fault_load(&fault, json, &err) == 0) {
		oracle(fault_detail(&fault, detail) != NULL,
			"a fault has words");
		fault_play(&fault, span_cut(input, line, size));
		fault_fini(&fault);
	} else {
		oracle(err.class == ERR_PLAN && err.text[0] != '\0',
			"a wrong fault is an error of its author");
	}
	json_decref(json);
	return 0;
}
