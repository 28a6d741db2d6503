/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes https_engine: requests (harness/engine.h has input and oracles). */
#include "harness/engine.h"

static bool
is_reply(struct span reply, struct span tag)
{
	return tag.n == 0 && span_has_prefix(reply, span_z("HTTP/1.1 ")) &&
	       span_find(reply, 0, span_z("\r\n\r\n")) != SIZE_MAX;
}

static const struct fuzz_protocol protocol = {
	.class = &https_engine,
	.response = {.statusz = "200 OK",
		.header = {"Content-Type: text/plain"},
		.headers = 1,
		.body = FUZZ_SPAN("version: STSv1\r\nmode: enforce\r\n"
				  "mx: mx.example.test\r\nmax_age: 86400\r\n"),
		.size = 400,
		.framing = FRAMING_CHUNKED},
	.is_reply = is_reply,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_engine(&protocol, span_of(data, size));
	return 0;
}
