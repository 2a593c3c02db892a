"""Kinks and ties that a script's own data stand on, where a slope is a matter of convention."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.check.study import Study
from chainrule.program import Array, Line, Value
from chainrule.program.run import resolve

TIED = frozenset(
    {"maximum", "minimum", "greater", "greater_equal", "less", "less_equal"}
)
AT_ZERO = frozenset({"absolute", "relu", "sign", "leaky_relu"})
LARGEST = frozenset({"max", "min"})


def kinks(study: Study) -> Iterator[str]:
    """A sentence for each line of the forward pass that stands on a kink at the script's own data."""
    numbers = study.trials[0].numbers
    for line in study.lines:
        if line.result not in study.forward and line.op.name not in TIED:
            continue
        try:
            args = [np.asarray(resolve(arg, numbers)) for arg in line.args]
        except KeyError:
            continue
        place = _place(line, args)
        if place is not None:
            name = _name(line)
            entry = f"[{', '.join(map(str, place))}]" if place else ""
            yield f"{name}{entry} stands exactly on the kink of {line.op.name}"


def _place(line: Line, args: list[Array]) -> tuple[int, ...] | None:
    """The first entry on the kink; None if there is none."""
    if line.op.name in TIED:
        return _first(np.equal(*np.broadcast_arrays(args[0], args[1])))
    if line.op.name in AT_ZERO:
        return _first(args[0] == 0)
    if line.op.name in LARGEST and args[0].size:
        axis: Any = line.params.get("axis")
        extreme = (
            args[0].max(axis=axis, keepdims=True)
            if line.op.name == "max"
            else args[0].min(axis=axis, keepdims=True)
        )
        ties = np.sum(args[0] == extreme, axis=axis)
        return () if np.any(ties > 1) else None
    return None


def _first(mask: Array) -> tuple[int, ...] | None:
    found = np.argwhere(mask)
    return tuple(int(i) for i in found[0]) if len(found) else None


def _name(line: Line) -> str:
    values = [arg for arg in line.args if isinstance(arg, Value) and arg.name]
    return str(values[0].name) if values else "a value"
