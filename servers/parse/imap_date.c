/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the dates of mail headers and of SEARCH and APPEND. */
#include "parse/imap_date.h"

#include "parse/chars.h"

static const char *const month_name[12] = {"Jan", "Feb", "Mar", "Apr", "May",
	"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const char *
imap_month_name(unsigned month)
{
	return month_name[(month + 11) % 12];
}

/* A number of min to max digits, cut off *rest. */
static bool
take_number(struct span *rest, size_t min, size_t max, unsigned *number_r)
{
	size_t n = 0;

	*number_r = 0;
	while (n < rest->n && n < max && is_digit(rest->p[n]))
		*number_r = *number_r * 10 + (unsigned)(rest->p[n++] - '0');
	*rest = span_cut(*rest, n, rest->n);
	return n >= min;
}

static bool
take_month(struct span *rest, unsigned *month_r)
{
	for (*month_r = 1; *month_r <= 12; ++*month_r)
		if (span_has_prefix_nocase(
			    *rest, span_z(month_name[*month_r - 1]))) {
			*rest = span_cut(*rest, 3, rest->n);
			return true;
		}
	return false;
}

/* One separator; a blank stands for any number of them, but at least one. */
static bool
take_separator(struct span *rest, char separator)
{
	size_t n = 0;

	while (n < rest->n &&
		(rest->p[n] == (uint8_t)separator ||
			(separator == ' ' && strchr("\t\r\n", rest->p[n]))) &&
		rest->p[n] != '\0') {
		n++;
		if (separator != ' ')
			break;
	}
	*rest = span_cut(*rest, n, rest->n);
	return n > 0;
}

static bool
take_day(struct span *rest, char separator, struct imap_date *date)
{
	return take_number(rest, 1, 2, &date->day) &&
	       take_separator(rest, separator) &&
	       take_month(rest, &date->month) &&
	       take_separator(rest, separator) &&
	       take_number(rest, 4, 4, &date->year) && date->day >= 1 &&
	       date->day <= 31;
}

/* time [":" second] zone */
static bool
take_time(struct span *rest, struct imap_date *date)
{
	unsigned zone;
	bool west;

	if (!take_number(rest, 2, 2, &date->hour) ||
		!take_separator(rest, ':') ||
		!take_number(rest, 2, 2, &date->minute))
		return false;
	date->second = 0;
	if (take_separator(rest, ':') &&
		!take_number(rest, 2, 2, &date->second))
		return false;
	date->zone = 0;
	if (!take_separator(rest, ' '))
		return false;
	west = rest->n > 0 && rest->p[0] == '-';
	if (take_separator(rest, west ? '-' : '+')) {
		if (!take_number(rest, 4, 4, &zone))
			return false;
		date->zone = west ? -(int)zone : (int)zone;
	}
	return date->hour < 24 && date->minute < 60 && date->second <= 60;
}

bool
imap_date_from_header(struct span text, struct imap_date *date_r)
{
	const size_t comma = span_find(text, 0, span_of(",", 1));

	if (comma != SIZE_MAX)
		text = span_cut(text, comma + 1, text.n);
	(void)take_separator(&text, ' ');
	return take_day(&text, ' ', date_r) && take_separator(&text, ' ') &&
	       take_time(&text, date_r);
}

bool
imap_date_from_key(struct span text, struct imap_date *date_r)
{
	*date_r = (struct imap_date){0};
	return take_day(&text, '-', date_r) && text.n == 0;
}

bool
imap_date_from_internal(struct span text, struct imap_date *date_r)
{
	(void)take_separator(&text, ' ');
	return take_day(&text, '-', date_r) && take_separator(&text, ' ') &&
	       take_time(&text, date_r) && text.n == 0;
}
