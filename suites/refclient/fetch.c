/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetching the policy of a domain: one GET, by libcurl, which is left nothing
 * to do but HTTP. The place is fixed, so nothing that the host says leads to
 * another request: no redirections, proxies, cookies, caches, other services.
 */
#include "fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <strings.h>

#include "addresses.h"
#include "bug.h"
#include "bug_fetch.h"
#include "tls.h"

#define PATIENCE 60L /* seconds, section 3.3 */

static size_t
body_take(char *p, size_t size, size_t n, void *self)
{
	struct fetched *f = self;

	/* Less than what came ends the transfer (section 3.3: a limit). */
	return buf_add(&f->body, span_of(p, size * n)) == 0 ? size * n : 0;
}

/* What libcurl's TLS does is what ours does, with the same opinion of
 * certificates: a DNS name among the alternative names (section 3.3). */
static CURLcode
context_make(CURL *curl, void *context, void *wish)
{
	struct err err;

	(void)curl;
	if (tls_context_set(context, wish, &err) != 0)
		return CURLE_SSL_CONNECT_ERROR;
	if (bug(FETCH_FOLLOWS))
		(void)X509_VERIFY_PARAM_set1_host(
			SSL_CTX_get0_param(context), NULL, 0);
	return CURLE_OK;
}

/* "host:port:ADDRESS,ADDRESS": asked of our resolver, and of no other. */
static struct curl_slist *
host_find(ldns_resolver *resolver, const char *hostz, const char *portz)
{
	struct addresses found;
	struct curl_slist *list = NULL;
	struct buf line;

	addresses_find(resolver, hostz, &found);
	buf_init(&line, DNS_NAME_SIZE + 64 * ADDRESSES_MAX);
	if (found.n > 0 && buf_addf(&line, "%s:%s:", hostz, portz) == 0) {
		for (size_t i = 0; i < found.n; i++)
			if (buf_addf(&line, "%s%s", i > 0 ? "," : "",
				    found.text[i]) != 0)
				break;
		if (buf_add(&line, span_of("", 1)) == 0)
			list = curl_slist_append(NULL, (const char *)line.p);
	}
	buf_fini(&line);
	return list;
}

static void
options_set(CURL *curl, const char *urlz, struct curl_slist *resolved,
	struct tls_wish *wish, struct fetched *f)
{
	(void)curl_easy_setopt(curl, CURLOPT_URL, urlz);
	(void)curl_easy_setopt(curl, CURLOPT_RESOLVE, resolved);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	(void)curl_easy_setopt(
		curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(
		curl, CURLOPT_FOLLOWLOCATION, bug(FETCH_FOLLOWS) ? 1L : 0L);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED,
		bug(FETCH_WITHOUT_HEAD) ? 1L : 0L);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, PATIENCE);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_take);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, f);
	/* The roots come with the context. */
	(void)curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(
		curl, CURLOPT_SSL_VERIFYHOST, bug_any() ? 0L : 2L);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, wish);
}

/* A media type, its case and its parameters left out (section 3.2). */
static bool
is_plain_text(const char *typez)
{
	struct span rest = span_z(typez), type = span_word(&rest, ';');

	while (type.n > 0 &&
		(type.p[type.n - 1] == ' ' || type.p[type.n - 1] == '\t'))
		type.n--;
	return span_eq_nocase(type, span_z("text/plain"));
}

static void
head_check(CURL *curl, struct fetched *f)
{
	const char *typez = NULL;
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &typez);
	/* Nothing but 200 is a policy (section 3.3). */
	if (!buggy(bug_takes_status(status), status == 200))
		(void)snprintf(
			f->why, sizeof(f->why), "the status is %ld", status);
	else if (!buggy(bug_takes_type(typez, is_plain_text(typez)),
			 is_plain_text(typez)))
		(void)snprintf(f->why, sizeof(f->why),
			"the media type is %.80s",
			typez != NULL ? typez : "missing");
	else
		f->result = FETCH_DONE;
}

static void
transfer(CURL *curl, struct fetched *f)
{
	CURLcode code = curl_easy_perform(curl);

	code = buggy(bug_transfer_again(curl, f, code), code);
	if (code == CURLE_OK) {
		head_check(curl, f);
		return;
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION ||
		code == CURLE_SSL_CACERT_BADFILE)
		f->result = FETCH_UNTRUSTED;
	(void)snprintf(f->why, sizeof(f->why), "%s", curl_easy_strerror(code));
}

void
fetch_policy(ldns_resolver *resolver, const char *domainz, const char *trustz,
	struct fetched *out_r)
{
	char host[DNS_NAME_SIZE + 16], url[DNS_NAME_SIZE + 64];
	struct tls_wish wish = {.hostz = host, .trustz = trustz};
	struct curl_slist *resolved;
	CURL *curl = curl_easy_init();

	*out_r = (struct fetched){.result = FETCH_FAILED};
	buf_init(&out_r->body, bug(FETCH_SMALL) ? 16 * 1024 : POLICY_MAX);
	(void)snprintf(host, sizeof(host), "mta-sts.%s", domainz);
	(void)snprintf(
		url, sizeof(url), "https://%s/.well-known/mta-sts.txt", host);
	resolved = host_find(resolver, host, "443");
	if (curl == NULL || resolved == NULL) {
		(void)snprintf(out_r->why, sizeof(out_r->why),
			"%.120s has no address", host);
	} else if (curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION,
			   context_make) != CURLE_OK) {
		(void)snprintf(out_r->why, sizeof(out_r->why),
			"this libcurl is not one with OpenSSL");
	} else {
		options_set(curl, url, resolved, &wish, out_r);
		buggy(bug_fetch_prepare(curl, url, out_r), (void)0);
		transfer(curl, out_r);
	}
	curl_slist_free_all(resolved);
	curl_easy_cleanup(curl);
}

void
fetch_fini(struct fetched *f)
{
	buf_fini(&f->body);
}

/* The host and the port of a URL, the caller's to free by curl_free. */
static int
url_read(const char *urlz, char **host_r, char **port_r)
{
	CURLU *url = curl_url();
	int result = -1;

	*host_r = *port_r = NULL;
	if (url != NULL &&
		curl_url_set(url, CURLUPART_URL, urlz, 0) == CURLUE_OK &&
		curl_url_get(url, CURLUPART_HOST, host_r, 0) == CURLUE_OK &&
		curl_url_get(url, CURLUPART_PORT, port_r, CURLU_DEFAULT_PORT) ==
			CURLUE_OK)
		result = 0;
	curl_url_cleanup(url);
	return result;
}

static int
post(CURL *curl, const char *typez, struct span body, char *why, size_t size)
{
	char line[128];
	struct curl_slist *headers;
	long status = 0;
	CURLcode code;

	(void)snprintf(line, sizeof(line), "Content-Type: %s", typez);
	headers = curl_slist_append(NULL, line);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.p);
	(void)curl_easy_setopt(
		curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK)
		(void)snprintf(why, size, "%s", curl_easy_strerror(code));
	else
		(void)snprintf(why, size, "the status is %ld", status);
	curl_slist_free_all(headers);
	return code == CURLE_OK && status >= 200 && status < 300 ? 0 : -1;
}

int
fetch_post(ldns_resolver *resolver, const char *urlz, const char *trustz,
	const char *typez, struct span body, char *why, size_t size)
{
	struct fetched answer = {.result = FETCH_FAILED};
	struct curl_slist *resolved = NULL;
	CURL *curl = curl_easy_init();
	char *hostz, *portz;
	struct tls_wish wish;
	int result = -1;

	(void)snprintf(why, size, "the host has no address");
	buf_init(&answer.body, POLICY_MAX);
	if (url_read(urlz, &hostz, &portz) == 0)
		resolved = host_find(resolver, hostz, portz);
	if (curl != NULL && resolved != NULL &&
		curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION,
			context_make) == CURLE_OK) {
		wish = (struct tls_wish){.hostz = hostz, .trustz = trustz};
		options_set(curl, urlz, resolved, &wish, &answer);
		result = post(curl, typez, body, why, size);
	}
	curl_free(hostz);
	curl_free(portz);
	curl_slist_free_all(resolved);
	curl_easy_cleanup(curl);
	fetch_fini(&answer);
	return result;
}
