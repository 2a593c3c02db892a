"""Decompositions: matrices as products of triangles, turns and stretches.

A decomposition gives several arrays. Each is a result of its own, told apart by ``part``; what the gradients of the
parts say about the matrix adds up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops.linear import turned
from chainrule.ops.solving import square
from chainrule.program import Op, Rule, Sample, Shape, ShapeError


def product(*factors: Any) -> Any:
    """A product of matrices, from the left."""
    result = factors[0]
    for factor in factors[1:]:
        result = np.matmul(result, factor)
    return result


def columns(x: Any) -> Any:
    """Numbers as they multiply the columns of a matrix."""
    return np.expand_dims(x, -2)


def read_below(x: Any) -> Any:
    """A gradient of a symmetric matrix of which only the lower triangle was read: both halves arrive there."""
    whole = x + turned(x)
    return np.where(np.eye(x.shape[-1], dtype=bool), whole / 2, np.tril(whole))


def half_below(x: Any) -> Any:
    """The lower triangle with half of its diagonal."""
    return np.where(np.eye(x.shape[-1], dtype=bool), x / 2, np.tril(x))


def between(x: Any) -> Any:
    """1/(xⱼ - xᵢ) at (i, j), 0 where the two are equal: how easily two directions turn into each other."""
    gaps = columns(x) - np.expand_dims(x, -1)
    return np.where(gaps == 0, 0, 1 / np.where(gaps == 0, 1, gaps))


def pull_cholesky(dy: Any, y: Any, x: Any) -> Any:
    """Murray, Differentiation of the Cholesky decomposition (2016), equation 10."""
    inner = half_below(np.matmul(turned(y), np.tril(dy)))
    outer = np.linalg.solve(turned(y), inner)
    return read_below(turned(np.linalg.solve(turned(y), turned(outer))))


SYMMETRIC = (
    "only the lower triangle is read, so only it gets a gradient, that of both halves"
)
cholesky = Op(
    lambda x: np.linalg.cholesky(x),
    square,
    (
        Rule(
            pull_cholesky,
            "the triangle {y} grows by half of what {x} grows by, seen through {y} from both sides",
        ),
    ),
    name="cholesky",
    numpy_functions=(np.linalg.cholesky,),
    spelling={
        "numpy": "np.linalg.cholesky({0})",
        "jax": "jnp.linalg.cholesky({0}, symmetrize_input=False)",
        "torch": "torch.linalg.cholesky({0})",
        "tensorflow": "tf.linalg.cholesky({0})",
    },
    title="Cholesky triangle",
    notation=r"\operatorname{chol}(#1)",
    caution=SYMMETRIC,
    samples=(
        Sample(((1, 1),), domain=(0.5, 2.0)),
        Sample(((3, 1, 1),), domain=(0.5, 2.0)),
    ),
    analytic=False,
)


def pull_eigh(dy: Any, y: Any, x: Any, part: int) -> Any:
    """Giles, Collected matrix derivative results (2008), section 3.1, read backwards."""
    vectors = y if part else eigh(x, part=1)
    if part == 0:
        return read_below(product(vectors * columns(dy), turned(vectors)))
    turns = between(eigh(x, part=0)) * np.matmul(turned(vectors), dy)
    return read_below(product(vectors, turns, turned(vectors)))


eigh: Op = Op(
    lambda x, part: np.array(np.linalg.eigh(x)[part]),
    lambda shape, *, part: square(shape)[: len(shape) - (part == 0)],
    (
        Rule(
            pull_eigh,
            "an eigenvalue grows by what {x} grows by along its vector; a vector turns towards the others, the nearer their values the more",
        ),
    ),
    name="eigh",
    params={"part": 0},
    spelling={
        "numpy": lambda site: (
            "np.linalg.eigh({0})[1]"
            if site.params["part"]
            else "np.linalg.eigvalsh({0})"
        ),
        "jax": "jnp.linalg.eigh({0}, symmetrize_input=False)[{part}]",
        "torch": lambda site: (
            "torch.linalg.eigh({0})[1]"
            if site.params["part"]
            else "torch.linalg.eigvalsh({0})"
        ),
        # TensorFlow's vectors may point the other way: a sign would depend on the framework
        "tensorflow": lambda site: (
            None if site.params["part"] else "tf.linalg.eigvalsh({0})"
        ),
    },
    title="eigenvalues of a symmetric matrix",
    notation=r"\operatorname{eigh}_{#part}(#1)",
    caution=SYMMETRIC
    + "; vectors of equal values do not turn into each other, and which way a vector points is the library's choice",
    samples=(
        Sample(((3, 3),), domain=(-1.0, 2.0)),
        Sample(((2, 2, 2),), domain=(-1.0, 2.0)),
        Sample(((3, 3),), {"part": 1}, (-1.0, 2.0)),
        Sample(((2, 2, 2),), {"part": 1}, (-1.0, 2.0)),
    ),
    analytic=False,
)


def svd_shape(shape: Shape, *, part: int) -> Shape:
    """The shorter side counts the singular values."""
    if len(shape) < 2:
        message = f"a matrix is needed, not an array of shape {shape}"
        raise ShapeError("E101", message)
    *front, m, n = shape
    k = min(m, n)
    return (*front, *((m, k), (k,), (k, n))[part])


def beside(x: Any, span: Any) -> Any:
    """What of the columns of ``x`` lies outside of the space that the columns of ``span`` make."""
    return x - product(span, turned(span), x)


def pull_svd(dy: Any, y: Any, x: Any, part: int) -> Any:
    """Townsend, Differentiating the singular value decomposition (2016), read backwards."""
    left, values, right = (y if one == part else svd(x, part=one) for one in (0, 1, 2))
    if part == 1:
        return product(left * columns(dy), right)
    gaps = between(values * values)
    if part == 0:
        turn = np.matmul(turned(left), dy)
        inner = gaps * (turn - turned(turn)) * columns(values)
        outside = beside(dy, left) / columns(values)
        return product(left, inner, right) + np.matmul(outside, right)
    turn = np.matmul(right, turned(dy))
    inner = np.expand_dims(values, -1) * gaps * (turn - turned(turn))
    outside = turned(beside(turned(dy), turned(right))) / np.expand_dims(values, -1)
    return product(left, inner, right) + np.matmul(left, outside)


svd: Op = Op(
    lambda x, part: np.array(np.linalg.svd(x, full_matrices=False)[part]),
    svd_shape,
    (
        Rule(
            pull_svd,
            "a singular value grows by what {x} grows by between its two vectors; the vectors turn towards the others",
        ),
    ),
    name="svd",
    params={"part": 1},
    spelling={
        "numpy": lambda site: (
            "np.linalg.svd({0}, compute_uv=False)"
            if site.params["part"] == 1
            else "np.linalg.svd({0}, full_matrices=False)[{part}]"
        ),
        # which way a vector points is the library's choice: a sign would depend on the framework
        "torch": lambda site: (
            "torch.linalg.svdvals({0})" if site.params["part"] == 1 else None
        ),
        "tensorflow": lambda site: (
            "tf.linalg.svd({0}, compute_uv=False)" if site.params["part"] == 1 else None
        ),
    },
    title="singular values",
    notation=r"\operatorname{svd}_{#part}(#1)",
    caution="vectors of equal values do not turn into each other, and which way a vector points is the library's choice",
    samples=(
        Sample(((3, 2),), domain=(-1.0, 2.0)),
        Sample(((2, 3),), domain=(-1.0, 2.0)),
        Sample(((2, 2, 2),), domain=(-1.0, 2.0)),
        *(
            Sample((shape,), {"part": part}, (-1.0, 2.0))
            for part in (0, 2)
            for shape in ((3, 2), (2, 3))
        ),
    ),
    analytic=False,
)


def qr_shape(shape: Shape, *, part: int) -> Shape:
    """The turn is as tall as the matrix, the triangle as wide."""
    *front, m, n = shape
    k = min(m, n)
    return (*front, *((m, k), (k, n))[part])


def pull_qr(dy: Any, y: Any, x: Any, part: int) -> Any:
    """Walter and Lehmann, Algorithmic differentiation of linear algebra functions (2010), of full column rank."""
    turn, triangle = (y if one == part else qr(x, part=one) for one in (0, 1))
    if part:
        both = np.matmul(triangle, turned(dy))
        straight = np.zeros_like(turn)
    else:
        both = -np.matmul(turned(dy), turn)
        straight = dy
    below = np.tril(both, -1)
    mirrored = np.tril(both) + turned(below)
    inner = straight + np.matmul(turn, mirrored)
    return turned(np.linalg.solve(triangle, turned(inner)))


qr: Op = Op(
    lambda x, part: np.array(np.linalg.qr(x)[part]),
    qr_shape,
    (
        Rule(
            pull_qr,
            "the turn and the triangle share what {x} grows by: one stays a turn, the other a triangle",
        ),
    ),
    name="qr",
    params={"part": 1},
    spelling={
        "numpy": "np.linalg.qr({0})[{part}]",
        "torch": "torch.linalg.qr({0})[{part}]",
        "tensorflow": "tf.linalg.qr({0})[{part}]",
    },
    title="QR decomposition",
    notation=r"\operatorname{qr}_{#part}(#1)",
    samples=(
        Sample(((3, 2),), {"part": 0}, (-1.0, 2.0)),
        Sample(((3, 2),), {"part": 1}, (-1.0, 2.0)),
        Sample(((3, 3),), {"part": 0}, (-1.0, 2.0)),
        Sample(((3, 3),), {"part": 1}, (-1.0, 2.0)),
    ),
    analytic=False,
)
