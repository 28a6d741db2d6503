# SPDX-License-Identifier: Apache-2.0
"""When what a sending MTA did is worth something (docs/verdicts.md).

The exit code of an adapter's program tells what the sender made up its mind to (docs/adapters.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from latchkey.answers import addresses_known, tlsa_owed, tlsa_told
from latchkey.postures import Posture
from latchkey.transcript import Event, Transcript

DELIVERED, DEFERRED, BOUNCED = 0, 75, 69    # of sysexits.h: EX_OK, EX_TEMPFAIL, EX_UNAVAILABLE
GOOD = "tls-good"
POLICY_PLACE = "/.well-known/mta-sts.txt"   # RFC 8461, section 3.2
POLICY_HOST, POLICY_RECORD = "mta-sts.", "_mta-sts."    # before the domain; sections 3.3 and 3.1
PORT = "_25._tcp."                      # RFC 7672, section 2.2.3
# Decided, but on what ground?
UNPROVEN = ("policy-not-fetched", "policy-not-sought", "tlsa-not-asked", "host-not-visited",
            "nowhere-arrived", "in-clear", "idle")
_ENFORCE = re.compile(rb"(?sm)HTTP/1\.[01] 200 .*^mode:[ \t]*enforce[ \t]*\r?$")


def in_last_run(transcript: Transcript, name: str) -> Iterable[Event]:
    return (event for event in transcript.all(name) if event.seq > transcript.last_run)


def decision(transcript: Transcript) -> int | None:
    """What the sender decided about the last message; None: nothing."""
    exits = transcript.all("client.exit")
    code = exits[-1].number("code") if exits else None
    return code if code in (DELIVERED, DEFERRED, BOUNCED) else None


def arrivals(transcript: Transcript) -> tuple[Event, ...]:
    """The messages of the trial that an MX host got in the last run."""
    return tuple(event for event in in_last_run(transcript, "message")
                 if event.service == "smtp" and event.fields.get("canary") is True)


# --- what it looked for


def request_flaw(transcript: Transcript, request: Event) -> str:
    """What is wrong with a request for a policy; "" if nothing is."""
    host = request.text("host")
    name = request.text("authority").lower().removesuffix(":443")
    hellos = [event for event in transcript.conn(request.conn) if event.name == "hello"]
    if request.text("method") != "GET" or request.text("target") != POLICY_PLACE:
        return f"{request.text('method')} {request.text('target')}"
    if not host.startswith(POLICY_HOST) or name != host:
        return f"Host is {name or 'missing'}"
    if not hellos or hellos[-1].text("sni").lower() != host:
        return f"SNI is {hellos[-1].text('sni') or 'missing'}" if hellos else "no TLS"
    return "" if request.channel == GOOD else "an impostor was asked"


def policy_known(transcript: Transcript) -> bool:
    """The policy was fetched, in this run or an earlier one, from whom it may be taken."""
    return any(not request_flaw(transcript, event) for event in transcript.all("http.request"))


def policy_sought(transcript: Transcript) -> bool:
    """It looks for policies at all, rightly or not; where no record is, nothing else is to do."""
    records = [event for event in transcript.all("dns.answer")
               if event.text("type") == "TXT"
               and event.text("name").lower().startswith(POLICY_RECORD)]
    return bool(transcript.all("http.request")) or (
        bool(records) and not any(event.texts("answers") for event in records))


def by_record(transcript: Transcript) -> frozenset[str]:
    """Where it looks for policies, if it does."""
    return frozenset(event.service for event in transcript.all("dns.query")
                     if event.text("type") == "TXT"
                     and event.text("name").lower().startswith(POLICY_RECORD))


def tlsa_questions(events: Iterable[Event]) -> Iterable[Event]:
    """Those for TLSA records of the port that mail goes to."""
    return (event for event in events if event.text("type") == "TLSA"
            and event.text("name").lower().startswith(PORT))


def by_tlsa(transcript: Transcript) -> frozenset[str]:
    """Where it looks for TLSA records, if it does."""
    return frozenset(event.service for event in tlsa_questions(transcript.all("dns.query")))


def tlsa_asked(transcript: Transcript) -> bool:
    return bool(by_tlsa(transcript))


# --- what is to be said of it


def _must_enforce(transcript: Transcript) -> bool:
    """It has a policy that is to be enforced."""
    return policy_known(transcript) and any(
        event.service == "https" and event.channel == GOOD and event.text("reply") == "policy"
        and _ENFORCE.match(event.bytes()) for event in transcript.all("send"))


def _against_policy(transcript: Transcript) -> bool:
    """It has such a policy, and mail went in clear to a host that offers TLS."""
    in_clear = {event.conn for event in arrivals(transcript) if not event.in_tls}
    return _must_enforce(transcript) and any(
        event.conn in in_clear and b"STARTTLS" in event.bytes()
        for event in transcript.all("send"))


def _doubt_of_delivery(transcript: Transcript, posture: Posture, anyhow: bool) -> str:
    if posture.goes_by_dane and tlsa_owed(transcript) and not tlsa_asked(transcript):
        return "tlsa-not-asked"
    sought = (by_record(transcript) or transcript.all("http.request")
              or posture.goes_by_dane and tlsa_told(transcript))
    if posture.goes_by_policy and not sought:
        return "policy-not-sought"
    return "in-clear" if posture.goes_by_policy and not anyhow and _against_policy(transcript) \
        else ""


def _has_ground(transcript: Transcript, posture: Posture, has_records: bool) -> bool:
    """What it found out is enough to hold the mail back."""
    if not posture.goes_by_dane:
        return policy_known(transcript)
    if tlsa_asked(transcript) or posture.goes_by_policy and _must_enforce(transcript):
        return True
    if has_records:
        return (posture.needs_dane and bool(addresses_known(transcript))
                and not tlsa_owed(transcript))
    return any(event.text("by") == "fault" for event in transcript.all("dns.answer"))


def doubt(transcript: Transcript, posture: Posture, has_records: bool = False,
          anyhow: bool = False, excused: bool = False) -> str:
    """Why a sender that did nothing wrong cannot be said to have done right; "" if it can.

    Mail that stays where it is proves nothing: its queue may merely wait, or what looks up policies
    may have died. So it counts only as the decision of a sender that knows what it goes by: the
    policy, the TLSA records, or that the name server has no good answer. Who has a smart host was
    told all of it. has_records: the fault are records that a sender can go by; what they do not fit
    only the host itself shows. anyhow: the mail has to be delivered, whatever the channel. Where it
    does not, a trial that asks for the policy alone says nothing for a sender that has it, and does
    without TLS. excused: the mail itself asks that no policy is minded, so that none has to be
    looked for.
    """
    decided = decision(transcript)
    if decided is None:
        return "deadline" if transcript.all("deadline") else "undecided"
    arrived = bool(arrivals(transcript))
    if decided == DELIVERED and not arrived:
        return "nowhere-arrived"
    if not any(True for name in ("dns.query", "accept") for _ in in_last_run(transcript, name)):
        return "idle"
    if posture.has_smarthost:
        return ""
    if arrived and excused:
        return ""
    if arrived:
        return _doubt_of_delivery(transcript, posture, anyhow)
    # Without a visit.
    refusable = posture.goes_by_policy or posture.needs_dane and not tlsa_told(transcript)
    if has_records and posture.goes_by_dane and not refusable \
            and not any(event.service == "smtp" for event in in_last_run(transcript, "hello")):
        return "host-not-visited"
    if _has_ground(transcript, posture, has_records):
        return ""
    return "tlsa-not-asked" if posture.goes_by_dane else "policy-not-fetched"
