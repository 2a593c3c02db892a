"""A recorded custom gradient judged: what it returns against the true gradients, the fewest corrections, each tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.check.differences import Tolerance
from chainrule.check.frameworks.custom import Custom, Finding
from chainrule.check.frameworks.recorded import NotRecorded, Recorded, recorded
from chainrule.check.report import LineReport
from chainrule.check.steps.checked import Checked
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.finals import Final, Finals, State
from chainrule.check.steps.parameters import parameter_verdicts
from chainrule.check.steps.rewrite import Fix
from chainrule.check.steps.script import tried_fixes
from chainrule.check.steps.search import Search
from chainrule.check.steps.sites import Sites
from chainrule.check.steps.truths import Truths
from chainrule.check.steps.verdicts import Verdicts
from chainrule.check.steps.worlds import gather
from chainrule.check.verdict import Verdict
from chainrule.program import ChainruleError

USUAL = Tolerance(1e-4, 1e-7, 1e-5)


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on every line and argument, what is wrong beside, and on how many data sets it was seen."""

    lines: tuple[LineReport, ...]
    arguments: dict[str, Verdict]
    findings: tuple[Finding, ...]
    n_data: int
    dtype: str


def judged(
    custom: Custom,
    inputs: Sequence[Any],
    found: Recorded,
    tolerance: Tolerance,
    seed: int,
) -> Judged:
    """Hold what was returned against the true gradients.

    Raises:
        ChainruleError: if no gradient can be derived.
    """

    def heals(text: str) -> bool:
        try:
            again = recorded(custom, inputs, seed=seed, text=text)
            return again.failure is None and (
                again.returned.keys() == found.returned.keys()
                and not _finals(again, seed).wrong()
            )
        except (NotRecorded, ChainruleError):
            return False

    with np.errstate(all="ignore"):
        finals = _finals(found, seed)
        findings = (
            *_in_order(finals),
            *_allowed(finals, tolerance),
            *_left_out(found, finals),
        )
        return _judged(found, finals, heals, findings)


def _judged(
    found: Recorded,
    finals: Finals,
    heals: Callable[[str], bool],
    findings: tuple[Finding, ...],
) -> Judged:
    evidence, sites = finals.evidence, Sites(finals.evidence)
    search: Search | None = None
    fixes: list[list[Fix]] = []
    if finals.wrong():
        search = Search(finals, sites)
        search.run()
        fixes = tried_fixes(Checked(found.recording, evidence, finals, sites), search, heals)  # fmt: skip
    verdicts = Verdicts(finals, sites, search, fixes)
    return Judged(
        tuple(verdicts.lines()),
        parameter_verdicts(verdicts),
        findings,
        len(evidence.worlds) + (evidence.larger is not None),
        str(evidence.loss.dtype),
    )


def _finals(found: Recorded, seed: int) -> Finals:
    """What was returned for each argument, with its state: nothing scales it, so it is the gradient or it is not."""
    parameters = tuple(found.inputs.values())
    evidence = gather(found.recording, found.loss, (), parameters, seed=seed)
    finals = Finals(evidence, Truths(evidence), list(_of_arguments(found, evidence)))
    worlds = [world.numbers for world in evidence.worlds]
    for one in finals.all:
        one.state = State.RIGHT if finals.is_right(one, worlds) else State.WRONG
    return finals


def _of_arguments(found: Recorded, evidence: Evidence) -> Iterator[Final]:
    at = evidence.tape.at
    for position, value in found.inputs.items():
        true = evidence.truth(value)
        back = found.returned.get(position)
        if true is not None and back is not None:
            yield Final(value, value.name or "", None, at[value], at[true], (at[back],))


def _left_out(found: Recorded, finals: Finals) -> Iterator[Finding]:
    """None, where there is a gradient: of what is given by sample beside the first, it may be meant."""
    evidence = finals.evidence
    first, *_ = found.inputs.values()
    for value in found.inputs.values():
        true = evidence.truth(value)
        if value.name not in found.nothing or true is None:
            continue
        if any(np.any(evidence.number(true, world)) for world in evidence.worlds):
            is_data = value is not first and value.shape[:1] == first.shape[:1] != ()
            yield Finding(
                f"None is returned for {value.name}, whose gradient is not 0"
                f"{': right where nothing asks for it' if is_data else ''}.",
                "missing",
                wrong=not is_data,
                about=value.name,
            )


def _in_order(finals: Finals) -> tuple[Finding, ...]:
    """What is right but for where it stands: every wrong gradient another argument's; they are judged as those then."""
    wrong = finals.wrong()
    worlds = [world.numbers for world in finals.evidence.worlds]
    taken: dict[int, Final] = {}
    for one in wrong:
        for other in wrong:
            moved = replace(other, cuts=one.cuts, signs={})
            if other is not one and finals.is_right(moved, worlds):
                taken[id(one)] = other
                break
    if not wrong or len({id(other) for other in taken.values()}) < len(wrong):
        return ()
    cuts = {id(taken[id(one)]): one.cuts for one in wrong}
    said = [
        f"that of {taken[id(one)].name} where {one.name}'s belongs" for one in wrong
    ]
    for one in wrong:
        one.cuts, one.state = cuts[id(one)], State.RIGHT
    return (
        Finding(
            f"The gradients are returned in another order than forward's arguments: {', '.join(said)}.",
            "order of gradients",
        ),
    )


def _allowed(finals: Finals, tolerance: Tolerance) -> Iterator[Finding]:
    """What another tolerance than the usual one allows, or forbids."""
    if tolerance.atol > USUAL.atol or tolerance.rtol > USUAL.rtol:
        wrong = finals.wrong()
        if wrong and all(_admitted(one, finals, tolerance) for one in wrong):
            for one in wrong:
                one.state = State.RIGHT
                yield Finding(
                    f"The gradient of {one.name} is off by less than atol and rtol allow.",
                    "tolerance",
                    wrong=False,
                    about=one.name,
                )
    elif tolerance.atol < USUAL.atol or tolerance.rtol < USUAL.rtol:
        for one in finals.all:
            if one.state is State.RIGHT and not _admitted(one, finals, tolerance):
                yield Finding(
                    f"The gradient of {one.name} is off by more than atol and rtol allow.",
                    "tolerance",
                    about=one.name,
                )


def _admitted(one: Final, finals: Finals, tolerance: Tolerance) -> bool:
    for world in finals.evidence.worlds:
        written, true = world.numbers[one.cuts[0]], world.numbers[one.target]
        noise = 64 * float(np.finfo(float).eps) * float(np.max(np.abs(true), initial=0))
        if written is None or not tolerance.admits(written, true, noise):
            return False
    return True
