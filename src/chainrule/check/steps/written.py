"""Which entries of an array were written on the way from one of its versions to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.check.steps.recording import Recording
from chainrule.program import Arg, Array, Line, Value
from chainrule.program.line import substitute
from chainrule.program.run import measure, resolve


@dataclass(eq=False)
class Written:
    """What is no longer what it was at the version ``since``, entry by entry."""

    recording: Recording
    since: Value

    def __post_init__(self) -> None:
        self.known: dict[Value, Array] = {self.since: np.zeros(self.since.shape, bool)}

    def entries(self, value: Value) -> Array:
        """The entries that were written; all of what was made anew."""
        ahead = [value]
        while ahead:
            one = ahead[-1]
            line = self.recording.producer.get(one)
            if line is None or line.op not in (ops.setitem, ops.getitem, ops.identity):
                self.known.setdefault(one, np.ones(one.shape, bool))
                ahead.pop()
                continue
            first = line.args[: 2 if line.op is ops.setitem else 1]
            missing = [a for a in first if isinstance(a, Value) and a not in self.known]
            ahead += missing
            if not missing:
                self.known.setdefault(one, self._entries(line, first))
                ahead.pop()
        return self.known[value]

    def _entries(self, line: Line, first: Sequence[Arg]) -> Array:
        known = [self.known[arg] if isinstance(arg, Value) else True for arg in first]
        numbers = self.recording.run.numbers
        rest = [resolve(arg, numbers, {}) for arg in line.args[len(first) :]]
        params = {
            key: substitute(one, lambda size: measure(size, numbers, {}))
            for key, one in line.params.items()
        }
        return np.asarray(line.op.forward(*known, *rest, **params))
