# SPDX-License-Identifier: Apache-2.0
"""What is asked of senders that report on TLS (RFC 8460): predicates over their reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from latchkey import dkim
from latchkey.finding import Context, Finding, Predicate
from latchkey.tlsrpt import GZIP, JSON, RESULTS, SINK, SINK_MX, Report, as_list, flaws, reports

Test = Callable[[Report], str]          # what is wrong with a report; "": nothing


def _of_each(test: Test, by: str = "") -> Callable[[Context], Finding]:
    """Reports came (by this way), and the test finds nothing wrong with any."""
    def predicate(context: Context) -> Finding:
        own = [one for one in reports(context.transcript) if by in ("", one.by)]
        wrong = [(one, said) for one in own if (said := test(one))]
        if not own:
            return Finding(False, _end(context), "no report came")
        return Finding(not wrong, tuple(one.seq for one, _ in wrong or [(own[-1], "")]),
                       ", ".join(dict.fromkeys(said for _, said in wrong)))
    return predicate


def _end(context: Context) -> tuple[int, ...]:
    return tuple(event.seq for event in context.transcript.all("client.exit"))


def _of_any(test: Test) -> Callable[[Context], Finding]:
    """A report came with which the test finds nothing wrong."""
    def predicate(context: Context) -> Finding:
        own = reports(context.transcript)
        right = tuple(one.seq for one in own if not test(one))
        said = ", ".join(dict.fromkeys(map(test, own))) if own else "no report came"
        return Finding(bool(right), right or _end(context), "" if right else said)
    return predicate


def _no_report(context: Context) -> Finding:
    visits = [event for event in context.transcript.all("accept")
              if event.text("listener") in (SINK, SINK_MX)]
    return Finding(not visits, tuple(event.seq for event in visits),
                   ", ".join(dict.fromkeys(event.text("host") for event in visits)))


def _form(report: Report) -> str:
    return report.trouble or "; ".join(flaws(report.data))


def _media_type(report: Report) -> str:
    wanted = GZIP if report.is_compressed else JSON
    return "" if report.media_type == wanted else f"it is {report.media_type or 'of no type'}"


def _compressed(report: Report) -> str:
    return "" if report.is_compressed else "it is not compressed"


def _place(report: Report) -> str:
    return "" if report.fields.get("target") == "/v1/tlsrpt" else \
        f"it went to {report.fields.get('target')}"


def _sts_policies(report: Report) -> list[Mapping[str, Any]]:
    return [own for one in report.policies() if isinstance(own := one.get("policy"), dict)
            and own.get("policy-type") == "sts"]


def _policy_text(report: Report) -> str:
    """The policy as it was served: a string for each line, and each pattern for itself."""
    for own in _sts_policies(report):
        lines = [line for line in as_list(own.get("policy-string")) if isinstance(line, str)]
        hosts = as_list(own.get("mx-host"))
        if own.get("policy-domain") != "example.test":
            return f"policy-domain is {own.get('policy-domain')}"
        if not {"version: STSv1", "mx: mx.example.test"} <= set(lines):
            return "policy-string is not the policy"
        return "" if "mx.example.test" in hosts else "mx-host has not its patterns"
    return "there is no policy of type sts"


def _no_policy(report: Report) -> str:
    kinds = [own.get("policy-type") for one in report.policies()
             if isinstance(own := one.get("policy"), dict)]
    return "" if kinds == ["no-policy-found"] else f"the policies are of type {kinds}"


def _result(word: str) -> Test:
    def test(report: Report) -> str:
        seen = [str(one.get("result-type")) for one in report.details()]
        return "" if word in seen else f"it tells {', '.join(seen) or 'no failure'}"
    return test


def _counts(context: Context) -> Finding:
    """The sessions of the last run, by the certificate that was shown and the mail that came.

    One that the fault struck and no mail came of has failed, too, whether it is tried without TLS
    or later.
    """
    transcript = context.transcript
    mail = [event for event in transcript.all("message") if event.seq > transcript.last_run
            and event.text("listener") not in (SINK, SINK_MX)]
    expected = sum(event.channel == "tls-good" for event in mail)
    struck = {event.conn for event in transcript.all("fault.delivered")
              if event.conn and event.seq > transcript.last_run}
    failed = len(mail) > expected or bool(struck - {event.conn for event in mail})
    for report in reports(transcript):
        sums = [one.get("summary") for one in report.policies()]
        good = sum(_number(one, "total-successful-session-count") for one in sums)
        bad = sum(_number(one, "total-failure-session-count") for one in sums)
        right = good == expected and (bad > 0) == failed
        return Finding(right, (report.seq,), "" if right else
                       f"{good} and {bad} where {expected} mails went over sessions as the policy "
                       f"wants them, and {len(mail) - expected} over others")
    return Finding(False, _end(context), "no report came")


def _number(value: Any, key: str) -> int:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, int) else 0


# --- by mail


def _domain(address: str) -> str:
    return address.strip("<> ").rpartition("@")[2].lower()


def _mail_form(report: Report) -> str:
    message = report.message
    if message is None:
        return ""
    if message.get_content_type() != "multipart/report" \
            or str(message.get_param("report-type")).lower() != "tlsrpt":
        return "it is no multipart/report of type tlsrpt"
    # The first is for people: as a rule, and not always, text/plain (section 5.3).
    kinds = [part.get_content_type() for part in message.iter_parts()]
    return "" if kinds and kinds[0].startswith(("text/", "multipart/")) \
        and report.media_type in kinds[1:] else f"its parts are {', '.join(kinds) or 'none'}"


def _mail_fields(report: Report) -> str:
    domain = report.fields.get("tls-report-domain", "")
    submitter = report.fields.get("tls-report-submitter", "")
    if domain.lower() != "example.test":
        return f"TLS-Report-Domain is {domain or 'missing'}"
    contact = _domain(str(report.data.get("contact-info", "")))
    return "" if submitter and submitter.lower() == contact \
        else f"TLS-Report-Submitter is {submitter or 'missing'}, contact-info of {contact}"


def _mail_subject(report: Report) -> str:
    words = report.fields.get("subject", "")
    return "" if re.fullmatch(r"Report Domain: \S+ Submitter: \S+ Report-ID: <\S+>", words) \
        else f"the subject is {words[:60]}"


def _mail_extension(report: Report) -> str:
    wanted = ".json.gz" if report.is_compressed else ".json"
    return "" if report.filename.endswith(wanted) else \
        f"the file is {report.filename or 'nameless'}"


def _mail_file(report: Report) -> str:
    shape = r"[^!]+!example\.test!\d+!\d+(?:![^!]+)?\.json(?:\.gz)?"
    return "" if re.fullmatch(shape, report.filename) else f"the file is {report.filename}"


def _signatures(report: Report) -> list[dict[str, str]]:
    """The tags of each."""
    fields: list[str] = [] if report.message is None else \
        report.message.get_all("DKIM-Signature", [])
    pairs = ([one.partition("=") for one in str(text).split(";")] for text in fields)
    return [{name.strip(): "".join(value.split()) for name, sign, value in own if sign}
            for own in pairs]


def _signed(context: Context) -> Finding:
    return _of_each(lambda report: dkim.flaw(
        report.text, report.fields.get("tls-report-submitter", "").lower(), context.keys),
        "mail")(context)


def _signed_whole(report: Report) -> str:
    return "the signature has a length" if any("l" in one for one in _signatures(report)) else ""


def _signed_fields(report: Report) -> str:
    wanted = frozenset({"tls-report-domain", "tls-report-submitter"})
    missing = min((wanted - set(one.get("h", "").lower().split(":"))
                   for one in _signatures(report)), key=len, default=wanted)
    return f"the signature leaves out {', '.join(sorted(missing))}" if missing else ""


OF_REPORTERS = (
    Predicate("report-posted", _of_each(_place, "https"),
              "A report is sent by POST to the place that the record names.",
              "No report was sent to the place that the record names.",
              "A report was sent to the place that the record names.", of_form=True),
    Predicate("report-mailed", _of_each(lambda report: "", "mail"),
              "A report is sent to the address that the record names.",
              "No report was sent to the address that the record names.",
              "A report was sent to the address that the record names.", of_form=True),
    Predicate("no-report", _no_report,
              "Nobody is sent a report.",
              "Somebody was sent a report, or visited for one.",
              "Nobody was sent a report.", of_form=True),
    Predicate("report-well-formed", _of_each(_form),
              "A report is I-JSON, and has what the specification wants in it, in its form.",
              "A report was not in the form that the specification wants.",
              "The report was in the right form.", of_form=True),
    Predicate("report-typed", _of_each(_media_type),
              "A report has the media type that tells whether it is compressed.",
              "A report had another media type than its own.",
              "The report had its media type.", of_form=True),
    Predicate("report-compressed", _of_each(_compressed),
              "A report is compressed by gzip.",
              "A report was not compressed.",
              "The report was compressed.", of_form=True),
    Predicate("report-has-policy", _of_any(_policy_text),
              "A report has the policy in it, line by line, with its domain and its patterns.",
              "The report did not have the policy in it.",
              "The report had the policy in it."),
    Predicate("report-without-policy", _of_any(_no_policy),
              "A report says that no policy was found.",
              "The report did not say that no policy was found.",
              "The report said that no policy was found."),
    Predicate("report-counts", _counts,
              "A report counts the sessions that were as the policy wants them, and those that "
              "were not.",
              "The report did not count what happened.",
              "The report counted what happened."),
    *(Predicate(f"tells-{word}", _of_any(_result(word)),
                f"A report tells of {word}.",
                f"The report did not tell of {word}.",
                f"The report told of {word}.") for word in RESULTS),
    Predicate("report-mail-form", _of_each(_mail_form, "mail"),
              "A mailed report is a multipart/report with a part for people and one for programs.",
              "The mailed report was no such message.",
              "The mailed report was such a message.", of_form=True),
    Predicate("report-mail-fields", _of_each(_mail_fields, "mail"),
              "A mailed report names its domain, and the one that sends it, which is that of its "
              "contact.",
              "The mailed report did not name the domains.",
              "The mailed report named the domains.", of_form=True),
    Predicate("report-mail-subject", _of_each(_mail_subject, "mail"),
              "The subject of a mailed report has the form that the specification wants.",
              "The subject of the mailed report had another form.",
              "The subject of the mailed report had its form.", of_form=True),
    Predicate("report-file-extension", _of_each(_mail_extension, "mail"),
              "The name of the file tells whether it is compressed.",
              "The name of the file did not tell what it is.",
              "The name of the file told what it is.", of_form=True),
    Predicate("report-file-name", _of_each(_mail_file, "mail"),
              "The name of the file has sender, domain and time in it.",
              "The name of the file had another form.",
              "The name of the file had its form.", of_form=True),
    Predicate("report-signed", _signed,
              "A mailed report is signed by the domain that sends it.",
              "The mailed report was not signed by the domain that sends it.",
              "The mailed report was signed by the domain that sends it.", of_signature=True,
              of_form=True),
    Predicate("report-signed-whole", _of_each(_signed_whole, "mail"),
              "The signature of a mailed report covers all of its body.",
              "The signature of the mailed report covered a part of its body.",
              "The signature covered all of the body.", of_form=True),
    Predicate("report-signed-fields", _of_each(_signed_fields, "mail"),
              "The signature of a mailed report covers the fields that name the domains.",
              "The signature of the mailed report left fields out.",
              "The signature covered the fields.", of_form=True),
)
