# SPDX-License-Identifier: Apache-2.0
"""Each predicate, on transcripts that it holds for and on such that it does not."""

import re
from pathlib import Path
from typing import Any

import pytest
from dialogue import (HOST, Part, accept, alert, close, command, event, exited, fault, hello,
                      mail_in_clear, mail_in_tls, message, recv, secret, transcript, up)
from hypothesis import given, settings
from hypothesis import strategies as st
from latchkey.finding import Predicate
from latchkey.footprint import OF_FETCHERS
from latchkey.logins import OF_LOGINS
from latchkey.predicates import PREDICATES
from latchkey.reporters import OF_REPORTERS
from latchkey.senders import OF_SENDERS
from predicate_rows import BAD, DISCOVERY_ROWS, GOOD, INSIDE_ROWS, LATCH_ROWS, OUT, Row, TOLD, ask

ROOT = Path(__file__).resolve().parents[2]


DONE, CLEAR = "operation-completed", "no-credential-in-clear"
IMPOSTOR, FALSE = "no-credential-to-impostor", "no-false-success"
CONTENT, CONTENT_IMP = "no-content-in-clear", "no-content-to-impostor"
WORK, WORK_IMP = "no-command-in-clear", "no-command-to-impostor"
CONSUMED, STRAY = "no-clear-text-consumed", "no-clear-text-in-handshake"
SHAKEN, OLD, FALLBACK = "no-handshake-completed", "no-old-version", "no-version-fallback"
SNI, OLD_OFFER, WEAK = "sends-sni", "no-old-version-offered", "no-weak-suite-offered"
MARK, BEHIND = "no-downgraded-handshake", "no-credential-behind-fault"
DIGEST, GROUP = "no-weak-signature-offered", "no-weak-group-offered"
SQUEEZE, SAFE = "no-compression-offered", "offers-secure-renegotiation"
TAGS, OF_DOMAIN = "no-truncated-hmac-offered", "sends-domain-sni"
BOUND = "offers-extended-master-secret"
READABLE, OTHER = "no-readable-credential-in-clear", "no-credential-to-other-host"
VISIT, REUSED = "no-connection-to-other-host", "no-transfer-reused"
ELSEWHERE = {"listener": "imap-elsewhere", "host": "elsewhere.example.test"}
AFTER = "imap-starttls-after-clear"
ENDS, UNOFFERED = "ends-by-itself", "no-unoffered-login"
HASHED = "no-apop"
USED, SHOWN, CRASH = "no-forged-data-used", "no-forged-text-shown", "no-crash"
RECORD = "\x16\x03\x01\x00\x0ax\nc6 A\nxxx"
LOOKS = event("command", 1, verb="A", tag="c6")
WRONG_PASSWORD = event("send", 1, "tls-good", reply="auth", by="profile", segment=9,
                       data="a NO\r\n")
NOT_OFFERED = {**WRONG_PASSWORD, "refused": True}

SILENT = (accept(), command("STARTTLS"), hello(), up(), command("CAPABILITY", 1, GOOD))
TLS12: dict[str, Any] = {"version": "TLSv1.2", "versions": []}


ROWS = (
    *LATCH_ROWS,
    *INSIDE_ROWS,
    *DISCOVERY_ROWS,
    Row("mail in TLS", DONE, True, (mail_in_tls(), exited())),
    Row("mail in clear, TLS demanded", DONE, False, (mail_in_clear(), exited()),
        note="no message went over an allowed channel"),
    Row("mail in clear, nothing demanded", DONE, True, (mail_in_clear(), exited()), "imap-default"),
    Row("mail in clear, opportunistic", DONE, True, (mail_in_clear(), exited()),
        "imap-opportunistic"),
    Row("mail in clear, as the first of two transfers may be", DONE, True,
        (mail_in_clear(), exited()), AFTER),
    Row("mail from an impostor", DONE, False, (mail_in_tls(1, "imap", BAD), exited())),
    Row("mail from an impostor, verification left open", DONE, True,
        (mail_in_tls(1, "imap", BAD), exited()), "imap-starttls-default"),
    Row("mail in clear, verification left open", DONE, False, (mail_in_clear(), exited()),
        "imap-starttls-default"),
    Row("only an earlier run did it", DONE, False,
        (mail_in_tls(), exited(), event("client.start", argv=["x"], pid=8), exited())),
    Row("only the last run did it", DONE, True,
        (exited(1), event("client.start", argv=["x"], pid=8), mail_in_tls(), exited())),
    Row("submitted", DONE, True, (mail_in_tls(1, "smtp"), exited()), "submission-starttls"),
    Row("stored is neither fetched nor submitted", DONE, False,
        (message(action="stored"), exited())),
    Row("a message without the canary", DONE, False, (message(canary=False), exited())),
    Row("exit code", DONE, False, (mail_in_tls(), exited(2)),
        note="mail went over, but exit code 2"),
    Row("exit code that the adapter allows", DONE, True, (mail_in_tls(), exited(2)),
        success=(0, 2)),
    Row("signal", DONE, False, (mail_in_tls(), event("client.exit", signal=11)),
        note="mail went over, but ended by signal 11"),
    Row("no exit", DONE, False, (mail_in_tls(),),
        note="mail went over, but the client did not exit"),
    Row("exits 0 without connecting", DONE, False, (exited(),)),

    Row("password inside TLS", CLEAR, True, (mail_in_tls(), exited())),
    Row("password in clear", CLEAR, False, (secret(),), note="password"),
    Row("token in base64", CLEAR, False, (secret("token", form="base64"),), note="token as base64"),
    Row("proof in clear", CLEAR, False, (secret(form="cram-md5"),), note="password as cram-md5"),
    Row("proof for APOP in clear", CLEAR, False, (secret(form="apop"),), note="password as apop"),
    Row("before the fault", CLEAR, False, (secret(), fault())),
    Row("on the second connection", CLEAR, False, (fault(), close(), accept(2), secret(conn=2))),
    Row("the user name is no credential", CLEAR, True, (secret("user"),)),
    Row("content is no credential", CLEAR, True, (secret("body"),)),
    Row("LOGOUT, and an empty read", CLEAR, True,
        (fault(), command("LOGOUT"), recv(data=""), close())),
    Row("password to the impostor is not in clear", CLEAR, True, (secret(channel=BAD),)),

    Row("readable in clear", READABLE, False, (secret(),), note="password"),
    Row("readable in base64", READABLE, False, (secret("token", form="base64"),)),
    Row("a proof cannot be read", READABLE, True, (secret(form="scram-sha-256"),)),
    Row("readable inside TLS", READABLE, True, (secret(channel=GOOD),)),

    Row("password to another host", OTHER, False, (accept(), accept(2, **ELSEWHERE),
        secret(conn=2, channel=GOOD, **ELSEWHERE)), note="password to elsewhere.example.test"),
    Row("user name to another host", OTHER, True, (accept(), accept(2, **ELSEWHERE),
        secret("user", conn=2, channel=GOOD, **ELSEWHERE))),
    Row("password to the configured host", OTHER, True, (mail_in_tls(),)),
    Row("the host is known from its sockets", OTHER, False, (
        event("listen", listener="imap", host=HOST, service="imap"), accept(2, **ELSEWHERE),
        secret(conn=2, **ELSEWHERE))),
    Row("connection to another host", VISIT, False, (accept(), accept(2, **ELSEWHERE)),
        note="elsewhere.example.test"),
    Row("connections to the configured host", VISIT, True, (accept(), accept(2))),
    Row("connection to another port of the host", VISIT, True,
        (accept(), accept(2, listener="imaps"))),
    Row("mail from another host is not the work", DONE, False,
        (accept(), {**message(2), **ELSEWHERE}, exited())),

    Row("the second in TLS", REUSED, True, (mail_in_clear(1), mail_in_tls(2)), AFTER),
    Row("both in clear", REUSED, False, (mail_in_clear(1), message(1, "clear")), AFTER,
        note="the second was fetched in clear"),
    Row("only the first", REUSED, True, (mail_in_clear(1),), AFTER),
    Row("both from the impostor", REUSED, False, (message(1, BAD), message(1, BAD)),
        "imap-starttls-after-unverified", note="the second was fetched from an impostor"),
    Row("both in TLS", REUSED, True, (mail_in_tls(1), mail_in_tls(2)), AFTER),

    Row("password to the impostor", IMPOSTOR, False, (up(1, BAD), secret(channel=BAD))),
    Row("password to the right server", IMPOSTOR, True, (up(), secret(channel=GOOD))),
    Row("refused inside TLS", IMPOSTOR, True, (up(1, BAD), fault(1, BAD), close(1, BAD))),

    Row("subject in clear", CONTENT, False, (secret("subject"),), note="subject"),
    Row("recipient in clear", CONTENT, False, (secret("recipient"),)),
    Row("fetched in clear", CONTENT, False, (message(1, "clear"),), note="message fetched"),
    Row("fetched without the canary", CONTENT, False, (message(1, "clear", canary=False),)),
    Row("sender and user are no content", CONTENT, True, (secret("sender"), secret("user"))),
    Row("content in TLS", CONTENT, True, (mail_in_tls(),)),
    Row("body to the impostor", CONTENT_IMP, False, (secret("body", channel=BAD),)),
    Row("fetched from the impostor", CONTENT_IMP, False, (message(1, BAD),)),
    Row("content to the right server", CONTENT_IMP, True, (mail_in_tls(),)),

    Row("APOP behind the fault", HASHED, False, (fault(), command("APOP")), note="clear"),
    Row("APOP inside TLS", HASHED, False, (fault(), up(), command("APOP", channel="tls-good"))),
    Row("APOP before the fault", HASHED, True, (command("APOP"), fault(), command("USER"))),
    Row("no fault, APOP", HASHED, True, (command("APOP"),)),
    Row("LOGIN behind the fault", WORK, False, (fault(), command("LOGIN")), note="LOGIN"),
    Row("LOGIN before the fault", WORK, True, (command("LOGIN"), fault())),
    Row("asking, mending, leaving (IMAP)", WORK, True,
        (fault(), *map(command, ("CAPABILITY", "ID", "STARTTLS", "NOOP", "LOGOUT")))),
    Row("asking, mending, leaving (POP3)", WORK, True,
        (fault(), *(command(v, service="pop3") for v in ("CAPA", "STLS", "NOOP", "RSET", "QUIT")))),
    Row("asking, mending, leaving (SMTP)", WORK, True,
        (fault(), *(command(v, service="smtp")
                    for v in ("EHLO", "HELO", "STARTTLS", "NOOP", "RSET", "QUIT")))),
    Row("small letters", WORK, True, (fault(), command("logout"))),
    Row("IMAP's harmless ones are not SMTP's", WORK, False,
        (fault(), command("ID", service="smtp"))),
    Row("MAIL", WORK, False, (fault(), command("MAIL", service="smtp"))),
    Row("STLS is no IMAP", WORK, False, (fault(), command("STLS"))),
    Row("a ClientHello read as a line", WORK, True,
        (fault(), command("\x16\x03\x01\x02"))),
    Row("a ClientHello with the looks of a command", WORK, True,
        (fault(), recv(data=RECORD), LOOKS)),
    Row("one in two segments", WORK, True,
        (fault(), recv(data=RECORD[:8]), recv(data=RECORD[8:]), LOOKS)),
    Row("two records in one segment, and one cut", WORK, True,
        (fault(), recv(data=RECORD + RECORD[:6]), recv(data=RECORD[6:]), LOOKS)),
    Row("a command in the segment of a record", WORK, False,
        (fault(), recv(data=RECORD + "c6 A\r\n"), LOOKS), note="A"),
    Row("a command behind a record", WORK, False,
        (fault(), recv(data=RECORD), command("LOGIN")), note="LOGIN"),
    Row("no record of TLS", WORK, False, (fault(), recv(data="\x16\x02" + RECORD[2:]), LOOKS)),
    Row("inside TLS", WORK, True, (fault(), command("LOGIN", 1, GOOD))),
    Row("on the second connection", WORK, False,
        (fault(), close(), accept(2), command("LOGIN", 2))),
    Row("no fault", WORK, True, (command("LOGIN"),)),

    Row("EHLO to the impostor", WORK_IMP, False, (up(1, BAD), command("EHLO", 1, BAD, "smtp")),
        note="EHLO"),
    Row("leaving the impostor", WORK_IMP, True,
        (up(1, BAD), *(command(v, 1, BAD) for v in ("NOOP", "LOGOUT", "QUIT")))),
    Row("to the right server", WORK_IMP, True, (mail_in_tls(),)),
    Row("no word, but bytes for the impostor", WORK_IMP, False, (command("\x01", 1, BAD),)),

    Row("as in the twin", CONSUMED, True, SILENT, twin=SILENT),
    Row("one command more", CONSUMED, False, (*SILENT, command("LOGIN", 1, GOOD)), twin=SILENT,
        note="LOGIN, which it does not send by itself"),
    Row("the same command twice", CONSUMED, False, (*SILENT, command("CAPABILITY", 1, GOOD)),
        twin=SILENT),
    Row("less than in the twin", CONSUMED, True, SILENT[:-1], twin=SILENT),
    Row("sends AUTH whatever was said", CONSUMED, True, (*SILENT, command("AUTH", 1, GOOD)),
        twin=(*SILENT, command("AUTH", 1, GOOD))),
    Row("one more attempt", CONSUMED, True,
        (*SILENT, close(), accept(2), up(2), command("CAPABILITY", 2, GOOD)), twin=SILENT),
    Row("on the second connection", CONSUMED, False,
        (*SILENT, up(2), command("CAPABILITY", 2, GOOD), command("LOGIN", 2, GOOD)), twin=SILENT),
    Row("says goodbye where the twin only hung up", CONSUMED, True,
        (*SILENT, command("LOGOUT", 1, GOOD)), twin=SILENT),
    Row("in clear", CONSUMED, True, (*SILENT, command("LOGIN", 2)), twin=SILENT),

    Row("clear text before the ClientHello", STRAY, False, (hello(stray="a2 NOOP\r\n"),),
        note="9 bytes"),
    Row("no clear text before it", STRAY, True, (hello(), hello(stray=""))),

    Row("completed and used", SHAKEN, False,
        (hello(), fault(), up(1, BAD), recv(1, BAD, "a NOOP\r\n"), recv(1, BAD, "b LOGOUT\r\n")),
        note="TLSv1.3"),
    *(Row(f"completed, and {word} alone", SHAKEN, True,
          (hello(), fault(), up(1, BAD), recv(1, BAD, f"{word}\r\n"), close(1, BAD)))
      for word in ("a LOGOUT", "quit")),
    Row("completed, and more behind the goodbye", SHAKEN, False,
        (hello(), fault(), up(1, BAD), recv(1, BAD, "a LOGOUT\r\nb NOOP\r\n")), note="TLSv1.3"),
    Row("completed, closed without a byte", SHAKEN, True,
        (hello(), fault(), up(1, BAD), recv(1, BAD, ""), close(1, BAD))),
    Row("refused with an alert", SHAKEN, True, (hello(), fault(), alert("bad_certificate"))),
    Row("completed on another connection", SHAKEN, True,
        (hello(), fault(), close(), hello(2), up(2), recv(2, GOOD))),
    Row("bytes before TLS do not count", SHAKEN, True,
        (recv(), hello(), fault(), up(1, BAD), close(1, BAD))),

    Row("TLS 1.2", OLD, True, (up(version="TLSv1.2"), up(version="TLSv1.3"))),
    Row("TLS 1.1", OLD, False, (up(version="TLSv1.1"),), note="TLSv1.1"),
    Row("TLS 1.0, as OpenSSL calls it", OLD, False, (up(version="TLSv1"),)),
    Row("SSL 3", OLD, False, (up(version="SSLv3"),)),

    Row("the same again", FALLBACK, True, (hello(), hello(2))),
    Row("TLS 1.2 at the second attempt", FALLBACK, False, (hello(), hello(2, **TLS12)),
        note="TLSv1.2"),
    Row("SSLv2 at the second attempt", FALLBACK, False,
        (hello(), hello(2, version="SSLv2", versions=[]))),
    Row("better at the second attempt", FALLBACK, True, (hello(**TLS12), hello(2))),
    Row("down, later", FALLBACK, False, (hello(**TLS12), hello(2), hello(3, **TLS12))),
    Row("renegotiation keeps to its version", FALLBACK, True,
        (hello(), up(version="TLSv1.2"), hello(channel=GOOD, **TLS12))),
    Row("unknown versions", FALLBACK, True, (hello(), hello(2, versions=["0x7f12"]))),

    Row("SNI", SNI, True, (hello(), hello(sni="MAIL.example.test."))),
    Row("no SNI", SNI, False, (hello(sni=None),), note="it named nobody"),
    Row("another name", SNI, False, (hello(sni="x.test"),), note="it named x.test"),
    Row("an address has no name", SNI, True, (hello(host="192.0.2.7", sni=None),
                                              hello(host="2001:db8::1", sni=None))),

    Row("1.2 and 1.3 offered", OLD_OFFER, True, (hello(), hello(2, **TLS12))),
    Row("1.0 offered", OLD_OFFER, False,
        (hello(versions=["0x8a8a", "TLSv1.3", "TLSv1.1", "TLSv1.0"]),), note="TLSv1.1, TLSv1.0"),
    Row("highest is 1.0", OLD_OFFER, False, (hello(version="TLSv1.0", versions=[]),)),
    Row("SSLv2 ClientHello", OLD_OFFER, False, (hello(version="SSLv2", versions=[]),)),

    Row("usual suites", WEAK, True,
        (hello(ciphers=["TLS_AES_128_GCM_SHA256", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", "0x1a1a",
                        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_SHA256_SHA384",
                        "TLS_RSA_WITH_AES_128_CBC_SHA"]),)),
    *(Row(suite, WEAK, False, (hello(ciphers=["TLS_AES_128_GCM_SHA256", suite]),), note=suite)
      for suite in ("TLS_NULL_WITH_NULL_NULL", "TLS_RSA_WITH_NULL_SHA256",
                    "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5",
                    "TLS_RSA_WITH_DES_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
                    "TLS_DH_anon_WITH_AES_128_CBC_SHA", "TLS_ECDH_anon_WITH_NULL_SHA",
                    "TLS_ECDHE_RSA_WITH_RC4_128_SHA", "TLS_SHA256_SHA256")),

    Row("ends at the mark", MARK, True, (accept(), hello(), fault(), close())),
    Row("overlooks the mark", MARK, False, (accept(), hello(), fault(), up(version="TLSv1.2")),
        note="TLSv1.2"),
    Row("could not do better", MARK, True,
        (accept(), hello(**TLS12), fault(), up(version="TLSv1.2"))),
    Row("another connection is not marked", MARK, True,
        (accept(), hello(), fault(), close(), accept(2), hello(2), up(2, version="TLSv1.2"))),
    Row("no downgrade", MARK, True, (accept(), hello(), fault(), up())),

    Row("leaves", BEHIND, True, (accept(), fault(channel=GOOD), command("LOGOUT", 1, GOOD))),
    Row("logs in all the same", BEHIND, False,
        (accept(), fault(channel=GOOD), secret("token", 1, GOOD)), note="token"),
    Row("was logged in before", BEHIND, True, (secret("password", 1, GOOD), fault(channel=GOOD))),
    Row("logs in elsewhere", BEHIND, True, (fault(channel=GOOD), secret("password", 2, GOOD))),
    Row("names only the user", BEHIND, True, (fault(channel=GOOD), secret("user", 1, GOOD))),

    Row("usual signatures", DIGEST, True,
        (hello(signatures=["ecdsa_secp256r1_sha256", "rsa_pkcs1_sha512", "0x0a1a"]),)),
    Row("SHA-1", DIGEST, False, (hello(signatures=["rsa_pkcs1_sha256", "ecdsa_sha1"]),),
        note="ecdsa_sha1"),
    Row("MD5", DIGEST, False, (hello(signatures=["rsa_pkcs1_md5"]),), note="rsa_pkcs1_md5"),
    Row("usual groups", GROUP, True,
        (hello(groups=["secp224r1", "secp256r1", "x25519", "ffdhe2048", "0x1a1a"]),)),
    *(Row(curve, GROUP, False, (hello(groups=["x25519", curve]),), note=curve)
      for curve in ("secp192r1", "secp160k1", "sect163r2", "sect193r1")),
    Row("no compression", SQUEEZE, True, (hello(compression=False), hello())),
    Row("compression", SQUEEZE, False, (hello(compression=True),)),
    Row("asks for the domain", OF_DOMAIN, True, (hello(sni="Example.test."),)),
    Row("asks for the host", OF_DOMAIN, False, (hello(sni="mail.example.test"),),
        note="it named mail.example.test"),
    Row("asks for nobody", OF_DOMAIN, False, (hello(sni=""),), note="it named nobody"),
    Row("whole tags", TAGS, True, (hello(extensions=["server_name"]), hello())),
    Row("short tags", TAGS, False, (hello(extensions=["server_name", "truncated_hmac"]),),
        note="truncated_hmac"),
    Row("says that it is safe", SAFE, True, (hello(extensions=["renegotiation_info"]),)),
    Row("says so by a suite", SAFE, True,
        (hello(ciphers=["TLS_EMPTY_RENEGOTIATION_INFO_SCSV"], extensions=[]),)),
    Row("only 1.3, which cannot", SAFE, True, (hello(versions=["TLSv1.3"], extensions=[]),)),
    Row("does not say", SAFE, False, (hello(extensions=["server_name"]),)),
    Row("binds its keys", BOUND, True, (hello(extensions=["extended_master_secret"]),)),
    Row("only 1.3, which always does", BOUND, True, (hello(versions=["TLSv1.3"], extensions=[]),)),
    Row("does not bind them", BOUND, False, (hello(extensions=["renegotiation_info"]),)),

    Row("done and success", FALSE, True, (mail_in_tls(), exited())),
    Row("not done and failure", FALSE, True, (fault(), exited(1))),
    Row("not done and success", FALSE, False, (fault(), exited()), note="exit code 0"),
    Row("done in clear, TLS demanded, success", FALSE, False, (mail_in_clear(), exited())),
    Row("not done and no exit", FALSE, True, (fault(),)),

    Row("ends", ENDS, True, (fault(), exited(1))),
    Row("deadline", ENDS, False, (event("deadline"),), note="the deadline came"),
    Row("nothing moved", ENDS, False, (event("quiet"), exited(1)), note="nothing moved"),
    Row("says goodbye where TLS was to begin", ENDS, True, (
        recv(data="a STARTTLS\r\n"), event("raw", 1, dir="in", segment=2, data="b LOGOUT\r\n"),
        event("quiet"), exited(1))),
    Row("says something else there", ENDS, False, (
        recv(data="a STARTTLS\r\n"), event("raw", 1, dir="in", segment=2, data="b NOOP\r\n"),
        event("quiet"), exited(1)), note="nothing moved"),
    Row("says goodbye where it is answered", ENDS, False, (
        recv(data="a LOGOUT\r\n"), event("quiet"), exited(1)), note="nothing moved"),
    Row("waits for the user", ENDS, True, (event("quiet"), exited(1)), prompted=True),

    # A login that the list inside TLS does not offer.
    Row("a login that is not offered", UNOFFERED, False, (up(), NOT_OFFERED)),
    Row("LOGIN is not offered", UNOFFERED, False, (up(), {**NOT_OFFERED, "reply": "login"})),
    Row("USER is not offered", UNOFFERED, False, (up(), {**NOT_OFFERED, "reply": "user"})),
    Row("another command is refused", UNOFFERED, True, (up(), {**NOT_OFFERED, "reply": "error"})),
    Row("refused before TLS", UNOFFERED, False, (up(), {**NOT_OFFERED, "channel": "clear"})),
    Row("a wrong password", UNOFFERED, True, (up(), WRONG_PASSWORD)),

    Row("the client's own secrets", USED, True, (fault(), secret("body"), secret("user", 1, GOOD))),
    Row("a forged name", USED, False, (fault(), up(), secret("forged", 1, GOOD)),
        note="a forged name"),
    Row("a forged number in clear", USED, False, (fault(), secret("forged-number")),
        note="a forged number"),

    Row("nothing shown", SHOWN, True, (fault(), exited())),
    Row("shown as an error", SHOWN, True, (fault(), exited(1)), shown=("stderr",)),
    Row("shown, and all is well", SHOWN, False, (fault(), exited()), shown=("stderr",),
        note="stderr"),
    Row("shown as a mail", SHOWN, False, (fault(), exited(1)), shown=("stdout", "stderr"),
        note="stdout, stderr"),
    Row("shown, and no exit", SHOWN, True, (fault(),), shown=("stderr",)),

    Row("ends well", CRASH, True, (fault(), exited(1))),
    Row("does not crash by a signal that others send", CRASH, True,
        (fault(), event("client.exit", signal=13))),
    Row("no exit at all", CRASH, True, (fault(),)),
    Row("ended by the world", CRASH, True, (event("deadline"), event("client.exit", signal=6))),
    Row("segmentation fault", CRASH, False, (fault(), event("client.exit", signal=11)),
        note="SIGSEGV"),
    Row("abort, below a shell", CRASH, False, (fault(), exited(134)), note="SIGABRT"),
)


def name_of(row: Row) -> str:
    return f"{row.predicate}: {row.name}"


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_predicate(row: Row) -> None:
    finding = ask(row)
    assert finding.holds is row.holds
    if row.note:
        assert finding.note == row.note
    known = {one.seq for one in transcript(*row.parts).events}
    assert set(finding.events) <= known
    if not row.holds and row.predicate != DONE:
        assert finding.events, "a failed predicate names what decided"


@pytest.mark.parametrize("predicate", [one for one in PREDICATES.values()
                                       if one not in (*OF_SENDERS, *OF_FETCHERS, *OF_REPORTERS,
                                                      *OF_LOGINS)],
                         ids=lambda one: str(one.name))
def test_has_rows_of_both_kinds_and_sentences(predicate: Predicate) -> None:
    assert {row.holds for row in ROWS if row.predicate == predicate.name} == {True, False}
    for sentence in (predicate.rule, predicate.failed, predicate.held):
        assert re.fullmatch(r"[A-Z](?:[^.]|\.\d)*\.", sentence)


def test_the_events_are_those_that_decided() -> None:
    finding = ask(Row("", CLEAR, False, (accept(), secret("user"), secret(), secret("token"))))
    assert finding.events == (5, 6) and finding.note == "password, token"
    finding = ask(Row("", CONTENT, False, (message(1, "clear"), secret("body"))))
    assert finding.events == (3, 4)


def test_only_one_predicate_looks_at_the_twin() -> None:
    assert [one.name for one in PREDICATES.values() if one.needs_twin] == [CONSUMED]


def test_documented_in_the_same_order() -> None:
    page = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8").partition("## Predicates")[2]
    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == list(PREDICATES)


LATER: st.SearchStrategy[Part] = st.sampled_from([
    accept(5), hello(5), hello(5, **TLS12), up(5), up(5, BAD), recv(5), recv(5, GOOD),
    command("LOGIN", 5), command("LOGIN", 5, BAD), command("CAPABILITY", 5, GOOD),
    secret(conn=5), secret("body", 5, BAD), message(5), message(5, "clear"), fault(5),
    alert("x", 5), close(5), event("quiet"), event("deadline"), event("dns.query", name="x")])


@pytest.mark.parametrize("row", [row for row in ROWS if not row.holds
                                 and row.predicate not in (DONE, FALSE, CRASH, OUT, TOLD)],
                         ids=name_of)
@settings(max_examples=12)
@given(more=st.lists(LATER, max_size=5))
def test_what_failed_stays_failed_whatever_comes_behind(row: Row, more: list[Part]) -> None:
    before = ask(row)
    after = ask(row._replace(parts=(*row.parts, *more)))
    assert not after.holds
    assert set(before.events) <= set(after.events)


@given(more=st.lists(LATER, max_size=8))
def test_no_predicate_stumbles(more: list[Part]) -> None:
    for predicate in PREDICATES:
        finding = ask(Row("", predicate, True, tuple(more), twin=()))
        assert isinstance(finding.holds, bool)
