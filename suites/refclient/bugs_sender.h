/* SPDX-License-Identifier: Apache-2.0 */
/* The bugs of the sender, in the form of bugs.h. */
#ifndef REFCLIENT_BUGS_SENDER_H
#define REFCLIENT_BUGS_SENDER_H

#define REFSENDER_BUGS_RECORD(X)                                               \
	X(RECORD_PREFIX, "record-prefix", "sts-record",                        \
		"takes a record of a version whose name begins alike", "")     \
	X(RECORD_ID_UNREAD, "record-id-unread", "sts-record",                  \
		"does not need to find the id of a record",                    \
		"postfix-tlspol before 1.12.1")                                \
	X(RECORD_ANY_CASE, "record-any-case", "sts-record",                    \
		"reads the record without minding capitals", "")               \
	X(RECORD_TRIMMED, "record-trimmed", "sts-record",                      \
		"drops blanks around the record", "")                          \
	X(RECORD_QUOTED, "record-quoted", "sts-record",                        \
		"drops quotes around the record", "")                          \
	X(RECORD_EMPTY_FIELDS, "record-empty-fields", "sts-record",            \
		"skips empty fields of the record", "")                        \
	X(RECORD_BLANKS, "record-blanks", "sts-record",                        \
		"drops blanks around the signs of equality", "")               \
	X(RECORD_ORDER, "record-order", "sts-record",                          \
		"takes the version wherever it stands", "")                    \
	X(RECORD_FIRST_OF_MANY, "record-first-of-many", "sts-record",          \
		"takes the first of several records", "")                      \
	X(RECORD_STRINGS_APART, "record-strings-apart", "sts-record",          \
		"takes each string of a record for a record",                  \
		"postfix-tlspol before 1.12.1")                                \
	X(RECORD_FIRST_STRING, "record-first-string", "sts-record",            \
		"reads the first string of a record only", "")                 \
	X(RECORD_STRINGS_SPACED, "record-strings-spaced", "sts-record",        \
		"puts blanks between the strings of a record", "")             \
	X(RECORD_ALONE, "record-alone", "sts-record",                          \
		"takes no record with others beside it", "")                   \
	X(RECORD_UNKNOWN_REFUSED, "record-unknown-refused", "sts-record",      \
		"takes no record with a field that it does not know", "")      \
	X(RECORD_END_NEEDED, "record-end-needed", "sts-record",                \
		"takes no record without a semicolon at its end", "")          \
	X(RECORD_BLANK_NEEDED, "record-blank-needed", "sts-record",            \
		"takes no record without a blank behind the version", "")      \
	X(RECORD_FAILURE_DEFERS, "record-failure-defers", "sts-record",        \
		"keeps mail back while the record cannot be looked up", "")    \
	X(RECORD_PARENT_ASKED, "record-parent-asked", "sts-record",            \
		"looks for the policy of the domain above, too",               \
		"mox before 0.0.8")                                            \
	X(DNS_NO_TCP, "dns-no-tcp", "sts-record",                              \
		"does not ask again over TCP for an answer that is cut", "")   \
	X(DNS_ALIAS_IGNORED, "dns-alias-ignored", "sts-record",                \
		"does not go where an alias leads", "")

#define REFSENDER_BUGS_FETCH(X)                                                \
	X(FETCH_FOLLOWS, "fetch-follows", "sts-fetch", "follows redirections", \
		"")                                                            \
	X(FETCH_WITHOUT_HEAD, "fetch-without-head", "sts-fetch",               \
		"takes an answer without a head", "")                          \
	X(FETCH_ANY_SUCCESS, "fetch-any-success", "sts-fetch",                 \
		"takes the policy with every status that means success", "")   \
	X(FETCH_ANY_STATUS, "fetch-any-status", "sts-fetch",                   \
		"does not look at the status", "")                             \
	X(FETCH_AGAIN, "fetch-again", "sts-fetch",                             \
		"tries a second time at once", "")                             \
	X(FETCH_ANY_TYPE, "fetch-any-type", "sts-fetch",                       \
		"does not look at the media type", "")                         \
	X(FETCH_TEXT_TYPE, "fetch-text-type", "sts-fetch",                     \
		"takes the policy as any kind of text", "")                    \
	X(FETCH_TYPE_PREFIX, "fetch-type-prefix", "sts-fetch",                 \
		"compares the beginning of the media type", "")                \
	X(FETCH_TYPE_EXACT, "fetch-type-exact", "sts-fetch",                   \
		"takes no media type with parameters", "")                     \
	X(FETCH_TYPE_CASE, "fetch-type-case", "sts-fetch",                     \
		"compares the media type with its capitals", "")               \
	X(FETCH_PARTIAL, "fetch-partial", "sts-fetch",                         \
		"takes what came of an answer that broke off", "")             \
	X(FETCH_FAILURE_DEFERS, "fetch-failure-defers", "sts-fetch",           \
		"keeps mail back while the policy cannot be had",              \
		"mox before 0.0.4")                                            \
	X(FETCH_CONDITIONAL, "fetch-conditional", "sts-fetch",                 \
		"asks whether the policy has changed", "")                     \
	X(FETCH_ELSEWHERE_FIRST, "fetch-elsewhere-first", "sts-fetch",         \
		"asks at another place first", "")                             \
	X(FETCH_SMALL, "fetch-small", "sts-fetch", "has a limit of 16 KiB",    \
		"")                                                            \
	X(FETCH_CHUNKS_REFUSED, "fetch-chunks-refused", "sts-fetch",           \
		"takes no policy in chunks", "")                               \
	X(FETCH_OLD_HTTP_REFUSED, "fetch-old-http-refused", "sts-fetch",       \
		"takes no answer of HTTP/1.0", "")                             \
	X(FETCH_CACHING_MINDED, "fetch-caching-minded", "sts-fetch",           \
		"takes no policy that is not to be kept", "")

#define REFSENDER_BUGS_POLICY(X)                                               \
	X(POLICY_ANY_LINE_END, "policy-any-line-end", "sts-policy",            \
		"ends lines where Unicode does", "")                           \
	X(POLICY_BARE_CR, "policy-bare-cr", "sts-policy",                      \
		"ends lines with CR alone", "")                                \
	X(POLICY_BLANK_LINES, "policy-blank-lines", "sts-policy",              \
		"skips empty lines", "")                                       \
	X(POLICY_TRIMMED, "policy-trimmed", "sts-policy",                      \
		"drops blanks around lines", "")                               \
	X(POLICY_ANY_CASE, "policy-any-case", "sts-policy",                    \
		"reads the policy without minding capitals", "")               \
	X(POLICY_COMMENTS, "policy-comments", "sts-policy",                    \
		"skips lines that begin with #", "")                           \
	X(POLICY_OTHER_LINES, "policy-other-lines", "sts-policy",              \
		"skips lines that are no field", "")                           \
	X(POLICY_MARK, "policy-mark", "sts-policy", "skips a byte order mark", \
		"")                                                            \
	X(POLICY_SEMICOLONS, "policy-semicolons", "sts-policy",                \
		"drops semicolons at the end of lines", "")                    \
	X(POLICY_EQUALS, "policy-equals", "sts-policy",                        \
		"takes an = for a colon", "")                                  \
	X(POLICY_FINAL_DOT, "policy-final-dot", "sts-policy",                  \
		"drops the dot at the end of a host", "")                      \
	X(POLICY_LOOSE_NUMBER, "policy-loose-number", "sts-policy",            \
		"reads max_age up to what is no digit", "")                    \
	X(POLICY_MODE_PREFIX, "policy-mode-prefix", "sts-policy",              \
		"compares the beginning of the mode", "")                      \
	X(POLICY_VERSION_PREFIX, "policy-version-prefix", "sts-policy",        \
		"compares the beginning of the version", "")                   \
	X(POLICY_NO_VERSION, "policy-no-version", "sts-policy",                \
		"does not need the version", "")                               \
	X(POLICY_NO_AGE, "policy-no-age", "sts-policy",                        \
		"does not need max_age", "")                                   \
	X(POLICY_MODE_DEFAULT, "policy-mode-default", "sts-policy",            \
		"enforces a policy without a mode", "")                        \
	X(POLICY_CRLF_ONLY, "policy-crlf-only", "sts-policy",                  \
		"takes no lines that end with LF alone", "")                   \
	X(POLICY_END_NEEDED, "policy-end-needed", "sts-policy",                \
		"takes no policy whose last line has no end", "")              \
	X(POLICY_ORDER, "policy-order", "sts-policy",                          \
		"takes no policy that does not begin with the version", "")    \
	X(POLICY_UNKNOWN_REFUSED, "policy-unknown-refused", "sts-policy",      \
		"takes no policy with a field that it does not know", "")      \
	X(POLICY_LAST_WINS, "policy-last-wins", "sts-policy",                  \
		"takes the last of repeated fields", "")                       \
	X(POLICY_FEW_HOSTS, "policy-few-hosts", "sts-policy",                  \
		"takes no policy with more than eight hosts", "")

#define REFSENDER_BUGS_LISTED(X)                                               \
	X(LIST_IGNORED, "list-ignored", "sts-host",                            \
		"does not look whether the policy lists the host",             \
		"Postfix before 3.10.5")                                       \
	X(LIST_STAR_DEEP, "list-star-deep", "sts-host",                        \
		"takes a star for many labels", "")                            \
	X(LIST_STAR_NOTHING, "list-star-nothing", "sts-host",                  \
		"takes a star for no label", "")                               \
	X(LIST_BELOW, "list-below", "sts-host",                                \
		"takes a host below one that is listed", "")                   \
	X(LIST_ENDS_ALIKE, "list-ends-alike", "sts-host",                      \
		"takes a host that ends with the letters of one that is "      \
		"listed",                                                      \
		"")                                                            \
	X(LIST_PREFIX, "list-prefix", "sts-host",                              \
		"takes a host that one that is listed begins with", "")        \
	X(LIST_CASE, "list-case", "sts-host",                                  \
		"compares hosts with their capitals", "")                      \
	X(LIST_NO_STAR, "list-no-star", "sts-host", "does not know stars", "") \
	X(LIST_ALIAS, "list-alias", "sts-host",                                \
		"takes the name that the host is an alias of", "")             \
	X(LIST_FIRST_ONLY, "list-first-only", "sts-host",                      \
		"looks at the first host of the policy only", "")              \
	X(LIST_ANY_NAME, "list-any-name", "sts-host",                          \
		"takes the certificate of any host that the policy lists",     \
		"Postfix before 3.10.5")

#define REFSENDER_BUGS_ENFORCE(X)                                              \
	X(ENFORCE_TESTED, "enforce-tested", "sts-enforce",                     \
		"only tries what is to be enforced", "")                       \
	X(TESTING_ENFORCED, "testing-enforced", "sts-enforce",                 \
		"enforces what is only to be tried", "")                       \
	X(NONE_ENFORCED, "none-enforced", "sts-enforce",                       \
		"enforces the policy that says that there is none", "")        \
	X(STS_CERTIFICATE_UNCHECKED, "sts-certificate-unchecked",              \
		"sts-enforce", "takes every certificate of a listed host", "") \
	X(STS_STRIPPED_ACCEPTED, "sts-stripped-accepted", "sts-enforce",       \
		"goes on in clear if STARTTLS is not offered", "")             \
	X(STS_REFUSED_ACCEPTED, "sts-refused-accepted", "sts-enforce",         \
		"goes on in clear if STARTTLS is refused", "")                 \
	X(STS_CLEAR_AFTER_HANDSHAKE, "sts-clear-after-handshake",              \
		"sts-enforce", "comes again in clear if TLS fails", "")        \
	X(STS_HELO_ACCEPTED, "sts-helo-accepted", "sts-enforce",               \
		"goes on in clear if EHLO is refused", "")                     \
	X(STS_FAILURE_BOUNCES, "sts-failure-bounces", "sts-enforce",           \
		"gives mail up that no host of the policy can take", "")

#define REFSENDER_BUGS_CACHE(X)                                                \
	X(CACHE_MISSING, "cache-missing", "sts-cache", "remembers no policy",  \
		"")                                                            \
	X(CACHE_ID_IGNORED, "cache-id-ignored", "sts-cache",                   \
		"does not look for a new policy while it remembers one", "")   \
	X(FAILURE_FORGOTTEN, "failure-forgotten", "sts-cache",                 \
		"asks for each mail for a policy that cannot be had", "")      \
	X(CACHE_FOREVER, "cache-forever", "sts-cache",                         \
		"keeps policies that have run out", "")                        \
	X(CACHE_NEEDS_RECORD, "cache-needs-record", "sts-cache",               \
		"forgets the policy when its record is gone", "")              \
	X(CACHE_LOST_ON_FAILURE, "cache-lost-on-failure", "sts-cache",         \
		"forgets the policy when a new one cannot be had",             \
		"postfix-tlspol before 1.12.1")                                \
	X(POLICY_OF_ANOTHER, "policy-of-another", "sts-cache",                 \
		"takes what it heard of one domain for the answer about "      \
		"another",                                                     \
		"CVE-2019-16791")

#define REFSENDER_BUGS_DANE(X)                                                 \
	X(DANE_UNCHECKED, "dane-unchecked", "dane",                            \
		"takes everybody where TLSA records say who it is",            \
		"mox 0.0.9")                                                   \
	X(DANE_OPTIONAL, "dane-optional", "dane",                              \
		"goes on in clear where TLSA records demand TLS", "")          \
	X(DANE_FAILURE_IGNORED, "dane-failure-ignored", "dane",                \
		"takes records that cannot be looked up for none",             \
		"KumoMTA issue 543, Stalwart issue 2328")                      \
	X(DANE_INSECURE_BELIEVED, "dane-insecure-believed", "dane",            \
		"goes by TLSA records that nobody signed",                     \
		"Stalwart issue 2328")                                         \
	X(DANE_MX_BELIEVED, "dane-mx-believed", "dane",                        \
		"takes the name of the mail domain where nobody signed its "   \
		"MX record",                                                   \
		"Stalwart issue 2328")                                         \
	X(DANE_MANDATORY, "dane-mandatory", "dane",                            \
		"does not go to hosts without TLSA records", "")               \
	X(DANE_NONE_DEMANDS, "dane-none-demands", "dane",                      \
		"wants a certificate that holds where no TLSA record says so", \
		"")                                                            \
	X(DANE_DOMAIN_UNKNOWN, "dane-domain-unknown", "dane",                  \
		"does not take the name of the mail domain", "")               \
	X(DANE_ALIAS_REFUSED, "dane-alias-refused", "dane",                    \
		"does not go to hosts that are an alias", "")                  \
	X(DANE_ONLY_IGNORED, "dane-only-ignored", "dane",                      \
		"sends to hosts without TLSA records that must have them", "") \
	X(DANE_EE_NAMED, "dane-ee-named", "dane",                              \
		"checks the names beside a key that the records name", "")     \
	X(DANE_USAGE_IGNORED, "dane-usage-ignored", "dane",                    \
		"takes all records for those of the server itself", "")        \
	X(DANE_NO_AGILITY, "dane-no-agility", "dane",                          \
		"takes the weaker digest where there is a stronger one", "")   \
	X(DANE_KEY_OF_ANCHOR, "dane-key-of-anchor", "dane",                    \
		"takes the whole key of an anchor for that of the server", "") \
	X(OFFERS_RAW_KEY, "offers-raw-key", "dane",                            \
		"would take a bare key of any server", "")                     \
	X(DANE_STRONGEST_OF_ALL, "dane-strongest-of-all", "dane",              \
		"drops the weaker digest of another kind, too", "")            \
	X(DANE_KEYS_ONLY, "dane-keys-only", "dane",                            \
		"takes all records for those of a key", "")                    \
	X(DANE_SHA512_UNKNOWN, "dane-sha512-unknown", "dane",                  \
		"does not know SHA-512", "")                                   \
	X(DANE_SHA512_CUT, "dane-sha512-cut", "dane",                          \
		"takes SHA-512 for SHA-256", "")                               \
	X(DANE_UNUSABLE_FAILS, "dane-unusable-fails", "dane",                  \
		"does not go to hosts of whose records none is of use", "")    \
	X(DANE_UNUSABLE_CLEAR, "dane-unusable-clear", "dane",                  \
		"goes in clear where no record is of use", "")                 \
	X(DANE_UNUSABLE_OPTIONAL, "dane-unusable-optional", "dane",            \
		"does not need TLS where no record is of use", "")             \
	X(DANE_ASKS_INSECURE, "dane-asks-insecure", "dane",                    \
		"asks for TLSA records of hosts whose address nobody signed",  \
		"KumoMTA issue 543")                                           \
	X(DANE_ASKS_FIRST, "dane-asks-first", "dane",                          \
		"asks for TLSA records before addresses", "Exim before 4.90")  \
	X(DANE_ASKS_DOMAIN, "dane-asks-domain", "dane",                        \
		"asks for TLSA records of the mail domain", "")                \
	X(DANE_ALIAS_KEPT, "dane-alias-kept", "dane",                          \
		"asks for TLSA records of an alias only", "")                  \
	X(DANE_OVERRIDDEN, "dane-overridden", "dane",                          \
		"goes by the policy where the TLSA records refuse", "")        \
	X(DANE_AND_STS, "dane-and-sts", "dane",                                \
		"wants the policy to list the host that the TLSA records "     \
		"name",                                                        \
		"")                                                            \
	X(DANE_CARRIED_OVER, "dane-carried-over", "dane",                      \
		"takes all domains for insecure behind one that is",           \
		"Exim before 4.95")                                            \
	X(DANE_LOST_HOST, "dane-lost-host", "dane",                            \
		"goes without DANE to a domain one of whose hosts cannot be "  \
		"looked up",                                                   \
		"postfix-tlspol before 1.11.0")                                \
	X(DANE_ANCHOR_NEAR, "dane-anchor-near", "dane",                        \
		"knows an anchor only where it issued the certificate itself", \
		"mox before 0.0.14")

#define REFSENDER_BUGS_REPORT(X)                                               \
	X(RPT_RESULT_VAGUE, "report-result-vague", "tlsrpt",                   \
		"names another failure than the one that was", "")             \
	X(RPT_FAILURES_UNCOUNTED, "report-failures-uncounted", "tlsrpt",       \
		"counts what failed for what went well", "")                   \
	X(RPT_SUCCESS_UNCOUNTED, "report-success-uncounted", "tlsrpt",         \
		"does not count what went well", "")                           \
	X(RPT_POLICY_LEFT_OUT, "report-policy-left-out", "tlsrpt",             \
		"does not say what the policy was", "")                        \
	X(RPT_POLICY_UNTOLD, "report-policy-untold", "tlsrpt",                 \
		"does not say why a policy is not known", "")                  \
	X(RPT_DANE_UNTOLD, "report-dane-untold", "tlsrpt",                     \
		"has no words for what is wrong with DANE", "")                \
	X(RPT_TIME_LOCAL, "report-time-local", "tlsrpt",                       \
		"writes times in a form of its own", "")                       \
	X(RPT_TYPE_OTHER, "report-type-other", "tlsrpt",                       \
		"gives the report another media type", "")                     \
	X(RPT_UNCOMPRESSED, "report-uncompressed", "tlsrpt",                   \
		"does not compress the report", "")                            \
	X(RPT_OTHER_PLACE, "report-other-place", "tlsrpt",                     \
		"sends the report to another place on the host", "")           \
	X(RPT_RECORD_ANY, "report-record-any", "tlsrpt",                       \
		"sends reports that nobody wants", "")                         \
	X(RPT_RECORD_ALONE, "report-record-alone", "tlsrpt",                   \
		"takes no record with others beside it", "")                   \
	X(RPT_MAIL_HELD, "report-mail-held", "tlsrpt",                         \
		"keeps the report back where TLS is wrong", "")                \
	X(RPT_MIXED, "report-mixed", "tlsrpt",                                 \
		"sends the report as any attachment", "")                      \
	X(RPT_FIELDS_MISSING, "report-fields-missing", "tlsrpt",               \
		"does not say in the head what the report is on", "")          \
	X(RPT_SUBJECT_FREE, "report-subject-free", "tlsrpt",                   \
		"has a subject of its own", "")                                \
	X(RPT_FILE_NAMELESS, "report-file-nameless", "tlsrpt",                 \
		"calls the file what it likes", "")                            \
	X(RPT_UNSIGNED, "report-unsigned", "tlsrpt",                           \
		"does not sign the report", "")                                \
	X(RPT_SIGNED_PART, "report-signed-part", "tlsrpt",                     \
		"signs a part of the body", "")                                \
	X(RPT_SIGNED_FEW, "report-signed-few", "tlsrpt",                       \
		"signs few fields of the head", "")                            \
	X(RPT_SIGNED_OTHER, "report-signed-other", "tlsrpt",                   \
		"signs the report with a key that is not published", "")       \
	X(RPT_SIGNED_HOST, "report-signed-host", "tlsrpt",                     \
		"signs the report for its host, not for its domain", "")

#define REFSENDER_BUGS_SMTP(X)                                                 \
	X(HOSTS_REVERSED, "hosts-reversed", "smtp-host",                       \
		"begins with the last host", "")                               \
	X(LAST_RESORT, "last-resort", "smtp-host",                             \
		"asks for nothing where no host fits", "")                     \
	X(FAILURE_BOUNCES, "failure-bounces", "smtp-host",                     \
		"gives mail up that no host takes now", "")                    \
	X(FIRST_HOST_ONLY, "first-host-only", "smtp-host",                     \
		"tries the first host only", "")                               \
	X(NULL_MX_IGNORED, "null-mx-ignored", "smtp-host",                     \
		"tries the domain itself where it says that it takes no mail", \
		"")                                                            \
	X(SMTP_521_TEMPORARY, "smtp-521-temporary", "smtp-host",               \
		"tries again and again where no mail is taken", "")            \
	X(SMTP_556_TEMPORARY, "smtp-556-temporary", "smtp-host",               \
		"tries again and again for whom no mail is taken", "")         \
	X(SMTP_TEXT_FOLLOWED, "smtp-text-followed", "smtp-host",               \
		"goes to a host that is named in an answer", "")               \
	X(NO_TLS_REQUIRED, "no-tls-required", "smtp-host",                     \
		"does without TLS for a mail that does not require it", "")

#define REFSENDER_BUGS_WHAT_IF(X)                                              \
	X(KEYWORD_BELIEVED, "keyword-believed", "what-if",                     \
		"enforces nothing if the host's list of extensions says so",   \
		"")                                                            \
	X(KEYWORD_OBEYED, "keyword-obeyed", "what-if",                         \
		"goes on in clear if the host's list of extensions says so",   \
		"")                                                            \
	X(KEYWORD_MINDED, "keyword-minded", "what-if",                         \
		"leaves a host with an extension that it does not know", "")   \
	X(OWN_HOSTS_TRUSTED, "own-hosts-trusted", "what-if",                   \
		"wants a right certificate where no policy asks for it", "")

#define REFSENDER_BUGS_ALL(X)                                                  \
	REFSENDER_BUGS_RECORD(X)                                               \
	REFSENDER_BUGS_FETCH(X)                                                \
	REFSENDER_BUGS_POLICY(X)                                               \
	REFSENDER_BUGS_LISTED(X)                                               \
	REFSENDER_BUGS_ENFORCE(X)                                              \
	REFSENDER_BUGS_CACHE(X)                                                \
	REFSENDER_BUGS_DANE(X)                                                 \
	REFSENDER_BUGS_REPORT(X)                                               \
	REFSENDER_BUGS_SMTP(X)                                                 \
	REFSENDER_BUGS_WHAT_IF(X)

#endif
