"""The forward pass told line by line: in symbols, with the numbers put in, and what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule import ops
from chainrule.formula import Node, to_text
from chainrule.formula.moving import in_letters
from chainrule.lesson.analysis.folding import Folding
from chainrule.lesson.analysis.listing import Listing
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.analysis.roles import Roles
from chainrule.lesson.analysis.saturation import flat_before, idle
from chainrule.lesson.notation.names import name
from chainrule.lesson.notation.turns import LAST, of_another_turn
from chainrule.lesson.notation.writer import Writer, settled, stays
from chainrule.lesson.parts import (
    Cell,
    Formula,
    Heading,
    Note,
    Numbers,
    Part,
    Prose,
    Row,
    Spans,
    Table,
)
from chainrule.lesson.sections.stages import stages
from chainrule.lesson.sections.turns import turns_forward
from chainrule.lesson.sections.words import joined, place, shape_words
from chainrule.program import Line, Op, Value
from chainrule.program.conversions import as_float

MOST_OPS = 24
"""How many operations of one line are written out as the reader wrote them."""


def loss_lines(story: Story, roles: Roles) -> tuple[str, ...]:
    """The lines that belong to the loss: those after the prediction."""
    names = list(story.lines)
    prediction = roles.prediction
    return (
        tuple(names[names.index(prediction) + 1 :])
        if prediction in names
        else (story.study.loss_name,)
    )


def forward(
    story: Story, roles: Roles, folding: Folding, listing: Listing, *, numbers: bool
) -> Iterator[Part]:
    """Section 2: every line up to the prediction."""
    last = loss_lines(story, roles)
    yield Heading("Forward pass", 2, "forward")
    said = "Every line in symbols, then with the numbers put in, then what comes out."
    yield Prose((said, *turns_forward(story)))
    for one in story.lines:
        if one not in last and one not in folding.lines:
            yield from line(story, one, listing, numbers=numbers)
    folded = [one for one in folding.lines if one not in last]
    if folded:
        yield from repeated(story, folded, folding)


def repeated(story: Story, folded: list[str], folding: Folding) -> Iterator[Part]:
    """Lines like ones told before, in a table."""
    yield Heading(f"The same, {folding.within}", 3, "forward-repeated")
    rows = tuple(_row(story, one) for one in folded[: folding.most])
    yield Table(("", "is", "shape", "mean", "smallest", "largest"), rows)
    if len(folded) > len(rows):
        yield Prose((f"… and {len(folded) - len(rows)} more of the same kinds.",))
    for one in folded:
        said = idle(story, one)
        if said:
            yield Note((said,), "caution", flat_before(story, one))


def _row(story: Story, one: str) -> tuple[Cell, ...]:
    value = story.lines[one].result
    array = story.study.values[one]
    ends = (
        tuple(as_float(one) for one in (array.mean(), array.min(), array.max()))
        if array.size
        else ("", "", "")
    )
    return (name(one), story.literal.writer.written(value), str(array.shape), *ends)


def loss(
    story: Story, roles: Roles, folding: Folding, listing: Listing, *, numbers: bool
) -> Iterator[Part]:
    """Section 3: from the prediction to the loss."""
    yield Heading("Loss", 2, "loss")
    for one in loss_lines(story, roles):
        if one not in folding.lines:
            yield from line(story, one, listing, numbers=numbers)


def line(
    story: Story, one: str, listing: Listing, *, numbers: bool = True
) -> Iterator[Part]:
    """One line of the forward pass."""
    found = story.lines[one]
    symbols, writer, value = _symbols(story, one, found)
    rows = list(symbols)
    shape = shape_words(found.result.shape)
    code = listing.statement(one)
    views = story.literal.views(found.result)
    if found.op is LAST:
        # its numbers are those of the last turn, which stand above
        yield Formula(tuple(rows))
        return
    # what another turn has a part in is put in numbers where there is another before it, all else in the first turn
    worked = views[-1:] if _reads_another_turn(story, found.result) else views[:1]
    for view in views:
        if view.at:
            writer, value = view.writer, found.result
        called = view.called(one)
        left = name(called, "result") if view.at else None
        if numbers and view in worked:
            rows += stages(writer, value, label=view.label, left=left)
        if rows:
            yield Formula(tuple(rows))
        array = view.writer.run.numbers[found.result]
        yield Numbers(called, name(called), array, "result", (shape,), code)
        rows = []
    yield from _remarks(story, one)


def _reads_another_turn(story: Story, value: Value) -> bool:
    """Whether a line reads what the turn before made, or the turn after."""
    writer = story.literal.writer
    ahead = [value]
    while ahead:
        for read in writer.producer[ahead.pop()].reads():
            if of_another_turn(read.name):
                return True
            if read not in writer.names and read in writer.producer:
                ahead.append(read)
    return False


def _symbols(story: Story, one: str, found: Line) -> tuple[list[Row], Writer, Value]:
    """As the reader wrote it, and as the op it was recognised as; and what its numbers are put into."""
    recognised = story.literal.writer
    symbol = name(one, "result")
    source: Spans = place(story, one)
    if found.op is LAST:
        source = ("what the last turn made", *(("   ", *source) if source else ()))
    known = recognised.written(found.result)
    writer, value, first = recognised, found.result, known
    own = story.written_values.get(one)
    if (
        own is not None
        and own in story.as_written.producer
        and one not in story.study.christened
        and len(story.as_written.ops_in(own, MOST_OPS)) < MOST_OPS
    ):
        writer, value, first = story.as_written, own, story.as_written.written(own)
    rows = [Row("symbols", symbol, right=first, reason=source)]
    if to_text(known) != to_text(first):
        new = _new_ops(story, own, found) if own is not None else []
        rows.append(Row(right=known, reason=(_recognised(new, known, first),)))
        if not new:
            writer, value = recognised, found.result
    return rows, writer, value


def _recognised(new: list[Op], known: Node, first: Node) -> str:
    """What the reader's own way of writing a line is called, or how the other way differs from it."""
    telling = [op for op in new if not (stays(op) or settled(op) or op is ops.sum)]
    if telling:
        return f"this is {joined([f'the {op.title}' for op in telling])}, written out"
    words, before = (set(re.findall(r"\w+", in_letters(one))) for one in (known, first))
    named = not new and words - before
    return (
        "the same with names for its parts"
        if named
        else "the same, written another way"
    )


def _new_ops(story: Story, own: Value, found: Line) -> list[Op]:
    """The ops a line was recognised to hold, that are not written in it as such."""
    before = story.as_written.ops_in(own)
    after = dict.fromkeys(story.literal.writer.ops_in(found.result))
    return [op for op in after if op not in before]


def _remarks(story: Story, one: str) -> Iterator[Part]:
    if one in story.study.christened:
        spans: Spans = (
            "It has no name in the program; here we call it ",
            name(one),
            ".",
        )
        yield Note(spans)
    said = idle(story, one)
    if said:
        yield Note((said,), "caution", flat_before(story, one))
