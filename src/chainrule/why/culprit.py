"""Why a slope is 0: the operand that would bring it back, found by trying other numbers for one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from chainrule.program import Array, Line, Value
from chainrule.why.answer import Reason
from chainrule.why.entries import Entry, only, places
from chainrule.why.pass_names import PassNames, plain
from chainrule.why.unrolled_pass import UnrolledPass

FEW = 48
"""So many candidates are tried one by one."""
NEAR = 1e-4
"""Where the slope is not 0 so near on both sides, the point is a turning point and no plateau."""
OTHER = 1.37
"""A number that is put in the place of a 0."""
Reached = Mapping[Value, Array]


@dataclass(frozen=True)
class Culprit:
    """The operand entry that makes a slope 0, and in which manner."""

    reason: Reason
    value: Value | None
    entry: Entry
    said: str
    takes: str


def culprit(
    words: PassNames,
    use: tuple[Line, int],
    arriving: Array,
    at: Entry,
    reached: Reached,
) -> Culprit:
    """The operand that makes the slope of a use 0 at one entry of its result."""
    ledger = words.ledger
    line, position = use
    own = cast("Value", line.args[position])
    entry = _arriving(ledger, use, arriving, at)
    one = only(own.shape, entry)
    revived = [
        place
        for place, arg in enumerate(line.args)
        if isinstance(arg, Value)
        and ledger.slopes.could_move(line, position, one, changed=place)[at]
    ]
    for place in sorted(revived, key=lambda place: not line.op.constant_in(place)):
        found = None if place == position else _zero_entry(ledger, use, place, one, at)
        arg = line.args[place]
        if found is not None and isinstance(arg, Value):
            if line.op.elementwise and _says_yes_or_no(ledger, arg, reached):
                name = words.entry(arg, found)
                return Culprit(
                    "mask",
                    arg,
                    found,
                    f"the mask {name} is {plain(ledger.number(arg)[found])}",
                    "",
                )
            return _factor(words, arg, found, reached)
    chosen = _chosen(ledger, line, at, (own, entry))
    if chosen is not None:
        return _loser(words, line, (own, entry), chosen)
    return _flat(words, line, at, (own, entry))


def _arriving(
    ledger: UnrolledPass, use: tuple[Line, int], arriving: Array, at: Entry
) -> Entry:
    """One entry of the argument that would move this entry of the result, and does not."""
    line, position = use
    support = ledger.slopes.supports(line, at)[position]
    candidates = places(arriving if support is None else arriving & support)
    for place in candidates[:FEW]:
        one = only(arriving.shape, place)
        if not ledger.slopes.moves(line, position, one)[at]:
            return place
    return places(arriving)[0]


def _zero_entry(
    ledger: UnrolledPass, use: tuple[Line, int], place: int, one: Array, at: Entry
) -> Entry | None:
    """The entry of another operand that is 0 and, were it not, would bring the slope back."""
    line, position = use
    direction = one.astype(ledger.number(line.args[position]).dtype)  # type: ignore[arg-type]
    for entry, args in _tries(ledger, line, place, at):
        found = ledger.slopes.moved(line, position, direction, args)
        if found is not None and found[at] != 0:
            return entry
    return None


def _tries(
    ledger: UnrolledPass, line: Line, place: int, at: Entry
) -> Iterator[tuple[Entry, list[Any]]]:
    """Each entry of an operand that is 0, and the operands with another number there."""
    here = ledger.slopes.args(line)
    support = ledger.slopes.supports(line, at)[place]
    array = np.asarray(here[place])
    if support is None or array.dtype.kind not in "fb":
        return
    for entry in places(support & (array == 0))[:FEW]:
        moved = np.array(array)
        moved[entry] = True if moved.dtype.kind == "b" else OTHER
        yield entry, [*here[:place], moved, *here[place + 1 :]]


def zero_value(words: PassNames, value: Value, entry: Entry) -> Culprit:
    """Why an entry of a value is 0."""
    return _factor(words, value, entry, {}, "it comes to 0")


def _factor(
    words: PassNames,
    value: Value,
    entry: Entry,
    reached: Reached,
    says: str = "",
) -> Culprit:
    """Why a factor is 0: followed back to where it was given, or to the line that made it 0."""
    ledger = words.ledger
    name = words.entry(value, entry)
    source, spot = _source(ledger, value, entry)
    line = ledger.made(source)
    if ledger.roles.get(source.name or "") in ("data", "label"):
        line = None
    start = words.entry(source, spot)
    says = says or f"its factor {name} is 0"
    if source is not value:
        says += f", from {start}"
    if line is None:
        return _given(ledger, source, spot, says, start)
    off = _off(words, line, spot)
    if line.op.kind in ("comparison", "logic"):
        own = any(isinstance(arg, Value) and arg in reached for arg in line.args)
        reason: Reason = "unit off" if own else "mask"
        return Culprit(reason, source, spot, f"the mask {start} is False{off}", "")
    if off:
        return Culprit("unit off", source, spot, f"{says}{off}", "")
    return Culprit(
        "zero factor",
        source,
        spot,
        f"{says}, made in {words.at(line)}",
        f"{start} other than 0",
    )


def _says_yes_or_no(ledger: UnrolledPass, value: Value, reached: Reached) -> bool:
    """Whether a factor of entries, one by one, does not move with them and holds 0 and one other number alone."""
    array = ledger.number(value)
    return (
        not _made_of(ledger, value, reached)
        and value not in ledger.parameters
        and array.size > 1
        and len(np.unique(array)) == 2
    )


def _made_of(ledger: UnrolledPass, value: Value, reached: Reached) -> bool:
    """Whether a value is computed from what is reached, be it by a comparison."""
    ahead, seen = [value], {value}
    while ahead:
        one = ahead.pop()
        if one in reached:
            return True
        line = ledger.made(one)
        before = set(line.reads()) - seen if line is not None else set()
        seen |= before
        ahead += before
    return False


def _given(
    ledger: UnrolledPass, value: Value, entry: Entry, says: str, start: str
) -> Culprit:
    role = ledger.roles.get(value.name or "", "")
    array = ledger.number(value)
    if value in ledger.parameters or role == "parameter":
        every = " (all of it is 0)" if not array.any() and array.size > 1 else ""
        takes = f"a weight other than 0 in {start}{every}"
        return Culprit("zero weight", value, entry, says, takes)
    if array.dtype.kind == "b" or role == "mask":
        return Culprit(
            "mask", value, entry, f"the mask {start} is {plain(array[entry])}", ""
        )
    return Culprit(
        "zero input", value, entry, says, f"an input other than 0 in {start}"
    )


def _source(ledger: UnrolledPass, value: Value, entry: Entry) -> tuple[Value, Entry]:
    """Follow an entry that is 0 back to the entry that it is 0 because of."""
    while (line := ledger.made(value)) is not None:
        if ledger.roles.get(value.name or "") in ("data", "label"):
            break
        if line.op.kind in ("comparison", "logic"):
            break
        before = _zero_before(ledger, line, entry)
        if before is None:
            break
        value, entry = before
    return value, entry


def _zero_before(
    ledger: UnrolledPass, line: Line, at: Entry
) -> tuple[Value, Entry] | None:
    for place, arg in enumerate(line.args):
        if not isinstance(arg, Value):
            continue
        for entry, args in _tries(ledger, line, place, at):
            if ledger.slopes.forward(line, args)[at] != 0:
                return arg, entry
    return None


def _off(words: PassNames, line: Line, at: Entry) -> str:
    """``, as z1[0, 2] = -1.3``: the operands of an entry that is 0 although they are not."""
    ledger = words.ledger
    told = []
    for arg, support in zip(line.args, ledger.slopes.supports(line, at), strict=True):
        if isinstance(arg, Value) and support is not None and support.sum() == 1:
            entry = places(support)[0]
            told.append(
                f"{words.entry(arg, entry)} = {plain(ledger.number(arg)[entry])}"
            )
    return f", as {' and '.join(told)}" if told else ""


def _chosen(
    ledger: UnrolledPass, line: Line, at: Entry, own: tuple[Value, Entry]
) -> tuple[Value, Entry] | None:
    """The other entry that the result is, where the line takes one and leaves the rest."""
    result = ledger.number(line.result)[at]
    for place, arg in enumerate(line.args):
        if not isinstance(arg, Value) or line.op.rule(place) is None:
            continue
        support = ledger.slopes.supports(line, at)[place]
        if support is None:
            continue
        for entry in places(support & (ledger.number(arg) == result))[:FEW]:
            one = only(arg.shape, entry)
            if (arg, entry) != own and ledger.slopes.moves(line, place, one)[at]:
                return arg, entry
    return None


def _loser(
    words: PassNames,
    line: Line,
    own: tuple[Value, Entry],
    chosen: tuple[Value, Entry],
) -> Culprit:
    ledger = words.ledger
    mine, other = words.entry(*own), words.entry(*chosen)
    number = plain(ledger.number(chosen[0])[chosen[1]])
    said = f"{words.op(line)} takes {other} = {number}, not {mine} = {plain(ledger.number(own[0])[own[1]])}"
    return Culprit("not chosen", *own, said, f"{mine} in the place of {other}")


def _flat(words: PassNames, line: Line, at: Entry, own: tuple[Value, Entry]) -> Culprit:
    """The operand itself lies where the op is flat: off, at its bound, saturated."""
    ledger = words.ledger
    mine, number = words.entry(*own), ledger.number(own[0])[own[1]]
    result = ledger.number(line.result)[at]
    bounds = [*line.args, *ledger.slopes.params(line).values()]
    at_bound = any(
        not isinstance(one, Value)
        and np.ndim(one) == 0
        and isinstance(one, int | float)
        and one == result
        for one in bounds
    )
    reason: Reason = "unit off" if result == 0 else "clipped" if at_bound else "flat"
    said = f"{words.op(line)} is flat at {mine} = {plain(number)}, where it gives {plain(result)}"
    larger, smaller = (
        _slope_at(ledger, line, own, at, step * (1 + abs(float(number))))
        for step in (1, -1)
    )
    near = [
        _slope_at(ledger, line, own, at, step * NEAR * (1 + abs(float(number))))
        for step in (1, -1)
    ]
    takes = f"a {'larger' if larger else 'smaller'} {mine}" if larger or smaller else ""
    if all(near):
        turns = f"the slope of {words.op(line)} is 0 at {mine} = {plain(number)}, where it turns"
        return Culprit("turning point", *own, turns, f"another {mine}")
    if reason == "unit off":
        said = f"the unit is off: {said}"
    return Culprit(reason, *own, said, takes)


def _slope_at(
    ledger: UnrolledPass, line: Line, own: tuple[Value, Entry], at: Entry, step: float
) -> float:
    """The slope with one entry of an argument moved by ``step``."""
    value, entry = own
    args = ledger.slopes.args(line)
    place = next(place for place, arg in enumerate(line.args) if arg is value)
    one = only(value.shape, entry, value.dtype)
    moved = (np.asarray(args[place]) + step * one).astype(value.dtype)
    found = ledger.slopes.moved(
        line, place, one, [*args[:place], moved, *args[place + 1 :]]
    )
    return 0.0 if found is None else float(found[at])
