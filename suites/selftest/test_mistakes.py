# SPDX-License-Identifier: Apache-2.0
"""What people write wrongly is said in one line, with the place and with what would be right."""

from collections.abc import Callable
from pathlib import Path

import pytest

from latchkey import catalog, profiles, readers, tomlfile
from latchkey.catalog import Catalog
from latchkey.errors import UserError
from samples import ADAPTER, ROOT, SCENARIO, VARIANTS, written


@pytest.fixture(scope="module")
def real() -> Catalog:
    return catalog.load(ROOT)


@pytest.fixture(scope="module")
def known(real: Catalog) -> readers.Known:
    return readers.Known(real.profiles, {"no-credential-in-clear", "operation-completed"},
                         real.requirement_ids, real.recipes, ROOT / "corpus")


# (name, what is replaced in SCENARIO (or VARIANTS), by what, line, message)
SCENARIO_MISTAKES = [
    ("unknown key", 'title = "A test"', 'title = "A test"\ntittle = "B"', 3,
     'unknown key "tittle" in the file; did you mean "title"?'),
    ("unknown key of a check", 'consequence = "credential-leak"',
     'consequence = "credential-leak"\nseverity = 3', 18,
     'unknown key "severity" in [[check]]; known: consequence, level, predicate'),
    ("unknown key of at", 'at = { reply', 'at = { replay', 11,
     'unknown key "replay" in at; did you mean "reply"?'),
    ("wrong type", 'title = "A test"', "title = 3", 2, "title is a number; write a text in quotes"),
    ("wrong type in a list", '["CWE-319"]', '["CWE-319", 4]', 8,
     "cwe (in its list) is a number; write CWE-number"),
    ("not a CWE", '"CWE-319"', '"319"', 8, '"319" is not right here; write CWE-number'),
    ("table for list", "[[check]]", "[check]", 14, "check is a table; write [[check]]"),
    ("missing key", 'profile = "mail"\n', "", 1, "the file has no profile; add profile"),
    ("missing key of a check", 'predicate = "no-credential-in-clear"\n', "", 14,
     "[[check]] has no predicate; add predicate"),
    ("version", "scenario = 1", "scenario = 2", 1,
     "scenario = 2 is no version that this program knows; write scenario = 1"),
    ("no posture", '["imap-starttls", "pop3-starttls"]', "[]", 6,
     "postures is empty; write at least one"),
    ("unknown posture", '"pop3-starttls"', '"pop-starttls"', 6,
     'unknown posture "pop-starttls"; did you mean "pop3-starttls"?'),
    ("unknown wish pattern", '"pop3-starttls"', '"*-startls"', 6,
     'unknown posture "*-startls"; did you mean "*-starttls"?'),
    ("unknown profile", '"mail"', '"male"', 5, 'unknown profile "male"; did you mean "mail"?'),
    ("unknown requirement", "only-capability-and", "only-capabilities-and", 7,
     'unknown requirement "rfc8314-5.2-only-capabilities-and-starttls"; '
     'did you mean "rfc8314-5.2-only-capability-and-starttls"?'),
    ("unknown predicate", "no-credential-in-clear", "no-credentials-in-clear", 15,
     'unknown predicate "no-credentials-in-clear"; did you mean "no-credential-in-clear"?'),
    ("unknown level", 'opportunistic = "SHOULD"', 'opportunistic = "OUGHT"', 16,
     'unknown level "OUGHT"; known: MAY, MUST, SHOULD'),
    ("unknown wish", "opportunistic =", "oportunistic =", 16,
     'unknown wish "oportunistic"; did you mean "opportunistic"?'),
    ("unknown consequence", '"credential-leak"', '"credentials-leak"', 17,
     'unknown consequence "credentials-leak"; did you mean "credential-leak"?'),
    ("unknown action", '"refuse"', '"refuze"', 12,
     'unknown action "refuze"; did you mean "refuse"?'),
    ("unknown reply", 'reply = "starttls"', 'reply = "startls"', 11,
     'unknown reply "startls"; did you mean "starttls"?'),
    ("missing parameter", 'action = "refuse", text =',
     'action = "inject", where = "behind", text =', 12,
     "the action inject has no segment; add segment"),
    ("missing bytes", '"refuse", text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" }',
     '"refuse"', 12,
     "the action refuse has none of text, hex or file; give exactly one of them"),
    ("bytes given twice", 'action = "refuse",', 'action = "refuse", hex = "00",', 12,
     "the action refuse has text and hex of text, hex or file; give exactly one of them"),
    ("parameter of another action", 'action = "refuse",', 'action = "refuse", count = 3,', 12,
     '"count" is no parameter of the action refuse; known: file, hex'),
    ("a token that nobody has",
     'do = { action = "refuse", text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" } }',
     'do = { action = "token", size = 9000 }', 12,
     "no client has such a token; write 100 to 8192 bytes"),
    ("parameter that no action has", 'action = "refuse",', 'action = "refuse", cuont = 3,', 12,
     'unknown key "cuont" in do; did you mean "count"?'),
    ("nth of a refusal", '{ reply = "starttls" }', '{ reply = "starttls", nth = 2 }', 11,
     "the action refuse refuses every such command; leave nth out"),
    ("withheld and half refused", 'do = { action = "refuse",',
     'do = { action = "withhold", phases = ["clear"], capabilities = ["X"], instead = ["Y"] }\n'
     "# {", 12, "withhold refuses a command besides if it has at.reply and bytes; "
     "give both, or neither"),
    ("no reply where one is needed", 'at = { reply = "starttls" }\n', "", 10,
     'the action refuse strikes at a reply, and at names none; add at = { reply = "…" }'),
    ("a protocol without bytes", ', pop3 = "-ERR\\r\\n"', "", 12,
     "text has nothing for pop3; add pop3 = …, or leave the pop3 postures out"),
    ("wrong hex", 'text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" }', 'hex = "0g"', 12,
     '"0g" is not right here; write pairs of hexadecimal digits'),
    ("a file that is not there", 'text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" }',
     'file = "nothing.bin"', 12, "there is no corpus/nothing.bin; name a file below corpus/"),
    ("preauth without IMAP", '"refuse"', '"greet", state = "preauth"', 12,
     "only IMAP has a PREAUTH greeting; leave the other postures out"),
    ("number out of range",
     'do = { action = "refuse", text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" } }',
     'do = { action = "delay", seconds = 100 }', 12,
     "100 is out of range; write a number from 0.001 to 60"),
    ("unknown alert",
     'do = { action = "refuse", text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" } }',
     'do = { action = "alert", at = "hello", description = "handshake-failure" }', 12,
     'unknown alert "handshake-failure"; did you mean "handshake_failure"?'),
    ("another alert inside the session",
     'do = { action = "refuse", text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" } }',
     'do = { action = "alert", at = "session", description = "internal_error" }', 12,
     'inside the session there is one alert only; write description = "bad_record_mac", '
     "without level"),
    ("a TLS message that no server sends",
     'do = { action = "refuse", text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" } }',
     'do = { action = "flip", message = "certificat", offset = 0, bit = 0 }', 12,
     'unknown TLS message "certificat"; did you mean "certificate"?'),
    ("a group of another size",
     'do = { action = "refuse", text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" } }',
     'do = { action = "tls", dh = "2048" }', 12,
     'unknown DH group "2048"; known: 1024, 512, 768'),
    ("a later run of what is there from the beginning",
     'at = { reply = "starttls" }\ndo = { action = "refuse", text = { imap = "{tag} NO\\r\\n", '
     'pop3 = "-ERR\\r\\n" } }',
     'at = { run = 2 }\ndo = { action = "refuse-connection" }', 11,
     "the action refuse-connection is there from the beginning; leave run out"),
    ("another listener", 'at = { reply = "starttls" }',
     'at = { reply = "starttls", listener = "dns" }', 11,
     "the action refuse strikes at the wrong listener; "
     "only the action dns strikes at the name server"),
    ("two faults as a list", "[fault]\n",
     '[[fault]]\ndo = { action = "reset" }\n\n[[fault]]\n', 13,
     f"a second [fault]; {tomlfile.ONE_FAULT}"),
    ("one fault as a list", "[fault]\n", "[[fault]]\n", 10, "[[fault]] is a list; write [fault]"),
    ("two fault tables", "[[check]]", '[fault]\ndo = { action = "reset" }\n\n[[check]]', 14,
     f"a second [fault]; {tomlfile.ONE_FAULT}"),
    ("table and list of faults", "[[check]]", '[[fault]]\ndo = { action = "reset" }\n\n[[check]]',
     14,
     f"a second [fault]; {tomlfile.ONE_FAULT}"),
    ("key twice", 'title = "A test"', 'title = "A test"\ntitle = "B"', 3,
     "not TOML: Cannot overwrite a value; write each key once"),
    ("text without quotes", '"A test"', "A test", 2,
     'not TOML: Invalid value; text stands in quotes: "…"'),
    ("no equals sign", "cwe =", "cwe", 8,
     "not TOML: Expected '=' after a key in a key/value pair; a line is: key = value"),
    ("open list", '["CWE-319"]', '["CWE-319"\n', 8,
     "not TOML: Unclosed array; close the list with ]"),
    ("open text", '"""\nBecause."""', '"""\nBecause.', 3,
     "not TOML: Unterminated string; close the text with the quotes that it began with"),
]

VARIANT_MISTAKES = [
    ("duplicate variant", 'id = "two"', 'id = "one"', 24,
     'a second variant "one"; give each variant its own id'),
    ("variant without id", 'id = "one"\n', "", 19, "[[variant]] has no id; add id"),
    ("missing parameter in a variant", ', how = "fin"', "", 27,
     "the action close has no how; add how"),
    ("posture of a variant", '"submission-*"', '"submision-*"', 26,
     'unknown posture "submision-*"; did you mean "submission-*"?'),
    ("action of a variant", '"close"', '"cloze"', 27,
     'unknown action "cloze"; did you mean "close"?'),
    ("two kinds of bytes in a variant", 'do = { text = "one', 'do = { hex = "00", text = "one', 21,
     "the action refuse has text and hex of text, hex or file; give exactly one of them"),
    ("level of a variant for another check", 'id = "one"',
     'id = "one"\nlevel = { no-credential-in-claer = "MAY" }', 21,
     'unknown check "no-credential-in-claer"; did you mean "no-credential-in-clear"?'),
    ("level of a variant", 'id = "one"', 'id = "one"\nlevel = { no-credential-in-clear = "OUGHT" }',
     21, 'unknown level "OUGHT"; known: MAY, MUST, SHOULD'),
    ("recipe of a variant", 'do = { action = "close", when = "before", how = "fin" }',
     'do = { action = "certificate", recipe = "no-such-recipe-zzz" }', 27,
     'unknown recipe "no-such-recipe-zzz"; '),
]

AXES = SCENARIO + '''
[[axis]]
cell = [
    { id = "a", title = "A" },
    { id = "b", do = { action = "certificate", recipe = "expired" } },
]

[[axis]]
cell = [
    { id = "x", title = "X" },
    { id = "y", title = "Y" },
]
'''
AXIS_MISTAKES = [
    ("recipe of a cell", "expired", "expird", 22, 'unknown recipe "expird"; '),
    ("one axis", """
[[axis]]
cell = [
    { id = "x", title = "X" },
    { id = "y", title = "Y" },
]
""", "", 19, "axis has 1; write at least 2"),
    ("two cells of a name", 'id = "y"', 'id = "x"', 28, 'a second variant "a-x"; '),
    ("a parameter of a cell", 'recipe = "expired"', 'recipe = "expired", how = "fin"', 22,
     '"how" is no parameter of the action certificate; '),
    ("no cell", '''
    { id = "x", title = "X" },
    { id = "y", title = "Y" },
''', "", 26, "cell is empty; write at least one"),
]

ADAPTER_MISTAKES = [
    ("regular expression of the level", "[posture.imap-starttls]",
     "[status]\nhigh = '('\nnone = 'no'\n[posture.imap-starttls]", 16,
     "high is no regular expression: "),
    ("unknown variable in argv", '"{host}"', '"{hots}"', 16,
     "unknown variable {hots}; did you mean {host}?"),
    ("unknown variable in a file", "user {user}", "user {usr}", 11,
     "unknown variable {usr}; did you mean {user}?"),
    ("unknown posture", "imap-starttls", "imap-startls", 15,
     'unknown posture "imap-startls"; did you mean "imap-starttls"?'),
    ("unknown kind", '"mua"', '"mau"', 4, 'unknown kind "mau"; did you mean "mua"?'),
    ("argv as a text", '["mine", "--host", "{host}", "--tls"]', '"mine"', 16,
     "argv is a text; write a list: [ … ]"),
    ("empty argv", '["mine", "--host", "{host}", "--tls"]', "[]", 16,
     "argv is empty; write at least one"),
    ("unknown key", '"{host}", "--tls"]', '"{host}", "--tls"]\nsucces = [0]', 17,
     'unknown key "succes" in imap-starttls; did you mean "success"?'),
    ("mode as a number", '".minerc".text', '".minerc".mode = 600\n".minerc".text', 9,
     'mode is a number; write the mode as an octal text: "600"'),
    ("file outside", '".minerc"', '"../minerc"', 9,
     '"../minerc" is not below HOME; write a path relative to HOME'),
    ("from a file that is not there", '".minerc".text',
     '".other".from = "other.conf"\n".minerc".text', 9,
     "there is no "),
    ("regular expression", "'mine (\\S+)'", "'mine (\\S+'", 5, "regex is no regular expression: "),
]


def check_message(path: Path, error: UserError, line: int, message: str) -> None:
    said = str(error)
    assert "\n" not in said
    assert said.startswith(f"{path}:{line}: {message}"), said
    if not message.endswith(("; ", "no ", ": ")):
        assert said == f"{path}:{line}: {message}"


@pytest.mark.parametrize("name, old, new, line, message", SCENARIO_MISTAKES,
                         ids=[row[0] for row in SCENARIO_MISTAKES])
def test_mistake_in_a_scenario(name: str, old: str, new: str, line: int, message: str,
                               tmp_path: Path, known: readers.Known) -> None:
    assert old in SCENARIO
    path = written(tmp_path, SCENARIO.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        readers.scenario(tomlfile.load(path), "a.b", known)
    check_message(path, caught.value, line, message)


@pytest.mark.parametrize("name, old, new, line, message", VARIANT_MISTAKES,
                         ids=[row[0] for row in VARIANT_MISTAKES])
def test_mistake_in_a_variant(name: str, old: str, new: str, line: int, message: str,
                              tmp_path: Path, known: readers.Known) -> None:
    assert old in VARIANTS
    path = written(tmp_path, VARIANTS.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        readers.scenario(tomlfile.load(path), "a.b", known)
    check_message(path, caught.value, line, message)


@pytest.mark.parametrize("name, old, new, line, message", AXIS_MISTAKES,
                         ids=[row[0] for row in AXIS_MISTAKES])
def test_mistake_in_an_axis(name: str, old: str, new: str, line: int, message: str,
                            known: readers.Known, tmp_path: Path) -> None:
    del name
    text = AXES.replace(old, new, 1)
    assert text != AXES
    path = written(tmp_path, text)
    with pytest.raises(UserError) as caught:
        readers.scenario(tomlfile.load(path), "a.b", known)
    check_message(path, caught.value, line, message)


@pytest.mark.parametrize("name, old, new, line, message", ADAPTER_MISTAKES,
                         ids=[row[0] for row in ADAPTER_MISTAKES])
def test_mistake_in_an_adapter(name: str, old: str, new: str, line: int, message: str,
                               real: Catalog, tmp_path: Path) -> None:
    assert old in ADAPTER
    path = written(tmp_path, ADAPTER.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        real.client(str(path))
    check_message(path, caught.value, line, message)


OF_DNSSEC = (ROOT / "suites/scenarios/dane/insecure-question.toml").read_text(encoding="ascii")
DNSSEC_MISTAKES = [
    ("no signed zones", 'profile = "dane"', 'profile = "mta-sts"\ntlsa = ["3 1 1 {leaf:mx}"]',
     "the world of mta-sts has no signed zones; name another profile"),
    ("unknown listener", 'profile = "dane"', 'profile = "dane"\ntlsa = ["3 1 1 {leaf:my}"]',
     'unknown listener "my"; known: fault, mx'),
    ("no certificate", 'profile = "dane"', 'profile = "dane"\ntlsa = ["3 1 1 {loaf:mx}"]',
     '"3 1 1 {loaf:mx}" names no certificate; write {leaf:LISTENER}, issuer or top in its place, '
     "or {root}"),
    ("no TLSA record", 'profile = "dane"', 'profile = "dane"\ntlsa = ["3 1 {leaf:mx}"]',
     '"3 1 {leaf:mx}" is not right here; write it like 3 1 1 {leaf:mx}'),
    ("unknown signature", 'action = "dns"', 'action = "dns"\ndnssec = "wrong"',
     'unknown kind of signatures "wrong"; known: bogus, expired, missing'),
    ("signature of nothing", 'values = ["10 mx.insecure.test"]', 'drop = true\ndnssec = "bogus"',
     "dnssec says nothing of drop; give it alone, or with rcode or values"),
    ("signature without zones", 'profile = "dane"\npostures = ["mta-dane"]\nrequirements = '
     '["rfc7672-2.2.2-skip-tlsa-if-insecure-address"]\n\n[fault]\nat = { listener = "dns" }\n\n'
     '[fault.do]\n', 'profile = "mta-sts"\npostures = ["mta-sts"]\nrequirements = []\n\n'
     '[fault]\nat = { listener = "dns" }\n\n[fault.do]\ndnssec = "bogus"\n',
     "the world of mta-sts has no signed zones; name another profile"),
]


@pytest.mark.parametrize("name, old, new, message", DNSSEC_MISTAKES,
                         ids=[row[0] for row in DNSSEC_MISTAKES])
def test_mistake_about_dnssec(name: str, old: str, new: str, message: str, tmp_path: Path,
                              real: Catalog) -> None:
    assert old in OF_DNSSEC
    path = written(tmp_path, OF_DNSSEC.replace(old, new, 1))
    known = readers.Known(real.profiles, {"no-tlsa-asked"}, real.requirement_ids, real.recipes,
                          ROOT / "corpus")
    with pytest.raises(UserError) as caught:
        readers.scenario(tomlfile.load(path), "a.b", known)
    assert str(caught.value).endswith(message) and str(path) in str(caught.value)


@pytest.mark.parametrize("old, new, message", [
    ('resolver = "127.0.0.54"\n', "", "a validating resolver and signed zones need each other; "
     "give both resolver and zones, or neither"),
    ("{leaf:mx}", "{leaf:my}", 'unknown listener "my"; known: mx'),
    ('"nsec3"', '"nsec4"', 'unknown denial "nsec4"; did you mean "nsec"?'),
    ("implicit = false", 'implicit = false\nlater-policy = "x"',
     "there is no policy before it; add policy, for the first run"),
])
def test_mistake_in_a_profile_with_dnssec(old: str, new: str, message: str, tmp_path: Path,
                                          real: Catalog) -> None:
    text = (ROOT / "suites/profiles/dane.toml").read_text(encoding="ascii")
    assert old in text
    path = written(tmp_path, text.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        profiles.profile(tomlfile.load(path), "a", real.recipes)
    assert str(caught.value).endswith(message)


def test_mistakes_on_the_command_line(real: Catalog) -> None:
    curl = real.client("curl")
    mistakes: list[tuple[Callable[[], object], str]] = [
        (lambda: real.client("crul"), 'unknown client "crul"; did you mean "curl"?'),
        (lambda: real.client("./nothing.toml"), "nothing.toml: cannot be read: No such file"),
        (lambda: real.scenario("starttls.stripped"),
         'unknown scenario "starttls.stripped"; did you mean'),
        (lambda: real.trials(curl, suite="startls"),
         'unknown suite "startls"; did you mean "starttls"?'),
        (lambda: real.trials(curl, posture="imap-tls"), 'unknown posture "imap-tls"; '),
    ]
    for call, message in mistakes:
        with pytest.raises(UserError) as caught:
            call()
        assert str(caught.value).startswith(message)


def test_bytes_that_are_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_bytes(b'scenario = 1\ntitle = "\xff"\n')
    with pytest.raises(UserError, match=r"wrong.toml:2: is not UTF-8"):
        tomlfile.load(path)
