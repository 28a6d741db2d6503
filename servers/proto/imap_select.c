/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP: entering and leaving a mailbox. */
#include "proto/imap.h"

static void
deselect(struct imap *imap)
{
	imap->selected = NULL;
	imap->state = IMAP_LOGGED_IN;
	imap->view = imap->saved = 0;
}

/* "* OK [UNSEEN n]": the first one, in IMAP4rev1 only. */
static void
put_unseen(struct imap *imap)
{
	const uint64_t unseen = imap->view & ~imap_flag_mask(imap, IMAP_SEEN);

	if (unseen != 0)
		imap_put(imap, "* OK [UNSEEN %u] First unseen\r\n",
			imap_number(imap, (unsigned)__builtin_ctzll(unseen)));
}

/* What SELECT says (RFC 3501 section 6.3.1, RFC 9051 section 6.3.2). Only
 * \Seen and \Deleted outlive the session. */
static void
put_mailbox(struct imap *imap, const struct imap_folder *folder)
{
	imap_put(imap, "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen "
		       "\\Draft)\r\n");
	imap_put(imap, "* OK [PERMANENTFLAGS (%s)] Flags that stay\r\n",
		imap->read_only ? "" : "\\Deleted \\Seen");
	imap_put(imap, "* %u EXISTS\r\n", imap_mask_count(imap->view));
	if (!imap->rev2) {
		imap_put(imap, "* 0 RECENT\r\n");
		put_unseen(imap);
	}
	imap_put(imap, "* OK [UIDVALIDITY %u] UIDs are valid\r\n",
		imap_folder_validity(imap, folder));
	imap_put(imap, "* OK [UIDNEXT %u] Next UID\r\n",
		imap_folder_uid_next(imap, folder));
	if (imap->rev2) {
		imap_put(imap, "* LIST () \"/\" ");
		imap_put_astring(imap, span_z(folder->namez));
		imap_put(imap, "\r\n");
	}
}

static void
mailbox_enter(struct imap *imap, struct imap_reader *args, bool read_only)
{
	char name[IMAP_NAME_MAX + 1];
	struct imap_folder *folder;

	if (!imap_read_space(args) || !imap_name_read(args, name) ||
		!imap_read_end(args)) {
		imap_bad(imap, "The command wants the name of a mailbox");
		return;
	}
	if (imap->selected != NULL && imap->rev2)
		imap_put(imap, "* OK [CLOSED] The mailbox was left\r\n");
	deselect(imap);
	folder = imap_folder_want(imap, name);
	if (folder == NULL)
		return;
	imap->selected = folder;
	imap->state = IMAP_SELECTED;
	imap->read_only = read_only;
	if (folder == imap->folder) {
		imap->view = imap_messages(imap);
		imap->known = imap->config->mailbox != NULL
				      ? imap->config->mailbox->n
				      : 0;
	}
	put_mailbox(imap, folder);
	imap_finish(imap, read_only ? "OK [READ-ONLY] EXAMINE completed"
				    : "OK [READ-WRITE] SELECT completed");
}

void
imap_select(struct imap *imap, struct imap_reader *args)
{
	mailbox_enter(imap, args, false);
}

void
imap_examine(struct imap *imap, struct imap_reader *args)
{
	mailbox_enter(imap, args, true);
}

void
imap_check(struct imap *imap, struct imap_reader *args)
{
	if (!imap_read_end(args)) {
		imap_bad(imap, "CHECK has no arguments");
		return;
	}
	imap_view_update(imap);
	imap_finish(imap, "OK CHECK completed");
}

/* CLOSE and UNSELECT (RFC 3691): only the first one expunges. */
void
imap_unselect(struct imap *imap, struct imap_reader *args)
{
	const bool expunge = strcmp(imap->verbz, "CLOSE") == 0;

	if (!imap_read_end(args)) {
		imap_bad(imap, "The command has no arguments");
		return;
	}
	if (expunge && !imap->read_only)
		imap_view_expunge(
			imap, imap_flag_mask(imap, IMAP_DELETED), true);
	deselect(imap);
	imap_finish(
		imap, expunge ? "OK CLOSE completed" : "OK UNSELECT completed");
}

/* expunge = "EXPUNGE"; uid-expunge = "UID EXPUNGE" SP sequence-set */
void
imap_expunge(struct imap *imap, struct imap_reader *args)
{
	uint64_t mask = UINT64_MAX;

	if (imap->uid && !imap_set_read(imap, args, &mask))
		return;
	if (!imap_read_end(args)) {
		imap_bad(imap, "EXPUNGE has other arguments");
		return;
	}
	if (imap->read_only) {
		imap_finish(imap, "NO [READ-ONLY] The mailbox is read-only");
		return;
	}
	imap_view_expunge(
		imap, mask & imap_flag_mask(imap, IMAP_DELETED), false);
	imap_view_update(imap);
	imap_finish(imap, "OK EXPUNGE completed");
}
