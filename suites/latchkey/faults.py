# SPDX-License-Identifier: Apache-2.0
"""The closed list of faults (docs/faults.md) as data, and the check of one fault against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from latchkey.errors import suggestion
from latchkey.postures import PROTOCOLS
from latchkey.shape import Either, Flag, ListOf, Misfit, Names, Number, Shape, Table, Text, Word

REPLIES = (
    "greeting", "capabilities", "starttls", "challenge", "auth", "login", "logout", "noop", "error",
    "id", "namespace", "enable", "list", "select", "status", "search", "fetch", "store", "expunge",
    "idle", "append", "continue", "mailbox", "user", "stat", "uidl", "top", "retr", "dele", "rset",
    "helo", "mail", "rcpt", "data", "message", "bdat", "vrfy", "help", "policy", "absent", "client",
    "accepted",
)
PHASES = ("greeting", "clear", "tls", "login")
MESSAGES = ("server-hello", "certificate", "signature", "finished", "ticket", "application")
VERSIONS = ("1.0", "1.1", "1.2", "1.3")
RCODES = ("NXDOMAIN", "SERVFAIL", "REFUSED", "NODATA")
SIGNATURES = ("missing", "bogus", "expired")
RECORDS = ("A", "AAAA", "MX", "SRV", "TXT", "CNAME", "TLSA", "NS", "SOA")
# TLS alerts by their names (RFC 8446 section 6, RFC 5246 section 7.2); the world wants the number.
ALERTS = {
    "unexpected_message": 10, "bad_record_mac": 20, "record_overflow": 22, "handshake_failure": 40,
    "bad_certificate": 42, "unsupported_certificate": 43, "certificate_revoked": 44,
    "certificate_expired": 45, "certificate_unknown": 46, "illegal_parameter": 47, "unknown_ca": 48,
    "access_denied": 49, "decode_error": 50, "decrypt_error": 51, "protocol_version": 70,
    "insufficient_security": 71, "internal_error": 80, "inappropriate_fallback": 86,
    "user_canceled": 90, "no_renegotiation": 100, "missing_extension": 109,
    "unsupported_extension": 110, "unrecognized_name": 112, "bad_certificate_status_response": 113,
    "unknown_psk_identity": 115, "certificate_required": 116, "no_application_protocol": 120,
}


def by_protocol(shape: Shape) -> Either:
    """The value for all protocols, or one for each."""
    return Either(shape, Table({protocol: shape for protocol in PROTOCOLS}))


BYTES = ("text", "hex", "file")
_TEXT = Text()
_COUNT = Number(1, 10_000, whole=True)

AT: Mapping[str, Shape] = {
    "listener": Word("listener", ("starttls", "implicit", "both", "dns", "mx", "mx-2", "every-mx",
                                  "policy", "reports", "reports-mx")),
    "reply": Word("reply", REPLIES),
    "phase": Word("phase", ("clear", "tls")),
    "nth": _COUNT,
    "connection": _COUNT,
    "run": Number(2, 9, whole=True),
    "runs": Number(2, 9, whole=True),
}

PARAMETERS: Mapping[str, Shape] = {
    "text": by_protocol(_TEXT),
    "hex": by_protocol(Text(r"(?:[0-9A-Fa-f]{2}|[ \n])*", "write pairs of hexadecimal digits")),
    "file": by_protocol(Text(r"[\w-][\w./-]*", "name a file below corpus/")),
    "after": by_protocol(_TEXT),
    "selected": _TEXT,
    "capabilities": by_protocol(ListOf(_TEXT, 1)),
    "instead": by_protocol(ListOf(_TEXT)),
    "phases": ListOf(Word("phase", PHASES), 1),
    "state": Word("state", ("preauth", "ok", "bye")),
    "seconds": Number(0.001, 60),
    "sizes": ListOf(_COUNT, 1),
    "count": Number(1, 1000, whole=True),
    "where": Word("place", ("before", "behind")),
    "segment": Word("segment", ("same", "next", "handshake")),
    "then": Word("continuation", ("clear", "silent", "close")),
    "keep": Number(-65536, 65536, whole=True),
    "how": Word("way to close", ("notify", "fin", "reset")),
    "when": Word("time", ("before", "behind")),
    "recipe": _TEXT,
    "promises": by_protocol(_TEXT),
    "min": Word("TLS version", VERSIONS),
    "max": Word("TLS version", VERSIONS),
    "ciphers": _TEXT,
    "suites": _TEXT,
    "groups": _TEXT,
    "signatures": _TEXT,
    "dh": Word("DH group", ("512", "768", "1024")),
    "alpn": ListOf(_TEXT),
    "at": Word("moment", ("hello", "server-hello", "flight", "session")),
    "level": Word("alert level", ("fatal", "warning")),
    "description": Word("alert", tuple(ALERTS)),
    "message": Word("TLS message", MESSAGES),
    "offset": Number(0, 16640, whole=True),
    "bit": Number(0, 7, whole=True),
    "select": _TEXT,
    "refuse": Flag(),
    "protocol": Word("protocol", PROTOCOLS),
    "name": _TEXT,
    "type": Word("record type", (*RECORDS, "DS", "DNSKEY", "ANY")),
    "rcode": Word("answer code", RCODES),
    "values": ListOf(_TEXT),
    "drop": Flag(),
    "dnssec": Word("kind of signatures", SIGNATURES),
    "status": Text(r"[1-9]\d\d(?: .*)?", "write it like 404 Not Found"),
    "headers": ListOf(_TEXT),
    "size": Number(1, 4 * 1024 * 1024, whole=True),
    "framing": Word("framing", ("length", "chunked", "close")),
    "truncate": Flag(),
    "variables": Names(_TEXT, "variable"),
}


TOKENS = (100, 8192)                    # bytes; the servers take messages of 12288 in base64


@dataclass(frozen=True)
class Action:
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()    # exactly one of these must be there
    reply: bool = False             # it strikes at a reply: `at.reply` must be there
    dns: bool = False               # it strikes at the name server
    tls: bool = False               # it strikes where TLS is started or in it, never without


ACTIONS: Mapping[str, Action] = {
    "withhold": Action(("capabilities", "phases"), ("instead", *BYTES)),
    "advertise": Action(("capabilities", "phases")),
    "refuse": Action(one_of=BYTES, reply=True),
    "greet": Action(("state",), ("capabilities", "selected"), BYTES),
    "replace": Action(optional=("sizes", "seconds"), one_of=BYTES, reply=True),
    "delay": Action(("seconds",), reply=True),
    "split": Action(("sizes",), ("seconds",), reply=True),
    "drop": Action(reply=True),
    "repeat": Action(("count",), reply=True),
    "inject": Action(("where", "segment"), ("after", "then"), BYTES, reply=True),
    "skip-tls": Action(("then",), tls=True),
    "cut": Action(("keep", "how"), reply=True),
    "close": Action(("when", "how"), reply=True),
    "refuse-connection": Action(),
    "reset": Action(),
    "respond": Action(optional=("status", "headers", "size", "framing", *BYTES)),
    "silence": Action(),
    "clear-on-implicit": Action(),
    "tls-on-clear": Action(),
    "garbage": Action(one_of=BYTES, tls=True),
    "certificate": Action(("recipe",), ("min", "max", "ciphers"), tls=True),
    "tls": Action(optional=("min", "max", "ciphers", "suites", "groups", "signatures", "dh",
                            "alpn"), tls=True),
    "downgrade": Action(tls=True),
    "no-renegotiation-info": Action(tls=True),
    "alert": Action(("at", "description"), ("level",), tls=True),
    "flip": Action(("message", "offset", "bit"), tls=True),
    "truncate": Action(("message", "keep"), ("how",), tls=True),
    "alpn": Action(("select",), tls=True),
    "sni": Action(optional=("refuse",), tls=True),
    "speak": Action(("protocol",)),
    "status": Action(("phases",), ("promises",)),
    "request-certificate": Action(tls=True),
    "renegotiate": Action(optional=("recipe",), reply=True, tls=True),
    "oversize": Action(("message", "size"), tls=True),
    "none": Action(),
    # These two are played by who starts the client, not by the world.
    "environment": Action(("variables",)),
    "token": Action(("size",)),
    "dns": Action(("name", "type"), ("dnssec",), dns=True,
                  one_of=("rcode", "values", "drop", "truncate", "seconds")),
}

AT_SHAPE = Table(AT)
# Of one place in a file; whether an action has all its parameters is seen when variants are merged.
DO_SHAPE = Table({"action": Word("action", tuple(ACTIONS)), **PARAMETERS})


def check_fault(at: Mapping[str, Any], do: Mapping[str, Any]) -> None:
    """Raise Misfit (path from the fault on) unless the world can play this merged fault."""
    name = do.get("action")
    if name is None:
        raise Misfit(("do",), "do has no action", "add action")
    action = ACTIONS[name]
    allowed = {"action", *action.required, *action.optional, *action.one_of}
    for key in do:
        if key not in allowed:
            raise Misfit(("do", key), f'"{key}" is no parameter of the action {name}',
                         suggestion(key, allowed - {"action", *do}))
    for key in action.required:
        if key not in do:
            raise Misfit(("do",), f"the action {name} has no {key}", f"add {key}")
    if (do.get("where"), do.get("segment")) == ("before", "handshake"):
        raise Misfit(("do", "where"), "the handshake is not before the reply",
                     'write where = "behind"')
    given = [key for key in action.one_of if key in do]
    if "dnssec" in do and given not in ([], ["rcode"], ["values"]):
        raise Misfit(("do", "dnssec"), f"dnssec says nothing of {' and '.join(given)}",
                     "give it alone, or with rcode or values")
    if action.one_of and len(given) != 1 and not (action.dns and "dnssec" in do):
        said = "none" if not given else " and ".join(given)
        words = ", ".join(action.one_of[:-1]) + " or " + action.one_of[-1]
        raise Misfit(("do", *given[-1:]), f"the action {name} has {said} of {words}",
                     "give exactly one of them")
    if action.reply and "reply" not in at:
        raise Misfit(("at",), f"the action {name} strikes at a reply, and at names none",
                     'add at = { reply = "…" }')
    if "run" in at and "runs" in at:
        raise Misfit(("at", "runs"), "at has run and runs",
                     "write run for the last run alone, runs for every one")
    if "run" in at and name == "refuse-connection":
        raise Misfit(("at", "run"), f"the action {name} is there from the beginning",
                     "leave run out")
    if name == "alert" and do["at"] == "session":
        _check_session_alert(at, do)
    if name == "oversize" and do["size"] > 0xFFFF:
        raise Misfit(("do", "size"), "a record's length is a number of 16 bits",
                     "write 65535 at most")
    if name == "token" and not TOKENS[0] <= do["size"] <= TOKENS[1]:
        raise Misfit(("do", "size"), "no client has such a token",
                     f"write {TOKENS[0]} to {TOKENS[1]} bytes")
    _check_refusal(name, at, do)
    if action.dns != (at.get("listener") == "dns"):
        right = ('write at = { listener = "dns" }' if action.dns
                 else "only the action dns strikes at the name server")
        raise Misfit(("at",), f"the action {name} strikes at the wrong listener", right)


def _check_session_alert(at: Mapping[str, Any], do: Mapping[str, Any]) -> None:
    if "reply" not in at:
        raise Misfit(("at",), "an alert inside the session strikes at a reply, and at names none",
                     'add at = { reply = "…" }')
    if do["description"] != "bad_record_mac" or do.get("level") == "warning":
        raise Misfit(("do", "description"), "inside the session there is one alert only",
                     'write description = "bad_record_mac", without level')


def _check_refusal(name: str, at: Mapping[str, Any], do: Mapping[str, Any]) -> None:
    """What holds of the commands that are not carried out."""
    if name == "withhold" and ("reply" in at) != any(key in do for key in BYTES):
        raise Misfit(("do",) if "reply" in at else ("at",),
                     "withhold refuses a command besides if it has at.reply and bytes",
                     "give both, or neither")
    if name in ("refuse", "withhold") and "nth" in at:
        raise Misfit(("at", "nth"), f"the action {name} refuses every such command",
                     "leave nth out")
