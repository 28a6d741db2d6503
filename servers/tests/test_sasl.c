/* SPDX-License-Identifier: Apache-2.0 */
/* SASL: the examples of the RFCs, and what is no message of a mechanism. */
#include <stdio.h>

#include "parse/base64.h"
#include "proto/sasl.h"
#include "tests/dialogue.h"

#define NUL "\0"
#define SEP "\x01"
#define NONE ((struct span){NULL, SIZE_MAX}) /* no initial response */
#define S(text)                                                                \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1                      \
	}

/* As in RFC 4616, 2195, 7677 and 7628. */
static const struct engine_config plain_config = {
	.hostz = "postoffice.reston.mci.net",
	.noncez = "1896.697170952",
	.userz = "tim",
	.passwordz = "tanstaaftanstaaf",
	.tokenz = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
};
/* TLS has shown that it is this user. */
static const struct engine_config certified_config = {
	.hostz = "postoffice.reston.mci.net",
	.userz = "tim",
};
static const struct engine_config scram_config = {
	.hostz = "host",
	.noncez = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
	.userz = "user",
	.passwordz = "pencil",
};
static const struct engine_config odd_config = {
	.hostz = "host",
	.noncez = "nonce",
	.userz = "a,b=c d",
	.passwordz = "",
};
static const struct engine_config empty_config = {
	.hostz = "host",
	.noncez = "nonce",
};
static const uint8_t rfc7677_salt[SASL_SALT_SIZE] = {0x5b, 0x6d, 0x99, 0x68,
	0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36, 0xfa, 0x81};

#define BEARER "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
#define CRAM "?<1896.697170952@postoffice.reston.mci.net>\n"
#define FIRST "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
#define NONCE "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SALTED "?r=" NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096\n"
#define PROOF "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
#define SIGNED "?v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=\n"
#define XOAUTH2_NO                                                             \
	"?{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\"}\n"
#define BEARER_NO                                                              \
	"?{\"status\":\"invalid_token\",\"schemes\":\"bearer\","               \
	"\"scope\":\"mail\"}\n"

/* Messages, decoded; a NULL ends them. The log has one line a result. */
static const struct row {
	const char *name, *mechanism;
	const struct engine_config *config;
	bool initial; /* the first message comes with the command */
	struct span message[4];
	const char *log;
} rows[] = {
	{"PLAIN", "plain", &plain_config, true,
		{S(NUL "tim" NUL "tanstaaftanstaaf")}, "ok\n#auth PLAIN ok\n"},
	{"PLAIN without initial response", "PLAIN", &plain_config, false,
		{S(NUL "tim" NUL "tanstaaftanstaaf")},
		"?\nok\n#auth PLAIN ok\n"},
	{"PLAIN, the same authorization identity", "PLAIN", &plain_config, true,
		{S("tim" NUL "tim" NUL "tanstaaftanstaaf")},
		"ok\n#auth PLAIN ok\n"},
	{"PLAIN, another authorization identity", "PLAIN", &plain_config, true,
		{S("Ursel" NUL "tim" NUL "tanstaaftanstaaf")},
		"failed\n#auth PLAIN no\n"},
	{"PLAIN, wrong password", "PLAIN", &plain_config, true,
		{S(NUL "tim" NUL "tanstaaf")}, "failed\n#auth PLAIN no\n"},
	{"PLAIN, wrong user", "PLAIN", &plain_config, true,
		{S(NUL "tom" NUL "tanstaaftanstaaf")},
		"failed\n#auth PLAIN no\n"},
	{"PLAIN, one NUL", "PLAIN", &plain_config, true,
		{S("tim" NUL "tanstaaftanstaaf")},
		"malformed\n#protocol-error three parts stand around two NULs, "
		"and there is no other NUL\n"},
	{"PLAIN, three NULs", "PLAIN", &plain_config, true,
		{S(NUL "tim" NUL "tanstaaftanstaaf" NUL)},
		"malformed\n#protocol-error three parts stand around two NULs, "
		"and there is no other NUL\n"},
	{"PLAIN, nobody is configured", "PLAIN", &empty_config, true,
		{S(NUL "x" NUL "x")}, "failed\n#auth PLAIN no\n"},
	{"PLAIN, nobody is named", "PLAIN", &empty_config, true, {S(NUL NUL)},
		"malformed\n#protocol-error neither the name nor the password "
		"is empty\n"},
	{"LOGIN", "LOGIN", &plain_config, false,
		{S("tim"), S("tanstaaftanstaaf")},
		"?Username:\n?Password:\nok\n#auth LOGIN ok\n"},
	{"LOGIN with the user at once", "LOGIN", &plain_config, true,
		{S("tim"), S("tanstaaftanstaaf")},
		"?Password:\nok\n#auth LOGIN ok\n"},
	{"LOGIN, wrong user", "LOGIN", &plain_config, false,
		{S("tom"), S("tanstaaftanstaaf")},
		"?Username:\n?Password:\nfailed\n#auth LOGIN no\n"},
	{"EXTERNAL", "EXTERNAL", &certified_config, true, {S("")},
		"ok\n#auth EXTERNAL ok\n"},
	{"EXTERNAL without initial response", "external", &certified_config,
		false, {S("")}, "?\nok\n#auth EXTERNAL ok\n"},
	{"EXTERNAL, the same authorization identity", "EXTERNAL",
		&certified_config, true, {S("tim")}, "ok\n#auth EXTERNAL ok\n"},
	{"EXTERNAL, another authorization identity", "EXTERNAL",
		&certified_config, true, {S("Ursel")},
		"failed\n#auth EXTERNAL no\n"},
	{"EXTERNAL, a NUL", "EXTERNAL", &certified_config, true, {S("tim" NUL)},
		"malformed\n#protocol-error no authorization identity\n"},
	{"EXTERNAL, half a character", "EXTERNAL", &certified_config, true,
		{S("tim\xc3")},
		"malformed\n#protocol-error no authorization identity\n"},
	{"EXTERNAL, an octet of no character", "EXTERNAL", &certified_config,
		true, {S("\xfftim")},
		"malformed\n#protocol-error no authorization identity\n"},
	{"EXTERNAL of nobody", "EXTERNAL", &plain_config, true, {S("")},
		"failed\n#auth EXTERNAL no\n"},
	{"EXTERNAL of nobody, by the user's name", "EXTERNAL", &plain_config,
		true, {S("tim")}, "failed\n#auth EXTERNAL no\n"},
	{"CRAM-MD5", "CRAM-MD5", &plain_config, false,
		{S("tim b913a602c7eda7a495b4e6e7334d3890")},
		CRAM "ok\n#proof cram-md5\n#auth CRAM-MD5 ok\n"},
	{"CRAM-MD5, wrong digest", "CRAM-MD5", &plain_config, false,
		{S("tim b913a602c7eda7a495b4e6e7334d3891")},
		CRAM "failed\n#auth CRAM-MD5 no\n"},
	{"CRAM-MD5, wrong user", "CRAM-MD5", &plain_config, false,
		{S("tom b913a602c7eda7a495b4e6e7334d3890")},
		CRAM "failed\n#auth CRAM-MD5 no\n"},
	{"CRAM-MD5, no digest", "CRAM-MD5", &plain_config, false, {S("tim")},
		CRAM "malformed\n"
		     "#protocol-error behind the last blank stand 32 "
		     "hexadecimal digits in small letters\n"},
	{"CRAM-MD5, no user", "CRAM-MD5", &plain_config, false,
		{S(" b913a602c7eda7a495b4e6e7334d3890")},
		CRAM "malformed\n"
		     "#protocol-error the name is missing\n"},
	{"CRAM-MD5 with an initial response", "CRAM-MD5", &plain_config, true,
		{S("tim b913a602c7eda7a495b4e6e7334d3890")},
		"malformed\n#protocol-error initial response not allowed\n"},
	{"SCRAM", "SCRAM-SHA-256", &scram_config, false,
		{S(FIRST), S("c=biws,r=" NONCE ",p=" PROOF), S("")},
		"?\n" SALTED SIGNED
		"#proof scram-sha-256\nok\n#auth SCRAM-SHA-256 ok\n"},
	{"SCRAM, something behind the end", "SCRAM-SHA-256", &scram_config,
		false, {S(FIRST), S("c=biws,r=" NONCE ",p=" PROOF), S("x")},
		"?\n" SALTED SIGNED "#proof scram-sha-256\nmalformed\n"
		"#protocol-error SCRAM goes on too long\n"},
	{"SCRAM, wrong proof", "SCRAM-SHA-256", &scram_config, false,
		{S(FIRST), S("c=biws,r=" NONCE ",p=e" PROOF)},
		"?\n" SALTED
		"malformed\n#protocol-error SCRAM message without proof\n"},
	{"SCRAM, wrong bit in the proof", "SCRAM-SHA-256", &scram_config, false,
		{S(FIRST), S("c=biws,r=" NONCE ",p=eHzbZapWIk4jUhN+Ute9ytag9zj"
			     "fMHgsqmmiz7AndVQ=")},
		"?\n" SALTED "failed\n#auth SCRAM-SHA-256 no\n"},
	{"SCRAM, wrong user", "SCRAM-SHA-256", &scram_config, false,
		{S("n,,n=usel,r=rOprNGfwEbeRWgbNEkqO"),
			S("c=biws,r=" NONCE ",p=" PROOF)},
		"?\n" SALTED "failed\n#auth SCRAM-SHA-256 no\n"},
	{"SCRAM, another authorization identity", "SCRAM-SHA-256",
		&scram_config, false,
		{S("n,a=root,n=user,r=rOprNGfwEbeRWgbNEkqO"),
			S("c=bixhPXJvb3Qs,r=" NONCE ",p=" PROOF)},
		"?\n" SALTED "failed\n#auth SCRAM-SHA-256 no\n"},
	{"SCRAM, header changed", "SCRAM-SHA-256", &scram_config, false,
		{S("y,,n=user,r=rOprNGfwEbeRWgbNEkqO"),
			S("c=biws,r=" NONCE ",p=" PROOF)},
		"?\n" SALTED
		"malformed\n#protocol-error SCRAM messages do not match\n"},
	{"SCRAM, nonce changed", "SCRAM-SHA-256", &scram_config, false,
		{S(FIRST), S("c=biws,r=" NONCE "x,p=" PROOF)},
		"?\n" SALTED
		"malformed\n#protocol-error SCRAM messages do not match\n"},
	{"SCRAM, no proof", "SCRAM-SHA-256", &scram_config, false,
		{S(FIRST), S("c=biws,r=" NONCE)},
		"?\n" SALTED
		"malformed\n#protocol-error SCRAM message without proof\n"},
	{"SCRAM with channel binding", "SCRAM-SHA-256", &scram_config, true,
		{S("p=tls-exporter,,n=user,r=x")},
		"malformed\n#protocol-error SCRAM with channel binding\n"},
	{"SCRAM with an unknown mandatory extension", "SCRAM-SHA-256",
		&scram_config, true, {S("n,,m=x,n=user,r=x")},
		"malformed\n#protocol-error a mandatory extension that nobody "
		"knows\n"},
	{"SCRAM, empty nonce", "SCRAM-SHA-256", &scram_config, true,
		{S("n,,n=user,r=")},
		"malformed\n#protocol-error the name is followed by r= and "
		"visible ASCII without commas\n"},
	{"SCRAM, empty message", "SCRAM-SHA-256", &scram_config, true, {S("")},
		"malformed\n#protocol-error the header begins with n, y, or p= "
		"and the name of a channel binding, and a comma\n"},
	{"XOAUTH2", "XOAUTH2", &plain_config, true,
		{S("user=tim" SEP BEARER SEP SEP)}, "ok\n#auth XOAUTH2 ok\n"},
	{"XOAUTH2, wrong token", "XOAUTH2", &plain_config, true,
		{S("user=tim" SEP "auth=Bearer x" SEP SEP), S("")},
		XOAUTH2_NO "failed\n#auth XOAUTH2 no\n"},
	{"XOAUTH2, right token behind a refusal", "XOAUTH2", &plain_config,
		true,
		{S("user=tim" SEP "auth=Bearer x" SEP SEP),
			S("user=tim" SEP BEARER SEP SEP)},
		XOAUTH2_NO "failed\n#auth XOAUTH2 no\n"},
	{"XOAUTH2, wrong user", "XOAUTH2", &plain_config, true,
		{S("user=tom" SEP BEARER SEP SEP), S("")},
		XOAUTH2_NO "failed\n#auth XOAUTH2 no\n"},
	{"XOAUTH2, no token is configured", "XOAUTH2", &scram_config, true,
		{S("user=user" SEP "auth=Bearer x" SEP SEP), S("")},
		XOAUTH2_NO "failed\n#auth XOAUTH2 no\n"},
	{"XOAUTH2, no user", "XOAUTH2", &plain_config, true, {S("x")},
		"malformed\n#protocol-error the message begins with user= and "
		"a name\n"},
	{"OAUTHBEARER", "OAUTHBEARER", &plain_config, true,
		{S("n,a=tim," SEP "host=server.example.com" SEP
		   "port=143" SEP BEARER SEP SEP)},
		"ok\n#auth OAUTHBEARER ok\n"},
	{"OAUTHBEARER, nobody is named", "OAUTHBEARER", &plain_config, true,
		{S("n,," SEP BEARER SEP SEP)}, "ok\n#auth OAUTHBEARER ok\n"},
	{"OAUTHBEARER, wrong token", "OAUTHBEARER", &plain_config, true,
		{S("n,a=tim," SEP "auth=Bearer x" SEP SEP), S(SEP)},
		BEARER_NO "failed\n#auth OAUTHBEARER no\n"},
	{"OAUTHBEARER, other user", "OAUTHBEARER", &plain_config, true,
		{S("n,a=tom," SEP BEARER SEP SEP), S(SEP)},
		BEARER_NO "failed\n#auth OAUTHBEARER no\n"},
	{"OAUTHBEARER, no pairs", "OAUTHBEARER", &plain_config, true,
		{S("n,a=tim," SEP SEP), S(SEP)},
		"malformed\n#protocol-error there is a pair auth, with a "
		"scheme and what it asks for, or in OAUTHBEARER empty\n"},
	{"OAUTHBEARER, empty auth", "OAUTHBEARER", &plain_config, true,
		{S("n,a=tim," SEP "auth=" SEP SEP), S(SEP)},
		BEARER_NO "failed\n#auth OAUTHBEARER no\n"},
	{"OAUTHBEARER, no header", "OAUTHBEARER", &plain_config, true, {S(SEP)},
		"malformed\n"
		"#protocol-error nothing was refused yet\n"},
	{"OAUTHBEARER, half a header", "OAUTHBEARER", &plain_config, true,
		{S("n," SEP BEARER SEP SEP)},
		"malformed\n"
		"#protocol-error the second part of the header is empty, or a= "
		"and a name, and a comma\n"},
	{"OAUTHBEARER with channel binding", "OAUTHBEARER", &plain_config, true,
		{S("p=x,," SEP BEARER SEP SEP)},
		"malformed\n"
		"#protocol-error OAUTHBEARER with channel binding\n"},
	{"OAUTHBEARER, empty", "OAUTHBEARER", &plain_config, true, {S("")},
		"malformed\n"
		"#protocol-error the header begins with n, y, or p= and the "
		"name of a channel binding, and a comma\n"},
	{"unknown", "GSSAPI", &plain_config, false, {S("")},
		"malformed\n#protocol-error unknown SASL mechanism\n"},
};

static void
result_log(struct sasl *sasl, enum sasl_result result, struct buf *log)
{
	static const char *const words[] = {
		"", "ok", "failed", "cancelled", "malformed"};
	const struct engine_sink out = {dialogue_act, log};
	uint8_t bytes[SASL_CHALLENGE_MAX];
	size_t n = 0;
	int bad = buf_addz(log, result == SASL_CHALLENGE ? "?" : words[result]);

	if (result == SASL_CHALLENGE) {
		assert_true(base64_decode(
			sasl_challenge(sasl), bytes, sizeof(bytes), &n));
		bad |= buf_add(log, span_of(bytes, n));
	}
	assert_int_equal(bad | buf_addz(log, "\n"), 0);
	assert_int_equal(sasl_is_running(sasl), result == SASL_CHALLENGE);
	sasl_note(sasl, result, &out);
}

/* In base64, exactly as long as it is; "=" for an empty initial response. */
static struct span
message_encode(struct span message, bool initial, char **text_r)
{
	size_t n = 0;

	*text_r = malloc(BASE64_SIZE(message.n) + 1);
	assert_non_null(*text_r);
	if (initial && message.n == 0) {
		(*text_r)[0] = '=';
		return span_of(*text_r, 1);
	}
	assert_true(
		base64_encode(message, *text_r, BASE64_SIZE(message.n), &n));
	return span_of(*text_r, n);
}

static void
row_play(const struct row *row, struct buf *log)
{
	enum sasl_result result;
	size_t i = row->initial ? 1 : 0;
	struct sasl *sasl = calloc(1, sizeof(*sasl));
	struct span text = NONE;
	char *p = NULL;

	assert_non_null(sasl);
	sasl->external = row->config == &certified_config;
	if (row->initial)
		text = message_encode(row->message[0], true, &p);
	result = sasl_line_start(sasl, row->config, span_z(row->mechanism),
		row->initial ? &text : NULL);
	free(p);
	if (strcmp(row->mechanism, "SCRAM-SHA-256") == 0)
		memcpy(sasl->scram.salt, rfc7677_salt, sizeof(rfc7677_salt));
	result_log(sasl, result, log);
	for (; result == SASL_CHALLENGE && row->message[i].p != NULL; i++) {
		text = message_encode(row->message[i], false, &p);
		result = sasl_line_step(sasl, text);
		free(p);
		result_log(sasl, result, log);
	}
	free(sasl);
}

static void
mechanisms_do_what_their_rfc_says(void **state)
{
	struct buf log;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf_init(&log, 65536);
		row_play(&rows[i], &log);
		if (!span_eq(buf_span(&log), span_z(rows[i].log)))
			fail_msg("%s:\n%.*s", rows[i].name, (int)log.n,
				(const char *)log.p);
		buf_fini(&log);
	}
}

/* "=2C" and "=3D", their letters also small ones (RFC 5802 section 7), and
 * nothing else. */
static void
saslname_escapes_are_understood(void **state)
{
	struct engine_config config = odd_config;
	struct span initial = S("n,a=a=2Cb=3Dc d," SEP BEARER SEP SEP);
	struct span small = S("n,a=a=2cb=3dc d," SEP BEARER SEP SEP);
	struct span wrong = S("n,a=a=2Eb=3Dc d," SEP BEARER SEP SEP);
	struct sasl sasl;

	(void)state;
	config.tokenz = plain_config.tokenz;
	assert_int_equal(
		sasl_start(&sasl, &config, span_z("OAUTHBEARER"), &initial),
		SASL_OK);
	assert_int_equal(
		sasl_start(&sasl, &config, span_z("OAUTHBEARER"), &small),
		SASL_OK);
	assert_int_equal(
		sasl_start(&sasl, &config, span_z("OAUTHBEARER"), &wrong),
		SASL_MALFORMED);
}

static void
framing_is_base64_or_a_star(void **state)
{
	static const struct {
		const char *line;
		enum sasl_result result;
	} lines[] = {
		{"*", SASL_CANCELLED},
		{"**", SASL_MALFORMED},
		{"=", SASL_MALFORMED},
		{"AHRpbQB0YW5zdGFhZnRhbnN0YWFm", SASL_OK},
		{"AHRpbQB0YW5zdGFhZnRhbnN0YWFm ", SASL_MALFORMED},
		{"", SASL_MALFORMED},
	};
	struct span none = span_z(""), junk = span_z("?");
	struct sasl sasl;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		assert_int_equal(sasl_line_start(&sasl, &plain_config,
					 span_z("PLAIN"), NULL),
			SASL_CHALLENGE);
		assert_int_equal(sasl_challenge(&sasl).n, 0);
		assert_int_equal(sasl_line_step(&sasl, span_z(lines[i].line)),
			lines[i].result);
		assert_false(sasl_is_running(&sasl));
	}
	assert_int_equal(
		sasl_line_start(&sasl, &plain_config, span_z("PLAIN"), &none),
		SASL_MALFORMED);
	assert_int_equal(
		sasl_line_start(&sasl, &plain_config, span_z("LOGIN"), &junk),
		SASL_MALFORMED);
	assert_int_equal(sasl_line_step(&sasl, span_z("AAAA")), SASL_MALFORMED);
}

/* Names and nonces longer than the space for them end the exchange. */
static void
long_messages_are_refused(void **state)
{
	static const char *const mechanisms[] = {"PLAIN", "LOGIN", "CRAM-MD5",
		"SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"};
	static char big[SASL_RESPONSE_MAX];
	struct span message = span_of(big, sizeof(big));
	struct sasl sasl;

	(void)state;
	memset(big, 'a', sizeof(big));
	memcpy(big, "n,,n=user,r=", 12);
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(*mechanisms); i++)
		assert_int_not_equal(sasl_start(&sasl, &scram_config,
					     span_z(mechanisms[i]), &message),
			SASL_OK);
	for (size_t n = 12; n < 600; n++) {
		enum sasl_result result;

		message.n = n;
		result = sasl_start(&sasl, &scram_config,
			span_z("scram-sha-256"), &message);
		assert_int_equal(result,
			n > 12 && n <= 512 ? SASL_CHALLENGE : SASL_MALFORMED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mechanisms_do_what_their_rfc_says),
		cmocka_unit_test(saslname_escapes_are_understood),
		cmocka_unit_test(framing_is_base64_or_a_star),
		cmocka_unit_test(long_messages_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
