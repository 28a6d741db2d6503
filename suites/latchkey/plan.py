# SPDX-License-Identifier: Apache-2.0
"""From a trial to the plan that `mockworld` reads (docs/plan.md): a pure function."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latchkey import dkim, template
from latchkey.catalog import Catalog
from latchkey.errors import UserError
from latchkey.faults import ALERTS, BYTES, PHASES
from latchkey.model import Listener, Mail, Profile, Setup, Trial
from latchkey.postures import PROTOCOLS
from latchkey.predicates import PREDICATES

MESSAGE_FILE = ".latchkey-message.eml"
CERTIFICATE_FILE = ".latchkey-certificate.pem"
DKIM_FILE = ".latchkey-dkim.pem"
GOOD, FAULT = "good", "fault"
FORGED = ("forged", "forged-number")     # what only the attacker has named
_OF_CERTIFICATE = re.compile(r"\{(?P<which>leaf|issuer|top):(?P<of>[a-z0-9-]+)\}$")
PATIENCE = 2.0                          # seconds for a client that has to do its work


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the sandbox puts things, as the client sees them."""

    home: str = "/home/latchkey"
    adapter: str = "/run/latchkey/adapter"
    built: str = "/run/latchkey/built"
    enter: str = "/run/latchkey/enter"  # the program that enters a client's own root
    validate: str = "/run/latchkey/validate"    # the one that puts a resolver before the client
    anchor: str = "/tmp/latchkey-root.key"      # for the resolver
    user: str = "latchkey"
    bundle: str | None = None           # instead of the profile's
    folder: str | None = None
    ports: Mapping[str, int] | None = None      # listener → port, instead of the profile's

    host: str | None = None             # of all listeners, instead of the profile's

    def name(self, listener: Listener) -> str:
        return self.host or listener.host

    def port(self, listener: Listener) -> int:
        return self.ports[listener.name] if self.ports is not None else listener.port


def compile_plan(catalog: Catalog, trial: Trial, secrets: Mapping[str, str],
                 places: Places = Places()) -> dict[str, Any]:
    """The plan of a trial, a control or a twin, as JSON data."""
    setup = trial.setup
    if setup is None:
        raise UserError(trial.client.file, 0, f"there is no [posture.{trial.posture.name}]",
                        "add it, or leave this posture out")
    profile = catalog.profiles[trial.scenario.profile]
    secrets = {**secrets, "token": _token(trial, secrets["token"])}
    values = {**_values(profile, trial, secrets, places),
              "dialect": "" if trial.variant.deep is None else trial.variant.deep.dialect}
    letter = {**values, "to": secrets["recipient"]}
    identities = {_identity(profile, listener.host):
                  catalog.recipe(listener.recipe or profile.recipe)
                  for listener in profile.listeners}
    fault = None if trial.kind == "control" else _fault(
        trial, catalog.root / "corpus", secrets)
    if fault is not None and "recipe" in fault["do"]:
        identities[FAULT] = catalog.recipe(fault["do"]["recipe"])
        fault["do"]["recipe"] = FAULT
    identities = _judged(trial, identities)
    if fault is not None and fault["do"].get("type") == "TLSA" and "values" in fault["do"]:
        fault["do"]["values"] = [_certified(value, profile, identities)
                                 for value in fault["do"]["values"]]
    return {
        "plan": 1,
        "id": trial.id,
        "deadline": profile.deadline,
        "quiet": _quiet(trial, profile),
        "trust": _trust(profile, places),
        "identities": identities,
        "secrets": dict(secrets),
        "mailbox": [template.fill(text, values).replace("\n", "\r\n") for text in profile.mailbox],
        "listeners": _listeners(profile, places),
        "dns": _dns(profile, trial, identities, places, secrets),
        "deep": _deep(trial),
        "fault": fault,
        "client": {**_client(trial, setup, _message(profile, trial, letter), values,
                             _before(profile, places), places, _variables(trial), secrets),
                   "runs": trial.variant.fault.runs},
    }


def _message(profile: Profile, trial: Trial, letter: Mapping[str, str]) -> str:
    """The mail; a field that is part of what is tried goes before the others."""
    field = trial.variant.mail.field if trial.kind != "control" else ""
    return (f"{field}\n" if field else "") + template.fill(profile.message, letter)


def _judged(trial: Trial, identities: Mapping[str, Any]) -> dict[str, Any]:
    """Where something else than the certificate says who the server is: of what the fault shows,
    or, if it shows nothing, of all."""
    verdict = None if trial.kind == "control" else trial.variant.server
    return {name: {**recipe, "verdict": verdict}
            if verdict is not None and (name == FAULT or FAULT not in identities) else recipe
            for name, recipe in identities.items()}


def _quiet(trial: Trial, profile: Profile) -> float:
    """Where the client has to do its work, no silence is a sign that it waits in vain: it may
    sleep on purpose before its next step."""
    work = any(PREDICATES[check.predicate].of_work for check, _ in trial.levels)
    return max(profile.quiet, PATIENCE) if work and trial.kind == "fault" else profile.quiet


def hosts(profile: Profile) -> list[tuple[str, str]]:
    """(address, name) of every host: what belongs into /etc/hosts."""
    return [(address, name) for name, address in profile.hosts.items()]


def _trust(profile: Profile, places: Places) -> dict[str, str | None]:
    if places.bundle is not None:
        return {"bundle": places.bundle, "folder": places.folder}
    return {"bundle": profile.bundle, "folder": profile.folder}


def recipients(secret: str, mail: Mail) -> str:
    """Whom a client sends to: commas between mails, blanks between the recipients of each."""
    local, _, domain = secret.partition("@")
    domains = (domain, *(f"d{n}.test" for n in range(1, mail.domains)))
    return ", ".join([" ".join(
        f"{local}{f'-{n}' if n else ''}@{name}" for name in domains
        for n in range(mail.recipients))] * mail.mails)


def _values(profile: Profile, trial: Trial, secrets: Mapping[str, str],
            places: Places) -> dict[str, str]:
    listener = profile.listener(trial.posture.listener)
    return {
        "host": places.name(listener),
        "port": str(places.port(listener)),
        "user": secrets["user"],
        "password": secrets["password"],
        "token": secrets["token"],
        "from": secrets["sender"],
        "to": recipients(secrets["recipient"], trial.variant.mail),
        "subject": secrets["subject"],
        "body": secrets["body"],
        "home": places.home,
        "ca": places.bundle or profile.bundle,
        "certificate": f"{places.home}/{CERTIFICATE_FILE}",
        "dkim-key": f"{places.home}/{DKIM_FILE}",
        "message": f"{places.home}/{MESSAGE_FILE}",
        "adapter": places.adapter,
        "built": trial.client.built or places.built,
    }


def _identity(profile: Profile, host: str) -> str:
    """Each host has a certificate of its own."""
    return GOOD if host == profile.listeners[0].host else f"{GOOD}-{host}"


def _listeners(profile: Profile, places: Places) -> list[dict[str, Any]]:
    return [{
        "name": listener.name,
        "host": places.name(listener),
        "address": profile.hosts[listener.host],
        "port": places.port(listener),
        "protocol": listener.protocol,
        "implicit": listener.implicit,
        "identity": _identity(profile, listener.host),
        "capabilities": {phase: list(profile.capabilities.get(listener.protocol, {})
                                     .get(phase, ())) for phase in PHASES},
        "tls": {"request-certificate": True} if profile.requests_certificate else {},
        **({"policy": listener.policy.replace("\n", "\r\n")} if listener.policy else {}),
        **({"later": listener.later_policy.replace("\n", "\r\n")} if listener.later_policy
           else {}),
        **({"names": list(listener.names)} if listener.names else {}),
        **({"sink": True} if listener.sink else {}),
    } for listener in profile.listeners]


def _dns(profile: Profile, trial: Trial, identities: Mapping[str, Any],
         places: Places, secrets: Mapping[str, str]) -> dict[str, Any] | None:
    if profile.dns_address is None:
        return None
    own = trial.variant.tlsa            # of every port of a user's, or of the first MX host
    listeners = profile.listeners[:1] if trial.posture.is_mta else profile.listeners
    owners = [_port_name(listener, places) for listener in listeners]
    records = [{"name": record.name, "type": record.type,
                "value": _certified(record.value, profile, identities)
                if record.type == "TLSA" else record.value,
                "ttl": record.ttl, **record.runs} for record in profile.records
               if own is None or record.name not in owners or record.type != "TLSA"]
    records += [{"name": owner, "type": "TLSA", "ttl": 60,
                 "value": _certified(value, profile, identities)}
                for owner in owners for value in own or ()]
    records += [{"name": name, "type": "TXT", "value": f'"{text}"', "ttl": 60}
                for name, text in (dkim.records(secrets) if trial.posture.reports else {}).items()]
    tlsa = () if trial.variant.deep is None else trial.variant.deep.tlsa
    records += [{"name": _port_name(listener, places), "type": "TLSA",
                 "value": f"3 0 1 {{leaf:{name}}}", "ttl": 60}
                for listener in profile.listeners for name in tlsa if name in identities]
    return {"address": profile.dns_address, "port": 53, "records": records,
            **({"secure": True} if tlsa else {}),
            **({"zones": [{"name": name, "denial": denial}
                          for name, denial in profile.zones.items()],
                "anchor": places.anchor} if profile.resolver else {})}


def _port_name(listener: Listener, places: Places) -> str:
    """Where TLSA records of a port are (RFC 6698, section 3)."""
    return f"_{places.port(listener)}._tcp.{places.name(listener)}"


def _certified(value: str, profile: Profile, identities: Mapping[str, Any]) -> str:
    """A TLSA value that names a listener's certificate, or that of the fault; in a world without
    the fault that is the first listener's."""
    found = _OF_CERTIFICATE.search(value)
    if found is None:
        return value
    name = found["of"]
    if name != FAULT:
        name = _identity(profile, profile.listener(name).host)
    elif FAULT not in identities:
        name = GOOD
    return f"{value[:found.start()]}{{{found['which']}:{name}}}"


def _deep(trial: Trial) -> dict[str, Any] | None:
    """What the client asks for is what its posture does: -04 section 3."""
    deep = trial.variant.deep
    if deep is None:
        return None
    return {"dialect": deep.dialect, "examples": deep.examples,
            "level": "high" if trial.posture.demands_identity else "none",
            "status": list(deep.status), "clear": list(deep.clear)}


def _variables(trial: Trial) -> Mapping[str, str]:
    """What the fault puts into the environment of the client."""
    fault = trial.variant.fault
    given: Mapping[str, str] = fault.do["variables"] if fault.action == "environment" else {}
    return given if trial.kind == "fault" else {}


def _token(trial: Trial, secret: str) -> str:
    """As long as the fault wants it. What fills it up does not repeat the secret, so that this is
    found once wherever it is."""
    fault = trial.variant.fault
    lengthened = trial.kind == "fault" and fault.action == "token"
    return secret.ljust(fault.do["size"], "x") if lengthened else secret


def _before(profile: Profile, places: Places) -> tuple[str, ...]:
    """What is started in front of the client."""
    if profile.resolver is None or profile.dns_address is None:
        return ()
    return (places.validate, profile.dns_address, profile.resolver, places.anchor)


def asks_status(trial: Trial) -> bool:
    """Whether a check looks at the level of confidentiality that the client shows."""
    return any(PREDICATES[check.predicate].of_status for check, _ in trial.levels)


def asks_form(trial: Trial) -> bool:
    """Whether a check is about the form of reports on TLS, or their way."""
    return any(PREDICATES[check.predicate].of_form for check, _ in trial.levels)


def asks_signature(trial: Trial) -> bool:
    """Whether a check verifies the signature of a mail."""
    return any(PREDICATES[check.predicate].of_signature for check, _ in trial.levels)


def _argv(trial: Trial, setup: Setup) -> tuple[str, ...]:
    """The client's own, and behind it what shows the level, if that is looked at."""
    status = trial.client.status
    if status is None or not status.argv or not asks_status(trial):
        return setup.argv
    return ("sh", "-c", f'"$@"; code=$?; {shlex.join(status.argv)}; exit $code', "sh", *setup.argv)


def _client(trial: Trial, setup: Setup, message: str, values: Mapping[str, str],
            before: tuple[str, ...], places: Places,
            variables: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, Any]:
    files = [{"path": file.path, "text": template.fill(file.text, values), "mode": file.mode}
             for file in setup.files]
    if trial.posture.reports:
        files.append({"path": DKIM_FILE, "text": dkim.private_key(secrets), "mode": "600"})
    files.append({"path": MESSAGE_FILE, "text": message, "mode": "600"})
    usual = {"HOME": places.home, **trial.client.search, "LANG": "C.UTF-8", "TERM": "dumb",
             "USER": places.user, "LOGNAME": places.user}
    if trial.client.build:
        # It may come with an OpenSSL that was told another place for what the machine trusts.
        usual |= {"SSL_CERT_FILE": values["ca"]}
    return {
        "argv": [*before, *((places.enter,) if trial.client.root else ()),
                 *(template.fill(word, values) for word in _argv(trial, setup))],
        "env": {**usual, **{name: template.fill(text, values) for name, text in setup.env.items()},
                **variables},
        "home": places.home,
        "files": files,
        **({"certificate": CERTIFICATE_FILE} if trial.posture.has_certificate else {}),
        "stdin": message if setup.feeds_message else "",
    }


def _fault(trial: Trial, corpus: Path, secrets: Mapping[str, str]) -> dict[str, Any]:
    fault = trial.variant.fault
    protocol = trial.posture.protocol
    do = {key: _of_protocol(value, protocol) for key, value in fault.do.items()}
    do |= {key: _forged(do[key], secrets) for key in ("text", "after") if key in do}
    data = _bytes(do, corpus)
    do = {key: value for key, value in do.items() if key not in BYTES}
    if data is not None:
        do["data"] = data
    if trial.kind == "twin":            # one for every segment that nothing is put into
        do |= {"data": "", "segment": "same"}
    for key in ("after", "selected"):
        if key in do:
            do[key] = _latin1(do[key].encode())
    if "description" in do:
        do["description"] = ALERTS[do["description"]]
    if do["action"] in ("environment", "token"):
        do = {"action": "none"}         # the world is the correct one
    if do.get("select") == "refuse":
        do = {"action": do["action"], "refuse": True}
    return {
        "listeners": list(trial.posture.struck(fault.at.get("listener"))),
        "at": {key: value for key, value in fault.at.items() if key not in ("listener", "runs")},
        "do": do,
    }


def _forged(text: str, secrets: Mapping[str, str]) -> str:
    """The attacker's own canaries filled in; `{tag}` and its like are the world's."""
    for name in FORGED:
        text = text.replace(f"{{{name}}}", secrets[name])
    return text


def _of_protocol(value: Any, protocol: str) -> Any:
    if isinstance(value, dict) and value.keys() <= set(PROTOCOLS):
        return value[protocol]
    return value


def _bytes(do: Mapping[str, Any], corpus: Path) -> str | None:
    """The bytes of a fault, however they are written, as one code point per byte."""
    if "text" in do:
        return _latin1(do["text"].encode())
    if "hex" in do:
        return _latin1(bytes.fromhex(do["hex"]))
    return _latin1((corpus / do["file"]).read_bytes()) if "file" in do else None


def _latin1(data: bytes) -> str:
    return data.decode("latin-1")
