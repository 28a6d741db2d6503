/* SPDX-License-Identifier: Apache-2.0 */
/* mockworld: plays every server of one trial and starts the client. */
#include <getopt.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "world/nest.h"
#include "world/world.h"

static const char usage[] =
	"usage: mockworld [OPTION]... PLAN OUT\n"
	"Play the world of PLAN (JSON); write what was seen into the folder "
	"OUT.\n"
	"  --ports      listen on free ports of 127.0.0.1 and print them "
	"first\n"
	"  --bind ADDR  listen on this IPv4 address, not on those of PLAN\n"
	"  --client     read {\"client\": ...} from standard input, after the "
	"ports\n"
	"               were printed\n"
	"  --root FILE  take the root from FILE, or keep it there if that is "
	"empty\n"
	"  --rsa FILE   take the key of the first RSA leaf from FILE (PEM), if "
	"it is\n"
	"               there\n"
	"  --nest       be many worlds, one for each request from standard "
	"input, in\n"
	"               namespaces of their own (servers/world/nest.h); each "
	"reads its\n"
	"               PLAN when it gets a line, or ends with its input, and "
	"says\n"
	"               \"over\" when all is written\n"
	"  --privileged the clients of these may do all that root may\n"
	"  --live       write what happens then to standard output, too\n"
	"  --pcap       write OUT/capture.pcapng as well\n"
	"Exit status: 0 the trial ran, 2 wrong plan or usage, 3 the machine "
	"refused.\n";

/* One JSON object on standard output: where each listener is. */
static void
print_ports(const struct world *world)
{
	(void)printf("{");
	for (unsigned i = 0; i < world->listeners; i++)
		(void)printf("%s\"%s\": %u", i > 0 ? ", " : "",
			world->listener[i].plan->name, world->listener[i].port);
	if (world->dns != NULL)
		(void)printf("%s\"dns\": %u", world->listeners > 0 ? ", " : "",
			world->dns_port);
	(void)printf("}\n");
	(void)fflush(stdout);
}

static int
fail(const char *plan, const struct err *err)
{
	(void)fprintf(stderr, "mockworld: %s: %s\n", plan, err->text);
	return err->class == ERR_PLAN ? 2 : 3;
}

/* What only main looks at. */
struct start {
	bool reads_client, nests, privileged;
};

/* 0 go on, 1 no more to do, -1 wrong usage. */
static int
options_read(int argc, char **argv, struct world_options *options,
	struct start *start)
{
	static const struct option known[] = {{"ports", no_argument, NULL, 'P'},
		{"bind", required_argument, NULL, 'B'},
		{"client", no_argument, NULL, 'c'},
		{"root", required_argument, NULL, 'R'},
		{"rsa", required_argument, NULL, 'K'},
		{"live", no_argument, NULL, 'L'},
		{"pcap", no_argument, NULL, 'C'},
		{"nest", no_argument, NULL, 'N'},
		{"privileged", no_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int option;

	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(usage, stdout);
			return 1;
		}
		if (option == '?')
			return -1;
		options->any_port = options->any_port || option == 'P';
		options->live = options->live || option == 'L';
		options->pcap = options->pcap || option == 'C';
		start->reads_client = start->reads_client || option == 'c';
		start->nests = start->nests || option == 'N';
		start->privileged = start->privileged || option == 'p';
		if (option == 'R')
			options->root = optarg;
		if (option == 'K')
			options->rsa = optarg;
		if (option == 'B')
			options->bind = optarg;
	}
	if (options->any_port && options->bind == NULL)
		options->bind = "127.0.0.1";
	if (argc - optind == 2)
		return 0;
	(void)fputs(usage, stderr);
	return -1;
}

static int
world_play(struct world *world, bool reads_client, struct err *err)
{
	struct plan *plan = world->plan;

	if (world->options.any_port || plan->client.args == 0)
		print_ports(world);
	if (world->options.live)
		world->transcript.live = stdout;
	if (reads_client && plan->client.args == 0 &&
		plan_read_client(plan, stdin, err) != 0)
		return -1;
	return world_run(world, err);
}

/* A world that nobody wants any more ends without a word. */
static bool
is_wanted(void)
{
	int c;

	do
		c = getchar();
	while (c != EOF && c != '\n');
	return c != EOF;
}

static int
play(struct pki_world *pki, const char *plan_path, const char *out_folder,
	const struct world_options *options, const struct start *start)
{
	static struct plan plan;
	static struct world world;
	struct err err = {0};
	int status = 0;

	if (start->nests && !is_wanted())
		return 0;
	if (plan_load(&plan, plan_path, &err) != 0 ||
		world_open(&world, pki, &plan, out_folder, options, &err) !=
			0 ||
		world_play(&world, start->reads_client, &err) != 0)
		status = fail(plan_path, &err);
	world_close(&world);
	/* All is written; what the kernel tears down takes a while yet. */
	if (start->nests)
		(void)puts("over"), (void)fflush(stdout);
	plan_fini(&plan);
	return status;
}

int
main(int argc, char **argv)
{
	struct world_options options = {0};
	struct start start = {0};
	struct err err = {0};
	enum nest nest = NEST_BORN;
	struct pki_world *pki;
	int status = options_read(argc, argv, &options, &start);

	if (status != 0)
		return status > 0 ? 0 : 2;
	(void)signal(SIGPIPE, SIG_IGN);
	/* What the machine's openssl.cnf forbids a world must still be able to
	 * do; and what ends with the process needs no tidying up. */
	if (OPENSSL_init_crypto(
		    OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT,
		    NULL) != 1)
		return 3;
	/* Without a sandbox nobody else ends us when our parent is killed. */
	if (options.bind != NULL)
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	pki = start.nests ? nest_rehearse(&err) : pki_world_new(&err);
	if (pki == NULL)
		return fail("root", &err);
	if (start.nests)
		nest = nest_serve(start.privileged, &err);
	if (nest == NEST_BORN)
		status = play(
			pki, argv[optind], argv[optind + 1], &options, &start);
	else if (nest == NEST_FAILED)
		status = fail("nest", &err);
	pki_world_free(pki);
	return status;
}
