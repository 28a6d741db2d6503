/* SPDX-License-Identifier: Apache-2.0 */
/* How this client speaks TLS, and whom it believes. */
#include "tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "bug.h"
#include "bug_tls.h"
#include "core/span.h"

static const struct tls_offer offer_usual = {
	/* RFC 8997, RFC 9325 section 3.1.1. */
	.min = TLS1_2_VERSION,
	/* Of TLS 1.2: forward secrecy and authenticated encryption (RFC 9325
	 * section 4.2), and no DHE, whose groups cannot be chosen (4.1). The
	 * suites of TLS 1.3 are all good. */
	.ciphersz = "ECDHE+AESGCM:ECDHE+CHACHA20",
	/* RFC 9325 section 4.3. */
	.groupsz = "X25519:P-256:P-384:P-521",
	/* Neither MD5 nor SHA-1 (RFC 9155). */
	.signaturesz = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:"
		       "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
		       "RSA+SHA256:RSA+SHA384:RSA+SHA512",
};

/*
 * Of accounts that want a dialect of DEEP, from before RFC 8997: TLS 1.0 is
 * offered, and what is too old for the dialect the latch engine refuses.
 */
static const struct tls_offer offer_of_2016 = {
	.min = TLS1_VERSION,
	.ciphersz = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:@SECLEVEL=0",
	.groupsz = "X25519:P-256:P-384:P-521",
	.signaturesz = "ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256:RSA+SHA256:"
		       "ECDSA+SHA1:RSA+SHA1",
};

static bool
context_offer(SSL_CTX *context, const struct tls_offer *offer)
{
	return SSL_CTX_set_min_proto_version(context, offer->min) == 1 &&
	       SSL_CTX_set_max_proto_version(context, offer->max) == 1 &&
	       SSL_CTX_set_cipher_list(context, offer->ciphersz) == 1 &&
	       SSL_CTX_set1_groups_list(context, offer->groupsz) == 1 &&
	       SSL_CTX_set1_sigalgs_list(context, offer->signaturesz) == 1;
}

static bool
context_trust(SSL_CTX *context, const char *trustz)
{
	if (trustz == NULL)
		return SSL_CTX_set_default_verify_paths(context) == 1;
	return SSL_CTX_load_verify_file(context, trustz) == 1;
}

/* Shown to who asks for it, of the account that names it alone (RFC 8314
 * section 5.5). */
static bool
context_certify(SSL_CTX *context, const char *pathz)
{
	return pathz == NULL ||
	       (SSL_CTX_use_certificate_chain_file(context, pathz) == 1 &&
		       SSL_CTX_use_PrivateKey_file(
			       context, pathz, SSL_FILETYPE_PEM) == 1);
}

/* Whatever the list of ciphers says, the path is held to 112 bits. */
static int
path_verify(X509_STORE_CTX *store, void *self)
{
	(void)self;
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(store), 2);
	return X509_verify_cert(store);
}

static int
context_set(SSL_CTX *context, const struct tls_wish *wish, struct err *err)
{
	const struct tls_offer *offer =
		wish->is_of_2016 ? &offer_of_2016 : &offer_usual;

	/* Level 2: nothing below 112 bits, in the handshake and in the path
	 * (RFC 9325 section 4.5, RFC 8446 appendix D.5). */
	SSL_CTX_set_security_level(context, 2);
	if (!context_offer(context, buggy(bug_offer(offer), offer)))
		return err_set(
			err, ERR_TLS, "OpenSSL cannot do what is needed");
	if (!context_trust(context, wish->trustz))
		return err_set(err, ERR_TLS, "no roots to trust: %s",
			wish->trustz != NULL ? wish->trustz : "the system's");
	if (!context_certify(context, wish->certificatez))
		return err_set(err, ERR_TLS, "no key and certificate: %s",
			wish->certificatez);
	SSL_CTX_set_cert_verify_callback(context, path_verify, NULL);
	if (SSL_CTX_dane_enable(context) <= 0)
		return err_set(err, ERR_TLS, "OpenSSL does not do DANE");
	if (bug(DANE_NO_AGILITY))
		(void)SSL_CTX_dane_mtype_set(context, EVP_sha512(), 2, 1);
	/* RFC 9325 sections 3.3 and 3.5; nobody needs the second. */
	(void)SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION);
	if (!bug(LATER_HANDSHAKE_UNCHECKED))
		(void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
	buggy(bug_context(context), (void)0);
	return 0;
}

static bool
is_address(const char *hostz)
{
	uint8_t room[16];

	return inet_pton(AF_INET, hostz, room) == 1 ||
	       inet_pton(AF_INET6, hostz, room) == 1;
}

/*
 * Whom the certificate has to name: the host that the user gave, or that he
 * agreed to, never one that the network told (RFC 9525 section 6.1, RFC 7817
 * section 3). The common name is no name (RFC 9525 section 1), a star stands
 * for one whole label at the left (section 6.3). An address is compared with
 * addresses (section 6.4).
 *
 * Path validation (RFC 5280) is OpenSSL's, at the level of 112 bits, with what
 * it leaves out by itself: policies (section 6.1.3). The purpose, that of a
 * TLS server, is set by OpenSSL.
 */
static bool
param_set(X509_VERIFY_PARAM *param, const char *hostz)
{
	X509_VERIFY_PARAM_set_hostflags(
		param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
			       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_POLICY_CHECK) != 1)
		return false;
	if (is_address(hostz))
		return X509_VERIFY_PARAM_set1_ip_asc(param, hostz) == 1;
	return X509_VERIFY_PARAM_set1_host(param, hostz, 0) == 1;
}

int
tls_context_set(SSL_CTX *context, const struct tls_wish *wish, struct err *err)
{
	if (context_set(context, wish, err) != 0)
		return -1;
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, verify_step);
	if (!param_set(SSL_CTX_get0_param(context), wish->hostz))
		return err_set(err, ERR_TLS, "OpenSSL cannot check for %s",
			wish->hostz);
	return 0;
}

/*
 * RFC 7672 section 3.1: a key or certificate of the server's own counts alone,
 * whatever names and dates stand beside it (section 3.1.1); a chain from an
 * anchor is checked like any other (3.1.2), with the names of section 3.2.2.
 * Of two digests of one kind OpenSSL takes the stronger (RFC 7671 section 9).
 * What it cannot read is of no use; with nothing left a sender demands TLS,
 * which may be anybody's, and a client goes by authorities as ever (RFC 7673
 * section 4.1).
 */
static bool
tlsa_set(SSL *ssl, const struct tlsa *tlsa)
{
	int useful = 0, result;

	if (SSL_dane_enable(ssl, tlsa->base) <= 0)
		return false;
	if (bug(SENDS_NO_SNI)) /* SSL_dane_enable sets it */
		(void)SSL_set_tlsext_host_name(ssl, NULL);
	if (!bug(DANE_EE_NAMED))
		(void)SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	for (size_t i = 0; i < tlsa->n; i++) {
		const struct lk_tlsa *record = &tlsa->records[i];

		result = SSL_dane_tlsa_add(ssl, record->usage, record->selector,
			record->matching, record->data.p, record->data.n);
		if (result < 0)
			return false;
		useful += result > 0;
	}
	ERR_clear_error();
	if (useful == 0 && tlsa->or_anybody)
		SSL_set_verify(ssl, SSL_VERIFY_NONE, verify_step);
	return tlsa->alsoz == NULL || SSL_add1_host(ssl, tlsa->alsoz) == 1;
}

/* SNI (RFC 6066 section 3: there is none for an address), that of the domain
 * before that of its host (RFC 7673 section 4.1); and who it has to be. */
static bool
verify_set(SSL *ssl, const struct tls_wish *wish)
{
	char sni[256];

	SSL_set_verify(ssl,
		wish->peer == TLS_ANYBODY ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
		verify_step);
	if (snprintf(sni, sizeof(sni), "%s",
		    wish->domainz != NULL ? wish->domainz : wish->hostz) >=
		(int)sizeof(sni))
		return false;
	if (!is_address(sni) && !bug(SENDS_NO_SNI) &&
		SSL_set_tlsext_host_name(ssl, sni) != 1)
		return false;
	return param_set(SSL_get0_param(ssl), wish->hostz) &&
	       (wish->domainz == NULL || bug(SRV_DOMAIN_UNKNOWN) ||
		       SSL_add1_host(ssl, wish->domainz) == 1) &&
	       (wish->peer != TLS_TLSA || tlsa_set(ssl, wish->tlsa));
}

/* Is this name the service of the domain (RFC 4985)? */
static bool
is_srv_id(const GENERAL_NAME *name, const char *srv_idz)
{
	const ASN1_IA5STRING *text;

	if (name->type != GEN_OTHERNAME ||
		OBJ_obj2nid(name->d.otherName->type_id) != NID_SRVName ||
		name->d.otherName->value->type != V_ASN1_IA5STRING)
		return false;
	text = name->d.otherName->value->value.ia5string;
	return bug(SRV_ID_ANY) ||
	       span_eq_nocase(span_of(ASN1_STRING_get0_data(text),
				      (size_t)ASN1_STRING_length(text)),
		       span_z(srv_idz));
}

/*
 * Where SRV records named the host, the certificate may name the service of
 * the domain that the user gave, in the place of the host (RFC 7817 section 3,
 * RFC 9525 section 6.5).
 */
static bool
srv_id_matches(X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	const char *srv_idz = SSL_get_app_data(ssl);
	GENERAL_NAMES *names = NULL;
	bool found = false;

	if (srv_idz != NULL && srv_idz[0] != '\0' && !bug(SRV_ID_UNKNOWN))
		names = X509_get_ext_d2i(X509_STORE_CTX_get0_cert(store),
			NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++)
		found = is_srv_id(sk_GENERAL_NAME_value(names, i), srv_idz);
	GENERAL_NAMES_free(names);
	return found;
}

/* RFC 7301: one protocol is offered, so that no other can be agreed to. */
static bool
alpn_set(SSL *ssl, const char *alpnz)
{
	uint8_t list[32];
	size_t n = alpnz != NULL ? strlen(alpnz) : 0;

	if (n == 0)
		return true;
	list[0] = (uint8_t)n;
	memcpy(list + 1, alpnz, n);
	return SSL_set_alpn_protos(ssl, list, (unsigned)n + 1) == 0;
}

/* What a connection has to be like is ours to say, and not the machine's
 * openssl.cnf's; what ends with the process needs no tidying up. */
bool
tls_begin(void)
{
	return OPENSSL_init_crypto(
		       OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT,
		       NULL) == 1;
}

SSL *
tls_new(const struct tls_wish *wish, struct err *err)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = NULL;

	if (context == NULL) {
		(void)err_set(err, ERR_TLS, "OpenSSL cannot do what is needed");
		return NULL;
	}
	if (context_set(context, wish, err) == 0) {
		ssl = SSL_new(context);
		if (ssl == NULL || SSL_set_app_data(ssl, wish->srv_idz) != 1 ||
			!verify_set(ssl, wish) || !alpn_set(ssl, wish->alpnz)) {
			(void)err_set(err, ERR_TLS,
				"OpenSSL cannot check for %s", wish->hostz);
			SSL_free(ssl);
			ssl = NULL;
		}
	}
	SSL_CTX_free(context); /* the session keeps it */
	if (ssl != NULL)
		buggy(bug_prepare(ssl, wish), (void)0);
	return ssl;
}

int
verify_step(int good, X509_STORE_CTX *store)
{
	if (!good &&
		X509_STORE_CTX_get_error(store) ==
			X509_V_ERR_HOSTNAME_MISMATCH &&
		srv_id_matches(store)) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		good = 1;
	}
	return buggy(bug_verify(good, store), good);
}
