/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that are a matter of what a server is told to be. */
#include "fault/fault.h"

#include "proto/reply.h"

/* A whole item, or its first word: "SASL" is "SASL PLAIN LOGIN" too. */
static bool
item_is(const char *item, const char *wordz)
{
	struct span rest = span_z(item), word = span_z(wordz);

	return span_eq_nocase(rest, word) ||
	       span_eq_nocase(span_word(&rest, ' '), word);
}

static void
list_remove(struct engine_capabilities *list, const char *wordz)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < list->n; i++)
		if (!item_is(list->item[i], wordz))
			list->item[kept++] = list->item[i];
	list->n = kept;
}

static void
list_add(struct engine_capabilities *list, const char *item)
{
	if (list->n < ENGINE_CAPABILITIES_MAX)
		list->item[list->n++] = item;
}

static void
change_lists(const struct fault *fault, struct engine_config *config)
{
	for (unsigned phase = 0; phase < PHASES; phase++) {
		struct engine_capabilities *list = &config->capabilities[phase];

		if (!fault->in_phase[phase])
			continue;
		/* A greeting without a list stays one. */
		if (phase == PHASE_GREETING && list->n == 0)
			continue;
		for (unsigned i = 0; i < fault->capabilities; i++) {
			if (fault->action == FAULT_WITHHOLD)
				list_remove(list, fault->capability[i]);
			else
				list_add(list, fault->capability[i]);
		}
		for (unsigned i = 0; i < fault->insteads; i++)
			list_add(list, fault->instead[i]);
	}
}

/* Without a text nothing is refused. */
static void
refusal_add(struct engine_config *config, const char *reply, struct span text,
	enum engine_where where)
{
	if (text.p != NULL && config->refusals < ENGINE_REFUSALS_MAX)
		config->refusal[config->refusals++] =
			(struct engine_refusal){reply, text, where};
}

static void
refuse(const struct fault *fault, struct engine_config *config)
{
	static const enum engine_where where[] = {
		[FAULT_ANY_PHASE] = ENGINE_EVERYWHERE,
		[FAULT_CLEAR] = ENGINE_IN_CLEAR,
		[FAULT_IN_TLS] = ENGINE_IN_TLS};

	refusal_add(config, fault->reply, fault->data, where[fault->phase]);
}

/* The list is that of the state in which the session begins. */
static void
greet(const struct fault *fault, struct engine_config *config)
{
	struct engine_capabilities *list =
		&config->capabilities[fault->greeting == GREETING_PREAUTH
					      ? PHASE_LOGIN
					      : PHASE_CLEAR];

	config->greeting = fault->greeting;
	config->greeting_text = fault->data;
	refusal_add(config, REPLY_SELECT, fault->selected, ENGINE_EVERYWHERE);
	if (fault->capabilities == 0)
		return;
	list->n = 0;
	for (unsigned i = 0; i < fault->capabilities; i++)
		list_add(list, fault->capability[i]);
}

static void
respond(const struct fault *fault, struct engine_response *response)
{
	if (fault->statusz != NULL)
		response->statusz = fault->statusz;
	if (fault->has_headers) {
		memcpy(response->header, fault->header, sizeof(fault->header));
		response->headers = fault->headers;
	}
	if (fault->data.p != NULL)
		response->body = fault->data;
	response->size = (size_t)fault->keep;
	response->framing = fault->framing;
}

void
fault_configure(const struct fault *fault, struct engine_config *config)
{
	switch (fault->action) {
	case FAULT_WITHHOLD:
		refuse(fault, config);
		change_lists(fault, config);
		break;
	case FAULT_ADVERTISE:
		change_lists(fault, config);
		break;
	case FAULT_REFUSE:
		refuse(fault, config);
		break;
	case FAULT_GREET:
		greet(fault, config);
		break;
	case FAULT_RESPOND:
		respond(fault, &config->response);
		break;
	case FAULT_STATUS:
		for (unsigned phase = 0; phase < PHASES; phase++)
			if (fault->in_phase[phase])
				config->deep.statusz[phase] = fault->promises;
		break;
	case FAULT_CLEAR_ON_IMPLICIT:
		config->implicit_tls = false;
		break;
	case FAULT_TLS_ON_CLEAR:
		config->implicit_tls = true;
		break;
	default:
		break;
	}
}

static void
change_tls(const struct tls_options *fault, struct tls_options *options)
{
	if (fault->min_version != 0)
		options->min_version = fault->min_version;
	if (fault->max_version != 0)
		options->max_version = fault->max_version;
	if (fault->ciphersz != NULL)
		options->ciphersz = fault->ciphersz;
	if (fault->suitesz != NULL)
		options->suitesz = fault->suitesz;
	if (fault->groupsz != NULL)
		options->groupsz = fault->groupsz;
	if (fault->signaturesz != NULL)
		options->signaturesz = fault->signaturesz;
	if (fault->dh_bits != 0)
		options->dh_bits = fault->dh_bits;
	for (unsigned i = 0; i < fault->alpns; i++)
		options->alpn[i] = fault->alpn[i];
	if (fault->alpns > 0)
		options->alpns = fault->alpns;
}

void
fault_configure_tls(const struct fault *fault, struct tls_options *options,
	const char **identity)
{
	switch (fault->action) {
	case FAULT_TLS:
		change_tls(&fault->tls, options);
		break;
	case FAULT_DOWNGRADE:
		options->downgrade = true;
		break;
	case FAULT_NO_RENEGOTIATION_INFO:
		options->no_renegotiation_info = true;
		options->max_version = 0x0303; /* 1.3 has no such thing */
		break;
	case FAULT_RENEGOTIATE:
		options->max_version = 0x0303; /* 1.3 has no such thing */
		break;
	case FAULT_ALPN:
		options->alpn_selectz = fault->tls.alpn_selectz;
		options->alpn_refuse = fault->tls.alpn_refuse;
		break;
	case FAULT_SNI:
		options->sni_refuse = true;
		break;
	case FAULT_REQUEST_CERTIFICATE:
		options->request_certificate = true;
		break;
	case FAULT_ALERT:
		if (fault->point == POINT_HELLO && !fault->warning)
			options->hello_alert = (int)fault->description;
		break;
	case FAULT_CERTIFICATE:
		*identity = fault->identity;
		change_tls(&fault->tls, options);
		break;
	default:
		break;
	}
}
