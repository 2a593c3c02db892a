"""What every other value is to a program: data meets a parameter first, a label meets the prediction at the end."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

import numpy as np

from chainrule import ops
from chainrule.program import Line, Value
from chainrule.roles.history import History
from chainrule.roles.names import meaning

COMPARED = (
    ops.subtract,
    ops.multiply,
    ops.equal,
    ops.less,
    ops.greater,
    ops.where,
    ops.getitem,
)
"""Where a label meets a prediction."""


Met = tuple[Line, Value]
"""A line, and what meets there that depends on a parameter."""


class Meetings:
    """Where the values of a forward pass meet its parameters, which are counted by families.

    ``moved`` says which families each value depends on.
    """

    def __init__(
        self, history: History, lines: Iterable[Line], parameters: Iterable[Value]
    ) -> None:
        self.history = history
        self.lines = tuple(lines)
        self.parameters = frozenset(parameters)
        self.whole = frozenset(map(history.families.of, self.parameters))
        self.moved = self._moved()
        self._met: dict[Hashable, list[Met]] = {}

    def _moved(self) -> dict[Value, frozenset[Hashable]]:
        number = {family: i for i, family in enumerate(self.whole)}
        found: dict[Value, frozenset[Hashable]] = {
            one: frozenset([number[self.history.families.of(one)]])
            for one in self.parameters
        }
        for line in self.lines:
            if line.result in found:
                continue
            behind = {found[read] for read in line.reads() if read in found}
            if behind:
                found[line.result] = frozenset().union(*behind)
        return found

    def of(self, source: Value) -> list[Met]:
        """Each line in which what comes of ``source`` and its family alone meets what depends on a parameter."""
        family = self.history.families.of(source)
        if family not in self._met:
            self._met[family] = list(self._meet(family, source))
        return self._met[family]

    def _meet(self, family: Hashable, source: Value) -> Iterator[Met]:
        kin = (
            one
            for one in self.history.families.members.get(family, ())
            if one not in self.moved
        )
        alone = {source, *kin}
        comes_of = set(alone)
        for line in self.lines:
            reads = [arg for arg in line.args if isinstance(arg, Value)]
            if comes_of.isdisjoint(reads):
                continue
            comes_of.add(line.result)
            if alone.isdisjoint(reads):
                continue
            met = next((arg for arg in reads if arg in self.moved), None)
            if met is None:
                alone.add(line.result)
            elif met not in comes_of and not self._began_with(met, source):
                # else it is a label that also weighs what it was compared to
                yield line, met

    def _began_with(self, met: Value, source: Value) -> bool:
        """Whether a parameter was itself made of ``source``."""
        return met in self.parameters and source in self.history.behind(met)


def kind_of(history: History, meetings: Meetings, source: Value) -> str:
    """The role of a value that is no parameter: data, label, setting, mask."""
    number = history.number(source)
    said = meaning(source.name or "")
    met = meetings.of(source)
    if number.size == 1 and not _meets_like_data(met, meetings):
        if said == "label" and is_label(met, meetings):
            return "label"
        if said == "data" and number.dtype.kind == "f":
            return "data"
        return "setting"
    if said == "mask" or _is_mask(number, met):
        return "mask"
    if met and is_label(met, meetings) and said != "data":
        return "label"
    if said == "label" and not _meets_raw(met, meetings):
        return "label"
    return "data"


def _meets_like_data(met: list[Met], meetings: Meetings) -> bool:
    """Whether a single number is multiplied by a parameter that is one as well: ``w * x`` of a scalar network."""
    return any(
        line.op is ops.multiply
        and other in meetings.parameters
        and meetings.history.number(other).size == 1
        for line, other in met
    )


def _meets_raw(met: list[Met], meetings: Meetings) -> bool:
    return any(other in meetings.parameters for _, other in met)


def is_label(met: list[Met], meetings: Meetings) -> bool:
    """Whether a value meets only what depends on all parameters: the prediction."""
    least = max(len(meetings.whole) - 1, 1)
    return bool(met) and all(
        other not in meetings.parameters
        and len(meetings.moved[other]) >= least
        and line.op in COMPARED
        for line, other in met
    )


def _is_mask(number: np.ndarray, met: list[Met]) -> bool:
    """Whether a value is two-valued, one of them 0, and multiplies what is on its way."""
    if number.size < 3 or not met:
        return False
    values = np.unique(number)
    two = len(values) == 2 and (values == 0).any() and number.dtype.kind in "fb"
    shaped = any(other.shape == number.shape for _, other in met)
    return (
        two
        and shaped
        and all(line.op is ops.multiply for line, _ in met)
        and (number.dtype.kind == "b" or values.max() > 1)
    )
