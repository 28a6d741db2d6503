/* SPDX-License-Identifier: Apache-2.0 */
/* The IMAP engine: dialogues, whole and cut everywhere. */
#include "tests/dialogue.h"

#include "parse/imap_address.h"
#include "parse/imap_date.h"
#include "parse/imap_mime.h"

#define BASE                                                                   \
	.hostz = "mx.test", .userz = "user", .passwordz = "se\"cret",          \
	.tokenz = "token", .noncez = "nonce", .mailbox = &mailbox
#define INSIDE                                                                 \
	{                                                                      \
		{"IMAP4rev1", "LITERAL+", "ID", "ENABLE", "IDLE", "NAMESPACE", \
			"UIDPLUS", "MOVE", "UNSELECT", "ESEARCH", "SEARCHRES", \
			"IMAP4rev2", "SPECIAL-USE"},                           \
			13                                                     \
	}
#define TEXT(z)                                                                \
	{                                                                      \
		(const uint8_t *)(z), sizeof(z) - 1                            \
	}

static struct engine_mailbox mailbox;

/* Fresh before each dialogue. The third message is gone, so that numbers and
 * UIDs differ. */
static void
mailbox_fill(void)
{
	static const char *const texts[] = {
		("From: \"A, \\\"B\\\"\" <a@b.test>\r\n"
		 "To: Pals: c@d.test, <@r.test:e@f.test>;, g@h.test (G)\r\n"
		 "Subject: the\r\n one\r\n"
		 "Date: Fri, 2 Jan 2026 03:04:05 +0100\r\n\r\nhello\r\n"),
		("Subject: two\r\nDate: Sat, 3 Jan 2026 00:00:00 -0530\r\n"
		 "Content-Type: Multipart/Mixed; boundary=\"=\"\r\n\r\nx\r\n"
		 "--=\r\n\r\npart\r\n--=\r\n"
		 "Content-Type: application/pdf; name=\"a b\"\r\n"
		 "Content-Disposition: attachment; filename=x\r\n"
		 "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--=--\r\n"),
		("Subject: gone\r\n\r\n"),
		("Subject: four\r\nContent-Type: message/rfc822\r\n\r\n"
		 "Subject: inner\r\n\r\ndeep\r\n"),
	};

	mailbox = (struct engine_mailbox){.n = 4, .uid_validity = 7};
	for (unsigned i = 0; i < mailbox.n; i++)
		mailbox.message[i].text = span_z(texts[i]);
	mailbox.message[2].gone = true;
}

static const struct engine_config full = {BASE,
	.capabilities = {
		[PHASE_GREETING] = {{"IMAP4rev1", "STARTTLS"}, 2},
		[PHASE_CLEAR] = {{"IMAP4rev1", "STARTTLS", "LOGINDISABLED"}, 3},
		[PHASE_TLS] = {{"IMAP4rev1", "SASL-IR", "AUTH=PLAIN",
				       "AUTH=LOGIN", "AUTH=GSSAPI"},
			5},
		[PHASE_LOGIN] = {{"IMAP4rev1"}, 1},
	}};
static const struct engine_config bare = {BASE};
static const struct engine_config implicit = {BASE, .implicit_tls = true,
	.capabilities = {
		[PHASE_CLEAR] = {{"STARTTLS"}, 1},
		[PHASE_TLS] = {{"AUTH=PLAIN", "LITERAL-", "STARTTLS"}, 3},
	}};
static const struct engine_config listed = {BASE, .implicit_tls = true,
	.capabilities = {
		[PHASE_GREETING] = {{"IMAP4rev1", "STARTTLS"}, 2},
		[PHASE_TLS] = {{"IMAP4rev1", "AUTH=PLAIN"}, 2},
	}};
static const struct engine_config inside = {BASE, .greeting = GREETING_PREAUTH,
	.capabilities = {[PHASE_LOGIN] = INSIDE}};
static const struct engine_config modern = {BASE, .greeting = GREETING_PREAUTH,
	.capabilities = {[PHASE_LOGIN] = {{"IMAP4rev2"}, 1}}};
static const struct engine_config old = {BASE, .greeting = GREETING_PREAUTH};
static const struct engine_config bye = {BASE, .greeting = GREETING_BYE,
	.greeting_text = TEXT("* BYE busy\r\n")};
static const struct engine_config silent = {BASE, .silent = true};
static const struct engine_config refusing = {BASE,
	.capabilities = {[PHASE_CLEAR] = {{"STARTTLS", "ID", "AUTH=PLAIN"}, 3}},
	.refusal = {{"starttls", TEXT("{tag} BAD no\r\n"), ENGINE_EVERYWHERE},
		{"login", TEXT("* X {tag}\r\n{tag} NO off\r\n"),
			ENGINE_EVERYWHERE},
		{"challenge", TEXT("{tag} NO later\r\n"), ENGINE_EVERYWHERE},
		{"id", TEXT(""), ENGINE_EVERYWHERE}},
	.refusals = 4};
#define HELLO "greeting: * OK mx.test is ready\r\n"
#define HELLO_FULL                                                             \
	"greeting: * OK [CAPABILITY IMAP4rev1 STARTTLS] mx.test is ready\r\n"
#define PREAUTH "greeting: * PREAUTH mx.test is ready\r\n"
#define SELECTED_LOG                                                           \
	PREAUTH                                                                \
	"#command SELECT a\n"                                                  \
	"select: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"  \
	"* OK [PERMANENTFLAGS (\\Deleted \\Seen)] Flags that stay\r\n"         \
	"* 3 EXISTS\r\n"                                                       \
	"* 0 RECENT\r\n"                                                       \
	"* OK [UNSEEN 1] First unseen\r\n"                                     \
	"* OK [UIDVALIDITY 7] UIDs are valid\r\n"                              \
	"* OK [UIDNEXT 5] Next UID\r\n"                                        \
	"a OK [READ-WRITE] SELECT completed\r\n"

#include "tests/imap_fetch_rows.h"
#include "tests/imap_mail_rows.h"
#include "tests/imap_mailbox_rows.h"
#include "tests/imap_session_rows.h"

static void
sessions_are_as_written(void **state)
{
	(void)state;
	dialogue_table(&imap_engine, session_rows,
		sizeof(session_rows) / sizeof(*session_rows), mailbox_fill);
}

static void
mail_is_as_written(void **state)
{
	(void)state;
	dialogue_table(&imap_engine, mailbox_rows,
		sizeof(mailbox_rows) / sizeof(*mailbox_rows), mailbox_fill);
	dialogue_table(&imap_engine, fetch_rows,
		sizeof(fetch_rows) / sizeof(*fetch_rows), mailbox_fill);
	dialogue_table(&imap_engine, mail_rows,
		sizeof(mail_rows) / sizeof(*mail_rows), mailbox_fill);
}

/* Random scripts in a fresh mailbox: cutting them changes nothing. */
static void
storm(const struct engine_config *config, const char *const *word, size_t words)
{
	const struct dialogue_cut whole = {dialogue_whole, 0};
	const struct dialogue_cut bytewise = {dialogue_bytewise, 0};
	uint64_t random = 88172645463325252U;
	struct buf script, log;

	buf_init(&script, 65536);
	buf_init(&log, DIALOGUE_MAX);
	for (int i = 0; i < 3000; i++) {
		dialogue_invent(&random, word, words, &script);
		buf_clear(&log);
		mailbox_fill();
		dialogue_play(
			&imap_engine, config, buf_span(&script), &whole, &log);
		mailbox_fill();
		dialogue_check("random", &imap_engine, config,
			buf_span(&script), &bytewise, buf_span(&log));
	}
	buf_fini(&script);
	buf_fini(&log);
}

static void
random_bytes_break_nothing(void **state)
{
	static const char *const words[] = {"a ", "b ", "c UID ", "\r\n", " ",
		"(", ")", "\"", "\\", "{3}\r\n", "{2+}\r\n", "[", "]", "<0.9>",
		"1", "1:*", "$", "NOT ", "OR ", "FETCH ", "BODY[", "BODY.PEEK[",
		"HEADER.FIELDS", "TEXT", "1.2.MIME", "FULL", "BODYSTRUCTURE",
		"SEARCH ", "ALL", "SUBJECT ", "SINCE ", "2-Jan-2026", "RETURN ",
		"SELECT ", "INBOX", "Sent", "LIST ", "*", "%", "STORE ",
		"+FLAGS ", "\\Deleted", "EXPUNGE", "COPY ", "MOVE ", "APPEND ",
		"IDLE", "DONE", "STATUS ", "MESSAGES", "CREATE ", "RENAME ",
		"DELETE ", "LOGIN ", "user", "AUTHENTICATE PLAIN", "AHVzZXIA",
		"=", "ENABLE ", "IMAP4rev2", "CLOSE", "a SELECT INBOX\r\n",
		"a FETCH 1:* ", "a UID STORE 1:* ", "a SEARCH "};

	const struct engine_config *const configs[] = {&inside, &bare, &old};

	(void)state;
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++)
		storm(configs[i], words, sizeof(words) / sizeof(*words));
}

/* The log of as many copies of a text as it takes, up to n. */
static void
flood(const struct engine_config *config, const char *textz, size_t n,
	const char *endz)
{
	const struct dialogue_cut whole = {dialogue_whole, 0};
	struct buf script, log;
	struct span end = span_z(endz);

	mailbox_fill();
	buf_init(&script, DIALOGUE_MAX);
	buf_init(&log, DIALOGUE_MAX);
	while (n-- > 0)
		assert_int_equal(buf_addz(&script, textz), 0);
	dialogue_play(&imap_engine, config, buf_span(&script), &whole, &log);
	assert_true(log.n >= end.n);
	assert_true(
		span_eq(span_cut(buf_span(&log), log.n - end.n, log.n), end));
	buf_fini(&script);
	buf_fini(&log);
}

static void
caps_end_the_connection(void **state)
{
	(void)state;
	flood(&bare, "a", 65537,
		"error: * BYE The line is too long\r\n#close\n");
	flood(&bare, "a", 65536, HELLO);
	flood(&bare, "a\r\n", 999, "a BAD This is no command\r\n");
	flood(&bare, "a\r\n", 1000, "error: * BYE Too many errors\r\n#close\n");
	flood(&bare, "a AUTHENTICATE X\r\n", 2000,
		"error: * BYE Too many errors\r\n#close\n");
}

static void
dates_are_read(void **state)
{
	static const struct {
		const char *textz;
		bool good;
		unsigned day;
		int zone;
	} rows[] = {
		{"Fri, 2 Jan 2026 03:04:05 +0100", true, 2, 100},
		{"31 Dec 1999 23:59 -0030 (x)", true, 31, -30},
		{"Fri,\r\n 2 jan 2026 03:04:05 GMT", true, 2, 0},
		{"2 Jan 26 03:04:05 +0000", false, 0, 0},
		{"2 Foo 2026 03:04:05 +0000", false, 0, 0},
		{"32 Jan 2026 03:04:05 +0000", false, 0, 0},
		{"2 Jan 2026 24:04:05 +0000", false, 0, 0},
		{"2 Jan 2026 03:04:05", false, 0, 0},
		{"", false, 0, 0},
	};
	struct imap_date date;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const bool good =
			imap_date_from_header(span_z(rows[i].textz), &date);

		if (good != rows[i].good)
			fail_msg("%s", rows[i].textz);
		if (!good)
			continue;
		assert_int_equal(date.day, rows[i].day);
		assert_int_equal(date.zone, rows[i].zone);
	}
	assert_true(imap_date_from_key(span_z("1-Feb-2026"), &date));
	assert_false(imap_date_from_key(span_z("1-Feb-2026 "), &date));
	assert_false(imap_date_from_key(span_z("1 Feb 2026"), &date));
}

static void
addresses_are_read(void **state)
{
	static const struct {
		const char *listz, *namez, *mailboxz, *hostz;
	} rows[] = {
		{"a@b", "", "a", "b"},
		{" , a@b", "", "a", "b"},
		{"(c) X Y (d) <a@b> , z", "X Y", "a", "b"},
		{"\"x@y, z\" <\"p q\"@b>", "x@y, z", "p q", "b"},
		{"<@r1,@r2:a@b>", "", "a", "b"},
		{"nobody", "", "nobody", ""},
		{"<a@b", "", "a", "b"},
		{"\"a", "", "\"a", ""},
	};
	struct imap_address address;
	struct span list;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		list = span_z(rows[i].listz);
		assert_true(imap_address_next(&list, &address));
		if (address.kind != IMAP_ADDRESS ||
			!span_eq(address.name.raw, span_z(rows[i].namez)) ||
			!span_eq(address.mailbox.raw,
				span_z(rows[i].mailboxz)) ||
			!span_eq(address.host, span_z(rows[i].hostz)))
			fail_msg("%s", rows[i].listz);
	}
	list = span_z(" ,, ");
	assert_false(imap_address_next(&list, &address));
}

/* Hostile messages: every cut of one must still be shown somehow. */
static void
cut_messages_are_shown(void **state)
{
	static const char script[] =
		"a SELECT INBOX\r\nb FETCH 1 (ENVELOPE BODY BODYSTRUCTURE "
		"BODY.PEEK[2.MIME] BODY.PEEK[1.1] INTERNALDATE)\r\n";
	static const char end[] = "b OK FETCH completed\r\n";
	const struct dialogue_cut whole = {dialogue_whole, 0};
	struct span text;
	struct buf log;
	uint8_t *copy;

	(void)state;
	buf_init(&log, DIALOGUE_MAX);
	for (size_t n = 0; n < 400; n++) {
		mailbox_fill();
		text = span_cut(mailbox.message[n % 2 == 0].text, 0, n / 2);
		copy = malloc(text.n > 0 ? text.n : 1);
		assert_non_null(copy);
		if (text.n > 0)
			memcpy(copy, text.p, text.n);
		mailbox.message[0].text = span_of(copy, text.n);
		buf_clear(&log);
		dialogue_play(
			&imap_engine, &inside, span_z(script), &whole, &log);
		free(copy);
		assert_true(span_eq(
			span_cut(buf_span(&log), log.n - strlen(end), log.n),
			span_z(end)));
	}
	buf_fini(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_are_as_written),
		cmocka_unit_test(mail_is_as_written),
		cmocka_unit_test(random_bytes_break_nothing),
		cmocka_unit_test(caps_end_the_connection),
		cmocka_unit_test(dates_are_read),
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(cut_messages_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
