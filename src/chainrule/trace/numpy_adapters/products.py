"""Products of matrices and of anything with axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace.gather import numbers_of
from chainrule.trace.memory import view_of
from chainrule.trace.numpy_adapters.require import ndim, reads, refuse
from chainrule.trace.tracing import Tracing


@reads(np.dot)
def dot(tracer: Tracing, a: Any, b: Any, **options: Any) -> Any:
    """``np.dot(a, b)``: a product with a number, of matrices, or over the last axis and the last but one."""
    refuse(tracer, "dot", options)
    if not ndim(a) or not ndim(b):
        return tracer.record(ops.multiply, (a, b))
    if ndim(b) <= 2:
        return tracer.record(ops.matmul, (a, b))
    return tracer.record(
        ops.tensordot, (a, b), {"axes": ((ndim(a) - 1,), (ndim(b) - 2,))}
    )


@reads(np.tensordot)
def tensordot(tracer: Tracing, a: Any, b: Any, axes: Any = 2) -> Any:
    """``np.tensordot(a, b, axes)``: a product with a number, or over the axes named."""
    if (not ndim(a) or not ndim(b)) and not np.any(axes):
        return tracer.record(ops.multiply, (a, b))
    if not isinstance(axes, int):
        left, right = axes
        axes = (as_tuple(left), as_tuple(right))
    return tracer.record(ops.tensordot, (a, b), {"axes": axes})


def as_tuple(axes: Any) -> Any:
    """The axes of one side: one, or several."""
    return tuple(axes) if isinstance(axes, Sequence) else axes


@reads(np.einsum)
def einsum(tracer: Tracing, *operands: Any, **options: Any) -> Any:
    """``np.einsum("ij,jk->ik", a, b)``, also without the arrow, with dots, or with lists of axes."""
    refuse(
        tracer,
        "einsum",
        {key: value for key, value in options.items() if key != "optimize"},
    )
    if not isinstance(operands[0], str):
        operands = _lettered(operands)
    subscripts, *arrays = operands
    words = _spelled_out(subscripts.replace(" ", ""), [ndim(array) for array in arrays])
    made = tracer.record(ops.einsum, tuple(arrays), {"subscripts": words})
    (first, *others) = arrays
    if hasattr(first, "memory") and not others:
        # without a sum it is a view: a transpose, a diagonal that may be written to
        made.shares = view_of(first, ops.einsum, {"subscripts": words})
    return made


@reads(np.einsum_path)
def einsum_path(tracer: Tracing, *operands: Any, **options: Any) -> Any:  # noqa: ARG001 - as every adapter is called
    """``np.einsum_path(...)`` asks for shapes alone: the order of the products."""
    return np.einsum_path(*map(numbers_of, operands), **options)


def _lettered(operands: Sequence[Any]) -> tuple[Any, ...]:
    """``a, [0, 1], b, [1, 2], [0, 2]`` as ``"ab,bc->ac", a, b``."""

    def word(axes: Sequence[Any]) -> str:
        return "".join("..." if axis is ... else chr(ord("a") + axis) for axis in axes)

    pairs = len(operands) // 2
    subscripts = ",".join(word(operands[2 * place + 1]) for place in range(pairs))
    if len(operands) % 2:
        subscripts += "->" + word(operands[-1])
    return (subscripts, *(operands[2 * place] for place in range(pairs)))


def _spelled_out(subscripts: str, ndims: Sequence[int]) -> str:
    """Subscripts with an arrow, and a letter for every axis."""
    left, arrow, right = subscripts.partition("->")
    words = left.split(",")
    free = [
        letter
        for letter in "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA"
        if letter not in subscripts
    ]
    n_dots = [
        ndim - len(word.replace("...", ""))
        for word, ndim in zip(words, ndims, strict=True)
    ]
    most = max(
        (n for word, n in zip(words, n_dots, strict=True) if "..." in word), default=0
    )
    dots = "".join(reversed(free[:most]))
    if not arrow:
        letters = "".join(words).replace(".", "")
        right = "..." * ("..." in left) + "".join(
            sorted(one for one in set(letters) if letters.count(one) == 1)
        )
    full = [
        word.replace("...", dots[most - n :] if n else "")
        for word, n in zip(words, n_dots, strict=True)
    ]
    return ",".join(full) + "->" + right.replace("...", dots)
