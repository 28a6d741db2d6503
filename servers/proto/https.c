/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTPS engine: the policy host of MTA-STS (RFC 8461 section 3.3), or the
 * place where reports go (RFC 8460 section 5.4). It speaks HTTP/1.1 (RFC
 * 9112), knows one resource, and keeps the connection.
 */
#include <stdio.h>
#include <stdlib.h>

#include "parse/parse.h"
#include "proto/engine.h"
#include "proto/reply.h"

#define HEAD_MAX 32768u
#define PLACE "/.well-known/mta-sts.txt"
#define CHUNK 4096u
/* Of the fields that fill a body: a line of 80 octets with its end. */
#define FILLER_NAME "filler: "
#define FILLER_LINE 80u
#define REPLY_MAX (ENGINE_BODY_MAX + ENGINE_BODY_MAX / 64u)

struct https {
	const struct engine_config *config;
	const struct engine_sink *out; /* during a step */
	struct buf input, body, reply;
	uint64_t unread; /* octets of a request's body that are still to come */
	bool chunks;     /* such a body comes in chunks */
	bool owes;       /* an answer, when the report is there */
	bool last;       /* the connection ends with it */
	bool closed;
};

static void
https_close(struct https *https)
{
	const struct action action = {.kind = ACTION_CLOSE};

	if (https->closed)
		return;
	https->closed = true;
	https->out->act(https->out->self, &action);
}

/* Fields without a meaning behind the body, until it has its size. The last
 * one takes what is left, so each is as long as it can be. */
static int
body_fill(struct buf *body, size_t size)
{
	const size_t least = sizeof(FILLER_NAME) + 2;
	char line[2 * FILLER_LINE];

	while (body->n + least <= size) {
		size_t left = size - body->n;
		size_t n = left >= FILLER_LINE + least ? FILLER_LINE : left;

		memset(line, 'x', n);
		memcpy(line, FILLER_NAME, sizeof(FILLER_NAME) - 1);
		memcpy(line + n - 2, "\r\n", 2);
		if (buf_add(body, span_of(line, n)) != 0)
			return -1;
	}
	return 0;
}

static int
chunks_add(struct buf *out, struct span body)
{
	while (body.n > 0) {
		struct span chunk = span_cut(body, 0, CHUNK);

		if (buf_addf(out, "%zx\r\n", chunk.n) != 0 ||
			buf_add(out, chunk) != 0 || buf_addz(out, "\r\n") != 0)
			return -1;
		body = span_cut(body, chunk.n, body.n);
	}
	return buf_addz(out, "0\r\n\r\n");
}

/* A whole response into https->reply. */
static int
response_build(struct https *https, const struct engine_response *response)
{
	struct buf *out = &https->reply;
	int bad = buf_addf(out, "HTTP/1.1 %s\r\n", response->statusz);

	for (unsigned i = 0; bad == 0 && i < response->headers; i++)
		bad = buf_addf(out, "%s\r\n", response->header[i]);
	buf_clear(&https->body);
	if (bad != 0 || buf_add(&https->body, response->body) != 0 ||
		body_fill(&https->body, response->size) != 0)
		return -1;
	switch (response->framing) {
	case FRAMING_LENGTH:
		bad = buf_addf(
			out, "Content-Length: %zu\r\n\r\n", https->body.n);
		return bad != 0 ? -1 : buf_add(out, buf_span(&https->body));
	case FRAMING_CHUNKED:
		bad = buf_addz(out, "Transfer-Encoding: chunked\r\n\r\n");
		return bad != 0 ? -1 : chunks_add(out, buf_span(&https->body));
	case FRAMING_CLOSE:
		bad = buf_addz(out, "Connection: close\r\n\r\n");
		return bad != 0 ? -1 : buf_add(out, buf_span(&https->body));
	}
	return -1;
}

static void
https_answer(struct https *https, const char *reply,
	const struct engine_response *response)
{
	if (response_build(https, response) == 0)
		engine_send(
			https->out, reply, span_z(""), buf_span(&https->reply));
	else
		https_close(https);
	buf_clear(&https->reply);
	if (response->framing == FRAMING_CLOSE)
		https_close(https);
}

/* Nothing but a status; what a client did wrong ends the connection. */
static void
https_refuse(
	struct https *https, const char *reply, const char *statusz, bool close)
{
	const struct engine_response response = {.statusz = statusz,
		.framing = close ? FRAMING_CLOSE : FRAMING_LENGTH};

	https_answer(https, reply, &response);
}

/* Is it this host, perhaps with its port? */
static bool
host_is_ours(const struct https *https, struct span host)
{
	const struct engine_config *config = https->config;
	struct span rest = host, name = span_word(&rest, ':');
	bool known = span_eq_nocase(name, span_z(config->hostz));

	for (unsigned i = 0; i < config->n_names && !known; i++)
		known = span_eq_nocase(name, span_z(config->names[i]));
	return known && (rest.n == 0 || span_eq(rest, span_z("443")));
}

static bool
asks_for_policy(
	const struct https *https, const struct lk_http_request *request)
{
	return !https->config->sink &&
	       span_eq(request->target, span_z(PLACE)) &&
	       host_is_ours(https, request->host);
}

/* "Connection: close", or an HTTP without it; or two lengths, which RFC 9112
 * section 6.1 allows nobody to go on behind. */
static bool
is_last(const struct lk_result *result)
{
	const struct lk_http_request *request = &result->http_request;
	struct span lines = request->fields.lines, name, value;

	if (request->minor == 0 ||
		lk_rests_on(result, LK_READING_HTTP_BOTH_LENGTHS))
		return true;
	while (lk_http_field_next(&lines, &name, &value))
		if (span_eq_nocase(name, span_z("Connection")) &&
			span_eq_nocase(value, span_z("close")))
			return true;
	return false;
}

static void
request_note(struct https *https, const struct lk_http_request *request,
	struct span head)
{
	const struct action action = {.kind = ACTION_NOTE,
		.name = "request",
		.word = request->method,
		.bytes = head,
		.request = request};

	https->out->act(https->out->self, &action);
}

/* Whatever is sent, to whatever place: who reads it is the judge. */
static void
report_expect(
	struct https *https, const struct lk_http_request *request, bool last)
{
	https->owes = true;
	https->last = last;
	https->chunks = request->fields.coded;
	https->unread = request->fields.has_length ? request->fields.length : 0;
}

static void
report_answer(struct https *https)
{
	https->owes = false;
	https_answer(https, REPLY_ACCEPTED, &https->config->response);
	if (https->last)
		https_close(https);
}

/* The chunks of a report; false when some are still to come. */
static bool
chunks_take(struct https *https)
{
	struct span input = buf_span(&https->input);
	struct lk_result result;
	ssize_t n = lk_http_chunked_parse(input, &result);

	if (n >= 0) {
		buf_take(&https->input, (size_t)n);
		https->chunks = false;
		return true;
	}
	if (n == LK_MORE && input.n < HEAD_MAX)
		return false;
	engine_note(https->out, "protocol-error", span_z(""),
		n == LK_MORE ? span_z("a body in chunks that is too long")
			     : span_z(lk_reason_text(result.reason)->text));
	https_refuse(https, REPLY_ERROR,
		n == LK_MORE ? "413 Content Too Large" : "400 Bad Request",
		true);
	return false;
}

static void
request_take(
	struct https *https, const struct lk_result *result, struct span head)
{
	const struct lk_http_request *request = &result->http_request;
	bool last = is_last(result);

	request_note(https, request, head);
	if (https->config->sink && span_eq(request->method, span_z("POST"))) {
		report_expect(https, request, last);
		return;
	}
	if (request->fields.coded) {
		https_refuse(https, REPLY_ERROR, "411 Length Required", true);
		return;
	}
	https->unread = request->fields.has_length ? request->fields.length : 0;
	if (!span_eq(request->method, span_z("GET")))
		https_refuse(
			https, REPLY_ERROR, "405 Method Not Allowed", last);
	else if (asks_for_policy(https, request))
		https_answer(https, REPLY_POLICY, &https->config->response);
	else
		https_refuse(https, REPLY_ABSENT, "404 Not Found", last);
	if (last)
		https_close(https);
}

/* One request out of the input; false when none is whole. */
static bool
input_take(struct https *https)
{
	struct span input = buf_span(&https->input);
	struct lk_result result;
	ssize_t n = lk_http_request_parse(input, &result);

	if (n >= 0) {
		request_take(https, &result, span_cut(input, 0, (size_t)n));
		buf_take(&https->input, (size_t)n);
		return true;
	}
	if (n == LK_MORE && input.n < HEAD_MAX)
		return false;
	engine_note(https->out, "protocol-error", span_z(""),
		n == LK_MORE ? span_z("a request with a head that is too long")
			     : span_z(lk_reason_text(result.reason)->text));
	https_refuse(https, REPLY_ERROR,
		n == LK_MORE ? "431 Request Header Fields Too Large"
			     : "400 Bad Request",
		true);
	return false;
}

static void
input_run(struct https *https)
{
	bool more = true;

	while (more && !https->closed) {
		size_t skip = https->input.n;

		if (https->unread < skip)
			skip = (size_t)https->unread;
		buf_take(&https->input, skip);
		https->unread -= skip;
		if (https->unread > 0)
			more = false;
		else if (https->chunks)
			more = chunks_take(https);
		else if (https->owes)
			report_answer(https);
		else
			more = https->input.n > 0 && input_take(https);
	}
}

/* In pieces, so that the buffer stays small. */
static void
input_add(struct https *https, struct span bytes)
{
	while (bytes.n > 0 && !https->closed) {
		size_t room = HEAD_MAX - https->input.n;

		if (buf_add(&https->input, span_cut(bytes, 0, room)) != 0) {
			https_close(https);
			return;
		}
		bytes = span_cut(bytes, room, bytes.n);
		input_run(https);
	}
}

static struct engine *
https_new(const struct engine_config *config)
{
	struct https *https = calloc(1, sizeof(*https));

	if (https == NULL)
		return NULL;
	https->config = config;
	buf_init(&https->input, HEAD_MAX);
	buf_init(&https->body, ENGINE_BODY_MAX);
	buf_init(&https->reply, REPLY_MAX);
	return (struct engine *)https;
}

/* Nobody greets in HTTP. TLS is up before OPENED, or, under a fault, never. */
static void
https_step(struct engine *engine, enum engine_event event, struct span bytes,
	const struct engine_sink *out)
{
	struct https *https = (struct https *)engine;

	if (https->closed)
		return;
	https->out = out;
	if (event == ENGINE_BYTES)
		input_add(https, bytes);
	else if (event == ENGINE_EOF)
		https_close(https);
	https->out = NULL;
}

static void
https_free(struct engine *engine)
{
	struct https *https = (struct https *)engine;

	if (https == NULL)
		return;
	buf_fini(&https->input);
	buf_fini(&https->body);
	buf_fini(&https->reply);
	free(https);
}

const struct engine_class https_engine = {
	"https", https_new, https_step, https_free};
