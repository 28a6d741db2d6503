/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worlds by the dozen: in one sandbox, which bubblewrap has made, each world is
 * born into namespaces of its own (processes, network, mounts, IPC), without
 * another start of a program. Linux only.
 */
#ifndef WORLD_NEST_H
#define WORLD_NEST_H

#include <stdbool.h>

#include "core/err.h"
#include "pki/forge.h"

#define NEST_NAME_MAX 255 /* octets of a request */

enum nest {
	NEST_FAILED = -1, /* with *err */
	NEST_OVER,        /* nobody asks any more */
	NEST_BORN,        /* we are the new world */
};

/*
 * Serve requests from the Unix socket 0 (SOCK_SEQPACKET) until its far end is
 * closed. A request is the name of a folder in NEST_EVIDENCE, with two
 * descriptors: the world's standard input and output, and its standard error.
 * Returns NEST_BORN in each new world: it is process 1 there, the folder is
 * NEST_TRIAL, and its file systems are as those of a sandbox that was made for
 * it alone. When nothing is left of it, the line "ended STATUS" is written to
 * its standard output (STATUS: of its exit, or 128 + signal).
 * privileged: the client keeps all that root may do.
 */
enum nest nest_serve(bool privileged, struct err *err);

/*
 * rehearse.c: make what each world would have to make again: OpenSSL looks
 * things up on first use. Returns the root for all worlds, with an
 * intermediate in stock; NULL with *err.
 */
struct pki_world *nest_rehearse(struct err *err);

#endif
