"""Linear maps: products of vectors, matrices and arrays of more axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.spelling import Site, Spelling
from chainrule.program import Op, Rule, Sample


def turned(x: Any) -> Any:
    """Rows and columns exchanged, for one matrix or a stack of them."""
    return x.T if x.ndim == 2 else np.swapaxes(x, -1, -2)


def pull_left(dy: Any, y: Any, a: Any, b: Any) -> Any:
    """∂L/∂a = ∂L/∂y bᵀ, with a vector read as a row on the left and a column on the right."""
    if b.ndim == 1:
        return np.outer(dy, b) if dy.ndim == 1 else np.expand_dims(dy, -1) * b
    if a.ndim == 1 and dy.ndim > 1:
        return np.matmul(np.expand_dims(dy, -2), turned(b))[..., 0, :]
    return np.matmul(dy, turned(b))


def pull_right(dy: Any, y: Any, a: Any, b: Any) -> Any:
    """∂L/∂b = aᵀ ∂L/∂y, with a vector read as a row on the left and a column on the right."""
    if a.ndim == 1 and dy.ndim < 2:
        return np.outer(a, dy) if b.ndim > 1 else a * dy
    if a.ndim == 1:
        return np.expand_dims(a, -1) * np.expand_dims(dy, -2)
    if b.ndim == 1 and dy.ndim > 1:
        return np.matmul(turned(a), np.expand_dims(dy, -1))[..., 0]
    return np.matmul(turned(a), dy)


def in_tensorflow(site: Site) -> str:
    """TensorFlow's ``@`` takes no vectors; it has names of its own for them."""
    a, b = site.shapes
    if len(a) == len(b) == 1:
        return "tf.tensordot({0}, {1}, 1)"
    if len(b) == 1:
        return "tf.linalg.matvec({0}, {1})"
    if len(a) == 1:
        return "tf.linalg.matvec({1}, {0}, transpose_a=True)"
    return "{0} @ {1}"


def outer_with(vectors: str, arrays: str) -> Spelling:
    """An outer product in a framework whose own takes vectors only."""

    def template(site: Site) -> str:
        return vectors if all(len(shape) == 1 for shape in site.shapes) else arrays

    return template


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
    spelling={"numpy": "{0} @ {1}", "tensorflow": in_tensorflow},
    kind="product",
    result_name=("{0}_{1}", "product"),
    notation=r"#1\,#2",
    samples=(
        Sample(((2, 3), (3, 4))),
        Sample(((3,), (3,))),
        Sample(((2, 3), (3,))),
        Sample(((3,), (3, 2))),
        Sample(((4, 2, 3), (4, 3, 5))),
        Sample(((4, 2, 3), (3, 5))),
        Sample(((2, 3), (4, 3, 5))),
        Sample(((2, 1, 2, 3), (3, 3, 2))),
        Sample(((4, 2, 3), (3,))),
        Sample(((3,), (4, 3, 2))),
        Sample(((0, 3), (3, 2))),
        Sample(((2, 0), (0, 3))),
    ),
)
outer = Op(
    np.outer,
    lambda a, b: (shapes.size(a), shapes.size(b)),
    (
        Rule(
            lambda dy, y, a, b: np.reshape(np.matmul(dy, np.ravel(b)), a.shape),
            "each entry of {a} meets every entry of {b}, so the row of gradients is weighed by {b}",
        ),
        Rule(
            lambda dy, y, a, b: np.reshape(np.matmul(np.ravel(a), dy), b.shape),
            "each entry of {b} meets every entry of {a}, so the column of gradients is weighed by {a}",
        ),
    ),
    spelling={
        "torch": outer_with(
            "torch.outer({0}, {1})", "torch.outer({0}.reshape(-1), {1}.reshape(-1))"
        ),
        "tensorflow": outer_with(
            "tf.tensordot({0}, {1}, 0)",
            "tf.reshape({0}, (-1, 1)) * tf.reshape({1}, (1, -1))",
        ),
    },
    kind="product",
    notation=r"#1 \otimes #2",
    samples=(
        Sample(((2,), (3,))),
        Sample(((2, 2), (3,))),
        Sample(((), (2, 1))),
        Sample(((0,), (3,))),
    ),
)

Pair = tuple[tuple[int, ...], tuple[int, ...]]


def paired(axes: Any, n_left: int, n_right: int) -> Pair:
    """The axes that ``np.tensordot`` sums over, on the left and on the right."""
    if isinstance(axes, int):
        return tuple(range(n_left - axes, n_left)), tuple(range(axes))
    left, right = axes
    return shapes.axes_of(left, n_left), shapes.axes_of(right, n_right)


def free(axes: Sequence[int], ndim: int) -> tuple[int, ...]:
    """The axes that are not summed over."""
    return tuple(axis for axis in range(ndim) if axis not in axes)


def pull_tensor_left(dy: Any, y: Any, a: Any, b: Any, axes: Any) -> Any:
    """The gradient meets ``b`` in the axes that are ``b``'s own; what is left are ``a``'s, and go to their places."""
    mine, others = paired(axes, a.ndim, b.ndim)
    own = free(mine, a.ndim)
    theirs = free(others, b.ndim)
    met = np.tensordot(dy, b, axes=(tuple(range(len(own), dy.ndim)), theirs))
    order = (*own, *(mine[others.index(axis)] for axis in sorted(others)))
    return arranged(met, order)


def pull_tensor_right(dy: Any, y: Any, a: Any, b: Any, axes: Any) -> Any:
    """The gradient meets ``a`` in the axes that are ``a``'s own; what is left are ``b``'s, and go to their places."""
    others, mine = paired(axes, a.ndim, b.ndim)
    own = free(mine, b.ndim)
    theirs = free(others, a.ndim)
    met = np.tensordot(a, dy, axes=(theirs, tuple(range(len(theirs)))))
    order = (*(mine[others.index(axis)] for axis in sorted(others)), *own)
    return arranged(met, order)


def arranged(x: Any, order: Sequence[int]) -> Any:
    """``x``, whose axes are those of ``order``, with its axes in their own order."""
    places = tuple(int(place) for place in np.argsort(order))
    return x if places == tuple(range(len(places))) else np.transpose(x, places)


tensordot = Op(
    np.tensordot,
    lambda a, b, axes: shapes.tensordot(a, b, *paired(axes, len(a), len(b))),
    (
        Rule(
            pull_tensor_left,
            "the gradient comes back to {a} through {b}, along the axes that only {b} has",
        ),
        Rule(
            pull_tensor_right,
            "the gradient comes back to {b} through {a}, along the axes that only {a} has",
        ),
    ),
    params={"axes": 2},
    spelling={
        "numpy": "np.tensordot({0}, {1}, axes={axes})",
        "torch": "torch.tensordot({0}, {1}, dims={axes})",
        "tensorflow": "tf.tensordot({0}, {1}, axes={axes})",
    },
    kind="product",
    notation=r"#1 \cdot #2",
    samples=(
        Sample(((2, 3, 4), (3, 4, 5))),
        Sample(((2, 3), (3, 2)), {"axes": 1}),
        Sample(((2, 3), (4, 5)), {"axes": 0}),
        Sample(((2, 3, 4), (4, 5, 2)), {"axes": ((0, 2), (2, 0))}),
        Sample(((2, 3, 4), (5, 3)), {"axes": ((-2,), (1,))}),
        Sample(((3,), (3,)), {"axes": 1}),
        Sample(((0, 3), (3, 2)), {"axes": 1}),
    ),
)
