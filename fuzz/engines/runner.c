/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a target over files, and over the files of folders, without any
 * engine: TARGET [-q] PATH... Each input is a heap block of its exact size,
 * so that a sanitizer sees every byte read too far. Status 0 says that all
 * were run; a broken oracle aborts, and the last line printed names the file.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "harness/oracle.h"

#define PATH_SIZE 4096

static bool quiet;
static unsigned long files;

static int
input_fail(const char *path)
{
	(void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return -1;
}

static int
file_run(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(size);
	size_t n;

	if (file == NULL || (data == NULL && size > 0)) {
		free(data);
		if (file != NULL)
			(void)fclose(file);
		return input_fail(path);
	}
	n = size > 0 ? fread(data, 1, size, file) : 0;
	(void)fclose(file);
	if (!quiet) {
		printf("%s (%zu bytes)\n", path, n);
		(void)fflush(stdout);
	}
	(void)LLVMFuzzerTestOneInput(data, n);
	free(data);
	files++;
	return 0;
}

static int path_run(const char *path);

static int
folder_run(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	char below[PATH_SIZE];
	int result = 0;

	if (folder == NULL)
		return input_fail(path);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(below, sizeof(below), "%s/%s", path,
			    entry->d_name) >= (int)sizeof(below)) {
			errno = ENAMETOOLONG;
			result = input_fail(path);
		} else if (path_run(below) != 0) {
			result = -1;
		}
	}
	(void)closedir(folder);
	return result;
}

static int
path_run(const char *path)
{
	struct stat what;

	if (stat(path, &what) != 0)
		return input_fail(path);
	return S_ISDIR(what.st_mode) ? folder_run(path)
				     : file_run(path, (size_t)what.st_size);
}

int
main(int argc, char **argv)
{
	int status = 0, i = 1;

	fuzz_thorough = true;
	if (i < argc && strcmp(argv[i], "-q") == 0) {
		quiet = true;
		i++;
	}
	if (i == argc) {
		(void)fprintf(
			stderr, "usage: %s [-q] FILE|FOLDER...\n", argv[0]);
		return 2;
	}
	for (; i < argc; i++)
		if (path_run(argv[i]) != 0)
			status = 2;
	printf("%s: %lu inputs\n", argv[0], files);
	return status;
}
