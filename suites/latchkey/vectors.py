# SPDX-License-Identifier: Apache-2.0
"""`latchkey vectors`: feeds the parser vectors of `corpus/vectors` to any program.

The format of the files and the line protocol: docs/vectors.md.
"""

from __future__ import annotations

import json
import os
import selectors
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from latchkey import paths
from latchkey.errors import UserError

RESULTS = ("valid", "invalid", "ambiguous", "more")
SECONDS = 10.0                          # for one answer
LINE = 1 << 22                          # longest answer, in octets
# What a run says of a vector. "open": the text is ambiguous, so that every reaction is right.
# "known" and "gone": a difference that somebody has written down, and one that is no longer.
OUTCOMES = ("agrees", "open", "differs", "known", "gone", "unsupported", "broke")


@dataclass(frozen=True)
class Vector:
    """One input of one parser, and what is right for it."""

    id: str
    parser: str
    comment: str
    data: bytes
    result: str
    source: str
    value: Mapping[str, Any] | None = None
    flags: tuple[str, ...] = ()         # the readings that "ambiguous" rests on
    reason: str | None = None           # what lkparse says, and where
    offset: int | None = None
    consumed: int | None = None         # octets of what is accepted; None: all
    requirements: tuple[str, ...] = ()  # of the register, if it has any about it


@dataclass(frozen=True)
class Answer:
    """What a program said to one vector."""

    id: str
    parser: str
    outcome: str
    expected: str
    result: str                         # of the program, or how it broke
    what: str                           # one line for a person
    comment: str
    source: str
    requirements: tuple[str, ...] = ()


# --- reading


def load(folder: Path) -> list[Vector]:
    """All vectors of FOLDER/*.json."""
    found: list[Vector] = []
    for file in sorted(folder.glob("*.json")):
        found += read(file)
    twice = [id for id, n in Counter(vector.id for vector in found).items() if n > 1]
    if twice:
        raise UserError(folder, 0, f'the id "{twice[0]}" is there twice', "give it another number")
    return found


def read(file: Path) -> list[Vector]:
    try:
        whole = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(file, 0, f"cannot be read: {error.strerror}", "name another file") from None
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise UserError(file, line, "is no JSON in UTF-8", "see docs/vectors.md") from None
    try:
        if whole["vectors"] != 1:
            raise UserError(file, 0, "is no version that this program knows", 'write "vectors": 1')
        return [_vector(whole, test) for test in whole["tests"]]
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(file, 0, f"does not fit its schema: {error}",
                        "see suites/schemas/vectors.schema.json") from None


def _vector(whole: Mapping[str, Any], test: Mapping[str, Any]) -> Vector:
    if test["result"] not in RESULTS:
        raise ValueError(f'{test["id"]}: result "{test["result"]}"')
    data = input_of(test)
    if test.get("offset", 0) > len(data):
        raise ValueError(f'{test["id"]}: offset {test["offset"]} in {len(data)} octets')
    return Vector(test["id"], whole["parser"], test["comment"], data, test["result"],
                  test.get("source", whole["source"]), test.get("value"),
                  tuple(test.get("flags", ())), test.get("reason"), test.get("offset"),
                  test.get("consumed"), requirements_of(whole.get("requirements", {}), test))


def requirements_of(table: Mapping[str, Sequence[str]], test: Mapping[str, Any]
                    ) -> tuple[str, ...]:
    """What a file's table has for the reason, the readings, or that it is valid; else for `*`."""
    words = [test["reason"]] if "reason" in test else test.get("flags", ["valid"])
    found = [id for word in words for id in table.get(word, table.get("*", ()))]
    return tuple(dict.fromkeys(found))


def input_of(test: Mapping[str, Any]) -> bytes:
    """The octets of `text` (each code point one octet), `hex` or `repeat`."""
    if "hex" in test:
        return bytes.fromhex(test["hex"])
    if "repeat" in test:
        return b"".join(text.encode("latin-1") * times for text, times in test["repeat"])
    return str(test["text"]).encode("latin-1")


# --- the program


class Broken(Exception):
    """The program crashed, hung, or wrote what is no answer."""


class Program:
    """A parser behind the line protocol; started anew whenever it broke."""

    def __init__(self, argv: Sequence[str], seconds: float = SECONDS) -> None:
        self.argv = list(argv)
        self.seconds = seconds
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, parser: str, data: bytes) -> dict[str, Any]:
        """The answer; Broken says in a line what went wrong."""
        try:
            return self._ask(f"{parser} {data.hex()}".encode() + b"\n")
        except Broken:
            self.close()
            raise

    def version(self) -> tuple[str, str]:
        """What the program says that it is: a name and a version; empty if it does not."""
        try:
            value = self.ask("version", b"").get("value")
        except Broken:
            value = None
        said = value if isinstance(value, dict) else {}
        return str(said.get("program", "")), str(said.get("version", ""))

    def _ask(self, request: bytes) -> dict[str, Any]:
        process = self._started()
        line = self._talk(process, request)
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            raise Broken(f"wrote no JSON: {_shown(line)}") from None
        if not isinstance(answer, dict):
            raise Broken(f"wrote no object: {_shown(line)}")
        if "result" not in answer and isinstance(answer.get("error"), str):
            raise Broken(f"said: {answer['error'][:80]}")
        if answer.get("result") not in (*RESULTS, "unsupported"):
            raise Broken(f"wrote no result: {_shown(line)}")
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            try:
                self.process = subprocess.Popen(
                    self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL, bufsize=0, start_new_session=True)
            except OSError as error:
                raise UserError(None, 0, f"{self.argv[0]} cannot be started: {error.strerror}",
                                "name a program with --parser") from None
            assert self.process.stdin is not None and self.process.stdout is not None
            os.set_blocking(self.process.stdin.fileno(), False)
        return self.process

    def _talk(self, process: subprocess.Popen[bytes], request: bytes) -> bytes:
        """Write the request and read a line, whichever of them goes on."""
        assert process.stdin is not None and process.stdout is not None
        answer = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdin, selectors.EVENT_WRITE)
            selector.register(process.stdout, selectors.EVENT_READ)
            while not answer.endswith(b"\n"):
                ready = selector.select(self.seconds)
                if not ready:
                    raise Broken(f"hung: no answer in {self.seconds:g} s")
                for key, _ in ready:
                    if key.fileobj is process.stdin:
                        try:
                            request = request[os.write(process.stdin.fileno(), request):]
                        except BrokenPipeError:
                            raise Broken(_end(process)) from None
                        if not request:
                            selector.unregister(process.stdin)
                        continue
                    some = os.read(process.stdout.fileno(), 1 << 16)
                    if not some:
                        raise Broken(_end(process))
                    answer += some
                    if len(answer) > LINE:
                        raise Broken("wrote too much in one line")
        if answer.count(b"\n") > 1:
            raise Broken(f"wrote more than one line: {_shown(answer)}")
        return answer

    def close(self) -> None:
        if self.process is None:
            return
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            os.killpg(self.process.pid, 9)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process = None


def _end(process: subprocess.Popen[bytes]) -> str:
    try:
        status = process.wait(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return "closed its output"
    return f"died of signal {-status}" if status < 0 else f"ended with status {status}"


def _shown(line: bytes) -> str:
    return ascii(line[:60].decode("latin-1"))


# --- judging


def judge(vector: Vector, answer: Mapping[str, Any]) -> tuple[str, str]:
    """The outcome, and in a line what differs."""
    said = answer["result"]
    if said == "unsupported":
        return "unsupported", ""
    if vector.result == "ambiguous":
        return "open", "refused" if said in ("invalid", "more") else "accepted"
    accepted = said in ("valid", "ambiguous")
    taken = len(vector.data) if vector.consumed is None else vector.consumed
    if vector.result == "valid" and accepted and answer.get("consumed", taken) != taken:
        return "differs", f"takes {answer['consumed']} octets, not {taken}"
    if vector.result == "valid" and accepted:
        return _values(vector.value or {}, answer.get("value"))
    if vector.result == "valid":
        return "differs", "refuses what is valid"
    if accepted:
        return "differs", "accepts what is " + (
            "invalid" if vector.result == "invalid" else "not complete")
    if vector.result == "invalid" and said == "more":
        return "differs", "waits for more of what is invalid"
    return "agrees", ""


def _values(expected: Mapping[str, Any], said: Any) -> tuple[str, str]:
    """Only members that the program gives are compared."""
    if said is None:
        return "agrees", ""
    if not isinstance(said, dict):
        return "differs", "its value is no object"
    for name, value in said.items():
        if name in expected and expected[name] != value:
            return "differs", (f"{name} is {json.dumps(expected[name])[:120]}, "
                               f"not {json.dumps(value)[:120]}")
    return "agrees", ""


def run(vectors: Sequence[Vector], program: Program) -> Iterator[Answer]:
    """Ask for every vector, whatever the program does."""
    for vector in vectors:
        try:
            answer = program.ask(vector.parser, vector.data)
            said = str(answer["result"])
            outcome, what = judge(vector, answer)
        except Broken as broken:
            said, outcome, what = str(broken), "broke", str(broken)
        yield Answer(vector.id, vector.parser, outcome, vector.result, said, what,
                     vector.comment, vector.source, vector.requirements)


def status_of(counts: Mapping[str, int]) -> int:
    if counts.get("differs") or counts.get("gone"):
        return 1
    is_silent = not any(counts.get(name) for name in ("agrees", "open", "known"))
    return 3 if counts.get("broke") or is_silent else 0


# --- the command


def chosen(vectors: Sequence[Vector], expression: str) -> list[Vector]:
    """Those whose id, parser or flag holds the expression; all for an empty one."""
    return [vector for vector in vectors
            if any(expression in word for word in (vector.id, vector.parser, *vector.flags))]


def own_parser() -> list[str]:
    """`lkparse`, as built or as installed."""
    for folder in (paths.ROOT / ".build/dev", paths.ROOT.parents[1] / "libexec/latchkey"):
        if (folder / "lkparse").is_file():
            return [str(folder / "lkparse")]
    raise UserError(None, 0, "lkparse is not built", "run make, or name a program with --parser")


def command(parser: str | None, expression: str, as_json: bool, known: Path | None = None,
            write: Path | None = None) -> int:
    """`known`: differences that are none; `write`: where to put those that are found."""
    from latchkey import differences
    try:
        argv = shlex.split(parser) if parser is not None else own_parser()
    except ValueError as error:
        raise UserError(None, 0, f"--parser: {error}", "write a command line") from None
    if not argv:
        raise UserError(None, 0, "--parser is empty", "write a command line")
    whole = load(paths.ROOT / "corpus/vectors")
    vectors = chosen(whole, expression)
    if not vectors:
        raise UserError(None, 0, f'no vector fits "{expression}"',
                        "write a part of an id, the name of a parser or a flag")
    file = known or (write if write is not None and write.exists() else None)
    old = differences.Known() if file is None else differences.read(
        file, [vector.id for vector in whole], finished=write is None)
    program = Program(argv)
    try:
        name, version = program.version() if known or write else ("", "")
        answers = list(run(vectors, program))
    finally:
        program.close()
    if known is not None:
        answers = differences.with_known(answers, old)
    counts = Counter(answer.outcome for answer in answers)
    if as_json:
        print(json.dumps({"vectors": 1, "parser": argv,
                          "summary": {name: counts[name] for name in OUTCOMES},
                          "answers": [asdict(answer) for answer in answers]}, indent=1))
    else:
        sys.stdout.write(text(answers, counts))
    if known is not None and (old.program, old.version) != (name, version):
        print(f"latchkey: {known} is about {old.program} {old.version}, this is "
              f"{name or 'a program'} {version or 'that does not say which'}", file=sys.stderr)
    if write is None:
        return status_of(counts)
    made = differences.fresh(old, name or Path(argv[-1]).stem, version, answers)
    differences.write(write, made)
    bare = sum(not item.reason for item in made.items)
    print(f"latchkey: {made.program}: {len(made.of_vectors())} known differences" + (
        f", {bare} entries without a reason: the file is refused until each has one"
        if bare else ""), file=sys.stderr)
    return 0


def text(answers: Sequence[Answer], counts: Mapping[str, int]) -> str:
    lines = []
    for answer in answers:
        if answer.outcome in ("differs", "gone", "broke"):
            rests = "; ".join((answer.comment, answer.source, *answer.requirements))
            lines.append(f"{answer.outcome:8} {answer.id}: {answer.what} ({rests})")
    opened = Counter(answer.what for answer in answers if answer.outcome == "open")
    if opened:
        lines.append("ambiguous: " + ", ".join(f"{opened[word]} {word}"
                                               for word in sorted(opened)))
    lines.append(", ".join(f"{counts.get(name, 0)} {name}" for name in OUTCOMES
                           if counts.get(name) or name not in ("known", "gone")))
    return "\n".join(lines) + "\n"
