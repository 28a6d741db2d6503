/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what a FETCH command asks for. */
#include "proto/imap_fetch.h"

struct item_word {
	const char *wordz;
	struct fetch_item item;
};

static const struct item_word item_words[] = {
	{"FLAGS", {.kind = FETCH_FLAGS}},
	{"UID", {.kind = FETCH_UID}},
	{"INTERNALDATE", {.kind = FETCH_INTERNALDATE}},
	{"RFC822.SIZE", {.kind = FETCH_SIZE}},
	{"ENVELOPE", {.kind = FETCH_ENVELOPE}},
	{"BODY", {.kind = FETCH_BODY}},
	{"BODYSTRUCTURE", {.kind = FETCH_BODYSTRUCTURE}},
	{"RFC822", {.kind = FETCH_SECTION, .labelz = "RFC822"}},
	{"RFC822.HEADER", {.kind = FETCH_SECTION,
				  .labelz = "RFC822.HEADER",
				  .section = SECTION_HEADER,
				  .peek = true}},
	{"RFC822.TEXT", {.kind = FETCH_SECTION,
				.labelz = "RFC822.TEXT",
				.section = SECTION_TEXT}},
};

/* What stands for several items (RFC 3501 section 6.4.5). */
static const struct {
	const char *wordz;
	enum fetch_kind kind[5];
	unsigned n;
} macros[] = {
	{"FAST", {FETCH_FLAGS, FETCH_INTERNALDATE, FETCH_SIZE}, 3},
	{"ALL", {FETCH_FLAGS, FETCH_INTERNALDATE, FETCH_SIZE, FETCH_ENVELOPE},
		4},
	{"FULL",
		{FETCH_FLAGS, FETCH_INTERNALDATE, FETCH_SIZE, FETCH_ENVELOPE,
			FETCH_BODY},
		5},
};

static const struct {
	const char *wordz;
	enum fetch_section section;
} section_words[] = {
	{"", SECTION_ALL},
	{"HEADER", SECTION_HEADER},
	{"HEADER.FIELDS", SECTION_FIELDS},
	{"HEADER.FIELDS.NOT", SECTION_FIELDS_NOT},
	{"TEXT", SECTION_TEXT},
	{"MIME", SECTION_MIME},
};

static bool
item_add(struct fetch_items *items, const struct fetch_item *item)
{
	if (items->n == FETCH_ITEMS_MAX)
		return false;
	items->item[items->n++] = *item;
	return true;
}

/* section-part = nz-number *("." nz-number); a dot behind it is dropped. */
static bool
path_read(struct imap_reader *r, struct fetch_item *item)
{
	while (r->at < r->in.n && r->in.p[r->at] >= '0' &&
		r->in.p[r->at] <= '9') {
		if (item->depth == IMAP_PATH_MAX ||
			!imap_read_number(r, &item->path[item->depth]) ||
			item->path[item->depth++] == 0)
			return false;
		if (r->at == r->in.n)
			return true;
		if (!imap_read_char(r, '.') || r->at == r->in.n)
			return false;
	}
	return true;
}

/* "HEADER.FIELDS", "1.2.MIME", ... */
static bool
section_word_parse(struct span word, struct fetch_item *item)
{
	struct imap_reader r = {word, 0};
	struct span name;

	if (!path_read(&r, item))
		return false;
	name = span_cut(word, r.at, word.n);
	for (size_t i = 0; i < sizeof(section_words) / sizeof(*section_words);
		i++) {
		if (!span_eq_nocase(name, span_z(section_words[i].wordz)))
			continue;
		item->section = section_words[i].section;
		return item->section != SECTION_MIME || item->depth > 0;
	}
	return false;
}

/* header-list = "(" astring *(SP astring) ")" */
static bool
fields_read(struct imap_reader *args, struct fetch_item *item)
{
	const size_t start = args->at + 1;
	struct imap_string name;

	if (!imap_read_char(args, '('))
		return false;
	do {
		if (!imap_read_astring(args, &name))
			return false;
	} while (imap_read_space(args));
	item->fields = span_cut(args->in, start, args->at);
	return imap_read_char(args, ')');
}

/* section = "[" [section-spec] "]" ["<" number "." nz-number ">"] */
static bool
section_read(struct imap_reader *args, struct fetch_item *item)
{
	struct span word = span_of(NULL, 0);

	if (!imap_read_char(args, '['))
		return false;
	(void)imap_read_word(args, &word);
	if (!section_word_parse(word, item))
		return false;
	if ((item->section == SECTION_FIELDS ||
		    item->section == SECTION_FIELDS_NOT) &&
		(!imap_read_space(args) || !fields_read(args, item)))
		return false;
	if (!imap_read_char(args, ']'))
		return false;
	item->partial = imap_read_char(args, '<');
	return !item->partial ||
	       (imap_read_number(args, &item->from) &&
		       imap_read_char(args, '.') &&
		       imap_read_number(args, &item->count) &&
		       item->count > 0 && imap_read_char(args, '>'));
}

static bool
item_read(struct imap_reader *args, struct fetch_items *items)
{
	struct fetch_item item = {.kind = FETCH_SECTION};
	struct span word;

	if (!imap_read_word(args, &word))
		return false;
	item.peek = span_eq_nocase(word, span_z("BODY.PEEK"));
	if (item.peek || (span_eq_nocase(word, span_z("BODY")) &&
				 imap_read_peek(args, '[')))
		return section_read(args, &item) && item_add(items, &item);
	for (size_t i = 0; i < sizeof(item_words) / sizeof(*item_words); i++)
		if (span_eq_nocase(word, span_z(item_words[i].wordz)))
			return item_add(items, &item_words[i].item);
	for (size_t i = 0; i < sizeof(macros) / sizeof(*macros); i++) {
		if (!span_eq_nocase(word, span_z(macros[i].wordz)))
			continue;
		for (unsigned k = 0; k < macros[i].n; k++) {
			item = (struct fetch_item){.kind = macros[i].kind[k]};
			if (!item_add(items, &item))
				return false;
		}
		return true;
	}
	return false;
}

bool
fetch_items_read(struct imap_reader *args, struct fetch_items *items)
{
	items->n = 0;
	if (!imap_read_char(args, '('))
		return item_read(args, items) && imap_read_end(args);
	do {
		if (!item_read(args, items))
			return false;
	} while (imap_read_space(args));
	return imap_read_char(args, ')') && imap_read_end(args);
}
