/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as IMAP and mail headers write them. */
#ifndef PARSE_IMAP_DATE_H
#define PARSE_IMAP_DATE_H

#include "core/span.h"

struct imap_date {
	unsigned year, month, day; /* from 1 */
	unsigned hour, minute, second;
	int zone; /* +hhmm as a number */
};

/* RFC 5322 section 3.3: [day-name ","] 1-2DIGIT month year time zone. */
bool imap_date_from_header(struct span text, struct imap_date *date_r);
/* RFC 3501: date-text = date-day "-" date-month "-" date-year */
bool imap_date_from_key(struct span text, struct imap_date *date_r);
/* RFC 3501: date-time (what is between the quotes) */
bool imap_date_from_internal(struct span text, struct imap_date *date_r);

/* "Jan" to "Dec". */
const char *imap_month_name(unsigned month);

/* Days as numbers that order as the days do; time and zone are ignored, as
 * SEARCH wants it (RFC 3501 section 6.4.4). */
static inline unsigned
imap_date_day(const struct imap_date *date)
{
	return (date->year * 12 + date->month) * 31 + date->day;
}

#endif
