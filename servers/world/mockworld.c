/* SPDX-License-Identifier: Apache-2.0 */
/* mockworld: plays every server of one trial and starts the client. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>

#include "world/world.h"

static const char usage[] =
	"usage: mockworld [--ports] [--pcap] PLAN OUT\n"
	"Play the world of PLAN (JSON); write what was seen into the folder "
	"OUT.\n"
	"  --ports  listen on free ports of 127.0.0.1 and print them first\n"
	"  --pcap   write OUT/capture.pcapng as well\n"
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

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"ports", no_argument, NULL, 'P'},
		{"pcap", no_argument, NULL, 'C'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	static struct plan plan;
	static struct world world;
	struct err err = {0};
	bool any_port = false, pcap = false;
	int option, status = 0;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(usage, stdout);
			return 0;
		}
		if (option == '?')
			return 2;
		any_port = any_port || option == 'P';
		pcap = pcap || option == 'C';
	}
	if (argc - optind != 2) {
		(void)fputs(usage, stderr);
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (plan_load(&plan, argv[optind], &err) != 0)
		return fail(argv[optind], &err);
	if (world_open(&world, &plan, argv[optind + 1], any_port, pcap, &err) !=
		0) {
		status = fail(argv[optind], &err);
	} else {
		if (any_port || plan.client.args == 0)
			print_ports(&world);
		if (world_run(&world, &err) != 0)
			status = fail(argv[optind], &err);
	}
	world_close(&world);
	plan_fini(&plan);
	return status;
}
