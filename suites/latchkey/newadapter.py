# SPDX-License-Identifier: Apache-2.0
"""`latchkey new-adapter`: a commented adapter to begin with, which loads as it is."""

from __future__ import annotations

import re
from pathlib import Path

from latchkey.errors import UserError

TEMPLATE = """\
# What Latchkey has to know of NAME. docs/adapters.md has all keys and variables.
adapter = 1
name = "NAME"
title = "NAME"
kind = "mua"            # mua, submission (it only sends), library, mta

# How to ask it for its version; the parentheses hold it. No answer: the client counts as missing.
# A program below /usr is called by its name, one that lies beside this file "{adapter}/NAME".
version = { argv = ["NAME", "--version"], regex = '([0-9][0-9A-Za-z.+~-]*)' }

# Where it looks for authorities that it trusts: "system" (/etc/ssl/certs), "own-file" (then give it
# {ca} below), "nss" or "none".
trust = "system"

# If it asks the user whether to go on, a regular expression for the question.
# prompt = 'Accept this certificate'

# Files that it reads, below its HOME. They may hold the variables, too.
# [files]
# ".NAMErc".text = \"\"\"
# host = {host}
# port = {port}
# \"\"\"

# A posture is one way to set it up. Here: IMAP, and STARTTLS is demanded.
# The program is to fetch the one mail in INBOX, and to end.
[posture.imap-starttls]
argv = ["NAME", "--server", "{host}:{port}", "--user", "{user}", "--password", "{password}"]
# success = [0]         # exit codes that mean "done"

# TLS from the first byte (port 993).
# [posture.imap-implicit]
# argv = [...]

# TLS if the server offers it.
# [posture.imap-opportunistic]
# argv = [...]

# Nothing given but host, user and password: what does the program choose?
# [posture.imap-default]
# argv = [...]

# It sends: the whole message comes to standard input, or lies in {message}.
# [posture.submission-starttls]
# argv = ["NAME", "--smtp", "{host}:{port}", "--from", "{from}", "{to}"]
# stdin = "message"
"""


def write(name: str, folder: Path) -> Path:
    """The new file; every mistake is a UserError, and nothing is overwritten."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        raise UserError(None, 0, f'"{name}" is no name for a client',
                        "write small letters, digits, - and _")
    file = folder / "adapter.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(TEMPLATE.replace("NAME", name))
    except FileExistsError:
        raise UserError(file if file.exists() else folder, 0, "is there already",
                        "name another folder with --path") from None
    except OSError as error:
        raise UserError(file, 0, f"cannot be written: {error.strerror}",
                        "name another folder with --path") from None
    return file


def command(name: str, folder: Path | None) -> int:
    file = write(name, folder if folder is not None else Path(name))
    path = file if file.is_absolute() else f"./{file}"
    print(f"{path}: written. Set version and argv in it to what {name} takes. Does it work?\n"
          f"  latchkey run {path} --suite baseline.split\n"
          f"Then attack it:\n  latchkey run {path}")
    return 0
