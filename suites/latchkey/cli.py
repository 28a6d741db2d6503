# SPDX-License-Identifier: Apache-2.0
"""The command `latchkey`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from latchkey import paths
from latchkey.errors import UserError
from latchkey.options import parser

WORTH_A_WORKER = 8                      # trials that take as long as the start of a process
LONG = 100                              # trials for each processor
# Plugins of pytest that help with tests, and cost time in each trial.
_NOT_FOR_TRIALS = ("terminal", "logging", "threadexception", "unraisableexception")


def main(argv: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else argv
    if not words:
        parser().print_help(sys.stderr)
        return 2
    arguments = parser().parse_args(words)
    try:
        return _COMMANDS[arguments.command](arguments)
    except UserError as error:
        print(f"latchkey: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:             # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except KeyboardInterrupt:
        return 3


# --- run


def _run(arguments: argparse.Namespace) -> int:
    from latchkey import catalog, gather, runner, sample
    found = catalog.own()
    names = list(arguments.clients)
    if arguments.all:
        there = {name: runner.is_installed(found.client(name)) for name in found.client_names}
        names += [name for name, installed in there.items() if installed]
        left = [name for name, installed in there.items() if not installed]
        if left:
            print(f"latchkey: not installed and left out: {', '.join(left)}; see `latchkey doctor`",
                  file=sys.stderr)
        if not names:
            raise UserError(None, 0, "no client is installed", "`latchkey doctor` says how")
    if not names:
        raise UserError(None, 0, "no client is named", "write for example `latchkey run curl`, or "
                        "--all for every one that is installed; `latchkey list clients` names them")
    wish = gather.Wish(tuple(names), Path(arguments.out).resolve(), arguments.suite,
                       arguments.posture, baselines=tuple(arguments.baseline),
                       ports=arguments.ports, quick=arguments.quick)
    gather.Gathering(found, wish, (), None).prepare()
    _check_expression(arguments.k)
    trials = [trial for name in names for trial in wish.trials(found, found.client(name))]
    total = len(sample.quick(trials) if wish.quick else trials)
    gather.out_prepare(wish.out)        # pytest would say in its own words why it cannot
    return _pytest(arguments, names, workers_for(arguments.j, total))


def workers_for(asked: int | None, trials: int) -> int:
    """How many processes run them.

    Many clients sleep through most of a trial. Two workers for a processor make up for that, and
    cost a second more at the start.
    """
    processors = os.cpu_count() or 1
    most = asked or processors * (2 if trials >= LONG * processors else 1)
    return min(most, trials // WORTH_A_WORKER)


def _check_expression(text: str) -> None:
    """pytest says it in many words, and each of its workers in its own."""
    from _pytest.mark.expression import Expression, ParseError
    try:
        Expression.compile(text or "all")
    except ParseError as error:
        raise UserError(None, 0, f'-k "{text}" is no expression ({error})',
                        "write words with and, or, not and ( )") from None


def _pytest(arguments: argparse.Namespace, names: list[str], workers: int) -> int:
    """`run` is a thin face over pytest, without its words."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    import pytest
    words = ["-c", str(paths.ROOT / ".pytest.ini"), "--rootdir", str(paths.ROOT), "-s",
             *(f"-pno:{name}" for name in _NOT_FOR_TRIALS), "-p", "xdist",
             str(paths.ROOT / "suites/scenarios")]
    words += [f"--client={name}" for name in names]
    words += [f"--out={arguments.out}", f"--min={arguments.min}", f"--repeat={arguments.repeat}"]
    words += [f"--baseline={name}" for name in arguments.baseline]
    words += [f"--{name}={getattr(arguments, name)}" for name in ("suite", "posture")
              if getattr(arguments, name)]
    words += [f"--{name}" for name in ("pcap", "ports", "quick") if getattr(arguments, name)]
    words += ["-k", arguments.k] if arguments.k else []
    words += ["-n", str(workers), "--dist", "load"] if workers > 1 else []
    signal.signal(signal.SIGTERM, _interrupt)
    status = int(pytest.main(words))
    return 2 if status == int(pytest.ExitCode.USAGE_ERROR) else status


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


# --- the rest


def _list(arguments: argparse.Namespace) -> int:
    from latchkey import show
    return show.list_command(arguments.what, arguments.json)


def _show(arguments: argparse.Namespace) -> int:
    from latchkey import show
    return show.show_command(arguments.scenario, arguments.json, arguments.out)


def _report(arguments: argparse.Namespace) -> int:
    from latchkey import report
    name, output = arguments.format, arguments.output and Path(arguments.output)
    if arguments.against is not None and name != "html":
        raise UserError(None, 0, "--against is for html", "add --format html")
    since = None
    if arguments.against is not None:
        since = report.changes(arguments.against, arguments.dirs)
    is_site = output is not None and (output.is_dir() or arguments.output.endswith("/"))
    folder = Path(".") if output is None else output if is_site else output.parent
    found = report.read(arguments.dirs, folder)
    if is_site and name == "html":
        return _written(output, lambda: report.write_site(found, folder, since))
    text = report.html.render(found, folder, since) if name == "html" \
        else report.render(name, found, folder)
    if output is None:
        sys.stdout.write(text)
        return 0
    return _written(output, lambda: output.write_text(text, "utf-8", errors="backslashreplace"))


def _written(output: Path, write: Callable[[], object]) -> int:
    try:
        write()
    except OSError as error:
        raise UserError(output, 0, f"cannot be written: {error.strerror}",
                        "name another file with --output") from None
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    import json
    from dataclasses import asdict

    from latchkey import results
    from latchkey.report import text
    changes = results.diff(results.read(arguments.before), results.read(arguments.after))
    if arguments.json:
        print(json.dumps([asdict(change) for change in changes], indent=1))
    else:
        sys.stdout.write(text.diff_text(changes))
    return 1 if any(change.kind == "broken" for change in changes) else 0


def _complete(arguments: argparse.Namespace) -> int:
    from latchkey import complete
    return complete.command(parser(), arguments.words)


def _new_adapter(arguments: argparse.Namespace) -> int:
    from latchkey import newadapter
    return newadapter.command(arguments.name, arguments.path)


def _baseline(arguments: argparse.Namespace) -> int:
    from latchkey import baseline, results
    output: Path | None = arguments.output
    made = baseline.of_run(results.read(arguments.dir), arguments.client,
                           output if output is not None and output.exists() else None)
    if output is None:
        sys.stdout.write(baseline.text(made))
    else:
        baseline.write(output, made)
    bare = sum(not item.reason for item in made.items)
    print(f"latchkey: {made.client}: {len(made.items)} known outcomes" + (
        f", {bare} without a reason: the file is refused until each has one" if bare else ""),
        file=sys.stderr)
    return 0


def _coverage(arguments: argparse.Namespace) -> int:
    import json

    from latchkey import catalog, coverage, results
    known = catalog.own()
    entries = [entry for path in arguments.dirs for entry in results.read(path).results]
    found = coverage.coverage(known.register(), known.scenarios.values(), entries)
    if arguments.json:
        print(json.dumps(coverage.document(found), indent=1))
    else:
        sys.stdout.write((coverage.markdown if arguments.markdown else coverage.text)(found))
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from latchkey import serve
    return serve.command(arguments)


def _vectors(arguments: argparse.Namespace) -> int:
    from latchkey import vectors
    return vectors.command(arguments.parser, arguments.k, arguments.json, arguments.baseline,
                           arguments.write_baseline)


def _doctor(arguments: argparse.Namespace) -> int:
    from latchkey import doctor
    return doctor.command(arguments.json)


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run, "serve": _serve, "list": _list, "show": _show, "report": _report, "diff": _diff,
    "complete": _complete, "new-adapter": _new_adapter, "baseline": _baseline,
    "coverage": _coverage, "doctor": _doctor, "vectors": _vectors,
}
