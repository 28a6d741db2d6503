/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Security tags and DEEP status (draft-ietf-uta-email-deep-04 section 5):
 *	[tag-or-url *(SP tag-or-url)]
 * Beside tags and <https-URL> there are extensions, to be ignored, which by the
 * grammar may hold spaces: what looks like a tag behind one may be a part of
 * it, and a blank too many can only be one. The text is split at spaces here;
 * a word behind an extension that is nothing else goes on with it.
 */
#include "parse/chars.h"
#include "parse/deep_inner.h"
#include "parse/out.h"
#include "parse/uri.h"

#include "core/span.h"

#define TAG_SIZE 64

static const char *const known_tags[] = {
	"tls10", "tls11", "tls12", "tls-cert", "tls-dane-tlsa"};

static bool
is_tag_part(int c)
{
	return is_alnum(c) || c == '-' || c == '_';
}

/* EXTCHAR but the space. */
static bool
is_extension_start(int c)
{
	return c == 0x21 || (c >= 0x23 && c <= 0x2e) ||
	       (c >= 0x30 && c <= 0x3b) || (c >= 0x3d && c <= 0x40) ||
	       (c >= 0x5b && c <= 0x60) || (c >= 0x7b && c <= 0x7e);
}

static bool
is_extension_part(int c)
{
	return is_extension_start(c) || is_alpha(c) || c == '<';
}

bool
deep_is_known(struct span tag, const char *const *known, size_t n,
	bool *is_other_case_r)
{
	*is_other_case_r = false;
	for (size_t i = 0; i < n; i++) {
		if (span_eq(tag, span_z(known[i])))
			return true;
		if (span_eq_nocase(tag, span_z(known[i])))
			*is_other_case_r = true;
	}
	return false;
}

ssize_t
deep_tag_read(struct span s, size_t at, struct lk_result *r)
{
	size_t start = at;
	bool is_other_case;

	if (!is_alpha(span_at(s, at)))
		return result_unfit(r, span_at(s, at), LK_DEEP_TAG, at);
	while (at - start < TAG_SIZE && is_tag_part(span_at(s, at)))
		at++;
	if (is_tag_part(span_at(s, at)))
		return result_stop(r, LK_BAD, LK_DEEP_TAG, at);
	deep_is_known(span_cut(s, start, at), known_tags,
		sizeof(known_tags) / sizeof(*known_tags), &is_other_case);
	if (is_other_case)
		result_open(r, LK_READING_DEEP_TAG_CASE);
	return (ssize_t)at;
}

/* Is the scheme at `at` whole, and another than https? */
static bool
has_other_scheme(struct span s, size_t at)
{
	size_t end = span_find(s, at, span_z(":"));

	return end != SIZE_MAX &&
	       !span_eq_nocase(span_cut(s, at, end), span_z("https"));
}

ssize_t
deep_url_read(struct span s, size_t at, enum lk_reason reason,
	const char *without, struct lk_result *r)
{
	struct txt t = txt_plain(s);
	struct uri uri;
	ssize_t code;

	t.at = at;
	t.left = s.n - at;
	code = uri_read(&t, without, &uri);
	if (code == 0 && !uri_is_https(&uri))
		code = t.at == s.n && strcmp(uri.scheme, "https") == 0 ? LK_MORE
								       : LK_BAD;
	if (code == LK_MORE && has_other_scheme(s, at))
		code = LK_BAD;
	if (code < 0)
		return result_stop(r, (enum lk_code)code, reason, t.at);
	return (ssize_t)t.at;
}

/* Where the run of an extension that begins at `at` ends. */
static size_t
extension_skip(struct span s, size_t at, int separator, struct lk_result *r)
{
	for (; is_extension_part(span_at(s, at)) && s.p[at] != separator; at++)
		if (s.p[at] == '\\')
			result_open(r, LK_READING_DEEP_BACKSLASH);
	return at;
}

/* Read one item; where it ends, or a code. */
static ssize_t
item_read(struct span s, size_t at, int separator, enum lk_deep_kind *kind_r,
	struct lk_result *r)
{
	ssize_t n;

	if (is_alpha(span_at(s, at))) {
		*kind_r = LK_DEEP_KIND_TAG;
		n = deep_tag_read(s, at, r);
	} else if (span_at(s, at) == '<') {
		*kind_r = LK_DEEP_KIND_URL;
		n = deep_url_read(s, at + 1, LK_DEEP_URL, "", r);
		if (n >= 0 && span_at(s, (size_t)n) != '>')
			return result_unfit(r, span_at(s, (size_t)n),
				LK_DEEP_URL, (size_t)n);
		n += n >= 0;
	} else {
		*kind_r = LK_DEEP_KIND_EXTENSION;
		if (!is_extension_start(span_at(s, at)) ||
			span_at(s, at) == separator)
			return result_unfit(
				r, span_at(s, at), LK_DEEP_ITEM, at);
		n = (ssize_t)extension_skip(s, at, separator, r);
	}
	if (n >= 0 && (size_t)n < s.n && s.p[n] != separator)
		return result_stop(r, LK_BAD,
			*kind_r == LK_DEEP_KIND_TAG ? LK_DEEP_TAG
						    : LK_DEEP_ITEM,
			(size_t)n);
	return n;
}

/*
 * What the grammar could make of the items so far: the last may be inside an
 * extension; the last is empty and must become the beginning of one.
 */
struct reading {
	bool has_spaces; /* is this the dialect that has them? */
	bool is_open, is_pending, has_url;
};

static ssize_t
item_take(struct reading *reading, enum lk_deep_kind kind, size_t at,
	struct lk_result *r)
{
	if (kind == LK_DEEP_KIND_URL) {
		if (reading->is_pending)
			return result_stop(r, LK_BAD, LK_DEEP_BLANK, at);
		if (reading->has_url)
			result_open(r, LK_READING_DEEP_TWO_URLS);
		reading->has_url = true;
		reading->is_open = false;
		return 0;
	}
	if (kind == LK_DEEP_KIND_TAG && reading->is_open && reading->has_spaces)
		result_open(r, LK_READING_DEEP_SWALLOWED);
	reading->is_open = reading->is_open || reading->is_pending ||
			   kind == LK_DEEP_KIND_EXTENSION;
	reading->is_pending = false;
	return 0;
}

static void
empty_take(struct reading *reading, struct lk_result *r)
{
	result_open(r, LK_READING_DEEP_BLANKS);
	reading->is_open = reading->is_open || reading->is_pending;
	reading->is_pending = !reading->is_open;
}

/*
 * The word at `at` taken for more of an extension, in place of what was read of
 * it; false if it has what an extension cannot have. By a function of its own,
 * for its stack.
 */
static __attribute__((noinline)) bool
word_swallow(struct span s, size_t at, const struct lk_readings *open,
	size_t *end_r, struct lk_result *r)
{
	struct lk_result tried = {.ambiguous = *open};

	*end_r = extension_skip(s, at, ' ', &tried);
	if (*end_r < s.n && s.p[*end_r] != ' ')
		return false;
	r->reason = LK_NONE;
	r->ambiguous = tried.ambiguous;
	result_open(r, LK_READING_DEEP_SWALLOWED);
	return true;
}

/*
 * Read a word that may go on with an extension: one that is no item of its own
 * does, if it has nothing that an extension cannot have.
 */
static ssize_t
word_read(const struct reading *reading, struct span s, size_t at,
	enum lk_deep_kind *kind_r, struct lk_result *r)
{
	const struct lk_readings open = r->ambiguous;
	const ssize_t n = item_read(s, at, ' ', kind_r, r);
	size_t end;

	if (n >= 0 || !(reading->is_open || reading->is_pending) ||
		!word_swallow(s, at, &open, &end, r))
		return n;
	*kind_r = LK_DEEP_KIND_EXTENSION;
	return (ssize_t)end;
}

ssize_t
deep_status_read(struct span s, int separator, struct lk_result *r)
{
	struct reading reading = {separator == ' ', false, false, false};
	enum lk_deep_kind kind;
	size_t at = 0;
	ssize_t n;

	if (s.n == 0)
		return 0;
	for (;; at++) {
		if (separator == ' ' && (at == s.n || s.p[at] == ' ')) {
			empty_take(&reading, r);
		} else {
			n = reading.has_spaces
				    ? word_read(&reading, s, at, &kind, r)
				    : item_read(s, at, separator, &kind, r);
			if (n >= 0 && item_take(&reading, kind, at, r) < 0)
				n = LK_BAD;
			if (n < 0)
				return n;
			at = (size_t)n;
		}
		if (at == s.n)
			break;
	}
	if (reading.is_pending)
		return result_stop(r, LK_MORE, LK_DEEP_BLANK, at);
	return 0;
}

bool
lk_deep_item_next(struct span *rest, int separator, struct span *out_r)
{
	size_t at = 0, start;

	while (span_at(*rest, at) == separator)
		at++;
	start = at;
	/* Only in a URL, which is whole, a comma does not separate. */
	if (separator != ' ' && span_at(*rest, at) == '<')
		while (span_at(*rest, at) != '>')
			at++;
	while (at < rest->n && rest->p[at] != separator)
		at++;
	*out_r = span_cut(*rest, start, at);
	*rest = span_cut(*rest, at, rest->n);
	return out_r->n > 0;
}

enum lk_deep_kind
lk_deep_item_kind(struct span item)
{
	struct lk_result unused;
	const size_t end = item.n - 1;

	result_start(&unused);
	if (deep_tag_read(item, 0, &unused) == (ssize_t)item.n)
		return LK_DEEP_KIND_TAG;
	return item.p[0] == '<' && item.p[end] == '>' &&
			       deep_url_read(item, 1, LK_DEEP_URL, "",
				       &unused) == (ssize_t)end
		       ? LK_DEEP_KIND_URL
		       : LK_DEEP_KIND_EXTENSION;
}

void
deep_status_json(struct out *out, struct span text, int separator)
{
	static const char *const names[] = {"tags", "urls", "extensions"};
	struct span rest, item;

	for (unsigned kind = LK_DEEP_KIND_TAG; kind <= LK_DEEP_KIND_EXTENSION;
		kind++) {
		out_name(out, names[kind]);
		out_open(out, '[');
		rest = text;
		while (lk_deep_item_next(&rest, separator, &item)) {
			if ((unsigned)lk_deep_item_kind(item) != kind)
				continue;
			if (kind == LK_DEEP_KIND_URL)
				item = span_cut(item, 1, item.n - 1);
			out_string(out, item);
		}
		out_byte(out, ']');
	}
}

/* A word that goes on with an extension needs a blank if there is none. */
void
deep_status_print(struct out *out, struct span text, int separator)
{
	struct span item;
	bool is_first = true, is_open = false;

	while (lk_deep_item_next(&text, separator, &item)) {
		const enum lk_deep_kind kind = lk_deep_item_kind(item);

		if (kind == LK_DEEP_KIND_EXTENSION && !is_open &&
			!is_extension_start(item.p[0]))
			out_byte(out, (uint8_t)separator);
		if (!is_first)
			out_byte(out, (uint8_t)separator);
		out_put(out, item);
		is_open = kind == LK_DEEP_KIND_EXTENSION ||
			  (is_open && kind != LK_DEEP_KIND_URL);
		is_first = false;
	}
}

ssize_t
lk_deep_tag_parse(struct span input, struct lk_result *out_r)
{
	ssize_t n;

	result_start(out_r);
	n = deep_tag_read(input, 0, out_r);
	if (n < 0)
		return n;
	if ((size_t)n < input.n)
		return result_stop(out_r, LK_BAD, LK_DEEP_TAG, (size_t)n);
	out_r->deep_tag.tag = input;
	return result_done(out_r, input.n);
}

size_t
lk_deep_tag_print(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_put(&out, value->deep_tag.tag);
	return out.n;
}

size_t
lk_deep_tag_json(const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	bool unused;

	out_open(&out, '{');
	out_name(&out, "tag");
	out_string(&out, value->deep_tag.tag);
	out_name(&out, "registered");
	out_bool(&out,
		deep_is_known(value->deep_tag.tag, known_tags,
			sizeof(known_tags) / sizeof(*known_tags), &unused));
	out_byte(&out, '}');
	return out.n;
}
