/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the record: other opinions of what one is. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <ctype.h>
#include <stdio.h>

#include "bug_sts.h"

#define TEXT_MAX (64 * 1024)

static bool unanswered;

void
bug_parent_ask(struct sender *sender, const char *domainz)
{
	const char *parentz = strchr(domainz, '.');
	char name[DNS_NAME_SIZE + 16];
	struct dns_answer answer;

	if (!bug(RECORD_PARENT_ASKED) || parentz == NULL)
		return;
	(void)snprintf(name, sizeof(name), "_mta-sts.%s", parentz + 1);
	dns_ask(sender->resolver, name, LDNS_RR_TYPE_TXT, &answer);
	dns_answer_fini(&answer);
}

void
bug_asked(const struct dns_answer *answer)
{
	unanswered = answer->result == DNS_FAILED;
}

bool
bug_defers(const struct sts *sts)
{
	return (bug(RECORD_FAILURE_DEFERS) && unanswered) ||
	       (bug(FETCH_FAILURE_DEFERS) && sts->trouble != STS_FINE);
}

/* The next octet of a text as this bug sees it; -1: it sees none. */
static int
octet_of(uint8_t c)
{
	if (bug(RECORD_ANY_CASE))
		return tolower(c);
	if ((bug(RECORD_QUOTED) && c == '"') ||
		(bug(RECORD_BLANKS) && c == ' '))
		return -1;
	return c;
}

static void
text_add(struct buf *text, struct span octets)
{
	for (size_t i = 0; i < octets.n; i++) {
		int c = octet_of(octets.p[i]);

		if (bug(RECORD_EMPTY_FIELDS) && c == ';' && text->n > 0 &&
			text->p[text->n - 1] == ';')
			continue;
		if (c >= 0 &&
			buf_add(text, span_of(&(uint8_t){(uint8_t)c}, 1)) != 0)
			return;
	}
}

/* The version comes first, whatever its place. */
static void
text_order(struct buf *text)
{
	struct span all = buf_span(text), version = span_z("v=STSv1;");
	size_t at = span_find(all, 0, version);
	struct buf out;

	if (at == SIZE_MAX || at == 0)
		return;
	buf_init(&out, TEXT_MAX);
	if (buf_add(&out, version) == 0 &&
		buf_add(&out, span_cut(all, 0, at)) == 0) {
		buf_clear(text);
		if (buf_add(text, buf_span(&out)) != 0)
			buf_clear(text);
	}
	buf_fini(&out);
}

static void
text_lower_version(struct buf *text)
{
	if (span_has_prefix(buf_span(text), span_z("v=stsv1")))
		memcpy(text->p, "v=STSv1", 7);
}

/* One text; the verdict of this bug, and the id. */
static bool
text_read(struct buf *text, char id[33])
{
	struct span s = buf_span(text);
	struct lk_result r;
	struct lk_field field;
	ssize_t n;

	if (bug(RECORD_ORDER))
		text_order(text);
	if (bug(RECORD_ANY_CASE))
		text_lower_version(text);
	s = buf_span(text);
	while (bug(RECORD_TRIMMED) && s.n > 0 && s.p[0] == ' ')
		s = span_cut(s, 1, s.n);
	(void)snprintf(id, 33, "1");
	if (bug(RECORD_PREFIX))
		return span_has_prefix(s, span_z("v=STSv1"));
	if (bug(RECORD_ID_UNREAD))
		return span_has_prefix(s, span_z("v=STSv1;"));
	n = lk_sts_record_parse(s, &r);
	if (n < 0 || (size_t)n != s.n ||
		(bug(RECORD_END_NEEDED) && s.p[s.n - 1] != ';') ||
		(bug(RECORD_BLANK_NEEDED) &&
			span_has_prefix(s, span_z("v=STSv1;id"))))
		return false;
	(void)snprintf(id, 33, "%.*s", (int)r.sts_record.id.n,
		(const char *)r.sts_record.id.p);
	s = r.sts_record.fields;
	while (bug(RECORD_UNKNOWN_REFUSED) && lk_sts_record_next(&s, &field))
		if (!span_eq(field.name, span_z("id")))
			return false;
	return true;
}

/* The text of an RDATA, or of its first string; true: there is more. */
static void
strings_read(struct span *rdata, struct buf *text)
{
	bool first = true;

	while (rdata->n > 0) {
		size_t n = rdata->p[0];
		struct span one = span_cut(*rdata, 1, 1 + n);

		*rdata = span_cut(*rdata, 1 + n, rdata->n);
		if (bug(RECORD_FIRST_STRING) && !first)
			continue;
		if (bug(RECORD_STRINGS_SPACED) && !first)
			text_add(text, span_z(" "));
		text_add(text, one);
		first = false;
		if (bug(RECORD_STRINGS_APART))
			return;
	}
}

bool
bug_record(struct span records, bool found, char id[33])
{
	static const enum bug lenient[] = {BUG_RECORD_PREFIX,
		BUG_RECORD_ID_UNREAD, BUG_RECORD_ANY_CASE, BUG_RECORD_TRIMMED,
		BUG_RECORD_QUOTED, BUG_RECORD_EMPTY_FIELDS, BUG_RECORD_BLANKS,
		BUG_RECORD_ORDER, BUG_RECORD_FIRST_OF_MANY,
		BUG_RECORD_STRINGS_APART, BUG_RECORD_FIRST_STRING,
		BUG_RECORD_STRINGS_SPACED, BUG_RECORD_UNKNOWN_REFUSED,
		BUG_RECORD_END_NEEDED, BUG_RECORD_BLANK_NEEDED};
	struct span rdata = span_z("");
	struct buf text;
	bool good = false;
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(lenient) / sizeof(lenient[0]); i++)
		good = good || bug_active == lenient[i];
	if (!good && !bug(RECORD_ALONE))
		return found;
	buf_init(&text, TEXT_MAX);
	for (good = false; records.n > 0 && !good; count++) {
		size_t n = (size_t)records.p[0] << 8 | records.p[1];

		rdata = span_cut(records, 2, 2 + n);
		records = span_cut(records, 2 + n, records.n);
		while (rdata.n > 0 && !good) {
			buf_clear(&text);
			strings_read(&rdata, &text);
			good = text_read(&text, id);
		}
	}
	buf_fini(&text);
	return bug(RECORD_ALONE) ? found && count == 1 && records.n == 0 : good;
}
#endif
