"""Which programs are known to be wrong, to crash or to hang: one file, strict, to be emptied.

A line is ``group | program | door | word``. ``run.py --update-known`` writes it anew, and takes out what is mended; the
tests try a sample, and fail on what the file does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from verdict import WRONG, Verdict

FILE = Path(__file__).parent / "known_failures.txt"
HEAD = """# group | program | door | what happens
# Written by run.py --update-known. The aim is an empty file.
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
    """The failures that the file does not know, and wrong gradients that it knows as something milder."""
    known = known_failures()
    return [
        f"{trial.group} | {trial.program} | {trial.door} is {verdict}"
        for trial, verdict in found
        if not verdict.safe
        and (trial not in known or verdict.word == WRONG != known[trial])
    ]


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
