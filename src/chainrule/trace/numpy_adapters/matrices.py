"""Functions of whole matrices, several results at a time: decompositions, powers, least squares."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace.numpy_adapters.require import reads, refuse
from chainrule.trace.tracing import Tracing

# NumPy's own are not public; a user takes them apart, or asks for a part by its name
SlogdetResult = namedtuple("SlogdetResult", ["sign", "logabsdet"])  # noqa: PYI024
EighResult = namedtuple("EighResult", ["eigenvalues", "eigenvectors"])  # noqa: PYI024
SVDResult = namedtuple("SVDResult", ["U", "S", "Vh"])  # noqa: PYI024
QRResult = namedtuple("QRResult", ["Q", "R"])  # noqa: PYI024


@reads(np.linalg.slogdet)
def slogdet(tracer: Tracing, a: Any) -> Any:
    """``np.linalg.slogdet(a)``: the sign, and the logarithm of the size."""
    parts = (tracer.record(ops.slogdet, (a,), {"part": part}) for part in (0, 1))
    return SlogdetResult(*parts)


@reads(np.linalg.eigh)
def eigh(tracer: Tracing, a: Any, UPLO: str = "L") -> Any:
    """``np.linalg.eigh(a)``: values from the least to the greatest, and their vectors."""
    refuse(tracer, "linalg.eigh", {} if UPLO == "L" else {"UPLO": UPLO})
    parts = (tracer.record(ops.eigh, (a,), {"part": part}) for part in (0, 1))
    return EighResult(*parts)


@reads(np.linalg.eigvalsh)
def eigvalsh(tracer: Tracing, a: Any, UPLO: str = "L") -> Any:
    """``np.linalg.eigvalsh(a)``: the values alone."""
    refuse(tracer, "linalg.eigvalsh", {} if UPLO == "L" else {"UPLO": UPLO})
    return tracer.record(ops.eigh, (a,), {"part": 0})


@reads(np.linalg.svd)
def svd(
    tracer: Tracing,
    a: Any,
    full_matrices: bool = True,  # noqa: FBT001, FBT002 - NumPy's own
    compute_uv: bool = True,  # noqa: FBT001, FBT002
    hermitian: bool = False,  # noqa: FBT001, FBT002
) -> Any:
    """``np.linalg.svd(a, full_matrices=False)``; of a square matrix the full one is the same."""
    if hermitian:
        refuse(tracer, "linalg.svd", {"hermitian": True})
    if not compute_uv:
        return tracer.record(ops.svd, (a,), {"part": 1})
    if full_matrices and a.shape[-1] != a.shape[-2]:
        refuse(tracer, "linalg.svd", {"full_matrices": True})
    parts = (tracer.record(ops.svd, (a,), {"part": part}) for part in (0, 1, 2))
    return SVDResult(*parts)


@reads(np.linalg.qr)
def qr(tracer: Tracing, a: Any, mode: str = "reduced") -> Any:
    """``np.linalg.qr(a)``, of a matrix that is at least as tall as it is wide."""
    if a.shape[-2] < a.shape[-1]:
        refuse(tracer, "linalg.qr of a wide matrix", {"mode": mode})
    if mode == "r":
        return tracer.record(ops.qr, (a,), {"part": 1})
    refuse(tracer, "linalg.qr", {} if mode == "reduced" else {"mode": mode})
    return QRResult(*(tracer.record(ops.qr, (a,), {"part": part}) for part in (0, 1)))


@reads(np.linalg.matrix_power)
def matrix_power(tracer: Tracing, a: Any, n: int) -> Any:
    """``np.linalg.matrix_power(a, n)``: products, of the inverse where n is negative."""
    if n == 0:
        return tracer.record(ops.inv, (a,)) @ a
    factor = tracer.record(ops.inv, (a,)) if n < 0 else a
    product = factor
    for _ in range(abs(n) - 1):
        product = tracer.record(ops.matmul, (product, factor))
    return product
