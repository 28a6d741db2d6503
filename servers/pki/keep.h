/* SPDX-License-Identifier: Apache-2.0 */
/* A root that several worlds share, for clients that are told of it once. */
#ifndef PKI_KEEP_H
#define PKI_KEEP_H

#include "core/err.h"
#include "pki/cert.h"

/*
 * Exchange root for the one in the file (PEM: key, certificate), or, if the
 * file is empty or not there, write root into it. 0, or -1 with *err, and then
 * root is as it was.
 */
int pki_root_keep(struct pki_cert *root, const char *path, struct err *err);

#endif
