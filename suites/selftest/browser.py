# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium for the tests of the report, driven over a pipe (DevTools protocol).

As a program it takes pictures: `browser.py URL FILE.png [WIDTH [light|dark]]`.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
MISSING = "chromium is not installed (scripts/setup browser)"

# Descriptors 3 and 4 are where it listens and answers; whatever stood there moves out of the way.
_AT_3_AND_4 = """
import fcntl, os, sys
r, w = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3])
os.dup2(r, 3), os.dup2(w, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
          "--disable-background-networking", "--disable-component-update", "--disable-sync",
          "--disable-dev-shm-usage", "--remote-debugging-pipe")
SILENCE = 60  # a test that waits for what never comes must not wait for ever
_KEYS = {"Escape": 27, "Enter": 13, "Tab": 9}
Json = dict[str, Any]


class Browser:
    """One process; `with Browser() as browser`."""

    def __init__(self) -> None:
        self.home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        ours_read, theirs_write = os.pipe()
        theirs_read, ours_write = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _AT_3_AND_4, str(theirs_read), str(theirs_write), PROGRAM,
             *_FLAGS, f"--user-data-dir={self.home.name}"],
            pass_fds=(theirs_read, theirs_write), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.home.name})
        os.close(theirs_read)
        os.close(theirs_write)
        self.reads = os.fdopen(ours_read, "rb")
        self.writes = os.fdopen(ours_write, "wb", buffering=0)
        self.buffer = b""
        self.number = 0
        self.pages: dict[str, Page] = {}

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        self.reads.close()
        self.writes.close()
        self.home.cleanup()

    def call(self, method: str, session: str = "", **params: Any) -> Json:
        """One command and its answer; what happens meanwhile is noted by the pages."""
        self.number += 1
        message: Json = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self.writes.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                result: Json = answer["result"]
                return result

    def receive(self) -> Json:
        """The next message; events are given to their page."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reads], [], [], SILENCE)
            assert ready, f"chromium has said nothing for {SILENCE} seconds"
            data = os.read(self.reads.fileno(), 1 << 16)
            assert data, "chromium has ended"
            self.buffer += data
        text, _, self.buffer = self.buffer.partition(b"\0")
        message: Json = json.loads(text)
        page = self.pages.get(message.get("sessionId", ""))
        if page is not None and "method" in message:
            page.note(message["method"], message["params"])
        return message

    def open(self, url: str, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        """A new page that has loaded; the one before is closed, a page behind is never drawn."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for old in self.pages.values():
            self.call("Target.closeTarget", targetId=old.target)
        self.pages = {session: Page(self, session, target)}
        page = self.pages[session]
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 500)
        page.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        page.go(url)
        return page


class Page:
    """One tab: what it asked for (`requests`), what went wrong in it (`errors`)."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self.browser = browser
        self.session = session
        self.target = target
        self.loaded = False
        self.requests: list[str] = []
        self.errors: list[str] = []

    def call(self, method: str, **params: Any) -> Json:
        return self.browser.call(method, self.session, **params)

    def note(self, method: str, params: Json) -> None:
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(str(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.errors.append(str(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(str(params["entry"]))

    def go(self, url: str) -> None:
        """Load a page."""
        self.loaded = False
        assert "errorText" not in self.call("Page.navigate", url=url)
        self.settle()

    def settle(self) -> None:
        """Until the page that was asked for has loaded."""
        while not self.loaded:
            self.browser.receive()

    def js(self, expression: str) -> Any:
        """The value of an expression, a promise's when it is kept."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def key(self, *names: str, leads: bool = False) -> None:
        """Press keys one after the other; `leads`: to another page, which is waited for."""
        self.loaded = False
        for name in names:
            code = _KEYS.get(name, ord(name.upper()) if len(name) == 1 else 0)
            text = {"text": name} if len(name) == 1 else {}
            self.call("Input.dispatchKeyEvent", type="keyDown", key=name,
                      windowsVirtualKeyCode=code, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=name,
                      windowsVirtualKeyCode=code)
        if leads:
            self.settle()
        else:
            self.frame()

    def frame(self) -> None:
        """Until what was asked for is drawn."""
        self.js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"])

    def picture(self, whole: bool = True) -> bytes:
        """A PNG of the whole page, of at most 6000 pixels, or of what is in the window."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000),
                "scale": 1}
        more: Json = {"clip": clip, "captureBeyondViewport": True} if whole else {}
        return base64.b64decode(self.call("Page.captureScreenshot", **more)["data"])


if __name__ == "__main__":
    _, _url, _file, *_more = sys.argv
    with Browser() as _browser:
        _page = _browser.open(_url, int((_more or ["1280"])[0]), dark="dark" in _more)
        Path(_file).write_bytes(_page.picture())
        print(*_page.errors, sep="\n")
