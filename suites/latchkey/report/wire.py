# SPDX-License-Identifier: Apache-2.0
"""Bytes of a dialogue as safe HTML: control bytes shown, line ends kept, canaries named."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

HEAD_LINES = 8
HEAD_BYTES = 700
BODY_BYTES = 6000

# Private code points, which no byte can be, stand round a canary's name and for a lone LF.
_OPEN, _SHUT, _LF = "\ue000", "\ue001", "\ue002"
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_SPECIAL = re.compile(f"{_OPEN}([^{_SHUT}]*){_SHUT}|[^\n -~]+")
_BEYOND = re.compile(r"[^\x00-\xff]")

Redact = Callable[[str], str]


@dataclass(frozen=True)
class Shown:
    """A piece of dialogue: what is seen at once, what is folded, how many bytes are left out."""

    head: Markup
    rest: Markup = Markup("")
    left_out: int = 0
    cut: bool = False  # the bytes do not end with a line end


def redactor(secrets: Mapping[str, str]) -> Redact:
    """A function that names the canaries in a byte string, also inside base64."""
    names = {value: name for name, value in secrets.items() if len(value) > 2}
    if not names:
        return lambda data: _BEYOND.sub(_code_point, data)
    pattern = re.compile("|".join(re.escape(v) for v in sorted(names, key=len, reverse=True)))

    def decoded(match: re.Match[str]) -> str:
        found = dict.fromkeys(names[v] for v in pattern.findall(_base64(match[0])))
        return f"{_OPEN}base64: {', '.join(found)}{_SHUT}" if found else match[0]

    def redact(data: str) -> str:
        plain = _BEYOND.sub(_code_point, data)
        plain = pattern.sub(lambda m: f"{_OPEN}{names[m[0]]}{_SHUT}", plain)
        return _BASE64.sub(decoded, plain)

    return redact


def _base64(text: str) -> str:
    # The end may be cut: decode the whole groups only.
    try:
        return base64.b64decode(text[:len(text) // 4 * 4]).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def _code_point(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match[0]):x}}}"


def _special(match: re.Match[str]) -> str:
    if match[1] is not None:
        return f'<mark>‹{escape(match[1])}›</mark>'
    return "<b>" + "".join(_escape(c) for c in match[0]) + "</b>"


def _escape(char: str) -> str:
    return {_LF: "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}.get(char, f"\\x{ord(char):02x}")


def _markup(text: str) -> Markup:
    parts: list[str] = []
    end = 0
    for match in _SPECIAL.finditer(text):
        parts += [str(escape(text[end:match.start()])), _special(match)]
        end = match.end()
    return Markup("".join(parts) + str(escape(text[end:])))


def inline(text: str, redact: Redact) -> Markup:
    """A short text (a detail, an argument) on one line."""
    shown = redact(text[:BODY_BYTES]).replace("\r\n", " ").replace("\n", " ")
    return _markup(shown)


def show(data: str, redact: Redact) -> Shown:
    """Bytes as lines. CRLF ends a line silently; a lone CR or LF is shown."""
    cut = bool(data) and not data.endswith("\n")
    text = re.sub(r"(?<!\r)\n", f"{_LF}\n", redact(data)).replace("\r\n", "\n")
    text = text.removesuffix("\n")
    left_out = max(0, len(text) - BODY_BYTES)
    text = _cut(text, BODY_BYTES)
    head = _cut("\n".join(text.split("\n")[:HEAD_LINES]), HEAD_BYTES)
    rest = text[len(head):].removeprefix("\n")
    if len(rest) < 80 and rest.count("\n") < 3:
        head, rest = text, ""
    return Shown(_markup(head), _markup(rest), left_out, cut)


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, never through a canary's name."""
    if len(text) <= limit:
        return text
    start, end = text.rfind(_OPEN, 0, limit), text.rfind(_SHUT, 0, limit)
    return text[:start] if start > end else text[:limit]


def dump(data: str, limit: int = 96) -> Markup:
    """The first bytes in hex, for what is no text."""
    shown = " ".join(f"{min(ord(c), 255):02x}" for c in data[:limit])
    return escape(shown + (" …" if len(data) > limit else ""))
