"""Parameters as a line keeps them: plain, frozen, and with sizes that stay sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.program import Array, CannotTrace, Size, Turn
from chainrule.trace.lengths import TracedInt
from chainrule.trace.traced import Traced


def nested(array: Array) -> Any:
    """The entries as nested tuples of plain numbers."""
    listed = array.tolist()

    def frozen(item: Any) -> Any:
        return tuple(frozen(one) for one in item) if isinstance(item, list) else item

    return frozen(listed)


def lowered_param(param: Any) -> Any:
    """A parameter as a line keeps it: sizes read from arrays stay sizes."""
    match param:
        case TracedInt():
            if isinstance(param.ref, Size | Turn):
                return param.ref
            param.tracer.fix(param.ref)
            return int(param)
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
        case Traced() if param.dtype.kind in "iub" and not param.number.ndim:
            # as Python asks for it: what it hangs on is measured, or it hangs on nothing that was given
            return param.__index__()
        case Traced():
            raise CannotTrace(
                "E301",
                "a traced value is used as a parameter (an axis, a shape or a count)",
                where=param.tracer.here(),
                hint="parameters are plain whole numbers, as int(n)",
            )
        case _:
            return param
