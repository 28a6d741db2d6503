/* SPDX-License-Identifier: Apache-2.0 */
/* A root that several worlds share, for clients that are told of it once. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pki/keep.h"

static FILE *
keep_open(const char *path, struct stat *status_r, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	FILE *file = NULL;

	if (fd >= 0 && fstat(fd, status_r) == 0)
		file = fdopen(fd, "r+");
	if (file != NULL)
		return file;
	(void)err_set(
		err, ERR_IO, "cannot open %.150s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return NULL;
}

static int
keep_write(const struct pki_cert *root, FILE *file)
{
	return PEM_write_PrivateKey(
		       file, root->key, NULL, NULL, 0, NULL, NULL) == 1 &&
			       PEM_write_X509(file, root->x509) == 1 &&
			       fflush(file) == 0
		       ? 0
		       : -1;
}

static int
keep_read(struct pki_cert *root_r, FILE *file)
{
	struct pki_cert found = {NULL, NULL};

	/* An empty passphrase, so that nobody is asked for one. */
	found.key = PEM_read_PrivateKey(file, NULL, NULL, "");
	found.x509 = PEM_read_X509(file, NULL, NULL, NULL);
	if (found.key == NULL || found.x509 == NULL ||
		X509_check_private_key(found.x509, found.key) != 1) {
		pki_cert_fini(&found);
		return -1;
	}
	pki_cert_fini(root_r);
	*root_r = found;
	return 0;
}

int
pki_root_keep(struct pki_cert *root, const char *path, struct err *err)
{
	struct stat status;
	FILE *file = keep_open(path, &status, err);
	int bad;

	if (file == NULL)
		return -1;
	bad = status.st_size == 0 ? keep_write(root, file)
				  : keep_read(root, file);
	(void)fclose(file);
	return bad == 0 ? 0
			: err_set(err, ERR_IO,
				  "%.150s: must be empty, or hold the key and "
				  "the certificate of a root",
				  path);
}
