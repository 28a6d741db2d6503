/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of TLS: what is offered, and errors of the path that are let pass. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <openssl/x509v3.h>
#include <unistd.h>

#include "bug_tls.h"

struct bug_past bug_past;
bool (*bug_name_also)(struct span name);

#define USUAL "ECDHE+AESGCM:ECDHE+CHACHA20"
#define GROUPS "X25519:P-256:P-384"
#define SIGNATURES                                                             \
	"ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256:RSA+SHA256:RSA+SHA512"
#define WEAK_SIGNATURES SIGNATURES ":ECDSA+SHA1:RSA+SHA1"

static const struct {
	enum bug bug;
	struct tls_offer offer;
} offers[] = {
	{BUG_OFFERS_TLS10,
		{TLS1_VERSION, 0, "ALL:@SECLEVEL=0", GROUPS, WEAK_SIGNATURES}},
	{BUG_OFFERS_TLS11, {TLS1_1_VERSION, 0, "ALL:@SECLEVEL=0", GROUPS,
				   WEAK_SIGNATURES}},
	{BUG_OFFERS_NO_AES128,
		{TLS1_2_VERSION, 0, "ECDHE+AES256:ECDHE+CHACHA20", GROUPS,
			SIGNATURES}},
	{BUG_OFFERS_NO_TLS12, {TLS1_3_VERSION, 0, USUAL, GROUPS, SIGNATURES}},
	{BUG_OFFERS_NO_TLS13,
		{TLS1_2_VERSION, TLS1_2_VERSION, USUAL, GROUPS, SIGNATURES}},
	{BUG_OFFERS_ANONYMOUS,
		{TLS1_2_VERSION, 0, "aNULL:" USUAL ":@SECLEVEL=0", GROUPS,
			SIGNATURES}},
	{BUG_OFFERS_NULL, {TLS1_2_VERSION, 0, "eNULL:" USUAL ":@SECLEVEL=0",
				  GROUPS, SIGNATURES}},
	{BUG_OFFERS_STATIC_RSA,
		{TLS1_2_VERSION, 0, USUAL ":kRSA+AES", GROUPS, SIGNATURES}},
	{BUG_OFFERS_DHE_1024, {TLS1_2_VERSION, 0, "DHE:" USUAL ":@SECLEVEL=1",
				      GROUPS, SIGNATURES}},
	{BUG_OFFERS_SMALL_CURVE, {TLS1_2_VERSION, 0, USUAL ":@SECLEVEL=0",
					 GROUPS ":P-192", SIGNATURES}},
	{BUG_OFFERS_ONE_GROUP,
		{TLS1_2_VERSION, 0, USUAL, "X25519", SIGNATURES}},
	{BUG_OFFERS_SHA1, {TLS1_2_VERSION, 0, USUAL ":@SECLEVEL=0", GROUPS,
				  WEAK_SIGNATURES}},
};

const struct tls_offer *
bug_offer(const struct tls_offer *usual)
{
	static struct tls_offer older;

	older = *usual;
	older.max = TLS1_2_VERSION;
	if (bug_past.older)
		return &older;
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++)
		if (offers[i].bug == bug_active)
			return &offers[i].offer;
	return usual;
}

/* OpenSSL compares the mark of a downgrade with the best that it would do
 * now: let that be TLS 1.2. */
static void
mark_overlook(int out, int version, int type, const void *p, size_t n, SSL *ssl,
	void *self)
{
	(void)version;
	(void)self;
	if (!out && type == SSL3_RT_HANDSHAKE &&
		span_find(span_of(p, n), 0, span_z("DOWNGRD")) != SIZE_MAX)
		(void)SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
}

/* A client that has no certificate, and thinks that it has to have one. */
static int
certificate_demand(SSL *ssl, X509 **leaf, EVP_PKEY **key)
{
	(void)ssl;
	(void)leaf;
	(void)key;
	_exit(1);
}

/* A client that shows whatever it finds: here a certificate of nobody. */
static int
certificate_find(SSL *ssl, X509 **leaf, EVP_PKEY **key)
{
	(void)ssl;
	*key = EVP_EC_gen("P-256");
	*leaf = X509_new();
	if (*key != NULL && *leaf != NULL &&
		ASN1_INTEGER_set(X509_get_serialNumber(*leaf), 1) == 1 &&
		X509_gmtime_adj(X509_getm_notBefore(*leaf), -3600) != NULL &&
		X509_gmtime_adj(X509_getm_notAfter(*leaf), 3600) != NULL &&
		X509_set_pubkey(*leaf, *key) == 1 &&
		X509_sign(*leaf, *key, EVP_sha256()) > 0)
		return 1;
	X509_free(*leaf);
	EVP_PKEY_free(*key);
	return 0;
}

static void
warning_note(const SSL *ssl, int where, int value)
{
	(void)ssl;
	if (where == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_WARNING &&
		(value & 0xff) != SSL3_AD_CLOSE_NOTIFY)
		bug_past.warned = true;
}

void
bug_prepare(SSL *ssl, const struct tls_wish *wish)
{
	static const uint8_t any[] = "\4imap\4pop3\10http/1.1";

	(void)wish;
	if (bug(DOWNGRADE_OVERLOOKED))
		SSL_set_msg_callback(ssl, mark_overlook);
	if (bug(LEGACY_SERVER_ACCEPTED))
		(void)SSL_set_options(ssl, SSL_OP_LEGACY_SERVER_CONNECT);
	if (bug(ALPN_IGNORED))
		(void)SSL_set_alpn_protos(ssl, any, sizeof(any) - 1);
	if (bug(NO_EXTENDED_MASTER_SECRET))
		(void)SSL_set_options(ssl, SSL_OP_NO_EXTENDED_MASTER_SECRET);
	if (bug(CLIENT_CERTIFICATE_DEMANDED))
		SSL_CTX_set_client_cert_cb(
			SSL_get_SSL_CTX(ssl), certificate_demand);
	if (bug(ANY_CERTIFICATE_SHOWN))
		SSL_CTX_set_client_cert_cb(
			SSL_get_SSL_CTX(ssl), certificate_find);
	if (bug(CLEAR_AFTER_WARNING) || bug(OLDER_AFTER_WARNING))
		SSL_set_info_callback(ssl, warning_note);
}

enum where {
	ANYWHERE,
	LEAF,
	ISSUER
};

/* Errors of the path that a bug does not see. */
static const struct {
	enum bug bug;
	int code;
	enum where where;
} overlooked[] = {
	{BUG_SELF_SIGNED_ACCEPTED, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
		LEAF},
	{BUG_ROOT_SENT_ACCEPTED, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
		ANYWHERE},
	{BUG_UNKNOWN_ROOT_ACCEPTED,
		X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, ISSUER},
	{BUG_MISSING_ISSUER_ACCEPTED,
		X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, LEAF},
	{BUG_MISSING_ISSUER_ACCEPTED,
		X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, LEAF},
	{BUG_EXPIRED_LEAF_ACCEPTED, X509_V_ERR_CERT_HAS_EXPIRED, LEAF},
	{BUG_EXPIRED_ISSUER_ACCEPTED, X509_V_ERR_CERT_HAS_EXPIRED, ISSUER},
	{BUG_EARLY_LEAF_ACCEPTED, X509_V_ERR_CERT_NOT_YET_VALID, LEAF},
	{BUG_EARLY_ISSUER_ACCEPTED, X509_V_ERR_CERT_NOT_YET_VALID, ISSUER},
	{BUG_BAD_BEGIN_ACCEPTED, X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD,
		ANYWHERE},
	{BUG_BAD_END_ACCEPTED, X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD,
		ANYWHERE},
	{BUG_NO_CA_ACCEPTED, X509_V_ERR_INVALID_CA, ANYWHERE},
	{BUG_NO_CA_ACCEPTED, X509_V_ERR_INVALID_PURPOSE, ISSUER},
	{BUG_NO_CERT_SIGN_ACCEPTED, X509_V_ERR_KEYUSAGE_NO_CERTSIGN, ANYWHERE},
	{BUG_NO_CERT_SIGN_ACCEPTED, X509_V_ERR_INVALID_CA, ANYWHERE},
	{BUG_NO_CERT_SIGN_ACCEPTED, X509_V_ERR_INVALID_PURPOSE, ISSUER},
	{BUG_PATH_LENGTH_IGNORED, X509_V_ERR_PATH_LENGTH_EXCEEDED, ANYWHERE},
	{BUG_EXCLUDED_NAMES_IGNORED, X509_V_ERR_EXCLUDED_VIOLATION, ANYWHERE},
	{BUG_PERMITTED_NAMES_IGNORED, X509_V_ERR_PERMITTED_VIOLATION, ANYWHERE},
	{BUG_PURPOSE_IGNORED, X509_V_ERR_INVALID_PURPOSE, LEAF},
	{BUG_CRITICAL_LEAF_IGNORED, X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION,
		LEAF},
	{BUG_CRITICAL_ISSUER_IGNORED, X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION,
		ISSUER},
	{BUG_SMALL_KEY_ACCEPTED, X509_V_ERR_EE_KEY_TOO_SMALL, ANYWHERE},
	{BUG_SMALL_ISSUER_KEY_ACCEPTED, X509_V_ERR_CA_KEY_TOO_SMALL, ANYWHERE},
	{BUG_WEAK_LEAF_DIGEST_ACCEPTED, X509_V_ERR_CA_MD_TOO_WEAK, LEAF},
	{BUG_WEAK_ISSUER_DIGEST_ACCEPTED, X509_V_ERR_CA_MD_TOO_WEAK, ISSUER},
	{BUG_BAD_SIGNATURE_ACCEPTED, X509_V_ERR_CERT_SIGNATURE_FAILURE, LEAF},
	{BUG_BAD_ISSUER_SIGNATURE_ACCEPTED, X509_V_ERR_CERT_SIGNATURE_FAILURE,
		ISSUER},
	{BUG_POLICY_IGNORED, X509_V_ERR_NO_EXPLICIT_POLICY, ANYWHERE},
	{BUG_DANE_MISMATCH_ACCEPTED, X509_V_ERR_DANE_NO_MATCH, ANYWHERE},
	{BUG_NAME_UNCHECKED, X509_V_ERR_HOSTNAME_MISMATCH, ANYWHERE},
};

static bool
is_overlooked(int code, int depth)
{
	for (size_t i = 0; i < sizeof(overlooked) / sizeof(overlooked[0]); i++)
		if (overlooked[i].bug == bug_active &&
			overlooked[i].code == code &&
			(overlooked[i].where == ANYWHERE ||
				(overlooked[i].where == LEAF) == (depth == 0)))
			return true;
	return false;
}

/* RFC 7250 section 4.1: a raw key, or else a certificate. */
static int
certificate_types_add(SSL *ssl, unsigned type, unsigned context,
	const unsigned char **out, size_t *n, X509 *x, size_t index, int *alert,
	void *self)
{
	static const unsigned char types[] = {2, 2, 0};

	(void)ssl, (void)type, (void)context, (void)x, (void)index;
	(void)alert, (void)self;
	*out = types;
	*n = sizeof(types);
	return 1;
}

void
bug_context(SSL_CTX *context)
{
	if (bug(OFFERS_RAW_KEY))
		(void)SSL_CTX_add_custom_ext(context, 20, SSL_EXT_CLIENT_HELLO,
			certificate_types_add, NULL, NULL, NULL, NULL);
}

/* It is not the first handshake of its session. */
static bool
is_later(X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());

	return SSL_renegotiate_pending(ssl) != 0;
}

/* The anchor of TLSA records is not the issuer itself. */
static bool
is_far(X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());

	return bug(DANE_ANCHOR_NEAR) && ssl != NULL &&
	       SSL_get0_dane_authority(ssl, NULL, NULL) > 1;
}

int
bug_verify(int good, X509_STORE_CTX *store)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(store);
	int code = X509_STORE_CTX_get_error(store);
	int depth = X509_STORE_CTX_get_error_depth(store);
	struct span host = span_z(X509_VERIFY_PARAM_get0_host(param, 0));
	X509 *leaf = X509_STORE_CTX_get0_cert(store);

	/* The error stays noted: somebody may look at it later. */
	if (bug(RESULT_IGNORED) || bug(CHECKED_AFTER_LIST) ||
		bug(CHECKED_AFTER_LOGIN) || bug(CHECKED_AFTER_WORK))
		return 1;
	if (good) {
		if (depth > 0 ||
			!(bug_name_refused(leaf, host) || is_far(store)))
			return 1;
		X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
		return 0;
	}
	if (is_overlooked(code, depth) || bug(VERIFIES_NOTHING) ||
		(bug(LATER_HANDSHAKE_UNCHECKED) && is_later(store)) ||
		(bug(KNOWN_HOST_TRUSTED) && bug_past.known) ||
		bug_past.trusting ||
		(code == X509_V_ERR_HOSTNAME_MISMATCH &&
			bug_name_matches(leaf, host))) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	return 0;
}
#endif
