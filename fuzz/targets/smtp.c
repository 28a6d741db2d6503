/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes smtp_engine: a dialogue (harness/engine.h has input and oracles). */
#include "harness/engine.h"

/* Every line is "ddd-text" or, the last one, "ddd text". */
static bool
is_reply(struct span reply, struct span tag)
{
	size_t at = 0, end;

	for (; at < reply.n; at = end + 2) {
		end = span_find(reply, at, span_z("\r\n"));
		if (end == SIZE_MAX || end - at < 4)
			return false;
		for (size_t i = 0; i < 3; i++)
			if (reply.p[at + i] < '0' || reply.p[at + i] > '9')
				return false;
		if (reply.p[at + 3] != (end + 2 == reply.n ? ' ' : '-'))
			return false;
	}
	return tag.n == 0;
}

#define ALWAYS                                                                 \
	"SIZE 400", "8BITMIME", "SMTPUTF8", "CHUNKING", "PIPELINING", "DSN",   \
		"ENHANCEDSTATUSCODES"

static const struct fuzz_protocol protocol = {
	.class = &smtp_engine,
	.rich = {[PHASE_CLEAR] = {{ALWAYS, "STARTTLS", "AUTH PLAIN LOGIN"}, 9},
		[PHASE_TLS] = {{ALWAYS, "REQUIRETLS",
				       "AUTH PLAIN LOGIN XOAUTH2 CRAM-MD5"},
			9},
		[PHASE_LOGIN] = {{ALWAYS, "REQUIRETLS", "BINARYMIME",
					 "AUTH PLAIN", "STARTTLS"},
			11}},
	.deep = {LK_LATCH_06, false,
		{NULL, "", "tls-version=1.2; tls-cert",
			"tls-version=1.2; tls-cert"}},
	.poor = {[PHASE_CLEAR] = {{"STARTTLS", "SIZE 0"}, 2},
		[PHASE_TLS] = {{"AUTH PLAIN"}, 1}},
	.refusal = {{"starttls", FUZZ_SPAN("454 no\r\n"), ENGINE_EVERYWHERE},
		{"capabilities", FUZZ_SPAN("502 no\r\n"), ENGINE_EVERYWHERE},
		{"message", FUZZ_SPAN("451 no\r\n"), ENGINE_EVERYWHERE},
		{"bdat", FUZZ_SPAN("451 no\r\n"), ENGINE_EVERYWHERE}},
	.refusals = 4,
	.is_reply = is_reply,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_engine(&protocol, span_of(data, size));
	return 0;
}
