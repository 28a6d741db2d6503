/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latch engine: the state table, and what must hold of every state, every
 * session and many statuses, all tried.
 */
#include "latch/latch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SET(name) (UINT32_C(1) << LK_PROMISE_##name)
#define READING(name) (UINT32_C(1) << LK_LATCH_READING_##name)
#define STRONG 128

/* How a session is verified. */
enum how {
	NOBODY,
	PKIX,
	DANE,
	BOTH,
	BOUND
};

static struct lk_latch_session
session_of(enum lk_latch_dialect dialect, unsigned version, enum how how,
	const char *status)
{
	return (struct lk_latch_session){
		.dialect = dialect,
		.version = version,
		.key_bits = version != 0 ? STRONG : 0,
		.pkix = how == PKIX || how == BOTH,
		.dane = how == DANE || how == BOTH,
		.bound = how == BOUND,
		.status = span_z(status),
	};
}

struct row {
	const char *name;
	enum lk_latch_dialect dialect;
	uint32_t stored;
	unsigned version;
	enum how how;
	const char *status;
	uint32_t now; /* stored behind it */
	uint32_t unmet;
	uint32_t readings;
};

#define MANY SET(TLS11) | SET(TLS_CERT)
#define V11 SET(VERSION_11)
#define V12 SET(VERSION_12) | V11
#define ANY SET(CERT_ANY)
#define VPKIX SET(CERT_PKIX) | ANY
#define VDANE SET(CERT_DANE) | ANY

static const struct row rows[] = {
	/* first session */
	{"in clear", LK_LATCH_04, 0, 0, NOBODY, "tls11", 0, 0, 0},
	{"nobody verified", LK_LATCH_04, 0, 0x303, NOBODY, "tls11 tls-cert", 0,
		0, 0},
	{"-01 latches versions of anybody", LK_LATCH_01, 0, 0x303, NOBODY,
		"tls10 tls12 tls-cert <https://a/>", SET(TLS10) | SET(TLS12), 0,
		READING(UNVERIFIED)},
	{"-01 has no tls11", LK_LATCH_01, 0, 0x303, PKIX, "tls11 tls-cert",
		SET(TLS_CERT), 0, 0},
	{"-02 has no tls10", LK_LATCH_02, 0, 0x303, PKIX, "tls10 tls-cert",
		SET(TLS_CERT), 0, 0},
	{"not advertised", LK_LATCH_04, 0, 0x303, BOTH, "", 0, 0, 0},
	{"not met", LK_LATCH_04, 0, 0x302, PKIX, "tls12 tls-dane-tlsa", 0, 0,
		0},
	{"met", LK_LATCH_04, 0, 0x303, PKIX, "tls11 tls12 tls-cert",
		SET(TLS11) | SET(TLS12) | SET(TLS_CERT), 0, 0},
	{"met by DANE", LK_LATCH_03, 0, 0x303, DANE,
		"tls12 tls-dane-tlsa tls-cert", SET(TLS12) | SET(TLS_DANE), 0,
		0},
	{"bound by SASL is no certificate", LK_LATCH_04, 0, 0x303, BOUND,
		"tls12 tls-cert", 0, 0, 0},
	{"the registration of tls11", LK_LATCH_04, 0, 0x301, PKIX,
		"tls11 tls-cert", SET(TLS_CERT), 0, READING(EARLY_TLS11)},
	{"unknown and later tags", LK_LATCH_04, 0, 0x304, PKIX,
		"tls13 tls12x tls-pfs !x <https://a/>", 0, 0, 0},
	{"another case", LK_LATCH_04, 0, 0x303, PKIX, "TLS-CERT", 0, 0,
		READING(TAG_CASE)},
	{"commas", LK_LATCH_COMMA, 0, 0x303, PKIX,
		"tls11,<https://a/b,c>,tls-cert", MANY, 0, 0},
	{"spaces are no commas", LK_LATCH_COMMA, 0, 0x303, PKIX,
		"tls11 tls-cert", 0, 0, 0},
	{"commas are no spaces", LK_LATCH_04, 0, 0x303, PKIX, "tls11,tls-cert",
		0, 0, 0},
	{"an item that is none spoils the list", LK_LATCH_04, 0, 0x303, PKIX,
		"tls11 tls-cert \"", 0, 0, 0},
	/* later sessions */
	{"kept", LK_LATCH_04, MANY, 0x303, PKIX, "tls11", MANY, 0, 0},
	{"an empty list takes nothing away", LK_LATCH_04, MANY, 0x303, PKIX, "",
		MANY, 0, 0},
	{"more is added", LK_LATCH_04, SET(TLS11), 0x303, PKIX,
		"tls12 tls11 tls12", SET(TLS11) | SET(TLS12), 0, 0},
	{"without TLS", LK_LATCH_04, MANY, 0, NOBODY, "tls12", MANY, MANY, 0},
	{"an older version", LK_LATCH_04, MANY, 0x301, PKIX, "tls-cert", MANY,
		SET(TLS11), 0},
	{"a certificate of nobody", LK_LATCH_04, MANY, 0x303, NOBODY, "tls11",
		MANY, MANY, 0},
	{"tls10 needs no certificate", LK_LATCH_04, SET(TLS10), 0x301, NOBODY,
		"tls11", SET(TLS10), 0, 0},
	{"tls-cert is not met by DANE", LK_LATCH_04, SET(TLS_CERT), 0x303, DANE,
		"", SET(TLS_CERT), SET(TLS_CERT), 0},
	{"tls-dane-tlsa is not met by PKIX", LK_LATCH_04, SET(TLS_DANE), 0x303,
		PKIX, "tls-cert", SET(TLS_DANE), SET(TLS_DANE), 0},
	{"both tags need both", LK_LATCH_04, SET(TLS_DANE) | SET(TLS_CERT),
		0x303, BOTH, "", SET(TLS_DANE) | SET(TLS_CERT), 0, 0},
	{"what is refused stores nothing", LK_LATCH_04, SET(TLS_DANE), 0x303,
		PKIX, "tls-cert tls12 <https://evil/>", SET(TLS_DANE),
		SET(TLS_DANE), 0},
	/* directives */
	{"a greater value includes lesser", LK_LATCH_05, 0, 0x303, PKIX,
		"tls-version=1.2; tls-cert=pkix", V12 | VPKIX, 0, 0},
	{"an unverified server", LK_LATCH_05, 0, 0x303, NOBODY,
		"tls-version=1.2; tls-cert", 0, 0, 0},
	{"bound by SASL", LK_LATCH_05, 0, 0x303, BOUND,
		"tls-version=1.2; tls-cert", V12, 0, 0},
	{"1.2 offered on 1.1 saves nothing", LK_LATCH_05, 0, 0x302, PKIX,
		"tls-version=1.2", 0, 0, 0},
	{"raised", LK_LATCH_06, V11, 0x303, PKIX, "tls-version=1.2", V12, 0, 0},
	{"never lowered", LK_LATCH_06, V12, 0x303, PKIX, "tls-version=1.1", V12,
		0, 0},
	{"an older client keeps 1.1", LK_LATCH_05, V11, 0x302, PKIX,
		"tls-version=1.2", V11, 0, 0},
	{"too old", LK_LATCH_05, V12, 0x302, PKIX, "", V12, SET(VERSION_12), 0},
	{"a version of the future", LK_LATCH_05, 0, 0x304, PKIX,
		"tls-version=1.3; tls-version=1.9; x-new=7; tls-cert=other", 0,
		0, 0},
	{"any, then pkix", LK_LATCH_05, 0, 0x303, PKIX,
		"tls-cert=pkix; tls-cert=any", VPKIX, 0, 0},
	{"any takes DANE", LK_LATCH_05, ANY, 0x303, DANE, "tls-cert", ANY, 0,
		0},
	{"pkix does not take DANE", LK_LATCH_05, VPKIX, 0x303, DANE, "", VPKIX,
		SET(CERT_PKIX), 0},
	{"dane does not take PKIX", LK_LATCH_05, VDANE, 0x303, PKIX, "", VDANE,
		SET(CERT_DANE), 0},
	{"-05 has no pkix+dane", LK_LATCH_05, 0, 0x303, BOTH,
		"tls-cert=pkix+dane", 0, 0, 0},
	{"-06 has", LK_LATCH_06, 0, 0x303, BOTH, "tls-cert=pkix+dane",
		VPKIX | VDANE, 0, 0},
	{"not by half", LK_LATCH_06, 0, 0x303, PKIX, "tls-cert=pkix+dane", 0, 0,
		0},
	{"both, then one", LK_LATCH_06, VPKIX | VDANE, 0x303, PKIX,
		"tls-cert=pkix", VPKIX | VDANE, SET(CERT_DANE), 0},
	{"moving from one to the other", LK_LATCH_05, VPKIX, 0x303, BOTH,
		"tls-cert=dane", VPKIX | VDANE, 0, READING(CERT_VALUES)},
	{"directives of HSTS", LK_LATCH_05, 0, 0x303, PKIX,
		"max-age=0; includeSubDomains; tls-cert", ANY, 0, 0},
	{"tags are no directives", LK_LATCH_05, 0, 0x303, PKIX, "tls11", 0, 0,
		0},
};

static void
table_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct lk_latch_state before = {.promises = row->stored}, now;
		struct lk_latch_session session = session_of(
			row->dialect, row->version, row->how, row->status);
		struct lk_latch_outcome out;

		lk_latch_session(&before, &session, &now, &out);
		if (now.promises != row->now || out.unmet != row->unmet ||
			out.readings != row->readings ||
			out.added != (row->now & ~row->stored) ||
			(out.verdict == LK_LATCH_REFUSE) != (row->unmet != 0))
			fail_msg("%s: now %x, unmet %x, readings %x", row->name,
				now.promises, out.unmet, out.readings);
	}
}

static void
levels_hold(void **state)
{
	struct lk_latch_state none = {.promises = 0}, now;
	struct lk_latch_outcome out;
	struct lk_latch_session session;

	(void)state;
	for (unsigned dialect = 0; dialect < LK_LATCH_DIALECT_COUNT;
		dialect++) {
		const bool is_sts = dialect >= LK_LATCH_05;

		session = session_of(
			(enum lk_latch_dialect)dialect, 0, NOBODY, "");
		lk_latch_session(&none, &session, &now, &out);
		assert_int_equal(out.verdict, LK_LATCH_WARN);
		assert_int_equal(out.flaws, 1 << LK_FLAW_CLEAR);
		session.level = LK_LEVEL_HIGH;
		lk_latch_session(&none, &session, &now, &out);
		assert_int_equal(out.verdict, LK_LATCH_REFUSE);
		session = session_of(
			(enum lk_latch_dialect)dialect, 0x301, DANE, "");
		session.level = LK_LEVEL_HIGH;
		lk_latch_session(&none, &session, &now, &out);
		assert_int_equal(out.verdict,
			is_sts ? LK_LATCH_REFUSE : LK_LATCH_PROCEED);
		assert_int_equal(out.flaws, is_sts ? 1 << LK_FLAW_OLD : 0);
		/* What SASL proves does not make up for the certificate. */
		session = session_of(
			(enum lk_latch_dialect)dialect, 0x303, BOUND, "");
		lk_latch_session(&none, &session, &now, &out);
		assert_int_equal(out.verdict, LK_LATCH_WARN);
		assert_int_equal(out.flaws, 1 << LK_FLAW_UNVERIFIED);
	}
}

static void
refused_level_stores_nothing(void **state)
{
	struct lk_latch_state none = {.promises = 0}, now;
	struct lk_latch_session session =
		session_of(LK_LATCH_01, 0x303, NOBODY, "tls12");
	struct lk_latch_outcome out;

	(void)state;
	session.level = LK_LEVEL_HIGH;
	lk_latch_session(&none, &session, &now, &out);
	assert_int_equal(out.verdict, LK_LATCH_REFUSE);
	assert_int_equal(now.promises, 0);
	session.level = LK_LEVEL_NONE;
	lk_latch_session(&none, &session, &now, &out);
	assert_int_equal(now.promises, SET(TLS12));
}

static void
weak_keys_do_not_count(void **state)
{
	struct lk_latch_state now = {.promises = 0};
	struct lk_latch_session session =
		session_of(LK_LATCH_04, 0x303, PKIX, "tls11 tls12 tls-cert");
	struct lk_latch_outcome out;

	(void)state;
	session.key_bits = 112;
	lk_latch_session(&now, &session, &now, &out);
	assert_int_equal(now.promises, SET(TLS_CERT));
	now.promises = SET(TLS12);
	lk_latch_session(&now, &session, &now, &out);
	assert_int_equal(out.verdict, LK_LATCH_REFUSE);
}

static const char *const words[] = {"tls10", "tls11", "tls12", "tls-cert",
	"tls-dane-tlsa", "tls12x", "tls-cert=any", "tls-cert=pkix",
	"tls-cert=dane", "tls-version=1.1", "tls-version=1.2"};
#define WORDS (sizeof(words) / sizeof(*words))

/* The words of the set, in this order or in the other, perhaps each twice. */
static void
status_write(char *text, uint32_t set, const char *separator, bool is_reversed,
	bool is_doubled)
{
	char *end = text;

	*end = '\0';
	for (unsigned i = 0; i < WORDS; i++) {
		unsigned at = is_reversed ? (unsigned)WORDS - 1 - i : i;

		for (unsigned n = is_doubled ? 2 : 1; set >> at & 1 && n > 0;
			n--) {
			if (end != text)
				end = stpcpy(end, separator);
			end = stpcpy(end, words[at]);
		}
	}
}

/* Invariants 1 to 7 and 9 of one state, session and set of words. */
static void
invariants_hold(uint32_t stored, struct lk_latch_session session, uint32_t set)
{
	static const char *const separators[] = {
		" ", " ", " ", " ", ",", ";", "; "};
	char text[512], other[512];
	struct lk_latch_state before = {.promises = stored}, now, again;
	struct lk_latch_outcome out, out_again;

	status_write(text, set, separators[session.dialect], false, false);
	session.status = span_z(text);
	lk_latch_session(&before, &session, &now, &out);
	/* 1: nothing without TLS and authentication, but for -01 */
	if (session.version == 0 ||
		(!session.pkix && !session.dane && !session.bound &&
			session.dialect != LK_LATCH_01))
		assert_int_equal(now.promises, stored);
	/* 2 and 5: never fewer */
	assert_int_equal(now.promises & stored, stored);
	/* 3 and 9: only words of the list, and only those of the dialect */
	assert_int_equal(
		now.promises & ~stored & ~lk_latch_supported(session.dialect),
		0);
	/* 6: what is refused stores nothing */
	if (out.verdict == LK_LATCH_REFUSE)
		assert_int_equal(now.promises, stored);
	/* What is stored is met, and refuses no session like this one. */
	lk_latch_session(&now, &session, &again, &out_again);
	assert_int_equal(out_again.verdict, out.verdict);
	/* 7: once is enough */
	assert_int_equal(again.promises, now.promises);
	/* 4: order and number do not matter */
	status_write(other, set, separators[session.dialect], true, true);
	session.status = span_z(other);
	lk_latch_session(&before, &session, &again, &out_again);
	assert_int_equal(again.promises, now.promises);
	assert_int_equal(out_again.verdict, out.verdict);
	assert_int_equal(out_again.readings, out.readings);
}

static void
every_session_keeps_the_rules(void **state)
{
	static const unsigned versions[] = {0, 0x301, 0x302, 0x303};
	struct lk_latch_session session;
	uint32_t stored;

	(void)state;
	for (unsigned dialect = 0; dialect < LK_LATCH_DIALECT_COUNT; dialect++)
		for (unsigned i = 0; i < 4 * 5 * 2; i++)
			for (uint32_t set = 0; set < 1U << WORDS; set += 3) {
				session = session_of(
					(enum lk_latch_dialect)dialect,
					versions[i % 4], (enum how)(i / 4 % 5),
					"");
				session.level = (enum lk_latch_level)(i / 20);
				if (set % 5 == 0)
					session.key_bits = 112;
				/* Any stored set, another one each time. */
				stored = set * 2654435761U >> 16 & 0x3ff;
				if (set % 2 == 0)
					stored &= lk_latch_supported(
						session.dialect);
				if (set % 7 == 0)
					stored = 0;
				invariants_hold(stored, session, set);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_holds),
		cmocka_unit_test(levels_hold),
		cmocka_unit_test(refused_level_stores_nothing),
		cmocka_unit_test(weak_keys_do_not_count),
		cmocka_unit_test(every_session_keeps_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
