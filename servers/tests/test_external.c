/* SPDX-License-Identifier: Apache-2.0 */
/* EXTERNAL in each protocol: the certificate, and nothing but it. */
#include "tests/dialogue.h"

#define OFFERS(imap, pop3, smtp)                                               \
	{                                                                      \
		{imap, pop3, smtp}, 3                                          \
	}

/* The words of all protocols side by side: each looks for its own. */
#define LISTS OFFERS("AUTH=EXTERNAL", "SASL EXTERNAL", "AUTH EXTERNAL")

static const struct engine_config config = {
	.hostz = "mail.example.test",
	.userz = "mrose",
	.passwordz = "tanstaaf",
	.noncez = "nonce",
	.capabilities = {LISTS,
		{{"STARTTLS", "STLS", "SASL-IR", "AUTH=EXTERNAL",
			 "SASL EXTERNAL", "AUTH EXTERNAL"},
			6},
		{{"SASL-IR", "AUTH=EXTERNAL", "SASL EXTERNAL", "AUTH EXTERNAL"},
			4},
		LISTS},
};

static const struct {
	const char *name;
	const struct engine_class *class;
	const char *script;
	const char *auth; /* what is noted of logins */
} rows[] = {
	{"IMAP, in clear", &imap_engine, "a AUTHENTICATE EXTERNAL =\r\n",
		"#auth EXTERNAL no\n"},
	{"IMAP, no certificate", &imap_engine,
		"a STARTTLS\r\n" SECURED "b AUTHENTICATE EXTERNAL =\r\n",
		"#auth EXTERNAL no\n"},
	{"IMAP, a certificate", &imap_engine,
		"a STARTTLS\r\n" CERTIFIED "b AUTHENTICATE EXTERNAL =\r\n",
		"#auth EXTERNAL ok\n"},
	{"IMAP, in two steps", &imap_engine,
		"a STARTTLS\r\n" CERTIFIED
		"b AUTHENTICATE EXTERNAL\r\nbXJvc2U=\r\n",
		"#auth EXTERNAL ok\n"},
	{"POP3, no certificate", &pop3_engine,
		"STLS\r\n" SECURED "AUTH EXTERNAL =\r\n",
		"#auth EXTERNAL no\n"},
	{"POP3, a certificate, behind a failure", &pop3_engine,
		"STLS\r\n" CERTIFIED "AUTH EXTERNAL YQ==\r\n"
		"AUTH EXTERNAL =\r\n",
		"#auth EXTERNAL no\n#auth EXTERNAL ok\n"},
	{"SMTP, no certificate", &smtp_engine,
		"EHLO x\r\nSTARTTLS\r\n" SECURED
		"EHLO x\r\nAUTH EXTERNAL bXJvc2U=\r\n",
		"#auth EXTERNAL no\n"},
	{"SMTP, a certificate", &smtp_engine,
		"EHLO x\r\nSTARTTLS\r\n" CERTIFIED
		"EHLO x\r\nAUTH EXTERNAL bXJvc2U=\r\n",
		"#auth EXTERNAL ok\n"},
};

/* The lines of a log that begin so, one behind the other. */
static void
lines_pick(struct span log, const char *beginz, struct buf *out)
{
	while (log.n > 0) {
		size_t end = span_find(log, 0, span_z("\n"));
		size_t n = end == SIZE_MAX ? log.n : end + 1;

		if (span_has_prefix(log, span_z(beginz)))
			assert_int_equal(buf_add(out, span_cut(log, 0, n)), 0);
		log = span_cut(log, n, log.n);
	}
}

static void
certificate_logs_in(void **state)
{
	const struct dialogue_cut whole = {dialogue_whole, 0};
	struct buf log, auth;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf_init(&log, 65536);
		buf_init(&auth, 65536);
		dialogue_play(rows[i].class, &config, span_z(rows[i].script),
			&whole, &log);
		lines_pick(buf_span(&log), "#auth", &auth);
		if (!span_eq(buf_span(&auth), span_z(rows[i].auth)))
			fail_msg("%s:\n%.*s", rows[i].name, (int)log.n,
				(const char *)log.p);
		buf_fini(&auth);
		buf_fini(&log);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_logs_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
