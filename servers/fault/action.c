/* SPDX-License-Identifier: Apache-2.0 */
/* What the actions of faults are given in a plan. */
#include "fault/action.h"

#include "core/tls_options.h"

static const char *const hows[] = {"notify", "fin", "reset", NULL};
static const char *const thens[] = {"clear", "silent", "close", NULL};
static const char *const phases[] = {"greeting", "clear", "tls", "login", NULL};
static const char *const greetings[] = {"ok", "preauth", "bye", NULL};

static int
load_phases(struct fault *fault, const struct json_place *act, struct err *err)
{
	const char *word[PHASES];
	unsigned n = 0;

	if (json_texts(act, "phases", true, word, PHASES, &n, err) != 0)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		int phase = json_word(act, "phases", word[i], phases, err);

		if (phase < 0)
			return -1;
		fault->in_phase[phase] = true;
	}
	return 0;
}

static int
load_capabilities(
	struct fault *fault, const struct json_place *act, struct err *err)
{
	if (json_texts(act, "capabilities", true, fault->capability,
		    ENGINE_CAPABILITIES_MAX, &fault->capabilities, err) != 0)
		return -1;
	return load_phases(fault, act, err);
}

/* With bytes: besides, the command of at.reply is refused with them. */
static int
load_withhold(
	struct fault *fault, const struct json_place *act, struct err *err)
{
	if (load_capabilities(fault, act, err) != 0 ||
		json_texts(act, "instead", false, fault->instead,
			ENGINE_CAPABILITIES_MAX, &fault->insteads, err) != 0 ||
		json_bytes(act, "data", false, &fault->data, err) != 0)
		return -1;
	if ((fault->data.p != NULL) != (fault->reply != NULL))
		return err_set(err, ERR_PLAN,
			"fault.do.data: needs fault.at.reply, and is needed "
			"by it");
	return 0;
}

static int
load_greet(struct fault *fault, const struct json_place *act, struct err *err)
{
	int word = 0;

	if (json_choice(act, "state", true, greetings, &word, err) != 0 ||
		json_texts(act, "capabilities", false, fault->capability,
			ENGINE_CAPABILITIES_MAX, &fault->capabilities,
			err) != 0 ||
		json_bytes(act, "selected", false, &fault->selected, err) != 0)
		return -1;
	fault->greeting = (enum engine_greeting)word;
	return 0;
}

static int
load_sizes(struct fault *fault, const struct json_place *act, bool required,
	struct err *err)
{
	const json_t *list;

	if (json_decimal(act, "seconds", false, 0, 60, &fault->seconds, err) !=
			0 ||
		json_list(act, "sizes", required, &list, err) != 0)
		return -1;
	if (json_array_size(list) > FAULT_SIZES_MAX)
		return err_set(err, ERR_PLAN, "fault.do.sizes: too many");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *size = json_array_get(list, i);

		if (!json_is_integer(size) || json_integer_value(size) < 1)
			return err_set(err, ERR_PLAN,
				"fault.do.sizes: whole numbers from 1");
		fault->sizes[fault->n_sizes++] = (long)json_integer_value(size);
	}
	return 0;
}

static int
load_dns(struct fault *fault, const struct json_place *act, struct err *err)
{
	static const char *const rcodes[] = {
		"NXDOMAIN", "SERVFAIL", "REFUSED", "NODATA", NULL};
	static const enum dns_override_kind kinds[] = {
		DNS_NXDOMAIN, DNS_SERVFAIL, DNS_REFUSED, DNS_NODATA};
	static const char *const signatures[] = {/* as in dns_signatures */
		"missing", "bogus", "expired", NULL};
	struct dns_override *dns = &fault->dns;
	int rcode = -1, how = -1;
	bool drop = false, truncate = false;

	dns->seconds = -1;
	if (json_text(act, "name", true, &dns->name, err) != 0 ||
		json_text(act, "type", true, &dns->type, err) != 0 ||
		json_choice(act, "rcode", false, rcodes, &rcode, err) != 0 ||
		json_texts(act, "values", false, fault->dns_value,
			DNS_VALUES_MAX, &dns->values, err) != 0 ||
		json_truth(act, "drop", &drop, err) != 0 ||
		json_truth(act, "truncate", &truncate, err) != 0 ||
		json_decimal(act, "seconds", false, 0, 60, &dns->seconds,
			err) != 0 ||
		json_choice(act, "dnssec", false, signatures, &how, err) != 0)
		return -1;
	if ((rcode >= 0) + (dns->values > 0) + drop + truncate +
			(dns->seconds >= 0) !=
		(how < 0 || rcode >= 0 || dns->values > 0))
		return err_set(err, ERR_PLAN,
			"fault.do: exactly one of rcode, values, drop, "
			"truncate, seconds; dnssec alone, or with rcode "
			"or values");
	dns->value = fault->dns_value;
	dns->ttl = 60;
	dns->signatures = (enum dns_signatures)(DNS_SIGNED_WELL + 1 + how);
	dns->kind = rcode >= 0          ? kinds[rcode]
		    : dns->values       ? DNS_VALUES
		    : drop              ? DNS_DROP
		    : truncate          ? DNS_TRUNCATE
		    : dns->seconds >= 0 ? DNS_DELAY
					: DNS_SIGNATURES;
	return dns_override_check(dns, err);
}

static int
load_message(struct fault *fault, const struct json_place *act, struct err *err)
{
	static const char *const words[] = {"server-hello", "certificate",
		"signature", "finished", "ticket", "application", NULL};
	int i = 0;

	if (json_choice(act, "message", true, words, &i, err) != 0)
		return -1;
	fault->message = (enum tls_message)(TLS_SERVER_HELLO + i);
	return 0;
}

static int
load_alert(struct fault *fault, const struct json_place *act, struct err *err)
{
	static const char *const points[] = {
		"hello", "server-hello", "flight", "session", NULL};
	static const char *const levels[] = {"fatal", "warning", NULL};
	int point = 0, level = 0;

	if (json_choice(act, "at", true, points, &point, err) != 0 ||
		json_choice(act, "level", false, levels, &level, err) != 0 ||
		json_whole(act, "description", true, 1, 255,
			&fault->description, err) != 0)
		return -1;
	fault->point = (enum fault_point)point;
	fault->warning = level == 1;
	if (fault->point == POINT_SERVER_HELLO)
		fault->message = TLS_SERVER_HELLO;
	fault->rewrites = fault->point == POINT_SESSION;
	if (fault->rewrites && fault->reply == NULL)
		return err_set(err, ERR_PLAN,
			"fault.at.reply: is missing, an alert inside the "
			"session needs it");
	return 0;
}

/* What follows when STARTTLS is accepted and no handshake comes. */
static int
load_then(struct fault *fault, const struct json_place *act, bool need,
	struct err *err)
{
	int word = -1;

	if (json_choice(act, "then", need, thens, &word, err) != 0)
		return -1;
	fault->skips_tls = word >= 0;
	if (word >= 0)
		fault->then = (enum fault_then)word;
	return 0;
}

static int
load_flip(struct fault *fault, const struct json_place *act, struct err *err)
{
	if (load_message(fault, act, err) != 0 ||
		json_whole(act, "offset", true, 0, 20000, &fault->offset,
			err) != 0)
		return -1;
	return json_whole(act, "bit", true, 0, 7, &fault->bit, err);
}

/* A record's length is a number of 16 bits. */
static int
load_oversize(
	struct fault *fault, const struct json_place *act, struct err *err)
{
	if (load_message(fault, act, err) != 0)
		return -1;
	return json_whole(act, "size", true, 1, 0xffff, &fault->keep, err);
}

static int
load_truncate(
	struct fault *fault, const struct json_place *act, struct err *err)
{
	int how = CLOSE_FIN;

	if (load_message(fault, act, err) != 0 ||
		json_choice(act, "how", false, hows, &how, err) != 0)
		return -1;
	fault->how = (enum wire_close)how;
	return json_whole(act, "keep", true, 0, 20000, &fault->keep, err);
}

static int
load_inject(struct fault *fault, const struct json_place *act, struct err *err)
{
	static const char *const wheres[] = {"before", "behind", NULL};
	static const char *const segments[] = {
		"same", "next", "handshake", NULL};
	int where = 1, segment = 0;

	if (json_choice(act, "where", false, wheres, &where, err) != 0 ||
		json_choice(act, "segment", false, segments, &segment, err) !=
			0 ||
		json_bytes(act, "after", false, &fault->after, err) != 0)
		return -1;
	fault->behind = where == 1;
	fault->segment = (enum fault_segment)segment;
	if (fault->segment == SEGMENT_HANDSHAKE && !fault->behind)
		return err_set(err, ERR_PLAN,
			"fault.do.where: must be behind, the handshake is");
	return load_then(fault, act, false, err);
}

static int
load_alpn(struct fault *fault, const struct json_place *act, struct err *err)
{
	return json_text(act, "select", false, &fault->tls.alpn_selectz, err) !=
				       0 ||
			       json_truth(act, "refuse",
				       &fault->tls.alpn_refuse, err) != 0
		       ? -1
		       : 0;
}

static int
load_speak(struct fault *fault, const struct json_place *act, struct err *err)
{
	static const char *const words[] = {"imap", "pop3", "smtp", NULL};
	int i = 0;

	if (json_choice(act, "protocol", true, words, &i, err) != 0)
		return -1;
	fault->protocol = words[i];
	return 0;
}

static int
load_close(struct fault *fault, const struct json_place *act, struct err *err)
{
	static const char *const whens[] = {"before", "behind", NULL};
	int when = 1, how = CLOSE_FIN;

	if (json_choice(act, "when", false, whens, &when, err) != 0 ||
		json_choice(act, "how", false, hows, &how, err) != 0)
		return -1;
	fault->behind = when == 1;
	fault->how = (enum wire_close)how;
	return 0;
}

/* What is left out stays as the profile has it. */
static int
load_respond(struct fault *fault, const struct json_place *act, struct err *err)
{
	static const char *const framings[] = {
		"length", "chunked", "close", NULL};
	int framing = FRAMING_LENGTH;

	if (json_text(act, "status", false, &fault->statusz, err) != 0 ||
		json_texts(act, "headers", false, fault->header,
			ENGINE_HEADERS_MAX, &fault->headers, err) != 0 ||
		json_bytes(act, "data", false, &fault->data, err) != 0 ||
		json_whole(act, "size", false, 0, (long)ENGINE_BODY_MAX,
			&fault->keep, err) != 0 ||
		json_choice(act, "framing", false, framings, &framing, err) !=
			0)
		return -1;
	fault->has_headers = json_object_get(act->object, "headers") != NULL;
	fault->framing = (enum engine_framing)framing;
	return 0;
}

static int
load_certificate(
	struct fault *fault, const struct json_place *act, struct err *err)
{
	if (json_text(act, "recipe", true, &fault->identity, err) != 0)
		return -1;
	return tls_options_load(act, &fault->tls, err);
}

static int
load_tls(struct fault *fault, const struct json_place *act, struct err *err)
{
	return tls_options_load(act, &fault->tls, err);
}

static int
load_cut(struct fault *fault, const struct json_place *act, struct err *err)
{
	int how = CLOSE_FIN;

	if (json_choice(act, "how", false, hows, &how, err) != 0)
		return -1;
	fault->how = (enum wire_close)how;
	return json_whole(
		act, "keep", true, -1000000, 1000000, &fault->keep, err);
}

static int
load_delay(struct fault *fault, const struct json_place *act, struct err *err)
{
	return json_decimal(act, "seconds", true, 0, 60, &fault->seconds, err);
}

static int
load_renegotiate(
	struct fault *fault, const struct json_place *act, struct err *err)
{
	return json_text(act, "recipe", false, &fault->identity, err);
}

static int
load_repeat(struct fault *fault, const struct json_place *act, struct err *err)
{
	return json_whole(act, "count", true, 1, 1000, &fault->count, err);
}

static int
load_skip_tls(
	struct fault *fault, const struct json_place *act, struct err *err)
{
	return load_then(fault, act, true, err);
}

static int
load_split(struct fault *fault, const struct json_place *act, struct err *err)
{
	return load_sizes(fault, act, true, err);
}

static int
load_replace(struct fault *fault, const struct json_place *act, struct err *err)
{
	return load_sizes(fault, act, false, err);
}

static int
load_status(struct fault *fault, const struct json_place *act, struct err *err)
{
	if (json_text(act, "promises", false, &fault->promises, err) != 0)
		return -1;
	return load_phases(fault, act, err);
}

const struct fault_action fault_actions[FAULT_ACTIONS] = {
	[FAULT_ADVERTISE] = {"advertise", 0,
		{"action", "capabilities", "phases"}, load_capabilities},
	[FAULT_ALERT] = {"alert", 0, {"action", "at", "level", "description"},
		load_alert},
	[FAULT_ALPN] = {"alpn", 0, {"action", "select", "refuse"}, load_alpn},
	[FAULT_CERTIFICATE] = {"certificate", 0,
		{"action", "recipe", "min", "max", "ciphers"},
		load_certificate},
	[FAULT_CLEAR_ON_IMPLICIT] = {"clear-on-implicit", 0, {"action"}, NULL},
	[FAULT_CLOSE] = {"close", NEED_REPLY, {"action", "when", "how"},
		load_close},
	[FAULT_CUT] = {"cut", NEED_REPLY, {"action", "keep", "how"}, load_cut},
	[FAULT_DELAY] = {"delay", NEED_REPLY, {"action", "seconds"},
		load_delay},
	[FAULT_DNS] = {"dns", 0,
		{"action", "name", "type", "rcode", "values", "drop",
			"truncate", "seconds", "dnssec"},
		load_dns},
	[FAULT_DOWNGRADE] = {"downgrade", 0, {"action"}, NULL},
	[FAULT_DROP] = {"drop", NEED_REPLY, {"action"}, NULL},
	[FAULT_FLIP] = {"flip", 0, {"action", "message", "offset", "bit"},
		load_flip},
	[FAULT_GARBAGE] = {"garbage", NEED_DATA, {"action", "data"}, NULL},
	[FAULT_GREET] = {"greet", NEED_DATA,
		{"action", "state", "data", "capabilities", "selected"},
		load_greet},
	[FAULT_INJECT] = {"inject", NEED_REPLY | NEED_DATA,
		{"action", "where", "segment", "data", "after", "then"},
		load_inject},
	[FAULT_NONE] = {"none", 0, {"action"}, NULL},
	[FAULT_NO_RENEGOTIATION_INFO] = {"no-renegotiation-info", 0, {"action"},
		NULL},
	[FAULT_OVERSIZE] = {"oversize", 0, {"action", "message", "size"},
		load_oversize},
	[FAULT_REFUSE] = {"refuse", NEED_REPLY | NEED_DATA, {"action", "data"},
		NULL},
	[FAULT_REFUSE_CONNECTION] = {"refuse-connection", 0, {"action"}, NULL},
	[FAULT_RENEGOTIATE] = {"renegotiate", NEED_REPLY, {"action", "recipe"},
		load_renegotiate},
	[FAULT_REPEAT] = {"repeat", NEED_REPLY, {"action", "count"},
		load_repeat},
	[FAULT_REPLACE] = {"replace", NEED_REPLY | NEED_DATA,
		{"action", "data", "sizes", "seconds"}, load_replace},
	[FAULT_REQUEST_CERTIFICATE] = {"request-certificate", 0, {"action"},
		NULL},
	[FAULT_RESET] = {"reset", 0, {"action"}, NULL},
	[FAULT_RESPOND] = {"respond", 0,
		{"action", "status", "headers", "data", "size", "framing"},
		load_respond},
	[FAULT_SILENCE] = {"silence", 0, {"action"}, NULL},
	[FAULT_SKIP_TLS] = {"skip-tls", 0, {"action", "then"}, load_skip_tls},
	[FAULT_SNI] = {"sni", 0, {"action", "refuse"}, NULL},
	[FAULT_SPEAK] = {"speak", 0, {"action", "protocol"}, load_speak},
	[FAULT_SPLIT] = {"split", NEED_REPLY, {"action", "sizes", "seconds"},
		load_split},
	[FAULT_STATUS] = {"status", 0, {"action", "promises", "phases"},
		load_status},
	[FAULT_TLS] = {"tls", 0,
		{"action", "min", "max", "ciphers", "suites", "groups",
			"signatures", "dh", "alpn"},
		load_tls},
	[FAULT_TLS_ON_CLEAR] = {"tls-on-clear", 0, {"action"}, NULL},
	[FAULT_TRUNCATE] = {"truncate", 0, {"action", "message", "keep", "how"},
		load_truncate},
	[FAULT_WITHHOLD] = {"withhold", 0,
		{"action", "capabilities", "phases", "instead", "data"},
		load_withhold},
};
