/* SPDX-License-Identifier: Apache-2.0 */
/* Names of TLS versions, suites, groups and more, as IANA and OpenSSL give
 * them. */
#include "core/tls.h"

#include <openssl/ssl.h>
#include <stdio.h>

struct number_name {
	uint16_t number;
	const char *name;
};

/* Suites that OpenSSL 3 no longer knows and that nobody should offer; from
 * the IANA registry of TLS cipher suites. */
static const struct number_name old_suites[] = {
	{0x0000, "TLS_NULL_WITH_NULL_NULL"},
	{0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5"},
	{0x0004, "TLS_RSA_WITH_RC4_128_MD5"},
	{0x0005, "TLS_RSA_WITH_RC4_128_SHA"},
	{0x0006, "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5"},
	{0x0007, "TLS_RSA_WITH_IDEA_CBC_SHA"},
	{0x0008, "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA"},
	{0x0009, "TLS_RSA_WITH_DES_CBC_SHA"},
	{0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
	{0x0011, "TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA"},
	{0x0012, "TLS_DHE_DSS_WITH_DES_CBC_SHA"},
	{0x0013, "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA"},
	{0x0014, "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"},
	{0x0015, "TLS_DHE_RSA_WITH_DES_CBC_SHA"},
	{0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"},
	{0x0017, "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5"},
	{0x0018, "TLS_DH_anon_WITH_RC4_128_MD5"},
	{0x0019, "TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA"},
	{0x001a, "TLS_DH_anon_WITH_DES_CBC_SHA"},
	{0x001b, "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA"},
	{0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"},
	{0x5600, "TLS_FALLBACK_SCSV"},
	{0xc002, "TLS_ECDH_ECDSA_WITH_RC4_128_SHA"},
	{0xc003, "TLS_ECDH_ECDSA_WITH_3DES_EDE_CBC_SHA"},
	{0xc007, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"},
	{0xc008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"},
	{0xc00c, "TLS_ECDH_RSA_WITH_RC4_128_SHA"},
	{0xc00d, "TLS_ECDH_RSA_WITH_3DES_EDE_CBC_SHA"},
	{0xc011, "TLS_ECDHE_RSA_WITH_RC4_128_SHA"},
	{0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"},
	{0xc016, "TLS_ECDH_anon_WITH_RC4_128_SHA"},
	{0xc017, "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA"},
};

static const struct number_name groups[] = {
	{0x0001, "sect163k1"},
	{0x0002, "sect163r1"},
	{0x0003, "sect163r2"},
	{0x0004, "sect193r1"},
	{0x0005, "sect193r2"},
	{0x000f, "secp160k1"},
	{0x0010, "secp160r1"},
	{0x0011, "secp160r2"},
	{0x0012, "secp192k1"},
	{0x0013, "secp192r1"},
	{0x0014, "secp224k1"},
	{0x0015, "secp224r1"},
	{0x0017, "secp256r1"},
	{0x0018, "secp384r1"},
	{0x0019, "secp521r1"},
	{0x001d, "x25519"},
	{0x001e, "x448"},
	{0x0100, "ffdhe2048"},
	{0x0101, "ffdhe3072"},
	{0x0102, "ffdhe4096"},
	{0x0103, "ffdhe6144"},
	{0x0104, "ffdhe8192"},
	{0x11ec, "X25519MLKEM768"},
};

/* IANA's TLS SignatureScheme; those with SHA-1, SHA-224 and MD5 are of TLS
 * 1.2 (RFC 5246 7.4.1.4.1). */
static const struct number_name signatures[] = {
	{0x0101, "rsa_pkcs1_md5"},
	{0x0102, "dsa_md5"},
	{0x0103, "ecdsa_md5"},
	{0x0201, "rsa_pkcs1_sha1"},
	{0x0202, "dsa_sha1"},
	{0x0203, "ecdsa_sha1"},
	{0x0301, "rsa_pkcs1_sha224"},
	{0x0302, "dsa_sha224"},
	{0x0303, "ecdsa_sha224"},
	{0x0401, "rsa_pkcs1_sha256"},
	{0x0402, "dsa_sha256"},
	{0x0403, "ecdsa_secp256r1_sha256"},
	{0x0501, "rsa_pkcs1_sha384"},
	{0x0502, "dsa_sha384"},
	{0x0503, "ecdsa_secp384r1_sha384"},
	{0x0601, "rsa_pkcs1_sha512"},
	{0x0602, "dsa_sha512"},
	{0x0603, "ecdsa_secp521r1_sha512"},
	{0x0804, "rsa_pss_rsae_sha256"},
	{0x0805, "rsa_pss_rsae_sha384"},
	{0x0806, "rsa_pss_rsae_sha512"},
	{0x0807, "ed25519"},
	{0x0808, "ed448"},
	{0x0809, "rsa_pss_pss_sha256"},
	{0x080a, "rsa_pss_pss_sha384"},
	{0x080b, "rsa_pss_pss_sha512"},
};

static const struct number_name extensions[] = {
	{0, "server_name"},
	{1, "max_fragment_length"},
	{4, "truncated_hmac"},
	{5, "status_request"},
	{10, "supported_groups"},
	{11, "ec_point_formats"},
	{13, "signature_algorithms"},
	{15, "heartbeat"},
	{16, "application_layer_protocol_negotiation"},
	{18, "signed_certificate_timestamp"},
	{19, "client_certificate_type"},
	{20, "server_certificate_type"},
	{21, "padding"},
	{22, "encrypt_then_mac"},
	{23, "extended_master_secret"},
	{27, "compress_certificate"},
	{28, "record_size_limit"},
	{35, "session_ticket"},
	{41, "pre_shared_key"},
	{42, "early_data"},
	{43, "supported_versions"},
	{44, "cookie"},
	{45, "psk_key_exchange_modes"},
	{49, "post_handshake_auth"},
	{50, "signature_algorithms_cert"},
	{51, "key_share"},
	{0xff01, "renegotiation_info"},
};

static const char *
name_find(const struct number_name *table, size_t n, uint16_t number)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].number == number)
			return table[i].name;
	return NULL;
}

#define NAME_FIND(table, number)                                               \
	name_find(table, sizeof(table) / sizeof((table)[0]), number)

const char *
tls_version_name(unsigned version, char room[16])
{
	switch (version) {
	case 0x0002:
		return "SSLv2";
	case 0x0300:
		return "SSLv3";
	case 0x0301:
		return "TLSv1.0";
	case 0x0302:
		return "TLSv1.1";
	case 0x0303:
		return "TLSv1.2";
	case 0x0304:
		return "TLSv1.3";
	default:
		(void)snprintf(room, 16, "0x%04x", version);
		return room;
	}
}

/* OpenSSL can only name a suite through a session: one that lives as long as
 * the process and never speaks. */
static const char *
openssl_name(uint16_t number)
{
	static SSL *namer;
	const SSL_CIPHER *cipher;
	uint8_t bytes[2] = {(uint8_t)(number >> 8), (uint8_t)number};
	SSL_CTX *context;

	if (namer == NULL) {
		context = SSL_CTX_new(TLS_method());
		if (context == NULL)
			return NULL;
		namer = SSL_new(context);
		SSL_CTX_free(context);
		if (namer == NULL)
			return NULL;
	}
	cipher = SSL_CIPHER_find(namer, bytes);
	return cipher != NULL ? SSL_CIPHER_standard_name(cipher) : NULL;
}

const char *
tls_cipher_name(uint16_t number, char room[64])
{
	const char *name = NAME_FIND(old_suites, number);

	if (name == NULL)
		name = openssl_name(number);
	if (name != NULL)
		return name;
	(void)snprintf(room, 64, "0x%04x", number);
	return room;
}

static const char *
name_or_hex(const char *name, uint16_t number, char room[32])
{
	if (name != NULL)
		return name;
	(void)snprintf(room, 32, "0x%04x", number);
	return room;
}

const char *
tls_group_name(uint16_t number, char room[32])
{
	return name_or_hex(NAME_FIND(groups, number), number, room);
}

const char *
tls_signature_name(uint16_t number, char room[32])
{
	return name_or_hex(NAME_FIND(signatures, number), number, room);
}

const char *
tls_extension_name(uint16_t number, char room[32])
{
	return name_or_hex(NAME_FIND(extensions, number), number, room);
}

static const struct number_name alerts[] = {
	{0, "close_notify"},
	{10, "unexpected_message"},
	{20, "bad_record_mac"},
	{21, "decryption_failed"},
	{22, "record_overflow"},
	{30, "decompression_failure"},
	{40, "handshake_failure"},
	{41, "no_certificate"},
	{42, "bad_certificate"},
	{43, "unsupported_certificate"},
	{44, "certificate_revoked"},
	{45, "certificate_expired"},
	{46, "certificate_unknown"},
	{47, "illegal_parameter"},
	{48, "unknown_ca"},
	{49, "access_denied"},
	{50, "decode_error"},
	{51, "decrypt_error"},
	{70, "protocol_version"},
	{71, "insufficient_security"},
	{80, "internal_error"},
	{86, "inappropriate_fallback"},
	{90, "user_canceled"},
	{100, "no_renegotiation"},
	{109, "missing_extension"},
	{110, "unsupported_extension"},
	{112, "unrecognized_name"},
	{113, "bad_certificate_status_response"},
	{115, "unknown_psk_identity"},
	{116, "certificate_required"},
	{120, "no_application_protocol"},
};

const char *
tls_alert_name(int description)
{
	const char *name = NAME_FIND(alerts, (uint16_t)description);

	return name != NULL ? name : "unknown_alert";
}
