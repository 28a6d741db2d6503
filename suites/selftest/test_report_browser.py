# SPDX-License-Identifier: Apache-2.0
"""The report in a browser: filters, keys, a phone's width, paper, no word to the outside."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from latchkey import report
from latchkey.report import source
from latchkey.results import Change

import report_scale
from browser import MISSING, PROGRAM, Browser, Page
from report_sample import APART, SAMPLE, document, write_evidence

pytestmark = pytest.mark.skipif(not PROGRAM, reason=MISSING)

CHANGES = (Change("broken", "starttls.stripped-capability/acme/imap-starttls", "PASS", "FAIL"),)
TRIAL = "trials/starttls.stripped-capability~acme~imap-starttls.html"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`sample`, small, with everything; `big`, with many clients."""
    path = tmp_path_factory.mktemp("browser")
    write_evidence(path / "sample", SAMPLE)
    write_evidence(path / "apart", [*SAMPLE, *APART])
    report.write_site(document([*SAMPLE, *APART]), path / "apart")
    write_evidence(path / "evil", SAMPLE, "hostile")
    evil = "</script><img src=x onerror=document.title=1>'\"\u202e"
    bad = [{**e, "title": evil, "variant": evil, "client": evil} for e in SAMPLE]
    report.write_site(document(SAMPLE), path / "sample", CHANGES)
    report.write_site(document([*SAMPLE, *bad]), path / "evil")
    text = report.render("html", document(SAMPLE), path / "sample")
    (path / "sample/single.html").write_text(text, "utf-8")
    report_scale.write(path / "big", 8, 40, 3)
    report.write_site(source.results_read(path / "big"), path / "big")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


def address(path: Path) -> str:
    return "file://" + quote(str(path))


def open_page(browser: Browser, path: Path, width: int = 1280, dark: bool = False) -> Page:
    return browser.open(address(path), width, dark=dark)


def shown(page: Page) -> list[str]:
    """The trials of the list."""
    found: list[str] = page.js(
        "Array.from(document.querySelectorAll('#list li'), e => e.innerText)")
    return found


def choose(page: Page, name: str, value: str) -> None:
    page.js(f"(() => {{ const e = document.getElementById({name!r}); e.value = {value!r};"
            "e.dispatchEvent(new Event('input')); })()")
    page.frame()


def count(page: Page) -> int:
    text: str = page.js("document.getElementById('shown').value")
    return int(text.split()[0].replace(",", ""))


def test_every_page_is_quiet_and_fits_a_phone(browser: Browser, folder: Path) -> None:
    """Nothing goes wrong, nothing is asked of anybody, and only what scrolls itself is wider."""
    pages = [page for name in ("sample", "apart", "evil")
             for page in sorted((folder / name).rglob("*.html"))]
    assert len(pages) > 40
    for path in pages:
        page = open_page(browser, path, 360)
        assert (page.errors, page.requests) == ([], [address(path)]), path
        assert page.js("document.documentElement.scrollWidth") == 360, path
        assert page.js("document.title") != "1"


@pytest.mark.parametrize("name, value, words", [
    ("q", "stripped acme", ["STARTTLS is not offered"]),
    ("f-outcome", "b:broken", ["STARTTLS is not offered", "A reply is injected"]),
    ("f-outcome", "INCONCLUSIVE", ["The reply never comes"]),
    ("f-client", "bolt", ["bolt"]), ("f-suite", "certificate", ["Self-signed", "Another host"]),
    ("f-wish", "opportunistic", ["imap-opportunistic"]), ("f-loss", "2", ["A reply is injected"]),
    ("f-cwe", "CWE-319", ["acme", "bolt"]), ("f-protocol", "imap", ["acme", "bolt"])])
def test_filters(browser: Browser, folder: Path, name: str, value: str, words: list[str]) -> None:
    page = open_page(browser, folder / "sample/index.html")
    assert count(page) == 14
    choose(page, name, value)
    found = shown(page)
    assert found and count(page) == len(found) <= 14
    for word in words:
        assert any(word in text for text in found)
    if name in ("q", "f-outcome", "f-client", "f-wish"):
        assert count(page) < 14 and all(any(w in text for w in words) for text in found)
    rows = page.js("document.querySelectorAll('#matrix-table tr.line').length")
    assert 0 < rows <= 7
    fits, kept = count(page), page.js("location.href")
    page = browser.open(kept)           # the address keeps the filter
    assert count(page) == fits
    page.key("Escape")
    assert count(page) == 14 and "#?" not in page.js("location.href")


def test_filters_fit_together(browser: Browser, folder: Path) -> None:
    results = source.results_read(folder / "big")["results"]
    page = open_page(browser, folder / "big/index.html")
    assert count(page) == len(results)
    choose(page, "f-outcome", "FAIL")
    choose(page, "f-suite", "starttls")
    want = [r for r in results if r["outcome"] == "FAIL" and r["family"] == "starttls"]
    assert count(page) == len(want) > 0
    choose(page, "f-client", want[0]["client"])
    own = [r for r in want if r["client"] == want[0]["client"]]
    assert count(page) == len(own)
    heads = page.js("Array.from(document.querySelectorAll('#matrix-table .posture'),"
                    "e => e.innerText)")
    assert set(heads) == {r["posture"] for r in own}    # one client is unfolded


def test_experimental_suites_have_a_table_of_their_own(browser: Browser, folder: Path) -> None:
    page = open_page(browser, folder / "apart/index.html")
    names = ("Array.from(document.querySelectorAll('#{}-table tr.line:not(.variant) code'),"
             "e => e.innerText)")
    odd = page.js(names.format("apart"))
    assert odd == ["deep.latched", "what-if.keywords"]
    assert not set(odd) & set(page.js(names.format("matrix"))) and count(page) == 18
    assert len(shown(page)) == 8 and not any("not kept" in text for text in shown(page))
    assert page.js("document.querySelectorAll('#matrix-table .experimental').length") == 0
    choose(page, "f-suite", "deep")
    assert page.js(names.format("apart")) == ["deep.latched"] and count(page) == 3
    assert page.js("document.getElementById('matrix-box').hidden")
    assert len(shown(page)) == 3
    choose(page, "f-suite", "starttls")
    assert page.js("document.getElementById('apart-box').hidden") and count(page) > 0
    page.js("document.getElementById('clear').click()")
    page.js("document.querySelector('#apart-table button[data-client]').click()")
    assert page.js("document.activeElement.closest('table').id") == "apart-table"


def test_the_matrix_unfolds(browser: Browser, folder: Path) -> None:
    page = open_page(browser, folder / "big/index.html")
    rows = "document.querySelectorAll('#matrix-table tr.line').length"
    columns = "document.querySelectorAll('#matrix-table thead th').length"
    before, wide = page.js(rows), page.js(columns)
    page.js("document.querySelector('#matrix-table button[data-scenario]').click()")
    assert page.js(rows) == before + 3
    assert page.js("document.activeElement.getAttribute('aria-expanded')") == "true"
    page.js("document.querySelector('#matrix-table button[data-client]').click()")
    assert page.js(columns) > wide
    page.js("document.getElementById('unfold').click()")
    assert page.js(rows) > before * 2
    choose(page, "sort", "many")
    failing = page.js("Array.from(document.querySelectorAll('#matrix-table tr.line:not(.variant)'),"
                      "e => e.querySelectorAll('.broken, .exposed').length)")
    assert failing[0] == max(failing) and failing[-1] == min(failing) < failing[0]


def test_a_cell_leads_to_its_trial(browser: Browser, folder: Path) -> None:
    page = open_page(browser, folder / "big/index.html")
    page.js("document.getElementById('unfold').click()")
    links = page.js("Array.from(document.querySelectorAll('#matrix-table a'), e => e.href)")
    places = {link.partition("#")[0] for link in links}
    assert any("/trials/" in place for place in places)
    for link in places:
        assert Path(link.removeprefix("file://").replace("%7E", "~")).is_file(), link


def test_keys(browser: Browser, folder: Path) -> None:
    page = open_page(browser, folder / "sample/index.html")
    page.key("j", "j", "k", "j")
    assert page.js("document.activeElement.closest('.item') === "
                   "document.querySelectorAll('#list .item')[1]")
    assert page.js("document.activeElement.matches(':focus-visible')")
    page.key("x")
    assert count(page) == 8
    page.key("x", "/", "b", "o", "l", "t")
    assert 0 < count(page) < 14
    page.key("Escape", "j")
    page.key("o", leads=True)
    assert "/trials/" in page.js("location.href")
    page.key("j", leads=True)
    assert page.js("document.querySelector('h1').innerText") == "A reply is injected"
    page.key("Escape", leads=True)
    assert page.js("location.href").endswith("clients/acme.html")


def test_one_file_shows_one_page_at_a_time(browser: Browser, folder: Path) -> None:
    page = open_page(browser, folder / "sample/single.html", 360)
    assert (page.errors, len(page.requests)) == ([], 1)
    seen = "Array.from(document.querySelectorAll('.page:not([hidden])'), e => e.id)"
    assert page.js(seen) == ["index"]
    page.js("document.querySelector('table.clients a').click()")
    page.frame()
    assert page.js(seen) == ["clients-acme"]
    assert page.js("document.title") == "acme 1.2.3 broke its promise in 2 of 9 trials · Latchkey"
    page.js("document.querySelector('.findings .places a').click()")
    page.frame()
    assert page.js(seen) == ["trials-starttls.stripped-capability~acme~imap-starttls"]
    assert page.js("document.documentElement.scrollWidth") == 360
    page.js("location.hash = '#matrix'")
    page.frame()
    assert page.js(seen) == ["index"]


def test_without_scripts_everything_is_there(browser: Browser, folder: Path) -> None:
    page = open_page(browser, folder / "sample/index.html")
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    for name in ("index.html", "single.html"):
        page.go(address(folder / "sample" / name))
        text = page.js("document.querySelector('main').innerText")
        assert "STARTTLS is not offered" in text and "every outcome" not in text
    assert "See it again" in text and "a2 LOGIN" in text


def test_it_can_be_printed(browser: Browser, folder: Path) -> None:
    for path in (TRIAL, "index.html", "clients/acme.html", "single.html"):
        pdf = open_page(browser, folder / "sample" / path).pdf()
        assert pdf.startswith(b"%PDF-") and len(pdf) > 10_000


CONTRAST = """(() => {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (c) => { probe.clearRect(0, 0, 1, 1); probe.fillStyle = c; probe.fillRect(0, 0, 1, 1);
    return Array.from(probe.getImageData(0, 0, 1, 1).data); };
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = (e) => { for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; }
    return [255, 255, 255, 255]; };
  const bad = new Set();
  for (const e of document.querySelectorAll('body *')) {
    const own = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || e.closest('.vh, script, svg, option') || !e.getClientRects().length) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.add(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return Array.from(bad);
})()"""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", ["index.html", TRIAL, "clients/acme.html", "requirements.html",
                                  "scenarios/starttls.stripped-capability.html",
                                  "trials/robustness.no-reply~acme~imap-starttls.html"])
def test_text_stands_out_from_its_ground(browser: Browser, folder: Path, path: str,
                                         dark: bool) -> None:
    """WCAG AA: 4.5 to 1."""
    page = open_page(browser, folder / "sample" / path, dark=dark)
    page.js("for (const e of document.querySelectorAll('details')) e.open = true")
    assert page.js(CONTRAST) == []


def test_it_can_be_heard(browser: Browser, folder: Path) -> None:
    """Landmarks, one first heading, heads of tables with a scope, names for what can be used."""
    for name in ("index.html", TRIAL, "clients/acme.html", "requirements.html", "changes.html",
                 "scenarios/starttls.stripped-capability.html"):
        page = open_page(browser, folder / "sample" / name)
        assert page.js("['header', 'main', 'nav[aria-label]', 'footer', 'h1'].map("
                       "(e) => document.querySelectorAll('body ' + e).length > 0)") == [True] * 5
        assert page.js("document.querySelectorAll('h1').length") == 1
        assert page.js("document.querySelectorAll('th:not([scope])').length") == 0
        assert page.js("Array.from(document.querySelectorAll('input, select, button, a, summary'))"
                       ".filter((e) => !(e.getAttribute('aria-label') || e.innerText ||"
                       "e.textContent).trim() && !(e.tagName === 'A' && !e.href)).length") == 0
        assert page.js("Array.from(document.querySelectorAll('[aria-labelledby]')).filter((e) =>"
                       "!document.getElementById(e.getAttribute('aria-labelledby'))).length") == 0
        levels = page.js("Array.from(document.querySelectorAll('h1, h2, h3, h4'),"
                         "e => Number(e.tagName[1]))")
        assert all(b - a <= 1 for a, b in zip(levels, levels[1:])), (name, levels)
