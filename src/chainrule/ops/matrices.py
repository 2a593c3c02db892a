"""Matrices: their diagonals and triangles."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.creation import arange
from chainrule.ops.indexing import scatter_add
from chainrule.ops.shaping import fresh
from chainrule.ops.spelling import call
from chainrule.program import IndexSlot, Op, Rule, Sample, Shape, ShapeError


def diagonal_back(dy: Any, y: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    """The gradient on the diagonal it was read from, zeros beside it."""
    first, second = shapes.axes_of((axis1, axis2), x.ndim)
    plain = (first, second) == (0, 1)
    front = x if plain else np.moveaxis(x, (first, second), (0, 1))
    steps = arange(n=dy.shape[-1])
    rows = steps if offset >= 0 else steps - offset
    columns = steps + offset if offset > 0 else steps
    entries = dy if dy.ndim == 1 else np.moveaxis(dy, -1, 0)
    placed = scatter_add(
        entries, rows, columns, shape=front.shape, index=(IndexSlot(0), IndexSlot(1))
    )
    return placed if plain else np.moveaxis(placed, (0, 1), (first, second))


MAIN = {"offset": 0, "axis1": 0, "axis2": 1}
diagonal = Op(
    fresh(np.diagonal),
    shapes.arranged(np.diagonal),
    (Rule(diagonal_back, "only the diagonal was read, so only it gets a gradient"),),
    params=MAIN,
    numpy_functions=(np.diagonal,),
    spelling={
        "torch": call("torch.diagonal", MAIN, axis1="dim1", axis2="dim2"),
        "tensorflow": call("tf.experimental.numpy.diagonal", MAIN),
    },
    kind="view",
    notation=r"\operatorname{diagonal}(#1)",
    samples=(
        Sample(((3, 3),)),
        Sample(((2, 4),), {"offset": 1}),
        Sample(((4, 2),), {"offset": -1}),
        Sample(((2, 3, 3),), {"axis1": 1, "axis2": 2}),
        Sample(((3, 2, 4),), {"offset": 1, "axis1": -1, "axis2": 0}),
        Sample(((2, 3),), {"offset": 3}),
    ),
)


def diag_shape(shape: Shape, *, k: int) -> Shape:
    """A square matrix, as large as the vector and its distance from the diagonal."""
    if len(shape) != 1:
        message = f"a diagonal is made of a vector, not of an array of shape {shape}"
        raise ShapeError("E102", message)
    return (shape[0] + abs(k),) * 2


diag = Op(
    lambda x, k: np.diag(x, k),
    diag_shape,
    (
        Rule(
            lambda dy, y, x, k: np.diagonal(dy, offset=k),
            "the entries of {x} stand on the diagonal, so there their gradients are read",
        ),
    ),
    name="diag",
    params={"k": 0},
    spelling={
        "numpy": call("np.diag", {"k": 0}, k=""),
        "torch": call("torch.diag", {"k": 0}, k=""),
        "tensorflow": call("tf.linalg.diag", {"k": 0}),
    },
    kind="arrangement",
    notation=r"\operatorname{diag}(#1)",
    samples=(Sample(((3,),)), Sample(((2,),), {"k": 1}), Sample(((3,),), {"k": -2})),
)


def triangle_shape(shape: Shape, **_: Any) -> Shape:
    """A matrix, or a stack of them, as it is."""
    if len(shape) < 2:
        message = f"a triangle is cut from a matrix, not from an array of shape {shape}"
        raise ShapeError("E102", message)
    return shape


TRIANGLES = (
    Sample(((3, 3),)),
    Sample(((2, 4),), {"k": 1}),
    Sample(((4, 2),), {"k": -1}),
    Sample(((2, 3, 3),), {"k": -2}),
    Sample(((0, 3),)),
)


tril = Op(
    np.tril,
    triangle_shape,
    (
        Rule(
            lambda dy, y, x, k: np.tril(dy, k),
            "what was cut away gets no gradient",
        ),
    ),
    params={"k": 0},
    spelling={
        "torch": call("torch.tril", {"k": 0}, k="diagonal"),
        "tensorflow": lambda site: (
            "tf.linalg.band_part({0}, -1, {k})"
            if site.params["k"] >= 0
            else f"{{0}} - tf.linalg.band_part({{0}}, {-site.params['k'] - 1}, -1)"
        ),
    },
    kind="arrangement",
    notation=r"\operatorname{tril}(#1)",
    samples=TRIANGLES,
)
triu = Op(
    np.triu,
    triangle_shape,
    (
        Rule(
            lambda dy, y, x, k: np.triu(dy, k),
            "what was cut away gets no gradient",
        ),
    ),
    params={"k": 0},
    spelling={
        "torch": call("torch.triu", {"k": 0}, k="diagonal"),
        "tensorflow": lambda site: (
            f"tf.linalg.band_part({{0}}, {-site.params['k']}, -1)"
            if site.params["k"] <= 0
            else f"{{0}} - tf.linalg.band_part({{0}}, -1, {site.params['k'] - 1})"
        ),
    },
    kind="arrangement",
    notation=r"\operatorname{triu}(#1)",
    samples=TRIANGLES,
)
