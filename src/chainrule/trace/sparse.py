"""SciPy's sparse matrices in products with what is followed: each is an array, written more shortly."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import numpy as np

from chainrule.program import Array

MOST = 2**24
"""A matrix with more entries than this is not written out."""


def is_sparse(item: Any) -> bool:
    """Whether something is a sparse matrix or array that can be written out."""
    found = sys.modules.get("scipy.sparse")
    return (
        found is not None
        and found.issparse(item)
        and item.dtype.kind in "fiub"
        and int(np.prod(item.shape)) <= MOST
    )


class DenseMatrices:
    """Sparse matrices written out, each once."""

    def __init__(self) -> None:
        self._met: dict[int, tuple[Any, Array]] = {}

    def of(self, matrix: Any) -> Array:
        """The matrix as an array, the same one each time."""
        if id(matrix) not in self._met:
            # the matrix is kept alive, so that its id stays its own
            self._met[id(matrix)] = (matrix, matrix.toarray())
        return self._met[id(matrix)][1]


def product(function: Any, other: Any) -> Any:
    """What an operator is where a sparse ``other`` is met: a product of matrices; None where SciPy is to answer."""
    if not is_sparse(other):
        return None
    if function is np.multiply and isinstance(
        other, sys.modules["scipy.sparse"].spmatrix
    ):
        return np.matmul
    return function if function is np.matmul else None


def asks(frame: FrameType) -> bool:
    """Whether a sparse matrix asks what it is multiplied with for its numbers: the other side has an answer itself."""
    code = frame.f_code
    return code.co_name == "_matmul_dispatch" and is_sparse(frame.f_locals.get("self"))
