"""What a lesson leaves out: steps like one told before, in programs too long to tell line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chainrule import ops
from chainrule.lesson.analysis.plot import Link, Stop, Story, Way

LONG = 24
LONG_TURN = 8
"""How many steps of one turn are told in full, whatever they are: a gate is told like another."""
MOST = 400
FEW = 120


@dataclass(frozen=True, slots=True)
class Folding:
    """``like`` maps each step that is not told in full to the one it is like."""

    like: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    most: int = MOST
    within: str = "layer after layer"

    @property
    def folded(self) -> bool:
        """Whether anything is folded: then tables take the place of arrays."""
        return bool(self.like or self.lines)


def fold(story: Story) -> Folding:
    """Fold repeated steps and lines where there are many."""
    stops, lines = story.order, story.lines
    turns = bool(story.study.literal.repeated)
    if len(stops) <= (LONG_TURN if turns else LONG):
        return Folding()
    first: dict[object, str] = {}
    like: dict[str, str] = {}
    for stop in stops:
        key = _kind(story, stop)
        if key in first:
            like[stop.name] = first[key]
        else:
            first[key] = stop.name
    seen: dict[object, str] = {}
    repeated: dict[str, str] = {}
    *others, _ = lines
    for name in others:
        found = lines[name]
        # a turn has few lines: those are alike that are made of the same operations
        ops = story.literal.writer.ops_in(found.result) if turns else [found.op]
        key = (*ops, tuple(sorted(found.params, key=str)), len(found.result.shape))
        if key in seen:
            repeated[name] = seen[key]
        else:
            seen[key] = name
    within = "once more" if turns else "layer after layer"
    return Folding(like, repeated, FEW, within)


def _mixing(way: Way) -> list[Link]:
    """The links of a way without the sums that it enters further on: wherever it stands in them, they hand it on."""
    first, *others = way.links
    return [first, *(link for link in others if link.line.op is not ops.add)]


def _kind(story: Story, stop: Stop) -> object:
    """What makes two steps alike: the same ops on the same kinds of ways, fused or not."""
    ways = tuple(
        (
            *((link.line.op, link.contribution.position) for link in _mixing(way)),
            way.end is story.study.literal.loss,
        )
        for way in stop.ways
    )
    return ways, stop.parameter, stop.value.ndim, story.is_fused(stop)
