/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes pop3_engine: a dialogue (harness/engine.h has input and oracles). */
#include "harness/engine.h"

static bool
is_reply(struct span reply, struct span tag)
{
	(void)tag;
	return span_has_prefix(reply, span_z("+OK")) ||
	       span_has_prefix(reply, span_z("-ERR")) ||
	       span_has_prefix(reply, span_z("+ "));
}

static const struct fuzz_protocol protocol = {
	.class = &pop3_engine,
	.rich = {[PHASE_CLEAR] = {{"STLS", "USER", "APOP", "UTF8", "PIPELINING",
					  "SASL PLAIN LOGIN CRAM-MD5",
					  "RESP-CODES", "AUTH-RESP-CODE"},
			 8},
		[PHASE_TLS] = {{"USER", "SASL PLAIN LOGIN XOAUTH2 "
					"SCRAM-SHA-256"},
			2},
		[PHASE_LOGIN] = {{"TOP", "UIDL", "STLS"}, 3}},
	.deep = {LK_LATCH_05, true, {NULL, "", "tls-cert", "tls-cert"}},
	.poor = {[PHASE_CLEAR] = {{"STLS"}, 1}},
	.refusal = {{"starttls", FUZZ_SPAN("-ERR no\r\n"), ENGINE_EVERYWHERE},
		{"capabilities", FUZZ_SPAN("-ERR what\r\n"), ENGINE_EVERYWHERE},
		{"challenge", FUZZ_SPAN("-ERR later\r\n"), ENGINE_EVERYWHERE}},
	.refusals = 3,
	.is_reply = is_reply,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_engine(&protocol, span_of(data, size));
	return 0;
}
