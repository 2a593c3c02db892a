"""The lesson in its order: overview, forward pass, loss, backward pass, update, code, results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from chainrule.formula.names import looking_alike, spelled_out
from chainrule.lesson.analysis.folding import fold
from chainrule.lesson.analysis.listing import Listing
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.analysis.roles import Roles
from chainrule.lesson.analysis.subject_study import Study
from chainrule.lesson.parts import Heading, Note, Part, Prose, Table
from chainrule.lesson.sections.backward import Backward
from chainrule.lesson.sections.code import code
from chainrule.lesson.sections.ending import ending
from chainrule.lesson.sections.entries import entries
from chainrule.lesson.sections.forward import forward, loss
from chainrule.lesson.sections.overview import overview
from chainrule.lesson.sections.update import update
from chainrule.program.ledger import look

Level = Literal["network", "layer", "line", "entry"]
MOST_CELLS = 40
LEVELS: tuple[Level, ...] = ("network", "layer", "line", "entry")


def compose(study: Study, level: Level = "line") -> Iterator[Part]:
    """The parts of the lesson on ``study``, from the whole network down to single entries."""
    alike = looking_alike(_names(study))
    parts = _parts(study, level)
    while True:
        # a part is handed on before the next is composed, and the caller may compose other lessons between
        with spelled_out(alike):
            part = next(parts, None)
        if part is None:
            return
        yield part


def _names(study: Study) -> Iterator[str]:
    """Every name that a lesson writes as a symbol."""
    for run in (study.written, study.literal.forward, study.textbook.forward):
        for value in run.program.values():
            yield from filter(None, (value.word, value.name))


def _parts(study: Study, level: Level) -> Iterator[Part]:
    story = Story(study)
    roles = Roles(story)
    folding = fold(story)
    listing = Listing(study)
    yield Heading(title(study), 1, "lesson")
    for message in study.reading.messages:
        said = f"{message[:1].upper()}{message[1:]}."
        yield Note((said,), "caution" if study.reading.confidence == "low" else "note")
    if study.reading.row:
        yield from row_of_a_table(study)
    yield from overview(story, roles, folding)
    if level != "network":
        yield from forward(story, roles, folding, listing, numbers=level != "layer")
        yield from loss(story, roles, folding, listing, numbers=level != "layer")
    told = Backward(story, roles, listing, detailed=level in {"line", "entry"})
    yield from told.table(folding) if level == "network" else told.parts(folding)
    if level == "entry":
        yield from entries(story)
    yield from update(story, folding)
    yield from code(listing)
    yield from ending(story, roles, folding)


def row_of_a_table(study: Study) -> Iterator[Part]:
    """The cells that the network is shown, as they stand in the table and as they reach it."""
    row, shown = study.reading.row, study.written
    yield Prose(("The row, column by column, and how the loss changes with each number that the network gets of it:",))  # fmt: skip
    # the cells are as in the table, and the gradients those of what the network was shown
    look([shown.numbers[one] for one in shown.program.inputs])
    yield Table(("column", "cell", "stands in", "number", "gradient"), tuple(row[:MOST_CELLS]))  # fmt: skip
    if len(row) > MOST_CELLS:
        yield Prose((f"… and {len(row) - MOST_CELLS} more columns.",))


def title(study: Study) -> str:
    """The lesson's title in one line."""
    name = study.literal.forward.program.name
    what = "a network" if name in {"program", "f", "loss", "network"} else name
    steps = (
        f", step {study.step} of {len(study.moments) - 1}"
        if len(study.moments) > 2
        else ""
    )
    return f"Backpropagation through {what}, step by step{steps}"
