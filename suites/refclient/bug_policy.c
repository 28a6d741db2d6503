/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the policy: other opinions of what one is, and what it asks. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <ctype.h>
#include <stdio.h>

#include "bug_sts.h"
#include "bug_tls.h"
#include "fetch.h"

/* What ends a line for who takes more than LF for an end: its length. */
static size_t
end_size(struct span rest)
{
	static const char *const ends[] = {
		"\xc2\x85", "\xe2\x80\xa8", "\x85", "\f", "\v"};

	if (bug(POLICY_BARE_CR) && rest.p[0] == '\r' &&
		!(rest.n > 1 && rest.p[1] == '\n'))
		return 1;
	for (size_t i = 0;
		bug(POLICY_ANY_LINE_END) && i < sizeof(ends) / sizeof(ends[0]);
		i++)
		if (span_has_prefix(rest, span_z(ends[i])))
			return strlen(ends[i]);
	return rest.p[0] == '\n' ? 1 : 0;
}

/* Cut the next line off, without its end. */
static struct span
line_cut(struct span *rest)
{
	struct span line;
	size_t n = 0, end = 0;

	while (n < rest->n &&
		(end = end_size(span_cut(*rest, n, rest->n))) == 0)
		n++;
	line = span_cut(*rest, 0, n);
	*rest = span_cut(*rest, n + end, rest->n);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct span
line_trim(struct span line)
{
	if (bug(POLICY_MARK) && span_has_prefix(line, span_z("\xef\xbb\xbf")))
		line = span_cut(line, 3, line.n);
	while (bug(POLICY_TRIMMED) && line.n > 0 && is_blank(line.p[0]))
		line = span_cut(line, 1, line.n);
	while (line.n > 0 &&
		((bug(POLICY_SEMICOLONS) && line.p[line.n - 1] == ';') ||
			(bug(POLICY_FINAL_DOT) && line.p[line.n - 1] == '.')))
		line.n--;
	return line;
}

static bool
line_is_skipped(struct span line)
{
	if (line.n == 0)
		return bug(POLICY_BLANK_LINES);
	if (span_find(line, 0, span_z(":")) == SIZE_MAX)
		return bug(POLICY_OTHER_LINES) ||
		       (bug(POLICY_COMMENTS) && line.p[0] == '#');
	return false;
}

/* The line of a field whose value this bug reads in its own way; NULL: it is
 * like others. */
static const char *
line_instead(struct span line)
{
	static const struct {
		enum bug bug;
		const char *beginz, *insteadz;
	} rows[] = {
		{BUG_POLICY_MODE_PREFIX, "mode: enforce", "mode: enforce"},
		{BUG_POLICY_VERSION_PREFIX, "version: STSv1", "version: STSv1"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].bug == bug_active &&
			span_has_prefix(line, span_z(rows[i].beginz)))
			return rows[i].insteadz;
	return NULL;
}

static int
line_add(struct buf *out, struct span line)
{
	const char *insteadz = line_instead(line);
	bool is_number = bug(POLICY_LOOSE_NUMBER) &&
			 span_has_prefix(line, span_z("max_age: "));

	if (insteadz != NULL)
		line = span_z(insteadz);
	for (size_t i = 0; i < line.n; i++) {
		int c = line.p[i];

		if (is_number && i > 8 && !isdigit(c))
			break;
		if (bug(POLICY_EQUALS) && c == '=')
			c = ':';
		if (bug(POLICY_ANY_CASE) &&
			!span_has_prefix(line, span_z("version")))
			c = tolower(c);
		if (buf_add(out, span_of(&(uint8_t){(uint8_t)c}, 1)) != 0)
			return -1;
	}
	return buf_addz(out, "\r\n");
}

static bool
has_field(struct span text, const char *namez)
{
	return span_find(text, 0, span_z(namez)) != SIZE_MAX;
}

/* Add what is missing. */
static int
fields_add(struct buf *out)
{
	struct span text = buf_span(out);

	if (bug(POLICY_NO_VERSION) && !has_field(text, "version:"))
		return buf_addz(out, "version: STSv1\r\n");
	if (bug(POLICY_NO_AGE) && !has_field(text, "max_age:"))
		return buf_addz(out, "max_age: 86400\r\n");
	if (bug(POLICY_MODE_DEFAULT) && !has_field(text, "mode:"))
		return buf_addz(out, "mode: enforce\r\n");
	return 0;
}

/* Fields that are known, and one that has come before. */
static int
field_number(struct span line)
{
	static const char *const names[] = {
		"version:", "mode:", "max_age:", "mx:"};

	for (int i = 0; i < 4; i++)
		if (span_has_prefix(line, span_z(names[i])))
			return i;
	return -1;
}

static bool
policy_is_refused(struct span text)
{
	unsigned hosts = 0;

	if ((bug(POLICY_CRLF_ONLY) && !has_field(text, "\r\n")) ||
		(bug(POLICY_END_NEEDED) && text.n > 0 &&
			text.p[text.n - 1] != '\n') ||
		(bug(POLICY_ORDER) &&
			!span_has_prefix(text, span_z("version:"))))
		return true;
	while (text.n > 0) {
		int number = field_number(line_cut(&text));

		hosts += number == 3;
		if (bug(POLICY_UNKNOWN_REFUSED) && number < 0)
			return true;
	}
	return bug(POLICY_FEW_HOSTS) && hosts > 8;
}

/* A field of this name comes later, too. */
static bool
is_overruled(struct span line, struct span rest)
{
	int number = field_number(line);

	while (number >= 0 && number < 3 && rest.n > 0)
		if (field_number(line_cut(&rest)) == number)
			return true;
	return false;
}

int
bug_policy(struct span text, struct buf *out)
{
	if (policy_is_refused(text))
		return -1;
	/* Of what was read once the lines are as they should be. */
	if (bug_active < BUG_POLICY_ANY_LINE_END ||
		bug_active > BUG_POLICY_LAST_WINS)
		return buf_add(out, text);
	while (text.n > 0) {
		struct span line = line_trim(line_cut(&text));

		if (line_is_skipped(line) ||
			(bug(POLICY_LAST_WINS) && is_overruled(line, text)))
			continue;
		if (line_add(out, line) != 0)
			return -1;
	}
	return fields_add(out);
}

static bool
ends_with(struct span s, struct span end)
{
	return s.n >= end.n && span_eq(span_cut(s, s.n - end.n, s.n), end);
}

bool
bug_lists(struct span pattern, struct span host, bool usual)
{
	static bool once;
	bool is_star = span_has_prefix(pattern, span_z("*."));
	struct span below = span_cut(pattern, 1, pattern.n);
	bool again = once;

	once = true;
	switch (bug_active) {
	case BUG_LIST_IGNORED:
		return true;
	case BUG_LIST_STAR_DEEP:
		return is_star ? ends_with(host, below) : usual;
	case BUG_LIST_STAR_NOTHING:
		return usual || (is_star && span_eq(host, span_cut(pattern, 2,
								  pattern.n)));
	case BUG_LIST_BELOW:
		return usual ||
		       (host.n > pattern.n && ends_with(host, pattern) &&
			       host.p[host.n - pattern.n - 1] == '.');
	case BUG_LIST_ENDS_ALIKE:
		return usual || ends_with(host, pattern);
	case BUG_LIST_PREFIX:
		return usual || span_has_prefix(pattern, host);
	case BUG_LIST_CASE:
		return is_star ? usual : span_eq(pattern, host);
	case BUG_LIST_NO_STAR:
		return usual && !is_star;
	case BUG_LIST_FIRST_ONLY:
		return usual && !again;
	default:
		return usual;
	}
}

void
bug_unannounced(struct sts *sts)
{
	if (bug(CACHE_NEEDS_RECORD))
		sts->mode = LK_STS_MODE_MISSING;
}

/* The policy that is gone by now. */
static const struct sts *sts_now;

static bool
is_listed(struct span name)
{
	char namez[DNS_NAME_SIZE];

	(void)snprintf(namez, sizeof(namez), "%.*s", (int)name.n,
		(const char *)name.p);
	return sts_lists(sts_now, namez);
}

void
bug_names_listed(const struct sts *sts)
{
	sts_now = sts;
	bug_name_also = bug(LIST_ANY_NAME) ? is_listed : NULL;
}

const char *
bug_domain(const char *domainz)
{
	static char first[DNS_NAME_SIZE];

	if (first[0] == '\0' || !bug(POLICY_OF_ANOTHER))
		(void)snprintf(first, sizeof(first), "%s", domainz);
	return first;
}

void
bug_unfetched(struct sender *sender, const char *domainz, struct sts *sts)
{
	if (!bug(CACHE_LOST_ON_FAILURE))
		return;
	memory_drop(&sender->memory, "policies", domainz);
	sts->mode = LK_STS_MODE_MISSING;
}

bool
bug_enforced(const struct sts *sts)
{
	switch (sts->mode) {
	case LK_STS_MODE_ENFORCE:
		return !bug(ENFORCE_TESTED);
	case LK_STS_MODE_TESTING:
		return bug(TESTING_ENFORCED);
	case LK_STS_MODE_NONE:
		return bug(NONE_ENFORCED);
	default:
		return bug(OWN_HOSTS_TRUSTED);
	}
}
#endif
