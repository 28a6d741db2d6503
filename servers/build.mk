# SPDX-License-Identifier: Apache-2.0
# What the programs are made of: one file a line, in the order of the alphabet.
# `make lint` compares the lists with the tree.

# liblatchkey: the reference parsers and the latch engine; whoever links it sees lk_… alone.
LIBRARY_SOURCES := \
	servers/core/span.c \
	servers/latch/promise.c \
	servers/latch/report.c \
	servers/latch/session.c \
	servers/latch/state.c \
	servers/latch/step.c \
	servers/parse/deep_client.c \
	servers/parse/deep_directive.c \
	servers/parse/deep_id.c \
	servers/parse/deep_line.c \
	servers/parse/deep_lists.c \
	servers/parse/deep_status.c \
	servers/parse/domain.c \
	servers/parse/http_chunked.c \
	servers/parse/http_field.c \
	servers/parse/http_length.c \
	servers/parse/http_request.c \
	servers/parse/http_response.c \
	servers/parse/imap_capability.c \
	servers/parse/imap_response.c \
	servers/parse/imap_fit.c \
	servers/parse/imap_scalar.c \
	servers/parse/imap_section.c \
	servers/parse/imap_rule.c \
	servers/parse/imap_shape.c \
	servers/parse/imap_string.c \
	servers/parse/imap_text.c \
	servers/parse/imap_value.c \
	servers/parse/json.c \
	servers/parse/old_name.c \
	servers/parse/out.c \
	servers/parse/parse.c \
	servers/parse/pop3_capa.c \
	servers/parse/pop3_greeting.c \
	servers/parse/pop3_reply.c \
	servers/parse/reason.c \
	servers/parse/received_tls.c \
	servers/parse/sasl_bearer.c \
	servers/parse/sasl_cram.c \
	servers/parse/sasl_name.c \
	servers/parse/sasl_plain.c \
	servers/parse/sasl_scram.c \
	servers/parse/sasl_xoauth2.c \
	servers/parse/smtp_ehlo.c \
	servers/parse/smtp_reply.c \
	servers/parse/sts_client.c \
	servers/parse/sts_mx.c \
	servers/parse/sts_policy.c \
	servers/parse/sts_policy_json.c \
	servers/parse/sts_policy_out.c \
	servers/parse/sts_record.c \
	servers/parse/sts_record_2016.c \
	servers/parse/sts_record_2016_out.c \
	servers/parse/tlsa.c \
	servers/parse/tlsrpt_record.c \
	servers/parse/txt.c \
	servers/parse/uri.c \
	servers/parse/utf8.c

# What is installed of their headers.
LIBRARY_HEADERS := \
	servers/core/bytes.h \
	servers/latch/latch.h \
	servers/latch/step.h \
	servers/parse/deep.h \
	servers/parse/field.h \
	servers/parse/http.h \
	servers/parse/imap.h \
	servers/parse/parse.h \
	servers/parse/pop3.h \
	servers/parse/sasl.h \
	servers/parse/smtp.h \
	servers/parse/sts.h \
	servers/parse/sts_old.h \
	servers/parse/tlsa.h \
	servers/parse/tlsrpt.h

# Pure parsers of the servers.
PARSE_SOURCES := \
	servers/parse/base64.c \
	servers/parse/imap_address.c \
	servers/parse/imap_command.c \
	servers/parse/imap_date.c \
	servers/parse/imap_mime.c \
	servers/parse/number.c \
	servers/parse/pop3_text.c \
	servers/parse/smtp_envelope.c \
	servers/parse/smtp_unstuff.c

# The rest of the world but its main; unit tests link all of it.
WORLD_SOURCES := \
	servers/core/buf.c \
	servers/core/digest.c \
	servers/core/err.c \
	servers/core/json.c \
	servers/core/needle.c \
	servers/core/pcapng.c \
	servers/core/tls.c \
	servers/core/tls_context.c \
	servers/core/tls_dh.c \
	servers/core/tls_hello.c \
	servers/core/tls_name.c \
	servers/core/tls_options.c \
	servers/core/transcript.c \
	servers/fault/action.c \
	servers/fault/configure.c \
	servers/fault/detail.c \
	servers/fault/expand.c \
	servers/fault/load.c \
	servers/fault/match.c \
	servers/fault/record.c \
	servers/fault/rewrite.c \
	servers/pki/cert.c \
	servers/pki/chain.c \
	servers/pki/der.c \
	servers/pki/extension.c \
	servers/pki/forge.c \
	servers/pki/keep.c \
	servers/pki/key.c \
	servers/pki/name.c \
	servers/pki/spot.c \
	servers/pki/validity.c \
	servers/proto/dns.c \
	servers/proto/dns_deny.c \
	servers/proto/dns_lookup.c \
	servers/proto/dns_record.c \
	servers/proto/dns_sign.c \
	servers/proto/engine.c \
	servers/proto/https.c \
	servers/proto/imap.c \
	servers/proto/imap_auth.c \
	servers/proto/imap_body.c \
	servers/proto/imap_dispatch.c \
	servers/proto/imap_fetch.c \
	servers/proto/imap_folder.c \
	servers/proto/imap_item.c \
	servers/proto/imap_key.c \
	servers/proto/imap_list.c \
	servers/proto/imap_reply.c \
	servers/proto/imap_search.c \
	servers/proto/imap_section.c \
	servers/proto/imap_select.c \
	servers/proto/imap_store.c \
	servers/proto/imap_view.c \
	servers/proto/pop3.c \
	servers/proto/pop3_drop.c \
	servers/proto/sasl.c \
	servers/proto/sasl_oauth.c \
	servers/proto/sasl_scram.c \
	servers/proto/session.c \
	servers/proto/session_reply.c \
	servers/proto/smtp.c \
	servers/proto/smtp_content.c \
	servers/proto/smtp_envelope.c \
	servers/world/asleep.c \
	servers/world/associate.c \
	servers/world/capture.c \
	servers/world/child.c \
	servers/world/conn.c \
	servers/world/conn_input.c \
	servers/world/conn_output.c \
	servers/world/dns_bind.c \
	servers/world/dns_port.c \
	servers/world/kernel.c \
	servers/world/latch.c \
	servers/world/listen.c \
	servers/world/nest.c \
	servers/world/note.c \
	servers/world/plan.c \
	servers/world/plan_client.c \
	servers/world/plan_deep.c \
	servers/world/plan_dns.c \
	servers/world/record.c \
	servers/world/rehearse.c \
	servers/world/side.c \
	servers/world/world.c

# Each has a main, and becomes a program of its own.
MAIN_SOURCES := \
	servers/parse/lkparse.c \
	servers/pki/forge_main.c \
	servers/world/mockworld.c

# Each is one program of unit tests.
TEST_SOURCES := \
	servers/tests/test_base64.c \
	servers/tests/test_core.c \
	servers/tests/test_deep.c \
	servers/tests/test_dns.c \
	servers/tests/test_dns_message.c \
	servers/tests/test_dns_sign.c \
	servers/tests/test_external.c \
	servers/tests/test_fault.c \
	servers/tests/test_fault_configure.c \
	servers/tests/test_fault_load.c \
	servers/tests/test_fault_record.c \
	servers/tests/test_http.c \
	servers/tests/test_https.c \
	servers/tests/test_imap.c \
	servers/tests/test_imap_response.c \
	servers/tests/test_latch.c \
	servers/tests/test_latch_report.c \
	servers/tests/test_parse.c \
	servers/tests/test_pcapng.c \
	servers/tests/test_pki.c \
	servers/tests/test_pop3.c \
	servers/tests/test_pop3_reply.c \
	servers/tests/test_sasl.c \
	servers/tests/test_sasl_message.c \
	servers/tests/test_smtp.c \
	servers/tests/test_smtp_reply.c \
	servers/tests/test_sts_policy.c \
	servers/tests/test_sts_record.c \
	servers/tests/test_tls.c \
	servers/tests/test_tls_renegotiation.c \
	servers/tests/test_tlsa.c \
	servers/tests/test_utf8.c \
	servers/tests/test_vectors.c

# What several of them share.
TEST_HELPERS :=

# Programs that only `make bench` needs.
BENCH_SOURCES := \
	servers/tests/bench_client.c \
	servers/tests/bench_parser.c

# What the client and the sender that do everything right share, with their bug
# switches.
REFCLIENT_SHARED := \
	suites/refclient/account.c \
	suites/refclient/addresses.c \
	suites/refclient/bug.c \
	suites/refclient/bug_dane.c \
	suites/refclient/bug_deep.c \
	suites/refclient/bug_dialogue.c \
	suites/refclient/bug_match.c \
	suites/refclient/bug_name.c \
	suites/refclient/bug_session.c \
	suites/refclient/bug_tls.c \
	suites/refclient/bug_wire.c \
	suites/refclient/caps.c \
	suites/refclient/dane.c \
	suites/refclient/deep.c \
	suites/refclient/dns.c \
	suites/refclient/imap.c \
	suites/refclient/input.c \
	suites/refclient/pop3.c \
	suites/refclient/sasl.c \
	suites/refclient/session.c \
	suites/refclient/smtp.c \
	suites/refclient/state.c \
	suites/refclient/tls.c \
	suites/refclient/wire.c

# The client.
REFCLIENT_SOURCES := \
	suites/refclient/bug_discover.c \
	suites/refclient/command.c \
	suites/refclient/discover.c \
	suites/refclient/main.c \
	suites/refclient/reach.c \
	suites/refclient/status.c \
	suites/refclient/visit.c

# The sender.
REFSENDER_SOURCES := \
	suites/refclient/bug_fetch.c \
	suites/refclient/bug_host.c \
	suites/refclient/bug_policy.c \
	suites/refclient/bug_record.c \
	suites/refclient/deliver.c \
	suites/refclient/dkim.c \
	suites/refclient/fetch.c \
	suites/refclient/host.c \
	suites/refclient/memory.c \
	suites/refclient/refsender.c \
	suites/refclient/route.c \
	suites/refclient/sts.c \
	suites/refclient/tlsrpt.c \
	suites/refclient/tlsrpt_mail.c \
	suites/refclient/tlsrpt_post.c

# Its unit tests: programs that link all of it but main.
REFCLIENT_TEST_SOURCES := \
	suites/refclient/test_deep.c \
	suites/refclient/test_parts.c

# What it takes from elsewhere.
REFCLIENT_USES := \
	$(LIBRARY_SOURCES) \
	servers/core/buf.c \
	servers/core/err.c \
	servers/core/json.c \
	servers/parse/base64.c \
	servers/parse/number.c
