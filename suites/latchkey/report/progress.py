# SPDX-License-Identifier: Apache-2.0
"""What is seen while a run goes on: a live bar on a terminal, plain lines in a pipe."""

import os
import sys
from collections.abc import Sequence
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from . import terminal, words
from .facts import Result

STYLES = {"FAIL": "bold red", "WARN": "yellow", "ERROR": "magenta", "INCONCLUSIVE": "magenta",
          "XPASS": "cyan", "XFAIL": "dim", "PASS": "green", "SKIP": "dim"}


class Observer(Protocol):
    """Told by the runner what happens."""

    def start(self, total: int, clients: Sequence[str], quick: bool = False) -> None:
        """The run begins; the total of a quick one may grow."""

    def update(self, result: Result) -> None:
        """One trial ended."""

    def finish(self, summary: str) -> None:
        """The run ended; `summary` is the final text."""


def observer(stream: TextIO | None = None) -> Observer:
    """The observer that fits the stream."""
    stream = stream or sys.stdout
    if stream.isatty():
        return Live(stream)
    return Lines(stream)


def _counted(counts: dict[str, int], result: Result) -> dict[str, int]:
    outcome = str(result["outcome"])
    more = {**counts, outcome: counts.get(outcome, 0) + 1}
    return {o: more[o] for o in words.OUTCOMES if o in more}


class Lines:
    """For a pipe: a line for what is worth one, and a count at every tenth of the way."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.teller = terminal.Teller()
        self.total = 0
        self.step = 1
        self.done = 0
        self.counts: dict[str, int] = {}

    def start(self, total: int, clients: Sequence[str], quick: bool = False) -> None:
        self.total, self.step = total, max(1, total // 10)
        self._write(terminal.head(total, clients, quick) + "\n")

    def update(self, result: Result) -> None:
        self.counts = _counted(self.counts, result)
        self.done += 1
        self.total = max(self.total, self.done)
        for told in self.teller.tell(result):
            self._say(told)
        if self.total >= 20 and self.done % self.step == 0:
            self._say(f"{self.done} of {self.total}: {terminal.counts_text(self.counts)}")

    def finish(self, summary: str) -> None:
        self._write("\n" + summary)

    def _say(self, line: str) -> None:
        self._write(terminal.safe(line) + "\n")

    def _write(self, text: str) -> None:
        """Whoever reads may have seen enough (`| head`); the run goes on for its report."""
        try:
            self.stream.write(text)
            self.stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())


class Live:
    """For a terminal: one bar with counts by outcome; what is worth a line scrolls above it."""

    def __init__(self, stream: TextIO) -> None:
        self.console = Console(file=stream, highlight=False)
        self.bar = Progress(
            BarColumn(32), MofNCompleteColumn(), TextColumn("{task.fields[counts]}"),
            TimeElapsedColumn(), console=self.console, transient=True)
        self.teller = terminal.Teller()
        self.task = self.bar.add_task("", total=0, counts="", start=False)
        self.total = 0
        self.counts: dict[str, int] = {}

    def start(self, total: int, clients: Sequence[str], quick: bool = False) -> None:
        self.bar.start()
        self.bar.start_task(self.task)
        self.total = total
        self.bar.update(self.task, total=total)
        self.console.print(Text(terminal.head(total, clients, quick)))

    def update(self, result: Result) -> None:
        self.counts = _counted(self.counts, result)
        shown = "  ".join(f"[{STYLES[o]}]{n} {words.OUTCOMES[o].word}[/]"
                          for o, n in self.counts.items())
        self.total = max(self.total, sum(self.counts.values()))
        self.bar.update(self.task, advance=1, total=self.total, counts=shown)
        for told in self.teller.tell(result):
            line = Text(told)
            line.stylize(STYLES[str(result["outcome"])], 0, len(str(result["outcome"])))
            self.console.print(line, no_wrap=True, overflow="ellipsis")

    def finish(self, summary: str) -> None:
        self.bar.stop()
        self.console.print(Text(summary), end="", soft_wrap=True)
