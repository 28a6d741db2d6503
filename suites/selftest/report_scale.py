# SPDX-License-Identifier: Apache-2.0
"""A results folder of any size, to see how reports bear it: `report_scale.py DIR [CLIENTS]`.

The clients, scenarios and outcomes are made up; the same numbers give the same folder.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from latchkey.postures import POSTURES  # noqa: E402

from report_sample import SCENARIOS, Entry, document, result, write_evidence  # noqa: E402

FAMILIES = ("starttls", "certificate", "injection", "tls", "auth", "discovery", "policy", "session")
KINDS = tuple(SCENARIOS)


def dice(*names: object) -> int:
    """The same number below 1000 for the same names."""
    text = "/".join(map(str, names)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") % 1000


def outcome_of(client: int, scenario: int, posture: str, variant: int) -> str:
    """Clients differ in how often they fail; a scenario that one fails is failed in company."""
    weak = dice("client", client) < 400
    hard = dice("scenario", scenario) < 250
    number = dice(client, scenario, posture, variant)
    bad = (250 if weak else 40) if hard else (30 if weak else 3)
    if number < bad:
        return "WARN" if dice(scenario) < 300 else "FAIL"
    return "INCONCLUSIVE" if number > 994 else "SKIP" if number > 985 else "PASS"


def entries(clients: int, scenarios: int = 100, variants: int = 3) -> Iterator[Entry]:
    """About 7 trials for each client, scenario and variant of three."""
    for client in range(clients):
        postures = [name for name in POSTURES
                    if dice("has", client, name) * len(POSTURES) < 15_000]     # some 15
        for scenario in range(scenarios):
            family = FAMILIES[scenario % len(FAMILIES)]
            kind = KINDS[scenario % len(KINDS)]
            for variant in range(variants if scenario % 4 else 1):
                for posture in postures:
                    if dice("fits", scenario, posture) >= 420:
                        continue
                    made = result(kind, f"client-{client:02}", posture,
                                  outcome_of(client, scenario, posture, variant))
                    skipped = made["outcome"] == "SKIP"
                    identifier = f"{family}.made-up-{scenario:03}"
                    name = f"v{variant}" if variant else ""
                    made |= {"id": identifier, "family": family, "variant": name,
                             "title": f"{made['title']}, number {scenario}",
                             "reason": "deadline" if made["outcome"] == "INCONCLUSIVE" else
                             "missing" if skipped else "",
                             "evidence": "" if skipped else
                             f"trials/client-{client:02}/{posture}/{identifier}~{name}"}
                    yield made


def write(folder: Path, clients: int, scenarios: int = 100, variants: int = 3) -> int:
    """The folder with its evidence, of passed trials only a few; the number of trials."""
    made = list(entries(clients, scenarios, variants))
    folder.mkdir(parents=True, exist_ok=True)
    told = [e for n, e in enumerate(made) if e["outcome"] not in ("PASS", "SKIP") or n % 40 == 0]
    for number, kind in enumerate(("strip", "impostor", "inject", "refuse")):
        write_evidence(folder, told[number::4], kind)
    (folder / "results.json").write_text(json.dumps(document(made)), "utf-8")
    return len(made)


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int((sys.argv[2:] or ["30"])[0])), "trials")
