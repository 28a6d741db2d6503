/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the shape of messages: imap_entity_of, imap_field_next, imap_media_of,
 * imap_param_next, imap_walk_next, imap_part_find. Oracles: header and body
 * are the text; fields are the header; parts lie inside, and end. */
#include "harness/oracle.h"
#include "parse/imap_mime.h"

#define DEPTH_MAX 6

static void
header_check(struct span header)
{
	struct imap_field field;
	struct span rest = header, value;
	size_t seen = 0;

	while (imap_field_next(&rest, &field)) {
		oracle(field.whole.n > 0 && field.whole.p == header.p + seen,
			"fields stand one behind the other");
		seen += field.whole.n;
		oracle_inside(field.name, field.whole);
		oracle_inside(field.value, field.whole);
	}
	oracle(seen + rest.n == header.n, "fields are the header");
	if (imap_field_find(header, "Subject", &value))
		oracle_inside(value, header);
}

static void
entity_check(const struct imap_entity *entity, struct span text, int depth)
{
	struct imap_media media = imap_media_of(entity);
	struct imap_string value;
	struct imap_entity part;
	struct imap_walk walk;
	struct span name;
	size_t left = text.n;

	oracle(entity->header.n + entity->body.n == text.n,
		"header and body are the text");
	oracle_inside(entity->header, text);
	oracle_inside(entity->body, text);
	header_check(entity->header);
	while (imap_param_next(&media.params, &name, &value))
		oracle(name.n > 0, "a parameter has a name");
	if (depth == DEPTH_MAX || !imap_walk_start(entity, &walk))
		return;
	while (imap_walk_next(&walk, &part)) {
		struct span whole =
			span_of(part.header.p, part.header.n + part.body.n);

		oracle(left-- > 0, "parts have an end");
		oracle_inside(whole, entity->body);
		entity_check(&part, whole, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t path[] = {1, 2, 1, 1};
	const struct span text = span_of(data, size);
	struct imap_entity entity = imap_entity_of(text);

	entity_check(&entity, text, 0);
	for (unsigned n = 1; n <= 4; n++)
		if (imap_part_find(text, path, n, &entity)) {
			oracle_inside(entity.header, text);
			oracle_inside(entity.body, text);
		}
	return 0;
}
