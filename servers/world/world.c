/* SPDX-License-Identifier: Apache-2.0 */
/* Building the world, running it, ending it. */
#include "world/world.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define VERSION "1"
#define DRAIN_SECONDS 0.25
#define TRANSCRIPT_ROOM 65536 /* bytes; most trials need one write */

/* The root, where clients look for those whom they trust. */
static int
plant_root(struct world *world, struct err *err)
{
	const struct plan *plan = world->plan;

	if (world->options.root != NULL &&
		pki_world_keep(world->pki, world->options.root, err) != 0)
		return -1;
	if (world->options.rsa != NULL &&
		access(world->options.rsa, F_OK) == 0 &&
		pki_world_spare(world->pki, world->options.rsa, err) != 0)
		return -1;
	if (plan->trust_bundle == NULL)
		return 0;
	return pki_world_install(
		world->pki, plan->trust_bundle, plan->trust_folder, err);
}

static void
make_nonce(struct world *world)
{
	uint8_t bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		memset(bytes, 0x5a, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(world->nonce + 2 * i, 3, "%02x", bytes[i]);
}

static FILE *
open_file(const char *folder, const char *name, struct err *err)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (file == NULL)
		(void)err_set(err, ERR_IO, "cannot write %.150s: %s", path,
			strerror(errno));
	return file;
}

static int
open_files(struct world *world, struct err *err)
{
	char path[4096];

	world->transcript_file =
		open_file(world->out_folder, "transcript.jsonl", err);
	if (world->transcript_file == NULL)
		return -1;
	(void)setvbuf(world->transcript_file, NULL, _IOFBF, TRANSCRIPT_ROOM);
	transcript_init(&world->transcript, world->transcript_file);
	world->keys = open_file(world->out_folder, "keys.log", err);
	if (world->keys == NULL)
		return -1;
	if (!world->options.pcap)
		return 0;
	(void)snprintf(
		path, sizeof(path), "%s/capture.pcapng", world->out_folder);
	world->pcap = pcapng_new(path, (double)time(NULL), err);
	return world->pcap != NULL ? 0 : -1;
}

static void
record_begin(struct world *world)
{
	struct transcript *t = record_world(world, "world");

	transcript_text(t, "version", VERSION);
	transcript_text(t, "plan", world->plan->id);
	(void)transcript_end(t);
	if (!world->plan->has_fault)
		return;
	t = record_world(world, "fault.armed");
	transcript_text(t, "do", world->plan->fault.word);
	(void)transcript_end(t);
}

/* What was sent to us by now is still read; the second one does not wait. */
static void
on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct world *world = watcher->data;

	(void)events;
	if (world->ending)
		ev_break(loop, EVBREAK_ALL);
	else
		world_end_soon(world);
}

/* Frees dead connections between two rounds of the loop. */
static void
on_sweep(struct ev_loop *loop, ev_prepare *watcher, int events)
{
	struct world *world = watcher->data;
	struct conn *next;

	(void)events;
	for (struct conn *conn = world->conns; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->dead)
			conn_free(conn);
	}
	if (world->ending && world->conns == NULL)
		ev_break(loop, EVBREAK_ALL);
}

static void
watchers_start(struct world *world)
{
	ev_signal_init(&world->term, on_signal, SIGTERM);
	ev_signal_init(&world->interrupt, on_signal, SIGINT);
	ev_prepare_init(&world->sweep, on_sweep);
	world->term.data = world->interrupt.data = world->sweep.data = world;
	ev_signal_start(world->loop, &world->term);
	ev_signal_start(world->loop, &world->interrupt);
	ev_prepare_start(world->loop, &world->sweep);
}

int
world_open(struct world *world, struct pki_world *pki, struct plan *plan,
	const char *out_folder, const struct world_options *options,
	struct err *err)
{
	world->pki = pki;
	world->plan = plan;
	world->out_folder = out_folder;
	world->options = *options;
	world->no_mail.uid_validity = plan->mailbox.uid_validity;
	world->loop = ev_default_loop(EVFLAG_AUTO);
	if (world->loop == NULL)
		return err_set(err, ERR_IO, "no event loop");
	/* From here on a signal ends the world in order. */
	watchers_start(world);
	make_nonce(world);
	for (unsigned i = 0; i < plan->listeners; i++)
		side_open(world, &plan->listener[i]);
	if (open_files(world, err) != 0)
		return -1;
	record_begin(world);
	world->refused_at_start = kernel_refused_attempts();
	if (listen_all(world, err) != 0 || dns_port_open(world, err) != 0)
		return -1;
	return plant_root(world, err);
}

void
world_look_for_refusals(struct world *world)
{
	const struct plan *plan = world->plan;
	long seen;

	if (!plan->has_fault || plan->fault.action != FAULT_REFUSE_CONNECTION)
		return;
	seen = kernel_refused_attempts() - world->refused_at_start;
	if (seen <= world->refused_seen)
		return;
	world->refused_seen = seen;
	if (!world->fault_delivered)
		record_delivered(world, NULL, span_z("connection refused"));
}

static void
hang_up_all(struct world *world)
{
	struct conn *next;

	for (struct conn *conn = world->conns; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->fin_sent || conn->dead)
			continue;
		ev_timer_stop(world->loop, &conn->pause);
		conn_drop_queue(conn);
		conn_hang_up(conn);
		conn_work(conn);
	}
}

static bool
has_open_conn(const struct world *world)
{
	for (const struct conn *conn = world->conns; conn != NULL;
		conn = conn->next)
		if (!conn->fin_sent && !conn->dead)
			return true;
	return false;
}

/*
 * The fault was delivered, nothing moves, and the client sleeps: it waits for
 * something that will not come. Hanging up ends the wait.
 */
static void
on_quiet(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct world *world = timer->data;

	(void)loop;
	(void)events;
	world_look_for_refusals(world);
	if (!world->fault_delivered || !has_open_conn(world) ||
		!silence_is_over(world))
		return;
	(void)record_world(world, "quiet");
	(void)transcript_end(&world->transcript);
	hang_up_all(world);
}

static void
on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct world *world = timer->data;

	(void)loop;
	(void)events;
	(void)record_world(world, "deadline");
	(void)transcript_end(&world->transcript);
	world->stopped = true;
	child_kill(world);
}

static void
on_drain(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

void
world_end_soon(struct world *world)
{
	world_look_for_refusals(world);
	world->ending = true;
	for (struct conn *conn = world->conns; conn != NULL;
		conn = conn->next) {
		ev_timer_stop(world->loop, &conn->pause);
		conn_drop_queue(conn);
		conn_work(conn);
	}
	ev_timer_start(world->loop, &world->drain);
}

static void
timers_start(struct world *world)
{
	struct plan *plan = world->plan;

	ev_timer_init(&world->quiet, on_quiet, plan->quiet, plan->quiet / 2);
	ev_timer_init(&world->deadline, on_deadline, plan->deadline, 0);
	ev_timer_init(&world->drain, on_drain, DRAIN_SECONDS, 0);
	world->quiet.data = world->deadline.data = world;
	if (plan->client.args == 0)
		return;
	ev_timer_start(world->loop, &world->quiet);
	ev_timer_start(world->loop, &world->deadline);
}

static void
record_end(struct world *world)
{
	struct transcript *t;
	long refused = kernel_refused_attempts() - world->refused_at_start;

	/* Elsewhere the counter is that of the whole machine. */
	if (world->options.bind == NULL && refused > 0) {
		t = record_world(world, "refused");
		transcript_number(t, "attempts", refused);
		(void)transcript_end(t);
	}
	t = record_world(world, "end");
	transcript_seconds(t, "seconds", t->last);
	(void)transcript_end(t);
}

void
world_turn(struct world *world)
{
	for (unsigned i = 0; world->run > 1 && i < world->listeners; i++) {
		struct listener *listener = &world->listener[i];
		const struct span before = listener->plan->response.body;

		/* A fault may have put its own in the place. */
		for (int k = 0; k < 2 && listener->plan->later.n > 0; k++)
			if (listener->side[k].config.response.body.p ==
				before.p)
				listener->side[k].config.response.body =
					listener->plan->later;
	}
}

int
world_run(struct world *world, struct err *err)
{
	/* First the identities: an RSA key may take seconds, and a client that
	 * has started asks for names that only the loop can answer. */
	if (side_forge(world, err) != 0 || associate(world, err) != 0 ||
		(world->plan->client.args > 0 &&
			child_start(world, err) != 0)) {
		record_error(world, err);
		record_end(world);
		return -1;
	}
	ev_now_update(world->loop);
	timers_start(world);
	ev_run(world->loop, 0);
	record_end(world);
	return 0;
}

void
world_close(struct world *world)
{
	struct err err;

	if (world->loop == NULL)
		return;
	while (world->conns != NULL)
		conn_free(world->conns);
	child_free(world);
	listen_close(world);
	dns_port_close(world);
	associate_fini(world);
	for (unsigned i = 0; i < world->listeners; i++)
		for (int k = 0; k < SIDES; k++)
			tls_context_free(world->listener[i].side[k].tls);
	for (unsigned i = 0; i < PLAN_IDENTITIES_MAX; i++)
		pki_identity_fini(&world->identity[i]);
	pki_identity_fini(&world->client);
	if (pcapng_free(world->pcap, &err) != 0)
		(void)fprintf(stderr, "mockworld: %s\n", err.text);
	transcript_fini(&world->transcript);
	if (world->transcript_file != NULL)
		(void)fclose(world->transcript_file);
	if (world->keys != NULL)
		(void)fclose(world->keys);
	ev_loop_destroy(world->loop);
	world->loop = NULL;
}
