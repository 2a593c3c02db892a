"""Linear maps: matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.program import Op, Rule, Sample


def turned(x: Any) -> Any:
    """Rows and columns exchanged, for one matrix or a stack of them."""
    return x.T if x.ndim == 2 else np.swapaxes(x, -1, -2)  # noqa: PLR2004 - a matrix


def pull_left(dy: Any, y: Any, a: Any, b: Any) -> Any:
    """∂L/∂a = ∂L/∂y bᵀ, with a vector read as a row on the left and a column on the right."""
    if b.ndim == 1:
        return np.expand_dims(dy, -1) * b
    if a.ndim == 1:
        return np.matmul(np.expand_dims(dy, -2), turned(b))[..., 0, :]
    return np.matmul(dy, turned(b))


def pull_right(dy: Any, y: Any, a: Any, b: Any) -> Any:
    """∂L/∂b = aᵀ ∂L/∂y, with a vector read as a row on the left and a column on the right."""
    if a.ndim == 1:
        return np.expand_dims(a, -1) * np.expand_dims(dy, -2) if b.ndim > 1 else a * dy
    if b.ndim == 1:
        return np.matmul(turned(a), np.expand_dims(dy, -1))[..., 0]
    return np.matmul(turned(a), dy)


matmul = Op(
    np.matmul,
    shapes.matmul,
    (
        Rule(
            pull_left,
            "{y} was reached from {a} through {b}; the gradient comes back through {b}, turned around",
        ),
        Rule(
            pull_right,
            "{y} was reached from {b} through {a}; the gradient comes back through {a}, turned around",
        ),
    ),
    spelling={"numpy": "{0} @ {1}"},
    notation=r"#1\,#2",
    samples=(
        Sample(((2, 3), (3, 4))),
        Sample(((3,), (3,))),
        Sample(((2, 3), (3,))),
        Sample(((3,), (3, 2))),
        Sample(((4, 2, 3), (4, 3, 5))),
        Sample(((4, 2, 3), (3, 5))),
        Sample(((2, 3), (4, 3, 5))),
        Sample(((0, 3), (3, 2))),
    ),
)
