"""The same gradient as a textbook prints it, and why the factors between cancel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.derive.idioms import Idiom
from chainrule.formula import formula
from chainrule.lesson.analysis.fusing import fusion_of
from chainrule.lesson.analysis.plot import Shown, Stop
from chainrule.lesson.notation.names import gradient_of
from chainrule.lesson.parts import Fold, Formula, Part, Row
from chainrule.lesson.sections.backward.given import StepTelling
from chainrule.lesson.sections.backward.product import in_turn


def textbook(given: StepTelling, stop: Stop, view: Shown) -> Iterator[Part]:
    """The same gradient with the links a textbook takes in one."""
    telling = given.story.textbook
    mine = telling.stops[stop.name]
    idiom = fusion_of(mine)
    sentence = idiom.sentence if idiom is not None else "the factors cancel"
    rows = []
    left = gradient_of(stop.name, given.loss, "result")
    rows.append(Row("textbook", left, right=telling.written(mine), reason=(sentence,)))
    if mine.gradient in telling.writer.producer and given.detailed:
        put_in = in_turn(given, mine, telling.view_like(view), 1)
        rows += [replace(row, label="" if not view.at else row.label) for row in put_in]
    yield Formula(tuple(rows))


def cancelling(given: StepTelling, stop: Stop, cancelled: set[Idiom]) -> Iterator[Part]:
    """Why the factors of a fused step cancel, once."""
    idiom = fusion_of(given.story.textbook.stops[stop.name])
    if idiom is None or not idiom.proof or not given.detailed or idiom in cancelled:
        return
    cancelled.add(idiom)
    first, *others = (formula(text) for text in idiom.proof)
    rows = [
        Row(left=first, right=others[0]),
        *(Row(right=one) for one in others[1:]),
    ]
    yield Fold(
        ("Why: ", idiom.sentence),
        (Formula(tuple(rows)),),
        f"why-cancel-{stop.name}",
    )
