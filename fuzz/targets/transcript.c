/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the writer of transcripts with the reader of plans. Oracles: an event
 * is one line of JSON that any reader takes, and its bytes come back. */
#include "core/json.h"
#include "core/transcript.h"
#include "harness/oracle.h"

static void
line_check(struct span line, struct span bytes)
{
	json_t *event = json_loadb((const char *)line.p, line.n,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	struct json_place place = {event, "event"};
	struct span back;

	oracle(event != NULL, "an event is JSON");
	oracle(json_bytes(&place, "bytes", true, &back, NULL) == 0 &&
			span_eq(back, bytes),
		"bytes come back from a transcript");
	free((void *)(uintptr_t)back.p);
	json_decref(event);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct transcript t;
	static FILE *nowhere;
	struct span line;

	if (nowhere == NULL) {
		nowhere = fopen("/dev/null", "wb");
		if (nowhere == NULL)
			abort();
		transcript_init(&t, nowhere);
	}
	transcript_begin(&t, "recv");
	transcript_bytes(&t, "bytes", span_of(data, size));
	transcript_number(&t, "number", (long)size);
	(void)transcript_end(&t);
	line = buf_span(&t.line);
	oracle(line.n > 0 && span_find(line, 0, span_z("\n")) == line.n - 1,
		"an event is one line");
	for (size_t i = 0; i + 1 < line.n; i++)
		oracle(line.p[i] >= 0x20 && line.p[i] != 0x7f,
			"an event has no control characters");
	line_check(line, span_of(data, size));
	return 0;
}
