/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP: showing the shape of a message: ENVELOPE, BODYSTRUCTURE, the date. */
#include "proto/imap.h"

#include "parse/imap_address.h"

#define DEPTH_MAX 8
#define UNFOLD_MAX 4096

struct imap_date
imap_message_date(struct span text)
{
	const struct imap_entity entity = imap_entity_of(text);
	struct imap_date date;
	struct span value;

	if (imap_field_find(entity.header, "Date", &value) &&
		imap_date_from_header(value, &date))
		return date;
	return (struct imap_date){.year = 1970, .month = 1, .day = 1};
}

/* date-time = DQUOTE date-day-fixed "-" month "-" year SP time SP zone DQUOTE;
 * the world has no clock, so a message arrived when it was written. */
void
imap_put_internal_date(struct imap *imap, struct span text)
{
	const struct imap_date date = imap_message_date(text);

	imap_put(imap, "\"%2u-%s-%04u %02u:%02u:%02u %c%04d\"", date.day,
		imap_month_name(date.month), date.year, date.hour, date.minute,
		date.second, date.zone < 0 ? '-' : '+',
		date.zone < 0 ? -date.zone : date.zone);
}

/* A header's value without its folds; NIL if there is none. */
static void
put_value(struct imap *imap, struct span header, const char *namez)
{
	uint8_t text[UNFOLD_MAX];
	struct span value = span_of(NULL, 0);
	size_t n = 0;

	if (!imap_field_find(header, namez, &value) || value.n > sizeof(text)) {
		imap_put_nstring(imap, value);
		return;
	}
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] != '\r' && value.p[i] != '\n')
			text[n++] = value.p[i];
	imap_put_nstring(imap, span_of(text, n));
}

/* address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")" */
static void
put_address(struct imap *imap, const struct imap_address *address)
{
	imap_put(imap, "(");
	imap_put_unquoted(imap, address->name);
	imap_put(imap, " NIL ");
	if (address->kind == IMAP_ADDRESS && address->mailbox.raw.n == 0)
		imap_put(imap, "\"\"");
	else
		imap_put_unquoted(imap, address->mailbox);
	imap_put(imap, " ");
	/* No host means the start or end of a group. */
	if (address->kind == IMAP_ADDRESS)
		imap_put_string(imap, address->host);
	else
		imap_put(imap, "NIL");
	imap_put(imap, ")");
}

/* One list of addresses, or NIL; a missing one may stand for another. */
static void
put_addresses(struct imap *imap, struct span header, const char *namez,
	const char *elsez)
{
	struct imap_address address;
	struct span list = span_of(NULL, 0);
	bool any = false;

	if (!imap_field_find(header, namez, &list) || list.n == 0)
		if (elsez != NULL)
			(void)imap_field_find(header, elsez, &list);
	while (imap_address_next(&list, &address)) {
		imap_put(imap, any ? "" : "(");
		put_address(imap, &address);
		any = true;
	}
	imap_put(imap, any ? ")" : "NIL");
}

void
imap_put_envelope(struct imap *imap, struct span header)
{
	static const struct {
		const char *namez, *elsez;
	} lists[] = {{"From", NULL}, {"Sender", "From"}, {"Reply-To", "From"},
		{"To", NULL}, {"Cc", NULL}, {"Bcc", NULL}};

	imap_put(imap, "(");
	put_value(imap, header, "Date");
	imap_put(imap, " ");
	put_value(imap, header, "Subject");
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		imap_put(imap, " ");
		put_addresses(imap, header, lists[i].namez, lists[i].elsez);
	}
	imap_put(imap, " ");
	put_value(imap, header, "In-Reply-To");
	imap_put(imap, " ");
	put_value(imap, header, "Message-ID");
	imap_put(imap, ")");
}

/* body-fld-param = "(" string SP string *(SP string SP string) ")" / nil */
static void
put_params(struct imap *imap, struct span params)
{
	struct imap_string value;
	struct span name;
	bool any = false;

	while (imap_param_next(&params, &name, &value)) {
		imap_put(imap, any ? " " : "(");
		imap_put_string(imap, name);
		imap_put(imap, " ");
		if (value.raw.n == 0)
			imap_put(imap, "\"\"");
		else
			imap_put_unquoted(imap, value);
		any = true;
	}
	imap_put(imap, any ? ")" : "NIL");
}

/* The end that both kinds of extension data have: body-fld-dsp, -lang, -loc */
static void
put_extension(struct imap *imap, struct span header)
{
	struct imap_media disposition;
	struct span value;

	imap_put(imap, " ");
	if (imap_field_find(header, "Content-Disposition", &value) &&
		imap_media_parse(value, &disposition)) {
		imap_put(imap, "(");
		imap_put_string(imap, disposition.type);
		imap_put(imap, " ");
		put_params(imap, disposition.params);
		imap_put(imap, ")");
	} else {
		imap_put(imap, "NIL");
	}
	imap_put(imap, " ");
	put_value(imap, header, "Content-Language");
	imap_put(imap, " ");
	put_value(imap, header, "Content-Location");
}

static size_t
line_count(struct span text)
{
	size_t n = 0, at = 0;

	while ((at = span_find(text, at, span_of("\n", 1))) != SIZE_MAX) {
		n++;
		at++;
	}
	return n + (text.n > 0 && text.p[text.n - 1] != '\n');
}

static void put_body(struct imap *imap, const struct imap_entity *entity,
	bool extended, unsigned depth);

/* What text and message/rfc822 say beyond the basic fields. */
static void
put_body_special(struct imap *imap, const struct imap_entity *entity,
	const struct imap_media *media, bool extended, unsigned depth)
{
	struct imap_entity inner;

	if (imap_media_is(media, "message", "rfc822")) {
		inner = imap_entity_of(entity->body);
		imap_put(imap, " ");
		imap_put_envelope(imap, inner.header);
		imap_put(imap, " ");
		put_body(imap, &inner, extended, depth + 1);
	} else if (!imap_media_is(media, "text", NULL)) {
		return;
	}
	imap_put(imap, " %zu", line_count(entity->body));
}

static void
put_body_single(struct imap *imap, const struct imap_entity *entity,
	bool extended, unsigned depth)
{
	struct imap_media media = imap_media_of(entity);
	struct span encoding;

	/* What cannot be taken further apart is shown as bytes. */
	if (imap_media_is(&media, "multipart", NULL) || depth > DEPTH_MAX)
		media = (struct imap_media){span_z("application"),
			span_z("octet-stream"), span_of(NULL, 0)};
	imap_put(imap, "(");
	imap_put_string(imap, media.type);
	imap_put(imap, " ");
	imap_put_string(imap, media.subtype);
	imap_put(imap, " ");
	put_params(imap, media.params);
	imap_put(imap, " ");
	put_value(imap, entity->header, "Content-ID");
	imap_put(imap, " ");
	put_value(imap, entity->header, "Content-Description");
	imap_put(imap, " ");
	if (!imap_field_find(
		    entity->header, "Content-Transfer-Encoding", &encoding) ||
		encoding.n == 0)
		encoding = span_z("7bit");
	imap_put_string(imap, encoding);
	imap_put(imap, " %zu", entity->body.n);
	put_body_special(imap, entity, &media, extended, depth);
	if (extended) {
		imap_put(imap, " ");
		put_value(imap, entity->header, "Content-MD5");
		put_extension(imap, entity->header);
	}
	imap_put(imap, ")");
}

static void
put_body(struct imap *imap, const struct imap_entity *entity, bool extended,
	unsigned depth)
{
	const struct imap_media media = imap_media_of(entity);
	struct imap_entity part = {{NULL, 0}, {NULL, 0}};
	struct imap_walk walk;
	bool any = false;

	if (depth > DEPTH_MAX || !imap_walk_start(entity, &walk)) {
		put_body_single(imap, entity, extended, depth);
		return;
	}
	imap_put(imap, "(");
	while (imap_walk_next(&walk, &part)) {
		put_body(imap, &part, extended, depth + 1);
		any = true;
	}
	/* The grammar wants one part at least. */
	if (!any)
		put_body_single(imap, &part, extended, depth);
	imap_put(imap, " ");
	imap_put_string(imap, media.subtype);
	if (extended) {
		imap_put(imap, " ");
		put_params(imap, media.params);
		put_extension(imap, entity->header);
	}
	imap_put(imap, ")");
}

void
imap_put_body_structure(struct imap *imap, struct span text, bool extended)
{
	const struct imap_entity entity = imap_entity_of(text);

	put_body(imap, &entity, extended, 0);
}
