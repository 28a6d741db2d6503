/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP: changing flags, copying, moving and taking in messages. */
#include "proto/imap.h"

struct store {
	char sign; /* '+', '-' or '=' */
	bool silent;
	unsigned flags;
};

/* store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP flags */
static bool
store_read(struct imap_reader *args, struct store *store)
{
	struct span word;

	store->sign = '=';
	if (imap_read_char(args, '+'))
		store->sign = '+';
	else if (imap_read_char(args, '-'))
		store->sign = '-';
	if (!imap_read_word(args, &word))
		return false;
	store->silent = span_eq_nocase(word, span_z("FLAGS.SILENT"));
	if (!store->silent && !span_eq_nocase(word, span_z("FLAGS")))
		return false;
	return imap_read_space(args) &&
	       imap_flags_read(args, true, &store->flags) &&
	       imap_read_end(args);
}

static void
store_apply(struct imap *imap, unsigned index, const struct store *store)
{
	for (unsigned f = 0; f < IMAP_FLAGS; f++) {
		const bool named = (store->flags >> f & 1) != 0;

		if (store->sign == '=' || named)
			imap_flag_set(imap, index, (enum imap_flag)f,
				named && store->sign != '-');
	}
	if (store->silent)
		return;
	imap_put(imap, "* %u FETCH (", imap_number(imap, index));
	if (imap->uid)
		imap_put(imap, "UID %u ", index + 1);
	imap_put_flags(imap, index);
	imap_put(imap, ")\r\n");
}

void
imap_store(struct imap *imap, struct imap_reader *args)
{
	struct store store;
	uint64_t mask;

	if (!imap_set_read(imap, args, &mask))
		return;
	if (!imap_read_space(args) || !store_read(args, &store)) {
		imap_bad(imap, "STORE wants FLAGS and a list of them");
		return;
	}
	if (imap->read_only) {
		imap_finish(imap, "NO [READ-ONLY] The mailbox is read-only");
		return;
	}
	for (unsigned i = 0; i < ENGINE_MESSAGES_MAX; i++)
		if ((mask >> i & 1) != 0)
			store_apply(imap, i, &store);
	imap_finish(imap, "OK STORE completed");
}

/* Read " set mailbox". Answers itself if there is no such mailbox. */
static struct imap_folder *
copy_read(struct imap *imap, struct imap_reader *args, uint64_t *mask_r)
{
	char name[IMAP_NAME_MAX + 1];
	struct imap_folder *folder;

	if (!imap_set_read(imap, args, mask_r))
		return NULL;
	if (!imap_read_space(args) || !imap_name_read(args, name) ||
		!imap_read_end(args)) {
		imap_bad(imap, "The command wants a set and a mailbox");
		return NULL;
	}
	folder = imap_folder_find(imap, name);
	if (folder == NULL)
		imap_finish(imap, "NO [TRYCREATE] There is no such mailbox");
	return folder;
}

/* "[COPYUID validity from to] " (RFC 4315 section 3); the copies are counted
 * and then, as it were, taken away by somebody else. */
static void
put_copied(struct imap *imap, struct imap_folder *folder, uint64_t mask)
{
	const uint32_t first = imap_folder_uid_next(imap, folder);
	const uint32_t n = imap_mask_count(mask);

	folder->stored += n;
	if (n == 0 || !imap_offers(imap, "UIDPLUS"))
		return;
	imap_put(imap, "[COPYUID %u ", imap_folder_validity(imap, folder));
	imap_put_set(imap, mask, true);
	imap_put(imap, " %u", first);
	if (n > 1)
		imap_put(imap, ":%u", first + n - 1);
	imap_put(imap, "] ");
}

void
imap_copy(struct imap *imap, struct imap_reader *args)
{
	uint64_t mask;
	struct imap_folder *folder = copy_read(imap, args, &mask);

	if (folder == NULL)
		return;
	imap_put_tag(imap);
	imap_put(imap, "OK ");
	put_copied(imap, folder, mask);
	imap_put(imap, "COPY completed\r\n");
	imap_send(imap);
}

/* RFC 6851: the COPYUID comes in an untagged OK before the EXPUNGEs. */
void
imap_move(struct imap *imap, struct imap_reader *args)
{
	uint64_t mask;
	struct imap_folder *folder = copy_read(imap, args, &mask);

	if (folder == NULL)
		return;
	if (imap->read_only) {
		imap_finish(imap, "NO [READ-ONLY] The mailbox is read-only");
		return;
	}
	if (mask != 0) {
		imap_put(imap, "* OK ");
		put_copied(imap, folder, mask);
		imap_put(imap, "Moved\r\n");
	}
	imap_view_expunge(imap, mask, false);
	imap_finish(imap, "OK MOVE completed");
}

struct append {
	char name[IMAP_NAME_MAX + 1];
	struct imap_string text;
};

/* append = "APPEND" SP mailbox [SP flag-list] [SP date-time] SP literal */
static bool
append_read(struct imap_reader *args, struct append *append)
{
	struct imap_string string;
	struct imap_date date;
	unsigned flags;

	if (!imap_read_space(args) || !imap_name_read(args, append->name) ||
		!imap_read_space(args))
		return false;
	if (imap_read_peek(args, '(') &&
		(!imap_flags_read(args, false, &flags) ||
			!imap_read_space(args)))
		return false;
	if (imap_read_peek(args, '"') &&
		(!imap_read_string(args, &string) ||
			!imap_date_from_internal(string.raw, &date) ||
			!imap_read_space(args)))
		return false;
	(void)imap_read_char(args, '~'); /* literal8, RFC 9051 */
	return imap_read_peek(args, '{') &&
	       imap_read_string(args, &append->text) && imap_read_end(args);
}

void
imap_append(struct imap *imap, struct imap_reader *args)
{
	struct action note = {.kind = ACTION_NOTE,
		.name = "message",
		.word = span_z("stored")};
	struct imap_folder *folder;
	struct append append;

	if (!append_read(args, &append)) {
		imap_bad(imap, "APPEND wants a mailbox and a literal");
		return;
	}
	folder = imap_folder_find(imap, append.name);
	if (folder == NULL) {
		imap_finish(imap, "NO [TRYCREATE] There is no such mailbox");
		return;
	}
	note.number = imap_folder_uid_next(imap, folder);
	note.bytes = append.text.raw;
	imap->out->act(imap->out->self, &note);
	folder->stored++;
	imap_put_tag(imap);
	imap_put(imap, "OK ");
	if (imap_offers(imap, "UIDPLUS"))
		imap_put(imap, "[APPENDUID %u %u] ",
			imap_folder_validity(imap, folder), note.number);
	imap_put(imap, "APPEND completed\r\n");
	imap_send(imap);
}
