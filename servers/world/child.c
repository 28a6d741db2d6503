/* SPDX-License-Identifier: Apache-2.0 */
/* The client's process. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world/world.h"

/* What a login gives: many a program closes all that there can be, one by one,
 * each time that it forks. */
#define FILES_MAX 1024
#define OUTPUT_MAX (64u << 20) /* bytes of a file that a client may write */

struct child {
	pid_t pid;
	bool runs;
	ev_child watcher;
};

/* Every folder on the way to path, below the one that is open as home. */
static int
make_folders(int home, const char *path)
{
	char part[512];

	for (size_t i = 0; i < sizeof(part) - 1 && path[i] != '\0'; i++) {
		part[i] = path[i];
		part[i + 1] = '\0';
		if (path[i + 1] == '/' && mkdirat(home, part, 0700) != 0 &&
			errno != EEXIST)
			return -1;
	}
	return 0;
}

static int
write_all(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		s = span_cut(s, (size_t)n, s.n);
	}
	return 0;
}

static int
write_file(int home, const struct plan_file *file, struct err *err)
{
	int fd, bad;

	if (make_folders(home, file->path) != 0)
		return err_set(err, ERR_IO, "cannot make the folder of %s: %s",
			file->path, strerror(errno));
	fd = openat(home, file->path,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		file->mode);
	if (fd < 0)
		return err_set(err, ERR_IO, "cannot write %s: %s", file->path,
			strerror(errno));
	bad = fchmod(fd, file->mode) != 0 || write_all(fd, file->text) != 0;
	(void)close(fd);
	return bad ? err_set(err, ERR_IO, "cannot write %s: %s", file->path,
			     strerror(errno))
		   : 0;
}

/* A key of the client's own, and behind it what the trusted root says of it. */
static int
certificate_make(struct world *world, struct err *err)
{
	json_t *recipe = json_pack("{s:s, s:{s:[s]}}", "verdict", "accept",
		"leaf", "eku", "client-auth");
	int bad = recipe == NULL
			  ? err_set(err, ERR_LIMIT, "out of memory")
			  : pki_identity_forge(world->pki, recipe,
				    "client.example.test", &world->client, err);

	json_decref(recipe);
	return bad;
}

static int
write_certificate(int home, struct world *world, struct err *err)
{
	struct plan_file file = {
		.path = world->plan->client.certificate, .mode = 0600};
	BIO *text = BIO_new(BIO_s_mem());
	char *p;
	long n;
	int bad;

	if (text == NULL)
		return err_set(err, ERR_LIMIT, "out of memory");
	bad = certificate_make(world, err) != 0 ||
	      pki_identity_print(&world->client, text, err) != 0;
	if (!bad) {
		n = BIO_get_mem_data(text, &p);
		file.text = span_of(p, (size_t)n);
		bad = write_file(home, &file, err) != 0;
	}
	BIO_free(text);
	return bad ? -1 : 0;
}

static int
make_home(struct world *world, struct err *err)
{
	const struct plan_client *client = &world->plan->client;
	int home, bad = 0;

	if (mkdir(client->home, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_IO, "cannot make %s: %s", client->home,
			strerror(errno));
	home = open(client->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (home < 0)
		return err_set(err, ERR_IO, "cannot open %s: %s", client->home,
			strerror(errno));
	for (unsigned i = 0; i < client->files && bad == 0; i++)
		bad = write_file(home, &client->file[i], err);
	if (bad == 0 && client->certificate != NULL)
		bad = write_certificate(home, world, err);
	(void)close(home);
	return bad;
}

/* Standard input of the client: a file in memory, at its beginning. */
static int
open_input(struct span text)
{
	int fd = memfd_create("stdin", MFD_CLOEXEC);

	if (fd >= 0 &&
		(write_all(fd, text) != 0 || lseek(fd, 0, SEEK_SET) != 0)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int
open_output(const char *folder, const char *name, int flags)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
		(int)sizeof(path))
		return -1;
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
}

/* The same on each machine, but for what a program may raise by itself. */
static void
limits_set(void)
{
	const struct rlimit no_core = {0, 0};
	const struct rlimit output = {OUTPUT_MAX, OUTPUT_MAX};
	struct rlimit files;

	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)setrlimit(RLIMIT_FSIZE, &output);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
		files.rlim_cur > FILES_MAX) {
		files.rlim_cur = FILES_MAX;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* A program name as execvp would find it, but along the client's own PATH. */
_Noreturn static void
run_client(const struct plan_client *client, const int fds[3], int report)
{
	union {
		const char *const *c;
		char *const *m;
	} argv = {.c = client->argv};
	sigset_t none;
	int failed;

	(void)setsid();
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	limits_set();
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			_exit(127);
	if (chdir(client->home) == 0) {
		environ = (char **)(uintptr_t)client->env;
		(void)execvp(client->argv[0], argv.m);
	}
	failed = errno;
	(void)write_all(report, span_of(&failed, sizeof(failed)));
	_exit(127);
}

static int child_again(struct world *world, struct err *err);

static void
on_exit_of_child(struct ev_loop *loop, ev_child *watcher, int events)
{
	struct world *world = watcher->data;
	struct transcript *t;
	struct err err;
	int status = watcher->rstatus;

	(void)events;
	world_look_for_refusals(world);
	t = record_world(world, "client.exit");
	ev_child_stop(loop, watcher);
	world->child->runs = false;
	if (WIFSIGNALED(status))
		transcript_number(t, "signal", (long)WTERMSIG(status));
	else
		transcript_number(t, "code", (long)WEXITSTATUS(status));
	(void)transcript_end(t);
	/* What it left behind belongs to it. */
	(void)kill(-world->child->pid, SIGKILL);
	if (world->run >= world->plan->client.runs || world->stopped) {
		world_end_soon(world);
	} else if (child_again(world, &err) != 0) {
		record_error(world, &err);
		world_end_soon(world);
	}
}

static void
record_start(struct world *world)
{
	const struct plan_client *client = &world->plan->client;
	struct transcript *t = record_world(world, "client.start");

	transcript_list(t, "argv");
	for (unsigned i = 0; i < client->args; i++)
		transcript_item(t, client->argv[i]);
	transcript_list_end(t);
	transcript_number(t, "pid", (long)world->child->pid);
	(void)transcript_end(t);
}

/* Waits for exec: end of file says that it worked. */
static int
exec_outcome(int report, const char *program, struct err *err)
{
	int failed = 0;
	ssize_t n;

	do
		n = read(report, &failed, sizeof(failed));
	while (n < 0 && errno == EINTR);
	return n == 0 ? 0
		      : err_set(err, ERR_IO, "cannot start %.100s: %s", program,
				strerror(failed));
}

/*
 * The world lends its memory, and waits, until another program is in it: to
 * copy it would take longer than all the rest of a start. On Linux the child
 * may call what it likes as long as the world does not mind: it has
 * descriptors, limits and signals of its own. posix_spawn() knows nothing of
 * limits.
 */
static pid_t
fork_client(const struct plan_client *client, const int fds[3], int report)
{
	char **own = environ;
	/* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork) */
	pid_t pid = vfork();

	if (pid == 0) /* NOLINTNEXTLINE(clang-analyzer-unix.Vfork) */
		run_client(client, fds, report);
	environ = own;
	return pid;
}

static int
spawn(struct world *world, const int fds[3], struct err *err)
{
	struct child *child = world->child;
	int report[2], bad;

	if (pipe2(report, O_CLOEXEC) != 0)
		return err_set(err, ERR_IO, "pipe: %s", strerror(errno));
	child->pid = fork_client(&world->plan->client, fds, report[1]);
	(void)close(report[1]);
	if (child->pid < 0) {
		(void)close(report[0]);
		return err_set(err, ERR_IO, "fork: %s", strerror(errno));
	}
	child->runs = true;
	record_start(world);
	ev_child_init(&child->watcher, on_exit_of_child, child->pid, 0);
	child->watcher.data = world;
	ev_child_start(world->loop, &child->watcher);
	bad = exec_outcome(report[0], world->plan->client.argv[0], err);
	(void)close(report[0]);
	return bad;
}

/* Starts the client with its input and its output. */
static int
launch(struct world *world, int output_flags, struct err *err)
{
	const struct plan_client *client = &world->plan->client;
	int fds[3], bad = -1;

	fds[0] = open_input(client->input);
	fds[1] = open_output(world->out_folder, "client.stdout", output_flags);
	fds[2] = open_output(world->out_folder, "client.stderr", output_flags);
	world->run++;
	world_turn(world);
	if (dns_port_turn(world, err) != 0)
		bad = -1;
	else if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0)
		(void)err_set(err, ERR_IO, "cannot open the client's files: %s",
			strerror(errno));
	else
		bad = spawn(world, fds, err);
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	return bad;
}

/* Once more over the same home, which is left as the client left it. */
static int
child_again(struct world *world, struct err *err)
{
	return launch(world, O_APPEND, err);
}

int
child_start(struct world *world, struct err *err)
{
	if (make_home(world, err) != 0)
		return -1;
	/* Who loses his parent is still the client (asleep.c). */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	world->child = calloc(1, sizeof(*world->child));
	if (world->child == NULL)
		return err_set(err, ERR_LIMIT, "out of memory");
	return launch(world, O_TRUNC, err);
}

bool
child_runs(const struct world *world)
{
	return world->child != NULL && world->child->runs;
}

void
child_kill(struct world *world)
{
	if (child_runs(world))
		(void)kill(-world->child->pid, SIGKILL);
}

void
child_free(struct world *world)
{
	child_kill(world);
	if (world->child != NULL)
		ev_child_stop(world->loop, &world->child->watcher);
	free(world->child);
	world->child = NULL;
}
