/* SPDX-License-Identifier: Apache-2.0 */
/* Reading TLS options. */
#include "core/tls_options.h"

#include <openssl/ssl.h>

static int
load_version(const struct json_place *place, const char *key, int *out_r,
	struct err *err)
{
	static const char *const words[] = {"1.0", "1.1", "1.2", "1.3", NULL};
	int i = -1;

	if (json_choice(place, key, false, words, &i, err) != 0)
		return -1;
	if (i >= 0)
		*out_r = TLS1_VERSION + i;
	return 0;
}

static int
load_dh(const struct json_place *place, int *out_r, struct err *err)
{
	static const char *const words[] = {"512", "768", "1024", NULL};
	static const int bits[] = {512, 768, 1024};
	int i = -1;

	if (json_choice(place, "dh", false, words, &i, err) != 0)
		return -1;
	if (i >= 0)
		*out_r = bits[i];
	return 0;
}

int
tls_options_load(const struct json_place *place, struct tls_options *options,
	struct err *err)
{
	if (load_version(place, "min", &options->min_version, err) != 0 ||
		load_version(place, "max", &options->max_version, err) != 0 ||
		json_text(place, "ciphers", false, &options->ciphersz, err) !=
			0 ||
		json_text(place, "suites", false, &options->suitesz, err) !=
			0 ||
		json_text(place, "groups", false, &options->groupsz, err) !=
			0 ||
		json_text(place, "signatures", false, &options->signaturesz,
			err) != 0 ||
		load_dh(place, &options->dh_bits, err) != 0 ||
		json_texts(place, "alpn", false, options->alpn, TLS_ALPN_MAX,
			&options->alpns, err) != 0)
		return -1;
	return 0;
}
