/* SPDX-License-Identifier: Apache-2.0 */
/* Dates relative to now, or any bytes in their place. */
#include "pki/validity.h"

#include <stdlib.h>
#include <time.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define YEARS_100 (100LL * 366 * 86400)

/* "-1d", "+90s", "+2h": seconds, or -1 with the error set. */
static int
offset_parse(const struct spot *at, const char *textz, long long *out_r)
{
	static const struct {
		const char *unitz;
		long long seconds;
	} units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	char *end;
	long long number = strtoll(textz, &end, 10);

	for (size_t i = 0; i < COUNT(units); i++) {
		if ((textz[0] != '-' && textz[0] != '+') || end == textz ||
			strcmp(end, units[i].unitz) != 0)
			continue;
		if (llabs(number / 2) > YEARS_100 / 2 / units[i].seconds)
			return spot_fail(at, "is more than a hundred years");
		*out_r = number * units[i].seconds;
		return 0;
	}
	return spot_fail(at,
		"must read like -1d, +30d, +90s, "
		"utc:991231235959Z or generalized:20501231235959Z");
}

/* RFC 5280 4.1.2.5: UTCTime through 2049, then GeneralizedTime. */
static int
time_put(struct der *d, const struct spot *at, long long offset)
{
	time_t when = time(NULL) + (time_t)offset;
	char textz[40];
	struct tm tm;
	bool utc;

	if (gmtime_r(&when, &tm) == NULL)
		return spot_fail(at, "is beyond the calendar");
	utc = tm.tm_year >= 50 && tm.tm_year < 150;
	if (strftime(textz, sizeof(textz), "%Y%m%d%H%M%SZ", &tm) == 0)
		return spot_fail(at, "is beyond the calendar");
	/* UTCTime leaves the century out. */
	der_put(d, utc ? DER_UTC : DER_GENERALIZED,
		span_z(utc ? textz + 2 : textz));
	return 0;
}

static int
time_write(struct der *d, const struct spot *part_at, const json_t *part,
	const char *key)
{
	static const struct {
		const char *prefixz;
		enum der_tag tag;
	} raw[] = {{"utc:", DER_UTC}, {"generalized:", DER_GENERALIZED}};
	struct spot at = spot_key(part_at, key);
	const char *textz;
	long long offset = 0;
	size_t n, mark;

	if (spot_text(&at, json_object_get(part, key), &textz) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(raw); i++) {
		n = strlen(raw[i].prefixz);
		if (strncmp(textz, raw[i].prefixz, n) != 0)
			continue;
		mark = der_open(d, raw[i].tag);
		if (spot_expand(&at, span_z(textz + n), &d->buf) != 0)
			return -1;
		der_close(d, mark);
		return 0;
	}
	if (offset_parse(&at, textz, &offset) != 0)
		return -1;
	return time_put(d, &at, offset);
}

int
pki_validity_write(struct der *d, const struct spot *at, const json_t *part)
{
	size_t mark = der_open(d, DER_SEQUENCE);

	if (time_write(d, at, part, "not_before") != 0 ||
		time_write(d, at, part, "not_after") != 0)
		return -1;
	der_close(d, mark);
	return 0;
}
