"""The forward pass told line by line: in symbols, with the numbers put in, and what comes out."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.formula import Node, to_text
from chainrule.lesson.folding import Folding
from chainrule.lesson.listing import Listing
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
from chainrule.lesson.roles import Roles
from chainrule.lesson.saturation import idle
from chainrule.lesson.story import Story
from chainrule.lesson.symbols import Writer, name
from chainrule.lesson.words import an, place, shape_words
from chainrule.program import Line, Value


def loss_lines(story: Story, roles: Roles) -> tuple[str, ...]:
    """The lines that belong to the loss: those after the prediction."""
    names = list(story.lines)
    prediction = roles.prediction
    return tuple(names[names.index(prediction) + 1 :]) if prediction in names else (story.study.loss_name,)


def forward(story: Story, roles: Roles, folding: Folding, listing: Listing, *, numbers: bool) -> Iterator[Part]:
    """Section 2: every line up to the prediction."""
    last = loss_lines(story, roles)
    yield Heading("Forward pass", 2, "forward")
    yield Prose(("Every line in symbols, then with the numbers put in, then what comes out.",))
    for one in story.lines:
        if one not in last and one not in folding.lines:
            yield from line(story, one, listing, numbers=numbers)
    folded = [one for one in folding.lines if one not in last]
    if folded:
        yield from repeated(story, folded, folding)


def repeated(story: Story, folded: list[str], folding: Folding) -> Iterator[Part]:
    """Lines like ones told before, in a table."""
    yield Heading("The same, layer after layer", 3, "forward-repeated")
    rows = tuple(_row(story, one) for one in folded[: folding.most])
    yield Table(("", "is", "shape", "mean", "smallest", "largest"), rows)
    if len(folded) > len(rows):
        yield Prose((f"… and {len(folded) - len(rows)} more of the same kinds.",))
    for one in folded:
        said = idle(story, one)
        if said:
            yield Note((said,), "caution")


def _row(story: Story, one: str) -> tuple[Cell, ...]:
    value = story.lines[one].result
    array = story.study.values[one]
    ends = (float(array.mean()), float(array.min()), float(array.max())) if array.size else ("", "", "")
    return (name(one), story.literal.writer.written(value), str(array.shape), *ends)


def loss(story: Story, roles: Roles, folding: Folding, listing: Listing, *, numbers: bool) -> Iterator[Part]:
    """Section 3: from the prediction to the loss."""
    yield Heading("Loss", 2, "loss")
    for one in loss_lines(story, roles):
        if one not in folding.lines:
            yield from line(story, one, listing, numbers=numbers)


def line(story: Story, one: str, listing: Listing, *, numbers: bool = True) -> Iterator[Part]:
    """One line of the forward pass."""
    found = story.lines[one]
    yield Formula(tuple(_rows(story, one, found, numbers=numbers)))
    array = story.study.values[one]
    yield Numbers(one, name(one), array, "result", (shape_words(array.shape),), listing.statement(one))
    yield from _remarks(story, one)


def _rows(story: Story, one: str, found: Line, *, numbers: bool) -> Iterator[Row]:
    recognised = story.literal.writer
    symbol = name(one, "result")
    source = place(story, one)
    own = story.written_values.get(one)
    writer, value = recognised, found.result
    if own is not None and own in story.as_written.producer:
        writer, value = story.as_written, own
    try:
        first = writer.written(value)
    except RecursionError:
        writer, value = recognised, found.result
        first = writer.written(value)
    known = recognised.written(found.result)
    if _bulky(first) and one not in story.study.christened:
        writer, value, first = recognised, found.result, known
    yield Row("symbols", symbol, right=first, reason=source)
    if to_text(known) != to_text(first):
        yield Row(right=known, reason=(f"this is {_called(found)}, written out",))
    if numbers:
        yield from _numbers(writer, value)


def _numbers(writer: Writer, value: Value) -> Iterator[Row]:
    put_in = writer.numbered(value)
    if put_in is None:
        return
    yield Row("numbers", right=put_in)
    worked = writer.worked(value)
    if worked is not None:
        yield Row(right=worked)


def _bulky(node: Node) -> bool:
    return sum(map(len, to_text(node))) > 200


def _called(found: Line) -> str:
    return an(found.op.name)


def _remarks(story: Story, one: str) -> Iterator[Part]:
    if one in story.study.christened:
        spans: Spans = ("It has no name in the program; here we call it ", name(one), ".")
        yield Note(spans)
    said = idle(story, one)
    if said:
        yield Note((said,), "caution")
