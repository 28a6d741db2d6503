/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP FETCH and UID FETCH: the answer to each item. */
#include "proto/imap_fetch.h"

/* Append one item; true if a part of the body was in it. */
static bool
item_put(struct imap *imap, const struct fetch_item *item, unsigned index)
{
	const struct span text = imap_message(imap, index)->text;

	switch (item->kind) {
	case FETCH_FLAGS:
		imap_put_flags(imap, index);
		break;
	case FETCH_UID:
		imap_put(imap, "UID %u", index + 1);
		break;
	case FETCH_INTERNALDATE:
		imap_put(imap, "INTERNALDATE ");
		imap_put_internal_date(imap, text);
		break;
	case FETCH_SIZE:
		imap_put(imap, "RFC822.SIZE %zu", text.n);
		break;
	case FETCH_ENVELOPE:
		imap_put(imap, "ENVELOPE ");
		imap_put_envelope(imap, imap_entity_of(text).header);
		break;
	case FETCH_BODY:
		imap_put(imap, "BODY ");
		imap_put_body_structure(imap, text, false);
		break;
	case FETCH_BODYSTRUCTURE:
		imap_put(imap, "BODYSTRUCTURE ");
		imap_put_body_structure(imap, text, true);
		break;
	case FETCH_SECTION:
		return fetch_section_put(imap, item, text);
	}
	return false;
}

/* Is there such an item? */
static bool
items_have(const struct fetch_items *items, enum fetch_kind kind)
{
	for (unsigned i = 0; i < items->n; i++)
		if (items->item[i].kind == kind)
			return true;
	return false;
}

/* Do these items make a message \Seen? */
static bool
items_read(const struct fetch_items *items)
{
	for (unsigned i = 0; i < items->n; i++)
		if (items->item[i].kind == FETCH_SECTION &&
			!items->item[i].peek)
			return true;
	return false;
}

/* Append "* n FETCH (...)"; true if a part of the body was in it. */
static bool
message_put(struct imap *imap, const struct fetch_items *items, unsigned index)
{
	bool body = false, tell = false;
	const char *separator = "";

	if (!imap->read_only && items_read(items) &&
		!imap_flag_is_set(imap, index, IMAP_SEEN)) {
		imap_flag_set(imap, index, IMAP_SEEN, true);
		tell = !items_have(items, FETCH_FLAGS);
	}
	imap_put(imap, "* %u FETCH (", imap_number(imap, index));
	if (imap->uid && !items_have(items, FETCH_UID)) {
		imap_put(imap, "UID %u", index + 1);
		separator = " ";
	}
	for (unsigned i = 0; i < items->n; i++) {
		imap_put(imap, "%s", separator);
		body |= item_put(imap, &items->item[i], index);
		separator = " ";
	}
	if (tell) {
		imap_put(imap, " ");
		imap_put_flags(imap, index);
	}
	imap_put(imap, ")\r\n");
	return body;
}

/* Put into the transcript which bodies the client has now. */
static void
bodies_note(const struct imap *imap, uint64_t bodies)
{
	struct action note = {.kind = ACTION_NOTE,
		.name = "message",
		.word = span_z("fetched")};

	for (unsigned i = 0; i < ENGINE_MESSAGES_MAX; i++) {
		if ((bodies >> i & 1) == 0)
			continue;
		note.number = i + 1;
		note.bytes = imap_message(imap, i)->text;
		imap->out->act(imap->out->self, &note);
	}
}

/* fetch = "FETCH" SP sequence-set SP (macro / fetch-att / "(" ... ")") */
void
imap_fetch(struct imap *imap, struct imap_reader *args)
{
	struct fetch_items items;
	uint64_t mask, bodies = 0;

	if (!imap_set_read(imap, args, &mask))
		return;
	if (!imap_read_space(args) || !fetch_items_read(args, &items)) {
		imap_bad(imap, "FETCH wants items that are known");
		return;
	}
	for (unsigned i = 0; i < ENGINE_MESSAGES_MAX && !imap->overflow; i++)
		if ((mask >> i & 1) != 0 && message_put(imap, &items, i))
			bodies |= (uint64_t)1 << i;
	if (imap->overflow)
		bodies = 0;
	imap_finish(imap, "OK FETCH completed");
	bodies_note(imap, bodies);
}
