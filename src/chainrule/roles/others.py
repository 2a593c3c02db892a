"""What the values are that are not learnt: data, labels, what is frozen, carried on, or a setting of the steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from chainrule import ops
from chainrule.program import Run, Value
from chainrule.roles.candidate import LearntParameter
from chainrule.roles.history import History
from chainrule.roles.kinds import Meetings, kind_of
from chainrule.roles.names import meaning
from chainrule.roles.updates import Descent


def others_of(
    history: History, run: Run, parameters: Sequence[Value]
) -> Iterator[tuple[str, str]]:
    """The names that a forward pass starts from beside its parameters, each with its role."""
    meetings = Meetings(history, run.program.lines, parameters)
    for value in _given(history, run):
        if value not in parameters and value.name:
            yield value.name, _role(history, meetings, value)


def settings_of(
    history: History, run: Run, steps: Sequence[LearntParameter], how: Descent
) -> Iterator[tuple[str, str]]:
    """The names that the steps read and the forward pass does not: what an optimizer keeps, and the numbers that set it."""
    here = set(run.program.values())
    for value in how.state:
        if value.name and value not in here:
            yield value.name, "optimizer"
    if how.rate_value is not None and how.rate_value.name:
        yield how.rate_value.name, "setting"
    for step in steps:
        for value in history.behind(step.after):
            if (
                value.name
                and value not in history.producer
                and value not in here
                and history.number(value).size == 1
            ):
                yield value.name, "setting"


def _given(history: History, run: Run) -> Iterable[Value]:
    """Everything the forward pass starts from, through data that it prepares."""
    seen: dict[Value, None] = {}
    ahead = deque(run.program.inputs)
    while ahead:
        value = ahead.popleft()
        line = history.producer.get(value)
        reads = list(line.reads()) if line is not None else []
        if value.name is not None or not reads:
            seen[value] = None
        else:
            ahead += reads
    for line in run.program.lines:
        if not any(True for _ in line.reads()) and line.result.name:
            seen[line.result] = None
    return seen


def _role(history: History, meetings: Meetings, value: Value) -> str:
    line = history.producer.get(value)
    if line is not None and line.op is ops.setitem:
        return "buffer"
    said = meaning(value.name or "")
    # a variable that begins here goes on in the forward pass, or is called so
    carried = any(
        later in meetings.moved and later.shape == value.shape
        for later in history.turns_into(value)
    )
    if carried or (said == "state" and meetings.of(value)):
        return "state"
    kind = kind_of(history, meetings, value)
    frozen = kind == "data" and said == "weight" and value.differentiable
    return "frozen" if frozen and history.moving else kind
