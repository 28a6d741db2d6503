/* SPDX-License-Identifier: Apache-2.0 */
/* Reading address lists, leniently: any text gives some list. */
#include "parse/imap_address.h"

#include "parse/chars.h"

/* The byte behind the quoted string, comment or single byte at at. */
static size_t
skip_one(struct span s, size_t at)
{
	const uint8_t open = s.p[at++];
	const uint8_t close = open == '(' ? ')' : '"';
	unsigned depth = 1;

	if (open == '\\')
		return at < s.n ? at + 1 : at;
	if (open != '"' && open != '(')
		return at;
	for (; at < s.n && depth > 0; at++) {
		if (s.p[at] == '\\' && at + 1 < s.n)
			at++;
		else if (s.p[at] == close)
			depth--;
		else if (open == '(' && s.p[at] == '(')
			depth++;
	}
	return at;
}

/* Index of the first of these bytes outside quotes and comments; s.n if there
 * is none. */
static size_t
find_outside(struct span s, const char *anyz)
{
	size_t at = 0;

	while (at < s.n) {
		if (s.p[at] != '\0' && strchr(anyz, s.p[at]) != NULL)
			return at;
		at = skip_one(s, at);
	}
	return s.n;
}

/* Text without the comments around it; one quoted string loses its quotes. */
static struct imap_string
string_of(struct span s)
{
	size_t end;

	s = blanks_trim(s);
	while (s.n > 0 && s.p[0] == '(')
		s = blanks_trim(span_cut(s, skip_one(s, 0), s.n));
	s = blanks_trim(span_cut(s, 0, find_outside(s, "(")));
	if (s.n >= 2 && s.p[0] == '"') {
		end = skip_one(s, 0);
		if (end == s.n && s.p[end - 1] == '"')
			return (struct imap_string){
				span_cut(s, 1, s.n - 1), true};
	}
	return (struct imap_string){s, false};
}

static void
spec_parse(struct span spec, struct imap_address *address_r)
{
	size_t at, next;

	/* obs-route: "@a,@b:" before the address proper. */
	spec = blanks_trim(spec);
	at = spec.n > 0 && spec.p[0] == '@' ? find_outside(spec, ":") : spec.n;
	if (at < spec.n)
		spec = span_cut(spec, at + 1, spec.n);
	at = find_outside(spec, "@");
	for (next = at; next < spec.n;) {
		at = next;
		next = at + 1 +
		       find_outside(span_cut(spec, at + 1, spec.n), "@");
	}
	address_r->mailbox = string_of(span_cut(spec, 0, at));
	address_r->host = string_of(span_cut(spec, at + 1, spec.n)).raw;
}

/* name-addr = [display-name] "<" addr-spec ">", or a bare addr-spec */
static void
mailbox_parse(struct span item, struct imap_address *address_r)
{
	const size_t open = find_outside(item, "<");

	if (open < item.n) {
		address_r->name = string_of(span_cut(item, 0, open));
		item = span_cut(item, open + 1, item.n);
		item = span_cut(item, 0, find_outside(item, ">"));
	}
	spec_parse(item, address_r);
}

/* Where the next item ends: at a ",", ":" or ";", or with the list. */
static size_t
item_end(struct span list)
{
	size_t end = find_outside(list, ",:;<");

	if (end == list.n || list.p[end] != '<')
		return end;
	end += find_outside(span_cut(list, end, list.n), ">");
	return end + find_outside(span_cut(list, end, list.n), ",;");
}

/* Cut the next item off the list. */
static struct span
item_cut(struct span *list, enum imap_address_kind *kind_r)
{
	const size_t end = item_end(*list);
	const uint8_t by = end < list->n ? list->p[end] : '\0';
	const struct span item = blanks_trim(span_cut(*list, 0, end));

	*kind_r = IMAP_ADDRESS;
	if (by == ':')
		*kind_r = IMAP_GROUP;
	else if (by == ';' && item.n == 0)
		*kind_r = IMAP_GROUP_END;
	/* A ";" stays until what is before it has been given. */
	*list = span_cut(
		*list, by == ';' && item.n > 0 ? end : end + 1, list->n);
	return item;
}

bool
imap_address_next(struct span *list, struct imap_address *address_r)
{
	struct span item;

	*address_r = (struct imap_address){.kind = IMAP_ADDRESS};
	do {
		*list = blanks_trim(*list);
		if (list->n == 0)
			return false;
		item = item_cut(list, &address_r->kind);
	} while (item.n == 0 && address_r->kind == IMAP_ADDRESS);
	switch (address_r->kind) {
	case IMAP_ADDRESS:
		mailbox_parse(item, address_r);
		break;
	case IMAP_GROUP:
		address_r->mailbox = string_of(item);
		break;
	case IMAP_GROUP_END:
		break;
	}
	return true;
}
