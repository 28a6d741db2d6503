/* SPDX-License-Identifier: Apache-2.0 */
/* What the reference client remembers of servers; without a server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "deep.h"

#define ACCOUNT(deep)                                                          \
	"{\"account\": 1, \"address\": \"a@b.test\", \"deep\": " deep ", "     \
	"\"services\": {\"imap\": {\"host\": \"h\"}, "                         \
	"\"pop3\": {\"host\": \"h\"}, \"submission\": {\"host\": \"h\"}}}"

struct room {
	struct account account;
	struct session session;
	struct err err;
};

static struct session *
session_make(struct room *room, const char *textz, enum service_kind kind)
{
	memset(room, 0, sizeof(*room));
	assert_int_equal(account_take(&room->account,
				 json_loads(textz, 0, NULL), "x", &room->err),
		0);
	room->session.account = &room->account;
	room->session.kind = kind;
	room->session.err = &room->err;
	wire_init(&room->session.wire);
	buf_init(&room->session.deep.status, CAPS_MAX);
	return &room->session;
}

static void
session_drop(struct room *room)
{
	buf_fini(&room->session.deep.status);
	wire_fini(&room->session.wire);
	account_fini(&room->account);
}

static void
only_who_asks_for_a_dialect_has_one(void **state)
{
	static const struct {
		const char *text;
		int dialect;
	} rows[] = {
		{ACCOUNT("{}"), -1},
		{ACCOUNT("{\"dialect\": \"\"}"), -1},
		{ACCOUNT("{\"dialect\": \"04\"}"), LK_LATCH_04},
		{ACCOUNT("{\"dialect\": \"comma\"}"), LK_LATCH_COMMA},
	};
	struct room room;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session *s =
			session_make(&room, rows[i].text, SERVICE_IMAP);

		assert_int_equal(s->account->dialect, rows[i].dialect);
		assert_int_equal(deep_load(s), 0);
		assert_int_equal(s->deep.is_on, rows[i].dialect >= 0);
		session_drop(&room);
	}
}

static void
words_are_those_of_the_family(void **state)
{
	static const struct {
		enum service_kind kind;
		const char *dialect, *word;
		bool is_word, is_field;
	} rows[] = {
		{SERVICE_IMAP, "04", "deep", true, true},
		{SERVICE_IMAP, "04", "deep-status", false, true},
		{SERVICE_IMAP, "04", "STS", false, false},
		{SERVICE_IMAP, "06", "sts", true, true},
		{SERVICE_IMAP, "06", "sts-policy", false, true},
		{SERVICE_IMAP, "06", "DEEP", false, false},
		{SERVICE_POP3, "05", "DEEP", true, false},
		{SERVICE_POP3, "05", "STS", true, true},
		{SERVICE_POP3, "01", "STS", false, false},
		{SERVICE_SUBMISSION, "06", "MSTS", true, false},
		{SERVICE_SUBMISSION, "03", "MSTS", false, false},
	};
	struct room room;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session *s;

		(void)snprintf(text, sizeof(text),
			ACCOUNT("{\"dialect\": \"%s\"}"), rows[i].dialect);
		s = session_make(&room, text, rows[i].kind);
		assert_int_equal(deep_load(s), 0);
		if (deep_is_word(s, span_z(rows[i].word)) != rows[i].is_word)
			fail_msg("%s in %s", rows[i].word, rows[i].dialect);
		if (rows[i].kind == SERVICE_IMAP)
			assert_int_equal(deep_is_field(s, span_z(rows[i].word)),
				rows[i].is_field);
		session_drop(&room);
	}
}

static void
without_a_dialect_no_word_means_anything(void **state)
{
	struct room room;
	struct session *s =
		session_make(&room, ACCOUNT("{}"), SERVICE_SUBMISSION);

	(void)state;
	assert_int_equal(deep_load(s), 0);
	assert_false(deep_is_word(s, span_z("DEEP")));
	assert_false(deep_is_field(s, span_z("deep")));
	session_drop(&room);
}

static void
what_is_promised_in_clear_is_not_kept(void **state)
{
	static const char longer[CAPS_MAX + 1];
	struct room room;
	struct session *s =
		session_make(&room, ACCOUNT("{\"dialect\": \"04\"}"), 0);

	(void)state;
	assert_int_equal(deep_status_set(s, span_z("tls-cert")), 0);
	assert_int_equal(s->deep.status.n, 0);
	s->wire.secure = true;
	assert_int_equal(deep_status_set(s, span_z("tls11")), 0);
	assert_int_equal(deep_status_set(s, span_z("tls-cert")), 0);
	assert_true(span_eq(buf_span(&s->deep.status), span_z("tls-cert")));
	assert_int_equal(
		deep_status_set(s, span_of(longer, sizeof(longer))), -1);
	session_drop(&room);
}

static void
who_cannot_read_what_is_stored_does_not_go_on(void **state)
{
	static const char *const stored[] = {"1", "{}", "[]",
		"{\"latch\": 2, \"promises\": [], \"url\": null}",
		"{\"latch\": 1, \"promises\": [\"tls99\"], \"url\": null}"};
	struct room room;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(stored) / sizeof(stored[0]); i++) {
		(void)snprintf(text, sizeof(text),
			ACCOUNT("{\"dialect\": \"04\", \"hosts\": "
				"{\"h\": %s}}"),
			stored[i]);
		assert_int_equal(deep_load(session_make(&room, text, 0)), -1);
		assert_string_equal(
			room.err.text, "what is stored of h is wrong");
		session_drop(&room);
	}
}

static void
a_promise_that_is_not_kept_is_reported_once_and_counted(void **state)
{
	struct room room;
	struct session *s = session_make(&room,
		ACCOUNT("{\"dialect\": \"04\", \"hosts\": {\"h\": {\"latch\": "
			"1, "
			"\"promises\": [\"tls12\"], \"url\": null}}}"),
		SERVICE_POP3);
	const json_t *reports;

	(void)state;
	assert_int_equal(deep_load(s), 0);
	/* The server greets with a no, or does not answer: no promise. */
	s->stage = STAGE_GREETING;
	deep_failed(s);
	assert_null(json_object_get(s->account->state, "reports"));
	/* It offers no TLS. */
	s->stage = STAGE_STARTTLS;
	deep_failed(s);
	s->kind = SERVICE_IMAP;
	deep_failed(s);
	deep_failed(s);
	reports = json_object_get(s->account->state, "reports");
	assert_int_equal(json_array_size(reports), 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(json_integer_value(json_object_get(
					 json_array_get(reports, i), "times")),
			i + 1);
	session_drop(&room);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_who_asks_for_a_dialect_has_one),
		cmocka_unit_test(words_are_those_of_the_family),
		cmocka_unit_test(without_a_dialect_no_word_means_anything),
		cmocka_unit_test(what_is_promised_in_clear_is_not_kept),
		cmocka_unit_test(who_cannot_read_what_is_stored_does_not_go_on),
		cmocka_unit_test(
			a_promise_that_is_not_kept_is_reported_once_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
