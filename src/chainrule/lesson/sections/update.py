"""The update: each parameter before, its gradient, after; the loss before and after, and over several steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.formula import Symbol, infix, number
from chainrule.formula.numbers import said, shared_decimals
from chainrule.lesson.analysis.folding import Folding
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.notation.names import fits, gradient_of, name, numbers
from chainrule.lesson.parts import (
    Cell,
    Formula,
    Heading,
    Numbers,
    Part,
    Plot,
    Prose,
    Row,
    Series,
    Spans,
    Table,
)
from chainrule.lesson.sections import remembering
from chainrule.lesson.sections.words import in_one
from chainrule.lesson.summary import is_small
from chainrule.program import Array
from chainrule.program.conversions import as_float

FEW = 12
NORMS = ("parameter", "norm before", "norm of its gradient", "norm after")


def update(story: Story, folding: Folding) -> Iterator[Part]:
    """Section 5."""
    study = story.study
    rate = Symbol("η")
    plain = not study.optimizer.state
    yield Heading("Update", 2, "update")
    if plain:
        yield Prose(
            (
                "The gradient points uphill, so each parameter takes a step the other way, of length ",
                infix(rate, "=", number(study.learning_rate)),
                " times its gradient. All take it at once, from the gradients above.",
            )
        )
    else:
        yield from remembering.opening(story)
    before = study.moments[study.step - 1].parameters
    # where one turn is told for all, one parameter's step is, too
    most = 1 if study.literal.repeated else 2
    full = study.parameters[:most] if folding.folded else study.parameters
    for one in full:
        yield from (_moved if plain else remembering.moved)(story, one, before[one])
    others = study.parameters[len(full) :]
    if others:
        yield Prose(
            ("The other parameters move in the same way; the results below have them.",)
        )
    symbol = name(study.loss_name)
    decimals = shared_decimals([study.loss, study.loss_after])
    yield Formula(
        (
            Row("before", symbol, right=number(study.loss, decimals=decimals)),
            Row(
                "after",
                symbol,
                right=number(study.loss_after, decimals=decimals),
                reason=_verdict(study.loss, study.loss_after),
            ),
        )
    )
    if len(study.moments) > 2:
        yield from several(story)


def norms(story: Story, one: str, before: Array) -> tuple[Cell, ...]:
    """A parameter with the sizes of what it was, of its gradient, and of what it became."""
    arrays = (before, story.study.gradients[one], story.study.updated[one])
    return (name(one), *(as_float(np.linalg.norm(array)) for array in arrays))


def _moved(story: Story, one: str, before: Array) -> Iterator[Part]:
    study = story.study
    loss = study.loss_name
    after = study.updated[one]
    step = infix(
        name(one), "-", infix(Symbol("η"), "·", gradient_of(one, loss, "upstream"))
    )
    rows = [Row("symbols", name(one, "result"), "←", step)]
    # where one turn is told for all, so is one parameter's step: the numbers stand above
    others = study.literal.repeated and one != study.parameters[0]
    if others:
        rows = []
    elif is_small(before):
        slope = numbers(study.gradients[one], f"d{one}", "upstream")
        moved = infix(number(study.learning_rate), "·", slope)
        put_in = infix(numbers(before, one, "value"), "-", moved)
        if fits(put_in):
            rows.append(Row("numbers", None, "=", put_in))
    if rows:
        yield Formula(tuple(rows))
    yield Numbers(
        f"{one}_new",
        name(one),
        after,
        "result",
        ("after the step",),
        f"{one}_new = {one} - {study.learning_rate!r} * d{one}",
    )


def _verdict(before: float, after: float) -> Spans:
    change = said(abs(after - before))
    if after < before:
        return in_one("lower by ", change)
    if after > before:
        return in_one(
            "higher by ",
            change,
            ": the step was too long; try a smaller learning rate",
        )
    return ("unchanged",)


def several(story: Story) -> Iterator[Part]:
    """What happens over all steps."""
    study = story.study
    moments = study.moments
    yield Heading("Step after step", 3, "steps")
    sizes = sum(
        int(np.prod(np.shape(array))) for array in moments[0].parameters.values()
    )
    names = list(study.parameters) if sizes <= FEW else []
    shown = _chosen(len(moments))
    rows = []
    for i in shown:
        cells: list[object] = [i, moments[i].loss]
        cells += [numbers(moments[i].parameters[one], one) for one in names]
        rows.append(tuple(cells))
    yield Table(("after step", "loss", *names), tuple(rows))  # type: ignore[arg-type]
    steps = tuple(float(i) for i in range(len(moments)))
    losses = tuple(moment.loss for moment in moments)
    yield Plot(
        (Series("loss", steps, losses),),
        "step",
        "loss",
        ("The loss before the first step (0) and after each.",),
    )


def _chosen(count: int) -> list[int]:
    """The steps a table shows: all of a few, else a spread of them with both ends."""
    if count <= 31:
        return list(range(count))
    return sorted({round(i) for i in np.linspace(0, count - 1, 26)})
