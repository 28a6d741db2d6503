# SPDX-License-Identifier: Apache-2.0
"""Small correct files for the tests of the catalog, which break them in one place each."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SECRETS = {"user": "u1a2b3c4d5e", "password": "p9f8e7d6c5b", "token": "t0a9s8d7f6g",
           "body": "b5x4c3v2b1n", "subject": "j6h5g4f3d2s",
           "recipient": "r1q2w3e4r5@example.test", "sender": "s9o8i7u6y5@example.test",
           "forged": "x7z6y5w4v3u2t1s0r", "forged-number": "271828"}

SCENARIO = '''\
scenario = 1
title = "A test"
why = """
Because."""
profile = "mail"
postures = ["imap-starttls", "pop3-starttls"]
requirements = ["rfc8314-5.2-only-capability-and-starttls"]
cwe = ["CWE-319"]

[fault]
at = { reply = "starttls" }
do = { action = "refuse", text = { imap = "{tag} NO\\r\\n", pop3 = "-ERR\\r\\n" } }

[[check]]
predicate = "no-credential-in-clear"
level = { demanded = "MUST", opportunistic = "SHOULD" }
consequence = "credential-leak"
'''

VARIANTS = SCENARIO + '''
[[variant]]
id = "one"
do = { text = "one\\r\\n" }

[[variant]]
id = "two"
title = "Another"
postures = ["submission-*"]
do = { action = "close", when = "before", how = "fin" }
'''

ADAPTER = '''\
adapter = 1
name = "mine"
title = "Mine"
kind = "mua"
version = { argv = ["mine", "--version"], regex = 'mine (\\S+)' }
trust = "system"

[files]
".minerc".text = """
host {host}
user {user}
hook {print $1}
"""

[posture.imap-starttls]
argv = ["mine", "--host", "{host}", "--tls"]
'''


def written(folder: Path, text: str) -> Path:
    path = folder / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    return path
