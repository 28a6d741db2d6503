# SPDX-License-Identifier: Apache-2.0
"""aiosmtplib: submission WISH HOST PORT USER PASSWORD FROM TO MESSAGE"""

from __future__ import annotations

import asyncio
import sys

import aiosmtplib

OPTIONS: dict[str, dict[str, bool]] = {
    "implicit": {"use_tls": True}, "starttls": {"start_tls": True}, "default": {}}


def main(_: str, wish: str, host: str, port: str, user: str, password: str, sender: str,
         recipient: str, message: str) -> None:
    with open(message, encoding="ascii") as file:
        text = file.read()
    asyncio.run(aiosmtplib.send(
        text, sender=sender, recipients=[recipient], hostname=host, port=int(port), username=user,
        password=password, timeout=8, **OPTIONS[wish]))


if __name__ == "__main__":
    main(*sys.argv[1:])
