# SPDX-License-Identifier: Apache-2.0
"""A results document with its evidence, for the tests of the reports."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from latchkey.report import facts

Event = dict[str, Any]
Entry = dict[str, Any]

SECRETS = {"user": "u-4f9a2c71", "password": "p-81c2e5d09b", "token": "t-55aa01fe",
           "body": "b-c0ffee42", "subject": "s-771d20", "recipient": "r-1902bb"}
PLAIN = base64.b64encode(f"\0{SECRETS['user']}\0{SECRETS['password']}".encode()).decode()

# --- sample transcripts

HELLO: Event = {
    "event": "hello", "version": "TLSv1.2", "versions": ["TLSv1.3", "TLSv1.2"],
    "sni": "imap.example.test", "alpn": ["imap"], "groups": ["x25519", "secp256r1"],
    "ciphers": ["TLS_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"]}
UP: Event = {"event": "tls.up", "version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384",
             "group": "x25519", "resumed": False}
MAIL = f"Subject: {SECRETS['subject']}\r\n\r\n" + "".join(
    f"line {i} of a message\r\n" for i in range(40)) + SECRETS["body"] + "\r\n"


def raw(way: str, data: str) -> Event:
    return {"event": "raw", "dir": way, "segment": 2, "data": data}


def send(data: str, by: str = "profile") -> Event:
    return {"event": "send", "reply": "x", "by": by, "segment": 1, "data": data}


def recv(data: str, *more: Event) -> list[Event]:
    return [{"event": "recv", "segment": 1, "data": data},
            {"event": "command", "verb": data.split()[-1], "tag": "a1"}, *more]


def secret(name: str, form: str = "clear") -> Event:
    return {"event": "secret", "secret": name, "form": form}


def fault(action: str, detail: str) -> Event:
    return {"event": "fault.delivered", "do": {"action": action}, "detail": detail}


def close(by: str, how: str) -> Event:
    return {"event": "close", "by": by, "how": how}


GREETING = send("* OK [CAPABILITY IMAP4rev1 STARTTLS] Latchkey\r\n")
LOGIN = [*recv(f"a2 LOGIN {SECRETS['user']} {SECRETS['password']}\r\n",
               secret("user"), secret("password")),
         {"event": "auth", "mechanism": "LOGIN", "ok": True}, send("a2 OK logged in\r\n")]
FETCH = [*recv("a4 FETCH 1 BODY[]\r\n"),
         send(f"* 1 FETCH (BODY[] {{{len(MAIL)}}}\r\n{MAIL})\r\na4 OK done\r\n"),
         {"event": "message", "action": "fetched", "number": 1, "canary": True}]
STARTTLS = [*recv("a1 STARTTLS\r\n"), send("a1 OK begin TLS\r\n")]
SHAKE = [raw("in", "\x16\x03\x01\x02\x00" + "\xab" * 512), HELLO,
         raw("out", "\x16\x03\x03\x00\x7a" + "\xcd" * 900), raw("in", "\x14\x03\x03\x00\x01\x01")]
WORK = [*recv("a1 CAPABILITY\r\n"), send("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK done\r\n"),
        *LOGIN, *FETCH, *recv("a5 LOGOUT\r\n"), close("client", "notify")]
ALERT = {"event": "tls.alert", "dir": "in", "level": "fatal", "description": "unknown_ca"}

DIALOGUES: dict[str, list[Any]] = {
    "strip": [fault("withhold", "STARTTLS is not in the greeting"),
              send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Latchkey\r\n", "fault"),
              *LOGIN, *FETCH, close("client", "fin")],
    "refuse": [GREETING, *recv("a1 STARTTLS\r\n"), fault("refuse", "a1 NO not today\r\n"),
               send("a1 NO not today\r\n", "fault"), close("client", "fin")],
    "inject": [GREETING, *STARTTLS, fault("inject", "behind the reply, in the same segment"),
               send("a2 OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] you are in\r\n", "fault"), *SHAKE, UP,
               *recv(f"a2 AUTHENTICATE PLAIN {PLAIN}\r\n", secret("password", "base64")),
               *recv("a3 SELECT INBOX\r\n"), {"event": "quiet"}, close("server", "notify")],
    "certificate": [GREETING, *STARTTLS, *SHAKE[:3], fault("certificate", "self-signed"), ALERT,
                    {"event": "tls.fail", "reason": "alert"}, close("client", "fin")],
    "impostor": [GREETING, *STARTTLS, *SHAKE, fault("certificate", "wrong host"), UP, *WORK],
    "good": [GREETING, *STARTTLS, fault("split", "segments of 1, 1, 1"), *SHAKE, UP, *WORK],
    "noop": [GREETING, fault("drop", "no reply"), *recv("a1 NOOP\r\n") * 40,
             {"event": "deadline"}],
    "hostile": [send("<script>alert(1)</script>\x00\x1b[31m\xff\r\n</details>", "fault"),
                fault("greet", "<img src=x onerror=alert(2)>\x07"),
                *recv("\"><svg onload=x>\x9b lone\nlf\rcr"), secret("<s>", "<f>"),
                {**HELLO, "sni": "<b>\u202e\x00</b>", "stray": "a1 <i>\r\n", "alpn": ["</script>"]},
                {**ALERT, "description": "<u>x</u>\ud800"},
                {"event": "close", "by": 7, "how": ["<p>"]}],
}


def transcript(kind: str) -> list[Event]:
    """A whole transcript; numbers, times and channels are filled in."""
    head: list[Event] = [
        {"event": "world", "version": "0.1", "plan": kind},
        {"event": "listen", "listener": "imap", "host": "imap.example.test",
         "address": "127.0.0.2", "port": 143},
        {"event": "client.start", "argv": ["client", "imap.example.test"], "pid": 7},
        {"event": "dns.query", "name": "imap.example.test", "type": "A", "transport": "udp"},
        {"event": "dns.answer", "name": "imap.example.test", "type": "A", "rcode": "NOERROR",
         "answers": ["127.0.0.2"], "by": "profile"}]
    channel, out = "clear", []
    for event in [{"event": "accept", "peer": "127.0.0.1:40000"}, *DIALOGUES[kind]]:
        if event["event"] == "tls.up":
            channel = "tls-bad" if kind == "impostor" else "tls-good"
        out.append({**event, "conn": 1, "listener": "imap", "host": "imap.example.test",
                    "service": "imap", "channel": channel})
    tail: list[Event] = [{"event": "client.exit", "code": 0}, {"event": "end", "seconds": 0.4}]
    return [{"seq": i, "t": round(0.0031 * i, 6), **e} for i, e in enumerate(head + out + tail, 1)]


def seqs(kind: str, **want: Any) -> list[int]:
    return [e["seq"] for e in transcript(kind) if all(e.get(k) == v for k, v in want.items())]


# --- sample results

# scenario: (title, dialogue, predicate, consequence)
SCENARIOS = {
    "starttls.stripped-capability": (
        "STARTTLS is not offered", "strip", "no-credential-in-clear", "credential-leak"),
    "starttls.refused": (
        "STARTTLS is refused", "refuse", "no-command-in-clear", "silent-downgrade"),
    "injection.behind-starttls": (
        "A reply is injected", "inject", "no-clear-text-consumed", "spoofed-content"),
    "certificate.self-signed": (
        "Self-signed", "certificate", "no-credential-to-impostor", "credential-leak"),
    "certificate.wrong-host": (
        "Another host", "impostor", "no-credential-to-impostor", "credential-leak"),
    "robustness.split-reply": (
        "The reply comes in pieces", "good", "operation-completed", "interoperability"),
    "robustness.no-reply": (
        "The reply never comes", "noop", "ends-by-itself", "denial-of-service"),
    "deep.latched": (
        "What was promised is not kept", "impostor", "latch-kept", "credential-leak"),
    "what-if.keywords": (
        "Keywords that nobody knows", "good", "operation-completed", "interoperability"),
}


JUDGED = {"XFAIL": "FAIL", "XPASS": "PASS"}


def result(scenario: str, client: str, posture: str, outcome: str, **more: Any) -> Entry:
    """One result as docs/results.md has it."""
    title, kind, predicate, consequence = SCENARIOS[scenario]
    failed = outcome in ("FAIL", "WARN", "XFAIL")
    told = seqs(kind, event="secret", secret="password") or seqs(kind, event="command")[-1:]
    one = {"predicate": predicate, "level": "SHOULD" if outcome == "WARN" else "MUST",
           "consequence": consequence, "events": told if failed else [],
           "outcome": JUDGED.get(outcome, outcome) if failed else "PASS",
           "promise": posture.endswith("-starttls"), "sentence": f"It was seen: {predicate}."}
    return {"id": scenario, "title": title, "family": scenario.partition(".")[0], "variant": "",
            "client": client, "posture": posture, "outcome": outcome,
            "judged": JUDGED.get(outcome, outcome),
            "reason": "", "checks": [one], "notes": ["end: The client ended by itself."],
            "expected": ["No password is sent in clear text."], "seen": ["What was seen."],
            "runs": 1, "agreed": 1, "known": None, "seconds": 0.41, "cwe": ["CWE-319"],
            "cve": ["CVE-2021-22946"], "requirements": ["rfc8314-5.2-only-capability"],
            "repeat": f"latchkey run {client} -k {scenario} --posture {posture}",
            "evidence": f"trials/{scenario}/{client}/{posture}", **more}


KNOWN = {"outcome": "FAIL", "reason": "since 1.0", "url": "javascript:alert(3)"}
SAMPLE = [
    result("robustness.no-reply", "bolt", "imap-implicit", "SKIP", reason="posture", evidence=""),
    result("starttls.stripped-capability", "acme", "imap-starttls", "FAIL"),
    result("starttls.stripped-capability", "acme", "imap-opportunistic", "FAIL"),
    result("starttls.stripped-capability", "bolt", "imap-starttls", "PASS"),
    result("starttls.refused", "acme", "imap-starttls", "PASS", variant="no"),
    result("starttls.refused", "acme", "imap-starttls", "PASS", variant="bad"),
    result("injection.behind-starttls", "acme", "imap-starttls", "FAIL", runs=3, agreed=2),
    result("injection.behind-starttls", "bolt", "imap-starttls", "XFAIL", known=KNOWN),
    result("certificate.self-signed", "acme", "imap-starttls", "PASS"),
    result("certificate.self-signed", "bolt", "imap-starttls", "XPASS", known=KNOWN),
    result("certificate.wrong-host", "acme", "imap-default", "WARN"),
    result("certificate.wrong-host", "bolt", "imap-starttls", "ERROR", reason="stray: 12 bytes"),
    result("robustness.split-reply", "acme", "imap-starttls", "PASS"),
    result("robustness.no-reply", "acme", "imap-starttls", "INCONCLUSIVE", reason="deadline"),
]
# Of experimental suites: no test of a verdict may see them.
APART = [
    result("deep.latched", "acme", "imap-starttls", "FAIL", experimental=True),
    result("deep.latched", "acme", "imap-implicit", "PASS", experimental=True),
    result("deep.latched", "cork", "imap-starttls", "WARN", experimental=True),
    result("what-if.keywords", "cork", "imap-starttls", "INCONCLUSIVE", reason="deadline",
           experimental=True),
]


def document(entries: list[Entry]) -> dict[str, Any]:
    names = sorted({e["client"] for e in entries})
    return {"version": 1, "latchkey": "0.1.0", "started": "2026-01-02T03:04:05Z",
            "finished": "2026-01-02T03:05:00Z", "host": {"system": "Linux 6.1"},
            "argv": ["latchkey", "run", *names], "results": entries, "controls": [], "stale": [],
            "clients": {n: {"version": "1.2.3", "adapter": n} for n in names},
            "summary": facts.count(e for e in entries if not facts.is_experimental(e)),
            "experimental": facts.count(filter(facts.is_experimental, entries))}


def write_evidence(folder: Path, entries: Iterable[Entry], kind: str = "") -> None:
    for entry in entries:
        if entry["evidence"]:
            place = folder / entry["evidence"]
            place.mkdir(parents=True, exist_ok=True)
            lines = map(json.dumps, transcript(kind or SCENARIOS[entry["id"]][1]))
            (place / "transcript.jsonl").write_text("\n".join(lines) + "\nno JSON\n")
            (place / "plan.json").write_text(json.dumps({"secrets": SECRETS}))
