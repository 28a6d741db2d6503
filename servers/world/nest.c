/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces for a world, inside the sandbox that all worlds share. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world/nest.h"

/* As in suites/latchkey/sandbox.py. */
#define OWN "/run/latchkey"
#define EVIDENCE OWN "/evidence"
#define TRIAL OWN "/trial"

/* What a client may write, per folder: octets. */
#define SPACE "size=268435456"
#define FDS 2
#define WORLDS_MAX 16 /* at one time: one waits, one plays, few end */

struct request {
	char name[NEST_NAME_MAX + 1];
	int fd[FDS];
};

static int
refuse(struct err *err, const char *what)
{
	return err_set(err, ERR_IO, "cannot %s: %s", what, strerror(errno));
}

/* --- what a world has for itself */

/* Empty at its beginning, like everything that programs write to. */
static const struct {
	const char *where, *type, *data;
	unsigned long flags;
} fresh[] = {
	{"/proc", "proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
	{"/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=620",
		MS_NOSUID | MS_NOEXEC},
	{"/dev/shm", "tmpfs", "mode=1777," SPACE, MS_NOSUID | MS_NODEV},
	{"/tmp", "tmpfs", "mode=1777," SPACE, MS_NOSUID | MS_NODEV},
	{"/var/tmp", "tmpfs", "mode=1777," SPACE, MS_NOSUID | MS_NODEV},
	{"/etc/ssl/certs", "tmpfs", "mode=755", MS_NOSUID | MS_NODEV},
	{"/run", "tmpfs", "mode=755", MS_NOSUID | MS_NODEV},
};

/* Its own evidence, and nobody else's. */
static int
evidence_bind(const char *name, struct err *err)
{
	char folder[sizeof(EVIDENCE) + 1 + NEST_NAME_MAX];

	(void)snprintf(folder, sizeof(folder), EVIDENCE "/%s", name);
	return mount(folder, TRIAL, NULL, MS_BIND, NULL) != 0 ||
			       umount2(EVIDENCE, MNT_DETACH) != 0
		       ? refuse(err, "bind the folder of the evidence")
		       : 0;
}

/* Everything fresh but OWN, which is taken out of the old /run into the new. */
static int
mounts_make(const char *name, struct err *err)
{
	int own;

	if (evidence_bind(name, err) != 0)
		return -1;
	own = open_tree(AT_FDCWD, OWN,
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (own < 0)
		return refuse(err, "take " OWN " along");
	for (size_t i = 0; i < sizeof(fresh) / sizeof(*fresh); i++)
		if (mount(fresh[i].type, fresh[i].where, fresh[i].type,
			    fresh[i].flags, fresh[i].data) != 0)
			return err_set(err, ERR_IO, "cannot mount %s: %s",
				fresh[i].where, strerror(errno));
	if (mkdir(OWN, 0755) != 0 ||
		move_mount(own, "", AT_FDCWD, OWN, MOVE_MOUNT_F_EMPTY_PATH) !=
			0 ||
		mount(NULL, OWN, NULL,
			MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
			NULL) != 0)
		return refuse(err, "put " OWN " in its place");
	return close(own);
}

static int
loopback_up(struct err *err)
{
	struct ifreq request = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), bad;

	request.ifr_flags = IFF_UP | IFF_RUNNING;
	bad = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) != 0;
	if (bad)
		(void)refuse(err, "set the loopback interface up");
	if (fd >= 0)
		(void)close(fd);
	return bad ? -1 : 0;
}

/* No more than to listen on low ports, and to add addresses. No program gains
 * what we have not: bubblewrap has set no_new_privs. */
static int
capabilities_drop(struct err *err)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	data[0].permitted = data[0].effective =
		1u << CAP_NET_BIND_SERVICE | 1u << CAP_NET_ADMIN;
	return syscall(SYS_capset, &head, data) != 0
		       ? refuse(err, "give up capabilities")
		       : 0;
}

/* The new process is process 1 of its namespace, and sees nothing of others. */
static int
be_world(const struct request *request, bool privileged, struct err *err)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(request->fd[0], STDIN_FILENO) < 0 ||
		dup2(request->fd[0], STDOUT_FILENO) < 0 ||
		dup2(request->fd[1], STDERR_FILENO) < 0)
		return refuse(err, "take the descriptors of a world");
	if (close_range(STDERR_FILENO + 1, ~0u, 0) != 0)
		return refuse(err, "close the descriptors of others");
	if (setsid() < 0)
		return refuse(err, "begin a session");
	if (mounts_make(request->name, err) != 0 || loopback_up(err) != 0)
		return -1;
	return privileged ? 0 : capabilities_drop(err);
}

/* --- requests */

/* 1, or 0 if there are no more, or -1 with *err. */
static int
request_read(struct request *request, struct err *err)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(request->fd))];
	} control = {0};
	struct iovec text = {request->name, NEST_NAME_MAX};
	struct msghdr message = {.msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	const struct cmsghdr *got;
	ssize_t n;

	do
		n = recvmsg(STDIN_FILENO, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n == 0 ? 0 : refuse(err, "read a request");
	request->name[n] = '\0';
	got = CMSG_FIRSTHDR(&message);
	if (got == NULL || got->cmsg_type != SCM_RIGHTS ||
		got->cmsg_len != CMSG_LEN(sizeof(request->fd)) ||
		strchr(request->name, '/') != NULL)
		return err_set(err, ERR_IO, "a request is no request");
	memcpy(request->fd, CMSG_DATA(got), sizeof(request->fd));
	return 1;
}

/* --- worlds that are there */

/* [0] are requests, behind it is one place for each world. */
struct worlds {
	struct pollfd watched[1 + WORLDS_MAX];
	int channel[1 + WORLDS_MAX]; /* where to say how it ended */
	nfds_t n;
};

/* With everything that fork() would copy, and namespaces of its own. 0 in it.
 */
static pid_t
fork_apart(int *pidfd_r)
{
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_NEWPID | CLONE_NEWNET |
			 CLONE_NEWNS | CLONE_NEWIPC,
		.pidfd = (uintptr_t)pidfd_r,
		.exit_signal = SIGCHLD,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* 1 in the new world, 0 in the nest, or -1 with *err in either. */
static int
world_begin(struct worlds *worlds, const struct request *request,
	bool privileged, struct err *err)
{
	int pidfd = -1;
	pid_t pid;

	if (worlds->n > WORLDS_MAX)
		return err_set(
			err, ERR_LIMIT, "more worlds than %d", WORLDS_MAX);
	pid = fork_apart(&pidfd);
	if (pid == 0)
		return be_world(request, privileged, err) != 0 ? -1 : 1;
	(void)close(request->fd[1]);
	if (pid < 0)
		return refuse(err, "make namespaces");
	worlds->watched[worlds->n] =
		(struct pollfd){.fd = pidfd, .events = POLLIN};
	worlds->channel[worlds->n++] = request->fd[0];
	return 0;
}

/* Process 1 is gone, hence all that was in its namespace. */
static void
world_end(struct worlds *worlds, nfds_t i)
{
	siginfo_t how = {0};

	if (waitid((idtype_t)P_PIDFD, (id_t)worlds->watched[i].fd, &how,
		    WEXITED) != 0)
		return;
	/* Whoever asked for it may be gone. */
	(void)dprintf(worlds->channel[i], "ended %d\n",
		how.si_code == CLD_EXITED ? how.si_status
					  : 128 + how.si_status);
	(void)close(worlds->channel[i]);
	(void)close(worlds->watched[i].fd);
	worlds->n--;
	worlds->watched[i] = worlds->watched[worlds->n];
	worlds->channel[i] = worlds->channel[worlds->n];
}

enum nest
nest_serve(bool privileged, struct err *err)
{
	struct worlds worlds = {
		.watched = {{.fd = STDIN_FILENO, .events = POLLIN}}, .n = 1};
	struct request request;
	int more = 1, born = 0;

	while (more > 0 && born == 0) {
		if (poll(worlds.watched, worlds.n, -1) < 0)
			continue;
		for (nfds_t i = worlds.n - 1; i > 0; i--)
			if (worlds.watched[i].revents != 0)
				world_end(&worlds, i);
		if (worlds.watched[0].revents == 0)
			continue;
		more = request_read(&request, err);
		if (more > 0)
			born = world_begin(&worlds, &request, privileged, err);
	}
	if (more < 0 || born < 0)
		return NEST_FAILED;
	return born > 0 ? NEST_BORN : NEST_OVER;
}
