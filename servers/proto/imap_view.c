/* SPDX-License-Identifier: Apache-2.0 */
/* What an IMAP session sees of the messages: numbers, sets, flags. */
#include "proto/imap.h"

const char *const imap_flag_name[IMAP_FLAGS] = {
	[IMAP_SEEN] = "\\Seen",
	[IMAP_DELETED] = "\\Deleted",
	[IMAP_ANSWERED] = "\\Answered",
	[IMAP_FLAGGED] = "\\Flagged",
	[IMAP_DRAFT] = "\\Draft",
};

static uint64_t
bit(unsigned index)
{
	return (uint64_t)1 << index;
}

/* Bits [0, n). */
static uint64_t
below(unsigned n)
{
	return n < 64 ? bit(n) - 1 : UINT64_MAX;
}

unsigned
imap_mask_count(uint64_t mask)
{
	return (unsigned)__builtin_popcountll(mask);
}

static unsigned
message_count(const struct imap *imap)
{
	const struct engine_mailbox *mailbox = imap->config->mailbox;

	if (mailbox == NULL)
		return 0;
	return mailbox->n < ENGINE_MESSAGES_MAX ? mailbox->n
						: ENGINE_MESSAGES_MAX;
}

struct engine_message *
imap_message(const struct imap *imap, unsigned index)
{
	return &imap->config->mailbox->message[index];
}

uint64_t
imap_messages(const struct imap *imap)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < message_count(imap); i++)
		if (!imap_message(imap, i)->gone)
			mask |= bit(i);
	return mask;
}

unsigned
imap_number(const struct imap *imap, unsigned index)
{
	return imap_mask_count(imap->view & below(index)) + 1;
}

/* Messages whose number or UID lies in [from, to]. */
static uint64_t
range_mask(const struct imap *imap, uint32_t from, uint32_t to, bool uid)
{
	uint64_t mask = 0;
	uint32_t number = 0;

	for (unsigned i = 0; i < ENGINE_MESSAGES_MAX; i++) {
		if ((imap->view & bit(i)) == 0)
			continue;
		number = uid ? i + 1 : number + 1;
		if (number >= from && number <= to)
			mask |= bit(i);
	}
	return mask;
}

bool
imap_set_resolve(
	const struct imap *imap, struct span set, bool uid, uint64_t *mask_r)
{
	const uint32_t exists = imap_mask_count(imap->view);
	struct imap_range range;
	uint32_t last = exists;
	bool open;

	*mask_r = 0;
	if (span_eq(set, span_of("$", 1))) {
		*mask_r = imap->saved & imap->view;
		return imap_offers(imap, "SEARCHRES");
	}
	if (uid && imap->view != 0)
		last = 64 - (uint32_t)__builtin_clzll(imap->view);
	while (imap_range_next(&set, &range)) {
		open = range.from == 0 || range.to == 0;
		if (!uid && !open && (range.from > exists || range.to > exists))
			return false;
		range.from = range.from == 0 ? last : range.from;
		range.to = range.to == 0 ? last : range.to;
		/* "9:*" has the last message in it even if that is below 9. */
		*mask_r |=
			range.from < range.to
				? range_mask(imap, range.from, range.to, uid)
				: range_mask(imap, range.to, range.from, uid);
	}
	return true;
}

bool
imap_set_read(struct imap *imap, struct imap_reader *args, uint64_t *mask_r)
{
	struct span set;

	if (imap_read_space(args) && imap_read_set(args, &set) &&
		imap_set_resolve(imap, set, imap->uid, mask_r))
		return true;
	imap_bad(imap, "The command wants a set of messages that exist");
	return false;
}

void
imap_view_expunge(struct imap *imap, uint64_t mask, bool silent)
{
	for (unsigned i = 0; i < ENGINE_MESSAGES_MAX; i++) {
		if ((mask & imap->view & bit(i)) == 0)
			continue;
		if (!silent)
			imap_put(
				imap, "* %u EXPUNGE\r\n", imap_number(imap, i));
		imap_message(imap, i)->gone = true;
		imap->view &= ~bit(i);
	}
}

void
imap_view_update(struct imap *imap)
{
	const unsigned n = message_count(imap);
	const uint64_t there = imap_messages(imap);
	uint64_t fresh;

	if (imap->selected != imap->folder)
		return;
	imap_view_expunge(imap, imap->view & ~there, false);
	fresh = there & ~below(imap->known);
	imap->known = n;
	imap->view |= fresh;
	if (fresh != 0)
		imap_put(imap, "* %u EXISTS\r\n", imap_mask_count(imap->view));
}

void
imap_put_set(struct imap *imap, uint64_t mask, bool uid)
{
	unsigned number = 0, start = 0;
	bool inside, first = true;

	/* One step behind the last message ends its range. */
	for (unsigned i = 0; i <= ENGINE_MESSAGES_MAX; i++) {
		if (!uid && i < 64 && (imap->view & bit(i)) == 0)
			continue;
		number++;
		inside = i < 64 && (mask & bit(i)) != 0;
		if (inside && start == 0)
			start = number;
		if (inside || start == 0)
			continue;
		imap_put(imap, "%s%u", first ? "" : ",", start);
		if (number - 1 > start)
			imap_put(imap, ":%u", number - 1);
		first = false;
		start = 0;
	}
}

static uint64_t *
flag_word(struct imap *imap, enum imap_flag flag)
{
	switch (flag) {
	case IMAP_ANSWERED:
		return &imap->answered;
	case IMAP_FLAGGED:
		return &imap->flagged;
	case IMAP_DRAFT:
		return &imap->draft;
	case IMAP_SEEN:
	case IMAP_DELETED:
	case IMAP_FLAGS:
		break;
	}
	return NULL;
}

bool
imap_flag_is_set(const struct imap *imap, unsigned index, enum imap_flag flag)
{
	switch (flag) {
	case IMAP_SEEN:
		return imap_message(imap, index)->seen;
	case IMAP_DELETED:
		return imap_message(imap, index)->deleted;
	case IMAP_ANSWERED:
		return (imap->answered & bit(index)) != 0;
	case IMAP_FLAGGED:
		return (imap->flagged & bit(index)) != 0;
	case IMAP_DRAFT:
		return (imap->draft & bit(index)) != 0;
	case IMAP_FLAGS:
		break;
	}
	return false;
}

void
imap_flag_set(struct imap *imap, unsigned index, enum imap_flag flag, bool on)
{
	uint64_t *word = flag_word(imap, flag);

	if (flag == IMAP_SEEN)
		imap_message(imap, index)->seen = on;
	else if (flag == IMAP_DELETED)
		imap_message(imap, index)->deleted = on;
	else if (word != NULL)
		*word = on ? *word | bit(index) : *word & ~bit(index);
}

uint64_t
imap_flag_mask(const struct imap *imap, enum imap_flag flag)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < ENGINE_MESSAGES_MAX; i++)
		if ((imap->view & bit(i)) != 0 &&
			imap_flag_is_set(imap, i, flag))
			mask |= bit(i);
	return mask;
}

void
imap_put_flags(struct imap *imap, unsigned index)
{
	bool first = true;

	imap_put(imap, "FLAGS (");
	for (unsigned f = 0; f < IMAP_FLAGS; f++) {
		if (!imap_flag_is_set(imap, index, (enum imap_flag)f))
			continue;
		imap_put(imap, "%s%s", first ? "" : " ", imap_flag_name[f]);
		first = false;
	}
	imap_put(imap, ")");
}

/* flag-list = "(" [flag *(SP flag)] ")"; STORE also takes bare flags. */
bool
imap_flags_read(struct imap_reader *args, bool naked, unsigned *flags_r)
{
	const bool list = imap_read_char(args, '(');
	struct span flag;

	*flags_r = 0;
	if (!list && !naked)
		return false;
	if (list && imap_read_char(args, ')'))
		return true;
	do {
		if (!imap_read_flag(args, &flag))
			return false;
		for (unsigned f = 0; f < IMAP_FLAGS; f++)
			if (span_eq_nocase(flag, span_z(imap_flag_name[f])))
				*flags_r |= 1u << f;
	} while (imap_read_space(args));
	return !list || imap_read_char(args, ')');
}
