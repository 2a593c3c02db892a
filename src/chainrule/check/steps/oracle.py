"""The oracle: the true value in a statement's place. What that heals says where the mistake is likely to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainrule.check.agree import squeezed
from chainrule.check.steps.finals import Final
from chainrule.check.steps.sites import Site, Statement
from chainrule.check.steps.tape import Compute
from chainrule.program import Array, Value

if TYPE_CHECKING:
    from chainrule.check.steps.search import Search

MOST_TRUTHS, MOST_FACTORS = 60, 6


@dataclass(frozen=True, slots=True, eq=False)
class Oracle:
    """A statement that heals finals if it holds ``targets``: the gradients of ``of``, ``factor`` times."""

    statement: Statement
    places: tuple[int, ...]
    of: tuple[Value, ...]
    factor: float
    targets: list[list[Array]]
    healed: tuple[Final, ...]


def oracles(search: Search, suspects: Sequence[Statement]) -> dict[Statement, Oracle]:
    """For each statement, the true values that heal the most if it held them."""
    found: dict[Statement, Oracle] = {}
    factors = _factors(search)
    for statement in suspects:
        best = _best(search, statement, factors)
        if best is not None:
            found[statement] = best
    return found


def _best(
    search: Search, statement: Statement, factors: Sequence[float]
) -> Oracle | None:
    best: Oracle | None = None
    moved = {one.after for one in search.finals.all}
    for site in outer_sites(search, statement):
        if not moved.isdisjoint(site.results):
            # where a weight goes to is no gradient
            continue
        for of in _candidates(search, site):
            for factor in factors:
                one = _tried(search, statement, site, of, factor)
                if one is not None and (
                    best is None or len(one.healed) > len(best.healed)
                ):
                    best = one
            if best is not None and len(best.healed) == len(search.wrong):
                return best
    return best


def outer_sites(search: Search, statement: Statement) -> list[Site]:
    """The expressions of a statement whose values are read outside of it, the last one first."""
    tape = search.bench.tape
    inside = {
        place for site in statement.sites for run in site.runs for place in run.lines
    }
    goals = {goal for final in search.wrong for goal in final.goals}
    # what the last turn of a loop computes may be read by nobody
    return [
        site
        for site in reversed(statement.sites)
        if any(
            place in goals or any(r not in inside for r in tape.readers[place])
            for place in site.results
        )
    ]


def _factors(search: Search) -> list[float]:
    """Numbers by which the script's own gradients differ from the true ones, as a mean taken later makes them."""
    found: dict[float, None] = {1.0: None, -1.0: None}
    evidence = search.finals.evidence
    for place in sorted(evidence.bound):
        if place in evidence.behind_loss or place >= evidence.n_recorded:
            continue
        numbers = [one[place] for one in search.bench.numbers]
        for match in search.finals.truths.matches(numbers, scaled=True):
            if 1e-4 < abs(match.factor) < 1e4:
                found.setdefault(match.factor, None)
                found.setdefault(-match.factor, None)
            break
        if len(found) >= MOST_FACTORS:
            break
    return list(found)[:MOST_FACTORS]


def _candidates(search: Search, site: Site) -> Iterator[tuple[Value, ...]]:
    """What the executions of an expression may be the gradients of, in order."""
    tape = search.bench.tape
    layouts = [squeezed(tape.values[place]) for place in site.results]
    truths = search.finals.truths.of
    if len(layouts) == 1:
        # what an update takes is known, whatever its layout is now
        meant = [
            f.parameter for f in search.wrong if site.results[0] in (*f.cuts, f.taken)
        ]
        same = [value for value in truths if squeezed(value) == layouts[0]]
        listed = dict.fromkeys((*meant, *same[:MOST_TRUTHS]))
        yield from ((value,) for value in listed if value in truths)
        return
    for group in _groups(search):
        if len(group) == len(layouts):
            for one in (group, group[::-1]):
                if [squeezed(value) for value in one] == layouts:
                    yield tuple(one)


def _groups(search: Search) -> list[list[Value]]:
    """The forward values that one expression computed, or one container held, in order."""
    recording = search.finals.evidence.recording
    groups: dict[object, list[Value]] = {}
    for value in search.finals.truths.of:
        if value in recording.producer:
            groups.setdefault(recording.place(value), []).append(value)
        else:
            for slot in recording.slots.get(value, {}):
                if isinstance(slot, tuple) and slot[0] == "in":
                    groups.setdefault(slot[1], []).append(value)
                    break
    position = recording.position
    return [
        sorted(group, key=position.__getitem__)
        for group in groups.values()
        if len(group) > 1
    ]


def _tried(
    search: Search, statement: Statement, site: Site, of: Sequence[Value], factor: float
) -> Oracle | None:
    """The oracle, if it heals anything and breaks nothing."""
    bench, truths = search.bench, search.finals.truths.of
    places = tuple(site.results)
    targets = [
        [
            _laid(
                factor * truths[value][world],
                bench.numbers[world][place],
                bench.tape.values[place],
            )
            for value, place in zip(of, places, strict=True)
        ]
        for world in range(len(bench.numbers))
    ]

    def replaced(world: int) -> dict[int, Compute]:
        pairs = zip(places, targets[world], strict=True)
        return {place: _always(target) for place, target in pairs}

    healed = search.bench.survivors(search.wrong, places, replaced)
    if not healed or search.bench.breaks(search.right, places, replaced):
        return None
    return Oracle(statement, places, tuple(of), factor, targets, tuple(healed))


def _laid(target: Array, held: Array | None, value: Value) -> Array:
    """A gradient in the shape of what stands there now."""
    shape = value.shape if held is None else np.shape(held)
    return target.reshape(shape) if target.size == int(np.prod(shape)) else target


def _always(target: Array) -> Compute:
    return lambda _: target
