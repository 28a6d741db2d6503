/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev2"
 *			*(SP capability)
 * (RFC 9051 section 9); with IMAP4rev1 in RFC 3501. A capability is an atom.
 */
#include "parse/imap_value.h"

#include "parse/out.h"
#include "parse/stop.h"

#include "core/span.h"

static const char command[] = "CAPABILITY";

/* The atoms behind the command, each with its blank: as below. */
static ssize_t
atoms_read(struct span s, size_t at, struct lk_imap_capability *list_r,
	struct lk_result *r)
{
	const size_t first = at + 1;
	bool is_first = false, is_there = false;
	struct span atom;
	size_t start;

	while (at < s.n && s.p[at] != '\r') {
		if (s.p[at] != ' ')
			return result_stop(
				r, LK_BAD, LK_IMAP_CAPABILITY_ATOM, at);
		for (start = ++at; is_atom_char(span_at(s, at));)
			at++;
		if (at == start)
			return result_unfit(
				r, span_at(s, at), LK_IMAP_CAPABILITY_ATOM, at);
		atom = span_cut(s, start, at);
		if (span_eq_nocase(atom, span_z("IMAP4"))) {
			is_first |= start == first;
			is_there = true;
		}
		list_r->rev1 |= span_eq_nocase(atom, span_z("IMAP4rev1"));
		list_r->rev2 |= span_eq_nocase(atom, span_z("IMAP4rev2"));
	}
	if (!list_r->rev1 && !list_r->rev2)
		return result_unfit(
			r, span_at(s, at), LK_IMAP_CAPABILITY_VERSION, at);
	if (is_there && !is_first)
		result_open(r, LK_READING_IMAP_CAPABILITY_FIRST);
	return (ssize_t)at;
}

ssize_t
imap_capability_read(struct span s, size_t at,
	struct lk_imap_capability *list_r, struct lk_result *r)
{
	ssize_t n;

	for (size_t i = 0; i < sizeof(command) - 1; i++, at++)
		if (!is_alpha(span_at(s, at)) ||
			upper_of(s.p[at]) != (uint8_t)command[i])
			return result_unfit(
				r, span_at(s, at), LK_IMAP_CAPABILITY_ATOM, at);
	n = atoms_read(s, at, list_r, r);
	if (n >= 0)
		list_r->words = span_cut(s, at + 1, (size_t)n);
	return n;
}

ssize_t
lk_imap_capability_parse(struct span input, struct lk_result *out_r)
{
	ssize_t n;

	result_start(out_r);
	n = imap_capability_read(input, 0, &out_r->imap_capability, out_r);
	if (n < 0)
		return n;
	if ((size_t)n < input.n)
		return result_stop(
			out_r, LK_BAD, LK_IMAP_CAPABILITY_ATOM, (size_t)n);
	return result_done(out_r, (size_t)n);
}

size_t
lk_imap_capability_print(
	const struct lk_result *value, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);

	out_z(&out, command);
	out_byte(&out, ' ');
	out_upper(&out, value->imap_capability.words);
	return out.n;
}

size_t
lk_imap_capability_json(const struct lk_result *value, char *out_r, size_t size)
{
	const struct lk_imap_capability *list = &value->imap_capability;
	struct out out = out_to(out_r, size);
	struct span rest = list->words;

	out_open(&out, '{');
	out_name(&out, "rev1");
	out_bool(&out, list->rev1);
	out_name(&out, "rev2");
	out_bool(&out, list->rev2);
	out_name(&out, "capabilities");
	out_open(&out, '[');
	while (rest.n > 0)
		out_string_upper(&out, span_word(&rest, ' '));
	out_z(&out, "]}");
	return out.n;
}
