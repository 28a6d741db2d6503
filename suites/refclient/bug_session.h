/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of the dialogue that need more than a condition. */
#ifndef REFCLIENT_BUG_SESSION_H
#define REFCLIENT_BUG_SESSION_H

#include "session.h"

/* Before a visit; 1: it is done already. */
int bug_before(struct session *s, int (*try)(struct session *s));
/* Behind a visit that failed: 0 if another way led to the end. */
int bug_again(struct session *s, int (*try)(struct session *s));
/* Behind the login, and behind the work: -1 to leave. */
int bug_after(struct session *s);
/* A step that failed is passed over. */
bool bug_passes(const struct session *s);
/* The exit code in the place of the right one. */
int bug_exit(int code);

/* The certificate that is shown. */
const char *bug_certificate(const struct account *a);

/* It says that TLS is not required (RFC 8689 section 3). */
bool bug_is_excusing(const struct mail *mail);

/* What goes on without TLS. */
bool bug_clear_now(const struct session *s);
bool bug_goes_clear(const struct session *s);
bool bug_takes_stripped(const struct session *s);
bool bug_takes_refusal(const struct session *s);
/* No list is asked for; the login is the one that needs none. */
bool bug_asks_no_list(struct session *s);
bool bug_plain_login(const struct session *s);
bool bug_takes_answers_ahead(struct session *s);
bool bug_keeps_capabilities(const struct session *s);

/* Behind a greeting that makes no sense: 0 to go on. */
int bug_misled(struct session *s);
/* "STARTTLS" or "STLS", with what is sent along. */
const char *bug_starttls_line(struct session *s, const char *textz);

void bug_imap_early(struct session *s, const struct lk_imap_response *response);
void bug_referral(struct session *s, const struct lk_imap_response *response);
bool bug_takes_preauth(void);
bool bug_counts_tags(void);
bool bug_imap_answered(struct session *s);
bool bug_imap_done_early(const struct session *s);
const char *bug_imap_mailbox(const struct session *s);
uint32_t bug_imap_exists(const struct session *s);

void bug_pop3_early(struct session *s);
/* Behind the greeting: what APOP would hash is remembered. */
void bug_pop3_greeting(const struct session *s, struct span greeting);
/* The APOP command, if that is how to log in; else NULL. */
const char *bug_pop3_apop(const struct session *s);
unsigned long bug_pop3_count(const struct session *s, unsigned long count);
unsigned long bug_pop3_number(const struct session *s, unsigned long number);

int bug_smtp_helo(struct session *s, const char *namez);
int bug_smtp_plain(struct session *s);

#endif
