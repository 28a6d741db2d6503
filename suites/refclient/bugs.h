/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the bugs: X(CONSTANT, name, class, what it does, public bug of
 * the kind, or ""). Nothing else has to be told of a bug but where it is: the
 * condition in the code, and the trials that find it (mutants.toml).
 */
#ifndef REFCLIENT_BUGS_H
#define REFCLIENT_BUGS_H

#include "bugs_sender.h"

#define REFCLIENT_BUGS_PATH(X)                                                 \
	X(VERIFIES_NOTHING, "verifies-nothing", "path",                        \
		"takes every certificate", "CVE-2014-7273")                    \
	X(RESULT_IGNORED, "result-ignored", "path",                            \
		"verifies, and does not look at the result", "CVE-2020-15047") \
	X(SELF_SIGNED_ACCEPTED, "self-signed-accepted", "path",                \
		"takes a certificate that signs itself", "CVE-2021-26911")     \
	X(ROOT_SENT_ACCEPTED, "root-sent-accepted", "path",                    \
		"trusts a root because it was sent along", "CVE-2014-7275")    \
	X(UNKNOWN_ROOT_ACCEPTED, "unknown-root-accepted", "path",              \
		"does not need to know the root of the path", "CVE-2019-8337") \
	X(MISSING_ISSUER_ACCEPTED, "missing-issuer-accepted", "path",          \
		"does not need to know the issuer of the certificate",         \
		"CVE-2019-8337")                                               \
	X(EXPIRED_LEAF_ACCEPTED, "expired-leaf-accepted", "path",              \
		"takes a certificate that has expired", "")                    \
	X(EXPIRED_ISSUER_ACCEPTED, "expired-issuer-accepted", "path",          \
		"takes an issuer that has expired", "CVE-2020-14154")          \
	X(EARLY_LEAF_ACCEPTED, "early-leaf-accepted", "path",                  \
		"takes a certificate that is not valid yet", "")               \
	X(EARLY_ISSUER_ACCEPTED, "early-issuer-accepted", "path",              \
		"takes an issuer that is not valid yet", "")                   \
	X(BAD_BEGIN_ACCEPTED, "bad-begin-accepted", "path",                    \
		"takes a date that it cannot read for the past", "")           \
	X(BAD_END_ACCEPTED, "bad-end-accepted", "path",                        \
		"takes a date that it cannot read for the future", "")         \
	X(NO_CA_ACCEPTED, "no-ca-accepted", "path",                            \
		"lets everybody with a certificate be a CA", "CVE-2002-0862")  \
	X(NO_CERT_SIGN_ACCEPTED, "no-cert-sign-accepted", "path",              \
		"lets a key sign certificates that may not", "")               \
	X(PATH_LENGTH_IGNORED, "path-length-ignored", "path",                  \
		"does not count the issuers below a CA", "")                   \
	X(EXCLUDED_NAMES_IGNORED, "excluded-names-ignored", "path",            \
		"does not look for which names a CA must not sign", "")        \
	X(PERMITTED_NAMES_IGNORED, "permitted-names-ignored", "path",          \
		"does not look for which names a CA may sign", "")             \
	X(PURPOSE_IGNORED, "purpose-ignored", "path",                          \
		"does not look what the certificate is for", "")               \
	X(CRITICAL_LEAF_IGNORED, "critical-leaf-ignored", "path",              \
		"skips a critical extension of the certificate", "")           \
	X(CRITICAL_ISSUER_IGNORED, "critical-issuer-ignored", "path",          \
		"skips a critical extension of the issuer", "")                \
	X(SMALL_KEY_ACCEPTED, "small-key-accepted", "path",                    \
		"takes a certificate with a small key", "")                    \
	X(SMALL_ISSUER_KEY_ACCEPTED, "small-issuer-key-accepted", "path",      \
		"takes an issuer with a small key", "")                        \
	X(WEAK_LEAF_DIGEST_ACCEPTED, "weak-leaf-digest-accepted", "path",      \
		"takes a certificate signed with SHA-1 or MD5", "")            \
	X(WEAK_ISSUER_DIGEST_ACCEPTED, "weak-issuer-digest-accepted", "path",  \
		"takes an issuer signed with SHA-1 or MD5", "")                \
	X(BAD_SIGNATURE_ACCEPTED, "bad-signature-accepted", "path",            \
		"does not check the signature of the certificate", "")         \
	X(BAD_ISSUER_SIGNATURE_ACCEPTED, "bad-issuer-signature-accepted",      \
		"path", "does not check the signatures of issuers", "")        \
	X(POLICY_IGNORED, "policy-ignored", "path",                            \
		"does not look for the policy that an issuer demands", "")     \
	X(KNOWN_HOST_TRUSTED, "known-host-trusted", "path",                    \
		"looks at certificates on the first visit only", "")           \
	X(LATER_HANDSHAKE_UNCHECKED, "later-handshake-unchecked", "path",      \
		"looks at the certificate of a session's first handshake "     \
		"only",                                                        \
		"")                                                            \
	X(CERTIFICATE_PINNED, "certificate-pinned", "path",                    \
		"takes only the certificate of the first visit", "")

#define REFCLIENT_BUGS_NAME(X)                                                 \
	X(NAME_UNCHECKED, "name-unchecked", "name",                            \
		"takes the certificate of any host", "CVE-2011-1429")          \
	X(CN_ALWAYS, "cn-always", "name",                                      \
		"takes the common name where alternative names say "           \
		"otherwise",                                                   \
		"")                                                            \
	X(CN_WITHOUT_DNS, "cn-without-dns", "name",                            \
		"takes the common name where no host is among the "            \
		"alternative names",                                           \
		"")                                                            \
	X(CN_NUL, "cn-nul", "name", "reads the common name up to a NUL",       \
		"CVE-2009-4565")                                               \
	X(NAME_ANYWHERE_IN_SUBJECT, "name-anywhere-in-subject", "name",        \
		"looks for the host in every part of the subject", "")         \
	X(NAME_NONE, "name-none", "name",                                      \
		"takes a certificate without names for everybody's", "")       \
	X(NAME_NUL, "name-nul", "name", "reads the names up to a NUL",         \
		"CVE-2009-3942")                                               \
	X(NAME_PREFIX, "name-prefix", "name",                                  \
		"takes a name that begins with the host", "")                  \
	X(NAME_SUFFIX, "name-suffix", "name",                                  \
		"takes a name that ends with the letters of the host", "")     \
	X(NAME_BELOW, "name-below", "name", "takes a name below the host", "") \
	X(NAME_ABOVE, "name-above", "name",                                    \
		"takes a name that the host is below of", "")                  \
	X(NAME_SIBLING, "name-sibling", "name", "compares the domain only",    \
		"")                                                            \
	X(NAME_LABEL, "name-label", "name", "compares the first label only",   \
		"")                                                            \
	X(NAME_BLANKS, "name-blanks", "name", "drops blanks around a name",    \
		"")                                                            \
	X(NAME_LEADING_DOT, "name-leading-dot", "name",                        \
		"takes a dot in front for all hosts below, as cookies do", "") \
	X(NAME_URL, "name-url", "name", "finds the host in a URL", "")         \
	X(NAME_PORT, "name-port", "name", "drops a port behind the name", "")  \
	X(NAME_EMPTY, "name-empty", "name",                                    \
		"takes an empty name for everybody's", "")                     \
	X(NAME_EMPTY_LABEL, "name-empty-label", "name", "drops empty labels",  \
		"")                                                            \
	X(NAME_ASCII_ONLY, "name-ascii-only", "name",                          \
		"drops what is no ASCII", "")                                  \
	X(NAME_OTHER_DOTS, "name-other-dots", "name",                          \
		"takes an ideographic full stop for a dot", "")                \
	X(NAME_A_LABEL, "name-a-label", "name",                                \
		"takes an internationalised name for the letters in it", "")   \
	X(NAME_ADDRESS_AS_NAME, "name-address-as-name", "name",                \
		"takes an address in the place of a host name", "")            \
	X(NAME_ADDRESS, "name-address", "name",                                \
		"takes any address for that of the host", "")                  \
	X(NAME_EMAIL, "name-email", "name",                                    \
		"finds the host in a mail address", "")                        \
	X(NAME_URI, "name-uri", "name", "finds the host in a URI name", "")    \
	X(NAME_DIRECTORY, "name-directory", "name",                            \
		"finds the host in a directory name", "")                      \
	X(SRV_ANY_SERVICE, "srv-any-service", "name",                          \
		"takes the service name of another service", "")               \
	X(SRV_ANY_DOMAIN, "srv-any-domain", "name",                            \
		"takes the service name of another domain", "")                \
	X(WILDCARD_ALL, "wildcard-all", "name", "takes a star for every name", \
		"")                                                            \
	X(WILDCARD_NOTHING, "wildcard-nothing", "name",                        \
		"lets a star stand for no label", "")                          \
	X(WILDCARD_LABELS, "wildcard-labels", "name",                          \
		"lets a star stand for several labels", "")                    \
	X(WILDCARD_BEHIND_LETTERS, "wildcard-behind-letters", "name",          \
		"takes a star behind letters of a label", "")                  \
	X(WILDCARD_BEFORE_LETTERS, "wildcard-before-letters", "name",          \
		"takes a star before letters of a label", "")                  \
	X(WILDCARD_SECOND, "wildcard-second", "name",                          \
		"takes a star in the second label", "")                        \
	X(WILDCARD_TWICE, "wildcard-twice", "name",                            \
		"takes a star in several labels", "")                          \
	X(WILDCARD_A_LABEL, "wildcard-a-label", "name",                        \
		"takes a star in an internationalised label", "")              \
	X(WILDCARD_ANY_DOMAIN, "wildcard-any-domain", "name",                  \
		"does not compare what follows a star", "")                    \
	X(CASE_SENSITIVE, "case-sensitive", "name",                            \
		"tells capital letters from small ones", "")                   \
	X(WILDCARD_REFUSED, "wildcard-refused", "name",                        \
		"does not know wildcards", "")

#define REFCLIENT_BUGS_ORDER(X)                                                \
	X(CHECKED_AFTER_LIST, "checked-after-list", "order",                   \
		"asks what the server can do before it looks at the "          \
		"certificate",                                                 \
		"")                                                            \
	X(CHECKED_AFTER_LOGIN, "checked-after-login", "order",                 \
		"logs in before it looks at the certificate", "")              \
	X(CHECKED_AFTER_WORK, "checked-after-work", "order",                   \
		"looks at the certificate when all is done", "")               \
	X(LOGIN_WITH_STARTTLS, "login-with-starttls", "order",                 \
		"sends the password right behind STARTTLS, without waiting",   \
		"")                                                            \
	X(PLAIN_WITH_STARTTLS, "plain-with-starttls", "order",                 \
		"sends the first message of a login right behind STARTTLS",    \
		"")                                                            \
	X(CLEAR_TEXT_IN_HANDSHAKE, "clear-text-in-handshake", "order",         \
		"sends a command in clear where its handshake begins", "")

#define REFCLIENT_BUGS_STRIPPING(X)                                            \
	X(STRIPPED_ACCEPTED, "stripped-accepted", "stripping",                 \
		"goes on in clear where STARTTLS is not offered",              \
		"CVE-2021-22946")                                              \
	X(STRIPPED_IMAP_ACCEPTED, "stripped-imap-accepted", "stripping",       \
		"does so with IMAP", "CVE-2021-22946")                         \
	X(STRIPPED_POP3_ACCEPTED, "stripped-pop3-accepted", "stripping",       \
		"does so with POP3", "CVE-2021-22946")                         \
	X(STRIPPED_SMTP_ACCEPTED, "stripped-smtp-accepted", "stripping",       \
		"does so with submission", "CVE-2021-44549")                   \
	X(REFUSAL_ACCEPTED, "refusal-accepted", "stripping",                   \
		"goes on in clear where STARTTLS is refused", "")              \
	X(REFUSAL_IMAP_ACCEPTED, "refusal-imap-accepted", "stripping",         \
		"does so with IMAP", "CVE-2020-12398")                         \
	X(REFUSAL_POP3_ACCEPTED, "refusal-pop3-accepted", "stripping",         \
		"does so with POP3", "")                                       \
	X(REFUSAL_SMTP_ACCEPTED, "refusal-smtp-accepted", "stripping",         \
		"does so with submission", "")                                 \
	X(LIST_REFUSED_ACCEPTED, "list-refused-accepted", "stripping",         \
		"goes on in clear, and blindly, where the list is refused",    \
		"CVE-2021-22946")                                              \
	X(HELO_INSTEAD, "helo-instead", "stripping",                           \
		"says HELO where EHLO is refused, and hands the mail in", "")  \
	X(ANY_GREETING_ACCEPTED, "any-greeting-accepted", "stripping",         \
		"takes any greeting, and does without TLS if it makes no "     \
		"sense",                                                       \
		"")                                                            \
	X(PREAUTH_ACCEPTED, "preauth-accepted", "stripping",                   \
		"takes PREAUTH for a login, and does without TLS",             \
		"CVE-2020-14093")                                              \
	X(COUNTS_TAGS, "counts-tags", "stripping",                             \
		"counts its tags, and takes an answer that came before the "   \
		"command",                                                     \
		"")

#define REFCLIENT_BUGS_FALLBACK(X)                                             \
	X(MAIL_EXCUSES_TLS, "mail-excuses-tls", "fallback",                    \
		"does without TLS for a mail that does not require it",        \
		"Postfix 3.10.0 to 3.10.5, on the port where TLS comes first") \
	X(CLEAR_AFTER_CONNECT, "clear-after-connect", "fallback",              \
		"comes back in clear where nobody listens", "")                \
	X(CLEAR_AFTER_GREETING, "clear-after-greeting", "fallback",            \
		"comes back in clear behind a bad greeting", "")               \
	X(CLEAR_AFTER_LIST, "clear-after-list", "fallback",                    \
		"comes back in clear behind a bad list", "")                   \
	X(CLEAR_AFTER_STARTTLS, "clear-after-starttls", "fallback",            \
		"comes back in clear where STARTTLS failed", "")               \
	X(CLEAR_AFTER_HANDSHAKE, "clear-after-handshake", "fallback",          \
		"comes back in clear behind a handshake that failed", "")      \
	X(CLEAR_AFTER_LOGIN, "clear-after-login", "fallback",                  \
		"comes back in clear behind a login that failed", "")          \
	X(CLEAR_AFTER_WORK, "clear-after-work", "fallback",                    \
		"comes back in clear where the connection broke", "")          \
	X(OLDER_AFTER_HANDSHAKE, "older-after-handshake", "fallback",          \
		"comes back with an older version of TLS", "CVE-2014-3566")    \
	X(CLEAR_AFTER_WARNING, "clear-after-warning", "fallback",              \
		"comes back in clear behind a warning of TLS", "")             \
	X(OLDER_AFTER_WARNING, "older-after-warning", "fallback",              \
		"comes back with an older version behind a warning of TLS",    \
		"")                                                            \
	X(DEMANDED_ONCE, "demanded-once", "fallback",                          \
		"sees on one connection that there is TLS, and does without"   \
		" on the next",                                                \
		"")                                                            \
	X(TRUSTING_AFTER_HANDSHAKE, "trusting-after-handshake", "fallback",    \
		"comes back without verification", "")                         \
	X(BLURTS_IN_CLEAR, "blurts-in-clear", "fallback",                      \
		"says all it has to say, in clear, when something failed", "") \
	X(CLEAR_BY_DEFAULT, "clear-by-default", "fallback",                    \
		"goes in clear if nobody said otherwise", "")                  \
	X(BLIND_BY_DEFAULT, "blind-by-default", "fallback",                    \
		"so, and asks for no list", "")                                \
	X(AUTODETECTS, "autodetects", "fallback",                              \
		"tries the port with TLS, then the one without, if nobody "    \
		"said otherwise",                                              \
		"")                                                            \
	X(AUTODETECTS_UNCHECKED, "autodetects-unchecked", "fallback",          \
		"so, without a look at the certificate", "")                   \
	X(FIRST_CLEAR_KEPT, "first-clear-kept", "fallback",                    \
		"uses the connection of a transfer in clear for the next",     \
		"CVE-2026-4873")                                               \
	X(FIRST_UNCHECKED_KEPT, "first-unchecked-kept", "fallback",            \
		"uses the connection of a transfer without verification for"   \
		" the next",                                                   \
		"")

#define REFCLIENT_BUGS_INJECTION(X)                                            \
	X(KEEPS_ANYTHING, "keeps-anything", "injection",                       \
		"keeps whatever it has read behind the reply to STARTTLS",     \
		"CVE-2011-0411")                                               \
	X(KEEPS_LINES_IMAP, "keeps-lines-imap", "injection",                   \
		"keeps whole lines behind the reply to STARTTLS, with IMAP",   \
		"CVE-2020-14954")                                              \
	X(KEEPS_LINES_POP3, "keeps-lines-pop3", "injection",                   \
		"keeps whole lines behind the reply to STLS",                  \
		"CVE-2021-39272")                                              \
	X(KEEPS_LINES_SMTP, "keeps-lines-smtp", "injection",                   \
		"keeps whole lines behind the reply to STARTTLS, with SMTP",   \
		"CVE-2021-22947")                                              \
	X(KEEPS_FRAGMENT, "keeps-fragment", "injection",                       \
		"keeps the beginning of a line behind that reply", "")         \
	X(KEEPS_UNTAGGED, "keeps-untagged", "injection",                       \
		"keeps lines of data behind that reply", "CVE-2021-38370")     \
	X(READS_THROUGH_HANDSHAKE, "reads-through-handshake", "injection",     \
		"sorts lines in clear out of the handshake, and keeps them",   \
		"CVE-2025-49812")                                              \
	X(BELIEVES_EARLY_EXISTS, "believes-early-exists", "injection",         \
		"remembers how much mail there is, told before TLS", "")       \
	X(BELIEVES_EARLY_MAIL, "believes-early-mail", "injection",             \
		"takes mail that comes before TLS", "CVE-2021-29969")          \
	X(BELIEVES_EARLY_MAILBOX, "believes-early-mailbox", "injection",       \
		"remembers names of mailboxes from before TLS",                \
		"CVE-2021-38372")                                              \
	X(BELIEVES_EARLY_LSUB, "believes-early-lsub", "injection",             \
		"remembers subscriptions from before TLS", "CVE-2021-38372")   \
	X(BELIEVES_EARLY_SEARCH, "believes-early-search", "injection",         \
		"remembers a search from before TLS", "")                      \
	X(BELIEVES_EARLY_COUNT, "believes-early-count", "injection",           \
		"remembers what POP3 lists before TLS", "")                    \
	X(BELIEVES_EARLY_NAMES, "believes-early-names", "injection",           \
		"shows what POP3 lists before TLS", "")                        \
	X(SHOWS_EARLY_ALERTS, "shows-early-alerts", "injection",               \
		"shows messages for the user from before TLS", "")             \
	X(CRASHES_ON_EXPUNGE, "crashes-on-expunge", "injection",               \
		"dies of data that make no sense before TLS", "")

#define REFCLIENT_BUGS_CAPABILITIES(X)                                         \
	X(KEEPS_LIST_IMAP, "keeps-list-imap", "capabilities",                  \
		"goes by the list from before TLS, with IMAP", "")             \
	X(KEEPS_LIST_POP3, "keeps-list-pop3", "capabilities",                  \
		"goes by the list from before TLS, with POP3", "")             \
	X(KEEPS_LIST_SMTP, "keeps-list-smtp", "capabilities",                  \
		"goes by the list from before TLS, with SMTP", "")             \
	X(BELIEVES_ANY_LIST, "believes-any-list", "capabilities",              \
		"goes by any list that came before TLS", "")                   \
	X(BELIEVES_GREETING_LIST, "believes-greeting-list", "capabilities",    \
		"goes by the list of the greeting", "")                        \
	X(PROVES_TO_ANYTHING, "proves-to-anything", "capabilities",            \
		"hashes the password with whatever the greeting has in "       \
		"brackets (APOP)",                                             \
		"CVE-2007-1558")                                               \
	X(LOGINDISABLED_IGNORED, "logindisabled-ignored", "capabilities",      \
		"sends LOGIN where it is forbidden", "")                       \
	X(ALWAYS_SASL_IR, "always-sasl-ir", "capabilities",                    \
		"sends the first message along where that is not offered", "") \
	X(SHORT_LISTS, "short-lists", "capabilities",                          \
		"reads no more than the beginning of a list", "")              \
	X(STARTTLS_TWICE, "starttls-twice", "capabilities",                    \
		"asks for TLS wherever it is offered, inside TLS, too", "")    \
	X(CHALLENGE_UNREAD, "challenge-unread", "capabilities",                \
		"answers a challenge that it cannot read", "")                 \
	X(CANCEL_UNSAID, "cancel-unsaid", "capabilities",                      \
		"hangs up where it cannot read a challenge", "")               \
	X(LOGIN_OPTIONAL, "login-optional", "capabilities",                    \
		"goes on without a login where there is none", "")             \
	X(AUTH_PIPELINED, "auth-pipelined", "capabilities",                    \
		"sends the next command along with a login that has steps",    \
		"")                                                            \
	X(KNOWS_NO_PLAIN, "knows-no-plain", "capabilities", "knows no PLAIN",  \
		"")                                                            \
	X(KNOWS_NO_EXTERNAL, "knows-no-external", "capabilities",              \
		"shows a certificate, and knows no EXTERNAL", "")              \
	X(PASSWORD_PREFERRED, "password-preferred", "capabilities",            \
		"sends its password where its certificate is to do", "")       \
	X(EMPTY_RESPONSE_UNSAID, "empty-response-unsaid", "capabilities",      \
		"leaves a response out because it is empty", "")               \
	X(AUTH_LINE_UNLIMITED, "auth-line-unlimited", "capabilities",          \
		"sends a response along that does not fit into the command",   \
		"")                                                            \
	X(LATE_RESPONSE_FORGOTTEN, "late-response-forgotten", "capabilities",  \
		"does not say what did not fit into the command when it is "   \
		"asked",                                                       \
		"")

#define REFCLIENT_BUGS_REFERRAL(X)                                             \
	X(REFERRAL_FOLLOWED, "referral-followed", "referral",                  \
		"goes where the server sends it, and logs in there", "")       \
	X(REFERRAL_VISITED, "referral-visited", "referral",                    \
		"goes where the server sends it, and comes back", "")          \
	X(REFERRAL_IN_CLEAR, "referral-in-clear", "referral",                  \
		"goes where the server sends it, and logs in there without "   \
		"TLS",                                                         \
		"")

#define REFCLIENT_BUGS_TLS(X)                                                  \
	X(OFFERS_TLS10, "offers-tls10", "tls", "takes TLS 1.0", "")            \
	X(OFFERS_TLS11, "offers-tls11", "tls", "takes TLS 1.1", "")            \
	X(OFFERS_NO_TLS12, "offers-no-tls12", "tls",                           \
		"takes nothing below TLS 1.3", "")                             \
	X(OFFERS_NO_TLS13, "offers-no-tls13", "tls", "does not know TLS 1.3",  \
		"")                                                            \
	X(OFFERS_ANONYMOUS, "offers-anonymous", "tls",                         \
		"takes suites without a certificate", "")                      \
	X(OFFERS_NULL, "offers-null", "tls",                                   \
		"takes suites without encryption", "")                         \
	X(OFFERS_STATIC_RSA, "offers-static-rsa", "tls",                       \
		"takes suites without forward secrecy", "")                    \
	X(OFFERS_DHE_1024, "offers-dhe-1024", "tls",                           \
		"takes a group of 1024 bits for Diffie-Hellman",               \
		"CVE-2015-4000")                                               \
	X(OFFERS_SMALL_CURVE, "offers-small-curve", "tls",                     \
		"takes a curve of 192 bits", "")                               \
	X(OFFERS_ONE_GROUP, "offers-one-group", "tls", "knows one group only", \
		"")                                                            \
	X(OFFERS_SHA1, "offers-sha1", "tls", "takes signatures with SHA-1",    \
		"CVE-2015-7575")                                               \
	X(ONLY_P256, "only-p256", "tls",                                       \
		"takes no certificate on another curve than P-256", "")        \
	X(DOWNGRADE_OVERLOOKED, "downgrade-overlooked", "tls",                 \
		"does not look whether the server marks TLS 1.2 as a "         \
		"downgrade",                                                   \
		"")                                                            \
	X(LEGACY_SERVER_ACCEPTED, "legacy-server-accepted", "tls",             \
		"does not mind that the server says nothing of a safe "        \
		"renegotiation",                                               \
		"CVE-2009-3555")                                               \
	X(ALPN_IGNORED, "alpn-ignored", "tls",                                 \
		"offers any protocol, and does not look which one was "        \
		"agreed to",                                                   \
		"")                                                            \
	X(ANTIQUE_HELLO, "antique-hello", "tls",                               \
		"asks with a ClientHello of long ago whether there is TLS",    \
		"")                                                            \
	X(NO_EXTENDED_MASTER_SECRET, "no-extended-master-secret", "tls",       \
		"does not bind the keys to the handshake", "CVE-2015-6112")    \
	X(SENDS_NO_SNI, "sends-no-sni", "tls", "does not say whom it wants",   \
		"")                                                            \
	X(CLIENT_CERTIFICATE_DEMANDED, "client-certificate-demanded", "tls",   \
		"ends where it is asked for a certificate that it does not "   \
		"have",                                                        \
		"")                                                            \
	X(ANY_CERTIFICATE_SHOWN, "any-certificate-shown", "tls",               \
		"shows a certificate that the account does not name, if it "   \
		"is asked for one",                                            \
		"")                                                            \
	X(CERTIFICATE_SHARED, "certificate-shared", "tls",                     \
		"shows the certificate of one account for the next", "")       \
	X(OFFERS_NO_AES128, "offers-no-aes128", "tls",                         \
		"knows no suite of TLS 1.2 with AES-128", "")                  \
	X(GOODBYE_UNSAID, "goodbye-unsaid", "tls",                             \
		"hangs up without close_notify", "")                           \
	X(GOODBYE_DEMANDED, "goodbye-demanded", "tls",                         \
		"counts nothing that was done if the end comes without "       \
		"close_notify",                                                \
		"")                                                            \
	X(TRUNCATION_ACCEPTED, "truncation-accepted", "tls",                   \
		"takes the end of the connection for the end of the mail", "")

#define REFCLIENT_BUGS_LATCH(X)                                                \
	X(LATCH_IGNORED, "latch-ignored", "latch",                             \
		"goes on where the server does not keep what it promised", "") \
	X(LATCH_LATE, "latch-late", "latch",                                   \
		"looks for what was promised only behind the login", "")       \
	X(LATCH_WHILE_SAID, "latch-while-said", "latch",                       \
		"demands a promise only while the server repeats it", "")      \
	X(LATCH_LEVEL_IGNORED, "latch-level-ignored", "latch",                 \
		"goes on below the level that its account asks for", "")       \
	X(LATCH_FORGOTTEN, "latch-forgotten", "latch", "remembers no promise", \
		"")                                                            \
	X(LATCH_REPLACED, "latch-replaced", "latch",                           \
		"remembers only what was promised last", "")                   \
	X(LATCH_WITHDRAWN, "latch-withdrawn", "latch",                         \
		"forgets all when the server announces an empty list", "")     \
	X(LATCH_LOWERED, "latch-lowered", "latch",                             \
		"lets a lower version take the place of a higher one", "")     \
	X(LATCH_AGED, "latch-aged", "latch", "forgets all at max-age=0", "")   \
	X(LATCH_EARLY_STATUS, "latch-early-status", "latch",                   \
		"remembers what was promised in clear", "")                    \
	X(LATCH_UNMET, "latch-unmet", "latch",                                 \
		"remembers a promise that is not kept even now", "")           \
	X(LATCH_UNSAID, "latch-unsaid", "latch",                               \
		"remembers what is in use as if it had been promised", "")     \
	X(LATCH_OTHER_DRAFT, "latch-other-draft", "latch",                     \
		"remembers a tag of another revision", "")                     \
	X(LATCH_BEGINNING, "latch-beginning", "latch",                         \
		"takes a tag that begins like a known one for it", "")         \
	X(LATCH_ROUNDED, "latch-rounded", "latch",                             \
		"takes a version of the future for the last that it knows",    \
		"")                                                            \
	X(LATCH_STRANGE_REFUSED, "latch-strange-refused", "latch",             \
		"leaves where a list has a word that it does not know", "")    \
	X(LATCH_FEWER_REFUSED, "latch-fewer-refused", "latch",                 \
		"leaves where the server says less than it remembers", "")     \
	X(LATCH_UNTOLD, "latch-untold", "latch",                               \
		"does not tell the user why it refuses", "")                   \
	X(LATCH_URL_UNTOLD, "latch-url-untold", "latch",                       \
		"does not tell the user where the provider explains it", "")   \
	X(STATUS_FLATTERS, "status-flatters", "latch",                         \
		"shows the level that is demanded, whatever there was", "")    \
	X(STATUS_TELLS_NOTHING, "status-tells-nothing", "latch",               \
		"shows no level where there was one", "")                      \
	X(STATUS_STALE, "status-stale", "latch",                               \
		"shows the last visit that was done, not the last one", "")    \
	X(LATCH_ASKS, "latch-asks", "latch", "asks the user whether to go on", \
		"")                                                            \
	X(LATCH_UNREPORTED, "latch-unreported", "latch",                       \
		"does not tell the server what it remembers", "")              \
	X(REPORT_FAILURE_UNSAID, "report-failure-unsaid", "latch",             \
		"tells the server what it remembers, and not what was not "    \
		"kept",                                                        \
		"")                                                            \
	X(REPORT_ALL_FAILED, "report-all-failed", "latch",                     \
		"reports all that it remembers as not kept", "")               \
	X(REPORT_UNTRUE, "report-untrue", "latch",                             \
		"claims to remember all that it knows of", "")                 \
	X(REPORT_MALFORMED, "report-malformed", "latch",                       \
		"has another separator in its reports", "")                    \
	X(REPORT_UNASKED, "report-unasked", "latch",                           \
		"reports to a server that does not speak of it", "")           \
	X(REPORT_REFUSAL_MINDED, "report-refusal-minded", "latch",             \
		"leaves where the server does not like a report", "")

#define REFCLIENT_BUGS_DISCOVERY(X)                                            \
	X(SRV_UNASKED, "srv-unasked", "discovery",                             \
		"guesses the names of servers, and asks nobody", "")           \
	X(SRV_STARTTLS_ONLY, "srv-starttls-only", "discovery",                 \
		"does not look for servers where TLS comes first", "")         \
	X(SRV_FOREIGN, "srv-foreign", "discovery",                             \
		"takes a server outside the domain from the network", "")      \
	X(SRV_SUFFIX, "srv-suffix", "discovery",                               \
		"takes every name that ends with the letters of the domain",   \
		"")                                                            \
	X(SRV_DOT_GUESSED, "srv-dot-guessed", "discovery",                     \
		"guesses where a service is announced not to exist", "")       \
	X(SRV_LAST, "srv-last", "discovery",                                   \
		"takes the record with the highest number", "")                \
	X(SRV_CLEAR, "srv-clear", "discovery",                                 \
		"does without TLS on a port that is not for it", "")           \
	X(SRV_EACH_VISIT, "srv-each-visit", "discovery",                       \
		"looks for its servers on each visit", "")                     \
	X(SRV_IMAP_ALWAYS, "srv-imap-always", "discovery",                     \
		"takes IMAP, whatever the priorities say", "")                 \
	X(PROTOCOL_SWITCHED, "protocol-switched", "discovery",                 \
		"takes POP3 where IMAP does not answer", "")                   \
	X(SRV_ID_UNKNOWN, "srv-id-unknown", "discovery",                       \
		"knows no service names in certificates", "")                  \
	X(SRV_DOMAIN_UNKNOWN, "srv-domain-unknown", "discovery",               \
		"does not take the name of the domain for that of a host "     \
		"that it announces",                                           \
		"")                                                            \
	X(SRV_ID_ANY, "srv-id-any", "discovery",                               \
		"takes any service name of a certificate", "")

#define REFCLIENT_BUGS_DANE(X)                                                 \
	X(DANE_UNASKED, "dane-unasked", "dane",                                \
		"looks for no TLSA records where it was told to", "")          \
	X(DNS_UNCHECKED, "dns-unchecked", "dane",                              \
		"tells the resolver not to validate", "")                      \
	X(DANE_PORT_WRONG, "dane-port-wrong", "dane",                          \
		"asks for the TLSA records of another port", "")               \
	X(DANE_PKIX_UNKNOWN, "dane-pkix-unknown", "dane",                      \
		"does not know records that demand an authority, too", "")     \
	X(DANE_MISMATCH_ACCEPTED, "dane-mismatch-accepted", "dane",            \
		"goes by the names of a certificate that no record fits", "")  \
	X(DANE_UNUSABLE_ANYBODY, "dane-unusable-anybody", "dane",              \
		"takes anybody where no record is of use", "")

#define REFCLIENT_BUGS_OUTCOME(X)                                              \
	X(ALWAYS_SUCCESS, "always-success", "outcome",                         \
		"does its best, and exits with 0 whatever came of it", "")     \
	X(CRASHES, "crashes", "outcome",                                       \
		"dies of a signal where something is wrong", "")               \
	X(HANGS, "hangs", "outcome",                                           \
		"waits for ever where something is wrong", "")                 \
	X(WHOLE_REPLIES, "whole-replies", "outcome",                           \
		"takes what one read brings for a reply", "")                  \
	X(UNKNOWN_REFUSED, "unknown-refused", "outcome",                       \
		"leaves where the server has an experimental extension", "")

#define REFCLIENT_BUGS_ALL(X)                                                  \
	X(NONE, "", "", "", "")                                                \
	REFCLIENT_BUGS_PATH(X)                                                 \
	REFCLIENT_BUGS_NAME(X)                                                 \
	REFCLIENT_BUGS_ORDER(X)                                                \
	REFCLIENT_BUGS_STRIPPING(X)                                            \
	REFCLIENT_BUGS_FALLBACK(X)                                             \
	REFCLIENT_BUGS_INJECTION(X)                                            \
	REFCLIENT_BUGS_CAPABILITIES(X)                                         \
	REFCLIENT_BUGS_REFERRAL(X)                                             \
	REFCLIENT_BUGS_TLS(X)                                                  \
	REFCLIENT_BUGS_DISCOVERY(X)                                            \
	REFCLIENT_BUGS_LATCH(X)                                                \
	REFCLIENT_BUGS_DANE(X)                                                 \
	REFCLIENT_BUGS_OUTCOME(X)                                              \
	REFSENDER_BUGS_ALL(X)

#endif
