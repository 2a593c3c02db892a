"""Systems of equations: inverses, solutions and determinants."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops.linear import turned
from chainrule.ops.spelling import Site
from chainrule.program import Op, Rule, Sample, Shape, ShapeError

NEAR_IDENTITY = (0.2, 1.0)


def square(shape: Shape, **_: Any) -> Shape:
    """A square matrix, or a stack of them."""
    if len(shape) < 2 or shape[-1] != shape[-2]:
        message = f"a square matrix is needed, not an array of shape {shape}"
        raise ShapeError("E101", message)
    return shape


def solved(a: Shape, b: Shape, **_: Any) -> Shape:
    """The shape of the right side; stacks broadcast."""
    square(a)
    rows = b[0] if len(b) == 1 else b[-2] if b else -1
    if rows != a[-1]:
        message = f"{a[-1]} equations of {a} need as many right sides, and {b} has {max(rows, 0)}"
        raise ShapeError("E101", message)
    if len(b) == 1:
        return (*a[:-2], *b)
    return (*np.broadcast_shapes(a[:-2], b[:-2]), *b[-2:])


def spread_over(dy: Any, ndim: int) -> Any:
    """One number a matrix, laid over its rows and columns."""
    return dy if ndim == 2 else np.expand_dims(dy, (-2, -1))


def paired(left: Any, right: Any, like: Any) -> Any:
    """``left`` rightᵀ: vectors make a matrix of all products, matrices multiply."""
    if like.ndim == 1:
        return np.expand_dims(left, -1) * np.expand_dims(right, -2)
    return np.matmul(left, turned(right))


SQUARES = (
    Sample(((3, 3),), domain=NEAR_IDENTITY),
    Sample(((2, 2, 2),), domain=(0.4, 2.0)),
    Sample(((1, 1),), domain=(0.5, 2.0)),
)
inv = Op(
    np.linalg.inv,
    square,
    (
        Rule(
            lambda dy, y, x: -np.matmul(np.matmul(turned(y), dy), turned(y)),
            "an inverse moves against {x}, through itself on both sides",
        ),
    ),
    numpy_functions=(np.linalg.inv,),
    library_functions=("scipy.linalg.inv",),
    spelling={
        "numpy": "np.linalg.inv({0})",
        "torch": "torch.linalg.inv({0})",
        "tensorflow": "tf.linalg.inv({0})",
    },
    title="inverse",
    notation="{#1}^{-1}",
    samples=SQUARES,
)


def _tf_solve(site: Site) -> str:
    """TensorFlow solves for matrices alone, and for stacks of one size."""
    matrix, right = site.shapes
    if len(right) == 1:
        return "tf.linalg.solve({0}, {1}[:, None])[..., 0]"
    if matrix[:-2] != right[:-2]:
        return "tf.linalg.matmul(tf.linalg.inv({0}), {1})"
    return "tf.linalg.solve({0}, {1})"


solve = Op(
    np.linalg.solve,
    solved,
    (
        Rule(
            lambda dy, y, a, b: -paired(np.linalg.solve(turned(a), dy), y, b),
            "the right side's gradient meets the solution, with a minus, for more {a} asks for less of {y}",
        ),
        Rule(
            lambda dy, y, a, b: np.linalg.solve(turned(a), dy),
            "the gradient comes back through {a}, turned around",
        ),
    ),
    numpy_functions=(np.linalg.solve,),
    spelling={
        "numpy": "np.linalg.solve({0}, {1})",
        "torch": "torch.linalg.solve({0}, {1})",
        "tensorflow": _tf_solve,
    },
    title="solution",
    notation="{#1}^{-1} #2",
    samples=(
        Sample(((3, 3), (3,)), domain=NEAR_IDENTITY),
        Sample(((2, 2), (2, 3)), domain=(0.4, 2.0)),
        Sample(((2, 2, 2), (2, 2, 1)), domain=(0.4, 2.0)),
        Sample(((2, 2), (3, 2, 2)), domain=(0.4, 2.0)),
    ),
)
det = Op(
    np.linalg.det,
    lambda shape: square(shape)[:-2],
    (
        Rule(
            lambda dy, y, x: spread_over(dy * y, x.ndim) * turned(np.linalg.inv(x)),
            "a determinant grows by itself times the inverse, turned around",
        ),
    ),
    numpy_functions=(np.linalg.det,),
    library_functions=("scipy.linalg.det",),
    spelling={
        "numpy": "np.linalg.det({0})",
        "torch": "torch.linalg.det({0})",
        "tensorflow": "tf.linalg.det({0})",
    },
    title="determinant",
    notation=r"\det(#1)",
    samples=SQUARES,
)
slogdet = Op(
    lambda x, part: np.array(np.linalg.slogdet(x)[part]),
    lambda shape, **_: square(shape)[:-2],
    (
        Rule(
            lambda dy, y, x, part: (
                spread_over(dy, x.ndim) * turned(np.linalg.inv(x))
                if part
                else np.zeros_like(x)
            ),
            "the logarithm of a determinant grows by the inverse, turned around; its sign is flat",
        ),
    ),
    name="slogdet",
    params={"part": 1},
    spelling={
        "numpy": "np.linalg.slogdet({0})[{part}]",
        "torch": "torch.linalg.slogdet({0})[{part}]",
        "tensorflow": "tf.linalg.slogdet({0})[{part}]",
    },
    title="log-determinant",
    notation=r"\log \left|\det(#1)\right|",
    samples=(
        SQUARES[0],
        Sample(((2, 2, 2),), domain=(-1.0, 2.0)),
        Sample(((2, 2),), {"part": 0}, (0.4, 2.0)),
    ),
    analytic=False,
)


def pull_pinv(dy: Any, y: Any, x: Any) -> Any:
    """Golub and Pereyra, The differentiation of pseudo-inverses (1973), of full rank; read backwards."""
    above = dy - np.matmul(np.matmul(dy, x), y)
    below = dy - np.matmul(y, np.matmul(x, dy))
    through = np.matmul(np.matmul(turned(y), dy), turned(y))
    rows = np.matmul(turned(above), np.matmul(y, turned(y)))
    columns = np.matmul(np.matmul(turned(y), y), turned(below))
    return rows + columns - through


pinv = Op(
    lambda x: np.linalg.pinv(x),
    lambda shape: (*shape[:-2], shape[-1], shape[-2]),
    (
        Rule(
            pull_pinv,
            "a pseudo-inverse moves against {x} through itself on both sides, and turns with the space {x} spans",
        ),
    ),
    name="pinv",
    numpy_functions=(np.linalg.pinv,),
    library_functions=("scipy.linalg.pinv",),
    spelling={
        "numpy": "np.linalg.pinv({0})",
        "torch": "torch.linalg.pinv({0})",
        "tensorflow": "tf.linalg.pinv({0})",
    },
    title="pseudo-inverse",
    notation=r"\operatorname{pinv}(#1)",
    samples=(
        Sample(((3, 2),), domain=(-1.0, 1.5)),
        Sample(((2, 3),), domain=(-1.0, 1.5)),
    ),
    analytic=False,
)
