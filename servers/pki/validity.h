/* SPDX-License-Identifier: Apache-2.0 */
/* The two dates of a certificate (RFC 5280 4.1.2.5). */
#ifndef PKI_VALIDITY_H
#define PKI_VALIDITY_H

#include "pki/der.h"
#include "pki/spot.h"

/* Validity out of part's not_before and not_after. */
int pki_validity_write(
	struct der *d, const struct spot *at, const json_t *part);

#endif
