"""What a convolution gave, arranged and arranged again: all at once, or not at all where it comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.match import Bindings, Idiom
from chainrule.ops.shapes import axes_of
from chainrule.program import Arg, Line, Op, Sample, Value

Lengths = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Turned:
    """Axes turned, and turned once more: all at once, or not at all where they come back."""

    op: Op

    @cached_property
    def idiom(self) -> Idiom:
        """What it becomes."""
        return Idiom(_turned, _turned, Sample(((1, 2),)))

    @cached_property
    def inputs(self) -> Mapping[str, str]:
        """The names of what is bound."""
        return {"x": "x", "order": "order"}

    def match(self, line: Line, producer: Mapping[Value, Line]) -> Iterator[Bindings]:
        """The order of the axes after both, of what a convolution gave."""
        orders: list[Lengths] = []
        made: Line | None = line
        while made is not None and made.op is ops.transpose and made.params["axes"]:
            orders.append(axes_of(made.params["axes"], made.result.ndim))
            (x,) = made.args
            made = producer.get(x) if isinstance(x, Value) else None
        if len(orders) > 1 and made is not None and made.op is ops.convolution:
            order = tuple(range(made.result.ndim))
            for one in reversed(orders):
                order = tuple(order[axis] for axis in one)
            yield {"x": made.result, "order": order}


def _turned(x: Any, order: Lengths) -> Any:
    return x if order == tuple(sorted(order)) else np.transpose(x, order)


@dataclass(frozen=True, eq=False)
class Unmerged:
    """What a convolution gave, laid out as a matrix and then given its shape again: what it gave."""

    op: Op

    @cached_property
    def idiom(self) -> Idiom:
        """What it becomes."""
        return Idiom(_same, _same, Sample(((1, 2),)))

    @cached_property
    def inputs(self) -> Mapping[str, str]:
        """The names of what is bound."""
        return {"x": "x"}

    def match(self, line: Line, producer: Mapping[Value, Line]) -> Iterator[Bindings]:
        """What was laid out, of the shape it has again."""
        x: Arg = line.result
        made: Line | None = line
        while made is not None and made.op is ops.reshape:
            (x,) = made.args
            made = producer.get(x) if isinstance(x, Value) else None
        if not isinstance(x, Value) or x.shape != line.result.shape:
            return
        while made is not None and made.op is ops.transpose:
            (of,) = made.args
            made = producer.get(of) if isinstance(of, Value) else None
        if made is not None and made.op is ops.convolution:
            yield {"x": x}


def _same(x: Any) -> Any:
    return x
