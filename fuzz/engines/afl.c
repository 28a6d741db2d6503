/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target under AFL++: one process for many inputs, which come through shared
 * memory. Each is copied to a heap block of its exact size, so that the
 * sanitizer sees every byte read too far. With a file as argument the target
 * runs over it once.
 */
#include <unistd.h>

#include "harness/oracle.h"

#define INPUTS_A_PROCESS 10000

/* The macros are AFL++'s own. */
#pragma clang diagnostic ignored "-Wshorten-64-to-32"

__AFL_FUZZ_INIT();

static void
input_run(const uint8_t *input, size_t n)
{
	uint8_t *copy = malloc(n);

	if (copy == NULL && n > 0)
		return;
	if (n > 0)
		memcpy(copy, input, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int
file_run(const char *path)
{
	static uint8_t room[1 << 20];
	FILE *file = fopen(path, "rb");

	if (file == NULL) {
		perror(path);
		return 2;
	}
	input_run(room, fread(room, 1, sizeof(room), file));
	(void)fclose(file);
	return 0;
}

int
main(int argc, char **argv)
{
	const uint8_t *input;

	if (argc > 1)
		return file_run(argv[1]);
	__AFL_INIT();
	input = __AFL_FUZZ_TESTCASE_BUF;
	while (__AFL_LOOP(INPUTS_A_PROCESS))
		input_run(input, (size_t)__AFL_FUZZ_TESTCASE_LEN);
	return 0;
}
