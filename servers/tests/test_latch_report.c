/* SPDX-License-Identifier: Apache-2.0 */
/* What the latch engine writes: URLs, its state, reports, sentences. */
#include "latch/latch.h"
#include "parse/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SET(name) (UINT32_C(1) << LK_PROMISE_##name)

static char text[2048];

/* The report, as a text; what it writes never goes beyond the size. */
static const char *
report_of(uint32_t stored, uint32_t unmet, uint32_t flaws,
	const struct lk_latch_report *report)
{
	struct lk_latch_state state = {.promises = stored};
	struct lk_latch_outcome out = {.unmet = unmet, .flaws = flaws};
	size_t n = lk_latch_report(&state, &out, report, NULL, 0);

	memset(text, '#', sizeof(text));
	assert_int_equal(lk_latch_report(&state, &out, report, text, n / 2), n);
	assert_int_equal(text[n / 2], '#');
	lk_latch_report(&state, &out, report, text, n);
	text[n] = '\0';
	return text;
}

static const struct {
	enum lk_latch_dialect dialect;
	enum lk_latch_carrier carrier;
	bool as_in_examples;
	uint32_t stored, unmet, flaws;
	const char *expected;
} rows[] = {
	{LK_LATCH_04, LK_CARRIER_IMAP, false, SET(TLS11) | SET(TLS_CERT), 0, 0,
		"(\"name\" \"probe\" \"version\" \"0.3\" \"latch\" \"tls11 "
		"tls-cert\" \"security-tags\" \"tls12 tls-dane-tlsa\")"},
	{LK_LATCH_04, LK_CARRIER_SMTP, false, SET(TLS11) | SET(TLS_CERT), 0, 0,
		"CLIENT name=probe version=0.3 latch=tls11,tls-cert "
		"security-tags=tls12,tls-dane-tlsa\r\n"},
	{LK_LATCH_01, LK_CARRIER_SMTP, false, 0, 0, 0,
		"CLIENT name=probe version=0.3 "
		"security-tags=tls10,tls12,tls-cert,tls-dane-tlsa\r\n"},
	{LK_LATCH_04, LK_CARRIER_IMAP, false, SET(TLS11) | SET(TLS_CERT),
		SET(TLS_CERT), 1 << LK_FLAW_UNVERIFIED,
		"(\"name\" \"probe\" \"version\" \"0.3\" \"latch-fail\" "
		"\"tls-cert\")"},
	{LK_LATCH_02, LK_CARRIER_IMAP, true, SET(TLS11) | SET(TLS_CERT),
		SET(TLS_CERT) | SET(TLS11), 0,
		"(\"name\" \"probe\" \"version\" \"0.3\" \"latch-failure\" "
		"\"tls11 tls-cert\")"},
	{LK_LATCH_COMMA, LK_CARRIER_SMTP, true, SET(TLS11) | SET(TLS_CERT),
		SET(TLS_CERT) | SET(TLS11), 0,
		"CLIENT name=probe version=0.3 latch-fail=tls11,tls-cert\r\n"},
	{LK_LATCH_05, LK_CARRIER_IMAP, false,
		SET(VERSION_11) | SET(VERSION_12) | SET(CERT_ANY), 0, 0,
		"(\"name\" \"probe\" \"version\" \"0.3\" \"saved\" "
		"\"tls-version=1.2; tls-cert=any\" \"directives\" "
		"\"tls-cert\")"},
	{LK_LATCH_06, LK_CARRIER_SMTP, false, SET(VERSION_11), 0, 0,
		"CLIENT name probe version 0.3 saved \"tls-version=1.1\" "
		"directives \"tls-version; tls-cert\"\r\n"},
	{LK_LATCH_06, LK_CARRIER_SMTP, true,
		SET(VERSION_11) | SET(CERT_ANY) | SET(CERT_PKIX) |
			SET(CERT_DANE),
		SET(CERT_DANE), 0,
		"CLIENT name probe version 0.3 policy-fail "
		"\"tls-cert=pkix+dane\"\r\n"},
	{LK_LATCH_05, LK_CARRIER_IMAP, true,
		SET(VERSION_11) | SET(VERSION_12) | SET(CERT_ANY) |
			SET(CERT_DANE),
		SET(VERSION_12) | SET(CERT_ANY) | SET(CERT_DANE), 0,
		"(\"name\" \"probe\" \"version\" \"0.3\" \"policy-failure\" "
		"\"tls-version=1.2; tls-cert=dane\")"},
	/* No way to say it. */
	{LK_LATCH_04, LK_CARRIER_POP3, false, SET(TLS11), SET(TLS11), 0, ""},
	{LK_LATCH_04, LK_CARRIER_IMAP, false, SET(TLS11), SET(TLS11),
		1 << LK_FLAW_CLEAR, ""},
	{LK_LATCH_06, LK_CARRIER_IMAP, false, SET(TLS11), SET(TLS11), 0, ""},
	{LK_LATCH_04, LK_CARRIER_SMTP, false, SET(CERT_ANY), SET(CERT_ANY), 0,
		""},
};

static void
reports_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lk_latch_report report = {rows[i].dialect,
			rows[i].carrier, rows[i].as_in_examples, "probe",
			"0.3"};

		assert_string_equal(report_of(rows[i].stored, rows[i].unmet,
					    rows[i].flaws, &report),
			rows[i].expected);
	}
}

/* Every report of every set is what the parsers of the servers accept. */
static void
reports_are_well_formed(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 7 * 2 * 2 * 1024 * 2; i++) {
		struct lk_latch_report report = {(enum lk_latch_dialect)(i % 7),
			i / 7 % 2 ? LK_CARRIER_IMAP : LK_CARRIER_SMTP,
			i / 14 % 2, "probe", i % 3 ? "1.0-a_b" : NULL};
		uint32_t stored = i / 28 % 1024;
		const char *line = report_of(
			stored, i / 28672 ? stored & 0x2d5 : 0, 0, &report);
		struct span input = span_z(line);
		struct lk_result result;
		ssize_t n;

		if (input.n == 0)
			continue;
		if (report.carrier == LK_CARRIER_IMAP)
			n = lk_deep_id_parse(input, &result);
		else if (report.dialect >= LK_LATCH_05)
			n = lk_sts_client_parse(input, &result);
		else
			n = lk_deep_client_parse(input, &result);
		if (n != (ssize_t)input.n)
			fail_msg("%s: %zd", line, n);
		if (report.carrier == LK_CARRIER_SMTP)
			assert_false(lk_is_ambiguous(&result));
	}
}

static void
names_that_do_not_fit_are_left_out(void **state)
{
	struct lk_latch_report report = {LK_LATCH_04, LK_CARRIER_SMTP, false,
		"two words", "0123456789012345678901234567890"};

	(void)state;
	assert_string_equal(report_of(SET(TLS_CERT), SET(TLS_CERT), 0, &report),
		"CLIENT latch-fail=tls-cert\r\n");
	report.carrier = LK_CARRIER_IMAP;
	report.name = "a\" \"b";
	report.version = "";
	assert_string_equal(report_of(SET(TLS_CERT), SET(TLS_CERT), 0, &report),
		"(\"latch-fail\" \"tls-cert\")");
}

static const char *
message_of(
	const struct lk_latch_state *state, const struct lk_latch_outcome *out)
{
	size_t n = lk_latch_message(state, out, text, sizeof(text) - 1);

	text[n] = '\0';
	return text;
}

static void
users_are_told(void **unused)
{
	struct lk_latch_state state = {
		.promises = SET(TLS_CERT) | SET(VERSION_11),
		.url_n = 10,
		.url = "https://a/"};
	struct lk_latch_outcome out = {.verdict = LK_LATCH_REFUSE,
		.unmet = SET(TLS_CERT) | SET(VERSION_11),
		.flaws = 1 << LK_FLAW_OLD | 1 << LK_FLAW_UNVERIFIED};

	(void)unused;
	assert_string_equal(message_of(&state, &out),
		"This connection is refused, and no password was sent. Because "
		"the version of TLS is too old, and the certificate could not "
		"be verified. The server does not keep what it promised: "
		"tls-cert, tls-version=1.1. Somebody may stand between it and "
		"you. What the provider says: https://a/");
	out = (struct lk_latch_outcome){
		.verdict = LK_LATCH_WARN, .flaws = 1 << LK_FLAW_CLEAR};
	assert_string_equal(message_of(&state, &out),
		"This connection is not confidential. Because the connection "
		"is not encrypted.");
	out.verdict = LK_LATCH_PROCEED;
	assert_string_equal(message_of(&state, &out), "");
}

static struct lk_latch_session
session_of(enum lk_latch_dialect dialect, bool is_verified, const char *status)
{
	return (struct lk_latch_session){
		.dialect = dialect,
		.version = 0x303,
		.key_bits = 128,
		.pkix = is_verified,
		.status = span_z(status),
	};
}

static void
url_is(const struct lk_latch_state *state, const char *url)
{
	assert_int_equal(state->url_n, strlen(url));
	assert_memory_equal(state->url, url, strlen(url));
}

static void
urls_are_recorded(void **unused)
{
	struct lk_latch_state state = {.promises = 0};
	struct lk_latch_outcome out;
	struct lk_latch_session session;
	static char status[LK_LATCH_URL_SIZE + 16];

	(void)unused;
	session = session_of(LK_LATCH_04, false, "<https://evil/>");
	lk_latch_session(&state, &session, &state, &out);
	url_is(&state, "");
	session = session_of(LK_LATCH_04, true, "<http://a/>");
	lk_latch_session(&state, &session, &state, &out);
	url_is(&state, "");
	assert_true(out.is_malformed);
	session = session_of(LK_LATCH_04, true, "<https://a/> x");
	lk_latch_session(&state, &session, &state, &out);
	url_is(&state, "https://a/");
	/* Fewer words take nothing away; a new URL is a new URL. */
	session = session_of(LK_LATCH_04, true, "");
	lk_latch_session(&state, &session, &state, &out);
	url_is(&state, "https://a/");
	session = session_of(LK_LATCH_06, true, "sts-url=https://b/;x");
	lk_latch_session(&state, &session, &state, &out);
	url_is(&state, "https://b/");
	session = session_of(LK_LATCH_05, true, "sts-url=<https://c/>");
	lk_latch_session(&state, &session, &state, &out);
	url_is(&state, "https://c/");
	session = session_of(LK_LATCH_05, true, "sts-url=javascript");
	lk_latch_session(&state, &session, &state, &out);
	url_is(&state, "https://c/");
	session = session_of(LK_LATCH_04, true, "<https://d/> <https://e/>");
	lk_latch_session(&state, &session, &state, &out);
	url_is(&state, "https://d/");
	assert_int_equal(out.readings, UINT32_C(1) << LK_LATCH_READING_URLS);
	/* What has no room is left alone, never cut. */
	memset(status, 'a', sizeof(status));
	memcpy(status, "<https://", 9);
	status[sizeof(status) - 1] = '\0';
	status[sizeof(status) - 2] = '>';
	session = session_of(LK_LATCH_04, true, status);
	lk_latch_session(&state, &session, &state, &out);
	assert_false(out.is_malformed);
	url_is(&state, "https://d/");
}

static void
states_survive(void **unused)
{
	struct lk_latch_state state, again;
	size_t n, offset;

	(void)unused;
	for (uint32_t set = 0; set < 1U << LK_LATCH_PROMISE_COUNT; set++) {
		/* Only sets that a session can make. */
		if ((set & SET(VERSION_12) && !(set & SET(VERSION_11))) ||
			(set & (SET(CERT_PKIX) | SET(CERT_DANE)) &&
				!(set & SET(CERT_ANY))))
			continue;
		memset(&state, 0, sizeof(state));
		state.promises = set;
		if (set % 3 == 0) {
			state.url_n = 14;
			memcpy(state.url, "https://a/?b=c", 14);
		}
		n = lk_latch_state_json(&state, text, sizeof(text));
		assert_int_equal(
			lk_latch_state_parse(span_of(text, n), &again, &offset),
			0);
		assert_memory_equal(&state, &again, sizeof(state));
		/* No beginning of it is one. */
		if (set % 64 == 5)
			while (n-- > 0)
				assert_int_equal(
					lk_latch_state_parse(span_of(text, n),
						&again, &offset),
					-1);
	}
}

static const char *const bad[] = {
	"",
	"{}",
	"[]",
	"{\"latch\":2,\"promises\":[],\"url\":null}",
	"{\"latch\":1,\"promises\":[]}",
	"{\"latch\":1,\"promises\":[],\"url\":null,\"url\":null}",
	"{\"latch\":1,\"promises\":[],\"url\":null,\"more\":1}",
	"{\"latch\":1,\"promises\":[],\"url\":null,}",
	"{\"latch\":1,\"promises\":[\"tls12\",],\"url\":null}",
	"{\"latch\":1,\"promises\":[\"tls12x\"],\"url\":null}",
	"{\"latch\":1,\"promises\":[\"tls12\" \"tls11\"],\"url\":null}",
	"{\"latch\":1,\"promises\":\"tls12\",\"url\":null}",
	"{\"latch\":1,\"promises\":[1],\"url\":null}",
	"{\"latch\":1,\"promises\":[],\"url\":nul}",
	"{\"latch\":1,\"promises\":[],\"url\":\"\"}",
	"{\"latch\":1,\"promises\":[],\"url\":\"http://a/\"}",
	"{\"latch\":1,\"promises\":[],\"url\":\"https://a/ \"}",
	"{\"latch\":1,\"promises\":[],\"url\":\"https://a/>b\"}",
	"{\"latch\":1,\"promises\":[],\"url\":null} x",
};

static void
what_is_no_state_is_refused(void **unused)
{
	static char large[LK_LATCH_URL_SIZE + 64];
	struct lk_latch_state state, zero;
	size_t offset, n;

	(void)unused;
	memset(&zero, 0, sizeof(zero));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		offset = SIZE_MAX;
		if (lk_latch_state_parse(span_z(bad[i]), &state, &offset) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_memory_equal(&state, &zero, sizeof(state));
		assert_true(offset <= strlen(bad[i]));
	}
	n = (size_t)snprintf(large, sizeof(large),
		"{\"latch\":1,\"promises\":[],\"url\":\"https://");
	memset(large + n, 'a', sizeof(large) - n);
	memcpy(large + sizeof(large) - 3, "\"}", 3);
	assert_int_equal(
		lk_latch_state_parse(span_z(large), &state, &offset), -1);
	assert_int_equal(
		lk_latch_state_parse(
			span_z(" { \"url\" : \"https:\\/\\/a\" ,\n\"promises\" "
			       ": [ \"tls-version=1.2\" "
			       ", \"tls11\" ] , \"latch\" : 1 } "),
			&state, &offset),
		0);
	assert_int_equal(
		state.promises, SET(VERSION_12) | SET(VERSION_11) | SET(TLS11));
	assert_int_equal(state.url_n, 9);
}

static void
lists_have_names(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 40; i++) {
		assert_int_equal(lk_latch_dialect_name(i) != NULL,
			i < LK_LATCH_DIALECT_COUNT);
		assert_int_equal(lk_latch_promise_name(i) != NULL,
			i < LK_LATCH_PROMISE_COUNT);
		assert_int_equal(
			lk_latch_flaw_name(i) != NULL, i < LK_LATCH_FLAW_COUNT);
		assert_int_equal(
			lk_latch_flaw_text(i) != NULL, i < LK_LATCH_FLAW_COUNT);
		assert_int_equal(lk_latch_reading_name(i) != NULL,
			i < LK_LATCH_READING_COUNT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_are_written),
		cmocka_unit_test(reports_are_well_formed),
		cmocka_unit_test(names_that_do_not_fit_are_left_out),
		cmocka_unit_test(users_are_told),
		cmocka_unit_test(urls_are_recorded),
		cmocka_unit_test(states_survive),
		cmocka_unit_test(what_is_no_state_is_refused),
		cmocka_unit_test(lists_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
