# SPDX-License-Identifier: Apache-2.0
"""A mail client that does everything right, or everything but one thing.

client.py [--bug NAME] SERVICE WISH HOST PORT CA USER PASSWORD FROM TO MESSAGE

SERVICE is imap, pop3 or submission. WISH is implicit; every other one means STARTTLS or nothing:
whoever was told nothing does what is safe. starttls-after-clear and -after-unverified do the work
twice, the first time without; implicit-after-certificate does it twice, the first time with the
certificate that the environment names in CERTIFICATE; implicit-certificate and
starttls-certificate show it and log in by it. With implicit-token and starttls-token
PASSWORD is a token. Exit status: 0 the mail was fetched or handed in, 1 it was not. It starts
hundreds of times in the self-test, so it imports little.
"""

from __future__ import annotations

import os
import signal
import ssl
import sys
from collections.abc import Sequence
from typing import Any

from scripted.lines import ALPN, HEAD, KNOWN, Failed, Lines, NoTls, Referred
from scripted.sessions import Imap, Pop3, Session, Smtp

BUGS = {
    "falls-back-to-clear": "goes on without TLS where STARTTLS is not offered or is refused",
    "retries-in-clear": "comes back without TLS after a handshake that failed",
    "retries-with-older-tls": "comes back with TLS 1.2 after a handshake that failed",
    "checks-no-certificate": "takes every certificate",
    "checks-no-name": "takes a certificate of any other host",
    "believes-common-name": "takes the common name, also where alternative names say otherwise",
    "believes-partial-wildcards": "takes a star inside a label for letters",
    "trusts-known-hosts": "looks at certificates on the first visit only",
    "checks-no-dates": "takes a certificate that has expired",
    "looks-at-first-handshake": "takes every certificate in a second handshake of the session",
    "probes-unchecked": "asks for the capabilities on a connection whose certificate it ignores",
    "keeps-read-buffer": "keeps whole lines that it has read behind the reply to STARTTLS",
    "reads-through-handshake": "sorts lines in clear out of the handshake, and keeps them",
    "merges-fragment": "keeps the beginning of a line that it has read behind that reply",
    "believes-early-data": "remembers what it hears of mailboxes and mail before TLS",
    "shows-alerts": "prints every message for the user, whenever it comes",
    "trusts-preauth": "takes a PREAUTH greeting for a login, and does without TLS",
    "does-without-list": "goes on in clear, and blindly, where the list is refused",
    "takes-any-greeting": "takes any first line for a greeting, and does without TLS if it is none",
    "believes-early-tag": "takes an answer that came before the command, and does without TLS",
    "second-attempt-in-clear": "says all it has to say again, in clear, when something failed",
    "demands-tls-once": "sees on one connection that there is TLS, and does without on another",
    "keeps-connection": "does both transfers on the connection of the first",
    "follows-referral": "goes where the server sends it, and logs in there; PREAUTH is fine",
    "visits-referral": "goes where the server sends it, and comes back",
    "forgets-demand-elsewhere": "goes where the server sends it, and logs in there without TLS",
    "logs-in-blindly": "looks for no TLS, and asks for no list, if it was not told to",
    "overlooks-offers": "takes TLS where there is any, and does not see where there is",
    "autodetects": "tries the port with TLS, then the one without, if it was not told to",
    "autodetects-unchecked": "tries the port with TLS without a look at the certificate",
    "obeys-its-mail": "goes in clear where the mail lets whoever relays it do so",
    "logs-in-by-user": "uses USER and PASS of POP3, whatever is listed",
    "always-sends-initial-response": "sends the response along with AUTHENTICATE",
    "proves-to-any-timestamp": "hashes its password with whatever stands in brackets (APOP)",
    "reads-short-lists": "reads no more than twenty words of a list",
    "believes-clear-capabilities": "goes by the capabilities from before TLS",
    "ignores-login-disabled": "sends LOGIN where it is forbidden",
    "sends-password-before-tls": "sends its login right behind STARTTLS, without waiting",
    "clear-text-in-handshake": "sends a line in clear where its handshake begins",
    "sends-no-server-name": "sends no SNI; it looks at the names itself",
    "accepts-old-tls": "offers and accepts TLS 1.0 and 1.1",
    "accepts-weak-handshakes": "takes small groups and SHA-1 signatures",
    "overlooks-downgrade-mark": "does not look whether the server marks TLS 1.2 as a downgrade",
    "talks-to-old-servers": "does not mind a server that knows no safe renegotiation",
    "knows-one-curve": "speaks TLS 1.2 at most, and P-256 alone",
    "speaks-only-tls13": "does without a server that has not come to TLS 1.3",
    "takes-no-wildcards": "takes a star in a certificate for a letter that no host name has",
    "looks-for-common-name": "demands that the common name is that of the host",
    "knows-no-sha512": "takes a certificate that is signed with SHA-512 for a broken one",
    "gives-up-at-warnings": "takes a warning for a failure: less of TLS, then none",
    "minds-certificate-request": "goes away when it is asked for a certificate",
    "leaves-empty-response-out": "writes nothing for an empty initial response",
    "sends-long-commands": "sends its token along where it does not fit into the command",
    "cuts-long-commands": "sends as much of its token as fits into the command",
    "prefers-its-password": "sends its password where its certificate is to do",
    "shares-certificate": "shows the certificate of one account for another",
    "shows-any-certificate": "shows a certificate that it was not told of, if it is asked for one",
    "minds-abrupt-goodbye": "has done nothing if the server does not close TLS in due form",
    "minds-unknown-words": "goes away when a list has a word that begins with an X",
    "pins-for-ever": "takes a new certificate of a known host for that of somebody else",
    "crashes-on-early-data": "dies of a signal when it hears of mail before TLS",
    "hangs-on-early-data": "waits for ever when it hears of mail before TLS",
    "probes-with-antique-hello": "asks with a ClientHello of long ago whether there is TLS",
    "ignores-alpn": "offers any protocol, and does not look which one the server agreed to",
    "talks-to-any-service": "does not mind which protocol the greeting is of",
    "accepts-anonymous-suites": "offers and accepts suites without certificate",
    "expects-whole-replies": "takes what one read brings for a line",
    "believes-truncation": "takes the end of the connection for the end of the mail",
    "always-says-success": "does its best, and exits with 0 whatever came of it",
    "never-connects": "exits with 0 at once",
    "hangs": "waits for ever where something is wrong",
    "crashes": "dies of a signal where something is wrong",
    "asks-the-user": "asks whether a certificate that is wrong shall be taken",
    "asks-for-ever": "asks, and waits for the answer for ever",
}
CLEAR_PORTS = {993: 143, 995: 110, 465: 587}
# Who is to fail where a new handshake is asked for, and to answer that with the bug.
DECLINES = ("crashes", "second-attempt-in-clear")
TLS_PORTS = {clear: port for port, clear in CLEAR_PORTS.items()}
# Of OpenSSL's x509v3.h: what counts as a name.
ALWAYS_CHECK_SUBJECT, NO_WILDCARDS, NO_PARTIAL_WILDCARDS = 0x1, 0x2, 0x4
NO_CHECK_TIME = 0x200000                # X509_V_FLAG_NO_CHECK_TIME
# Of OpenSSL's ssl.h: how the highest version of a connection is set.
SET_MAX_PROTO_VERSION, TLS12 = 124, 0x0303
SET_GROUPS_LIST = 92
LEGACY_SERVER_CONNECT = 0x4             # SSL_OP_LEGACY_SERVER_CONNECT
ALERT, WARNING, CERTIFICATE_REQUEST = 21, b"\1", 13     # RFC 8446, section 4, 5.1, and 6


def overlook_mark(connection: Any, direction: str, *more: Any) -> None:
    """OpenSSL compares the mark with the best that it would do now: let that be TLS 1.2."""
    if direction == "read" and b"DOWNGRD" in more[-1]:
        from ctypes import CDLL, c_int, c_long, c_void_p
        library = CDLL("libssl.so.3")
        library.SSL_ctrl.argtypes = (c_void_p, c_int, c_long, c_void_p)
        # The socket, and OpenSSL's SSL *.
        address = c_void_p.from_address(id(connection._sslobj) + HEAD + 8)
        library.SSL_ctrl(address, SET_MAX_PROTO_VERSION, TLS12, None)


def mind_request(_: Any, direction: str, *more: Any) -> None:
    """What is raised here ends the handshake."""
    if direction == "read" and more[2] == CERTIFICATE_REQUEST:
        raise Failed("the server asks who is there")


def mind_warning(_: Any, direction: str, *more: Any) -> None:
    """What is raised here ends the handshake."""
    if direction == "read" and more[1] == ALERT and more[3][:1] == WARNING:
        raise NoTls("the server warns")


def take_small_curves(context: ssl.SSLContext) -> None:
    """Python itself can name one curve, or those that OpenSSL thinks good."""
    from ctypes import CDLL, c_char_p, c_int, c_long, c_void_p
    library = CDLL("libssl.so.3")
    library.SSL_CTX_ctrl.argtypes = (c_void_p, c_int, c_long, c_char_p)
    library.SSL_CTX_ctrl(c_void_p.from_address(id(context) + HEAD), SET_GROUPS_LIST, 0,
                         b"P-256:P-384:P-192")


def certificate_of_nobody() -> str:
    """A file in the home with a new key and a certificate for it."""
    from subprocess import DEVNULL, run as run_program
    run_program(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-subj", "/CN=nobody", "-days", "1", "-keyout", "key.pem",
                 "-out", "certificate.pem"], check=True, stderr=DEVNULL)
    with open("key.pem", encoding="ascii") as key, \
            open("certificate.pem", "a", encoding="ascii") as both:
        both.write(key.read())
    return both.name


def tls_of(ca: str, bug: str, older: bool) -> ssl.SSLContext:
    """TLS 1.2 or later, with whoever proves to have the name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DEFAULT:!kRSA")
    context.hostname_checks_common_name = bug == "believes-common-name"
    # OpenSSL itself refuses what was not offered.
    context.set_alpn_protocols((*ALPN, "http/1.1") if bug == "ignores-alpn" else ALPN)
    known = bug == "trusts-known-hosts" and os.path.exists(KNOWN)
    if known or bug in ("checks-no-certificate", "checks-no-name", "sends-no-server-name"):
        context.check_hostname = False
    if known or bug == "checks-no-certificate":
        context.verify_mode = ssl.CERT_NONE
    if bug == "believes-common-name":
        context._host_flags |= ALWAYS_CHECK_SUBJECT         # type: ignore[attr-defined]
    if bug == "believes-partial-wildcards":
        context._host_flags &= ~NO_PARTIAL_WILDCARDS        # type: ignore[attr-defined]
    if bug == "takes-no-wildcards":
        context._host_flags |= NO_WILDCARDS                 # type: ignore[attr-defined]
    if bug == "checks-no-dates":
        context.verify_flags |= NO_CHECK_TIME
    if bug == "accepts-old-tls":
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if bug == "overlooks-downgrade-mark":
        context._msg_callback = overlook_mark   # type: ignore[attr-defined]
    if bug == "talks-to-old-servers":
        context.options |= LEGACY_SERVER_CONNECT
    if bug == "accepts-weak-handshakes":
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        take_small_curves(context)
    if bug == "accepts-anonymous-suites":
        context.set_ciphers("ALL:@SECLEVEL=0")
    if bug == "minds-certificate-request":
        context._msg_callback = mind_request    # type: ignore[attr-defined]
    if bug == "shows-any-certificate":
        context.load_cert_chain(certificate_of_nobody())
    if bug == "gives-up-at-warnings":
        context._msg_callback = mind_warning    # type: ignore[attr-defined]
    if bug == "minds-abrupt-goodbye":
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    if bug in DECLINES:
        context.options |= ssl.OP_NO_RENEGOTIATION
    if bug == "speaks-only-tls13":
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    if bug == "knows-one-curve":
        context.set_ecdh_curve("prime256v1")
    if older or bug == "knows-one-curve":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def session_of(bug: str, words: Sequence[str], port: int) -> Session:
    """A connection, and who speaks on it."""
    service, _, host, _, _, *rest = words
    lines = Lines(host, port, bug)
    return {"imap": Imap, "pop3": Pop3, "submission": Smtp}[service](lines, *rest)


def attempt(bug: str, words: Sequence[str], *, tls: bool = True, older: bool = False,
            probe: bool = False, relaxed: bool = False, unchecked: bool = False,
            shows: bool = False) -> None:
    """One connection from its beginning to its end."""
    _, wish, _, port, ca, *_ = words
    session = session_of(bug, words, int(port) if tls else clear_port(words))
    session.relaxed, session.has_token = relaxed, wish.endswith("-token")
    session.lines.asks = probe and bug == "probes-with-antique-hello"
    context = tls_of(ca, "checks-no-certificate" if unchecked else bug, older)
    session.has_certificate = wish in ("implicit-certificate", "starttls-certificate")
    if shows or session.has_certificate:
        context.load_cert_chain(os.environ["CERTIFICATE"])
    implicit = wish.startswith("implicit") or int(port) in CLEAR_PORTS
    if tls and implicit:
        session.lines.secure(context)
    try:
        session.greet()
        offered = session.secure(context) if tls and not implicit else []
        if probe:
            session.capabilities()
        else:
            session.use(offered)
            if bug == "keeps-connection":
                session.work()
    except Failed as error:
        if not isinstance(error, (NoTls, Referred)):
            session.end()
        raise
    session.end()
    remember(bug)


def remember(bug: str) -> None:
    """A visit that ended well is left in the home."""
    if bug == "trusts-known-hosts":
        with open(KNOWN, "w", encoding="ascii"):
            pass


def clear_port(words: Sequence[str]) -> int:
    return CLEAR_PORTS.get(int(words[3]), int(words[3]))


def elsewhere(words: Sequence[str], host: str) -> list[str]:
    return [*words[:2], host, *words[3:]]


def first_transfer(bug: str, words: Sequence[str]) -> None:
    """The one that may do without TLS or verification, or that shows a certificate."""
    if words[1] == "starttls-after-clear":
        attempt(bug, words, tls=False)
    else:
        certified = words[1] == "implicit-after-certificate"
        attempt(bug, words, unchecked=not certified, shows=certified)


def by_default(bug: str, words: Sequence[str]) -> None:
    """Nobody said anything of TLS, and the client has its own idea."""
    port = TLS_PORTS[int(words[3])]
    if bug == "logs-in-blindly":
        try:
            session = session_of(bug, words, int(words[3]))
        except ConnectionRefusedError:
            session = session_of(bug, words, port)
            session.blurt()
            raise
        session.greet()
        for line in session.blind_login():
            session.command(line)
        session.work()
        session.end()
        return
    try:
        attempt(bug, [*words[:3], str(port), *words[4:]],
                unchecked=bug == "autodetects-unchecked")
    except (Failed, EOFError, OSError):
        attempt(bug, words, tls=False)


def asks_for_no_tls(message: str) -> bool:
    with open(message, encoding="ascii") as text:
        return "TLS-Required: No\n" in text.readlines()


def run(bug: str, words: Sequence[str]) -> None:
    """All connections; only a bug makes more than one, or two transfers."""
    if words[1] == "default" and bug in ("logs-in-blindly", "autodetects", "autodetects-unchecked"):
        by_default(bug, words)
        return
    if (words[1] == "opportunistic" and bug == "overlooks-offers"
            or bug == "obeys-its-mail" and asks_for_no_tls(words[9])):
        attempt(bug, words, tls=False)
        return
    if "-after-" in words[1]:
        first_transfer(bug, words)
        if bug == "keeps-connection":
            return
    try:
        if bug in ("probes-unchecked", "probes-with-antique-hello", "demands-tls-once"):
            attempt(bug, words, probe=True, unchecked=bug != "demands-tls-once")
    except NoTls:
        if bug != "probes-with-antique-hello":
            raise
    try:
        attempt(bug, words, relaxed=bug == "demands-tls-once",
                shows=bug == "shares-certificate" and words[1] == "implicit-after-certificate")
    except Referred as error:
        if bug == "visits-referral":
            session_of("", elsewhere(words, str(error)), int(words[3])).end()
            raise
        attempt("", elsewhere(words, str(error)), tls=bug == "follows-referral")
    except NoTls:
        if bug == "gives-up-at-warnings":
            lose_heart(bug, words)
        elif bug in ("retries-in-clear", "retries-with-older-tls"):
            attempt(bug, words, tls=bug != "retries-in-clear", older=True)
        else:
            raise


def lose_heart(bug: str, words: Sequence[str]) -> None:
    """With less of TLS, and then without."""
    try:
        attempt(bug, words, older=True)
    except NoTls:
        attempt(bug, words, tls=False)


def in_clear_again(words: Sequence[str]) -> None:
    """Everything once more, without TLS and without listening much."""
    session = session_of("", words, clear_port(words))
    session.blurt()
    try:
        while True:
            session.lines.receive()
    except (EOFError, OSError):
        pass


def main(words: Sequence[str]) -> int:
    bug, words = (words[1], words[2:]) if words[0] == "--bug" else ("", words)
    if bug and bug not in BUGS:
        sys.exit(f"unknown bug {bug}")
    if bug == "never-connects":
        return 0
    try:
        run(bug, words)
    except (Failed, EOFError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        if bug == "second-attempt-in-clear":
            in_clear_again(words)
            return 0
    else:
        return 0
    if bug == "hangs":
        signal.pause()
    if bug == "crashes":
        os.kill(os.getpid(), signal.SIGABRT)
    return 0 if bug == "always-says-success" else 1
