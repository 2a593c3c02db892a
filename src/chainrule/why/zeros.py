"""Where a zero comes from: the factor that stops a gradient, and what it would take.

What an entry moves is followed towards the loss; what has a gradient is known from the loss. Where a slope of 0 leads from
the one to the other, it alone stands in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from chainrule.program import Array, Line, Value
from chainrule.why.answer import Answer
from chainrule.why.culprit import culprit
from chainrule.why.entries import Entry, places
from chainrule.why.parts import Part, contributions
from chainrule.why.pass_names import PassNames, plain
from chainrule.why.unrolled_pass import UnrolledPass

FEW = 48
"""So many candidates are tried one by one."""
DEEP = 3
"""So many walls are told, one behind the other."""


@dataclass(frozen=True)
class Wall:
    """A line whose slope is 0 where the entry arrives and would not be at other numbers.

    ``arriving`` are the entries of the argument that move, ``mask`` those of the result that stand still.
    """

    line: Line
    position: int
    arriving: Array
    mask: Array


@dataclass(frozen=True)
class ZeroWalk:
    """What an entry moves: ``reached`` are the entries by value, ``walls`` where it stops, ``ends`` where it stops by nature."""

    reached: dict[Value, Array]
    walls: tuple[Wall, ...]
    ends: tuple[tuple[Line, int], ...]
    crossing: tuple[Value, Line] | None


def walked(ledger: UnrolledPass, value: Value, mask: Array) -> ZeroWalk:
    """Follow what the entries of ``mask`` move, towards the loss."""
    reached: dict[Value, Array] = {value: mask}
    walls: list[Wall] = []
    ends: list[tuple[Line, int]] = []
    crossing: tuple[Value, Line] | None = None
    for line in ledger.run.program.pruned([ledger.loss]).lines:
        for position, arg in enumerate(line.args):
            if not isinstance(arg, Value) or arg not in reached:
                continue
            here = reached[arg]
            if line.op.rule(position) is None:
                ends.append((line, position))
                continue
            moves = ledger.slopes.moves(line, position, here)
            wall = ledger.slopes.could_move(line, position, here) & ~moves
            if wall.any():
                walls.append(Wall(line, position, here, wall))
            if not moves.any():
                if not wall.any():
                    ends.append((line, position))
                continue
            if crossing is None and (moves & (ledger.gradient(line.result) != 0)).any():
                crossing = (arg, line)
            there = reached.get(line.result, np.zeros(line.result.shape, bool))
            reached[line.result] = there | moves
    return ZeroWalk(reached, tuple(walls), tuple(ends), crossing)


def told(words: PassNames, asked: str, value: Value, mask: Array) -> Answer:
    """Why a gradient is 0, in words."""
    ledger = words.ledger
    if value not in ledger.uses:
        return unread(words, asked, value)
    walk = walked(ledger, value, mask)
    if walk.crossing is not None:
        return _cancels(words, asked, walk, walk.crossing)
    alone = [
        replace(wall, mask=wall.mask & (ledger.gradient(wall.line.result) != 0))
        for wall in walk.walls
    ]
    alone = [wall for wall in alone if wall.mask.any()]
    if alone:
        return _walls(words, asked, alone, walk)
    if walk.walls:
        return _behind(words, asked, walk)
    return _ends(words, asked, value, walk)


def unread(words: PassNames, asked: str, value: Value) -> Answer:
    """A value that nothing on the way to the loss reads."""
    ledger = words.ledger
    said = f"{asked} is 0: nothing on the way to {words.value(ledger.loss)} reads {words.value(value)}."
    return Answer(asked, 0.0, "zero", "no path", (said,), None, words.value(value))


def _walls(words: PassNames, asked: str, walls: list[Wall], walk: ZeroWalk) -> Answer:
    """Walls each of which stands alone between the entry and the loss."""
    ledger = words.ledger
    first = max(
        walls, key=lambda wall: (wall.mask.sum(), -ledger.order[wall.line.result])
    )
    at = places(first.mask)[0]
    found = culprit(
        words, (first.line, first.position), first.arriving, at, walk.reached
    )
    rows = words.rows(first.mask)
    share = f", for {words.of_rows(rows)}" if rows else ""
    sentences = [f"{asked} is 0: {found.said} ({words.at(first.line)}){share}."]
    others = [wall for wall in walls if wall.line.at != first.line.at]
    for wall in others[: DEEP - 1]:
        other = culprit(
            words,
            (wall.line, wall.position),
            wall.arriving,
            places(wall.mask)[0],
            walk.reached,
        )
        sentences.append(f"Elsewhere {other.said} ({words.at(wall.line)}).")
    if found.takes:
        sentences.append(f"It takes {found.takes}.")
    cause = words.entry(found.value, found.entry) if found.value is not None else ""
    return Answer(
        asked, 0.0, "zero", found.reason, tuple(sentences), first.line.at, cause, rows
    )


def _behind(words: PassNames, asked: str, walk: ZeroWalk) -> Answer:
    """Walls one behind the other: the first is told, then what is 0 beyond it."""
    ledger = words.ledger
    first = walk.walls[0]
    answer = _walls(words, asked, [first], walk)
    beyond = first.line.result
    deeper = told(
        words,
        f"Beyond it ∂{words.value(ledger.loss)}/∂{words.value(beyond)}",
        beyond,
        first.mask,
    )
    return replace(answer, sentences=(*answer.sentences, deeper.sentences[0]))


def _cancels(
    words: PassNames, asked: str, walk: ZeroWalk, crossing: tuple[Value, Line]
) -> Answer:
    """Contributions that are not 0 and add up to 0."""
    ledger = words.ledger
    value, line = crossing
    for entry in places(walk.reached[value])[:FEW]:
        parts = list(contributions(ledger, value, entry))
        if sum(abs(part.amount) for part in parts) > 0:
            return cancelling(words, asked, 0.0, (value, entry), parts)
    said = f"{asked} is 0: what reaches it through {words.at(line)} adds up to 0."
    return Answer(asked, 0.0, "zero", "cancels", (said,), line.at, words.value(value))


def cancelling(
    words: PassNames,
    asked: str,
    number: float,
    of: tuple[Value, Entry],
    parts: Sequence[Part],
) -> Answer:
    """The contributions that cancel, in words."""
    ledger = words.ledger
    parts = sorted(parts, key=lambda part: -abs(part.amount))
    listed = ", ".join(f"{plain(part.amount)}" for part in parts[:3]) + (
        " …" if len(parts) > 3 else ""
    )
    where = words.entry(*of)
    line = parts[0].line
    lines = {part.line.at for part in parts}
    through = (
        f"through {words.at(line)}" if len(lines) == 1 else f"from {len(lines)} places"
    )
    target = (
        ""
        if asked.endswith(f"/∂{where}")
        else f" to ∂{words.value(ledger.loss)}/∂{where}"
    )
    says = f"{asked} is {plain(number)}" if abs(number) > 0 else f"{asked} is 0"
    left = ", and rounding is left" if number else ""
    said = f"{says}: the contributions{target} cancel, {listed} {through}{left}."
    rows = (
        words.rows(
            np.isin(
                np.arange(words.batch), [part.entry[0] for part in parts if part.entry]
            )
        )
        if len(lines) == 1 and line.result.ndim
        else ()
    )
    return Answer(asked, number, "zero", "cancels", (said,), line.at, where, rows)


def _ends(words: PassNames, asked: str, value: Value, walk: ZeroWalk) -> Answer:
    """What stops by nature: a step function, an index that picks other entries."""
    ledger = words.ledger
    steps = [
        (line, position)
        for line, position in walk.ends
        if line.op.elementwise or line.op.rule(position) is None
    ]
    if steps:
        line, position = steps[0]
        arg = line.args[position]
        what = words.value(arg) if isinstance(arg, Value) else "it"
        said = f"{asked} is 0: {words.op(line)} stands still while {what} moves a little, so no gradient passes ({words.at(line)})."
        return Answer(asked, 0.0, "zero", "never moves", (said,), line.at, what)
    line, position = walk.ends[-1] if walk.ends else ledger.uses[value][0]
    read = line.args[position]
    what = (
        words.entries(read, walk.reached[read])
        if isinstance(read, Value)
        else words.value(value)
    )
    said = f"{asked} is 0: {words.at(line)} does not pick {what}, and nothing else on the way to {words.value(ledger.loss)} reads it."
    return Answer(asked, 0.0, "zero", "no path", (said,), line.at, what)
