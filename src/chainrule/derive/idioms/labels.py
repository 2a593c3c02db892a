"""A label as a column of zeros with a 1 written into it: one entry of it is marked, by the label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.match import Bindings, Idiom
from chainrule.program import Arg, IndexSlot, Line, Op, Sample, Value


@dataclass(frozen=True, eq=False)
class WrittenLabel:
    """``x = np.zeros(n); x[label] = 1``, with or without an axis of length 1 beside it."""

    op: Op

    @cached_property
    def idiom(self) -> Idiom:
        """What it becomes."""
        return Idiom(_marked, _marked, Sample(((),), integers={0: 2}))

    @cached_property
    def inputs(self) -> Mapping[str, str]:
        """The names of what is bound."""
        return {name: name for name in ("label", "shape", "dtype")}

    def match(self, line: Line, producer: Mapping[Value, Line]) -> Iterator[Bindings]:
        """The label, where one 1 is written into zeros that are as long as there are classes."""
        array, one, *labels = line.args
        if isinstance(one, Value) or one != 1 or not _is_zeros(array, producer):
            return
        index = line.params["index"]
        slots = [item for item in index if isinstance(item, IndexSlot)]
        beside = [item for item in index if not isinstance(item, IndexSlot)]
        shape = line.result.shape
        if len(slots) != 1 or len(labels) != 1 or any(item != 0 for item in beside):
            return
        axis = index.index(slots[0])
        label = labels[0]
        if any(n != 1 for place, n in enumerate(shape) if place != axis):
            return
        if isinstance(label, Value) and not label.shape:
            yield {"label": label, "shape": shape, "dtype": line.result.dtype.name}


def _is_zeros(array: Arg, producer: Mapping[Value, Line]) -> bool:
    made = producer.get(array) if isinstance(array, Value) else None
    if made is None:
        return False
    return made.op is ops.broadcast_to and not isinstance(made.args[0], Value) and made.args[0] == 0  # fmt: skip


def _marked(label: Any, shape: tuple[int, ...], dtype: str) -> Any:
    n = max(shape)
    if len(shape) > 1:
        label = np.reshape(label, (1,) * (len(shape) - 1))
    return ops.one_hot(label, n=n, axis=shape.index(n), dtype=dtype)


LABELS = (WrittenLabel(ops.setitem),)
