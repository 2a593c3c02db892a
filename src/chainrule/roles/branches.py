"""Which way a program went where it branches: what was read holds for that way alone, and a reader is told so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chainrule.program import Program, SourceSpan
from chainrule.trace.recording import Recording

MOST = 3
"""How many branches are listed."""


def ways_taken(recording: Recording, program: Program) -> str | None:
    """What the branches among the lines of ``program`` came to; None where it has none."""
    lines = recording.program.every_line()
    places = {line.result: n for n, line in enumerate(lines)}
    mine = [places[value] for value in program.values() if value in places]
    went: dict[SourceSpan, list[bool]] = {}
    for one in recording.guards():
        if one.places and mine and min(mine) <= one.n_lines <= max(mine):
            went.setdefault(one.places[0], []).append(one.outcome)
    if not went:
        return None
    said = [_said(place, outcomes) for place, outcomes in went.items()]
    more = f" and {len(said) - MOST} more" if len(said) > MOST else ""
    listed = ", ".join(said[:MOST])
    return f"told as the program went here, where {listed}{more}; with other numbers it may go another way"


def _said(place: SourceSpan, outcomes: Sequence[bool]) -> str:
    """``z > 1`` was true in line 4; of many turns, how often. What compares by itself, as ``min``, was decided."""
    n, yes = len(outcomes), sum(outcomes)
    often = {0: "false", n: "true"}.get(yes, f"true {yes} times of {n}")
    said = "decided" if _CALL.fullmatch(place.text) else often
    return f"{place.text or place.source} was {said} in line {place.line}"


_CALL = re.compile(r"\w+\(.*\)")
