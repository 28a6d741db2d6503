/* SPDX-License-Identifier: Apache-2.0 */
/* What all engines share: the capability lists, refusals, and plain actions. */
#include "proto/engine.h"

static const struct engine_capabilities *
engine_list(const struct engine_config *config, enum engine_phase phase)
{
	return &config->capabilities[phase];
}

bool
engine_offers(const struct engine_config *config, enum engine_phase phase,
	const char *wordz)
{
	const struct engine_capabilities *list = engine_list(config, phase);
	struct span rest;

	for (unsigned i = 0; i < list->n; i++) {
		rest = span_z(list->item[i]);
		if (span_eq_nocase(span_word(&rest, ' '), span_z(wordz)))
			return true;
	}
	return false;
}

/*
 * Does this item list the mechanism? "SASL PLAIN LOGIN" (POP3) and "AUTH PLAIN
 * LOGIN" (SMTP) do so in words, "AUTH=PLAIN" (IMAP) behind the sign; old SMTP
 * servers write "AUTH=PLAIN LOGIN", which therefore works as well.
 */
static bool
item_lists(struct span item, struct span mechanism)
{
	const struct span sign = span_z("AUTH=");
	struct span word = span_word(&item, ' ');

	if (span_has_prefix_nocase(word, sign)) {
		if (span_eq_nocase(span_cut(word, sign.n, word.n), mechanism))
			return true;
	} else if (!span_eq_nocase(word, span_z("AUTH")) &&
		   !span_eq_nocase(word, span_z("SASL"))) {
		return false;
	}
	while (item.n > 0)
		if (span_eq_nocase(span_word(&item, ' '), mechanism))
			return true;
	return false;
}

bool
engine_mechanism_offered(const struct engine_config *config,
	enum engine_phase phase, struct span mechanism)
{
	const struct engine_capabilities *list = engine_list(config, phase);

	if (mechanism.n == 0)
		return false;
	for (unsigned i = 0; i < list->n; i++)
		if (item_lists(span_z(list->item[i]), mechanism))
			return true;
	return false;
}

const struct engine_refusal *
engine_refusal_of(
	const struct engine_config *config, const char *reply, bool in_tls)
{
	const enum engine_where other =
		in_tls ? ENGINE_IN_CLEAR : ENGINE_IN_TLS;

	for (unsigned i = 0; i < config->refusals; i++)
		if (config->refusal[i].where != other &&
			strcmp(config->refusal[i].reply, reply) == 0)
			return &config->refusal[i];
	return NULL;
}

/* Of DEEP; of MUA-STS in the text; in registrations and examples. */
const char *const engine_deep_imap[3] = {"DEEP", "STS", "STS"};
const char *const engine_deep_pop3[3] = {"DEEP", "DEEP", "STS"};
const char *const engine_deep_smtp[3] = {"DEEP", "MSTS", "MSTS"};

static bool
deep_is_sts(const struct engine_deep *deep)
{
	return deep->dialect == LK_LATCH_05 || deep->dialect == LK_LATCH_06;
}

bool
engine_deep_item(const struct engine_config *config, enum engine_phase phase,
	const char *const words[3], const char **word_r, const char **status_r)
{
	const struct engine_deep *deep = &config->deep;

	if (deep->statusz[phase] == NULL)
		return false;
	*word_r = !deep_is_sts(deep)     ? words[0]
		  : deep->as_in_examples ? words[2]
					 : words[1];
	*status_r = deep->statusz[phase];
	return true;
}

const char *
engine_deep_field(const struct engine_deep *deep)
{
	if (deep_is_sts(deep))
		return deep->as_in_examples ? "sts-policy" : "sts";
	return deep->as_in_examples ? "deep-status" : "deep";
}

void
engine_send(const struct engine_sink *out, const char *reply, struct span tag,
	struct span bytes)
{
	const struct action action = {.kind = ACTION_SEND,
		.name = reply,
		.word = tag,
		.bytes = bytes};

	out->act(out->self, &action);
}

void
engine_note(const struct engine_sink *out, const char *name, struct span word,
	struct span bytes)
{
	const struct action action = {.kind = ACTION_NOTE,
		.name = name,
		.word = word,
		.bytes = bytes};

	out->act(out->self, &action);
}
