"""What becomes no number in a later step of a script's own training, and whether the steps are too long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.derive import backward
from chainrule.program import Array, ChainruleError, Program, Run, Value, run
from chainrule.why import nonfinite
from chainrule.why.answer import Answer
from chainrule.why.entries import places
from chainrule.why.pass_names import PassNames, plain, without_turn
from chainrule.why.question import Question
from chainrule.why.unrolled_pass import UnrolledPass

GREW = 1e3
"""So many times larger than at first, and still growing, the loss runs away."""
TRIED = 30
"""So many steps are taken where a smaller learning rate is tried."""
SMALLER = (0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-6, 1e-9)
"""Shares of the learning rate that are tried, the largest first."""


def later(
    ledger: UnrolledPass, whole: Run, question: Question, rate: float | None
) -> Answer | None:
    """The answer about a later step, where something goes wrong in one."""
    versions = _versions(whole, question.value)
    losses = [
        float(whole.numbers[one].ravel()[0]) for one in _versions(whole, ledger.loss)
    ]
    if len(losses) < 3:
        return None
    bad = next(
        (
            at
            for at, one in enumerate(versions)
            if not np.isfinite(whole.numbers[one]).all()
        ),
        None,
    )
    grown = [one for one in losses if np.isfinite(one)]
    runs_away = (
        len(grown) > 2
        and abs(grown[-1]) > GREW * abs(grown[0])
        and abs(grown[-1]) > abs(grown[-2])
    )
    if bad is None and not runs_away:
        return None
    answer = (
        _at_step(ledger, whole, question, versions, bad) if bad is not None else None
    )
    if not runs_away:
        return answer
    return _too_long(ledger, question, answer, grown, rate)


def _versions(whole: Run, value: Value) -> list[Value]:
    """A value and those that are bound to its name later, in order."""
    return [
        one
        for one in whole.program.values()
        if one is value
        or (one.name != value.name and without_turn(one.name or "") == value.name)
    ]


def _at_step(
    ledger: UnrolledPass,
    whole: Run,
    question: Question,
    versions: list[Value],
    bad: int,
) -> Answer:
    value = versions[bad]
    part = Run(whole.program.pruned([value]), whole.numbers)
    there = UnrolledPass(part, value, value, (), ledger.roles)
    words = PassNames(there)
    entry = places(~np.isfinite(part.numbers[value]))[0]
    origin = nonfinite.origin_of_value(there, value, entry)
    name = words.entry(question.value, entry)
    number = float(part.numbers[value][entry])
    answer = nonfinite.told(words, name, number, origin)
    first, *rest = answer.sentences
    return replace(
        answer,
        sentences=(
            f"{name} is a number at first, and from step {bad + 1} on no more. {first}",
            *rest,
        ),
    )


def _too_long(
    ledger: UnrolledPass,
    question: Question,
    answer: Answer | None,
    losses: list[float],
    rate: float | None,
) -> Answer:
    growth = (abs(losses[-1]) / max(abs(losses[0]), 1e-300)) ** (1 / (len(losses) - 1))
    name = PassNames(ledger).value(ledger.loss)
    with_rate = f", with the learning rate {plain(rate)}" if rate else ""
    said = f"The steps are too long{with_rate}: {name} grows from {plain(losses[0])} to {plain(losses[-1])} in {len(losses)} steps, {plain(growth)} times in each."
    advice = _shorter(ledger, rate) if rate else ""
    if answer is None:
        return Answer(
            question.text,
            losses[-1],
            "large",
            "steps too long",
            (said,),
            None,
            "learning rate",
            (),
            advice,
        )
    return replace(
        answer,
        reason="steps too long",
        sentences=(answer.sentences[0], said),
        advice=advice,
    )


def _shorter(ledger: UnrolledPass, rate: float) -> str:
    """The largest learning rate tried with which the loss falls."""
    try:
        derived = backward(ledger.run, ledger.loss, ledger.parameters)
    except ChainruleError:
        return ""
    program, numbers = derived.run.program, derived.run.numbers
    given: Mapping[Value, Array] = {value: numbers[value] for value in program.inputs}
    for share in SMALLER:
        losses = [
            float(one.ravel()[0])
            for one in _descent(program, given, ledger.parameters, share * rate)
        ]
        if (
            np.isfinite(losses[-1])
            and losses[-1] < losses[0]
            and max(losses) <= 1.5 * losses[0]
        ):
            return f"a learning rate of {plain(share * rate)}: {len(losses) - 1} such steps take the loss from {plain(losses[0])} to {plain(losses[-1])}"
    return ""


def _descent(
    program: Program,
    given: Mapping[Value, Any],
    parameters: tuple[Value, ...],
    rate: float,
) -> Iterator[Any]:
    """The losses of plain gradient descent."""
    here = dict(given)
    with np.errstate(all="ignore"):
        for _ in range(TRIED + 1):
            numbers = run(program, here).numbers
            loss, *gradients = (numbers[value] for value in program.outputs)
            yield loss
            for value, gradient in zip(parameters, gradients, strict=True):
                here[value] = here[value] - rate * gradient
