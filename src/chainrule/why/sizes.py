"""How a gradient came to its size: the largest contribution step by step to the loss, and the factor of each line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.program import Array, Line, Value
from chainrule.why.answer import Answer, Kind, Reason
from chainrule.why.entries import Entry, only, places
from chainrule.why.parts import Part, contributions
from chainrule.why.pass_names import PassNames, plain
from chainrule.why.unrolled_pass import UnrolledPass
from chainrule.why.zeros import cancelling, walked

SMALL = 1e-6
LARGE = 1e4
"""Outside of these a gradient is told as a small one, a large one."""
ROUNDING = 1e3
"""Contributions that leave so many roundings of their sum have cancelled."""


@dataclass(frozen=True)
class PathStep:
    """One step on the way to the loss: an entry, what its gradient is the sum of, the largest part."""

    value: Value
    entry: Entry
    parts: tuple[Part, ...]

    @property
    def largest(self) -> Part:
        """The contribution that is followed."""
        return max(self.parts, key=lambda part: abs(part.amount))


@dataclass(frozen=True)
class Factor:
    """By how much all turns of one line of the source multiply the norm of a gradient on its way back."""

    line: Line
    times: int
    whole: float


def trail(ledger: UnrolledPass, value: Value, entry: Entry) -> list[PathStep]:
    """The largest contributions from an entry to the loss."""
    links = []
    while value is not ledger.loss:
        parts = tuple(contributions(ledger, value, entry))
        if not parts:
            break
        links.append(PathStep(value, entry, parts))
        following = links[-1].largest
        value, entry = following.line.result, following.entry
    return links


def cancelled(ledger: UnrolledPass, links: list[PathStep]) -> PathStep | None:
    """The link whose contributions leave nothing but rounding."""
    for link in links:
        whole = sum(abs(part.amount) for part in link.parts)
        rest = abs(float(ledger.gradient(link.value)[link.entry]))
        if (
            len(link.parts) > 1
            and rest <= ROUNDING * np.finfo(link.value.dtype).eps * whole
        ):
            return link
    return None


def factors(ledger: UnrolledPass, links: list[PathStep]) -> list[Factor]:
    """By how much each line of the source multiplies the norm of what arrives, where the entry is reached."""
    mask = only(links[0].value.shape, links[0].entry)
    reached = walked(ledger, links[0].value, mask).reached
    found: dict[object, Factor] = {}
    for link in links:
        line = link.largest.line
        below, above = (
            _norm(ledger, link.value, reached),
            _norm(ledger, line.result, reached),
        )
        place = line.at and (line.at.file, line.at.line)
        before = found.get(place, Factor(line, 0, 1.0))
        steep = before.line
        if before.times and abs(np.log(below / above)) > abs(np.log(_steepest(before))):
            steep = line
        found[place] = Factor(
            steep if before.times else line,
            before.times + (line.result.name is not None),
            before.whole * below / above,
        )
    return list(found.values())


def _steepest(factor: Factor) -> float:
    return factor.whole if factor.whole > 0 else 1.0


def _norm(ledger: UnrolledPass, value: Value, reached: dict[Value, Array]) -> float:
    gradient = ledger.gradient(value) * reached.get(value, True)
    return float(np.linalg.norm(np.asarray(gradient, float).ravel())) or 1.0


def told(words: PassNames, asked: str, value: Value, entry: Entry) -> Answer:
    """A number that is none of the others, in words: small or large step by step, or ordinary."""
    ledger = words.ledger
    number = float(ledger.gradient(value)[entry])
    links = trail(ledger, value, entry)
    lost = cancelled(ledger, links)
    if lost is not None:
        return cancelling(words, asked, number, (lost.value, lost.entry), lost.parts)
    if abs(number) < SMALL or abs(number) > LARGE:
        return _step_by_step(words, asked, number, links)
    return _ordinary(words, asked, number, links)


def _step_by_step(
    words: PassNames, asked: str, number: float, links: list[PathStep]
) -> Answer:
    ledger = words.ledger
    kind: Kind = "small" if abs(number) < SMALL else "large"
    reason: Reason = "shrinks" if kind == "small" else "grows"
    sign = 1 if kind == "small" else -1
    found = sorted(factors(ledger, links), key=lambda one: sign * one.whole)
    first = found[0]
    sentences = [f"{asked} is {plain(number)}."]
    for factor in found[:2]:
        if sign * np.log(factor.whole) >= -0.7 and factor is not first:
            continue
        sentences.append(_factor(words, factor))
    steep = min(
        (link for link in links if _same_line(link.largest.line, first.line)),
        key=lambda link: sign * abs(link.largest.slope),
    )
    part = steep.largest
    cause = words.entry(steep.value, steep.entry)
    at = ledger.number(steep.value)[steep.entry]
    sentences.append(
        f"There the {'smallest' if sign > 0 else 'largest'} slope on the way is {plain(part.slope)}, of {words.entry(part.line.result, part.entry)} along {cause} = {plain(at)}."
    )
    rows = words.rows(only(part.line.result.shape, part.entry))
    return Answer(
        asked, number, kind, reason, tuple(sentences), first.line.at, cause, rows
    )


def _factor(words: PassNames, factor: Factor) -> str:
    where = words.at(factor.line).partition(",")[0]
    if factor.times > 1:
        each = factor.whole ** (1 / factor.times)
        return f"Its {factor.times} turns of {where} multiply the gradient by {plain(each)} each on the way back, {plain(factor.whole)} in all."
    return f"{where[0].upper()}{where[1:]} multiplies the gradient by {plain(factor.whole)} on the way back."


def _same_line(one: Line, other: Line) -> bool:
    if one.at is None or other.at is None:
        return one is other
    return (one.at.file, one.at.line) == (other.at.file, other.at.line)


def _ordinary(
    words: PassNames, asked: str, number: float, links: list[PathStep]
) -> Answer:
    ledger = words.ledger
    head = f"{asked} is {plain(number)}, an ordinary number."
    if not links:
        return Answer(asked, number, "ordinary", "largest contribution", (head,))
    part = links[0].largest
    result = words.entry(part.line.result, part.entry)
    slope = _named(words, part)
    loss = words.value(ledger.loss)
    above = (
        f"∂{loss}/∂{result} = {plain(part.above)}"
        if part.line.result is not ledger.loss
        else ""
    )
    product = " · ".join(one for one in (slope, above) if one)
    rows = (
        words.rows(only(part.line.result.shape, part.entry))
        if part.line.result.ndim
        else ()
    )
    row = f", from {words.of_rows(rows)}" if rows else ""
    whole = (
        f"Its largest contribution of {len(links[0].parts)} is"
        if len(links[0].parts) > 1
        else "It is"
    )
    said = f"{whole} {plain(part.amount)}{row}: {product} ({words.at(part.line)})."
    return Answer(
        asked,
        number,
        "ordinary",
        "largest contribution",
        (head, said),
        part.line.at,
        result,
        rows,
    )


def _named(words: PassNames, part: Part) -> str:
    """The slope by the name of the operand that it is, where it is one."""
    ledger = words.ledger
    for place, arg in enumerate(part.line.args):
        if place == part.position or not isinstance(arg, Value):
            continue
        support = ledger.slopes.supports(part.line, part.entry)[place]
        if support is None:
            continue
        same = places(support & (ledger.number(arg) == part.slope))
        if len(same) == 1:
            return f"{words.entry(arg, same[0])} = {plain(part.slope)}"
    return f"slope {plain(part.slope)}"
