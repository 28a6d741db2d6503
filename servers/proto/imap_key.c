/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP SEARCH keys: each selects a mask of messages, so NOT and OR are bit
 * operations and every key is read and evaluated once. */
#include "proto/imap_search.h"

#define KEYS_MAX 256
#define DEPTH_MAX 32
#define NEEDLE_MAX 256

struct search {
	struct imap *imap;
	struct imap_reader *args;
	unsigned keys;
};

struct search_key {
	const char *wordz;
	/* Read the key's arguments; false if they are wrong. */
	bool (*run)(struct search *search, const struct search_key *key,
		unsigned depth, uint64_t *mask_r);
	enum imap_flag flag;
	const char *fieldz;
	char compare; /* '<', '=' or '>'; dates: '>' includes the day */
	bool no;      /* the messages that do not have it; BODY: no header */
};

static bool keys_and(struct search *search, unsigned depth, uint64_t *mask_r);
static bool key_one(struct search *search, unsigned depth, uint64_t *mask_r);

/* Index of the needle in the text, case ignored for ASCII. */
static bool
contains(struct span text, struct span needle)
{
	for (size_t at = 0; at + needle.n <= text.n; at++)
		if (span_has_prefix_nocase(span_cut(text, at, text.n), needle))
			return true;
	return false;
}

/* The messages for which the test holds. */
static uint64_t
select_messages(const struct search *search,
	bool (*test)(struct span text, const void *with), const void *with)
{
	const struct imap *imap = search->imap;
	uint64_t mask = 0;

	for (unsigned i = 0; i < ENGINE_MESSAGES_MAX; i++)
		if ((imap->view >> i & 1) != 0 &&
			test(imap_message(imap, i)->text, with))
			mask |= (uint64_t)1 << i;
	return mask;
}

static bool
run_all(struct search *search, const struct search_key *key, unsigned depth,
	uint64_t *mask_r)
{
	(void)depth;
	*mask_r = key->no ? 0 : search->imap->view;
	return true;
}

static bool
run_flag(struct search *search, const struct search_key *key, unsigned depth,
	uint64_t *mask_r)
{
	(void)depth;
	*mask_r = imap_flag_mask(search->imap, key->flag);
	if (key->no)
		*mask_r = search->imap->view & ~*mask_r;
	return true;
}

/* No message has a keyword. */
static bool
run_keyword(struct search *search, const struct search_key *key, unsigned depth,
	uint64_t *mask_r)
{
	struct span flag;

	return imap_read_space(search->args) &&
	       imap_read_flag(search->args, &flag) &&
	       run_all(search, key, depth, mask_r);
}

struct date_test {
	unsigned day;
	char compare;
};

static bool
date_test(struct span text, const void *with)
{
	const struct date_test *test = with;
	const struct imap_date date = imap_message_date(text);
	const unsigned day = imap_date_day(&date);

	if (test->compare == '=')
		return day == test->day;
	return test->compare == '<' ? day < test->day : day >= test->day;
}

static bool
run_date(struct search *search, const struct search_key *key, unsigned depth,
	uint64_t *mask_r)
{
	struct date_test test = {.compare = key->compare};
	struct imap_string string;
	struct imap_date date;

	(void)depth;
	if (!imap_read_space(search->args) ||
		!imap_read_astring(search->args, &string) ||
		!imap_date_from_key(string.raw, &date))
		return false;
	test.day = imap_date_day(&date);
	*mask_r = select_messages(search, date_test, &test);
	return true;
}

struct size_test {
	uint32_t size;
	char compare;
};

static bool
size_test(struct span text, const void *with)
{
	const struct size_test *test = with;

	return test->compare == '<' ? text.n < test->size : text.n > test->size;
}

static bool
run_size(struct search *search, const struct search_key *key, unsigned depth,
	uint64_t *mask_r)
{
	struct size_test test = {.compare = key->compare};

	(void)depth;
	if (!imap_read_space(search->args) ||
		!imap_read_number(search->args, &test.size))
		return false;
	*mask_r = select_messages(search, size_test, &test);
	return true;
}

struct text_test {
	struct span field; /* empty: search the whole text */
	bool body;         /* or the body alone */
	struct span needle;
	uint8_t bytes[NEEDLE_MAX], name[NEEDLE_MAX];
};

static bool
text_test(struct span text, const void *with)
{
	const struct text_test *test = with;
	struct imap_entity entity = imap_entity_of(text);
	struct imap_field field;

	if (test->field.n == 0)
		return contains(test->body ? entity.body : text, test->needle);
	while (imap_field_next(&entity.header, &field))
		if (span_eq_nocase(field.name, test->field) &&
			contains(field.value, test->needle))
			return true;
	return false;
}

/* Read SP astring into bytes. Too long a text is in no message; it is cut,
 * and *fits_r says so. */
static bool
needle_read(struct search *search, uint8_t bytes[NEEDLE_MAX],
	struct span *needle_r, bool *fits_r)
{
	struct imap_string string;
	size_t n;

	if (!imap_read_space(search->args) ||
		!imap_read_astring(search->args, &string))
		return false;
	n = imap_string_copy(string, bytes, NEEDLE_MAX);
	*fits_r = *fits_r && n != SIZE_MAX;
	*needle_r = span_of(bytes, n != SIZE_MAX ? n : 0);
	return true;
}

/* HEADER has the field's name as an argument; BODY and TEXT have none. */
static bool
run_text(struct search *search, const struct search_key *key, unsigned depth,
	uint64_t *mask_r)
{
	struct text_test test = {.field = span_z(key->fieldz), .body = key->no};
	bool fits = true;

	(void)depth;
	if (key->compare == '=' &&
		(!needle_read(search, test.name, &test.field, &fits) ||
			test.field.n == 0))
		return false;
	if (!needle_read(search, test.bytes, &test.needle, &fits))
		return false;
	*mask_r = fits ? select_messages(search, text_test, &test) : 0;
	return true;
}

static bool
set_read(struct search *search, bool uid, uint64_t *mask_r)
{
	struct span set;

	return imap_read_set(search->args, &set) &&
	       imap_set_resolve(search->imap, set, uid, mask_r);
}

static bool
run_uid(struct search *search, const struct search_key *key, unsigned depth,
	uint64_t *mask_r)
{
	(void)key;
	(void)depth;
	return imap_read_space(search->args) && set_read(search, true, mask_r);
}

static bool
run_not(struct search *search, const struct search_key *key, unsigned depth,
	uint64_t *mask_r)
{
	(void)key;
	if (!imap_read_space(search->args) ||
		!key_one(search, depth + 1, mask_r))
		return false;
	*mask_r = search->imap->view & ~*mask_r;
	return true;
}

static bool
run_or(struct search *search, const struct search_key *key, unsigned depth,
	uint64_t *mask_r)
{
	uint64_t other;

	(void)key;
	if (!imap_read_space(search->args) ||
		!key_one(search, depth + 1, mask_r) ||
		!imap_read_space(search->args) ||
		!key_one(search, depth + 1, &other))
		return false;
	*mask_r |= other;
	return true;
}

/* RFC 3501 section 6.4.4. Nothing is ever \Recent here. */
static const struct search_key search_keys[] = {
	{"ALL", .run = run_all},
	{"OLD", .run = run_all},
	{"RECENT", .run = run_all, .no = true},
	{"NEW", .run = run_all, .no = true},
	{"ANSWERED", .run = run_flag, .flag = IMAP_ANSWERED},
	{"UNANSWERED", .run = run_flag, .flag = IMAP_ANSWERED, .no = true},
	{"DELETED", .run = run_flag, .flag = IMAP_DELETED},
	{"UNDELETED", .run = run_flag, .flag = IMAP_DELETED, .no = true},
	{"DRAFT", .run = run_flag, .flag = IMAP_DRAFT},
	{"UNDRAFT", .run = run_flag, .flag = IMAP_DRAFT, .no = true},
	{"FLAGGED", .run = run_flag, .flag = IMAP_FLAGGED},
	{"UNFLAGGED", .run = run_flag, .flag = IMAP_FLAGGED, .no = true},
	{"SEEN", .run = run_flag, .flag = IMAP_SEEN},
	{"UNSEEN", .run = run_flag, .flag = IMAP_SEEN, .no = true},
	{"KEYWORD", .run = run_keyword, .no = true},
	{"UNKEYWORD", .run = run_keyword},
	{"BEFORE", .run = run_date, .compare = '<'},
	{"ON", .run = run_date, .compare = '='},
	{"SINCE", .run = run_date, .compare = '>'},
	{"SENTBEFORE", .run = run_date, .compare = '<'},
	{"SENTON", .run = run_date, .compare = '='},
	{"SENTSINCE", .run = run_date, .compare = '>'},
	{"LARGER", .run = run_size, .compare = '>'},
	{"SMALLER", .run = run_size, .compare = '<'},
	{"BCC", .run = run_text, .fieldz = "Bcc"},
	{"CC", .run = run_text, .fieldz = "Cc"},
	{"FROM", .run = run_text, .fieldz = "From"},
	{"SUBJECT", .run = run_text, .fieldz = "Subject"},
	{"TO", .run = run_text, .fieldz = "To"},
	{"HEADER", .run = run_text, .compare = '='},
	{"BODY", .run = run_text, .no = true},
	{"TEXT", .run = run_text},
	{"UID", .run = run_uid},
	{"NOT", .run = run_not},
	{"OR", .run = run_or},
};

/* search-key = word [arguments] / sequence-set / "(" 1*search-key ")" */
static bool
key_one(struct search *search, unsigned depth, uint64_t *mask_r)
{
	struct span word;

	if (depth > DEPTH_MAX || ++search->keys > KEYS_MAX)
		return false;
	if (imap_read_char(search->args, '('))
		return keys_and(search, depth + 1, mask_r) &&
		       imap_read_char(search->args, ')');
	if (set_read(search, false, mask_r))
		return true;
	if (!imap_read_atom(search->args, &word))
		return false;
	for (size_t i = 0; i < sizeof(search_keys) / sizeof(*search_keys); i++)
		if (span_eq_nocase(word, span_z(search_keys[i].wordz)))
			return search_keys[i].run(
				search, &search_keys[i], depth, mask_r);
	return false;
}

static bool
keys_and(struct search *search, unsigned depth, uint64_t *mask_r)
{
	uint64_t mask;

	*mask_r = search->imap->view;
	do {
		if (!key_one(search, depth, &mask))
			return false;
		*mask_r &= mask;
	} while (imap_read_space(search->args));
	return true;
}

bool
search_keys_read(struct imap *imap, struct imap_reader *args, uint64_t *mask_r)
{
	struct search search = {imap, args, 0};

	return keys_and(&search, 0, mask_r);
}
