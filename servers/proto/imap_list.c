/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP: showing the mailboxes with LIST, LSUB, STATUS and NAMESPACE. */
#include "proto/imap.h"

#define PATTERNS_MAX 8
#define PATTERN_MAX 256

struct list_query {
	struct imap_string reference;
	struct imap_string pattern[PATTERNS_MAX];
	unsigned patterns;
	bool only_subscribed, only_special; /* selection options */
	bool show_subscribed, show_status;  /* return options */
	struct imap_reader status;          /* its items */
};

/*
 * Does the name match the pattern, in which "*" is anything and "%" anything
 * without "/"? reach[i] says that the pattern so far matches the first i
 * bytes; so no pattern takes more than its length times the name's.
 */
static bool
pattern_matches(struct span pattern, struct span name)
{
	bool reach[IMAP_NAME_MAX + 2] = {true}, wild;

	for (size_t p = 0; p < pattern.n; p++) {
		wild = pattern.p[p] == '*' || pattern.p[p] == '%';
		if (wild) {
			for (size_t i = 0; i < name.n; i++)
				if (reach[i] && (pattern.p[p] == '*' ||
							name.p[i] != '/'))
					reach[i + 1] = true;
			continue;
		}
		for (size_t i = name.n; i > 0; i--)
			reach[i] =
				reach[i - 1] && pattern.p[p] == name.p[i - 1];
		reach[0] = false;
	}
	return reach[name.n];
}

static bool
query_matches(const struct list_query *query, const char *namez)
{
	uint8_t text[PATTERN_MAX];
	struct span pattern;
	size_t n, more;

	n = imap_string_copy(query->reference, text, sizeof(text));
	for (unsigned i = 0; n != SIZE_MAX && i < query->patterns; i++) {
		more = imap_string_copy(
			query->pattern[i], text + n, sizeof(text) - n);
		if (more == SIZE_MAX)
			continue;
		pattern = span_of(text, n + more);
		if (pattern_matches(pattern, span_z(namez)) ||
			(span_eq_nocase(pattern, span_z("INBOX")) &&
				strcmp(namez, "INBOX") == 0))
			return true;
	}
	return false;
}

static void
put_folder(struct imap *imap, const char *verbz,
	const struct imap_folder *folder, bool subscribed)
{
	imap_put(imap, "* %s (%s%s%s%s) \"/\" ", verbz,
		imap_folder_has_children(imap, folder) ? "\\HasChildren"
						       : "\\HasNoChildren",
		subscribed && folder->subscribed ? " \\Subscribed" : "",
		folder->usez != NULL && imap_offers(imap, "SPECIAL-USE") ? " "
									 : "",
		folder->usez != NULL && imap_offers(imap, "SPECIAL-USE")
			? folder->usez
			: "");
	imap_put_astring(imap, span_z(folder->namez));
	imap_put(imap, "\r\n");
}

/* list-select-opts: "(" [word *(SP word)] ")" */
static bool
selection_read(struct imap_reader *args, struct list_query *query)
{
	struct span word;
	bool first = true;

	for (; !imap_read_char(args, ')'); first = false) {
		if ((!first && !imap_read_space(args)) ||
			!imap_read_atom(args, &word))
			return false;
		if (span_eq_nocase(word, span_z("SUBSCRIBED")))
			query->only_subscribed = true;
		else if (span_eq_nocase(word, span_z("SPECIAL-USE")))
			query->only_special = true;
		else if (!span_eq_nocase(word, span_z("REMOTE")) &&
			 !span_eq_nocase(word, span_z("RECURSIVEMATCH")))
			return false;
	}
	return true;
}

/* Remember where the status items are, and step over them. */
static bool
status_items_skip(struct imap_reader *args, struct list_query *query)
{
	struct span word;

	query->show_status = true;
	if (!imap_read_space(args))
		return false;
	query->status = *args;
	if (!imap_read_char(args, '('))
		return false;
	while (imap_read_word(args, &word) && imap_read_space(args))
		;
	return imap_read_char(args, ')');
}

/* list-return-opts = "RETURN" SP "(" [option *(SP option)] ")" */
static bool
return_read(struct imap_reader *args, struct list_query *query)
{
	struct span word;
	bool first = true;

	if (!imap_read_keyword(args, "RETURN") || !imap_read_space(args) ||
		!imap_read_char(args, '('))
		return false;
	for (; !imap_read_char(args, ')'); first = false) {
		if ((!first && !imap_read_space(args)) ||
			!imap_read_atom(args, &word))
			return false;
		if (span_eq_nocase(word, span_z("SUBSCRIBED")))
			query->show_subscribed = true;
		else if (span_eq_nocase(word, span_z("STATUS"))) {
			if (!status_items_skip(args, query))
				return false;
		} else if (!span_eq_nocase(word, span_z("CHILDREN")) &&
			   !span_eq_nocase(word, span_z("SPECIAL-USE")))
			return false;
	}
	return true;
}

/* mbox-or-pat = list-mailbox / "(" list-mailbox *(SP list-mailbox) ")" */
static bool
patterns_read(struct imap_reader *args, struct list_query *query)
{
	if (!imap_read_char(args, '(')) {
		query->patterns = 1;
		return imap_read_pattern(args, &query->pattern[0]);
	}
	do {
		if (query->patterns == PATTERNS_MAX ||
			!imap_read_pattern(
				args, &query->pattern[query->patterns++]))
			return false;
	} while (imap_read_space(args));
	return imap_read_char(args, ')');
}

/* list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat
 *        [SP list-return-opts] (RFC 5258) */
static bool
query_read(struct imap_reader *args, struct list_query *query)
{
	if (!imap_read_space(args))
		return false;
	if (imap_read_char(args, '(') &&
		(!selection_read(args, query) || !imap_read_space(args)))
		return false;
	if (!imap_read_astring(args, &query->reference) ||
		!imap_read_space(args) || !patterns_read(args, query))
		return false;
	if (imap_read_space(args) && !return_read(args, query))
		return false;
	return imap_read_end(args);
}

void
imap_list(struct imap *imap, struct imap_reader *args)
{
	struct list_query query = {0};
	const struct imap_folder *folder = imap->folder;
	struct imap_reader items;

	if (!query_read(args, &query)) {
		imap_bad(imap, "LIST wants a reference and a pattern");
		return;
	}
	/* An empty pattern asks for the separator (RFC 3501 section 6.3.8). */
	if (query.patterns == 1 && query.pattern[0].raw.n == 0)
		imap_put(imap, "* LIST (\\Noselect) \"/\" \"\"\r\n");
	for (; folder < imap->folder + IMAP_FOLDERS_MAX; folder++) {
		if (folder->namez[0] == '\0' ||
			(query.only_subscribed && !folder->subscribed) ||
			(query.only_special && folder->usez == NULL) ||
			!query_matches(&query, folder->namez))
			continue;
		put_folder(imap, "LIST", folder,
			query.only_subscribed || query.show_subscribed);
		items = query.status;
		if (query.show_status &&
			!imap_put_status(imap, folder, &items)) {
			imap_bad(imap, "Unknown status item");
			return;
		}
	}
	imap_finish(imap, "OK LIST completed");
}

void
imap_lsub(struct imap *imap, struct imap_reader *args)
{
	struct list_query query = {0};
	const struct imap_folder *folder = imap->folder;

	query.patterns = 1;
	if (!imap_read_space(args) ||
		!imap_read_astring(args, &query.reference) ||
		!imap_read_space(args) ||
		!imap_read_pattern(args, &query.pattern[0]) ||
		!imap_read_end(args)) {
		imap_bad(imap, "LSUB wants a reference and a pattern");
		return;
	}
	for (; folder < imap->folder + IMAP_FOLDERS_MAX; folder++)
		if (folder->namez[0] != '\0' && folder->subscribed &&
			query_matches(&query, folder->namez))
			put_folder(imap, "LSUB", folder, false);
	imap_finish(imap, "OK LSUB completed");
}

void
imap_namespace(struct imap *imap, struct imap_reader *args)
{
	if (!imap_read_end(args)) {
		imap_bad(imap, "NAMESPACE has no arguments");
		return;
	}
	imap_put(imap, "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
	imap_finish(imap, "OK NAMESPACE completed");
}

/* What a status item says of a mailbox; false if there is no such item. */
static bool
status_value(const struct imap *imap, const struct imap_folder *folder,
	struct span item, uint64_t *value_r)
{
	const uint64_t all = folder == imap->folder ? imap_messages(imap) : 0;
	uint64_t unseen = 0, deleted = 0, size = 0;

	for (unsigned i = 0; i < ENGINE_MESSAGES_MAX; i++) {
		if ((all >> i & 1) == 0)
			continue;
		unseen += !imap_flag_is_set(imap, i, IMAP_SEEN);
		deleted += imap_flag_is_set(imap, i, IMAP_DELETED);
		size += imap_message(imap, i)->text.n;
	}
	const struct {
		const char *namez;
		uint64_t value;
		bool known;
	} items[] = {
		{"MESSAGES", imap_mask_count(all), true},
		{"RECENT", 0, true},
		{"UIDNEXT", imap_folder_uid_next(imap, folder), true},
		{"UIDVALIDITY", imap_folder_validity(imap, folder), true},
		{"UNSEEN", unseen, true},
		{"DELETED", deleted, imap_offers(imap, "IMAP4rev2")},
		{"SIZE", size, imap_offers(imap, "STATUS=SIZE")},
	};

	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		if (!items[i].known ||
			!span_eq_nocase(item, span_z(items[i].namez)))
			continue;
		*value_r = items[i].value;
		return true;
	}
	return false;
}

bool
imap_put_status(struct imap *imap, const struct imap_folder *folder,
	struct imap_reader *items)
{
	struct span word;
	uint64_t value;
	bool first = true;

	if (!imap_read_char(items, '('))
		return false;
	imap_put(imap, "* STATUS ");
	imap_put_astring(imap, span_z(folder->namez));
	imap_put(imap, " (");
	for (; !imap_read_char(items, ')'); first = false) {
		if ((!first && !imap_read_space(items)) ||
			!imap_read_word(items, &word) ||
			!status_value(imap, folder, word, &value))
			return false;
		imap_put(imap, "%s%.*s %llu", first ? "" : " ", (int)word.n,
			(const char *)word.p, (unsigned long long)value);
	}
	imap_put(imap, ")\r\n");
	return true;
}

/* status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")" */
void
imap_status(struct imap *imap, struct imap_reader *args)
{
	char name[IMAP_NAME_MAX + 1];
	struct imap_folder *folder;

	if (!imap_read_space(args) || !imap_name_read(args, name) ||
		!imap_read_space(args)) {
		imap_bad(imap, "STATUS wants a mailbox and items");
		return;
	}
	folder = imap_folder_want(imap, name);
	if (folder == NULL)
		return;
	if (!imap_put_status(imap, folder, args) || !imap_read_end(args))
		imap_bad(imap, "STATUS wants a list of items");
	else
		imap_finish(imap, "OK STATUS completed");
}
