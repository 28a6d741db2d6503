/* SPDX-License-Identifier: Apache-2.0 */
/* The _mta-sts record: each rule of its grammar from both sides. */
#include "tests/parse_check.h"

#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define NOTHING_ELSE "\",\"extensions\":[]}"
#define ID(id) "{\"id\":\"" id NOTHING_ELSE

static const struct parse_row rows[] = {
	ROW_GOOD("canonical", "v=STSv1; id=20160831085700Z;",
		ID("20160831085700Z")),
	ROW_GOOD("no closing delimiter", "v=STSv1;id=a", ID("a")),
	ROW_GOOD("blanks", "v=STSv1; \tid=a \t; ", ID("a")),
	ROW_GOOD("longest id", "v=STSv1;id=" X32, ID(X32)),
	ROW_GOOD("extension", "v=STSv1; 9.o-o_1=\"x\"; id=a",
		"{\"id\":\"a\",\"extensions\":[[\"9.o-o_1\",\"\\\"x\\\"\"]]}"),
	ROW_GOOD("longest name", "v=STSv1; id=a; " X32 "=1",
		"{\"id\":\"a\",\"extensions\":[[\"" X32 "\",\"1\"]]}"),
	ROW_GOOD("another case is another name", "v=STSv1; Id=x; id=b",
		"{\"id\":\"b\",\"extensions\":[[\"Id\",\"x\"]]}"),
	ROW_GOOD("second version", "v=STSv1; v=STSv2; id=a",
		"{\"id\":\"a\",\"extensions\":[[\"v\",\"STSv2\"]]}"),
	ROW_OPEN("blank before the first semicolon", "v=STSv1 ; id=a",
		STS_RECORD_EARLY_BLANK, ID("a")),
	ROW_GOOD("two ids", "v=STSv1; id=a; id=b",
		"{\"id\":\"a\",\"extensions\":[[\"id\",\"b\"]]}"),
	ROW_OPEN("an id behind what is none", "v=STSv1; id=-; id=_; id=b",
		STS_RECORD_ID_TWICE,
		"{\"id\":\"b\",\"extensions\":[[\"id\",\"-\"],[\"id\",\"_\"]]"
		"}"),
	ROW_STOP("nothing", "", MORE, STS_RECORD_VERSION, 0),
	ROW_STOP("leading blank", " v=STSv1; id=a", BAD, STS_RECORD_VERSION, 0),
	ROW_STOP("case of the version", "v=stsv1;", BAD, STS_RECORD_VERSION, 2),
	ROW_STOP("other version", "v=STSv10; id=a", BAD, STS_RECORD_DELIMITER,
		7),
	ROW_STOP("version alone", "v=STSv1", MORE, STS_RECORD_ID_MISSING, 7),
	ROW_STOP("no field", "v=STSv1;", MORE, STS_RECORD_ID_MISSING, 8),
	ROW_STOP("no id", "v=STSv1; a=b", MORE, STS_RECORD_ID_MISSING, 12),
	ROW_STOP("empty field", "v=STSv1;; id=a", BAD, STS_RECORD_NAME, 8),
	ROW_STOP("trailing blank", "v=STSv1; id=a ", MORE, STS_RECORD_DELIMITER,
		14),
	ROW_STOP(
		"line end", "v=STSv1; id=a\r\n", BAD, STS_RECORD_DELIMITER, 13),
	ROW_STOP("name is too long", "v=STSv1; " X32 "x=1", BAD,
		STS_RECORD_NAME, 41),
	ROW_STOP(
		"name begins with _", "v=STSv1; _a=1", BAD, STS_RECORD_NAME, 9),
	ROW_STOP("blank in front of =", "v=STSv1; id =a", BAD, STS_RECORD_NAME,
		11),
	ROW_STOP("name alone", "v=STSv1; id", MORE, STS_RECORD_NAME, 11),
	ROW_STOP("no value", "v=STSv1; id=", MORE, STS_RECORD_VALUE, 12),
	ROW_STOP("empty value", "v=STSv1; id=;", BAD, STS_RECORD_VALUE, 12),
	ROW_STOP("= in a value", "v=STSv1; id=abc=", BAD, STS_RECORD_DELIMITER,
		15),
	ROW_STOP("not ASCII", "v=STSv1; id=a; b=\xc3\xa9", BAD,
		STS_RECORD_VALUE, 17),
	ROW_STOP("NUL", "v=STSv1; id=a\0", BAD, STS_RECORD_DELIMITER, 13),
	ROW_STOP("id is too long", "v=STSv1; id=" X32 "x", MORE, STS_RECORD_ID,
		12),
	ROW_STOP("id with a hyphen", "v=STSv1; id=2016-08-31;", MORE,
		STS_RECORD_ID, 12),
};

static void
records(void **state)
{
	(void)state;
	check_rows("sts-record", rows, sizeof(rows) / sizeof(*rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
