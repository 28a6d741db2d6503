# SPDX-License-Identifier: Apache-2.0
"""The report for people: what its pages say, that they are safe to open, and whole."""

import html as entities
import re
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import pytest

from latchkey import report
from latchkey.report import facts, html, items, source
from latchkey.results import Change

import report_scale
from report_sample import PLAIN, SAMPLE, SECRETS, Entry, document, result, seqs, write_evidence

VOID = {"meta", "input", "br", "link", "img", "path", "use"}
HOSTS = {"www.rfc-editor.org", "cwe.mitre.org", "www.cve.org", "datatracker.ietf.org"}
EVIL = "</script><img src=x onerror=alert(4)>\x1b\u202e"
CHANGES = (Change("broken", "starttls.stripped-capability/acme/imap-starttls", "PASS", "FAIL"),
           Change("gone", "<b>old</b>", "PASS", ""))


class Page(HTMLParser):
    """Collects what a browser would make of a page; an unbalanced page is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.stack.pop() == tag

    def all(self, attribute: str) -> list[str]:
        return [a[attribute] or "" for _, a in self.tags if attribute in a]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report")
    write_evidence(path, SAMPLE)
    return path


@pytest.fixture(scope="module")
def site(folder: Path) -> dict[str, str]:
    return {page.path: page.text for page in html.site(document(SAMPLE), folder, CHANGES)}


@pytest.fixture(scope="module")
def single(folder: Path) -> str:
    return html.render(document(SAMPLE), folder, CHANGES)


SLUG = "starttls.stripped-capability~acme~imap-starttls"
TRIAL = f"trials/{SLUG}.html"


def test_the_site_has_a_page_for_everything(site: dict[str, str]) -> None:
    assert {"index.html", "requirements.html", "changes.html", TRIAL, "clients/acme.html",
            "clients/bolt.html", "scenarios/starttls.refused.html"} <= set(site)
    trials = [path for path in site if path.startswith("trials/")]
    assert len(trials) == sum(e["outcome"] != "SKIP" for e in SAMPLE)


def broken_links(site: Mapping[str, str], folder: Path) -> list[str]:
    """Links inside the site that lead nowhere."""
    ids = {path: set(Page(text).all("id")) for path, text in site.items()}
    broken = []
    for path, text in site.items():
        for link in Page(text).all("href"):
            address, _, place = link.partition("#")
            if address.startswith("https://"):
                continue
            parts: list[str] = []
            for part in (PurePosixPath(path).parent / unquote(address)).parts if address else ():
                parts = parts[:-1] if part == ".." else [*parts, part]
            target = "/".join(parts) or path
            known = target in ids and (not place or unquote(place) in ids[target])
            if not known and not (folder / target).is_file():
                broken.append(f"{path}: {link}")
    return broken


def test_every_link_leads_somewhere(site: dict[str, str], single: str, folder: Path) -> None:
    assert broken_links(site, folder) == []
    assert broken_links({"single.html": single}, folder) == []
    assert broken_links({**site, "clients/acme.html": '<a href="../gone.html">x</a>'}, folder)
    for text in (*site.values(), single):
        ids = Page(text).all("id")
        assert len(ids) == len(set(ids))
    event = seqs("strip", event="secret", secret="password")[0]
    assert f'href="#{SLUG}.e{event}"' in site[TRIAL] and f'id="{SLUG}.e{event}"' in site[TRIAL]


def test_nothing_is_loaded(site: dict[str, str], single: str) -> None:
    for text in (*site.values(), single):
        seen = Page(text)
        assert "default-src 'none'" in text and "@import" not in text and "url(" not in text
        assert not seen.all("src") and not seen.all("srcset")
        assert not any(tag in ("link", "img", "iframe") for tag, _ in seen.tags)
        outside = [link for link in seen.all("href") if "//" in link]
        assert {link.split("/")[2] for link in outside} <= HOSTS
        assert all(tag == "a" for tag, a in seen.tags if (a.get("href") or "#")[0] != "#")


def test_hostile_bytes_stay_text(site: dict[str, str], single: str, tmp_path: Path) -> None:
    write_evidence(tmp_path, SAMPLE, "hostile")
    entries: list[Entry] = [
        {**e, "title": EVIL, "repeat": EVIL, "seen": [EVIL], "notes": [EVIL], "cwe": [EVIL],
         "requirements": [EVIL], "reason": EVIL} for e in SAMPLE]
    entries += [{**e, "id": EVIL, "client": EVIL, "posture": EVIL, "variant": EVIL,
                 "checks": [{**c, "sentence": EVIL, "predicate": EVIL} for c in e["checks"]]}
                for e in SAMPLE]
    controls = [{"id": "control:mail/x", "client": "acme", "posture": "imap-starttls",
                 "outcome": "FAIL", "seen": [EVIL], "evidence": ""}]
    results = {**document(entries), "argv": [EVIL], "host": {EVIL: EVIL}, "controls": controls,
               "stale": [EVIL], "started": EVIL, "latchkey": EVIL}
    changes = [Change("new", EVIL, "", EVIL)]
    made = {page.path: page.text for page in html.site(results, tmp_path, changes)}
    assert broken_links(made, tmp_path) == []
    tame = {tag for text in (*site.values(), single) for tag, _ in Page(text).tags}
    for path, text in [*made.items(), ("", html.render(results, tmp_path, changes))]:
        assert re.fullmatch(r"[A-Za-z0-9._/~-]*", path) and len(path) < 240
        seen = Page(text)
        assert {tag for tag, _ in seen.tags} <= tame
        scripts = [a.get("type") for tag, a in seen.tags if tag == "script"]
        assert sorted(map(str, scripts)) in (["None"], ["None", "application/json"])
        assert not [key for _, a in seen.tags for key in a if key.startswith("on")]
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)
        assert "javascript:" not in text and "onerror=alert(4)>" not in text
        text.encode("utf-8")
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in text for text in made.values())


def test_secrets_are_named_and_never_shown(site: dict[str, str], single: str) -> None:
    assert "<mark>‹password›</mark>" in site[TRIAL] and "‹base64: user, password›" in single
    for text in (*site.values(), single):
        for value in (*SECRETS.values(), PLAIN):
            assert value not in text


@pytest.mark.parametrize("words", [
    "1 of 2 clients broke a promise", "It was seen: no-credential-in-clear.", "RFC 8314, section",
    "#section-5.2", "CVE-2021-22946", "definitions/319.html", "‹password›", "user, password in",
    "SNI imap.example.test", "TLS_AES_256_GCM_SHA384", "fatal unknown_ca", "client exits with",
    "Fault: withhold", "attacker's bytes", "the same, 39 times more", "2 of 3 runs",
    "1 known failure did not come", "DNS A imap.example.test → 127.0.0.2",
    "latchkey run acme -k starttls.refused --posture imap-starttls", "transcript.jsonl",
    "See it again", "The same world without the attack"])
def test_one_file_says_everything(single: str, words: str) -> None:
    assert words in entities.unescape(single)


@pytest.mark.parametrize("path, said", [
    ("index.html", "Since the earlier run"), ("index.html", "A <dfn>broken promise</dfn> is"),
    ("changes.html", "PASS → FAIL"), ("changes.html", "&lt;b&gt;old&lt;/b&gt;"),
    (TRIAL, "A broken promise:"), (TRIAL, "the attacker gets the password or token"),
    (TRIAL, "latchkey run acme -k starttls.stripped-capability --posture imap-starttls"),
    (TRIAL, "removes STARTTLS from the list"), (TRIAL, "here the attack took effect"),
    ("trials/starttls.stripped-capability~acme~imap-opportunistic.html", "An exposure:"),
    ("trials/robustness.no-reply~acme~imap-starttls.html", "No verdict:"),
    ("clients/acme.html", "acme 1.2.3 broke its promise in 2 of 9 trials"),
    ("clients/acme.html", "the attacker gets the password or token: 1 scenario (IMAP)"),
    ("clients/acme.html", "latchkey run acme --suite starttls.stripped-capability"),
    ("clients/acme.html", "rfc8314-5.2-only-capability"),
    ("scenarios/starttls.stripped-capability.html", "How the gravest failure went"),
    ("scenarios/starttls.stripped-capability.html", "no-credential-in-clear"),
    ("scenarios/starttls.refused.html", "Nobody."),
    ("requirements.html", "cannot be judged"), ("requirements.html", "not tried in this run")])
def test_the_pages_say(site: dict[str, str], path: str, said: str) -> None:
    assert said in site[path]


def test_exposures_are_apart_from_broken_promises(site: dict[str, str]) -> None:
    page = site["clients/acme.html"]
    broken, exposed = (page[page.index(f'aria-label="{a}"'):page.index(f'aria-label="{b}"')]
                       for a, b in (("Broken promises", "Exposures"), ("Exposures", "Undecided")))
    assert "imap-opportunistic" not in broken and "imap-default" not in broken
    assert "imap-opportunistic" in exposed and "imap-starttls" not in exposed


def test_the_order_of_clients_is_that_of_what_they_broke(folder: Path) -> None:
    entries = [result("starttls.refused", "aaa", "imap-starttls", "PASS"),
               result("certificate.wrong-host", "bbb", "imap-default", "WARN"),
               result("starttls.refused", "ccc", "imap-starttls", "FAIL"),
               result("starttls.stripped-capability", "ddd", "imap-starttls", "FAIL")]
    pages = {p.path: p.text for p in html.site(document(entries), folder)}
    links = re.findall(r'<tr><th scope="row"><a href="clients/(\w+)', pages["index.html"])
    assert links == ["ddd", "ccc", "bbb", "aaa"] and "changes.html" not in pages


def test_what_anybody_can_do_is_told_before_what_takes_more(folder: Path) -> None:
    """The names alone would have it the other way round."""
    hard = result("certificate.wrong-host", "ccc", "imap-starttls", "FAIL", attacker="certificate")
    harder = result("certificate.self-signed", "ccc", "imap-starttls", "FAIL", attacker="server")
    easy = result("starttls.stripped-capability", "ccc", "imap-starttls", "FAIL", attacker="path")
    old = {key: value for key, value in easy.items() if key != "attacker"}
    for first in (easy, old):      # the second is that of an older report
        entries = [harder, hard, first]
        assert sorted(entries, key=facts.sort_key) == [first, hard, harder]
        pages = {p.path: p.text for p in html.site(document(entries), folder)}
        said = re.findall("Who can do it: ([a-z ]+)", pages["index.html"])
        assert said == ["who is on the path and has a certificate that no authority should have "
                        "given him", "the server that the client has verified"]
        assert pages["index.html"].index("starttls.stripped-capability") < \
            pages["index.html"].index("certificate.wrong-host")


def test_variants_that_failed_alike_are_told_by_their_own_titles(folder: Path) -> None:
    names = ("expired", "STARTTLS is answered with a refusal: a NO", "a BAD", "a BYE", "<b>odd</b>")
    failed = [result("starttls.refused", "ccc", "imap-starttls", "FAIL", variant=str(n),
                     title=name) for n, name in enumerate(names)]
    whole = result("starttls.refused", "ddd", "imap-starttls", "PASS")
    pages = {p.path: p.text for p in html.site(document([*failed, whole]), folder)}
    for page in ("index.html", "clients/ccc.html"):
        assert re.search(r"refusal</a>.*: expired; a NO; a BAD; and 2 more<", pages[page])
    title = "STARTTLS is answered with a refusal"
    assert f"(ccc, for example “{title}: expired”)" in pages["index.html"]
    alone = {p.path: p.text for p in html.site(document(failed[:1]), folder)}
    assert f"“{title}: expired”" in alone["index.html"] and "for example" not in alone["index.html"]
    assert "; and" not in alone["index.html"]


def test_without_evidence_there_is_a_page(tmp_path: Path) -> None:
    pages = {p.path: p.text for p in html.site(document(SAMPLE), tmp_path)}
    assert "The dialogue is in the transcript" in pages[TRIAL]


def test_a_page_that_nobody_needs_is_not_made(folder: Path) -> None:
    """Every trial that is told of has a page; of those that passed one of each scenario first."""
    passed = [result("starttls.refused", "acme", "imap-starttls", "PASS", variant=str(n))
              for n in range(40)]
    made = items.items_make(document([*SAMPLE, *passed]), 100, 5)
    paged = [item for item in made if item.paged]
    told = [item for item in made if item.bucket in items.TOLD]
    assert {item.slug for item in told} <= {item.slug for item in paged}
    assert len(paged) == len(told) + 5
    assert len({(i.client, i.id) for i in paged if i.bucket == "passed"}) == 4


def test_a_big_site_is_made_fast(tmp_path: Path) -> None:
    number = report_scale.write(tmp_path, 6, 60, 2)
    results = source.results_read(tmp_path)
    begin = time.process_time()
    pages = {page.path: len(page.text) for page in html.site(results, tmp_path)}
    assert time.process_time() - begin < 10  # about one second where nothing else runs
    assert number > 1500 and pages["index.html"] < 1_000_000
    told = sum(r["outcome"] not in ("PASS", "SKIP") for r in results["results"])
    assert sum(path.startswith("trials/") for path in pages) >= told


def test_the_site_is_written_beside_the_results(tmp_path: Path) -> None:
    write_evidence(tmp_path, SAMPLE)
    assert report.write_site(document(SAMPLE), tmp_path) == tmp_path / "index.html"
    assert (tmp_path / TRIAL).is_file() and (tmp_path / "clients/acme.html").is_file()
