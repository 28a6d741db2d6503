/* SPDX-License-Identifier: Apache-2.0 */
/* The ways in which one name has been compared wrongly. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <openssl/x509v3.h>

#include "bug_tls.h"

/* "mail" and "example.test" of a host */
static struct span
label_of(struct span host)
{
	return span_cut(host, 0, span_find(host, 0, span_z(".")));
}

static struct span
domain_of(struct span host)
{
	size_t at = span_find(host, 0, span_z("."));

	return at == SIZE_MAX ? span_z("") : span_cut(host, at + 1, host.n);
}

static bool
has_suffix(struct span s, struct span suffix)
{
	return s.n >= suffix.n &&
	       span_eq(span_cut(s, s.n - suffix.n, s.n), suffix);
}

static struct span
without_prefix(struct span s, const char *prefixz)
{
	struct span prefix = span_z(prefixz);

	return span_has_prefix(s, prefix) ? span_cut(s, prefix.n, s.n) : s;
}

static bool
as_c_string(struct span name, struct span host)
{
	return span_eq(
		span_cut(name, 0, span_find(name, 0, span_of("", 1))), host);
}

static bool
as_prefix(struct span name, struct span host)
{
	return span_has_prefix(name, host);
}

static bool
as_suffix(struct span name, struct span host)
{
	return has_suffix(name, host);
}

static bool
below(struct span name, struct span host)
{
	return name.n > host.n && name.p[name.n - host.n - 1] == '.' &&
	       has_suffix(name, host);
}

static bool
above(struct span name, struct span host)
{
	return below(host, name);
}

static bool
same_domain(struct span name, struct span host)
{
	return span_eq(domain_of(name), domain_of(host));
}

static bool
same_label(struct span name, struct span host)
{
	return span_eq(name, label_of(host));
}

static bool
without_blanks(struct span name, struct span host)
{
	struct span rest = name;

	return span_eq(span_word(&rest, ' '), host);
}

static bool
as_cookie_domain(struct span name, struct span host)
{
	return name.n > 0 && name.p[0] == '.' && has_suffix(host, name);
}

static bool
as_url(struct span name, struct span host)
{
	struct span rest = without_prefix(name, "https://");

	return rest.n < name.n && span_eq(span_word(&rest, '/'), host);
}

static bool
with_port(struct span name, struct span host)
{
	struct span rest = name;

	return span_eq(span_word(&rest, ':'), host);
}

static bool
is_empty(struct span name, struct span host)
{
	(void)host;
	return name.n == 0;
}

/* Letter by letter, without those that `dropped` is true of. */
static bool
equal_without(struct span name, struct span host, bool (*dropped)(int c))
{
	size_t at = 0;

	for (size_t i = 0; i < name.n; i++) {
		if (dropped(name.p[i]))
			continue;
		if (at >= host.n || name.p[i] != host.p[at])
			return false;
		at++;
	}
	return at == host.n;
}

static bool
is_no_ascii(int c)
{
	return c >= 0x80;
}

static bool
ascii_only(struct span name, struct span host)
{
	return equal_without(name, host, is_no_ascii);
}

/* Empty labels are left out. */
static bool
labels_only(struct span name, struct span host)
{
	struct span a, b;

	do {
		a = span_word(&name, '.');
		b = span_word(&host, '.');
		if (!span_eq(a, b))
			return false;
	} while (a.n > 0);
	return true;
}

/* U+3002 stands for a dot. */
static bool
dots_of_all_kinds(struct span name, struct span host)
{
	size_t at = span_find(name, 0, span_z("\xe3\x80\x82"));

	if (at == SIZE_MAX)
		at = span_find(name, 0, span_z("\xef\xbc\x8e"));
	return at != SIZE_MAX &&
	       span_eq(span_cut(name, 0, at), label_of(host)) &&
	       span_eq(span_cut(name, at + 3, name.n), domain_of(host));
}

/* What an A-label looks like to somebody who sees its letters. */
static bool
a_label_as_letters(struct span name, struct span host)
{
	struct span letters = without_prefix(name, "xn--");

	return letters.n < name.n && span_has_prefix(letters, label_of(host)) &&
	       same_domain(name, host);
}

static bool
is_star(struct span s)
{
	return span_eq(s, span_z("*"));
}

static bool
star_for_all(struct span name, struct span host)
{
	(void)host;
	return is_star(name);
}

static bool
star_for_nothing(struct span name, struct span host)
{
	return is_star(label_of(name)) && span_eq(domain_of(name), host);
}

static bool
star_for_labels(struct span name, struct span host)
{
	return is_star(label_of(name)) && below(host, domain_of(name));
}

static bool
star_behind_letters(struct span name, struct span host)
{
	struct span label = label_of(name);

	return same_domain(name, host) && label.n > 1 &&
	       label.p[label.n - 1] == '*' &&
	       span_has_prefix(host, span_cut(label, 0, label.n - 1));
}

static bool
star_before_letters(struct span name, struct span host)
{
	struct span label = label_of(name);

	return same_domain(name, host) && label.n > 1 && label.p[0] == '*' &&
	       has_suffix(label_of(host), span_cut(label, 1, label.n));
}

/* Label by label, a star for each. */
static bool
stars_anywhere(struct span name, struct span host)
{
	struct span a, b;

	do {
		a = span_word(&name, '.');
		b = span_word(&host, '.');
		if (!span_eq(a, b) && !(is_star(a) && b.n > 0))
			return false;
	} while (a.n > 0);
	return true;
}

static bool
star_second(struct span name, struct span host)
{
	return !is_star(label_of(name)) && stars_anywhere(name, host);
}

static bool
stars_many(struct span name, struct span host)
{
	return is_star(label_of(name)) && stars_anywhere(name, host);
}

static bool
star_in_a_label(struct span name, struct span host)
{
	struct span letters = without_prefix(name, "xn--");

	return letters.n < name.n && star_behind_letters(letters, host);
}

static bool
star_of_anybody(struct span name, struct span host)
{
	(void)host;
	return name.n > 2 && is_star(label_of(name));
}

static bool
is_address(struct span name, struct span host)
{
	(void)host;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] != '.' && (name.p[i] < '0' || name.p[i] > '9'))
			return false;
	return name.n > 0;
}

static bool
any(struct span name, struct span host)
{
	(void)name;
	(void)host;
	return true;
}

static bool
behind_at(struct span name, struct span host)
{
	size_t at = span_find(name, 0, span_z("@"));

	return at != SIZE_MAX && span_eq(span_cut(name, at + 1, name.n), host);
}

/* Which kind of name, and how it is compared. */
static const struct {
	enum bug bug;
	int kind;
	bool (*match)(struct span name, struct span host);
} matches[] = {
	{BUG_NAME_NUL, GEN_DNS, as_c_string},
	{BUG_NAME_PREFIX, GEN_DNS, as_prefix},
	{BUG_NAME_SUFFIX, GEN_DNS, as_suffix},
	{BUG_NAME_BELOW, GEN_DNS, below},
	{BUG_NAME_ABOVE, GEN_DNS, above},
	{BUG_NAME_SIBLING, GEN_DNS, same_domain},
	{BUG_NAME_LABEL, GEN_DNS, same_label},
	{BUG_NAME_BLANKS, GEN_DNS, without_blanks},
	{BUG_NAME_LEADING_DOT, GEN_DNS, as_cookie_domain},
	{BUG_NAME_URL, GEN_DNS, as_url},
	{BUG_NAME_PORT, GEN_DNS, with_port},
	{BUG_NAME_EMPTY, GEN_DNS, is_empty},
	{BUG_NAME_EMPTY_LABEL, GEN_DNS, labels_only},
	{BUG_NAME_ASCII_ONLY, GEN_DNS, ascii_only},
	{BUG_NAME_OTHER_DOTS, GEN_DNS, dots_of_all_kinds},
	{BUG_NAME_A_LABEL, GEN_DNS, a_label_as_letters},
	{BUG_NAME_ADDRESS_AS_NAME, GEN_DNS, is_address},
	{BUG_NAME_ADDRESS, GEN_IPADD, any},
	{BUG_NAME_EMAIL, GEN_EMAIL, behind_at},
	{BUG_NAME_URI, GEN_URI, as_url},
	{BUG_WILDCARD_ALL, GEN_DNS, star_for_all},
	{BUG_WILDCARD_NOTHING, GEN_DNS, star_for_nothing},
	{BUG_WILDCARD_LABELS, GEN_DNS, star_for_labels},
	{BUG_WILDCARD_BEHIND_LETTERS, GEN_DNS, star_behind_letters},
	{BUG_WILDCARD_BEFORE_LETTERS, GEN_DNS, star_before_letters},
	{BUG_WILDCARD_SECOND, GEN_DNS, star_second},
	{BUG_WILDCARD_TWICE, GEN_DNS, stars_many},
	{BUG_WILDCARD_A_LABEL, GEN_DNS, star_in_a_label},
	{BUG_WILDCARD_ANY_DOMAIN, GEN_DNS, star_of_anybody},
};

bool
bug_match(int kind, struct span name, struct span host)
{
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++)
		if (matches[i].bug == bug_active && matches[i].kind == kind)
			return matches[i].match(name, host);
	return false;
}
#endif
