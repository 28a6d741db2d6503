# SPDX-License-Identifier: Apache-2.0
"""What is asked of a sending MTA."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from latchkey.answers import links
from latchkey.doubts import (BOUNCED, DELIVERED, GOOD, POLICY_HOST, POLICY_RECORD, PORT, arrivals,
                             by_record, by_tlsa, decision, in_last_run, request_flaw,
                             tlsa_questions)
from latchkey.finding import Context, Finding, Predicate, exit_words, services_of, verdict_of
from latchkey.postures import MX
from latchkey.transcript import Event, Transcript

_ANY_PORT = re.compile(r"_\d+\._tcp\.")  # RFC 6698, section 3


def recipients_reached(transcript: Transcript) -> int:
    """How many recipients have what was sent in the last run."""
    accepted: Counter[int] = Counter()      # of the transaction that a connection is in
    reached = 0
    for event in transcript.events[transcript.last_run:]:
        if event.name == "send" and event.text("reply") == "mail":
            accepted[event.conn] = 0
        elif event.name == "send" and event.text("reply") == "rcpt":
            accepted[event.conn] += event.bytes().startswith(b"25")
        elif event.name == "message" and event.fields.get("canary") is True:
            reached += accepted[event.conn]
    return reached


def _mail(transcript: Transcript) -> Iterable[Event]:
    return (event for event in in_last_run(transcript, "command")
            if event.service == "smtp" and event.text("verb").upper() == "MAIL")


def _where(event: Event) -> str:
    return f"to {event.text('host')}" + ("" if event.in_tls else " in clear")


def _mail_delivered(context: Context) -> Finding:
    messages = arrivals(context.transcript)
    events = tuple(event.seq for event in (*messages, *context.transcript.all("client.exit")))
    if not messages:
        return Finding(False, events, "no message arrived")
    reached = recipients_reached(context.transcript)
    if reached < context.deliveries > 1:
        return Finding(False, events, f"{reached} of {context.deliveries} recipients got it")
    if decision(context.transcript) != DELIVERED:
        return Finding(False, events, f"it arrived, but {exit_words(context.transcript)}")
    return Finding(True, events)


def _delivered_safely(context: Context) -> Finding:
    finding = _mail_delivered(context)
    unsafe = [event for event in arrivals(context.transcript) if event.channel != GOOD]
    return verdict_of(unsafe, _where) if finding.holds and unsafe else finding


def _no_mail(context: Context) -> Finding:
    return verdict_of(_mail(context.transcript), _where)


def _no_mail_to_struck(context: Context) -> Finding:
    struck = {event.conn for event in context.transcript.all("fault.delivered")}
    return verdict_of((event for event in _mail(context.transcript) if event.conn in struck),
                      _where)


def _no_bounce(context: Context) -> Finding:
    if decision(context.transcript) != BOUNCED:
        return Finding(True)
    return Finding(False, (context.transcript.all("client.exit")[-1].seq,))


def _gives_up(context: Context) -> Finding:
    ends = tuple(event.seq for event in context.transcript.all("client.exit"))
    return Finding(decision(context.transcript) == BOUNCED, ends)


def _no_visit_elsewhere(context: Context) -> Finding:
    # Hosts that nobody is led to but by what a server writes.
    hosts = {event.text("host") for event in context.transcript.all("listen")
             if event.text("listener").endswith("-elsewhere")}
    asked = (event for event in context.transcript.all("dns.query")
             if event.text("name").lower() in hosts)
    visited = (event for event in context.transcript.all("accept") if event.text("host") in hosts)
    return verdict_of(sorted([*asked, *visited]),
                      lambda event: event.text("name") or event.text("host"))


# --- the policy


def _sound_policy_requests(context: Context) -> Finding:
    transcript = context.transcript
    return verdict_of((event for event in transcript.all("http.request")
                       if request_flaw(transcript, event)),
                      lambda event: request_flaw(transcript, event))


def _policy_fetched(context: Context) -> Finding:
    sound = tuple(event.seq for event in in_last_run(context.transcript, "http.request")
                  if not request_flaw(context.transcript, event))
    ends = tuple(event.seq for event in context.transcript.all("client.exit"))
    return Finding(bool(sound), sound or ends)


def _no_policy_fetch(context: Context) -> Finding:
    return verdict_of(in_last_run(context.transcript, "http.request"),
                      lambda event: f"from {event.text('host')}")


def _no_second_fetch(context: Context) -> Finding:
    fault = context.transcript.first("fault.delivered")
    return verdict_of((event for event in context.transcript.all("http.request")
                       if fault is not None and event.seq > fault.seq),
                      lambda event: f"{event.text('target')} from {event.text('authority')}")


def _no_conditional_fetch(context: Context) -> Finding:
    def conditions(event: Event) -> list[str]:
        names = (line.partition(":")[0] for line in event.text("head").split("\r\n")[1:])
        return [name for name in names if name.lower().startswith("if-")]
    return verdict_of(filter(conditions, context.transcript.all("http.request")),
                      lambda event: ", ".join(conditions(event)))


def _no_parent_lookup(context: Context) -> Finding:
    domains = {event.text("host").removeprefix(POLICY_HOST)
               for event in context.transcript.all("listen") if event.service == "https"}
    return verdict_of((event for event in context.transcript.all("dns.query")
                       if event.text("name").lower().startswith(POLICY_RECORD)
                       and event.text("name").lower().removeprefix(POLICY_RECORD) not in domains),
                      lambda event: event.text("name"))


# --- TLSA records


def _no_tlsa_asked(context: Context) -> Finding:
    """A sender asks for one port, a user's client for any."""
    asked = in_last_run(context.transcript, "dns.query")
    if context.posture.is_mta:
        asked = tlsa_questions(asked)
    return verdict_of((event for event in asked if event.text("type") == "TLSA"
                       and _ANY_PORT.match(event.text("name"))),
                      lambda event: event.text("name"))


def _address_before_tlsa(context: Context) -> Finding:
    """RFC 7672, section 2.2.2."""
    known: set[str] = set()
    early = []
    for event in in_last_run(context.transcript, "dns.query"):
        name = event.text("name").lower()
        if event.text("type") in ("A", "AAAA"):
            known.add(name)
        elif any(tlsa_questions((event,))) and name.removeprefix(PORT) not in known:
            early.append(event)
    return verdict_of(early, lambda event: event.text("name"))


def _sound_tlsa_questions(context: Context) -> Finding:
    """RFC 7672, section 2.2.3: of an MX host, or of where its aliases end."""
    transcript = context.transcript
    aliases = dict(links(transcript, "cname"))
    bases = {target for _, target in links(transcript, "mx")}
    bases |= {target for target in aliases.values() if target not in aliases}
    # Where the owner of the records is an alias itself, its target may have any name.
    right = {PORT + base for base in bases} | set(aliases.values())
    return verdict_of((event for event in transcript.all("dns.query")
                       if event.text("type") == "TLSA" and event.text("name").lower() not in right),
                      lambda event: event.text("name"))


def _no_raw_key_offered(context: Context) -> Finding:
    """RFC 7250, section 4.1; who has no use for raw keys of a server leaves the extension out."""
    return verdict_of((event for event in context.transcript.all("hello")
                       if "server_certificate_type" in event.texts("extensions")), _where)


def _hosts_in_order(context: Context) -> Finding:
    visits = list(in_last_run(context.transcript, "accept"))
    first = next((event.seq for event in visits if event.text("listener") == MX), None)
    return verdict_of((event for event in visits if event.text("listener") == f"{MX}-2"
                       and (first is None or event.seq < first)), _where)


OF_SENDERS = (
    Predicate(
        "mail-delivered", _mail_delivered,
        "The mail is delivered, and the sender says so.",
        "The mail was not delivered.",
        "The mail was delivered.",
        of_work=True),
    Predicate(
        "mail-delivered-safely", _delivered_safely,
        "The mail is delivered inside TLS to the host that is the right one, and the sender says "
        "so.",
        "The mail was not delivered inside TLS to the right host.",
        "The mail was delivered inside TLS to the right host.",
        of_work=True, shown=by_tlsa),
    Predicate(
        "no-mail", _no_mail,
        "No mail is handed to any host.",
        "Mail was handed over that has to be held back.",
        "No mail was handed over."),
    Predicate(
        "no-mail-to-struck", _no_mail_to_struck,
        "No mail is handed to the host that is not the right one.",
        "Mail was handed to a host that is not the right one.",
        "No mail was handed to the host that is not the right one."),
    Predicate(
        "no-bounce", _no_bounce,
        "The mail is kept and tried again later.",
        "The mail was given up at once.",
        "The mail was not given up.",
        of_process=True),
    Predicate(
        "gives-up", _gives_up,
        "The mail is given up, and the author is told so.",
        "The mail was not given up.",
        "The mail was given up.",
        of_work=True, of_process=True),
    Predicate(
        "no-visit-elsewhere", _no_visit_elsewhere,
        "Nobody is looked up or visited because a server names him.",
        "The sender turned to somebody whom a server had named.",
        "The sender turned to nobody whom a server had named."),
    Predicate(
        "sound-policy-requests", _sound_policy_requests,
        "A policy is asked for by GET, at its one place, from the host that its domain tells, and "
        "from nobody else.",
        "A policy was asked for in the wrong way, or of the wrong host.",
        "Policies were asked for in the right way.",
        shown=services_of("http.request")),
    Predicate(
        "policy-fetched", _policy_fetched,
        "The policy is fetched.",
        "The policy was not fetched.",
        "The policy was fetched."),
    Predicate(
        "no-policy-fetch", _no_policy_fetch,
        "No policy is fetched.",
        "A policy was fetched where none was to be.",
        "No policy was fetched."),
    Predicate(
        "no-second-fetch", _no_second_fetch,
        "What the policy host answers leads to no other request.",
        "The sender asked again, or elsewhere, for the policy.",
        "The sender asked once for the policy."),
    Predicate(
        "no-conditional-fetch", _no_conditional_fetch,
        "Policies are fetched without the caching of HTTP.",
        "The sender asked the policy host whether its copy is still good.",
        "The sender did not use the caching of HTTP.",
        shown=services_of("http.request")),
    Predicate(
        "no-tlsa-asked", _no_tlsa_asked,
        "No TLSA records are asked for.",
        "TLSA records were asked for that cannot be of use.",
        "No TLSA records were asked for."),
    Predicate(
        "address-before-tlsa", _address_before_tlsa,
        "TLSA records of a host are asked for once its address is known.",
        "TLSA records were asked for before the address.",
        "No TLSA records were asked for before the address.",
        shown=by_tlsa),
    Predicate(
        "sound-tlsa-questions", _sound_tlsa_questions,
        "TLSA records are looked for at port 25 of an MX host, or of the host that it is an alias "
        "of, and nowhere else.",
        "TLSA records were looked for in the wrong place.",
        "TLSA records were looked for in the right place.",
        shown=by_tlsa),
    Predicate(
        "no-raw-key-offered", _no_raw_key_offered,
        "No bare key in the place of a certificate is offered to take.",
        "The sender offered to take a bare key that it cannot check.",
        "The sender offered to take no bare key.",
        shown=services_of("hello")),
    Predicate(
        "hosts-in-order", _hosts_in_order,
        "The hosts are tried in the order of their MX records.",
        "The second host was tried before the first.",
        "The hosts were tried in order.",
        # One without records is a host like any other to who looked for them.
        shown=lambda transcript: services_of("accept")(transcript) | by_tlsa(transcript)),
    Predicate(
        "no-parent-lookup", _no_parent_lookup,
        "A policy is looked for at the domain of the mail, and at no other.",
        "The sender looked for a policy at another domain.",
        "The sender looked for a policy at no other domain.",
        shown=by_record),
)
