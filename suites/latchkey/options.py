# SPDX-License-Identifier: Apache-2.0
"""The words of the command line: commands, options, and what is said of a wrong one."""

from __future__ import annotations

import argparse
import difflib
import re
from pathlib import Path
from typing import Any, NoReturn

from latchkey import paths

FORMATS = ("html", "junit", "sarif", "tap", "markdown", "json")
_EXAMPLE = "Example:"
_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")


class _Once(argparse.Action):
    """Keeps a value, as argparse does, but not the last of several: nothing is lost unsaid."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace,
                 values: Any, option_string: str | None = None) -> None:
        if option_string is not None and getattr(namespace, self.dest) != self.default:
            parser.error(f"{option_string} is there twice; give it once")
        setattr(namespace, self.dest, values)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        for name in (None, "store"):
            self.register("action", name, _Once)

    def error(self, message: str) -> NoReturn:
        found = _CHOICE.search(message)
        if found is not None:
            words = [word for word in re.findall(r"'([^']*)'", found.group(2))
                     if word != "complete"]
            near = difflib.get_close_matches(found.group(1), words, n=1)
            right = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(words)}"
            message = f'unknown "{found.group(1)}"; {right}'
        message = message.replace("the following arguments are required: ", "missing: ")
        if message.startswith("missing: "):
            message += f"; see `{self.prog} --help`"
        self.exit(2, f"latchkey: {message}\n")

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        found, rest = self.parse_known_args(args, namespace)
        if rest:
            command = next(action.choices[found.command] for action in self._actions
                           if isinstance(action, argparse._SubParsersAction))
            near = difflib.get_close_matches(rest[0], command._option_string_actions, 1, 0.75)
            right = f'did you mean "{near[0]}"?' if near else f"see `{command.prog} --help`"
            self.error(f'unknown argument "{rest[0]}"; {right}')
        return found


class _Help(argparse.HelpFormatter):
    """Breaks no example."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)
        self._action_max_length = 15    # the longest command, which is counted too short

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith(_EXAMPLE) else super()._fill_text(text, width, indent)


def _count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is not a number from 1')
    return value


def _command(commands: Any, name: str, does: str, more: str = "", example: str = "") -> Any:
    """One command: what it does in the list of all, and with `more` in its own help."""
    return commands.add_parser(
        name, help=does, allow_abbrev=False, description=f"{does[0].upper()}{does[1:]}. {more}",
        epilog=f"{_EXAMPLE}\n  {example}" if example else None, formatter_class=_Help)


def _add_json(one: Any) -> None:
    one.add_argument("--json", action="store_true", help="for programs")


def parser() -> argparse.ArgumentParser:
    whole = _Parser(prog="latchkey", allow_abbrev=False, formatter_class=_Help,
                    description="What does a mail program do when somebody attacks its TLS?",
                    epilog="`latchkey COMMAND --help` says more. Begin with `latchkey doctor`, and "
                           "with `latchkey run curl --quick`. Exit status: 0 nothing unexpected, "
                           "1 something failed, 2 wrong usage, 3 inconclusive, interrupted or a "
                           "trial broke.")
    whole.add_argument("--version", action="version", version=f"latchkey {paths.VERSION}")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True,
                                    title="commands", parser_class=_Parser)
    # For shells: no help, so that nobody else is shown it.
    commands.add_parser("complete", allow_abbrev=False).add_argument("words", nargs="*")
    _add_run(commands)
    _add_serve(commands)
    one = _command(commands, "list", "what there is")
    one.add_argument("what", metavar="WHAT", choices=("clients", "scenarios", "suites",
                                                      "requirements", "predicates", "faults"),
                     help="clients, scenarios, suites, requirements, predicates or faults")
    _add_json(one)
    one = _command(commands, "show", "what a scenario does, why, and who failed it",
                   example="latchkey show starttls.refused")
    one.add_argument("scenario", metavar="SCENARIO", help="as `latchkey list scenarios` has it")
    one.add_argument("--out", default=Path("latchkey-report"), metavar="DIR", type=Path,
                     help="the report to look into (default: latchkey-report)")
    _add_json(one)
    one = _command(commands, "report", "a report in another format",
                   "Of several runs, one report of all.",
                   "latchkey report latchkey-report --format sarif --output latchkey.sarif")
    one.add_argument("dirs", nargs="+", metavar="DIR", type=Path, help="the folder of a run")
    one.add_argument("--format", choices=FORMATS, default="markdown", metavar="FORMAT",
                     help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]} (default: markdown)")
    one.add_argument("--output", metavar="FILE", help="a file, not standard output; of html also "
                     "a folder (there already, or with / at the end), for a site of many pages")
    one.add_argument("--against", type=Path, metavar="DIR",
                     help="html: with what changed since this earlier run")
    one = _command(commands, "diff", "what changed between two runs",
                   "Status 1 if something got worse.", "latchkey diff before after")
    one.add_argument("before", metavar="BEFORE", type=Path, help="the folder of the earlier run")
    one.add_argument("after", metavar="AFTER", type=Path, help="that of the later one")
    _add_json(one)
    one = _command(commands, "new-adapter", "begin an adapter for your own client",
                   "The file explains itself.", "latchkey new-adapter mine")
    one.add_argument("name", metavar="NAME", help="what the client is called")
    one.add_argument("--path", metavar="DIR", type=Path, help="the new folder (default: NAME)")
    one = _command(commands, "baseline", "known outcomes, made from a run",
                   "What failed there is written down, to be given a reason each.",
                   "latchkey baseline write latchkey-report --output known.toml")
    one.add_argument("what", metavar="write", choices=("write",), help="this word")
    one.add_argument("dir", metavar="DIR", type=Path, help="the folder of a run")
    one.add_argument("--client", metavar="NAME", help="which, if the run has several")
    one.add_argument("--output", type=Path, metavar="FILE",
                     help="a file, not standard output; if it is there, its reasons are kept")
    one = _command(commands, "coverage", "which rules are put to the test, and how it went")
    one.add_argument("dirs", nargs="*", metavar="DIR", type=Path, help="the folder of a run")
    how = one.add_mutually_exclusive_group()
    _add_json(how)
    how.add_argument("--markdown", action="store_true", help="the text of docs/coverage.md")
    one = _command(commands, "vectors", "feed the parser vectors to a program",
                   "It reads lines and answers each with a line: docs/vectors.md.",
                   "latchkey vectors --parser ./my-parser -k sts-policy")
    one.add_argument("--parser", metavar="CMD", help="the program (default: our own parsers)")
    one.add_argument("-k", metavar="EXPR", default="",
                     help="only vectors whose id, parser or flag holds EXPR")
    _add_json(one)
    how = one.add_mutually_exclusive_group()
    how.add_argument("--baseline", type=Path, metavar="FILE", help="known differences")
    how.add_argument("--write-baseline", type=Path, metavar="FILE",
                     help="write what differs; if FILE is there, its reasons are kept")
    _add_json(_command(commands, "doctor", "what this machine can run",
                       "It tries things and does not guess, and ends with one command that mends "
                       "what it found."))
    return whole


def _add_serve(commands: Any) -> None:
    one = _command(commands, "serve", "attack a client that comes by itself",
                   "You start the client, wherever it is, and do with it what you are told.",
                   "latchkey serve 'starttls.refused[no]' --posture imap-starttls")
    add = one.add_argument
    add("scenario", metavar="SCENARIO", help="with its variant: starttls.refused[no]")
    add("--posture", metavar="POSTURE", required=True, help="how the client is set up")
    add("--control", action="store_true", help="only the correct world")
    add("--bind", metavar="ADDRESS", default="127.0.0.1", help="listen here (default: 127.0.0.1)")
    add("--host", metavar="NAME", help="what the client calls the server, if not by its usual name")
    add("--fixed-ports", action="store_true", help="143, 993, 110, 995, 587 and 465, not free ones")
    add("--authority", metavar="FILE", type=Path, help="keep the authority to be trusted in here")
    add("--out", metavar="DIR", type=Path, default=Path("latchkey-report"),
        help="the report's folder (default: latchkey-report)")


def _add_run(commands: Any) -> None:
    one = _command(commands, "run", "attack clients and judge them",
                   "Each trial is a small world in a sandbox in which one thing is attacked; the "
                   "report says what the client did.", "latchkey run curl msmtp --suite starttls")
    add = one.add_argument
    add("clients", nargs="*", metavar="CLIENT", help="a name, or the path of an adapter or of its "
        "folder; with @DIR behind it: its programs out of the folder DIR")
    add("--all", action="store_true", help="every client that is installed")
    add("--suite", metavar="SUITE", help="only this family of scenarios, or this scenario")
    add("-k", metavar="EXPR", default="",
        help='only trials whose names fit: "refused and not smtp"')
    add("--posture", metavar="POSTURE", help='only this posture, or a pattern: "imap-*"')
    add("--quick", action="store_true", help="every attack, but not in every posture")
    add("-j", type=_count, metavar="N",
        help="worker processes (default: one for each processor, two in a long run)")
    add("--out", default="latchkey-report", metavar="DIR",
        help="the report's folder (default: latchkey-report)")
    add("--baseline", action="append", default=[], metavar="FILE",
        help="known outcomes; may be given several times")
    add("--min", type=_count, default=1, metavar="N",
        help="status 3 if fewer trials were decided (default: 1)")
    add("--pcap", action="store_true", help="a capture.pcapng for every trial")
    add("--repeat", type=_count, default=1, metavar="N", help="run every trial N times")
    add("--ports", action="store_true", help="without a sandbox, on free ports of the loopback")
