"""What the steps of the backward pass are told from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.formula import Node, number
from chainrule.lesson.analysis.listing import Listing
from chainrule.lesson.analysis.plot import Stop, Story, Telling, Way
from chainrule.lesson.analysis.roles import Roles
from chainrule.lesson.notation.names import numbers
from chainrule.lesson.notation.slopes import Slope, entrywise, keeps_shape
from chainrule.lesson.notation.turns import of_a_turn
from chainrule.lesson.summary import is_small
from chainrule.program import Line, Run, Value
from chainrule.program.conversions import as_floats


@dataclass(frozen=True, slots=True)
class StepTelling:
    """What every step is told from, and whether it is told in full."""

    story: Story
    roles: Roles
    listing: Listing
    detailed: bool

    @property
    def loss(self) -> str:
        """What the loss is called."""
        return self.story.study.loss_name

    def telling(self, stop: Stop) -> Telling:
        """The derivation in which the step's gradient stands in its last form."""
        textbook = self.story.textbook
        return textbook if stop.name in textbook.stops else self.story.literal

    def run_of(self, lines: Sequence[Line]) -> Run | None:
        """The forward pass in a turn in which all that ``lines`` read has a number, if there is one."""
        literal = self.story.literal
        read = {one for line in lines for one in (line.result, *line.reads())}
        runs = (
            self.story.study.literal.forward,
            *(one.writer.run for one in literal.shown),
        )
        return next((run for run in runs if read <= run.numbers.keys()), None)


def plain(stop: Stop, way: Way) -> bool:
    """Whether the slope of a way is one number an entry, and nothing is broadcast on it, nor added up over turns."""
    if of_a_turn(way.end.name or "") and not of_a_turn(stop.name):
        return False
    return all(
        entrywise(link.line, link.contribution.position) for link in way.links
    ) and (
        stop.value.shape == way.end.shape
        and all(
            keeps_shape(link.line, link.contribution.position) for link in way.links
        )
    )


def slope_numbers(found: Slope) -> Node | None:
    """A slope in numbers, where they are few."""
    if not isinstance(found.of, Value):
        return number(found.of)
    array = found.run.numbers[found.of]
    if not is_small(array):
        return None
    return numbers(as_floats(array), None, "local")
