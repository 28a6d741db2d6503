/* SPDX-License-Identifier: Apache-2.0 */
/* Distinguished names and general names (RFC 5280 4.1.2.4 and 4.2.1.6). */
#ifndef PKI_NAME_H
#define PKI_NAME_H

#include "pki/der.h"
#include "pki/spot.h"

/* A list of "CN=text" or "CN:bmp=text" as one Name. */
int pki_name_write(struct der *d, const struct spot *at, const json_t *list);

/* "dns:text" and its like as one GeneralName. */
int pki_general_name_write(
	struct der *d, const struct spot *at, const json_t *entry);

#endif
