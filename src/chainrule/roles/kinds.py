"""What every other value is to a program: data meets a parameter first, a label meets the prediction at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


class Meetings:
    """Where the values of a forward pass meet its parameters."""

    def __init__(
        self, history: History, lines: Iterable[Line], parameters: Iterable[Value]
    ) -> None:
        self.history = history
        self.lines = tuple(lines)
        self.parameters = frozenset(parameters)
        self.moved = self._moved()

    def _moved(self) -> dict[Value, frozenset[Value]]:
        """Which parameters each value depends on."""
        found: dict[Value, frozenset[Value]] = {
            one: frozenset({one}) for one in self.parameters
        }
        for line in self.lines:
            behind = [found[read] for read in line.reads() if read in found]
            if behind and line.result not in found:
                found[line.result] = frozenset().union(*behind)
        return found

    def of(self, source: Value) -> Iterator[tuple[Line, Value]]:
        """Each line in which what comes of ``source`` alone meets what depends on a parameter, and the latter."""
        alone = {source}
        for line in self.lines:
            reads = [arg for arg in line.args if isinstance(arg, Value)]
            mine = [arg for arg in reads if arg in alone]
            if not mine:
                continue
            met = [arg for arg in reads if arg in self.moved]
            if met and source in self.history.behind(met[0]):
                # a label that also weighs what it was compared to
                continue
            if met:
                yield line, met[0]
            elif line.result not in self.moved:
                alone.add(line.result)


def kind_of(history: History, meetings: Meetings, source: Value) -> str:
    """The role of a value that is no parameter: data, label, setting, mask."""
    number = history.number(source)
    said = meaning(source.name or "")
    met = list(meetings.of(source))
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


def _meets_like_data(met: list[tuple[Line, Value]], meetings: Meetings) -> bool:
    """Whether a single number is multiplied by a parameter that is one as well: ``w * x`` of a scalar network."""
    return any(
        line.op is ops.multiply
        and other in meetings.parameters
        and meetings.history.number(other).size == 1
        for line, other in met
    )


def _meets_raw(met: list[tuple[Line, Value]], meetings: Meetings) -> bool:
    return any(other in meetings.parameters for _, other in met)


def is_label(met: list[tuple[Line, Value]], meetings: Meetings) -> bool:
    """Whether a value meets only what depends on all parameters: the prediction."""
    whole = meetings.parameters
    return bool(met) and all(
        other not in whole
        and len(meetings.moved[other]) >= max(len(whole) - 1, 1)
        and line.op in COMPARED
        for line, other in met
    )


def _is_mask(number: np.ndarray, met: list[tuple[Line, Value]]) -> bool:
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
