/* SPDX-License-Identifier: Apache-2.0 */
/* Writing what happens into the transcript. */
#include "world/world.h"

#include <arpa/inet.h>
#include <time.h>

static const char *
channel_name(enum channel channel)
{
	switch (channel) {
	case CHANNEL_CLEAR:
		return "clear";
	case CHANNEL_TLS_GOOD:
		return "tls-good";
	case CHANNEL_TLS_BAD:
		return "tls-bad";
	}
	return "clear";
}

struct transcript *
record_world(struct world *world, const char *event)
{
	transcript_begin(&world->transcript, event);
	return &world->transcript;
}

static struct transcript *
record_on(struct conn *conn, const char *event, enum channel channel)
{
	const struct plan_listener *plan = conn->listener->plan;
	struct transcript *t = record_world(conn->world, event);

	conn->world->last_activity = t->last;
	transcript_number(t, "conn", (long)conn->id);
	transcript_text(t, "listener", plan->name);
	transcript_text(t, "host", plan->host);
	transcript_text(t, "service", plan->protocol);
	transcript_text(t, "channel", channel_name(channel));
	return t;
}

struct transcript *
record_conn(struct conn *conn, const char *event)
{
	return record_on(conn, event, conn->channel);
}

void
record_error(struct world *world, const struct err *err)
{
	struct transcript *t = record_world(world, "error");

	world->broken = true;
	transcript_text(t, "class", err_class_name(err->class));
	transcript_text(t, "text", err->text);
	(void)transcript_end(t);
}

void
record_delivered(struct world *world, struct conn *conn, struct span detail)
{
	struct transcript *t = conn != NULL
				       ? record_conn(conn, "fault.delivered")
				       : record_world(world, "fault.delivered");

	world->fault_delivered = true;
	transcript_text(t, "do", world->plan->fault.word);
	transcript_bytes(t, "detail", detail);
	(void)transcript_end(t);
}

struct found_on {
	struct conn *conn;
	enum channel channel;
};

static void
on_found(void *self, const struct needle *needle)
{
	struct found_on *on = self;
	struct transcript *t = record_on(on->conn, "secret", on->channel);

	transcript_text(t, "secret", needle->secretz);
	transcript_text(t, "form", needle->formz);
	(void)transcript_end(t);
}

void
record_scan(struct conn *conn, struct needle_scan *scan, struct span bytes,
	enum channel channel)
{
	struct found_on on = {conn, channel};

	needles_scan(&conn->world->plan->needles, scan, bytes, on_found, &on);
}

/*
 * What the server puts before mail that it takes for submission (RFC 5321
 * section 4.4): the suite by its IANA name, and straight behind it the group
 * (RFC 8314 section 4.3), which the drafts of DEEP and MUA-STS did not have.
 */
static void
record_received(struct transcript *t, const struct conn *conn)
{
	const bool has_group = !conn->world->plan->deep.spoken;
	char clause[256] = "", address[INET_ADDRSTRLEN] = "", when[64] = "";
	char field[768];
	const time_t now = time(NULL);
	struct tls_facts facts;
	struct tm tm;

	if (conn->handshake == HANDSHAKE_DONE) {
		facts = tls_session_facts(conn->tls);
		(void)snprintf(clause, sizeof(clause), "S tls %s%s%s",
			facts.cipherz,
			has_group && facts.groupz != NULL ? " group " : "",
			has_group && facts.groupz != NULL ? facts.groupz : "");
	}
	(void)inet_ntop(
		AF_INET, &conn->peer.sin_addr, address, sizeof(address));
	if (gmtime_r(&now, &tm) != NULL)
		(void)strftime(
			when, sizeof(when), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	(void)snprintf(field, sizeof(field), "from [%s] by %s with ESMTP%s; %s",
		address, conn->listener->plan->host, clause, when);
	transcript_text(t, "received", field);
}

void
record_message(struct conn *conn, const struct passing *passing)
{
	struct transcript *t = record_conn(conn, "message");

	transcript_text(t, "action", passing->action);
	transcript_number(t, "number", (long)passing->number);
	transcript_number(t, "size", (long)passing->size);
	transcript_bool(t, "canary", passing->canary);
	if (strcmp(passing->action, "submitted") == 0)
		record_received(t, conn);
	(void)transcript_end(t);
}

static void
record_text_span(struct transcript *t, struct span s)
{
	char room[256];
	size_t n = s.n < sizeof(room) - 1 ? s.n : sizeof(room) - 1;

	memcpy(room, s.p, n);
	room[n] = '\0';
	transcript_item(t, room);
}

/* What was offered; without the extension, the legacy version is all. */
static void
record_versions(struct transcript *t, const struct tls_hello *hello)
{
	char room[16];

	transcript_list(t, "versions");
	for (unsigned i = 0; i < hello->versions; i++)
		if ((hello->version[i] & 0x0f0f) != 0x0a0a) /* RFC 8701 */
			transcript_item(
				t, tls_version_name(hello->version[i], room));
	if (hello->versions == 0)
		transcript_item(
			t, tls_version_name(hello->legacy_version, room));
	transcript_list_end(t);
}

void
record_hello(struct conn *conn, const struct tls_hello *hello)
{
	struct transcript *t = record_conn(conn, "hello");
	char room[64];

	transcript_text(
		t, "version", tls_version_name(hello->legacy_version, room));
	record_versions(t, hello);
	if (hello->sni.n > 0)
		transcript_bytes(t, "sni", hello->sni);
	else
		transcript_null(t, "sni");
	transcript_list(t, "alpn");
	for (unsigned i = 0; i < hello->alpns; i++)
		record_text_span(t, hello->alpn[i]);
	transcript_list_end(t);
	transcript_list(t, "ciphers");
	for (unsigned i = 0; i < hello->ciphers; i++)
		transcript_item(t, tls_cipher_name(hello->cipher[i], room));
	transcript_list_end(t);
	transcript_list(t, "groups");
	for (unsigned i = 0; i < hello->groups; i++)
		transcript_item(t, tls_group_name(hello->group[i], room));
	transcript_list_end(t);
	transcript_list(t, "signatures");
	for (unsigned i = 0; i < hello->signatures; i++)
		transcript_item(
			t, tls_signature_name(hello->signature[i], room));
	transcript_list_end(t);
	if (hello->chains > 0) {
		transcript_list(t, "certificate_signatures");
		for (unsigned i = 0; i < hello->chains; i++)
			transcript_item(
				t, tls_signature_name(hello->chain[i], room));
		transcript_list_end(t);
	}
	transcript_list(t, "extensions");
	for (unsigned i = 0; i < hello->extensions; i++)
		transcript_item(
			t, tls_extension_name(hello->extension[i], room));
	transcript_list_end(t);
	transcript_bool(t, "compression", hello->compression);
	if (conn->early.n > 0)
		transcript_bytes(t, "stray", buf_span(&conn->early));
	(void)transcript_end(t);
}

void
record_raw(struct conn *conn, const char *dir, struct span bytes)
{
	struct transcript *t = record_conn(conn, "raw");

	transcript_text(t, "dir", dir);
	transcript_number(t, "segment",
		(long)(dir[0] == 'i' ? conn->in_segments : conn->out_segments));
	transcript_bytes(t, "data", bytes);
	(void)transcript_end(t);
}
