# SPDX-License-Identifier: Apache-2.0
"""The dialogue of a transcript, as a terminal shows it."""

from __future__ import annotations

from dialogue import accept, close, event, exited, hello, recv, transcript, up

from latchkey.dialogue import WIDTH, dialogue


def said(data: str, by: str = "profile", channel: str = "clear") -> dict[str, object]:
    return event("send", 1, channel, reply="x", by=by, segment=1, data=data)


def test_clear_and_tls_client_and_server_and_the_fault_can_be_told_apart() -> None:
    lines = dialogue(transcript(
        accept(), said("* OK hi\r\n"), recv(data="a STARTTLS\r\n"), said("a OK\r\n", "fault"),
        event("fault.delivered", 1, do="withhold", detail="without STARTTLS"), hello(), up(),
        recv(1, "tls-good", "b NOOP\r\n"), said("b OK\r\n", channel="tls-good"),
        close(1, "tls-good"), exited(1)))
    assert lines == [
        "-- connection 1 to imap, in clear text", "  S: * OK hi",
        "  C: a STARTTLS", "! S: a OK", "!! withhold without STARTTLS",
        "  C: (ClientHello for mail.example.test)",
        "-- TLSv1.3 with the right server", "| C: b NOOP", "| S: b OK",
        "-- closed by the client (fin)", "-- the client exits with 1"]


def test_long_and_hostile_data_stay_on_their_lines() -> None:
    lines = dialogue(transcript(said("\x1b[31mred\x00" + "y" * 500 + "\r\n" + "l\r\n" * 50)))
    assert len(lines) == 7 and lines[-1].strip() == "(and 45 lines more)"
    assert all(len(line) <= WIDTH and line.isprintable() for line in lines)
