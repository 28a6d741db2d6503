/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes imap_date_from_header, _key and _internal. Oracles: each part is in
 * its range; printing and parsing again gives the same date. */
#include "harness/oracle.h"
#include "parse/imap_date.h"

static void
date_check(const struct imap_date *d)
{
	oracle(d->year <= 9999 && d->month >= 1 && d->month <= 12 &&
			d->day >= 1 && d->day <= 31 && d->hour < 24 &&
			d->minute < 60 && d->second <= 60 && d->zone >= -9999 &&
			d->zone <= 9999,
		"each part of a date is in its range");
}

static bool
is_same(const struct imap_date *a, const struct imap_date *b)
{
	return a->year == b->year && a->month == b->month && a->day == b->day &&
	       a->hour == b->hour && a->minute == b->minute &&
	       a->second == b->second && a->zone == b->zone;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span input = span_of(data, size);
	struct imap_date date, again;
	char z[80];

	if (imap_date_from_key(input, &date)) {
		date_check(&date);
		(void)snprintf(z, sizeof(z), "%u-%s-%04u", date.day,
			imap_month_name(date.month), date.year);
		oracle(imap_date_from_key(span_z(z), &again) &&
				is_same(&date, &again),
			"a key that is printed parses to the same");
	}
	for (int header = 0; header < 2; header++) {
		bool good = header ? imap_date_from_header(input, &date)
				   : imap_date_from_internal(input, &date);

		if (!good)
			continue;
		date_check(&date);
		(void)snprintf(z, sizeof(z),
			header ? "%2u %s %04u %02u:%02u:%02u %c%04d"
			       : "%2u-%s-%04u %02u:%02u:%02u %c%04d",
			date.day, imap_month_name(date.month), date.year,
			date.hour, date.minute, date.second,
			date.zone < 0 ? '-' : '+', abs(date.zone));
		good = header ? imap_date_from_header(span_z(z), &again)
			      : imap_date_from_internal(span_z(z), &again);
		oracle(good && is_same(&date, &again),
			"a date that is printed parses to the same");
	}
	return 0;
}
