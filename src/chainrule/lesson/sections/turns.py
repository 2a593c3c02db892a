"""What repeats, in words: which lines stand for every turn, what the first turn finds, and how the gradient walks back."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.formula import Node, identifier, infix, number
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.analysis.told import Repeated
from chainrule.lesson.notation.names import name
from chainrule.lesson.parts import Part, Prose, Span, Spans
from chainrule.program import Value


def turns_forward(story: Story) -> Spans:
    """Which lines are told once for all turns of a loop, and what its first turn finds."""
    repeated = story.study.literal.repeated
    if not repeated:
        return ()
    spans: list[Span] = []
    for one in repeated:
        spans += [
            "; a line with " if spans else " A line with ",
            identifier(one.letter),
        ]
        spans += [f" holds in every turn, {_order(one)}"]
    spans.append(
        "; it is told once, with the numbers of the first turn and of the last."
    )
    for one in repeated:
        for found, start in one.hands_on:
            if found and start is not None:
                if not isinstance(start, Value):
                    was: Node = number(start)
                elif start.name is None:
                    continue
                else:
                    was = name(start.name)
                spans += [" The first turn finds ", infix(name(found), "=", was), "."]
    return tuple(spans)


def turns_backward(story: Story) -> Iterator[Part]:
    """How the gradient goes back through the turns."""
    if not story.study.literal.repeated:
        return
    said = (
        "The turns are walked back, the last one first: what a turn hands on to the next gets a gradient from there too, "
        "so its gradient follows from that of the next turn, which is a recurrence. The last turn, which no turn follows, gets what "
        "comes back to the end of the loop, or nothing. What all turns use gets the sum of what the turns add."
    )
    yield Prose((said,))


def _order(one: Repeated) -> str:
    if len(one.order) <= 4:
        listed = ", ".join(map(str, one.order))
    else:
        listed = f"{one.order[0]}, {one.order[1]}, …, {one.order[-1]}"
    return f"{one.letter} = {listed}"
