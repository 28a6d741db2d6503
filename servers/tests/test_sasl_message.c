/* SPDX-License-Identifier: Apache-2.0 */
/* First messages of SASL clients: each rule of their grammars from both
 * sides. */
#include "tests/parse_check.h"

#define A "\x01"
#define HEX32 "0123456789abcdef0123456789abcdef"

#define PLAIN(authzid, authcid, password)                                      \
	"{\"authzid\":\"" authzid "\",\"authcid\":\"" authcid                  \
	"\",\"password\":\"" password "\"}"

static const struct parse_row plains[] = {
	ROW_GOOD("usual", "\0user\0pass", PLAIN("", "user", "pass")),
	ROW_GOOD("for somebody", "boss\0u\0p", PLAIN("boss", "u", "p")),
	ROW_GOOD("UTF-8", "\0\xc3\xa9\0 p\x01",
		PLAIN("", "\\u00c3\\u00a9", " p\\u0001")),
	ROW_STOP("nothing", "", MORE, SASL_PLAIN_NULS, 0),
	ROW_STOP("no NUL", "user", MORE, SASL_PLAIN_NULS, 4),
	ROW_STOP("one NUL", "\0user", MORE, SASL_PLAIN_NULS, 5),
	ROW_STOP("three NULs", "\0u\0p\0", BAD, SASL_PLAIN_NULS, 4),
	ROW_STOP("no name", "\0\0p", BAD, SASL_PLAIN_EMPTY, 1),
	ROW_STOP("no password", "\0u\0", MORE, SASL_PLAIN_EMPTY, 3),
	ROW_STOP("no UTF-8", "\0u\0\xff", BAD, SASL_UTF8, 3),
	ROW_STOP("half a character", "\0u\0\xc3", MORE, SASL_UTF8, 3),
	ROW_STOP("half a character behind three NULs", "\0u\0p\0\xc3", BAD,
		SASL_PLAIN_NULS, 4),
	ROW_STOP("half a character behind no name", "\0\0\xc3", BAD,
		SASL_PLAIN_EMPTY, 1),
};

#define CRAM(name) "{\"name\":\"" name "\",\"digest\":\"" HEX32 "\"}"

static const struct parse_row crams[] = {
	ROW_GOOD("usual", "user " HEX32, CRAM("user")),
	ROW_GOOD("name with blanks", "a b  " HEX32, CRAM("a b ")),
	ROW_STOP("capital letters", "user 0123456789ABCDEF0123456789abcdef",
		MORE, SASL_CRAM_DIGEST, 21),
	ROW_STOP("nothing", "", MORE, SASL_CRAM_DIGEST, 0),
	ROW_STOP("no blank", HEX32, MORE, SASL_CRAM_DIGEST, 0),
	ROW_STOP("no name", " " HEX32, MORE, SASL_CRAM_NAME, 0),
	ROW_STOP("too short", "user 0123", MORE, SASL_CRAM_DIGEST, 5),
	ROW_STOP("too long", "user 0" HEX32, MORE, SASL_CRAM_DIGEST, 6),
	ROW_STOP("no hexadecimal", "user g" HEX32, MORE, SASL_CRAM_DIGEST, 6),
	ROW_STOP("trailing blank", "user " HEX32 " ", MORE, SASL_CRAM_DIGEST,
		38),
};

#define SCRAM(flag, authzid, name, nonce, attributes)                          \
	"{\"flag\":\"" flag "\",\"authzid\":\"" authzid "\",\"name\":\"" name  \
	"\",\"nonce\":\"" nonce "\",\"attributes\":\"" attributes "\"}"

static const struct parse_row scrams[] = {
	ROW_GOOD("usual", "n,,n=user,r=Zk9+a1b2",
		SCRAM("n", "", "user", "Zk9+a1b2", "")),
	ROW_GOOD(
		"binding could be", "y,,n=u,r=x", SCRAM("y", "", "u", "x", "")),
	ROW_GOOD("binding", "p=tls-exporter,a=b,n=u,r=x",
		SCRAM("p=tls-exporter", "b", "u", "x", "")),
	ROW_GOOD("escapes", "n,a==2C,n=a=3Db,r=x",
		SCRAM("n", "=2C", "a=3Db", "x", "")),
	ROW_GOOD("attributes", "n,,n=u,r=x,a=b=c,Z=\xc3\xa9",
		SCRAM("n", "", "u", "x", ",a=b=c,Z=\\u00c3\\u00a9")),
	ROW_STOP("nothing", "", MORE, SASL_GS2_FLAG, 0),
	ROW_STOP("unknown flag", "x,,n=u,r=x", BAD, SASL_GS2_FLAG, 0),
	ROW_OPEN("capital flag", "N,,n=u,r=x", SASL_CASE,
		SCRAM("N", "", "u", "x", "")),
	ROW_OPEN("capital p", "P=x,,n=u,r=x", SASL_CASE,
		SCRAM("P=x", "", "u", "x", "")),
	ROW_OPEN("small escape", "n,,n=a=2cb,r=x", SASL_CASE,
		SCRAM("n", "", "a=2cb", "x", "")),
	ROW_STOP("unknown capital flag", "X,,n=u,r=x", BAD, SASL_GS2_FLAG, 0),
	ROW_STOP("binding without =", "p,,n=u,r=x", BAD, SASL_GS2_FLAG, 1),
	ROW_STOP("binding without name", "p=,,n=u,r=x", BAD, SASL_GS2_FLAG, 2),
	ROW_STOP("binding not whole", "p=", MORE, SASL_GS2_FLAG, 2),
	ROW_STOP("bad name of a binding", "p=a_b,,n=u,r=x", BAD, SASL_GS2_FLAG,
		3),
	ROW_STOP("flag alone", "n", MORE, SASL_GS2_FLAG, 1),
	ROW_STOP("authzid without a=", "n,b,n=u,r=x", BAD, SASL_GS2_AUTHZID, 2),
	ROW_STOP("authzid without =", "n,ab,n=u,r=x", BAD, SASL_GS2_AUTHZID, 3),
	ROW_STOP("authzid not whole", "n,a=b", MORE, SASL_GS2_AUTHZID, 5),
	ROW_STOP("empty authzid", "n,a=,n=u,r=x", BAD, SASL_NAME, 4),
	ROW_STOP("mixed escape", "n,,n=a=2D,r=x", BAD, SASL_NAME, 8),
	ROW_STOP("unknown escape", "n,,n=a=41,r=x", BAD, SASL_NAME, 7),
	ROW_STOP("half an escape", "n,,n=a=2", MORE, SASL_NAME, 8),
	ROW_STOP("NUL in a name", "n,,n=a\0,r=x", BAD, SASL_NAME, 6),
	ROW_STOP("no UTF-8 in a name", "n,,n=\xff,r=x", BAD, SASL_UTF8, 5),
	ROW_STOP("half a character", "n,,n=\xc3", MORE, SASL_UTF8, 5),
	ROW_STOP("empty name", "n,,n=,r=x", BAD, SASL_NAME, 5),
	ROW_STOP("no name yet", "n,,n=", MORE, SASL_NAME, 5),
	ROW_STOP("name without =", "n,,nu,r=x", BAD, SASL_SCRAM_NAME, 4),
	ROW_STOP("nonce first", "n,,r=x,n=u", BAD, SASL_SCRAM_NAME, 3),
	ROW_STOP("nonce missing", "n,,n=u", MORE, SASL_SCRAM_NAME, 6),
	ROW_STOP("mandatory extension", "n,,m=x,n=u,r=x", BAD,
		SASL_SCRAM_EXTENSION, 3),
	ROW_STOP("nonce without r", "n,,n=u,x=x", BAD, SASL_SCRAM_NONCE, 7),
	ROW_STOP("empty nonce", "n,,n=u,r=,a=b", BAD, SASL_SCRAM_NONCE, 9),
	ROW_STOP("blank in a nonce", "n,,n=u,r=a b", BAD, SASL_SCRAM_NONCE, 10),
	ROW_STOP("attribute without letter", "n,,n=u,r=x,1=b", BAD,
		SASL_SCRAM_ATTRIBUTE, 11),
	ROW_STOP("attribute without =", "n,,n=u,r=x,ab", BAD,
		SASL_SCRAM_ATTRIBUTE, 12),
	ROW_STOP("attribute without value", "n,,n=u,r=x,a=,b=c", BAD,
		SASL_SCRAM_ATTRIBUTE, 13),
	ROW_STOP("NUL in a value", "n,,n=u,r=x,a=\0", BAD, SASL_SCRAM_ATTRIBUTE,
		13),
	ROW_STOP(
		"no UTF-8 in a value", "n,,n=u,r=x,a=\xff", BAD, SASL_UTF8, 13),
	ROW_STOP("half a character of a value", "n,,n=u,r=x,a=\xc3", MORE,
		SASL_UTF8, 13),
	ROW_STOP("trailing comma", "n,,n=u,r=x,", MORE, SASL_SCRAM_ATTRIBUTE,
		11),
};

#define BEARER(flag, authzid, scheme, token, pairs)                            \
	"{\"flag\":\"" flag "\",\"authzid\":\"" authzid                        \
	"\",\"scheme\":\"" scheme "\",\"token\":\"" token                      \
	"\",\"pairs\":[" pairs "]}"

static const struct parse_row bearers[] = {
	ROW_GOOD("usual", "n,a=u," A "auth=Bearer t=" A A,
		BEARER("n", "u", "Bearer", "t=", "[\"auth\",\"Bearer t=\"]")),
	ROW_GOOD("more pairs", "n,," A "host=h" A "x=" A "auth=B  t u" A A,
		BEARER("n", "", "B", "t u",
			"[\"host\",\"h\"],[\"x\",\"\"],[\"auth\","
			"\"B  t u\"]")),
	ROW_GOOD("answer to a failure", A, BEARER("", "", "", "", "")),
	ROW_GOOD("empty auth", "n,," A "auth=" A A,
		BEARER("n", "", "", "", "[\"auth\",\"\"]")),
	ROW_GOOD("mechanism that GSS-API does not know",
		"F,n,," A "auth=a b" A A,
		BEARER("n", "", "a", "b", "[\"auth\",\"a b\"]")),
	ROW_OPEN("the same in small letters", "f,n,," A "auth=a b" A A,
		SASL_CASE, BEARER("n", "", "a", "b", "[\"auth\",\"a b\"]")),
	ROW_OPEN("empty auth in front of another",
		"n,," A "auth=" A "auth=a b" A A, SASL_BEARER_AUTH_TWICE,
		BEARER("n", "", "", "", "[\"auth\",\"\"],[\"auth\",\"a b\"]")),
	ROW_STOP("F alone", "F", MORE, SASL_GS2_FLAG, 1),
	ROW_STOP("no comma behind F", "Fn,," A "auth=a b" A A, BAD,
		SASL_GS2_FLAG, 1),
	ROW_STOP("F twice", "F,F,n,," A "auth=a b" A A, BAD, SASL_GS2_FLAG, 2),
	ROW_OPEN("two auth", "n,," A "auth=a b" A "auth=c d" A A,
		SASL_BEARER_AUTH_TWICE,
		BEARER("n", "", "a", "b",
			"[\"auth\",\"a b\"],[\"auth\",\"c d\"]")),
	ROW_STOP("no header", "auth=Bearer t" A A, BAD, SASL_GS2_FLAG, 0),
	ROW_STOP("no separator", "n,,auth=a b" A A, BAD, SASL_BEARER_SEPARATOR,
		3),
	ROW_STOP("no pair", "n,," A A, BAD, SASL_BEARER_AUTH, 4),
	ROW_STOP("other pair", "n,," A "host=h" A A, BAD, SASL_BEARER_AUTH, 11),
	ROW_STOP("scheme alone", "n,," A "auth=Bearer" A A, BAD,
		SASL_BEARER_AUTH, 9),
	ROW_STOP("no token", "n,," A "auth=Bearer " A A, BAD, SASL_BEARER_AUTH,
		9),
	ROW_STOP("no scheme", "n,," A "auth= t" A A, BAD, SASL_BEARER_AUTH, 9),
	ROW_STOP("digit in a key", "n,," A "a1=b" A A, BAD, SASL_BEARER_KEY, 5),
	ROW_STOP("no key", "n,," A "=b" A A, BAD, SASL_BEARER_KEY, 4),
	ROW_STOP("control in a value", "n,," A "a=\x02" A A, BAD,
		SASL_BEARER_VALUE, 6),
	ROW_STOP("value not whole", "n,," A "a=b", MORE, SASL_BEARER_VALUE, 7),
	ROW_STOP("no last separator", "n,," A "auth=a b" A, MORE,
		SASL_BEARER_KEY, 13),
	ROW_STOP("more behind it", "n,," A "auth=a b" A A "x", BAD,
		SASL_BEARER_SEPARATOR, 14),
	ROW_STOP("two separators alone", A A, BAD, SASL_GS2_FLAG, 0),
};

#define XOAUTH2(user, token)                                                   \
	"{\"user\":\"" user "\",\"scheme\":\"Bearer\",\"token\":\"" token "\"" \
	"}"

static const struct parse_row xoauth2s[] = {
	ROW_GOOD(
		"usual", "user=a@b" A "auth=Bearer t" A A, XOAUTH2("a@b", "t")),
	ROW_STOP("nothing", "", MORE, SASL_XOAUTH2_USER, 0),
	ROW_STOP("capital key", "User=a" A "auth=Bearer t" A A, BAD,
		SASL_XOAUTH2_USER, 0),
	ROW_STOP("empty user", "user=" A "auth=Bearer t" A A, BAD,
		SASL_XOAUTH2_USER, 5),
	ROW_STOP("NUL", "user=a\0" A "auth=Bearer t" A A, BAD,
		SASL_XOAUTH2_USER, 6),
	ROW_STOP("no UTF-8", "user=\xff" A, BAD, SASL_UTF8, 5),
	ROW_STOP("half a character", "user=\xc3", MORE, SASL_UTF8, 5),
	ROW_STOP("user not whole", "user=a", MORE, SASL_XOAUTH2_USER, 6),
	ROW_STOP("no auth", "user=a" A A, BAD, SASL_BEARER_AUTH, 7),
	ROW_STOP("one separator", "user=a" A "auth=Bearer t" A, MORE,
		SASL_BEARER_KEY, 21),
};

#define CHECK(name, parser, rows)                                              \
	static void name(void **state)                                         \
	{                                                                      \
		(void)state;                                                   \
		check_rows(parser, rows, sizeof(rows) / sizeof(*(rows)));      \
	}

CHECK(plain, "sasl-plain", plains)
CHECK(cram, "sasl-cram", crams)
CHECK(scram, "sasl-scram", scrams)
CHECK(bearer, "sasl-bearer", bearers)
CHECK(xoauth2, "sasl-xoauth2", xoauth2s)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(cram),
		cmocka_unit_test(scram),
		cmocka_unit_test(bearer),
		cmocka_unit_test(xoauth2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
