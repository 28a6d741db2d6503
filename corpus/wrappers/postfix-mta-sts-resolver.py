# SPDX-License-Identifier: Apache-2.0
"""postfix-mta-sts-resolver: its resolver as it is, with records and policies out of our hands."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from importlib import metadata
from typing import Any

from postfix_mta_sts_resolver import resolver
from wrapper import serve, strings

POLICY = b"version: STSv1\nmode: none\nmax_age: 60\n"


class _Record:
    def __init__(self, text: bytes) -> None:
        self.text = text


class _Dns:
    """In place of aiodns, which joins the strings of a record."""

    def __init__(self, texts: list[bytes]) -> None:
        self.texts = texts

    async def query(self, name: str, kind: str) -> list[_Record]:
        return [_Record(text) for text in self.texts]


class _Content:
    def __init__(self, body: bytes) -> None:
        self.body = body

    async def read(self, n: int) -> bytes:
        some, self.body = self.body[:n], self.body[n:]
        return some


class _Session:
    """In place of aiohttp: a session, its request, and the response."""

    body = POLICY
    status = 200
    charset = "utf-8"
    headers = {"Content-Type": "text/plain; charset=utf-8"}

    def __init__(self, **_: Any) -> None:
        self.content = _Content(type(self).body)

    def get(self, *_: Any, **__: Any) -> "_Session":
        return self

    async def __aenter__(self) -> "_Session":
        return self

    async def __aexit__(self, *_: Any) -> None:
        pass


LOOP = asyncio.new_event_loop()
MADE = resolver.STSResolver(timeout=5, loop=LOOP)


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return LOOP.run_until_complete(coroutine)


async def _resolve(texts: list[bytes], body: bytes) -> Any:
    MADE._resolver = _Dns(texts)
    _Session.body = body
    try:
        status, found = await MADE.resolve("example.com")
    except Exception:                   # whatever it throws, no policy comes of it
        return None
    return found if status is resolver.STSFetchResult.VALID else None


def record(data: bytes) -> dict[str, Any] | None:
    found = _run(_resolve([data], POLICY))
    return None if found is None else {"id": found[0]}


def records(data: bytes) -> dict[str, Any] | None:
    found = _run(_resolve([b"".join(one) for one in strings(data)], POLICY))
    return None if found is None else {"id": found[0]}


def policy(data: bytes) -> dict[str, Any] | None:
    found = _run(_resolve([b"v=STSv1; id=a"], data))
    return None if found is None else {name: found[1][name] for name in ("mode", "max_age", "mx")}


if __name__ == "__main__":
    logging.disable()
    resolver.aiohttp.ClientSession = _Session
    serve({"sts-record": record, "sts-records": records, "sts-policy": policy},
          "postfix-mta-sts-resolver", metadata.version("postfix-mta-sts-resolver"))
