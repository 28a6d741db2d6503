/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One writer for each extension and one table that knows them; a recipe
 * that says `name = false` goes without.
 */
#include "pki/extension.h"

#include "pki/name.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define PATHLEN_MAX 127

static int
basic_write(struct der *d, const struct spot *at, const json_t *value,
	const struct pki_key_ids *ids)
{
	static const struct field fields[] = {
		{"ca", FIELD_FLAG, "true or false"},
		{"pathlen", FIELD_NUMBER, "a number, 0 to 127"},
	};
	const json_t *pathlen = json_object_get(value, "pathlen");
	json_int_t number = json_integer_value(pathlen);
	static const uint8_t yes = 0xff;
	size_t mark = der_open(d, DER_SEQUENCE);

	(void)ids;
	if (spot_check(at, value, fields, COUNT(fields)) != 0)
		return -1;
	if (number < 0 || number > PATHLEN_MAX)
		return spot_fail(at, "pathlen must be 0 to %d", PATHLEN_MAX);
	if (json_is_true(json_object_get(value, "ca")))
		der_put(d, DER_BOOLEAN, span_of(&yes, 1));
	if (pathlen != NULL)
		der_small(d, (unsigned)number);
	der_close(d, mark);
	return 0;
}

static int
usage_write(struct der *d, const struct spot *at, const json_t *value,
	const struct pki_key_ids *ids)
{
	static const char *const words[] = {"digital-signature",
		"content-commitment", "key-encipherment", "data-encipherment",
		"key-agreement", "key-cert-sign", "crl-sign", "encipher-only",
		"decipher-only"};
	uint8_t octets[2] = {0, 0};
	struct spot sub;
	int bit, last = -1;

	(void)ids;
	for (size_t i = 0; i < json_array_size(value); i++) {
		sub = spot_item(at, i);
		bit = spot_choice(
			&sub, json_array_get(value, i), words, COUNT(words));
		if (bit < 0)
			return -1;
		octets[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		last = bit > last ? bit : last;
	}
	/* X.690 11.2.2: a list of named bits has no trailing zeros. */
	der_bits(d, span_of(octets, (size_t)(last + 8) / 8),
		last < 0 ? 0 : 7 - (unsigned)last % 8);
	return 0;
}

static const char *
purpose_oid(const char *wordz)
{
	static const char *const purposes[][2] = {
		{"server-auth", "1.3.6.1.5.5.7.3.1"},
		{"client-auth", "1.3.6.1.5.5.7.3.2"},
		{"code-signing", "1.3.6.1.5.5.7.3.3"},
		{"email-protection", "1.3.6.1.5.5.7.3.4"},
		{"time-stamping", "1.3.6.1.5.5.7.3.8"},
		{"ocsp-signing", "1.3.6.1.5.5.7.3.9"},
		{"any", "2.5.29.37.0"},
	};

	for (size_t i = 0; i < COUNT(purposes); i++)
		if (strcmp(purposes[i][0], wordz) == 0)
			return purposes[i][1];
	return wordz;
}

static int
purpose_write(struct der *d, const struct spot *at, const json_t *value,
	const struct pki_key_ids *ids)
{
	size_t mark = der_open(d, DER_SEQUENCE);
	const char *wordz;
	struct spot sub;

	(void)ids;
	for (size_t i = 0; i < json_array_size(value); i++) {
		sub = spot_item(at, i);
		if (spot_text(&sub, json_array_get(value, i), &wordz) != 0)
			return -1;
		if (der_oid(d, purpose_oid(wordz)) != 0)
			return spot_fail(&sub,
				"must be server-auth, client-auth, "
				"email-protection, any, … or an OID");
	}
	der_close(d, mark);
	return 0;
}

static int
names_write(struct der *d, const struct spot *at, const json_t *value,
	const struct pki_key_ids *ids)
{
	size_t mark = der_open(d, DER_SEQUENCE);
	struct spot sub;

	(void)ids;
	for (size_t i = 0; i < json_array_size(value); i++) {
		sub = spot_item(at, i);
		if (pki_general_name_write(d, &sub, json_array_get(value, i)) !=
			0)
			return -1;
	}
	der_close(d, mark);
	return 0;
}

static int
subtrees_write(
	struct der *d, const struct spot *at, unsigned tag, const json_t *list)
{
	size_t mark, subtree;
	struct spot sub;

	if (list == NULL)
		return 0;
	mark = der_open(d, tag);
	for (size_t i = 0; i < json_array_size(list); i++) {
		sub = spot_item(at, i);
		subtree = der_open(d, DER_SEQUENCE);
		if (pki_general_name_write(d, &sub, json_array_get(list, i)) !=
			0)
			return -1;
		der_close(d, subtree);
	}
	der_close(d, mark);
	return 0;
}

static int
constraints_write(struct der *d, const struct spot *at, const json_t *value,
	const struct pki_key_ids *ids)
{
	static const struct field fields[] = {
		{"permitted", FIELD_LIST, "a list like [\"dns:{domain}\"]"},
		{"excluded", FIELD_LIST, "a list like [\"dns:{domain}\"]"},
	};
	size_t mark = der_open(d, DER_SEQUENCE);
	struct spot sub;

	(void)ids;
	if (spot_check(at, value, fields, COUNT(fields)) != 0)
		return -1;
	for (unsigned i = 0; i < COUNT(fields); i++) {
		sub = spot_key(at, fields[i].key);
		if (subtrees_write(d, &sub, DER_CONTEXT_OF + i,
			    json_object_get(value, fields[i].key)) != 0)
			return -1;
	}
	der_close(d, mark);
	return 0;
}

static int
policies_write(struct der *d, const struct spot *at, const json_t *value,
	const struct pki_key_ids *ids)
{
	size_t mark = der_open(d, DER_SEQUENCE), policy;
	const char *oidz;
	struct spot sub;

	(void)ids;
	for (size_t i = 0; i < json_array_size(value); i++) {
		sub = spot_item(at, i);
		if (spot_text(&sub, json_array_get(value, i), &oidz) != 0)
			return -1;
		policy = der_open(d, DER_SEQUENCE);
		if (der_oid(d, oidz) != 0)
			return spot_fail(&sub, "must be an OID");
		der_close(d, policy);
	}
	der_close(d, mark);
	return 0;
}

/* The id itself, or the bytes that the recipe gives instead. */
static int
id_write(struct der *d, const struct spot *at, unsigned tag,
	const json_t *value, const uint8_t id[20])
{
	size_t mark = der_open(d, tag);
	const char *textz;

	if (!json_is_string(value))
		der_raw(d, span_of(id, 20));
	else if (spot_text(at, value, &textz) != 0 ||
		 spot_expand(at, span_z(textz), &d->buf) != 0)
		return -1;
	der_close(d, mark);
	return 0;
}

static int
subject_id_write(struct der *d, const struct spot *at, const json_t *value,
	const struct pki_key_ids *ids)
{
	return id_write(d, at, DER_OCTETS, value, ids->subject);
}

static int
authority_id_write(struct der *d, const struct spot *at, const json_t *value,
	const struct pki_key_ids *ids)
{
	size_t mark = der_open(d, DER_SEQUENCE);
	int result = id_write(d, at, DER_CONTEXT + 0, value, ids->issuer);

	der_close(d, mark);
	return result;
}

static const struct extension {
	const char *namez;
	const char *oidz;
	int (*write)(struct der *d, const struct spot *at, const json_t *value,
		const struct pki_key_ids *ids);
} extensions[] = {
	{"basic_constraints", "2.5.29.19", basic_write},
	{"key_usage", "2.5.29.15", usage_write},
	{"eku", "2.5.29.37", purpose_write},
	{"san", "2.5.29.17", names_write},
	{"name_constraints", "2.5.29.30", constraints_write},
	{"policies", "2.5.29.32", policies_write},
	{"subject_key_id", "2.5.29.14", subject_id_write},
	{"authority_key_id", "2.5.29.35", authority_id_write},
};

/* Is the word in the list? */
static bool
list_has(const json_t *list, const char *wordz)
{
	const char *textz;

	for (size_t i = 0; i < json_array_size(list); i++) {
		textz = json_string_value(json_array_get(list, i));
		if (textz != NULL && strcmp(textz, wordz) == 0)
			return true;
	}
	return false;
}

/* Everything of an Extension in front of its value. */
static int
head_write(struct der *d, const char *oidz, bool critical)
{
	static const uint8_t yes = 0xff;

	if (der_oid(d, oidz) != 0)
		return -1;
	if (critical)
		der_put(d, DER_BOOLEAN, span_of(&yes, 1));
	return 0;
}

static int
known_write(struct der *d, const struct spot *at, const struct extension *kind,
	const json_t *part, const struct pki_key_ids *ids)
{
	const json_t *value = json_object_get(part, kind->namez);
	struct spot sub = spot_key(at, kind->namez);
	size_t mark, octets;

	if (value == NULL || json_is_false(value))
		return 0;
	mark = der_open(d, DER_SEQUENCE);
	if (head_write(d, kind->oidz,
		    list_has(json_object_get(part, "critical"), kind->namez)) !=
		0)
		return err_set(at->err, ERR_INTERNAL, "OID %s", kind->oidz);
	octets = der_open(d, DER_OCTETS);
	if (kind->write(d, &sub, value, ids) != 0)
		return -1;
	der_close(d, octets);
	der_close(d, mark);
	return 0;
}

static int
extra_write(struct der *d, const struct spot *at, const json_t *extra)
{
	static const struct field fields[] = {
		{"oid", FIELD_TEXT, "an OID"},
		{"critical", FIELD_FLAG, "true or false"},
		{"value", FIELD_TEXT, "DER, such as \"{hex:0500}\""},
	};
	const char *oidz, *valuez;
	size_t mark = der_open(d, DER_SEQUENCE), octets;
	struct spot sub = spot_key(at, "oid");

	if (spot_check(at, extra, fields, COUNT(fields)) != 0 ||
		spot_text(&sub, json_object_get(extra, "oid"), &oidz) != 0)
		return -1;
	if (head_write(d, oidz,
		    json_is_true(json_object_get(extra, "critical"))) != 0)
		return spot_fail(&sub, "must be an OID");
	sub = spot_key(at, "value");
	octets = der_open(d, DER_OCTETS);
	if (spot_text(&sub, json_object_get(extra, "value"), &valuez) != 0 ||
		spot_expand(&sub, span_z(valuez), &d->buf) != 0)
		return -1;
	der_close(d, octets);
	der_close(d, mark);
	return 0;
}

/* The words of `critical` and `repeat` must be names of extensions. */
static int
words_check(const struct spot *at, const json_t *part, const char *key)
{
	const char *words[COUNT(extensions)];
	const json_t *list = json_object_get(part, key);
	struct spot sub = spot_key(at, key), item;

	for (size_t i = 0; i < COUNT(extensions); i++)
		words[i] = extensions[i].namez;
	for (size_t i = 0; i < json_array_size(list); i++) {
		item = spot_item(&sub, i);
		if (spot_choice(&item, json_array_get(list, i), words,
			    COUNT(words)) < 0)
			return -1;
	}
	return 0;
}

int
pki_extensions_write(struct der *d, const struct spot *at, const json_t *part,
	const struct pki_key_ids *ids)
{
	const json_t *repeat = json_object_get(part, "repeat");
	const json_t *extra = json_object_get(part, "extra");
	size_t start = d->buf.n, field, list, empty;
	struct spot sub = spot_key(at, "extra"), item;

	if (words_check(at, part, "critical") != 0 ||
		words_check(at, part, "repeat") != 0)
		return -1;
	field = der_open(d, DER_CONTEXT_OF + 3);
	list = der_open(d, DER_SEQUENCE);
	empty = d->buf.n;
	for (size_t i = 0; i < COUNT(extensions); i++)
		for (int n = list_has(repeat, extensions[i].namez) ? 2 : 1;
			n > 0; n--)
			if (known_write(d, at, &extensions[i], part, ids) != 0)
				return -1;
	for (size_t i = 0; i < json_array_size(extra); i++) {
		item = spot_item(&sub, i);
		if (extra_write(d, &item, json_array_get(extra, i)) != 0)
			return -1;
	}
	if (d->buf.n == empty) {
		d->buf.n = start;
		return 0;
	}
	der_close(d, list);
	der_close(d, field);
	return 0;
}
