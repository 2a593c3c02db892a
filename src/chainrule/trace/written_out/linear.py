"""Linear algebra in simpler functions: least squares, triangles, factors, SciPy's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.trace.gather import hold, plain_of


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


def eigh(a: Any, b: Any = None, *, lower: Any = True, eigvals_only: Any = False) -> Any:
    """The stretches of a symmetric matrix, and their directions; beside another matrix ``b``, those of both."""
    half = np.tril(a) if lower else np.triu(a).T
    whole = half + np.tril(half, -1).T
    if b is None:
        values, vectors = np.linalg.eigh(whole)
        return values if eigvals_only else (values, _turned(vectors, a, b, lower))
    factor = np.linalg.cholesky(b)
    inner = np.linalg.solve(factor, np.linalg.solve(factor, whole).T)
    values, vectors = np.linalg.eigh((inner + inner.T) / 2.0)
    if eigvals_only:
        return values
    return values, _turned(np.linalg.solve(factor.T, vectors), a, b, lower)


def _turned(vectors: Any, a: Any, b: Any, lower: Any) -> Any:
    """Directions as SciPy has them, which may be the other way round."""
    hold(a, b)
    known = sys.modules["scipy.linalg"].eigh(plain_of(a), plain_of(b), lower=lower)[1]
    return vectors * np.sign(np.sum(plain_of(vectors) * known, axis=0))


def eigvalsh(a: Any, b: Any = None, *, lower: Any = True) -> Any:
    """The stretches alone."""
    return eigh(a, b, lower=lower, eigvals_only=True)


def qr(a: Any, *, mode: str = "full") -> Any:
    """Directions at right angles, and a triangle."""
    found = tuple(np.linalg.qr(a))
    return found[1:] if mode == "r" else found


def svd(a: Any, full_matrices: Any = True, compute_uv: Any = True) -> Any:  # noqa: FBT002 - SciPy's signature
    """Directions, stretches, directions."""
    if not compute_uv:
        return np.linalg.svd(a, compute_uv=False)
    rows, columns = map(int, a.shape)
    if full_matrices and rows != columns:
        raise ValueError((rows, columns))
    return tuple(np.linalg.svd(a, full_matrices=False))


def _of_stretches(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a symmetric matrix: that of its stretches."""

    def definition(A: Any) -> Any:
        values, vectors = np.linalg.eigh((A + A.T) / 2.0)
        return (vectors * function(values)) @ vectors.T

    return definition


def circulant(c: Any) -> Any:
    """Each column the one before, moved down by one."""
    n = len(c)
    return c[(np.arange(n)[:, None] - np.arange(n)) % n]


def hankel(c: Any, r: Any = None) -> Any:
    """The same along every diagonal from below to above."""
    m = len(c if r is None else r)
    rest = np.zeros(m - 1) if r is None else r[1:]
    return np.concatenate([c, rest])[np.arange(len(c))[:, None] + np.arange(m)]


def khatri_rao(a: Any, b: Any) -> Any:
    """Column by column, every entry of one times all of the other."""
    return np.reshape(a[:, None, :] * b[None, :, :], (-1, int(a.shape[1])))


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The X with a @ X + X @ b = q."""
    n, m = int(a.shape[0]), int(b.shape[0])
    whole = np.kron(a, np.eye(m)) + np.kron(np.eye(n), b.T)
    return np.reshape(np.linalg.solve(whole, np.ravel(q)), (n, m))


def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The X with a @ X + X @ aᵀ = q."""
    return solve_sylvester(a, a.T, q)


def solve_discrete_lyapunov(a: Any, q: Any, method: Any = None) -> Any:  # noqa: ARG001 - how is SciPy's own affair
    """The X with a @ X @ aᵀ - X + q = 0."""
    n = int(a.shape[0])
    whole = np.eye(n * n) - np.kron(a, a)
    return np.reshape(np.linalg.solve(whole, np.ravel(q)), (n, n))


def scipy_lstsq(a: Any, b: Any) -> Any:
    """The coefficients with the least squares; of one column what they leave is a number."""
    found, rest, *others = lstsq(a, b)
    alone = np.ndim(b) == 1 and int(np.shape(rest)[0])
    return found, np.reshape(rest, ()) if alone else rest, *others


def _riccati(solver: str, gain: Any, next_one: Any) -> Callable[..., Any]:
    """A solution of Riccati's, by two of Kleinman's steps from the one that is known: both its slopes are exact."""

    def definition(a: Any, b: Any, q: Any, r: Any) -> Any:
        hold(a, b, q, r)
        known = getattr(sys.modules["scipy.linalg"], solver)
        found = known(*map(plain_of, (a, b, q, r)))
        for _ in range(2):
            k = gain(a, b, r, found)
            found = next_one(a - b @ k, q + k.T @ r @ k)
        return (found + found.T) / 2.0

    return definition


solve_discrete_are = _riccati(
    "solve_discrete_are",
    lambda a, b, r, x: np.linalg.solve(r + b.T @ x @ b, b.T @ x @ a),
    lambda closed, cost: solve_discrete_lyapunov(closed.T, cost),
)
solve_continuous_are = _riccati(
    "solve_continuous_are",
    lambda _, b, r, x: np.linalg.solve(r, b.T @ x),
    lambda closed, cost: solve_continuous_lyapunov(closed.T, -cost),
)


def solve_banded(l_and_u: Any, ab: Any, b: Any) -> Any:
    """The x with a @ x = b, of a few diagonals."""
    below, above = l_and_u
    n = int(ab.shape[1])
    rows, columns = np.arange(n)[:, None], np.arange(n)
    row = above + rows - columns
    inside = (row >= 0) & (row <= below + above)
    return np.linalg.solve(ab[np.where(inside, row, 0), columns] * inside, b)


def solve_toeplitz(c_or_cr: Any, b: Any) -> Any:
    """The x with a @ x = b, where a has the same along every diagonal."""
    c, r = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, None)
    return np.linalg.solve(toeplitz(c, r), b)


NUMPY: Mapping[str, Callable[..., Any]] = {
    **{one.__name__: one for one in (vdot, inner, trace)},
    **{f"linalg.{one.__name__}": one for one in (lstsq, vector_norm, cond, multi_dot)},
}
SCIPY: Mapping[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        *(solve, cholesky, cho_factor, cho_solve, solve_triangular, svdvals),
        *(expm, norm, block_diag, toeplitz, eigh, eigvalsh, qr, svd, circulant),
        *(hankel, khatri_rao, solve_sylvester, solve_continuous_lyapunov),
        *(solve_discrete_lyapunov, solve_banded, solve_toeplitz),
    )
} | {
    "sqrtm": _of_stretches(np.sqrt),
    "logm": _of_stretches(np.log),
    "lstsq": scipy_lstsq,
    "solve_discrete_are": solve_discrete_are,
    "solve_continuous_are": solve_continuous_are,
}
