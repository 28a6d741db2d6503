/* SPDX-License-Identifier: Apache-2.0 */
/* Does the client sleep, or is it only slow? What /proc says of its threads. */
#include <dirent.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "world/world.h"

#define PAUSE_SECONDS 1.0
#define CROWD_MAX 8.0
#define DEPTH_MAX 32
#define THREAD_ROOM 80 /* for "/proc/N/task/N" */
#define FILE_ROOM (THREAD_ROOM + 16)

struct sight {
	bool sleeps;
	/* Sums over the threads: how often they were given a processor, and
	 * the nanoseconds for which they had to wait for it. */
	unsigned long long turns, waited;
};

/* Letter of a thread's state; 0 if it is gone. */
static char
thread_state(const char *thread)
{
	char path[FILE_ROOM], line[512], state = 0;
	const char *behind;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/stat", thread);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	/* The name may hold anything; fields go on behind its last ')'. */
	if (fgets(line, sizeof(line), file) != NULL &&
		(behind = strrchr(line, ')')) != NULL &&
		sscanf(behind + 1, " %c", &state) != 1)
		state = 0;
	(void)fclose(file);
	return state;
}

/* A kernel that does not count leaves both sums as they are. */
static void
add_turns(const char *thread, struct sight *sight)
{
	char path[FILE_ROOM];
	unsigned long long waited, turns;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/schedstat", thread);
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
naps(long pid)
{
	char path[FILE_ROOM];
	long number = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/syscall", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fscanf(file, "%ld", &number) != 1)
		number = -1;
	(void)fclose(file);
	return number == SYS_nanosleep || number == SYS_clock_nanosleep;
}

static void look_below(const char *thread, struct sight *sight, unsigned depth);

/*
 * The first thread says nothing of the others: that of a JVM only waits for
 * them to end.
 */
static void
look_at_process(long pid, struct sight *sight, unsigned depth)
{
	char path[THREAD_ROOM / 2];
	DIR *folder;
	struct dirent *entry;
	unsigned threads = 0;

	(void)snprintf(path, sizeof(path), "/proc/%ld/task", pid);
	folder = opendir(path);
	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL) {
		char thread[THREAD_ROOM], state;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(thread, sizeof(thread), "%s/%.20s", path,
			entry->d_name);
		threads++;
		state = thread_state(thread);
		if (state == 'R' || state == 'D')
			sight->sleeps = false;
		add_turns(thread, sight);
		look_below(thread, sight, depth);
	}
	(void)closedir(folder);
	/* Of many threads one may nap for ever, as a runtime's own do. */
	if (threads == 1 && naps(pid))
		sight->sleeps = false;
}

/* All whom it has begun. Where the kernel does not tell, or there is no end of
 * them, nobody can say that they sleep. */
static void
look_below(const char *thread, struct sight *sight, unsigned depth)
{
	char path[FILE_ROOM];
	FILE *file = NULL;
	long pid;

	(void)snprintf(path, sizeof(path), "%s/children", thread);
	if (depth < DEPTH_MAX)
		file = fopen(path, "re");
	if (file == NULL) {
		sight->sleeps = false;
		return;
	}
	while (fscanf(file, "%ld", &pid) == 1)
		look_at_process(pid, sight, depth + 1);
	(void)fclose(file);
}

/* Whom we have begun, whatever sessions they have made for themselves, and who
 * was left to us by a parent that ended. */
static struct sight
look(bool client_runs)
{
	struct sight sight = {.sleeps = true};

	if (client_runs)
		look_below("/proc/thread-self", &sight, 0);
	return sight;
}

/*
 * No thread of the client runs or wants to. *waited: the seconds that they all
 * had to wait for a processor since they are there; 0 where nobody counts.
 */
static bool
asleep(const struct world *world, double *waited)
{
	bool runs = child_runs(world);
	struct sight first = look(runs), second = look(runs);

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
 * How many threads of the machine want a processor, for each that there is: 1
 * to CROWD_MAX. What the kernel passes on between processes waits like they do,
 * and is in no state of theirs.
 */
static double
crowd(void)
{
	FILE *file = fopen("/proc/loadavg", "re");
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned running = 0;

	if (file == NULL)
		return 1;
	if (fscanf(file, "%*s %*s %*s %u/", &running) != 1)
		running = 0;
	(void)fclose(file);
	return fmin(fmax(running / fmax((double)processors, 1), 1), CROWD_MAX);
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
	       now - world->last_activity >= patience(world) * crowd() +
						     waited -
						     world->waited_before;
}
