/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client says to the server and to its user (-04 sections 5.4, 7.1 and
 * 7.3, -05 sections 7.2, 9.1 and 9.3).
 */
#include "latch/promise.h"

#include "parse/chars.h"
#include "parse/out.h"

#define PRODUCT_SIZE 30

static void
tags_put(struct out *out, uint32_t set, const char *between)
{
	const char *separator = "";

	for (unsigned i = 0; i < LK_LATCH_PROMISE_COUNT; i++) {
		if (!(set & PROMISE_TAGS & UINT32_C(1) << i))
			continue;
		out_z(out, separator);
		out_z(out, lk_latch_promise_name(i));
		separator = between;
	}
}

/* Each directive with its greatest value; without values their names. */
static void
directives_put(struct out *out, uint32_t set, bool with_values)
{
	const uint32_t cert =
		set & (PROMISE_BIT(CERT_ANY) | PROMISE_BIT(CERT_PKIX) |
			      PROMISE_BIT(CERT_DANE));
	const uint32_t version =
		set & (PROMISE_BIT(VERSION_11) | PROMISE_BIT(VERSION_12));

	if (version != 0)
		out_z(out, "tls-version");
	if (version != 0 && with_values)
		out_z(out, version & PROMISE_BIT(VERSION_12) ? "=1.2" : "=1.1");
	if (version != 0 && cert != 0)
		out_z(out, "; ");
	if (cert != 0)
		out_z(out, "tls-cert");
	if (cert == 0 || !with_values)
		return;
	if ((cert & PROMISE_BIT(CERT_PKIX)) && (cert & PROMISE_BIT(CERT_DANE)))
		out_z(out, "=pkix+dane");
	else if (cert & PROMISE_BIT(CERT_PKIX))
		out_z(out, "=pkix");
	else
		out_z(out, cert & PROMISE_BIT(CERT_DANE) ? "=dane" : "=any");
}

static bool
is_product(const char *text)
{
	size_t n = text != NULL ? strlen(text) : 0;

	for (size_t i = 0; i < n; i++)
		if (!is_alnum(text[i]) && strchr("._-", text[i]) == NULL)
			return false;
	return n > 0 && n <= PRODUCT_SIZE;
}

struct writer {
	struct out *out;
	const struct lk_latch_report *report;
	bool is_sts, is_first;
};

/* What stands in front of a value, and behind it. */
static void
field_open(struct writer *writer, const char *name, bool is_list)
{
	const bool is_imap = writer->report->carrier == LK_CARRIER_IMAP;

	if (!writer->is_first || !is_imap)
		out_byte(writer->out, ' ');
	writer->is_first = false;
	if (is_imap)
		out_byte(writer->out, '"');
	out_z(writer->out, name);
	if (is_imap)
		out_z(writer->out, "\" \"");
	else if (!writer->is_sts)
		out_byte(writer->out, '=');
	else
		out_z(writer->out, is_list ? " \"" : " ");
}

static void
field_close(struct writer *writer, bool is_list)
{
	if (writer->report->carrier == LK_CARRIER_IMAP ||
		(writer->is_sts && is_list))
		out_byte(writer->out, '"');
}

static void
text_write(struct writer *writer, const char *name, const char *value)
{
	if (!is_product(value))
		return;
	field_open(writer, name, false);
	out_z(writer->out, value);
	field_close(writer, false);
}

static void
set_write(struct writer *writer, const char *name, uint32_t set, bool is_saved)
{
	const bool is_imap = writer->report->carrier == LK_CARRIER_IMAP;

	if ((set & (writer->is_sts ? PROMISE_VALUES : PROMISE_TAGS)) == 0)
		return;
	field_open(writer, name, true);
	if (writer->is_sts)
		directives_put(writer->out, set, is_saved);
	else
		tags_put(writer->out, set, is_imap ? " " : ",");
	field_close(writer, true);
}

/* ID has another name for the failures in its examples. */
static const char *
failure_name(const struct lk_latch_report *report)
{
	const bool is_long =
		report->as_in_examples && report->carrier == LK_CARRIER_IMAP;

	if (dialect_is_sts(report->dialect))
		return is_long ? "policy-failure" : "policy-fail";
	return is_long ? "latch-failure" : "latch-fail";
}

/* With its values a directive that is not kept is said as it is stored. */
static uint32_t
failures_of(uint32_t stored, uint32_t unmet)
{
	const uint32_t version =
		PROMISE_BIT(VERSION_11) | PROMISE_BIT(VERSION_12);
	const uint32_t cert = PROMISE_BIT(CERT_ANY) | PROMISE_BIT(CERT_PKIX) |
			      PROMISE_BIT(CERT_DANE);
	uint32_t set = unmet & PROMISE_TAGS;

	if (unmet & version)
		set |= stored & version;
	if (unmet & cert)
		set |= stored & cert;
	return set;
}

static void
fields_write(struct writer *writer, const struct lk_latch_state *state,
	const struct lk_latch_outcome *outcome)
{
	const uint32_t supported = lk_latch_supported(writer->report->dialect);
	const uint32_t beyond = supported & ~state->promises;

	text_write(writer, "name", writer->report->name);
	text_write(writer, "version", writer->report->version);
	if (outcome->unmet != 0) {
		set_write(writer, failure_name(writer->report),
			failures_of(state->promises, outcome->unmet), true);
		return;
	}
	set_write(writer, writer->is_sts ? "saved" : "latch", state->promises,
		true);
	set_write(writer, writer->is_sts ? "directives" : "security-tags",
		beyond, false);
}

size_t
lk_latch_report(const struct lk_latch_state *state,
	const struct lk_latch_outcome *outcome,
	const struct lk_latch_report *report, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	struct writer writer = {
		&out, report, dialect_is_sts(report->dialect), true};

	if (report->carrier == LK_CARRIER_POP3 ||
		outcome->flaws & 1 << LK_FLAW_CLEAR)
		return 0;
	/* What was stored in the other family has no word in this one. */
	if (outcome->unmet != 0 &&
		(outcome->unmet &
			(writer.is_sts ? PROMISE_VALUES : PROMISE_TAGS)) == 0)
		return 0;
	out_z(&out, report->carrier == LK_CARRIER_IMAP ? "(" : "CLIENT");
	fields_write(&writer, state, outcome);
	if (writer.is_first)
		return 0;
	out_z(&out, report->carrier == LK_CARRIER_IMAP ? ")" : "\r\n");
	return out.n;
}

size_t
lk_latch_message(const struct lk_latch_state *state,
	const struct lk_latch_outcome *outcome, char *out_r, size_t size)
{
	struct out out = out_to(out_r, size);
	const char *separator = "";

	if (outcome->verdict == LK_LATCH_PROCEED)
		return 0;
	out_z(&out, outcome->verdict == LK_LATCH_REFUSE
			    ? "This connection is refused, and no password "
			      "was sent."
			    : "This connection is not confidential.");
	for (unsigned i = 0; i < LK_LATCH_FLAW_COUNT; i++) {
		if (!(outcome->flaws >> i & 1))
			continue;
		out_z(&out, *separator == '\0' ? " Because " : separator);
		out_z(&out, lk_latch_flaw_text(i));
		separator = ", and ";
	}
	if (outcome->flaws != 0)
		out_byte(&out, '.');
	if (outcome->unmet != 0) {
		out_z(&out, " The server does not keep what it promised: ");
		tags_put(&out, outcome->unmet, ", ");
		if ((outcome->unmet & PROMISE_TAGS) != 0 &&
			(outcome->unmet & PROMISE_VALUES) != 0)
			out_z(&out, ", ");
		directives_put(&out,
			failures_of(state->promises, outcome->unmet) &
				PROMISE_VALUES,
			true);
		out_z(&out, ". Somebody may stand between it and you.");
	}
	if (outcome->verdict == LK_LATCH_REFUSE && state->url_n > 0) {
		out_z(&out, " What the provider says: ");
		out_put(&out, span_of(state->url, state->url_n));
	}
	return out.n;
}
