/* SPDX-License-Identifier: Apache-2.0 */
/* Does the client sleep, or is it only slow? What /proc says of its threads. */
#include <dirent.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "world/world.h"

#define PAUSE_SECONDS 1.0

struct sight {
	bool sleeps;
	/* Sums over the threads: how often they were given a processor, and
	 * the nanoseconds for which they had to wait for it. */
	unsigned long long turns, waited;
};

/* State letter of a thread of our client's session; 0 if it is none. */
static char
thread_state(const char *pid, const char *thread, pid_t session)
{
	char path[80], line[512], state = 0;
	const char *behind;
	int of_session = 0;
	FILE *file;

	(void)snprintf(
		path, sizeof(path), "/proc/%.20s/task/%.20s/stat", pid, thread);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	/* The name may hold anything; fields go on behind its last ')'. */
	if (fgets(line, sizeof(line), file) != NULL &&
		(behind = strrchr(line, ')')) != NULL &&
		sscanf(behind + 1, " %c %*d %*d %d", &state, &of_session) != 2)
		state = 0;
	(void)fclose(file);
	return of_session == session ? state : (char)0;
}

/* A kernel that does not count leaves both sums as they are. */
static void
add_turns(const char *pid, const char *thread, struct sight *sight)
{
	char path[80];
	unsigned long long waited, turns;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/task/%.20s/schedstat",
		pid, thread);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fscanf(file, "%*u %llu %llu", &waited, &turns) == 2) {
		sight->waited += waited;
		sight->turns += turns;
	}
	(void)fclose(file);
}

/*
 * Has it set itself an alarm? Then it waits for no reply, and goes on by
 * itself. Where /proc does not tell (it needs the right to trace), no.
 */
static bool
naps(const char *pid)
{
	char path[64];
	long number = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/syscall", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fscanf(file, "%ld", &number) != 1)
		number = -1;
	(void)fclose(file);
	return number == SYS_nanosleep || number == SYS_clock_nanosleep;
}

/*
 * The first thread says nothing of the others: that of a JVM only waits for
 * them to end.
 */
static void
look_at_process(const char *pid, pid_t session, struct sight *sight)
{
	char path[64];
	DIR *folder;
	struct dirent *entry;
	unsigned threads = 0;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/task", pid);
	folder = opendir(path);
	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL) {
		char state;

		if (entry->d_name[0] == '.')
			continue;
		state = thread_state(pid, entry->d_name, session);
		/* Of what is not ours, nothing more is asked. */
		if (state == 0)
			break;
		threads++;
		if (state == 'R' || state == 'D')
			sight->sleeps = false;
		add_turns(pid, entry->d_name, sight);
	}
	(void)closedir(folder);
	/* Of many threads one may nap for ever, as a runtime's own do. */
	if (threads == 1 && naps(pid))
		sight->sleeps = false;
}

static struct sight
look(pid_t session)
{
	struct sight sight = {.sleeps = true};
	struct dirent *entry;
	DIR *folder;

	if (session == 0)
		return sight;
	folder = opendir("/proc");
	if (folder == NULL)
		return sight;
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			look_at_process(entry->d_name, session, &sight);
	(void)closedir(folder);
	return sight;
}

/*
 * No thread of the client runs or wants to. *waited: the seconds that they all
 * had to wait for a processor since they are there; 0 where nobody counts.
 */
static bool
asleep(const struct world *world, double *waited)
{
	pid_t session = child_session(world);
	struct sight first = look(session), second = look(session);

	*waited = (double)second.waited / 1e9;
	/* Threads that wake each other, or a look that took long, can hide the
	 * one that runs; but not that it ran. */
	return first.sleeps && second.sleeps && first.turns == second.turns;
}

static bool
is_ready(ev_io *watcher)
{
	struct pollfd one = {.fd = watcher->fd, .events = POLLIN};

	return watcher->active != 0 && poll(&one, 1, 0) > 0;
}

/* The client has spoken, but it was not heard yet. */
static bool
is_unheard(struct world *world)
{
	for (unsigned i = 0; i < world->listeners; i++)
		if (is_ready(&world->listener[i].readable))
			return true;
	for (struct conn *conn = world->conns; conn != NULL; conn = conn->next)
		if (is_ready(&conn->readable))
			return true;
	return false;
}

/*
 * How long nothing has to move. Who got a right answer does not wait for us:
 * it may sleep on purpose before its next step, and that step is what a trial
 * is about. Who waits for an answer, or got a wrong one, waits in vain.
 */
static double
patience(const struct world *world)
{
	for (const struct conn *conn = world->conns; conn != NULL;
		conn = conn->next)
		if (!conn->fin_sent && !conn->dead && !conn->awaited)
			return world->plan->quiet;
	return fmax(world->plan->quiet, PAUSE_SECONDS);
}

/*
 * Nothing moves, and the client could have moved something: what it waited for
 * a processor does not count as its silence.
 */
bool
silence_is_over(struct world *world)
{
	double now = transcript_clock() - world->transcript.start, waited;
	bool sleeps = asleep(world, &waited);

	/* When a thread ends, the sum falls. */
	if (world->last_activity > world->looked ||
		waited < world->waited_before)
		world->waited_before = fmin(world->waited, waited);
	world->looked = now;
	world->waited = waited;
	return sleeps && !is_unheard(world) &&
	       now - world->last_activity >=
		       patience(world) + waited - world->waited_before;
}
