"""Which programs are known to be wrong, to crash or to hang: one file, strict, to be emptied.

A line is ``group | program | door | word``. ``run.py --update-known`` writes it anew; a test holds it to what happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from verdict import WRONG, Verdict

FILE = Path(__file__).parent / "known_failures.txt"
HEAD = """# group | program | door | what happens
# Written by run.py --update-known. A line whose program is mended has to go; the aim is an empty file.
"""


@dataclass(frozen=True, order=True)
class Trial:
    """One program through one door."""

    group: str
    program: str
    door: str


def known_failures() -> dict[Trial, str]:
    """Every trial that is known to fail, with its word."""
    if not FILE.exists():
        return {}
    lines = FILE.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if not line.startswith("#")]
    return {Trial(*row[:3]): row[3] for row in rows if len(row) == 4}


def surprises(found: Iterable[tuple[Trial, Verdict]]) -> list[str]:
    """What happened otherwise than the file says: new failures, and failures that are gone."""
    known = known_failures()
    said = []
    for trial, verdict in found:
        expected = known.get(trial)
        place = f"{trial.group} | {trial.program} | {trial.door}"
        if verdict.safe and expected:
            said.append(f"{place} is mended: {verdict}; take the line out")
        elif not verdict.safe and (
            expected is None or verdict.word == WRONG != expected
        ):
            said.append(f"{place} is {verdict}")
    return said


def update(found: Iterable[tuple[Trial, Verdict]]) -> None:
    """Write the file anew for the trials found; others stay as they are."""
    known = known_failures()
    for trial, verdict in found:
        known.pop(trial, None)
        if not verdict.safe:
            known[trial] = verdict.word
    rows = [
        " | ".join((*vars(trial).values(), word))
        for trial, word in sorted(known.items())
    ]
    FILE.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
