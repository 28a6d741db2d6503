/* SPDX-License-Identifier: Apache-2.0 */
/* How a server speaks TLS, read from a plan. */
#ifndef CORE_TLS_OPTIONS_H
#define CORE_TLS_OPTIONS_H

#include "core/json.h"
#include "core/tls.h"

/*
 * Reads min, max ("1.0" to "1.3"), ciphers, suites, groups, signatures, dh,
 * alpn from place; keys that are missing leave options as they are. Texts are
 * the JSON's.
 */
int tls_options_load(const struct json_place *place,
	struct tls_options *options, struct err *err);

#endif
