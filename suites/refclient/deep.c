/* SPDX-License-Identifier: Apache-2.0 */
/* What servers promise, and what follows from it. */
#include "deep.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bug.h"
#include "bug_deep.h"

#define TEXT_SIZE 4096 /* a state or a message with the longest URL */

/* The drafts' text and their examples have different names for some. */
static const struct {
	const char *words[2];
	enum lk_latch_carrier carrier; /* of what the client says */
} ways[SERVICES][2] = {
	/* -01 to -04, then -05 and -06 */
	[SERVICE_IMAP] = {{{"DEEP", NULL}, LK_CARRIER_IMAP},
		{{"STS", NULL}, LK_CARRIER_IMAP}},
	[SERVICE_POP3] = {{{"DEEP", NULL}, LK_CARRIER_POP3},
		{{"DEEP", "STS"}, LK_CARRIER_POP3}},
	[SERVICE_SUBMISSION] = {{{"DEEP", NULL}, LK_CARRIER_SMTP},
		{{"MSTS", NULL}, LK_CARRIER_SMTP}},
};
static const char *const fields[2][2] = {
	{"deep", "deep-status"},
	{"sts", "sts-policy"},
};

/* 0: DEEP; 1: MUA-STS */
static int
family_of(const struct session *s)
{
	return s->deep.dialect == LK_LATCH_05 || s->deep.dialect == LK_LATCH_06;
}

static const char *
host_of(const struct session *s)
{
	return s->account->service[s->kind].hostz;
}

/* A state belongs to an account and a host: deep.hosts.HOST. */
static json_t *
hosts_of(const struct session *s)
{
	json_t *deep = account_object(s->account, "deep");
	json_t *hosts = json_object_get(deep, "hosts");

	if (!json_is_object(hosts)) {
		hosts = json_object();
		(void)json_object_set_new(deep, "hosts", hosts);
	}
	return hosts;
}

int
deep_load(struct session *s)
{
	const json_t *stored;
	char *textz;
	size_t at;
	int result;

	s->deep.is_on = s->account->dialect >= 0;
	if (!s->deep.is_on)
		return 0;
	s->deep.dialect = (enum lk_latch_dialect)s->account->dialect;
	stored = json_object_get(hosts_of(s), host_of(s));
	if (stored == NULL)
		return 0;
	textz = json_dumps(stored, JSON_COMPACT);
	result = lk_latch_state_parse(span_z(textz), &s->deep.state, &at);
	free(textz);
	/* As if nothing were stored would be just what an attacker wants. */
	return result == 0 ? 0
			   : session_fail(s, "what is stored of %s is wrong",
				     host_of(s));
}

static bool
is_one_of(struct span word, const char *const names[2])
{
	return span_eq_nocase(word, span_z(names[0])) ||
	       (names[1] != NULL && span_eq_nocase(word, span_z(names[1])));
}

bool
deep_is_word(const struct session *s, struct span word)
{
	return s->deep.is_on &&
	       is_one_of(word, ways[s->kind][family_of(s)].words);
}

bool
deep_is_field(const struct session *s, struct span name)
{
	return s->deep.is_on && is_one_of(name, fields[family_of(s)]);
}

int
deep_status_set(struct session *s, struct span status)
{
	/* In clear anybody promises anything (section 5.1). */
	if (!s->wire.secure && !bug(LATCH_EARLY_STATUS))
		return 0;
	if (bug(LATCH_EARLY_STATUS) && s->deep.status.n > 0)
		return 0;
	buf_clear(&s->deep.status);
	if (buf_add(&s->deep.status, status) != 0)
		return session_fail(s, "too long a status");
	return 0;
}

static struct lk_latch_session
facts_of(const struct session *s)
{
	const SSL_CIPHER *cipher = s->wire.ssl != NULL
					   ? SSL_get_current_cipher(s->wire.ssl)
					   : NULL;
	const bool is_tls = cipher != NULL;
	uint8_t usage = UINT8_MAX; /* of the TLSA record that matched */

	if (s->tlsa != NULL && s->wire.secure)
		(void)SSL_get0_dane_tlsa(
			s->wire.ssl, &usage, NULL, NULL, NULL, NULL);

	return (struct lk_latch_session){
		.dialect = s->deep.dialect,
		.level = LK_LEVEL_HIGH, /* there is no other account here */
		.version = is_tls ? (unsigned)SSL_version(s->wire.ssl) : 0,
		.key_bits = is_tls ? (unsigned)SSL_CIPHER_get_bits(cipher, NULL)
				   : 0,
		/* Usages 2 and 3 do without the authorities. */
		.pkix = s->wire.secure && (usage < 2 || usage == UINT8_MAX),
		.dane = s->wire.secure && usage != UINT8_MAX,
	};
}

static void
state_keep(struct session *s)
{
	char text[TEXT_SIZE];
	size_t n = lk_latch_state_json(&s->deep.state, text, sizeof(text));

	if (n <= sizeof(text))
		(void)json_object_set_new(
			hosts_of(s), host_of(s), json_loadb(text, n, 0, NULL));
}

/* For the user, with the URL where the provider explains such things; and
 * without a question whether to go on (sections 5.1 and 5.4). */
static void
user_tell(const struct session *s, const struct lk_latch_outcome *outcome)
{
	char text[TEXT_SIZE];
	size_t n = lk_latch_message(
		buggy(bug_told(&s->deep.state), &s->deep.state), outcome, text,
		sizeof(text));

	if (n <= sizeof(text) && !bug(LATCH_UNTOLD))
		(void)fprintf(stderr, "%.*s\n", (int)n, text);
}

static json_t *
names_of(uint32_t promises)
{
	json_t *names = json_array();

	for (unsigned i = 0; i < LK_LATCH_PROMISE_COUNT; i++)
		if (promises >> i & 1)
			(void)json_array_append_new(
				names, json_string(lk_latch_promise_name(i)));
	return names;
}

static bool
is_same(const json_t *one, const json_t *two)
{
	static const char *const keys[] = {"host", "service", "unmet"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!json_equal(json_object_get(one, keys[i]),
			    json_object_get(two, keys[i])))
			return false;
	return true;
}

/* For `report`: what was not kept, each kind once, and how often. */
static void
report_keep(struct session *s, const struct lk_latch_outcome *outcome)
{
	json_t *reports = json_object_get(s->account->state, "reports");
	json_t *one = json_pack("{s:s, s:s, s:o, s:i}", "host", host_of(s),
		"service", service_name(s->kind), "unmet",
		names_of(outcome->unmet), "times", 1);
	json_t *old, *times;
	size_t i;

	if (!json_is_array(reports)) {
		reports = json_array();
		(void)json_object_set_new(
			s->account->state, "reports", reports);
	}
	json_array_foreach(reports, i, old)
	{
		if (!is_same(old, one))
			continue;
		times = json_object_get(old, "times");
		(void)json_integer_set(times, json_integer_value(times) + 1);
		json_decref(one);
		return;
	}
	(void)json_array_append_new(reports, one);
}

/* Not as it must be: tell it, and leave (sections 3.1 and 5.1). */
static int
refuse(struct session *s, const struct lk_latch_outcome *outcome)
{
	user_tell(s, outcome);
	if (outcome->unmet == 0)
		return session_fail(s, "this is not level 1");
	report_keep(s, outcome);
	return session_fail(s, "the server does not keep what it promised");
}

/* The server makes promises. */
static bool
is_spoken(const struct session *s)
{
	const char *const *words = ways[s->kind][family_of(s)].words;

	return caps_has(&s->caps, words[0]) ||
	       (words[1] != NULL && caps_has(&s->caps, words[1]));
}

/* Say what is remembered or not kept, and hear what is promised. A server
 * that does not speak of it is not spoken to (sections 7.1 and 7.3). */
static int
talk(struct session *s, const struct lk_latch_outcome *outcome)
{
	const struct lk_latch_report report = {
		.dialect = s->deep.dialect,
		.carrier = ways[s->kind][family_of(s)].carrier,
		.name = "refclient",
		.version = "0.1.0",
	};
	char text[TEXT_SIZE];
	size_t n;

	if (s->protocol->promises == NULL ||
		(!is_spoken(s) && !bug(REPORT_UNASKED)))
		return 0;
	n = lk_latch_report(buggy(bug_said(s), &s->deep.state),
		buggy(bug_failed(s, outcome), outcome), &report, text,
		sizeof(text));
	if (n > sizeof(text) || bug(LATCH_UNREPORTED))
		n = 0;
	n = buggy(bug_report(text, n), n);
	return s->protocol->promises(s, span_of(text, n));
}

int
deep_check(struct session *s)
{
	struct lk_latch_state *state = &s->deep.state;
	struct lk_latch_session facts;
	struct lk_latch_outcome outcome;

	if (!s->deep.is_on)
		return 0;
	/* What is stored has to hold, whatever the server says now ... */
	facts = facts_of(s);
	buggy(bug_before_latch(state), (void)0);
	lk_latch_session(state, &facts, state, &outcome);
	if (talk(s, &outcome) != 0)
		return -1;
	/* ... and only then what it says is stored. */
	facts.status = buf_span(&s->deep.status);
	lk_latch_session(state, &facts, state, &outcome);
	if (buggy(bug_latch(s, &facts, &outcome), 0) != 0)
		return -1;
	s->deep.flaws = outcome.flaws;
	if (outcome.verdict == LK_LATCH_REFUSE)
		return refuse(s, &outcome);
	state_keep(s);
	return 0;
}

void
deep_failed(struct session *s)
{
	struct lk_latch_session facts;
	struct lk_latch_outcome outcome;

	/* Behind TLS with a known server deep_check has said it all; a server
	 * that cannot be reached, or greets with a no, breaks no promise. */
	if (!s->deep.is_on || s->wire.secure || s->stage <= STAGE_GREETING)
		return;
	facts = facts_of(s);
	lk_latch_session(&s->deep.state, &facts, &s->deep.state, &outcome);
	if (outcome.unmet == 0)
		return;
	user_tell(s, &outcome);
	report_keep(s, &outcome);
}
