/* SPDX-License-Identifier: Apache-2.0 */
/* The mailboxes of an IMAP session, and the commands that change them. */
#include "proto/imap.h"

#include <stdio.h>

static void
folder_set(struct imap *imap, struct imap_folder *folder, const char *namez)
{
	*folder = (struct imap_folder){
		.subscribed = true, .validity = imap->folders_made++};
	(void)snprintf(folder->namez, sizeof(folder->namez), "%s", namez);
}

void
imap_folders_init(struct imap *imap)
{
	static const struct {
		const char *namez, *usez;
	} usual[] = {{"INBOX", NULL}, {"Sent", "\\Sent"},
		{"Drafts", "\\Drafts"}, {"Trash", "\\Trash"}};

	memset(imap->folder, 0, sizeof(imap->folder));
	imap->folders_made = 0;
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		folder_set(imap, &imap->folder[i], usual[i].namez);
		imap->folder[i].usez = usual[i].usez;
	}
}

bool
imap_name_read(struct imap_reader *args, char name[IMAP_NAME_MAX + 1])
{
	struct imap_string string;
	size_t n;

	if (!imap_read_astring(args, &string))
		return false;
	n = imap_string_copy(string, name, IMAP_NAME_MAX);
	if (n == SIZE_MAX || memchr(name, '\0', n) != NULL)
		return false;
	name[n] = '\0';
	if (span_eq_nocase(span_z(name), span_z("INBOX")))
		memcpy(name, "INBOX", sizeof("INBOX"));
	return true;
}

struct imap_folder *
imap_folder_find(struct imap *imap, const char *namez)
{
	for (size_t i = 0; i < IMAP_FOLDERS_MAX; i++)
		if (imap->folder[i].namez[0] != '\0' &&
			strcmp(imap->folder[i].namez, namez) == 0)
			return &imap->folder[i];
	return NULL;
}

struct imap_folder *
imap_folder_want(struct imap *imap, const char *namez)
{
	struct imap_folder *folder = imap_folder_find(imap, namez);

	if (folder == NULL)
		imap_finish(imap, "NO [NONEXISTENT] There is no such mailbox");
	return folder;
}

uint32_t
imap_folder_validity(const struct imap *imap, const struct imap_folder *folder)
{
	const struct engine_mailbox *mailbox = imap->config->mailbox;

	return (mailbox != NULL ? mailbox->uid_validity : 1) + folder->validity;
}

uint32_t
imap_folder_uid_next(const struct imap *imap, const struct imap_folder *folder)
{
	const struct engine_mailbox *mailbox = imap->config->mailbox;

	if (folder == imap->folder && mailbox != NULL)
		return mailbox->n + folder->stored + 1;
	return folder->stored + 1;
}

/* Read " name" and the end of the command. Answers BAD itself. */
static bool
name_only(struct imap *imap, struct imap_reader *args,
	char name[IMAP_NAME_MAX + 1])
{
	if (imap_read_space(args) && imap_name_read(args, name) &&
		imap_read_end(args))
		return true;
	imap_bad(imap, "The command wants the name of a mailbox");
	return false;
}

/* Read " name" of a folder that there is. Answers BAD or NO itself. */
static struct imap_folder *
folder_named(struct imap *imap, struct imap_reader *args)
{
	char name[IMAP_NAME_MAX + 1];

	return name_only(imap, args, name) ? imap_folder_want(imap, name)
					   : NULL;
}

static bool
name_is_good(const char *namez)
{
	if (namez[0] == '\0' || namez[0] == '/' || strstr(namez, "//") != NULL)
		return false;
	for (; *namez != '\0'; namez++)
		if ((unsigned char)*namez < ' ' || strchr("%*\x7f", *namez))
			return false;
	return true;
}

/* Make one mailbox if it is not there yet. */
static bool
folder_make(struct imap *imap, const char *namez)
{
	if (imap_folder_find(imap, namez) != NULL)
		return true;
	for (size_t i = 1; i < IMAP_FOLDERS_MAX; i++) {
		if (imap->folder[i].namez[0] != '\0')
			continue;
		folder_set(imap, &imap->folder[i], namez);
		imap->folder[i].subscribed = false;
		return true;
	}
	return false;
}

/* CREATE also makes what is above the name (RFC 3501 section 6.3.3). */
void
imap_create(struct imap *imap, struct imap_reader *args)
{
	char name[IMAP_NAME_MAX + 1], *slash;
	size_t n;
	bool ok = true;

	if (!name_only(imap, args, name))
		return;
	n = strlen(name);
	if (n > 1 && name[n - 1] == '/')
		name[n - 1] = '\0';
	if (!name_is_good(name)) {
		imap_finish(imap, "NO [CANNOT] This cannot be a name");
		return;
	}
	if (imap_folder_find(imap, name) != NULL) {
		imap_finish(imap, "NO [ALREADYEXISTS] The mailbox exists");
		return;
	}
	for (slash = strchr(name, '/'); slash != NULL && ok;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ok = folder_make(imap, name);
		*slash = '/';
	}
	if (ok && folder_make(imap, name))
		imap_finish(imap, "OK CREATE completed");
	else
		imap_finish(imap, "NO [LIMIT] Too many mailboxes");
}

static bool
is_below(const char *namez, const char *parentz)
{
	const size_t n = strlen(parentz);

	return strncmp(namez, parentz, n) == 0 && namez[n] == '/';
}

bool
imap_folder_has_children(
	const struct imap *imap, const struct imap_folder *folder)
{
	for (size_t i = 0; i < IMAP_FOLDERS_MAX; i++)
		if (is_below(imap->folder[i].namez, folder->namez))
			return true;
	return false;
}

void
imap_delete(struct imap *imap, struct imap_reader *args)
{
	struct imap_folder *folder = folder_named(imap, args);

	if (folder == NULL)
		return;
	if (folder == imap->folder) {
		imap_finish(imap, "NO [CANNOT] INBOX stays");
	} else if (folder == imap->selected) {
		imap_finish(imap, "NO [INUSE] The mailbox is selected");
	} else if (imap_folder_has_children(imap, folder)) {
		imap_finish(imap, "NO [HASCHILDREN] There are some below it");
	} else {
		folder->namez[0] = '\0';
		imap_finish(imap, "OK DELETE completed");
	}
}

/* Give the mailbox and all below it another name; false if one gets too
 * long, and then nothing was changed. */
static bool
folder_rename(struct imap *imap, const char *fromz, const char *toz)
{
	char tail[IMAP_NAME_MAX + 1];
	struct imap_folder *folder;
	const size_t n = strlen(fromz);

	for (folder = imap->folder; folder < imap->folder + IMAP_FOLDERS_MAX;
		folder++)
		if (is_below(folder->namez, fromz) &&
			strlen(folder->namez) - n + strlen(toz) > IMAP_NAME_MAX)
			return false;
	for (folder = imap->folder; folder < imap->folder + IMAP_FOLDERS_MAX;
		folder++) {
		if (strcmp(folder->namez, fromz) != 0 &&
			!is_below(folder->namez, fromz))
			continue;
		memcpy(tail, folder->namez + n, strlen(folder->namez + n) + 1);
		memcpy(folder->namez, toz, strlen(toz));
		memcpy(folder->namez + strlen(toz), tail, strlen(tail) + 1);
	}
	return true;
}

/* rename = "RENAME" SP mailbox SP mailbox */
void
imap_rename(struct imap *imap, struct imap_reader *args)
{
	char from[IMAP_NAME_MAX + 1], to[IMAP_NAME_MAX + 1];
	struct imap_folder *folder;

	if (!imap_read_space(args) || !imap_name_read(args, from)) {
		imap_bad(imap, "RENAME wants two names");
		return;
	}
	if (!name_only(imap, args, to))
		return;
	folder = imap_folder_want(imap, from);
	if (folder == NULL)
		return;
	if (imap_folder_find(imap, to) != NULL)
		imap_finish(imap, "NO [ALREADYEXISTS] The mailbox exists");
	else if (folder == imap->folder || !name_is_good(to) ||
		 to[strlen(to) - 1] == '/' || is_below(to, from) ||
		 !folder_rename(imap, from, to))
		imap_finish(imap, "NO [CANNOT] It cannot have this name");
	else
		imap_finish(imap, "OK RENAME completed");
}

void
imap_subscribe(struct imap *imap, struct imap_reader *args)
{
	struct imap_folder *folder = folder_named(imap, args);

	if (folder == NULL)
		return;
	folder->subscribed = strcmp(imap->verbz, "SUBSCRIBE") == 0;
	imap_finish(imap, "OK Completed");
}
