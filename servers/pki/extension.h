/* SPDX-License-Identifier: Apache-2.0 */
/* The extensions of one certificate (RFC 5280 4.2). */
#ifndef PKI_EXTENSION_H
#define PKI_EXTENSION_H

#include "pki/der.h"
#include "pki/spot.h"

struct pki_key_ids {
	uint8_t subject[20];
	uint8_t issuer[20];
};

/* The [3] field of a tbsCertificate; nothing if there is no extension. */
int pki_extensions_write(struct der *d, const struct spot *at,
	const json_t *part, const struct pki_key_ids *ids);

#endif
