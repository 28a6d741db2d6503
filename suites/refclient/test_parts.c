/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the reference client that need no server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "account.h"
#include "bug.h"
#include "caps.h"
#include "discover.h"
#include "parse/base64.h"
#include "sasl.h"

static void
words_are_found_whole_and_in_any_case(void **state)
{
	struct caps caps;

	(void)state;
	caps_init(&caps);
	assert_int_equal(caps_add(&caps, "", span_z("StartTLS")), 0);
	assert_int_equal(caps_add(&caps, "AUTH=", span_z("plain")), 0);
	assert_true(caps_has(&caps, "STARTTLS"));
	assert_true(caps_has(&caps, "AUTH=PLAIN"));
	assert_false(caps_has(&caps, "START"));
	assert_false(caps_has(&caps, "PLAIN"));
	caps_clear(&caps);
	assert_false(caps_has(&caps, "STARTTLS"));
	caps_fini(&caps);
}

static void
lists_have_a_limit(void **state)
{
	static const char word[1024];
	struct caps caps;
	int result = 0;

	(void)state;
	caps_init(&caps);
	for (int i = 0; i < 70 && result == 0; i++)
		result = caps_add(&caps, "", span_of(word, sizeof(word)));
	assert_int_equal(result, -1);
	assert_true(caps.words.n <= CAPS_MAX);
	caps_fini(&caps);
}

static void
the_best_login_is_chosen(void **state)
{
	static const struct {
		const char *offered[3];
		int chosen; /* -1: none */
	} rows[] = {
		{{"PLAIN", "SCRAM-SHA-256", "CRAM-MD5"}, SASL_SCRAM_SHA_256},
		{{"LOGIN", "CRAM-MD5", "PLAIN"}, SASL_PLAIN},
		{{"LOGIN", "CRAM-MD5"}, SASL_CRAM_MD5},
		{{"LOGIN"}, SASL_LOGIN},
		{{"X-PLAIN", "PLAINER"}, -1},
		{{NULL}, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static const struct sasl_user user = {
			.namez = "u", .passwordz = "p"};
		struct caps caps;
		enum sasl_mechanism found = SASL_MECHANISMS;

		caps_init(&caps);
		for (int j = 0; j < 3 && rows[i].offered[j] != NULL; j++)
			assert_int_equal(caps_add(&caps, "AUTH=",
						 span_z(rows[i].offered[j])),
				0);
		assert_int_equal(
			sasl_choose(&caps, &user, &found), rows[i].chosen >= 0);
		if (rows[i].chosen >= 0)
			assert_int_equal(found, rows[i].chosen);
		caps_fini(&caps);
	}
}

/* One step, in the clear text of its base64. */
static int
step(struct sasl *x, const char *challengez, char *out_r, size_t size)
{
	char text[BASE64_SIZE(512)];
	struct buf out;
	struct err err;
	size_t n = 0;
	int result;

	assert_true(base64_encode(span_z(challengez), text, sizeof(text), &n));
	buf_init(&out, 4096);
	result = sasl_step(x, span_of(text, n), &out, &err);
	n = 0;
	if (result == 0)
		assert_true(base64_decode(
			buf_span(&out), (uint8_t *)out_r, size - 1, &n));
	out_r[n] = '\0';
	buf_fini(&out);
	return result;
}

/* The dialogue of RFC 7677 section 3; its nonce is put in. */
#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define SERVER_NONCE NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SERVER_FIRST "r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

static void
scram_begin(struct sasl *x, const char *passwordz)
{
	char text[512];

	sasl_init(x, SASL_SCRAM_SHA_256,
		&(struct sasl_user){.namez = "user", .passwordz = passwordz});
	assert_int_equal(step(x, "", text, sizeof(text)), 0);
	assert_int_equal(strncmp(text, "n,,n=user,r=", 12), 0);
	assert_int_equal(strlen(text), 12 + 24);
	(void)snprintf(x->nonce, sizeof(x->nonce), "%s", NONCE);
	buf_clear(&x->first);
	assert_int_equal(buf_addz(&x->first, "n=user,r=" NONCE), 0);
}

static void
scram_proves_and_is_proved(void **state)
{
	struct sasl x;
	char text[512];

	(void)state;
	scram_begin(&x, "pencil");
	assert_int_equal(step(&x, SERVER_FIRST, text, sizeof(text)), 0);
	assert_string_equal(text,
		"c=biws,r=" SERVER_NONCE
		",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
	assert_false(x.done);
	assert_int_equal(step(&x,
				 "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl9"
				 "5G4=",
				 text, sizeof(text)),
		0);
	assert_true(x.done);
	sasl_fini(&x);
}

static void
scram_refuses_a_server_that_does_not_know_the_password(void **state)
{
	static const char *const firsts[] = {
		"",
		"r=" NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
		"r=x" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
		"r=" SERVER_NONCE ",s=!,i=4096",
		"r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",
		"r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000",
		"m=x,r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	};
	struct sasl x;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		scram_begin(&x, "pencil");
		assert_int_equal(step(&x, firsts[i], text, sizeof(text)), -1);
		sasl_fini(&x);
	}
	scram_begin(&x, "pencil");
	assert_int_equal(step(&x, SERVER_FIRST, text, sizeof(text)), 0);
	assert_int_equal(step(&x,
				 "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl9"
				 "5G0=",
				 text, sizeof(text)),
		-1);
	assert_false(x.done);
	sasl_fini(&x);
}

static void
other_logins_end_when_all_is_said(void **state)
{
	struct sasl x;
	char text[512];

	(void)state;
	sasl_init(&x, SASL_CRAM_MD5,
		&(struct sasl_user){
			.namez = "tim", .passwordz = "tanstaaftanstaaf"});
	/* RFC 2195 section 3 */
	assert_int_equal(step(&x, "<1896.697170952@postoffice.reston.mci.net>",
				 text, sizeof(text)),
		0);
	assert_string_equal(text, "tim b913a602c7eda7a495b4e6e7334d3890");
	assert_int_equal(step(&x, "more", text, sizeof(text)), -1);
	sasl_fini(&x);
	sasl_init(&x, SASL_LOGIN,
		&(struct sasl_user){.namez = "tim", .passwordz = "tan"});
	assert_int_equal(step(&x, "Username:", text, sizeof(text)), 0);
	assert_string_equal(text, "tim");
	assert_false(x.done);
	assert_int_equal(step(&x, "Password:", text, sizeof(text)), 0);
	assert_string_equal(text, "tan");
	assert_true(x.done);
	sasl_fini(&x);
	sasl_init(&x, SASL_PLAIN,
		&(struct sasl_user){.namez = "tim", .passwordz = "tan"});
	assert_int_equal(step(&x, "", text, sizeof(text)), 0);
	assert_memory_equal(text, "\0tim\0tan", 8);
	assert_true(x.done);
	sasl_fini(&x);
}

static void
a_token_is_no_password(void **state)
{
	static const struct sasl_user user = {
		.namez = "tim", .passwordz = "tan", .tokenz = "t0ken"};
	enum sasl_mechanism found;
	struct caps caps;
	struct sasl x;
	char text[512];

	(void)state;
	caps_init(&caps);
	assert_int_equal(caps_add(&caps, "AUTH=", span_z("PLAIN")), 0);
	assert_false(sasl_choose(&caps, &user, &found));
	assert_int_equal(caps_add(&caps, "AUTH=", span_z("OAUTHBEARER")), 0);
	assert_true(sasl_choose(&caps, &user, &found));
	caps_fini(&caps);
	sasl_init(&x, found, &user);
	assert_int_equal(step(&x, "", text, sizeof(text)), 0);
	assert_string_equal(text, "n,a=tim,\1auth=Bearer t0ken\1\1");
	assert_true(x.done);
	assert_int_equal(
		step(&x, "{\"status\":\"401\"}", text, sizeof(text)), 0);
	assert_string_equal(text, "\1");
	assert_false(x.done);
	sasl_fini(&x);
}

/* "AUTH X" and what goes along with it. */
static void
begin(struct sasl *x, enum sasl_mechanism mechanism, size_t limit,
	struct buf *line)
{
	static const struct sasl_user user = {
		.namez = "tim", .passwordz = "tan", .tokenz = "t0ken"};
	struct err err;

	buf_clear(line);
	sasl_init(x, mechanism, &user);
	assert_int_equal(buf_addz(line, "AUTH X"), 0);
	assert_int_equal(sasl_begin(x, limit, line, &err), 0);
}

static void
what_does_not_fit_into_the_command_comes_behind_it(void **state)
{
	static const enum sasl_mechanism first[] = {
		SASL_PLAIN, SASL_SCRAM_SHA_256, SASL_OAUTHBEARER};
	struct buf line;
	struct sasl x;
	char text[512];

	(void)state;
	buf_init(&line, 512);
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		size_t whole;

		begin(&x, first[i], SIZE_MAX, &line);
		whole = line.n + 2;
		sasl_fini(&x);
		begin(&x, first[i], whole, &line);
		assert_int_equal(line.n + 2, whole);
		assert_int_equal(x.step, 1);
		sasl_fini(&x);
		begin(&x, first[i], whole - 1, &line);
		assert_true(span_eq(buf_span(&line), span_z("AUTH X")));
		assert_false(x.done);
		assert_int_equal(step(&x, "", text, sizeof(text)), 0);
		assert_int_equal(x.step, 1);
		sasl_fini(&x);
	}
	begin(&x, SASL_LOGIN, SIZE_MAX, &line);
	assert_true(span_eq(buf_span(&line), span_z("AUTH X")));
	sasl_fini(&x);
	buf_fini(&line);
}

static void
a_certificate_takes_no_password_along(void **state)
{
	static const struct sasl_user both = {
		.namez = "tim", .passwordz = "tan", .certificatez = "file"};
	static const struct sasl_user alone = {
		.namez = "tim", .certificatez = "file"};
	enum sasl_mechanism found;
	struct caps caps;
	struct sasl x;
	struct buf out;
	struct err err;

	(void)state;
	caps_init(&caps);
	assert_int_equal(caps_add(&caps, "AUTH=", span_z("PLAIN")), 0);
	assert_false(sasl_choose(&caps, &alone, &found));
	assert_true(sasl_choose(&caps, &both, &found));
	assert_int_equal(found, SASL_PLAIN);
	assert_int_equal(caps_add(&caps, "AUTH=", span_z("EXTERNAL")), 0);
	assert_true(sasl_choose(&caps, &alone, &found));
	assert_true(sasl_choose(&caps, &both, &found));
	assert_int_equal(found, SASL_EXTERNAL);
	caps_fini(&caps);
	buf_init(&out, 64);
	sasl_init(&x, found, &both);
	assert_int_equal(sasl_begin(&x, SIZE_MAX, &out, &err), 0);
	assert_true(span_eq(buf_span(&out), span_z(" =")));
	assert_true(x.done);
	assert_int_equal(sasl_step(&x, span_z(""), &out, &err), -1);
	sasl_fini(&x);
	buf_fini(&out);
}

#define SERVICES_OF(text)                                                      \
	"{\"account\":1,\"address\":\"a@b.test\",\"services\":{" text "}}"

static void
what_is_not_said_of_a_server_is_safe(void **state)
{
	static const struct {
		const char *text;
		unsigned port;
		bool implicit;
	} rows[] = {
		{"\"imap\":{\"host\":\"h\"}", 993, true},
		{"\"imap\":{\"host\":\"h\",\"port\":993}", 993, true},
		{"\"imap\":{\"host\":\"h\",\"port\":143}", 143, false},
		{"\"imap\":{\"host\":\"h\",\"port\":999}", 999, true},
		{"\"imap\":{\"host\":\"h\",\"tls\":\"starttls\"}", 143, false},
		{"\"imap\":{\"host\":\"h\",\"tls\":\"implicit\"}", 993, true},
		{"\"imap\":{\"host\":\"h\",\"port\":143,\"tls\":\"implicit\"}",
			143, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct account a;
		struct err err;
		char text[256];

		(void)snprintf(
			text, sizeof(text), SERVICES_OF("%s"), rows[i].text);
		assert_int_equal(
			account_take(&a, json_loads(text, 0, NULL), "x", &err),
			0);
		assert_string_equal(a.service[SERVICE_IMAP].hostz, "h");
		assert_int_equal(a.service[SERVICE_IMAP].port, rows[i].port);
		assert_int_equal(
			a.service[SERVICE_IMAP].implicit, rows[i].implicit);
		assert_null(a.service[SERVICE_POP3].hostz);
		assert_string_equal(a.userz, "a@b.test");
		account_fini(&a);
	}
}

static void
states_that_are_wrong_are_refused(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"[]", "the state is no object"},
		{"{}", "account: is missing"},
		{SERVICES_OF("\"imap\":{}"), "services.imap.host: is missing"},
		{SERVICES_OF("\"imap\":{\"host\":\"h\",\"tls\":\"none\"}"),
			"services.imap.tls: "},
		{SERVICES_OF("\"imap\":{\"host\":\"h\",\"port\":0}"),
			"services.imap.port: "},
		{"{\"account\":1,\"address\":\"a\",\"services\":{},\"x\":1}",
			"x: "},
		{"{\"account\":1,\"address\":\"a\",\"services\":{},"
		 "\"password\":\"a\\r\\nb\"}",
			"password: "},
		{"{\"account\":1,\"address\":\"a\",\"services\":{},"
		 "\"dane\":1}",
			"dane: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct account a;
		struct err err;

		assert_int_equal(
			account_take(&a, json_loads(rows[i].text, 0, NULL), "x",
				&err),
			-1);
		if (strncmp(err.text, rows[i].error, strlen(rows[i].error)) !=
			0)
			fail_msg("%s: %s", rows[i].text, err.text);
	}
}

static void
only_what_is_within_the_domain_is_believed(void **state)
{
	static const struct {
		const char *host, *domain;
		bool within;
	} rows[] = {
		{"example.test", "example.test", true},
		{"mail.example.test", "example.test", true},
		{"MAIL.Example.Test", "example.test", true},
		{"a.b.example.test", "example.test", true},
		{"notexample.test", "example.test", false},
		{"example.test.attacker.test", "example.test", false},
		{"test", "example.test", false},
		{"", "example.test", false},
		{"mail.example.test", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is_within(rows[i].host, rows[i].domain) != rows[i].within)
			fail_msg("%s in %s", rows[i].host, rows[i].domain);
}

static void
of_records_the_first_with_the_best_tls_is_chosen(void **state)
{
	/* The one that is expected says so by its port. */
	static const struct srv rows[][3] = {
		{{10, 1, 1, "a", false, false}, {0, 1, 7, "b", true, false}},
		{{0, 1, 7, "a", false, false}, {10, 1, 1, "b", true, false}},
		{{5, 9, 1, "a", false, false}, {5, 0, 7, "b", true, false}},
		{{5, 1, 1, "a", true, false}, {5, 3, 7, "b", true, false},
			{5, 2, 1, "c", true, false}},
		{{0, 0, 1, "", true, false}, {9, 0, 7, "b", false, false}},
	};
	static const struct srv none[2] = {{0, 0, 1, "", true, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(srv_choose(rows[i], 3)->port, 7);
	assert_null(srv_choose(none, 2));
	assert_null(srv_choose(none, 0));
}

static void
the_plain_build_has_no_bugs(void **state)
{
	(void)state;
	assert_int_equal(bug_choose("verifies-nothing"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found_whole_and_in_any_case),
		cmocka_unit_test(lists_have_a_limit),
		cmocka_unit_test(the_best_login_is_chosen),
		cmocka_unit_test(scram_proves_and_is_proved),
		cmocka_unit_test(
			scram_refuses_a_server_that_does_not_know_the_password),
		cmocka_unit_test(other_logins_end_when_all_is_said),
		cmocka_unit_test(a_token_is_no_password),
		cmocka_unit_test(
			what_does_not_fit_into_the_command_comes_behind_it),
		cmocka_unit_test(a_certificate_takes_no_password_along),
		cmocka_unit_test(what_is_not_said_of_a_server_is_safe),
		cmocka_unit_test(states_that_are_wrong_are_refused),
		cmocka_unit_test(only_what_is_within_the_domain_is_believed),
		cmocka_unit_test(
			of_records_the_first_with_the_best_tls_is_chosen),
		cmocka_unit_test(the_plain_build_has_no_bugs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
