/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP SEARCH: the command around the keys, and how results are shown. */
#include "proto/imap_search.h"

struct search_return {
	bool extended; /* answer with ESEARCH (RFC 4731) */
	bool min, max, all, count, save;
};

/* search-return-opts = "RETURN" SP "(" [option *(SP option)] ")" */
static bool
return_read(struct imap_reader *args, struct search_return *want)
{
	const struct {
		const char *wordz;
		bool *wanted;
	} options[] = {{"MIN", &want->min}, {"MAX", &want->max},
		{"ALL", &want->all}, {"COUNT", &want->count},
		{"SAVE", &want->save}};
	struct span word;
	bool first = true, known;

	if (!imap_read_space(args) || !imap_read_char(args, '('))
		return false;
	for (; !imap_read_char(args, ')'); first = false) {
		if ((!first && !imap_read_space(args)) ||
			!imap_read_atom(args, &word))
			return false;
		known = false;
		for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
			if (span_eq_nocase(word, span_z(options[i].wordz)))
				*options[i].wanted = known = true;
		if (!known)
			return false;
	}
	if (first)
		want->all = true;
	want->extended = true;
	return imap_read_space(args);
}

/* What "$" means from now on (RFC 5182 section 2.1). */
static void
result_save(struct imap *imap, const struct search_return *want, uint64_t mask)
{
	uint64_t ends = 0;

	if (mask != 0 && want->min)
		ends |= mask & -mask;
	if (mask != 0 && want->max)
		ends |= (uint64_t)1 << (63 - __builtin_clzll(mask));
	imap->saved = (want->min || want->max) && !want->all && !want->count
			      ? ends
			      : mask;
}

static unsigned
result_number(const struct imap *imap, unsigned index)
{
	return imap->uid ? index + 1 : imap_number(imap, index);
}

/* "* ESEARCH (TAG "x") [UID] ..." */
static void
put_extended(struct imap *imap, const struct search_return *want, uint64_t mask)
{
	imap_put(imap, "* ESEARCH (TAG \"");
	imap_put_span(imap, imap_tag(imap));
	imap_put(imap, "\")%s", imap->uid ? " UID" : "");
	if (want->min && mask != 0)
		imap_put(imap, " MIN %u",
			result_number(imap, (unsigned)__builtin_ctzll(mask)));
	if (want->max && mask != 0)
		imap_put(imap, " MAX %u",
			result_number(
				imap, 63 - (unsigned)__builtin_clzll(mask)));
	if (want->all && mask != 0) {
		imap_put(imap, " ALL ");
		imap_put_set(imap, mask, imap->uid);
	}
	if (want->count)
		imap_put(imap, " COUNT %u", imap_mask_count(mask));
	imap_put(imap, "\r\n");
}

static void
put_plain(struct imap *imap, uint64_t mask)
{
	imap_put(imap, "* SEARCH");
	for (unsigned i = 0; i < ENGINE_MESSAGES_MAX; i++)
		if ((mask >> i & 1) != 0)
			imap_put(imap, " %u", result_number(imap, i));
	imap_put(imap, "\r\n");
}

static bool
charset_is_known(struct imap_string charset)
{
	return span_eq_nocase(charset.raw, span_z("UTF-8")) ||
	       span_eq_nocase(charset.raw, span_z("US-ASCII"));
}

/* Read what stands before the keys. Answers itself. */
static bool
options_read(
	struct imap *imap, struct imap_reader *args, struct search_return *want)
{
	struct imap_string charset;

	if (!imap_read_space(args)) {
		imap_bad(imap, "SEARCH wants keys");
		return false;
	}
	if (imap_read_keyword(args, "RETURN")) {
		if (!imap_offers(imap, "ESEARCH")) {
			imap_refuse(imap, REPLY_ERROR, "BAD Unknown key");
			return false;
		}
		if (!return_read(args, want)) {
			imap_bad(imap, "RETURN wants a list of options");
			return false;
		}
	}
	if (!imap_read_keyword(args, "CHARSET"))
		return true;
	if (!imap_read_space(args) || !imap_read_astring(args, &charset) ||
		!imap_read_space(args)) {
		imap_bad(imap, "CHARSET wants a name");
		return false;
	}
	if (charset_is_known(charset))
		return true;
	imap_finish(imap, "NO [BADCHARSET (US-ASCII UTF-8)] Unknown charset");
	return false;
}

/* search = "SEARCH" [SP search-return-opts] [SP "CHARSET" SP charset]
 *          1*(SP search-key) */
void
imap_search(struct imap *imap, struct imap_reader *args)
{
	struct search_return want = {0};
	uint64_t mask;

	if (!options_read(imap, args, &want))
		return;
	if (!search_keys_read(imap, args, &mask) || !imap_read_end(args)) {
		imap_bad(imap, "SEARCH wants keys that are known");
		return;
	}
	if (want.save)
		result_save(imap, &want, mask);
	if (imap->rev2 && !want.extended)
		want.extended = want.all = true;
	if (!want.extended)
		put_plain(imap, mask);
	else if (want.min || want.max || want.all || want.count)
		put_extended(imap, &want, mask);
	imap_finish(imap, "OK SEARCH completed");
}
