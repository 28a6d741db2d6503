# SPDX-License-Identifier: Apache-2.0
"""The command, from the outside: what it says, how it ends, what it leaves."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from latchkey import catalog, cli, gather, options, paths, sample
from latchkey.errors import UserError

from report_sample import SAMPLE, document, write_evidence

SMALL = ("--suite", "starttls.refused", "--posture", "imap-starttls")


def latchkey(*words: str, cwd: Path = paths.ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(paths.COMMAND), *words], cwd=cwd, stdin=subprocess.DEVNULL,
                          env={**os.environ, **env}, capture_output=True, text=True, timeout=300,
                          check=False)


@pytest.mark.parametrize("words, said", [
    (("show",), "missing: SCENARIO; see `latchkey show --help`"),
    (("show", "dane-mua"), '"dane-mua" is a suite of 13 scenarios; name one of them: dane-mua.'),
    (("run", "curl", "--suit", "x"), 'unknown argument "--suit"; did you mean "--suite"?'),
    (("doctor", "now"), 'unknown argument "now"; see `latchkey doctor --help`'),
    (("run", "curl", "--suite", "tls", "--suite", "auth"), "--suite is there twice; give it once"),
    (("show", "x", "--suite", "y"), 'unknown argument "--suite"; see `latchkey show --help`'),
    (("rum",), 'unknown "rum"; did you mean "run"?'),
    (("list", "client"), 'unknown "client"; did you mean "clients"?'),
    (("run",), "no client is named; write for example `latchkey run curl`"),
    (("run", "crul"), 'unknown client "crul"; did you mean "curl"?'),
    (("run", "curl", "--suite", "startls"), 'unknown suite "startls"; did you mean "starttls"?'),
    (("run", "curl", "--posture", "imap-startls"), 'did you mean "imap-starttls"?'),
    (("run", "curl", "-j", "0"), '"0" is not a number from 1'),
    (("run", "/nonexistent.toml"), "cannot be read"),
    (("run", "curl", "curl@/usr/bin"), "curl is named more than once"),
    (("run", "curl@/nonexistent"), "there is no such folder"),
    (("run", "curl", "--baseline", "/nonexistent.toml"), "cannot be read"),
    (("show", "starttls.refusd"), 'unknown scenario "starttls.refusd"; did you mean'),
    (("report", "/nonexistent"), "cannot be read"),
    (("diff", "/nonexistent", "/nonexistent"), "cannot be read"),
    (("coverage", "/nonexistent"), "cannot be read"),
    (("run", "curl", "-k", "("), '-k "(" is no expression'),
    (("run", "curl", "-k", "and and"), '-k "and and" is no expression'),
    (("run", "curl", "--out", "/dev/null"), "/dev/null: is no report of a former run"),
    (("run", "curl", "--out", "/dev/null/x"), "/dev/null/x: cannot be written"),
    (("run", "curl", "--out", "/proc/x"), "/proc/x: cannot be written"),
    (("baseline", "write", "/nonexistent"), "cannot be read"),
    (("new-adapter", "A B"), "is no name for a client"),
    (("report", ".", "--format", "htlm"), 'did you mean "html"?'),
])
def test_wrong_usage_is_one_line_and_status_2(words: tuple[str, ...], said: str) -> None:
    done = latchkey(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.startswith("latchkey: ") and done.stderr.count("\n") == 1


def test_without_a_word_there_is_help() -> None:
    done = latchkey()
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == latchkey("--help").stdout


@pytest.mark.parametrize("words, said", [
    (("--suite", "mta-sts"), "python has none of the postures that this is for: mta-"),
    (("-k", "zzz"), '-k "zzz" fits no trial; '),
    (("--suite", "starttls.refused", "--posture", "pop3-srv"), "no trial is of both suite and "),
])
def test_an_empty_run_says_why_it_is_empty(tmp_path: Path, words: tuple[str, ...],
                                           said: str) -> None:
    done = latchkey("run", "python", *words, cwd=tmp_path)
    assert done.returncode == 3 and f"\nNothing to run: {said}" in done.stdout


@pytest.mark.parametrize("what", ["clients", "scenarios", "suites", "requirements", "predicates",
                                  "faults"])
def test_lists_for_people_and_programs_have_the_same_names(what: str) -> None:
    rows: list[dict[str, Any]] = json.loads(latchkey("list", what, "--json").stdout)
    shown = latchkey("list", what).stdout.splitlines()
    assert rows and [line.split()[0] for line in shown] == [row["name"] for row in rows]


def test_show_tells_what_why_and_by_which_rule() -> None:
    text = latchkey("show", "starttls.refused").stdout
    assert text.count("STARTTLS is answered with a refusal") == 1 and "\n  [bye]\n" in text
    assert latchkey("show", "starttls.refused[bye]").stdout == text
    facts = json.loads(latchkey("show", "starttls.refused", "--json").stdout)
    assert text.startswith(f"starttls.refused\n{facts['title']}\n")
    assert facts["requirements"] and facts["checks"] and facts["variants"]
    for name in (row[key] for key, rows in (("id", facts["requirements"]),
                                            ("predicate", facts["checks"])) for row in rows):
        assert name in text


def test_show_tells_who_can_do_it() -> None:
    def told(name: str) -> str:
        text = latchkey("show", name).stdout
        return " ".join(text.partition("Who can do it")[2].partition("Faults")[0].split())
    assert told("starttls.refused") == "Anybody on the path between the client and its server"
    path, _, certificate = told("certificate.impostor").partition("Who is on the path and has")
    assert "self-signed" in path and "expired" in certificate and "expired" not in path
    assert told("baseline.wildcard") == "", "nobody attacks in a correct world"


def test_all_says_whom_it_leaves_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                     capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("latchkey.runner.is_installed", lambda client: False)
    assert cli.main(["run", "--all", "--out", str(tmp_path / "out")]) == 2
    left, said = capsys.readouterr().err.splitlines()
    assert "left out:" in left and "curl" in left
    assert said == "latchkey: no client is installed; `latchkey doctor` says how"


def test_it_runs_from_anywhere_and_through_a_link(tmp_path: Path) -> None:
    link = tmp_path / "lk"
    link.symlink_to(paths.COMMAND)
    done = subprocess.run([link, "list", "suites"], cwd="/", capture_output=True, check=False)
    assert done.returncode == 0 and b"starttls" in done.stdout


def test_nothing_but_a_report_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x", encoding="ascii")
    with pytest.raises(UserError, match="is no report of a former run"):
        gather.out_prepare(tmp_path)
    assert (tmp_path / "precious").exists()
    (tmp_path / "results.json").write_text("{}", encoding="ascii")
    gather.out_prepare(tmp_path)
    # It is kept aside as long as the run lasts, and is no hindrance to another.
    assert {file.name for file in tmp_path.glob(".former-*/*")} == {"precious", "results.json"}
    gather.out_prepare(tmp_path)
    assert [file.name for file in tmp_path.iterdir()
            if not file.name.startswith(".former-")] == [".sandbox"]
    gather.out_prepare(tmp_path / "new/deep")
    assert (tmp_path / "new/deep").is_dir()


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    words = "from latchkey import gather; gather.out_prepare(__import__('pathlib').Path('.'))"
    gather.out_prepare(tmp_path)
    second = subprocess.run([sys.executable, "-c", words], cwd=tmp_path, capture_output=True,
                            text=True, check=False, env={"PYTHONPATH": str(paths.ROOT / "suites")})
    assert ".: another run is writing its report there; wait for its end" in second.stderr
    assert (tmp_path / ".sandbox").is_dir()


def test_the_parser_takes_what_the_documentation_says() -> None:
    words = ["run", "a", "b", "--suite", "s", "-k", "x", "--posture", "p", "-j", "3", "--out", "o",
             "--baseline", "f", "--min", "2", "--pcap", "--repeat", "4",
             "--ports", "--quick"]
    seen = vars(options.parser().parse_args(words))
    assert seen == {"command": "run", "clients": ["a", "b"], "all": False, "suite": "s", "k": "x",
                    "posture": "p", "j": 3, "out": "o", "baseline": ["f"], "min": 2, "pcap": True,
                    "repeat": 4, "ports": True, "quick": True}


@pytest.mark.parametrize(("asked", "trials", "workers"), (
    (None, 4000, 8), (None, 400, 8), (None, 399, 4), (None, 24, 3), (None, 7, 0),
    (3, 4000, 3), (9, 4000, 9), (9, 16, 2), (1, 4000, 1)))
def test_a_long_run_has_two_workers_for_a_processor(monkeypatch: pytest.MonkeyPatch, trials: int,
                                                    asked: int | None, workers: int) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert cli.workers_for(asked, trials) == workers


# --- runs


def outcomes(folder: Path) -> dict[str, str]:
    data = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return {f"{one['id']}[{one['variant']}]/{one['client']}/{one['posture']}": one["outcome"]
            for one in data["results"]}


def test_a_report_is_one_file_or_a_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_evidence(tmp_path / "run", SAMPLE)
    for name, entries in (("run", SAMPLE), ("old", SAMPLE[2:])):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "results.json").write_text(json.dumps(document(entries)))
    run, old, site, file = (f"{tmp_path}/{name}" for name in ("run", "old", "site/", "one.html"))
    words = ["report", run, "--format", "html", "--against", old]
    assert cli.main([*words, "--output", file]) == cli.main([*words, "--output", site]) == 0
    assert "</html>" in Path(file).read_text() and "Since the earlier run" in Path(file).read_text()
    pages = {str(page.relative_to(site)) for page in Path(site).rglob("*.html")}
    assert {"index.html", "changes.html", "clients/acme.html"} <= pages
    assert "../../run/trials/" in (Path(site) / "trials" / sorted(
        page.name for page in (Path(site) / "trials").iterdir())[0]).read_text()
    assert cli.main(["report", run, "--against", old]) == 2
    assert cli.main(["report", run, "--format", "tap", "--output", site]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_run_leaves_a_report_and_pytest_makes_the_same(built: Path) -> None:
    done = latchkey("run", "python", *SMALL, "--out", "one", cwd=built)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout.endswith(f"Report: {built}/one/index.html\n")
    assert sorted(file.name for file in (built / "one").iterdir()) == [
        "clients", "controls", "index.html", "junit.xml", "requirements.html", "results.json",
        "scenarios", "trials"]
    found = outcomes(built / "one")
    assert found and set(found.values()) == {"PASS"}
    again = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", paths.ROOT / "suites", "--client", "python", *SMALL,
         "-n", "2", "--out", built / "two"], cwd=built, capture_output=True, check=False, text=True)
    assert again.returncode == 0, again.stdout
    assert outcomes(built / "two") == found
    assert f"{len(found)} passed" in again.stdout
    assert latchkey("diff", "one", "two", cwd=built).returncode == 0


def test_a_quick_run_says_what_it_left_out(built: Path) -> None:
    few = ("--suite", "starttls.refused")
    assert latchkey("run", "python", *few, "--out", "whole", cwd=built).returncode in (0, 1)
    done = latchkey("run", "python", *few, "--quick", "--out", "quick", cwd=built)
    assert "This was a quick run: every attack was tried until" in done.stdout
    whole, quick = outcomes(built / "whole"), outcomes(built / "quick")
    assert quick.items() < whole.items()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_in_a_quick_run_another_trial_stands_in_for_what_was_not_judged(built: Path,
                                                                        workers: str) -> None:
    """In imap-default this client comes to one of three steps, and not to the first."""
    out = built / f"quick-{workers}"
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", paths.ROOT / "suites", "--client", "refclient",
         "--suite", "starttls.login-referral", "--quick", "-n", workers, "--out", out], cwd=built,
        capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout
    found = outcomes(out)
    whole = catalog.own().trials(catalog.own().client("refclient"), "starttls.login-referral")
    chosen = {trial.id for trial in sample.quick(whole)}
    assert chosen < found.keys() <= {trial.id for trial in whole}
    of_default = {name: outcome for name, outcome in found.items() if "imap-default" in name}
    assert {of_default[name] for name in chosen & of_default.keys()} == {"SKIP"}
    assert {of_default[name] for name in of_default.keys() - chosen} >= {"PASS"}
    assert "2 of 6 attacks could be judged in no posture, because the client" in done.stdout


def test_a_baseline_from_a_run_to_a_run(built: Path) -> None:
    """What was found is written, gets its reasons, and then is known."""
    exposed = ("--suite", "starttls.stripped-capability", "--posture", "imap-default")
    assert latchkey("run", "python", *exposed, "--out", "one", cwd=built).returncode == 0
    done = latchkey("baseline", "write", "one", "--output", "python.toml", cwd=built)
    assert done.returncode == 0 and "1 without a reason" in done.stderr
    refused = latchkey("run", "python", "--baseline", "python.toml", cwd=built)
    assert refused.returncode == 2 and 'python.toml:11: "" is no reason' in refused.stderr
    file = built / "python.toml"
    text = file.read_text(encoding="utf-8").replace('reason = ""', 'reason = "It wants no TLS."')
    file.write_text(text, encoding="utf-8")
    known = ("run", "python", "--baseline", "python.toml", "--out", "two")
    assert latchkey(*known, *exposed, cwd=built).returncode == 0
    assert set(outcomes(built / "two").values()) == {"XFAIL"}
    again = latchkey("baseline", "write", "two", "--output", "python.toml", cwd=built)
    assert again.returncode == 0 and "without" not in again.stderr
    file.write_text(text.replace('"python"', '"pythom"'), encoding="utf-8")
    wrong = latchkey(*known, cwd=built)
    assert wrong.returncode == 2 and 'did you mean "python"?' in wrong.stderr


def test_a_stale_entry_makes_a_full_run_fail(built: Path) -> None:
    """One that is met, one that is gone, one for another version."""
    (built / "refused.toml").write_text("""
        adapter = 1
        name = "mute"
        title = "Says nothing"
        kind = "library"
        version = { argv = ["echo", "1.0"], regex = '(.+)' }
        trust = "none"
        [posture.pop3-default]
        argv = ["true"]
        """, encoding="ascii")
    rows = "".join(f'[[known]]\nid = "{name}"\nposture = "pop3-default"\noutcome = "{outcome}"\n'
                   f'reason = "It does not even connect to {name}."\nversions = "{versions}"\n'
                   for name, outcome, versions in (
                       ("starttls.stripped-capability", "INCONCLUSIVE", "= 1.0"),
                       ("starttls.gone", "WARN", ">= 1"), ("starttls.older", "WARN", "< 1")))
    (built / "mute.toml").write_text(f'baseline = 1\nclient = "mute"\n{rows}', encoding="ascii")
    done = latchkey("run", "./refused.toml", "--baseline", "mute.toml", "--out", "out", cwd=built)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "  starttls.gone/mute/pop3-default: no trial met it, take it out\n" in done.stdout
    assert "starttls.older" not in done.stdout
    assert "XFAIL" in outcomes(built / "out").values()


def test_evidence_is_complete_and_can_be_repeated(built: Path) -> None:
    latchkey("run", "python", *SMALL, "-k", "[no]", "--pcap", "--out", "one", cwd=built)
    data = json.loads((built / "one/results.json").read_text(encoding="utf-8"))
    assert [one["variant"] for one in data["results"]] == ["no"]
    evidence = built / "one" / data["results"][0]["evidence"]
    assert {file.name for file in evidence.iterdir()} >= {
        "plan.json", "transcript.jsonl", "client.stdout", "client.stderr", "keys.log",
        "capture.pcapng", "repeat.sh"}
    again = subprocess.run([evidence / "repeat.sh"], cwd=built, check=False, capture_output=True)
    assert again.returncode == 0, again.stdout + again.stderr
    assert outcomes(built / "latchkey-repeat") == outcomes(built / "one")


@pytest.mark.parametrize("words, status", [
    ((*SMALL, "--min", "1000"), 3),     # too few
    ((*SMALL, "-k", "no-such-word"), 3),    # none
])
def test_status_of_runs_that_decide_too_little(built: Path, words: tuple[str, ...],
                                               status: int) -> None:
    done = latchkey("run", "python", *words, "--out", "out", cwd=built)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_without_bubblewrap_every_trial_is_skipped_aloud(built: Path) -> None:
    """A machine that forbids namespaces looks the same: bwrap ends with a message."""
    programs = built / "bin"
    programs.mkdir()
    (programs / "bwrap").write_text("#!/bin/sh\necho 'bwrap: no namespaces' >&2\nexit 1\n",
                                    encoding="ascii")
    (programs / "bwrap").chmod(0o755)
    done = latchkey("run", "python", *SMALL, "--out", "out", cwd=built,
                    PATH=f"{programs}:{os.environ['PATH']}")
    assert done.returncode == 3
    assert "bwrap: no namespaces" in done.stderr and "SKIP(no-netns)" in done.stderr
    assert set(outcomes(built / "out").values()) == {"SKIP"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_run_says_so(built: Path, number: signal.Signals, workers: str) -> None:
    with subprocess.Popen([paths.COMMAND, "run", "python", "-j", workers, "--out", "out"],
                          cwd=built, stdout=subprocess.PIPE, text=True, bufsize=1,
                          start_new_session=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        os.killpg(process.pid, number)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    total = first.split()[0].replace(",", "")
    assert f"of {total} trials were run" in rest
    data = json.loads((built / "out/results.json").read_text(encoding="utf-8"))
    assert "interrupted" in data["host"] and len(data["results"]) < int(total)
    assert "interrupted" in (built / "out/index.html").read_text(encoding="utf-8")


def test_a_reader_who_has_seen_enough_ends_no_run(built: Path) -> None:
    with subprocess.Popen([paths.COMMAND, "run", "python", *SMALL, "--out", "out"], cwd=built,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (0, b"")
    assert outcomes(built / "out")


def test_nothing_outlives_a_killed_command(built: Path) -> None:
    """Workers, worlds and clients hold our pipe; it ends when the last of them is gone."""
    with subprocess.Popen([paths.COMMAND, "run", "python", "-j", "2", "--out", "out"], cwd=built,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.communicate(timeout=30)


def test_not_even_a_sandbox_that_has_not_begun_outlives_it(built: Path) -> None:
    """Before its first step bubblewrap's child does not die with its parent: a sleep plays it."""
    fake, told = built / "bin/bwrap", built / "told"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\nsleep 600 &\necho $! >>{told}\n'
                    f'exec {shutil.which("bwrap")} "$@"\n', encoding="ascii")
    fake.chmod(0o755)
    os.mkfifo(told)
    path = {**os.environ, "PATH": f"{fake.parent}:{os.environ['PATH']}"}
    with subprocess.Popen([paths.COMMAND, "run", "python", "-j", "2", "--out", "out"], cwd=built,
                          env=path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        with told.open(encoding="ascii") as stream:
            sleeping = os.pidfd_open(int(stream.readline()))
            process.kill()
            process.communicate(timeout=30)
            assert select.select([sleeping], [], [], 30)[0], "it sleeps on"
        os.close(sleeping)


def _files() -> set[Path]:
    passing = {"__pycache__", ".build", ".git", ".mypy_cache"}
    return {file for file in paths.ROOT.rglob("*") if not passing & set(file.parts)}


def test_the_checkout_is_not_written_to(built: Path) -> None:
    before = _files()
    assert latchkey("run", "python", *SMALL, "--out", str(built / "out")).returncode == 0
    assert _files() - before == set()
