/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the HTTPS client. */
#include "bug.h"

#ifdef REFCLIENT_BUGS
#include <stdio.h>

#include "bug_fetch.h"

void
bug_fetch_prepare(CURL *curl, const char *urlz, struct fetched *f)
{
	char other[512];
	static struct curl_slist *headers;

	if (bug(FETCH_CONDITIONAL)) {
		headers = curl_slist_append(NULL, "If-None-Match: \"1\"");
		(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	}
	if (bug(FETCH_ELSEWHERE_FIRST)) {
		(void)snprintf(other, sizeof(other), "%.*s/mta-sts.txt",
			(int)span_find(span_z(urlz), 0, span_z("/.well-")),
			urlz);
		(void)curl_easy_setopt(curl, CURLOPT_URL, other);
		(void)curl_easy_perform(curl);
		(void)curl_easy_setopt(curl, CURLOPT_URL, urlz);
		buf_clear(&f->body);
	}
}

static bool
has_header(CURL *curl, const char *namez, const char *wordz)
{
	struct curl_header *header;

	return curl_easy_header(curl, namez, 0, CURLH_HEADER, -1, &header) ==
		       CURLHE_OK &&
	       strstr(header->value, wordz) != NULL;
}

CURLcode
bug_transfer_again(CURL *curl, struct fetched *f, CURLcode code)
{
	long status = 0, version = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(curl, CURLINFO_HTTP_VERSION, &version);
	if (bug(FETCH_PARTIAL) && code == CURLE_PARTIAL_FILE)
		return CURLE_OK;
	if (bug(FETCH_AGAIN) && (code != CURLE_OK || status != 200)) {
		buf_clear(&f->body);
		return curl_easy_perform(curl);
	}
	if ((bug(FETCH_CHUNKS_REFUSED) &&
		    has_header(curl, "Transfer-Encoding", "chunked")) ||
		(bug(FETCH_CACHING_MINDED) &&
			has_header(curl, "Cache-Control", "no-store")) ||
		(bug(FETCH_OLD_HTTP_REFUSED) &&
			version == CURL_HTTP_VERSION_1_0))
		return CURLE_WEIRD_SERVER_REPLY;
	return code;
}

bool
bug_takes_status(long status)
{
	return status == 200 || bug(FETCH_ANY_STATUS) ||
	       bug(FETCH_WITHOUT_HEAD) ||
	       (bug(FETCH_ANY_SUCCESS) && status / 100 == 2);
}

bool
bug_takes_type(const char *typez, bool usual)
{
	struct span type = span_z(typez);

	if (bug(FETCH_TYPE_EXACT))
		return span_eq_nocase(type, span_z("text/plain"));
	if (bug(FETCH_TYPE_CASE))
		return span_has_prefix(type, span_z("text/plain"));
	return usual || bug(FETCH_ANY_TYPE) || bug(FETCH_WITHOUT_HEAD) ||
	       (bug(FETCH_TEXT_TYPE) &&
		       span_has_prefix(type, span_z("text/"))) ||
	       (bug(FETCH_TYPE_PREFIX) &&
		       span_has_prefix(type, span_z("text/plain")));
}
#endif
