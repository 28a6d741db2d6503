/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP FETCH: cutting BODY[section]<partial> out of a message. */
#include "proto/imap_fetch.h"

#define FIELDS_MAX (4 * 1024 * 1024) /* of a header, chosen by name */
#define FIELD_NAME_MAX 128

static const char *const section_name[] = {
	[SECTION_ALL] = "",
	[SECTION_HEADER] = "HEADER",
	[SECTION_FIELDS] = "HEADER.FIELDS",
	[SECTION_FIELDS_NOT] = "HEADER.FIELDS.NOT",
	[SECTION_TEXT] = "TEXT",
	[SECTION_MIME] = "MIME",
};

/* Is the field named in the list? */
static bool
is_listed(struct span name, struct span list)
{
	uint8_t text[FIELD_NAME_MAX];
	struct imap_reader r = {list, 0};
	struct imap_string string;
	size_t n;

	while (imap_read_astring(&r, &string)) {
		n = imap_string_copy(string, text, sizeof(text));
		if (n != SIZE_MAX && span_eq_nocase(name, span_of(text, n)))
			return true;
		(void)imap_read_space(&r);
	}
	return false;
}

/* The chosen fields and the empty line (RFC 3501 section 6.4.5). */
static int
fields_choose(
	const struct fetch_item *item, struct span header, struct buf *out)
{
	const bool wanted = item->section == SECTION_FIELDS;
	struct imap_field field;

	while (imap_field_next(&header, &field))
		if (is_listed(field.name, item->fields) == wanted &&
			buf_add(out, field.whole) != 0)
			return -1;
	return buf_addz(out, "\r\n");
}

/* The bytes of the section, partial or not; false if there is no such part. */
static bool
section_find(
	const struct fetch_item *item, struct span message, struct span *text_r)
{
	struct imap_entity part;
	struct imap_media media;

	if (!imap_part_find(message, item->path, item->depth, &part))
		return false;
	if (item->section == SECTION_MIME) {
		*text_r = part.header;
		return true;
	}
	if (item->section == SECTION_ALL) {
		*text_r = item->depth > 0 ? part.body : message;
		return true;
	}
	/* HEADER and TEXT of a part are those of the message in it. */
	if (item->depth > 0) {
		media = imap_media_of(&part);
		if (!imap_media_is(&media, "message", "rfc822"))
			return false;
		part = imap_entity_of(part.body);
	}
	*text_r = item->section == SECTION_TEXT ? part.body : part.header;
	return true;
}

/* The names as the client wrote them. */
static void
put_fields(struct imap *imap, struct span list)
{
	uint8_t text[FIELD_NAME_MAX];
	struct imap_reader r = {list, 0};
	struct imap_string string;
	const char *separator = " (";
	size_t n;

	while (imap_read_astring(&r, &string)) {
		n = imap_string_copy(string, text, sizeof(text));
		imap_put(imap, "%s", separator);
		imap_put_astring(
			imap, n == SIZE_MAX ? string.raw : span_of(text, n));
		separator = " ";
		(void)imap_read_space(&r);
	}
	imap_put(imap, ")");
}

static void
put_label(struct imap *imap, const struct fetch_item *item)
{
	if (item->labelz != NULL) {
		imap_put(imap, "%s ", item->labelz);
		return;
	}
	imap_put(imap, "BODY[");
	for (unsigned i = 0; i < item->depth; i++)
		imap_put(imap, "%s%u", i > 0 ? "." : "", item->path[i]);
	if (item->depth > 0 && item->section != SECTION_ALL)
		imap_put(imap, ".");
	imap_put(imap, "%s", section_name[item->section]);
	if (item->section == SECTION_FIELDS ||
		item->section == SECTION_FIELDS_NOT)
		put_fields(imap, item->fields);
	imap_put(imap, "]");
	if (item->partial)
		imap_put(imap, "<%u>", item->from);
	imap_put(imap, " ");
}

static size_t
put_text(struct imap *imap, const struct fetch_item *item, struct span text)
{
	if (item->partial)
		text = span_cut(
			text, item->from, (size_t)item->from + item->count);
	imap_put(imap, "{%zu}\r\n", text.n);
	imap_put_span(imap, text);
	return text.n;
}

bool
fetch_section_put(
	struct imap *imap, const struct fetch_item *item, struct span message)
{
	struct span text;
	struct buf chosen;
	size_t n;

	put_label(imap, item);
	if (!section_find(item, message, &text)) {
		imap_put(imap, "NIL");
		return false;
	}
	if (item->section != SECTION_FIELDS &&
		item->section != SECTION_FIELDS_NOT) {
		n = put_text(imap, item, text);
		return n > 0 && (item->section == SECTION_ALL ||
					item->section == SECTION_TEXT);
	}
	buf_init(&chosen, FIELDS_MAX);
	if (fields_choose(item, text, &chosen) == 0)
		(void)put_text(imap, item, buf_span(&chosen));
	else
		imap->overflow = true;
	buf_fini(&chosen);
	return false;
}
