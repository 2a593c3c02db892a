"""The network at a glance: drawn, as one mapping, with every shape, and the numbers it starts from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.formula import format_number
from chainrule.formula.numbers import said, shared_decimals
from chainrule.lesson.analysis.folding import Folding
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.analysis.roles import ON_THE_WAY, Roles
from chainrule.lesson.notation.names import name
from chainrule.lesson.parts import (
    Formula,
    Heading,
    Numbers,
    Part,
    Prose,
    Row,
    Spans,
)
from chainrule.lesson.sections.drawing import drawing
from chainrule.lesson.sections.words import in_one, listed, shape_words

FEW = 16
MOST_INPUTS = 14


def overview(story: Story, roles: Roles, folding: Folding) -> Iterator[Part]:
    """Section 1."""
    study = story.study
    yield Heading("Overview", 2, "overview")
    yield Prose(summary(story, roles))
    yield drawing(story, roles)
    yield Prose(("As a mapping:",))
    # a turn is told once, and whole
    whole = bool(study.literal.repeated)
    told = [one for one in story.lines if whole or one not in folding.lines]
    yield Formula(tuple(_mapping(story, roles, one) for one in told))
    if len(told) < len(story.lines):
        yield Prose((f"{len(folding.lines)} further lines are of these same kinds.",))
    yield Prose(("The numbers we start from:",))
    inputs = [v for v in study.literal.forward.program.inputs if v.name is not None]
    shown = inputs[: 8 if folding.folded and len(inputs) > MOST_INPUTS else None]
    for value in shown:
        array = study.values[value.name or ""]
        yield Numbers(
            value.name or "",
            name(value.name or ""),
            array,
            "value",
            (f"{roles.words(value.name or '')}, {shape_words(array.shape)}",),
        )
    if len(shown) < len(inputs):
        more = len(inputs) - len(shown)
        yield Prose((f"… and {more} more {'array' if more == 1 else 'arrays'}.",))


def summary(story: Story, roles: Roles) -> Spans:
    """The whole lesson in three sentences."""
    study = story.study
    count = sum(
        int(np.prod(stop.value.shape)) for stop in story.order if stop.parameter
    )
    data = [
        v.name
        for v in study.literal.forward.program.inputs
        if v.name and roles.role(v.name) == "data"
    ]
    source = f" from {listed(data, 6)}" if data else ""
    each = "number" if count == 1 else "numbers"
    decimals = shared_decimals([study.loss, study.loss_after])
    before, after = (
        said(one, decimals=decimals) for one in (study.loss, study.loss_after)
    )
    step = "" if study.optimizer.name == "sgd" else f" by {study.optimizer.name}"
    words = (
        f"A program computes the loss{source} with {count:,} {each} to learn, in "
        f"{listed(study.parameters, 8)}. "
        "The chain rule, walked backwards from the loss, says how the loss changes with each of them; a step "
        f"against that gradient{step}, {'with' if step else 'times'} the learning rate "
        f"{format_number(study.learning_rate)}, takes the loss from "
    )
    return in_one(words, before, " to ", after, ".")


def _mapping(story: Story, roles: Roles, one: str) -> Row:
    line = story.lines[one]
    # what stands between is told by its line; what has a part of its own to play is called by it
    words = roles.words(one)
    said = "" if words == ON_THE_WAY else f"{words}, "
    return Row(
        "",
        name(one),
        right=story.literal.writer.written(line.result),
        reason=(said + shape_words(line.result.shape),),
    )
