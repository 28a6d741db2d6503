/* SPDX-License-Identifier: Apache-2.0 */
/* Taking messages apart. */
#include "parse/imap_mime.h"

#include "parse/chars.h"

#define BOUNDARY_MAX 70 /* RFC 2046 section 5.1.1 */

/* Where the line that starts at from ends, line end included. */
static size_t
line_end(struct span text, size_t from)
{
	const size_t end = span_find(text, from, span_of("\n", 1));

	return end == SIZE_MAX ? text.n : end + 1;
}

struct imap_entity
imap_entity_of(struct span text)
{
	size_t at = 0, end;

	while (at < text.n) {
		end = line_end(text, at);
		if (blanks_trim(span_cut(text, at, end)).n == 0) {
			at = end;
			break;
		}
		at = end;
	}
	return (struct imap_entity){
		span_cut(text, 0, at), span_cut(text, at, text.n)};
}

bool
imap_field_next(struct span *rest, struct imap_field *field_r)
{
	size_t end, colon;

	if (blanks_trim(span_cut(*rest, 0, line_end(*rest, 0))).n == 0)
		return false;
	end = line_end(*rest, 0);
	while (end < rest->n && (rest->p[end] == ' ' || rest->p[end] == '\t'))
		end = line_end(*rest, end);
	field_r->whole = span_cut(*rest, 0, end);
	*rest = span_cut(*rest, end, rest->n);
	colon = span_find(field_r->whole, 0, span_of(":", 1));
	if (colon == SIZE_MAX)
		colon = field_r->whole.n;
	field_r->name = blanks_trim(span_cut(field_r->whole, 0, colon));
	field_r->value = blanks_trim(
		span_cut(field_r->whole, colon + 1, field_r->whole.n));
	return true;
}

bool
imap_field_find(struct span header, const char *namez, struct span *value_r)
{
	struct imap_field field;

	while (imap_field_next(&header, &field)) {
		if (!span_eq_nocase(field.name, span_z(namez)))
			continue;
		*value_r = field.value;
		return true;
	}
	return false;
}

static struct span
take_token(struct span *rest)
{
	size_t n = 0;

	*rest = blanks_trim(*rest);
	while (n < rest->n && rest->p[n] > ' ' && rest->p[n] < 0x7f &&
		strchr("()<>@,;:\\\"/[]?=", rest->p[n]) == NULL)
		n++;
	*rest = span_cut(*rest, n, rest->n);
	return span_of(n > 0 ? rest->p - n : rest->p, n);
}

static bool
take_byte(struct span *rest, char c)
{
	*rest = blanks_trim(*rest);
	if (rest->n == 0 || rest->p[0] != (uint8_t)c)
		return false;
	*rest = span_cut(*rest, 1, rest->n);
	return true;
}

bool
imap_media_parse(struct span value, struct imap_media *media_r)
{
	media_r->type = take_token(&value);
	media_r->subtype = span_of(NULL, 0);
	if (media_r->type.n == 0)
		return false;
	if (take_byte(&value, '/'))
		media_r->subtype = take_token(&value);
	media_r->params = value;
	return true;
}

struct imap_media
imap_media_of(const struct imap_entity *entity)
{
	struct imap_media media;
	struct span value;

	if (imap_field_find(entity->header, "Content-Type", &value) &&
		imap_media_parse(value, &media) && media.subtype.n > 0)
		return media;
	return (struct imap_media){
		span_z("text"), span_z("plain"), span_z("; charset=us-ascii")};
}

bool
imap_media_is(
	const struct imap_media *media, const char *typez, const char *subz)
{
	return span_eq_nocase(media->type, span_z(typez)) &&
	       (subz == NULL || span_eq_nocase(media->subtype, span_z(subz)));
}

/* A quoted-string's inside; what follows the last quote is dropped. */
static struct imap_string
take_quoted(struct span *rest)
{
	struct span raw;
	size_t at = 0;

	while (at < rest->n && rest->p[at] != '"')
		at += rest->p[at] == '\\' && at + 1 < rest->n ? 2 : 1;
	raw = span_cut(*rest, 0, at);
	*rest = span_cut(*rest, at + 1, rest->n);
	return (struct imap_string){raw, true};
}

bool
imap_param_next(
	struct span *params, struct span *name_r, struct imap_string *value_r)
{
	while (take_byte(params, ';')) {
		*name_r = take_token(params);
		if (name_r->n == 0 || !take_byte(params, '='))
			continue;
		if (take_byte(params, '"'))
			*value_r = take_quoted(params);
		else
			*value_r =
				(struct imap_string){take_token(params), false};
		return true;
	}
	return false;
}

bool
imap_walk_start(const struct imap_entity *entity, struct imap_walk *walk_r)
{
	struct imap_media media = imap_media_of(entity);
	struct span name;

	if (!imap_media_is(&media, "multipart", NULL))
		return false;
	while (imap_param_next(&media.params, &name, &walk_r->boundary)) {
		if (!span_eq_nocase(name, span_z("boundary")))
			continue;
		walk_r->rest = entity->body;
		return walk_r->boundary.raw.n > 0 &&
		       walk_r->boundary.raw.n <= BOUNDARY_MAX;
	}
	return false;
}

/* "--" boundary ["--"] blanks; a closing one sets *last_r. */
static bool
is_delimiter(struct span line, const struct imap_string *boundary, bool *last_r)
{
	uint8_t text[BOUNDARY_MAX];
	const size_t n = imap_string_copy(*boundary, text, sizeof(text));

	if (n == SIZE_MAX || !span_has_prefix(line, span_of("--", 2)))
		return false;
	line = span_cut(line, 2, line.n);
	if (!span_has_prefix(line, span_of(text, n)))
		return false;
	line = span_cut(line, n, line.n);
	*last_r = span_has_prefix(line, span_of("--", 2));
	return *last_r || blanks_trim(line).n == 0;
}

/* The line end before a delimiter belongs to the delimiter (RFC 2046 section
 * 5.1.1). */
static struct span
part_strip(struct span text)
{
	if (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	if (text.n > 0 && text.p[text.n - 1] == '\r')
		text.n--;
	return text;
}

bool
imap_walk_next(struct imap_walk *walk, struct imap_entity *part_r)
{
	const struct span text = walk->rest;
	size_t at = 0, end, start = SIZE_MAX;
	bool last = false;

	for (; at < text.n; at = end) {
		end = line_end(text, at);
		if (!is_delimiter(
			    span_cut(text, at, end), &walk->boundary, &last))
			continue;
		if (start != SIZE_MAX)
			break;
		if (last)
			return false;
		start = end;
	}
	if (start == SIZE_MAX)
		return false;
	*part_r = imap_entity_of(at < text.n
					 ? part_strip(span_cut(text, start, at))
					 : span_cut(text, start, text.n));
	walk->rest = span_cut(text, at, text.n);
	return true;
}

static bool
child_find(struct imap_walk *walk, uint32_t number, struct imap_entity *child_r)
{
	while (number > 0 && imap_walk_next(walk, child_r))
		number--;
	return number == 0;
}

bool
imap_part_find(struct span message, const uint32_t *path, unsigned n,
	struct imap_entity *part_r)
{
	struct imap_entity at = imap_entity_of(message);
	struct imap_media media;
	struct imap_walk walk;

	for (unsigned i = 0; i < n; i++) {
		media = imap_media_of(&at);
		if (i > 0 && imap_media_is(&media, "message", "rfc822"))
			at = imap_entity_of(at.body);
		else if (i > 0 && !imap_walk_start(&at, &walk))
			return false;
		if (imap_walk_start(&at, &walk)) {
			if (!child_find(&walk, path[i], &at))
				return false;
		} else if (path[i] != 1) {
			return false;
		}
	}
	*part_r = at;
	return true;
}
