# SPDX-License-Identifier: Apache-2.0
"""Predicates of logging in and of saying goodbye, on transcripts that they hold for, or not."""

from __future__ import annotations

import re

import pytest

from dialogue import HOST, Part, accept, alert, event, fault, message, recv, secret, up
from latchkey.finding import Predicate
from latchkey.logins import OF_LOGINS
from predicate_rows import Row, ask

CANCELS, WITHOUT, GROUP, LIMIT, GOODBYE = (
    "cancels-login", "no-mail-without-login", "login-ends-group", "auth-line-within-limit",
    "says-goodbye")
OWN_CERTIFICATE, SHARED, BESIDE = (
    "no-client-certificate", "no-certificate-shared", "no-password-beside-certificate")
TLS = "tls-good"


def said(data: str, conn: int = 1) -> Part:
    return recv(conn, TLS, data, service="smtp")


def auth_of(size: int) -> str:
    """An AUTH command of so many octets."""
    return f"{'AUTH XOAUTH2 '.ljust(size - 2, 'A')}\r\n"


def mail(conn: int = 1) -> Part:
    return event("command", conn, TLS, "smtp", verb="MAIL", tag="")


def login(ok: bool, conn: int = 1) -> Part:
    return event("auth", conn, TLS, "smtp", mechanism="PLAIN", ok=ok)


ROWS = (
    Row("a star", CANCELS, True, (
        said("AUTH LOGIN\r\n"), fault(), said("*\r\n"), said("QUIT\r\n"))),
    Row("a star in two parts", CANCELS, True, (fault(), said("*"), said("\r\nQUIT\r\n"))),
    Row("nothing", CANCELS, False, (said("AUTH LOGIN\r\n"), fault()), note="it said nothing"),
    Row("an answer", CANCELS, False, (fault(), said("AAAA\r\n*\r\n")), note="it said AAAA"),
    Row("more than a star", CANCELS, False, (fault(), said("*=\r\n")), note="it said *="),
    Row("a star elsewhere", CANCELS, False, (fault(), said("*\r\n", 2)), note="it said nothing"),
    Row("every time", CANCELS, False, (
        fault(), said("*\r\n"), fault(2), said("QUIT\r\n", 2)), note="it said QUIT"),

    Row("a login", WITHOUT, True, (login(True), mail())),
    Row("no login", WITHOUT, False, (mail(),), note="inside TLS"),
    Row("a login that was refused", WITHOUT, False, (login(False), mail())),
    Row("a login too late", WITHOUT, False, (mail(), login(True))),
    Row("a login elsewhere", WITHOUT, False, (login(True, 2), mail())),
    Row("the second login went well", WITHOUT, True, (login(False), login(True), mail())),
    Row("no mail", WITHOUT, True, (login(False),)),

    Row("alone", GROUP, True, (said("EHLO x\r\n"), said("AUTH LOGIN\r\n"), said("dQ==\r\n"))),
    Row("the last", GROUP, True, (said("NOOP\r\nAUTH CRAM-MD5\r\n"),)),
    Row("not the last", GROUP, False, (said("AUTH CRAM-MD5\r\nMAIL FROM:<>\r\n"),)),
    Row("steps that begin at once", GROUP, False, (
        said("auth scram-sha-256 biws\r\nMAIL FROM:<>\r\n"),)),
    Row("one step", GROUP, True, (said("AUTH PLAIN AGEAYg==\r\nMAIL FROM:<>\r\n"),)),
    Row("one step that waits to be asked", GROUP, False, (said("AUTH PLAIN\r\nAGEAYg==\r\n"),)),
    Row("another protocol", GROUP, True, (recv(1, TLS, "AUTH LOGIN\r\ndQ==\r\n"),)),

    Row("as long as may be", LIMIT, True, (said(auth_of(512)),)),
    Row("one octet more", LIMIT, False, (said(auth_of(513)),),
        "513 octets, where 512 are the most"),
    Row("in small letters", LIMIT, False, (said(auth_of(513).lower()),)),
    Row("in two parts", LIMIT, False, (said(auth_of(600)[:300]), said(auth_of(600)[300:]))),
    Row("behind another command", LIMIT, False, (said("EHLO x\r\n" + auth_of(600)),)),
    Row("that does not end", LIMIT, False, (said(auth_of(600)[:-2]),)),
    Row("two that are short enough", LIMIT, True, (said(auth_of(400)), said(auth_of(400)))),
    Row("two connections", LIMIT, True, (said(auth_of(600)[:300]), said(auth_of(600)[300:], 2))),
    Row("a long answer to a challenge", LIMIT, True, (
        said("AUTH XOAUTH2\r\n"), said(auth_of(2000)[13:]))),
    Row("no login", LIMIT, True, (said("EHLO x\r\n"),)),
    Row("as long as may be in POP3", LIMIT, True, (recv(1, TLS, auth_of(255), service="pop3"),)),
    Row("one octet more in POP3", LIMIT, False, (recv(1, TLS, auth_of(256), service="pop3"),),
        "256 octets, where 255 are the most"),
    Row("IMAP has no limit", LIMIT, True, (recv(1, TLS, auth_of(600)),)),
    Row("in clear", LIMIT, True, (recv(1, "clear", auth_of(600), service="smtp"),)),

    Row("goodbye", GOODBYE, True, (up(), message(), alert("close_notify", 1, TLS))),
    Row("only the server says it", GOODBYE, False, (
        up(), message(), alert("close_notify", 1, TLS, "out"))),
    Row("another alert", GOODBYE, False, (up(), message(), alert("internal_error", 1, TLS))),
    Row("on another connection", GOODBYE, False, (message(), alert("close_notify", 2, TLS))),
    Row("nothing was done", GOODBYE, True, (accept(), up())),
    Row("done in clear", GOODBYE, True, (message(1, "clear"),)),
    Row("no certificate of the client", OWN_CERTIFICATE, True, (up(), up(2))),
    Row("one on a later connection", OWN_CERTIFICATE, False, (up(), up(2, certificate=True)),
        note=f"to {HOST}"),
    Row("one to an impostor", OWN_CERTIFICATE, False, (up(channel="tls-bad", certificate=True),)),
    Row("the first of two connections shows it", SHARED, True,
        (up(certificate=True), message(channel="tls-good"), up(2), message(2, channel="tls-good"))),
    Row("nobody shows any", SHARED, True, (up(), up(2))),
    Row("both show it", SHARED, False, (up(certificate=True), up(2, certificate=True)),
        note="shown again"),
    Row("the connection that shows it is kept", SHARED, False,
        (up(certificate=True), message(channel="tls-good"), message(channel="tls-good")),
        note="the second message was fetched as the first account"),
    Row("the first transfer needs two connections", SHARED, True,
        (up(certificate=True), up(2, certificate=True), message(2, channel="tls-good"), up(3),
         message(3, channel="tls-good"))),
    Row("the first needs two, and the second shows it", SHARED, False,
        (up(certificate=True), up(2, certificate=True), message(2, channel="tls-good"),
         up(3, certificate=True), message(3, channel="tls-good")),
        note="shown again, the second message was fetched as the first account"),
    Row("a certificate and no password", BESIDE, True,
        (up(certificate=True), secret("body", channel=TLS))),
    Row("a password beside a certificate", BESIDE, False,
        (up(certificate=True), secret(channel=TLS)), note=f"to {HOST}"),
    Row("the second shows it behind a first that failed", SHARED, False,
        (up(), up(2, certificate=True), message(2, channel="tls-good"))),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.predicate}: {row.name}")
def test_predicate(row: Row) -> None:
    finding = ask(row._replace(posture="submission-starttls"))
    assert finding.holds is row.holds
    assert bool(finding.events) is not row.holds, "a failed predicate names what decided"
    if row.note:
        assert finding.note == row.note


@pytest.mark.parametrize("predicate", OF_LOGINS, ids=lambda one: str(one.name))
def test_has_rows_of_both_kinds_and_sentences(predicate: Predicate) -> None:
    assert {row.holds for row in ROWS if row.predicate == predicate.name} == {True, False}
    for sentence in (predicate.rule, predicate.failed, predicate.held):
        assert re.fullmatch(r"[A-Z](?:[^.]|\.\d)*\.", sentence)
