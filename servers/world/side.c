/* SPDX-License-Identifier: Apache-2.0 */
/* How a listener answers: as the plan has it, as the fault has it. */
#include "world/world.h"

static const struct engine_class *
class_of(const char *protocol)
{
	if (strcmp(protocol, "imap") == 0)
		return &imap_engine;
	if (strcmp(protocol, "pop3") == 0)
		return &pop3_engine;
	if (strcmp(protocol, "https") == 0)
		return &https_engine;
	return &smtp_engine;
}

static void
side_init(struct world *world, struct listener *listener, struct side *side)
{
	const struct plan *plan = world->plan;
	const struct plan_listener *from = listener->plan;

	side->config = (struct engine_config){
		.hostz = from->host,
		.implicit_tls = from->implicit,
		.userz = plan->user,
		.passwordz = plan->password,
		.tokenz = plan->token,
		.mailbox = &world->plan->mailbox,
		.noncez = world->nonce,
		.response = from->response,
		.sink = from->sink,
		.names = from->names,
		.n_names = from->n_names,
	};
	memcpy(side->config.capabilities, from->capabilities,
		sizeof(from->capabilities));
	side->class = class_of(from->protocol);
	side->options = from->tls;
	side->identity = from->identity;
}

/* The service of another port answers on this one. */
static void
side_speak(struct world *world, const struct plan_listener *from,
	const char *protocol, struct side *side)
{
	const struct plan *plan = world->plan;

	side->class = class_of(protocol);
	for (unsigned i = 0; i < plan->listeners; i++) {
		const struct plan_listener *other = &plan->listener[i];

		if (strcmp(other->protocol, protocol) == 0 &&
			other->implicit == from->implicit)
			memcpy(side->config.capabilities, other->capabilities,
				sizeof(other->capabilities));
	}
}

void
side_open(struct world *world, const struct plan_listener *from)
{
	struct listener *listener = &world->listener[world->listeners++];
	const struct fault *fault = &world->plan->fault;
	struct side *struck = &listener->side[SIDE_STRUCK];
	struct side *renewed = &listener->side[SIDE_RENEWED];

	listener->world = world;
	listener->plan = from;
	listener->fd = -1;
	listener->struck =
		world->plan->has_fault && fault_strikes(fault, from->name);
	for (int i = 0; i < SIDES; i++)
		side_init(world, listener, &listener->side[i]);
	if (!listener->struck)
		return;
	if (fault->action == FAULT_SPEAK)
		side_speak(world, from, fault->protocol, struck);
	fault_configure(fault, &struck->config);
	fault_configure_tls(fault, &struck->options, &struck->identity);
	if (fault->action != FAULT_RENEGOTIATE)
		return;
	renewed->options = struck->options;
	if (fault->identity != NULL)
		renewed->identity = fault->identity;
}

/* All listeners of a plan are of one host each; the
 * host of an identity is that of the first listener that shows it. */
static const char *
identity_host(const struct world *world, const char *name)
{
	for (unsigned i = 0; i < world->listeners; i++)
		for (int k = 0; k < SIDES; k++)
			if (strcmp(world->listener[i].side[k].identity, name) ==
				0)
				return world->listener[i].plan->host;
	return NULL;
}

int
side_forge(struct world *world, struct err *err)
{
	const struct plan *plan = world->plan;

	for (unsigned i = 0; i < plan->identities; i++) {
		const char *host = identity_host(world, plan->identity_name[i]);

		if (host == NULL)
			continue;
		if (pki_identity_forge(world->pki, plan->identity[i], host,
			    &world->identity[i], err) != 0)
			return -1;
	}
	return 0;
}

struct tls_context *
side_tls(struct world *world, struct side *side)
{
	const struct plan *plan = world->plan;
	struct err err;

	if (side->tls != NULL)
		return side->tls;
	for (unsigned i = 0; i < plan->identities; i++) {
		struct pki_identity *identity = &world->identity[i];

		if (strcmp(plan->identity_name[i], side->identity) != 0)
			continue;
		side->acceptable = identity->acceptable;
		side->tls = tls_context_new(&side->options, identity->leaf,
			identity->chain, identity->key, &err);
		break;
	}
	if (side->tls == NULL)
		record_error(world, &err);
	return side->tls;
}
