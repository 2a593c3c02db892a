"""Indexing: taking entries out, and putting gradients back where they came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.program import Hole, Op, Rule, Sample, Shape


def filled(index: tuple[Any, ...], arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    """An index with its arrays put into its holes."""
    return tuple(
        arrays[item.position] if isinstance(item, Hole) else item for item in index
    )


def indexed_shape(shape: Shape, *arrays: Shape, index: tuple[Any, ...]) -> Shape:
    """The shape that NumPy's indexing gives."""
    blanks = tuple(np.zeros(array, dtype=np.intp) for array in arrays)
    return np.empty(shape)[filled(index, blanks)].shape


def take_out(x: Any, *arrays: Any, index: tuple[Any, ...]) -> Any:
    """``x[index]``, copied."""
    return np.array(x[filled(index, arrays)])


def put_in(x: Any, written: Any, *arrays: Any, index: tuple[Any, ...]) -> Any:
    """A copy of ``x`` with ``written`` at ``index``."""
    result = np.array(x)
    result[filled(index, arrays)] = written
    return result


def add_in(written: Any, *arrays: Any, shape: Shape, index: tuple[Any, ...]) -> Any:
    """Zeros of ``shape`` with ``written`` added at ``index``, as often as it is named there."""
    result = np.zeros(shape, np.asarray(written).dtype)
    np.add.at(result, filled(index, arrays), written)
    return result


def index_rule(position: int) -> Rule | None:
    """The gradient of what was indexed; an index array has none."""
    if position:
        return None
    return Rule(
        lambda dy, y, x, *arrays, index: scatter_add(
            dy, *arrays, shape=x.shape, index=index
        ),
        "each gradient goes back to the entry that was read; the others get 0",
    )


def scatter_rule(position: int) -> Rule | None:
    """The gradient of what was scattered is read at the same places."""
    if position:
        return None
    return Rule(
        lambda dy, y, x, *arrays, shape, index: getitem(dy, *arrays, index=index),
        "read where it was put",
    )


def write_rule(position: int) -> Rule | None:
    """The gradient of an array that was written into, and of what was written."""
    if position == 0:
        return Rule(
            lambda dy, y, x, written, *arrays, index: setitem(
                dy, 0, *arrays, index=index
            ),
            "what was overwritten no longer matters",
        )
    if position == 1:
        return Rule(
            lambda dy, y, x, written, *arrays, index: getitem(dy, *arrays, index=index),
            "read where it was put",
        )
    return None


getitem = Op(
    take_out,
    indexed_shape,
    index_rule,
    name="getitem",
    params={"index": ()},
    notation="#1",
    samples=(
        Sample(((3, 4),), {"index": (0,)}),
        Sample(((3, 4),), {"index": (slice(None), slice(1, None, 2))}),
        Sample(((3, 4),), {"index": (..., None)}),
        Sample(((3, 4), (5,)), {"index": (Hole(0),)}, integers={1: 3}),
    ),
)
setitem = Op(
    put_in,
    shapes.same,
    write_rule,
    name="setitem",
    params={"index": ()},
    notation="#1",
    samples=(
        Sample(((3, 4), (4,)), {"index": (1,)}),
        Sample(((3, 4), (3, 2)), {"index": (slice(None), slice(0, 2))}),
    ),
)
scatter_add = Op(
    add_in,
    shapes.given,
    scatter_rule,
    name="scatter_add",
    params={"shape": (), "index": ()},
    notation="#1",
    samples=(Sample(((4,),), {"shape": (3, 4), "index": (1,)}),),
)
arange = Op(
    lambda n: np.arange(n),
    lambda n: (int(n),),
    (),
    name="arange",
    params={"n": 0},
    spelling={"numpy": "np.arange({n})"},
    says="0, 1, 2 and so on",
)
