"""Where a NaN or an infinity comes from: the first line with finite operands and a result that is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.program import Array, Line, Value
from chainrule.why.answer import Answer, Kind, Reason
from chainrule.why.entries import Entry, only, places
from chainrule.why.pass_names import PassNames, plain
from chainrule.why.unrolled_pass import UnrolledPass

NUDGE = 1e-3
"""Where so small a move of the operands gives an ordinary number, an infinity is a pole and no overflow."""


@dataclass(frozen=True)
class Origin:
    """The line where it begins, as a value or as a slope; ``line`` is None where it was given.

    ``followed`` is where a NaN was made of an infinity, on the way from the origin.
    """

    value: Value
    entry: Entry
    line: Line | None
    position: int | None = None
    followed: tuple[Line, Entry] | None = None


def broken(number: object) -> bool:
    """Whether a number is no finite one."""
    array = np.asarray(number)
    return array.dtype.kind in "fc" and not bool(np.isfinite(array))


def origin_of_value(ledger: UnrolledPass, value: Value, entry: Entry) -> Origin:
    """Follow a number that is not finite back to the first line that made one."""
    followed = None
    while (line := ledger.made(value)) is not None:
        found = broken_operands(ledger, line, entry)
        if not found:
            # an infinity may have become an ordinary 0 on its way: 1 / inf
            earlier = _before(ledger, value, entry)
            if earlier is None:
                return Origin(value, entry, line, followed=followed)
            followed = followed or (line, entry)
            value, entry = earlier
            continue
        nan = [one for one in found if np.isnan(ledger.number(one[0])[one[1]])]
        if np.isnan(ledger.number(value)[entry]) and not nan:
            followed = (line, entry)
        value, entry = min(nan or found, key=lambda one: ledger.order[one[0]])
    return Origin(value, entry, None, followed=followed)


def _before(
    ledger: UnrolledPass, value: Value, entry: Entry
) -> tuple[Value, Entry] | None:
    """The first entry that is no finite number among all that an entry was made of."""
    mask = only(value.shape, entry)
    ancestors = {value: mask}
    for line in reversed(ledger.lines):
        mask = ancestors.get(line.result, np.zeros(()))
        if not mask.any() or ledger.made(line.result) is None:
            continue
        for arg, support in zip(
            line.args, ledger.slopes.supports(line, mask), strict=True
        ):
            if isinstance(arg, Value) and support is not None:
                ancestors[arg] = ancestors.get(arg, np.zeros(arg.shape, bool)) | support
    for one in sorted(ancestors, key=lambda one: ledger.order[one]):
        array = ledger.number(one)
        bad = (
            places(ancestors[one] & ~np.isfinite(array))
            if array.dtype.kind in "fc"
            else ()
        )
        if bad and one is not value:
            return one, bad[0]
    return None


def broken_operands(
    ledger: UnrolledPass, line: Line, entry: Entry
) -> list[tuple[Value, Entry]]:
    """The operands of one entry that are no finite numbers, each by the first such entry."""
    found = []
    for arg, support in zip(
        line.args, ledger.slopes.supports(line, entry), strict=True
    ):
        if not isinstance(arg, Value) or support is None or arg.dtype.kind not in "fc":
            continue
        bad = places(support & ~np.isfinite(ledger.number(arg)))
        if bad:
            found.append((arg, bad[0]))
    return found


def origin_of_gradient(ledger: UnrolledPass, value: Value, entry: Entry) -> Origin:
    """Follow a gradient that is not finite towards the loss, to the slope or the value that made it so."""
    while True:
        mask = only(value.shape, entry)
        ahead: tuple[Value, Entry] | None = None
        for line, position in ledger.uses.get(value, []):
            if line.op.rule(position) is None:
                continue
            reach = ledger.slopes.could_move(
                line, position, mask
            ) | ledger.slopes.moves(line, position, mask)
            above = ledger.gradient(line.result)
            bad = places(reach & ~np.isfinite(above))
            if bad and line.result is not ledger.loss:
                ahead = ahead or (line.result, bad[0])
                continue
            made = _made_here(ledger, (line, position), (value, entry), reach)
            if made is not None:
                return made
        if ahead is None:
            return Origin(value, entry, ledger.producer.get(value))
        value, entry = ahead


def _made_here(
    ledger: UnrolledPass, use: tuple[Line, int], of: tuple[Value, Entry], reach: Array
) -> Origin | None:
    """The origin, if one use of a value is where its gradient stops being finite."""
    (line, position), (value, entry) = use, of
    one = only(value.shape, entry, value.dtype)
    slope = ledger.slopes.moved(line, position, one)
    if slope is None:
        return None
    with np.errstate(all="ignore"):
        bad = places(reach & ~np.isfinite(slope * ledger.gradient(line.result)))
    if not bad:
        return None
    at = bad[0]
    found = broken_operands(ledger, line, at)
    if found:
        first = min(found, key=lambda one: ledger.order[one[0]])
        return origin_of_value(ledger, *first)
    if broken(ledger.number(line.result)[at]):
        return Origin(line.result, at, line)
    return Origin(line.result, at, line, position)


def told(words: PassNames, asked: str, number: float, origin: Origin) -> Answer:
    """The origin in words."""
    ledger = words.ledger
    line, at = origin.line, origin.entry
    kind: Kind = "nan" if np.isnan(number) else "infinite"
    head = f"{asked} is {plain(number)}"
    rows = words.rows(_one(origin.value.shape, at))
    if line is None:
        cause = words.entry(origin.value, at)
        role = ledger.roles.get(origin.value.name or "", "input")
        said = f"{head}: {cause} is {plain(ledger.number(origin.value)[at])} already, in the {role}{'s' if role == 'label' else ''}."
        return Answer(
            asked,
            number,
            kind,
            "given",
            (said, *_later(words, origin)),
            None,
            cause,
            rows,
        )
    infinite = [arg for arg in line.args if isinstance(arg, float) and broken(arg)]
    if infinite and origin.position is None:
        said = f"{head}: {plain(infinite[0])} stands in {words.at(line)} itself, and reaches {words.entry(origin.value, at)}."
        told_of = (said, *_later(words, origin))
        cause = words.entry(origin.value, at)
        return Answer(asked, number, kind, "given", told_of, line.at, cause, rows)
    names, shown = operands(words, line, at)
    cause = names[0] if names else words.entry(origin.value, at)
    if origin.position is not None:
        one = np.ones(np.shape(ledger.slopes.args(line)[origin.position]))
        slope = ledger.slopes.moved(line, origin.position, one)
        steep = "" if slope is None else plain(slope[at])
        above = ledger.gradient(line.result)[at]
        reason: Reason = "pole"
        times = " and 0 times that is nan" if above == 0 else ""
        said = f"{head}: in {words.at(line)} the slope of {words.op(line)} is {steep} at {shown}{times}."
        return Answer(asked, number, kind, reason, (said,), line.at, cause, rows)
    result = ledger.number(origin.value)[at]
    reason = _reason(ledger, line, at, result)
    why = {
        "overflow": f"is larger than {origin.value.dtype} holds, {np.finfo(origin.value.dtype).max:.2g}",
        "pole": f"is {plain(result)}",
        "undefined": "is not defined",
    }[reason]
    said = f"{head}: {words.at(line)} is the first to make one, {words.op(line)} at {shown} {why}."
    return Answer(
        asked,
        number,
        kind,
        reason,
        (said, *_later(words, origin)),
        line.at,
        cause,
        rows,
    )


def _later(words: PassNames, origin: Origin) -> tuple[str, ...]:
    if origin.followed is None:
        return ()
    line, entry = origin.followed
    if not np.isnan(words.ledger.number(line.result)[entry]):
        return ()
    return (f"The infinity becomes nan in {words.at(line)}, {words.op(line)}.",)


def _one(shape: tuple[int, ...], at: Entry) -> Array:
    mask = np.zeros(shape, bool)
    mask[at] = True
    return mask


def _reason(ledger: UnrolledPass, line: Line, at: Entry, result: object) -> Reason:
    if np.isnan(result):  # type: ignore[call-overload]
        return "undefined"
    moved = [
        np.asarray(arg) * (1 + NUDGE) + NUDGE
        if np.asarray(arg).dtype.kind == "f"
        else arg
        for arg in ledger.slopes.args(line)
    ]
    return "overflow" if broken(ledger.slopes.forward(line, moved)[at]) else "pole"


def operands(words: PassNames, line: Line, at: Entry) -> tuple[list[str], str]:
    """The operands of one entry: their names, and their names with their numbers."""
    ledger = words.ledger
    names, shown = [], []
    for arg, support in zip(line.args, ledger.slopes.supports(line, at), strict=True):
        if not isinstance(arg, Value) or support is None or not support.any():
            continue
        array = ledger.number(arg)
        there = places(support)
        if len(there) == 1:
            entry = there[0]
            names.append(words.entry(arg, entry))
            shown.append(f"{names[-1]} = {plain(array[entry])}")
        else:
            names.append(words.entries(arg, support))
            largest = np.max(np.abs(array[support]))
            shown.append(f"{names[-1]} of up to {plain(largest)}")
    return names, " and ".join(shown) or "these numbers"
