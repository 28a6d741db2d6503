# SPDX-License-Identifier: Apache-2.0
"""Starts Thunderbird and has it run mail.js through Marionette, its own remote control.

Usage: run.py SERVICE WISH HOST PORT USER PASSWORD CA FROM TO MESSAGE
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

COMMAND = ("thunderbird", "--headless", "--no-remote", "--marionette",
           "--remote-allow-system-access", "--profile")


def port_wait(output: IO[bytes]) -> int:
    """The port of Marionette, which Thunderbird prints as soon as it listens."""
    said = next(line for line in output if b"Listening on port" in line)
    return int(said.split()[-1])


class Marionette:
    """A connection. Its messages are LENGTH:JSON, and each command is answered."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.stream = self.socket.makefile("rb")
        self.receive()      # a greeting

    def receive(self) -> Any:
        """The next message."""
        length = b""
        while (octet := self.stream.read(1)) != b":":
            length += octet
        return json.loads(self.stream.read(int(length)))

    def call(self, name: str, **values: Any) -> tuple[Any, Any]:
        """Error, or None; result."""
        data = json.dumps([0, 1, name, values]).encode()
        self.socket.sendall(b"%d:%s" % (len(data), data))
        _, _, error, result = self.receive()
        return error, result


def mail_run(marionette: Marionette) -> tuple[bool, str]:
    """Whether mail.js did its work; what Thunderbird showed."""
    marionette.call("WebDriver:NewSession")
    marionette.call("Marionette:SetContext", value="chrome")
    script = Path(__file__).with_name("mail.js").read_text(encoding="ascii")
    error, result = marionette.call("WebDriver:ExecuteAsyncScript", sandbox="system",
                                    script=script, args=sys.argv[1:])
    if error:
        return False, str(error["message"])
    return result["value"]["done"], "\n".join(result["value"]["shown"])


def main() -> int:
    """0 if the mail was fetched or sent."""
    # A new profile for every visit: one that has the mail does not fetch it again.
    profile = tempfile.mkdtemp(dir=".")
    shutil.copy("user.js", profile)
    with subprocess.Popen((*COMMAND, profile), stdout=subprocess.PIPE) as thunderbird:
        try:
            assert thunderbird.stdout is not None
            marionette = Marionette(port_wait(thunderbird.stdout))
            done, shown = mail_run(marionette)
            print(shown, flush=True)
            marionette.call("Marionette:Quit", flags=["eForceQuit"])
        except BaseException:
            thunderbird.kill()
            raise
    return 0 if done else 1


sys.exit(main())
