/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DEEP and MUA-STS in the world: what the servers advertise in this run, and
 * what a client that latches has to make of each connection (latch/latch.h).
 */
#include "world/world.h"

static const char *const verdicts[] = {"proceed", "warn", "refuse"};

/* The status of this run, of n. */
static const char *
of_run(const struct world *world, const char *const *statuses, unsigned n)
{
	const unsigned run = world->run > 0 ? (unsigned)world->run - 1 : 0;

	return statuses[run < n ? run : n - 1];
}

void
latch_configure(struct conn *conn, const struct fault *fault)
{
	const struct world *world = conn->world;
	const struct plan_deep *plan = &world->plan->deep;
	struct engine_deep *deep = &conn->side->config.deep;
	const char *inside, *before;

	if (!plan->spoken)
		return;
	inside = of_run(world, plan->status, plan->statuses);
	before = plan->clears == 0 ? inside
				   : of_run(world, plan->clear, plan->clears);
	deep->dialect = plan->dialect;
	deep->as_in_examples = plan->as_in_examples;
	for (unsigned phase = 0; phase < PHASES; phase++)
		deep->statusz[phase] =
			phase == PHASE_GREETING || phase == PHASE_CLEAR
				? before
				: inside;
	if (fault != NULL && fault->action == FAULT_STATUS)
		fault_configure(fault, &conn->side->config);
}

/* One state for each host, whatever the port and the protocol. */
static struct lk_latch_state *
state_of(const struct conn *conn)
{
	struct world *world = conn->world;
	unsigned i = 0;

	while (strcmp(world->listener[i].plan->host,
		       conn->listener->plan->host) != 0)
		i++;
	return &world->latch[i];
}

static void
record_set(struct transcript *t, const char *key, uint32_t set,
	const char *(*name)(unsigned number))
{
	transcript_list(t, key);
	for (unsigned i = 0; name(i) != NULL; i++)
		if (set >> i & 1)
			transcript_item(t, name(i));
	transcript_list_end(t);
}

static void
record_latch(struct conn *conn, const struct lk_latch_state *state,
	const struct lk_latch_outcome *outcome)
{
	struct transcript *t = record_conn(conn, "latch");

	transcript_text(t, "verdict", verdicts[outcome->verdict]);
	record_set(t, "stored", state->promises, lk_latch_promise_name);
	record_set(t, "unmet", outcome->unmet, lk_latch_promise_name);
	record_set(t, "added", outcome->added, lk_latch_promise_name);
	record_set(t, "flaws", outcome->flaws, lk_latch_flaw_name);
	record_set(t, "open", conn->world->latch_open, lk_latch_reading_name);
	if (state->url_n > 0)
		transcript_bytes(t, "url", span_of(state->url, state->url_n));
	else
		transcript_null(t, "url");
	(void)transcript_end(t);
}

/* Does a secure TLSA record of this port name the certificate shown? The
 * host is right: whose certificate is named there needs no name in it (RFC 7671
 * section 5.1). */
static bool
is_dane(const struct conn *conn)
{
	const struct plan *plan = conn->world->plan;
	const struct plan_listener *listener = conn->listener->plan;
	char name[300];

	(void)snprintf(name, sizeof(name), "_%ld._tcp.%s", listener->port,
		listener->host);
	for (unsigned i = 0; plan->dns_secure && i < plan->dns_records; i++)
		if (strcmp(plan->dns_record[i].name, name) == 0 &&
			span_eq(plan->dns_identity[i],
				span_z(conn->side->identity)))
			return true;
	return false;
}

void
latch_begin(struct conn *conn)
{
	const struct plan_deep *plan = &conn->world->plan->deep;
	struct lk_latch_state *state = state_of(conn);
	struct lk_latch_session *session = &conn->latch;
	struct lk_latch_state same;
	struct lk_latch_outcome outcome;
	struct tls_facts facts;

	if (!plan->spoken)
		return;
	*session = (struct lk_latch_session){
		.dialect = plan->dialect, .level = plan->level};
	if (conn->handshake == HANDSHAKE_DONE) {
		facts = tls_session_facts(conn->tls);
		session->version = facts.version;
		session->key_bits = facts.key_bits;
		session->pkix = conn->channel == CHANNEL_TLS_GOOD;
		session->dane = is_dane(conn);
	}
	lk_latch_session(state, session, &same, &outcome);
	record_latch(conn, state, &outcome);
}

void
latch_status(struct conn *conn, struct span status)
{
	struct lk_latch_state *state = state_of(conn);
	struct lk_latch_session session = conn->latch;
	struct lk_latch_outcome outcome;

	/* What comes before TLS anybody may have written. */
	if (conn->handshake != HANDSHAKE_DONE)
		return;
	session.status = status;
	lk_latch_session(state, &session, state, &outcome);
	conn->world->latch_open |= outcome.readings;
	record_latch(conn, state, &outcome);
}
