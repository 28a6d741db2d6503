/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the HTTPS client that need more than a condition. */
#ifndef REFCLIENT_BUG_FETCH_H
#define REFCLIENT_BUG_FETCH_H

#include <curl/curl.h>

#include "fetch.h"

/* Last changes before the transfer. */
void bug_fetch_prepare(CURL *curl, const char *urlz, struct fetched *f);
/* Behind it: another code. */
CURLcode bug_transfer_again(CURL *curl, struct fetched *f, CURLcode code);
bool bug_takes_status(long status);
/* typez may be NULL; usual is what is right. */
bool bug_takes_type(const char *typez, bool usual);

#endif
