"""Parameters as a line keeps them: plain, frozen, and with sizes that stay sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.program import Arg, Array, CannotTrace, Size, Value
from chainrule.trace.lengths import TracedInt
from chainrule.trace.traced import Traced


def nested(array: Array) -> Any:
    """The entries as nested tuples of plain numbers."""
    listed = array.tolist()

    def frozen(item: Any) -> Any:
        return tuple(frozen(one) for one in item) if isinstance(item, list) else item

    return frozen(listed)


def is_weak(arg: Arg) -> bool:
    """Whether ``arg`` is a Python number, which takes the element type of what it meets."""
    return arg.weak if isinstance(arg, Value) else True


def hashable(param: Any) -> Any:
    """A parameter as a key: equal only where the parameters are, value by value."""
    match param:
        case slice():
            return (
                slice,
                *(hashable(part) for part in (param.start, param.stop, param.step)),
            )
        case tuple():
            return tuple(hashable(item) for item in param)
        case _:
            return (type(param), param)


def lowered_param(param: Any) -> Any:
    """A parameter as a line keeps it: sizes read from arrays stay sizes."""
    match param:
        case TracedInt():
            return param.ref if isinstance(param.ref, Size) else int(param)
        case tuple() | list():
            return tuple(lowered_param(item) for item in param)
        case slice():
            return slice(
                lowered_param(param.start),
                lowered_param(param.stop),
                lowered_param(param.step),
            )
        case np.integer() | np.floating() | np.bool_():
            return param.item()
        case Traced():
            raise CannotTrace(
                "E301",
                "a traced value is used as a parameter (an axis, a shape or a count)",
                where=param.recorder.here(),
                hint="parameters are plain Python numbers",
            )
        case _:
            return param


def concrete(param: Any) -> Any:
    """A parameter as plain numbers: sizes are what they are now."""
    match param:
        case Size():
            return param.number
        case tuple():
            return tuple(concrete(item) for item in param)
        case slice():
            return slice(
                concrete(param.start), concrete(param.stop), concrete(param.step)
            )
        case _:
            return param
