/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes imap_engine: a dialogue (harness/engine.h has input and oracles). */
#include "harness/engine.h"

static bool
is_reply(struct span reply, struct span tag)
{
	if (span_has_prefix(reply, span_z("* ")) ||
		span_has_prefix(reply, span_z("+ ")))
		return true;
	return tag.n > 0 && span_has_prefix(reply, tag) && reply.n > tag.n &&
	       reply.p[tag.n] == ' ';
}

#define LOGINS "AUTH=PLAIN", "AUTH=LOGIN", "AUTH=XOAUTH2", "AUTH=CRAM-MD5"

static const struct fuzz_protocol protocol = {
	.class = &imap_engine,
	.rich = {[PHASE_GREETING] = {{"IMAP4rev1", "STARTTLS"}, 2},
		[PHASE_CLEAR] = {{"IMAP4rev1", "IMAP4rev2", "STARTTLS", "ID",
					 "LITERAL+", "SASL-IR", LOGINS,
					 "AUTH=SCRAM-SHA-256"},
			11},
		[PHASE_TLS] = {{"IMAP4rev1", "SASL-IR", "LITERAL-", LOGINS,
				       "AUTH=OAUTHBEARER"},
			8},
		[PHASE_LOGIN] = {{"IMAP4rev1", "LITERAL+", "ID", "ENABLE",
					 "IDLE", "NAMESPACE", "UIDPLUS", "MOVE",
					 "UNSELECT", "ESEARCH", "SEARCHRES",
					 "IMAP4rev2", "SPECIAL-USE"},
			13}},
	.deep = {LK_LATCH_04, true,
		{NULL, "", "tls12 tls-cert", "tls12 tls-cert"}},
	.poor = {[PHASE_CLEAR] = {{"IMAP4rev1", "STARTTLS", "LOGINDISABLED"},
			 3},
		[PHASE_TLS] = {{"IMAP4rev1", "AUTH=PLAIN"}, 2},
		[PHASE_LOGIN] = {{"IMAP4rev1"}, 1}},
	.refusal = {{"starttls", FUZZ_SPAN("{tag} BAD no\r\n"),
			    ENGINE_EVERYWHERE},
		{"login", FUZZ_SPAN("* X {tag}\r\n{tag} NO off\r\n"),
			ENGINE_EVERYWHERE},
		{"challenge", FUZZ_SPAN("{tag} NO later\r\n"),
			ENGINE_EVERYWHERE},
		{"id", FUZZ_SPAN(""), ENGINE_EVERYWHERE}},
	.refusals = 4,
	.is_reply = is_reply,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_engine(&protocol, span_of(data, size));
	return 0;
}
