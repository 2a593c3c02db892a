"""Linear algebra in simpler functions: least squares, triangles, factors, SciPy's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.trace.gather import plain_of


def lstsq(a: Any, b: Any, *_: Any, **__: Any) -> Any:
    """The coefficients with the least squares, what they leave, the rank and the singular values."""
    found = np.linalg.pinv(a) @ b
    left = a @ found - b
    spread = np.linalg.svd(a, compute_uv=False)
    n, rank = int(a.shape[0]), np.linalg.matrix_rank(plain_of(a))
    rest = np.sum(np.reshape(left, (n, -1)) ** 2, axis=0) if rank < n else left[:0]
    return found, rest, rank, spread


def solve(a: Any, b: Any, **_: Any) -> Any:
    """The x with a @ x = b."""
    return np.linalg.solve(a, b)


def cholesky(a: Any, lower: Any = None) -> Any:
    """The triangle whose product with itself is a matrix."""
    factor = np.linalg.cholesky(a)
    return factor if lower else factor.T


def cho_factor(a: Any, lower: Any = None) -> Any:
    """The triangle, the other half as it was, and which one it is."""
    factor = np.linalg.cholesky(a)
    whole = factor + np.triu(a, 1) if lower else factor.T + np.tril(a, -1)
    return whole, bool(lower)


def cho_solve(c_and_lower: Any, b: Any) -> Any:
    """The x with a @ x = b, from the triangle of a."""
    c, lower = c_and_lower
    factor = np.tril(c) if lower else np.triu(c).T
    return np.linalg.solve(factor.T, np.linalg.solve(factor, b))


def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: Any = None) -> Any:
    """The x with a @ x = b, where only one triangle of a counts."""
    triangle = np.tril(a) if lower else np.triu(a)
    return np.linalg.solve(triangle.T if trans in (1, "T", 2, "C") else triangle, b)


def svdvals(a: Any) -> Any:
    """Singular values."""
    return np.linalg.svd(a, compute_uv=False)


def expm(A: Any) -> Any:
    """The exponential of a matrix: its series, of the matrix halved until it is small, and squared as often."""
    size = float(np.max(np.sum(np.abs(plain_of(A)), axis=-1)))
    halvings = max(0, int(np.ceil(np.log2(max(size, 1e-300)))) + 1)
    small = A / 2.0**halvings
    one = np.eye(int(A.shape[-1]))
    total = one
    for k in range(18, 0, -1):
        total = one + small @ total / float(k)
    for _ in range(halvings):
        total = total @ total
    return total


def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: Any = None) -> Any:  # noqa: A002 - SciPy's name
    """Length."""
    return np.linalg.norm(a, ord, axis, keepdims=bool(keepdims))


def block_diag(*arrs: Any) -> Any:
    """Blocks along the diagonal, and nothing beside them."""
    blocks = [np.atleast_2d(one) for one in arrs]
    width = sum(int(one.shape[1]) for one in blocks)
    rows, before = [], 0
    for one in blocks:
        after = width - before - int(one.shape[1])
        rows.append(np.pad(one, ((0, 0), (before, after))))
        before += int(one.shape[1])
    return np.concatenate(rows)


def toeplitz(c: Any, r: Any = None) -> Any:
    """The same entries along each diagonal."""
    r = c if r is None else r
    n, m = int(c.shape[0]), int(r.shape[0])
    entries = np.concatenate([np.flip(c), r[1:]])
    return entries[np.arange(n - 1, -1, -1)[:, None] + np.arange(m)]


def multi_dot(arrays: Any) -> Any:
    """A product of several matrices, from the left."""
    product, *rest = arrays
    for factor in rest:
        product = product @ factor
    return product


def vdot(a: Any, b: Any) -> Any:
    """The sum of the products of all entries."""
    return np.ravel(a) @ np.ravel(b)


def inner(a: Any, b: Any) -> Any:
    """The product over both last axes."""
    if not np.ndim(a) or not np.ndim(b):
        return a * b
    if np.ndim(b) > 2:
        return np.tensordot(a, b, ((np.ndim(a) - 1,), (np.ndim(b) - 1,)))
    return a @ (b if np.ndim(b) == 1 else np.transpose(b))


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of the diagonal."""
    diagonal = np.diagonal(a, offset, axis1, axis2)
    return np.sum(diagonal, axis=None if np.ndim(a) == 2 else -1)


def vector_norm(
    x: Any,
    *,
    axis: Any = None,
    keepdims: Any = False,
    ord: Any = 2,  # noqa: A002 - NumPy's name
) -> Any:
    """The length of all entries."""
    flat = np.ravel(x) if axis is None and not keepdims else x
    return np.linalg.norm(flat, ord, axis=axis, keepdims=keepdims)


def cond(x: Any, p: Any = None) -> Any:
    """How much longer a matrix makes one direction than another."""
    if p is not None:
        return np.linalg.norm(x, p) * np.linalg.norm(np.linalg.inv(x), p)
    spread = np.linalg.svd(x, compute_uv=False)
    return spread[..., 0] / spread[..., -1]


NUMPY: Mapping[str, Callable[..., Any]] = {
    **{one.__name__: one for one in (vdot, inner, trace)},
    **{f"linalg.{one.__name__}": one for one in (lstsq, vector_norm, cond, multi_dot)},
}
SCIPY: Mapping[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        *(solve, cholesky, cho_factor, cho_solve, solve_triangular, svdvals),
        *(expm, norm, block_diag, toeplitz),
    )
}
